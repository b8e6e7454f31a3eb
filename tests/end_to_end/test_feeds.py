"""A site with a feed and nothing else: what it publishes is soon on its list."""

from pathlib import Path

from tests.feeds import LOOPBACK, SITE, item, publisher, rss
from tests.serving import serve
from tests.waiting import wait_until


async def test_a_feed_alone_fills_the_list_and_the_board_tells_how_it_goes(tmp_path: Path):
    async with publisher() as press:
        url = press.publish("/feed", rss(item("/2026/first", title="First")))
        env = {"GROUNDSWELL_FEED_NETWORKS": LOOPBACK, "GROUNDSWELL_FEED_INTERVAL": "5"}
        async with serve(
            tmp_path / "var", "--feed", f"{SITE}={url}", "--board", "public", env=env
        ) as serving:

            async def listed() -> list[str]:
                answer = await serving.http.get("/v1/trending", params={"site": SITE})
                return [story["title"] for story in answer.json()["data"]]

            async def on_the_list(title: str) -> bool:
                return title in await listed()

            await wait_until(lambda: on_the_list("First"), "the feed's article is listed")
            press.publish("/feed", rss(item("/2026/second", title="Second")))
            await wait_until(lambda: on_the_list("Second"), "the new article is listed", seconds=60)
            assert "First" in await listed()

            press.publish("/feed", "<!DOCTYPE html><p>Sorry")

            async def told() -> bool:
                board = (await serving.http.get("/v1/board", params={"site": SITE})).json()
                [feed] = board["feeds"]
                return (feed["url"], feed["last_error"]) == (url, "it is an HTML page, not a feed")

            await wait_until(told, "the board tells what is wrong", seconds=60)
            assert "Second" in await listed()
