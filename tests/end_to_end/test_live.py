"""Live lists of a running `groundswell serve`."""

import asyncio
from urllib.parse import urlsplit

from shared.service import allow_many_files
from tests.end_to_end.conftest import Serve
from tests.listening import Event, Listener, listen, listening
from tests.serving import BROWSER, SITE, Serving, run

CUBAN = "/world/cuban-advisers-leave-venezuela"
SEEDED = 147
"""Its views in the seeds."""
ASKED = f"site={SITE}&limit=5"


def port_of(serving: Serving) -> int:
    """Return the public port."""
    return urlsplit(serving.url).port or 80


def seed(serving: Serving) -> None:
    """Fill the catalogue with the articles of the demo, and their counts."""
    seeding = run("seed", "--data-dir", str(serving.data_dir), cwd=serving.data_dir)
    assert seeding.returncode == 0, seeding.stderr


def views(frame: Event) -> int:
    """Return the views of one article."""
    return next(story["metrics"]["views"] for story in frame.data["data"] if story["id"] == CUBAN)


async def read(serving: Serving, reader: int) -> None:
    """Have the article read once."""
    browser = {"user-agent": BROWSER["user-agent"].replace("128", f"{128 + reader}")}
    view = await serving.http.post("/v1/views", json={"site": SITE, "article": CUBAN}, headers=browser)
    assert view.headers["x-groundswell-outcome"] == "accepted"


async def heard(listener: Listener, count: int) -> Event:
    """Return the first frame in which the article has that many views."""
    while True:
        frame = await listener.frame()
        if views(frame) == count:
            return frame


async def live_connections(serving: Serving) -> float:
    """Return how many the web process says it has."""
    metrics = (await serving.http.get(f"{serving.management['web']}/metrics")).text
    (line,) = [line for line in metrics.splitlines() if line.startswith("groundswell_live_connections ")]
    return float(line.split()[1])


async def test_a_view_moves_the_list_of_all_who_listen_and_a_stop_lets_them_go(serve: Serve):
    async with serve(env={"GROUNDSWELL_LIVE_HEARTBEAT": "0.5"}) as serving:
        seed(serving)
        port = port_of(serving)
        listeners = [await (await listen(port, ASKED)).answered() for _ in range(50)]
        for listener in listeners:
            await heard(listener, SEEDED)
        await read(serving, reader=1)
        frames = [await heard(listener, SEEDED + 1) for listener in listeners]

        assert await live_connections(serving) == 50
        async with listening(port, ASKED, f"last-event-id: {frames[-1].fields['id']}") as again:
            assert "retry" in (await again.event()).fields
            assert (await again.event()).is_comment, "it has what there is"

        assert await asyncio.to_thread(serving.end) == 0
        for listener in listeners:
            # Cut off for having stayed too long, they would lack the end of the answer.
            assert (await listener.rest()).endswith(b"0\r\n\r\n")
            listener.close()


async def test_a_thousand_listen_to_one_process_and_reads_are_answered(serve: Serve):
    allow_many_files()
    async with serve() as serving:
        seed(serving)
        port = port_of(serving)
        listeners = [await listen(port, ASKED) for _ in range(1_000)]
        for listener in listeners:
            await heard(await listener.answered(), SEEDED)

        assert {listener.status for listener in listeners} == {200}
        assert await live_connections(serving) == 1_000
        for reader in (1, 2, 3):
            await read(serving, reader)
            asked = [serving.http.get(f"/v1/trending?site={SITE}&limit={n}") for n in range(1, 7)]
            asked += [serving.http.get("/v1/counts", params={"site": SITE, "ids": CUBAN}) for _ in range(6)]
            answers = await asyncio.gather(*asked)
            for listener in listeners:
                await heard(listener, SEEDED + reader)

            assert [len(answer.json()["data"]) for answer in answers[:6]] == [1, 2, 3, 4, 5, 6]
            assert all(answer.json()["counts"][CUBAN] >= SEEDED for answer in answers[6:])
        for listener in listeners:
            listener.close()
