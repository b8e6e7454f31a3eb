"""What the files of seeds/ promise."""

from collections import Counter, defaultdict
from datetime import datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

from services.cli import seed_files
from shared.decay import HALF_LIVES, Decay

SITE = "news.example"
NOW_MS = 1_795_365_000_000
DAY_MS = 86_400_000
CUBAN = "/world/cuban-advisers-leave-venezuela"
NEW_YORK = ZoneInfo("America/New_York")

ARTICLES = seed_files.articles(SITE)
VIEWS = seed_files.views(SITE, NOW_MS)
EXPECTED = seed_files.expected()


def test_there_are_nine_articles_on_the_site_each_with_all_that_a_card_shows() -> None:
    assert len({article.id for article in ARTICLES}) == 9
    assert len({article.title for article in ARTICLES}) == 9
    for article in ARTICLES:
        assert article.url == f"https://{SITE}{article.id}"
        assert article.every_alias() == set()
        assert article.summary.endswith(".")
        assert ". " not in article.summary
        assert article.section
        assert article.authors


def test_they_were_published_on_one_afternoon() -> None:
    times = sorted(article.published_at.astimezone(NEW_YORK) for article in ARTICLES)

    assert times[0] == datetime(2026, 2, 21, 15, 7, tzinfo=NEW_YORK)
    assert times[-1] == datetime(2026, 2, 21, 18, 49, tzinfo=NEW_YORK)
    assert len(set(times)) == 9


def test_some_have_both_tags_and_some_have_one() -> None:
    tags = Counter(article.tags for article in ARTICLES)

    assert set(tags) == {("Global News", "World News"), ("Global News",), ("World News",)}


def test_the_article_that_started_it_all_is_there() -> None:
    [article] = [article for article in ARTICLES if article.id == CUBAN]

    assert article.published_at == datetime(2026, 2, 21, 17, 9, tzinfo=NEW_YORK)
    assert "Cuban Advisers" in article.title
    assert EXPECTED["views"][CUBAN] == 147


def test_the_views_are_as_many_as_expected() -> None:
    assert Counter(view.article for view in VIEWS) == EXPECTED["views"]
    assert set(EXPECTED["views"]) == {article.id for article in ARTICLES}


def test_every_view_falls_in_the_day_before_seeding_and_is_another_visitors() -> None:
    assert all(NOW_MS - DAY_MS < view.occurred_ms < NOW_MS for view in VIEWS)
    assert len({view.visitor for view in VIEWS}) == len(VIEWS)


def test_seeding_at_one_moment_is_always_the_same() -> None:
    assert seed_files.views(SITE, NOW_MS) == VIEWS


def test_the_expected_order_is_that_of_decayed_weight_with_room_to_spare() -> None:
    half_life = HALF_LIVES["4h"]
    weights: dict[str, float] = defaultdict(float)
    for view in VIEWS:
        weights[view.article] += 0.5 ** ((NOW_MS - view.occurred_ms) / 1000 / half_life)
    order = sorted(weights, key=weights.__getitem__, reverse=True)

    assert EXPECTED["trending"] == order
    assert all(weights[higher] > 1.2 * weights[lower] for higher, lower in pairwise(order))
    scores = {
        article: Decay(half_life).fold((v.occurred_ms / 1000, 1) for v in VIEWS if v.article == article)
        for article in order
    }
    assert sorted(scores, key=scores.__getitem__, reverse=True) == order


def test_trending_is_another_order_than_the_most_read_of_all_time() -> None:
    most_read = [article for article, _ in Counter(EXPECTED["views"]).most_common()]

    assert most_read[:3] != EXPECTED["trending"][:3]
    assert most_read[0] not in EXPECTED["trending"][:3]
