"""Following a real WordPress over its REST API."""

import pytest

from services.desk.follow import following
from shared import keys
from shared.connection import Client
from shared.feed_state import read_states
from tests.desks import SITE, aliases, desk_at
from tests.end_to_end.wordpress.editing import category, change, post, stored
from tests.end_to_end.wordpress.installation import WordPressSite
from tests.feeds import LOOPBACK
from tests.waiting import wait_until


@pytest.mark.parametrize("pretty", [True, False], ids=["pretty addresses", "plain addresses"])
async def test_archive_news_and_changes_of_a_real_wordpress_are_followed(
    site: WordPressSite, redis_url: str, redis: Client, monkeypatch: pytest.MonkeyPatch, pretty: bool
):
    monkeypatch.setattr(following, "rest", lambda interval, **asked: 0.5)
    if not pretty:
        await site.php("$GLOBALS['wp_rewrite']->set_permalink_structure(''); flush_rewrite_rules();")
    first = await post(
        site, post_name="first", post_category=[await category(site, "World & Abroad")], tags_input=["Cuba"]
    )
    first_id = "/2026/02/first" if pretty else f"/%3Fp%3D{first}"
    given = {"wordpress": (f"{SITE}={site.url}",), "feed_networks": (LOOPBACK,), "feed_interval": 5}
    async with desk_at(redis_url, **given) as desk:
        await desk.start()

        async def known(name: str) -> bool:
            return bool(await redis.hexists(keys.alias(SITE), name))

        async def titled(article_id: str, title: str) -> bool:
            found = await stored(redis, article_id)
            return found is not None and found.title == title

        await wait_until(lambda: known(str(first)), "the archive is in", seconds=10)
        second = await post(site, post_name="second", post_status="draft")
        await change(site, second, post_status="publish")
        await change(site, first, post_title="Changed", post_name="renamed")
        await wait_until(lambda: known(str(second)), "the new post is in", seconds=60)
        await wait_until(lambda: titled(first_id, "Changed"), "the change is in", seconds=60)

        found = await stored(redis, first_id)
        assert found is not None
        told = found.model_dump(mode="json", exclude={"id", "url", "title", "aliases"}, exclude_none=True)
        assert told == {
            "summary": "They leave. All of them.",
            "section": "World & Abroad",
            "tags": ["World & Abroad", "Cuba"],
            "authors": ["editor"],
            "published_at": "2026-02-21T17:09:00Z",
        }
        names = [str(first), "/2026/02/renamed" if pretty else str(first)]
        assert [(await aliases(redis))[name] for name in names] == [first_id] * 2
        assert [state.last_error for state in (await read_states(redis, SITE)).values()] == [""]
        assert await desk.unready() == []
