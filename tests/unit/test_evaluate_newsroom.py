"""A made-up newsroom is what it says, and rising keeps its promises in it."""

from collections import Counter

import pytest

from services.cli.evaluate.alarms import Alarms, watch
from services.cli.evaluate.newsroom import ATTACK, EPOCH, Newsroom, Plan
from services.cli.evaluate.promises import promises
from services.cli.evaluate.story import Story
from shared.hours import DAY, HOUR

SMALL = Plan(views_per_second=0.5, days=2, archive=50)


def views_of(newsroom: Newsroom) -> Counter[str]:
    views: Counter[str] = Counter()
    for _, minute in newsroom.minutes():
        views.update(minute)
    return views


def test_the_same_seed_gives_the_same_newsroom_view_by_view() -> None:
    plan = Plan(views_per_second=0.5, days=2, archive=50)

    assert Newsroom.draw(SMALL).stories == Newsroom.draw(plan).stories
    assert list(Newsroom.draw(SMALL).minutes())[:90] == list(Newsroom.draw(plan).minutes())[:90]
    assert views_of(Newsroom.draw(SMALL)) != views_of(Newsroom.draw(Plan(8, 2, 0.5, archive=50)))


def test_readers_come_by_day_and_a_quarter_of_them_for_evergreens() -> None:
    plan = Plan(views_per_second=5, days=2, breaking_a_day=0, attack=0, outage=False)
    hours, articles = Counter[int](), Counter[str]()
    for at, views in Newsroom.draw(plan).minutes():
        hours[int(at - EPOCH) // HOUR] += views.total()
        articles.update(views)

    assert hours[24 + 15] / hours[24 + 3] == pytest.approx(plan.swing, rel=0.3)
    assert hours.total() / (2 * DAY) == pytest.approx(5, rel=0.2)
    evergreen = sum(n for article, n in articles.items() if article.startswith("evergreen"))
    assert evergreen / articles.total() == pytest.approx(0.25, abs=0.05)


def test_in_the_outage_nothing_is_counted() -> None:
    away = [at for at, views in Newsroom.draw(SMALL).minutes() if not views and SMALL.away(at)]

    assert len(away) == 30
    assert away[0] == SMALL.judged_from + 13 * HOUR


def test_the_bots_read_one_article_of_the_archive() -> None:
    plan = Plan(views_per_second=0.5, days=2, archive=50, attack=10, outage=False)
    newsroom = Newsroom.draw(plan)

    assert newsroom.attack is not None
    assert views_of(newsroom)[newsroom.attack.article] >= 0.9 * 10 * ATTACK
    assert newsroom.quiet(newsroom.attack.article, newsroom.attack.begins)
    assert not newsroom.quiet(newsroom.attack.article, newsroom.attack.begins + 1)


def test_a_story_wins_readers_loses_them_and_breaks() -> None:
    noon = float(EPOCH + 12 * HOUR)
    story = Story("s", "breaking", noon, 1.0, half_life=4 * HOUR, breaks=noon + 20 * HOUR, burst=5.0)

    assert story.rate(noon - 1, 1.0) == 0
    assert story.rate(noon + HOUR, 1.0) == pytest.approx(2**-0.25, rel=0.01)
    assert story.rate(noon + HOUR, 0.5) == pytest.approx(2**-0.25 / 2, rel=0.01)
    assert story.rate(noon + 20.5 * HOUR, 0.5) > 4, "whatever the hour"
    assert not story.quiet(noon + HOUR)
    assert story.quiet(noon + 13 * HOUR)
    assert not story.quiet(noon + 20 * HOUR)


def test_what_breaks_gains_more_than_it_ever_had_and_never_in_the_outage() -> None:
    plan = Plan(days=9, breaking_a_day=40)
    breaking = [s for s in Newsroom.draw(plan).stories.values() if s.kind == "breaking"]

    assert len(breaking) == 8 * 40
    for story in breaking:
        assert story.breaks is not None
        assert plan.judged_from <= story.breaks < plan.ends - HOUR
        assert not plan.away(story.breaks)
        assert story.burst >= 4 * story.readers
        assert story.burst >= 0.03 * plan.views_per_second


def test_a_small_site_finds_what_breaks_too() -> None:
    newsroom = Newsroom.draw(Plan(seed=3, days=2, views_per_second=0.5, breaking_a_day=6))

    alarms = watch(newsroom, newsroom.minutes())

    assert len(alarms.delays) == 6
    assert alarms.share() <= 0.002


def test_a_promise_is_broken_when_it_is() -> None:
    alarms = Alarms(SMALL, breaking=2)
    alarms.delays["story"] = 11.0
    alarms.quiet.update({27: 1_000, 40: 1_000})
    alarms.false.update({27: 5})
    alarms.touched = {("evergreen-1", 27)}

    kept = {promise.name.strip(): promise.kept for promise in promises(alarms)}

    assert kept == {
        "breaking stories found": False,
        "median delay until listed": False,
        "evergreens listed": False,
        "quiet article-hours listed": False,
        "of the mornings": False,
        "of the outage and after it": True,
    }
    assert alarms.share() == pytest.approx(5 / 2_000)
