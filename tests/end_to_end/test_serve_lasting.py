"""What is kept on the data directory outlasts every end of what runs on it."""

import signal
from urllib.parse import urlsplit

import psutil

from tests.end_to_end.conftest import Serve
from tests.serving import BROWSER, SITE, Serving, alive, run
from tests.waiting import wait_until


async def count(serving: Serving, article: str) -> int:
    """Return the views of one article."""
    answer = await serving.http.get("/v1/counts", params={"site": SITE, "ids": article})
    return int(answer.json()["counts"][article])


async def read(serving: Serving, article: str, times: int) -> None:
    """Have an article read by that many visitors, and wait until they are counted."""
    for visitor in range(times):
        browser = {"user-agent": BROWSER["user-agent"].replace("128", f"{128 + visitor}")}
        answer = await serving.http.post(
            "/v1/views", json={"site": SITE, "article": article}, headers=browser
        )
        assert answer.headers["x-groundswell-outcome"] == "accepted"

    async def counted() -> bool:
        return await count(serving, article) == times

    await wait_until(counted, f"{times} views of {article} are counted")


async def test_a_second_start_finds_every_count_and_key_again(serve: Serve):
    async with serve() as first:
        await read(first, "a", times=3)
        keys, processes = first.keys, first.processes()
        assert first.end() == 0

    assert len(processes) == 6
    assert not alive(processes)
    async with serve() as second:
        assert await count(second, "a") == 3
        assert second.keys == keys


async def test_ctrl_c_ends_every_process_and_the_status_is_0(serve: Serve):
    async with serve() as serving:
        processes = serving.processes()

        assert serving.end(signal.SIGINT) == 0
        assert not alive(processes)
        assert serving.stdout.read_bytes().count(b"\n") == 1
        assert not (serving.data_dir / "serve.json").exists()


async def test_a_killed_supervisor_leaves_no_process_and_loses_no_count(serve: Serve):
    async with serve() as first:
        await read(first, "a", times=3)
        processes = first.processes()
        first.process.send_signal(signal.SIGKILL)
        first.process.wait()

        # Started while the orphans are on their way out, on the port they hold: it waits for the last.
        async with serve("--port", str(urlsplit(first.url).port)) as second:
            assert not alive(processes)
            assert await count(second, "a") == 3


async def test_a_supervisor_killed_while_it_starts_leaves_no_process(serve: Serve):
    async with serve() as first:
        data_dir = first.data_dir
        own = psutil.Process(first.process.pid)
        killed = own.children()
        for child in killed:
            child.kill()
        await wait_until(lambda: set(own.children()) - set(killed), "children are being started again")
        processes = first.processes()
        first.process.send_signal(signal.SIGKILL)

        await wait_until(lambda: not alive(processes), "every process is gone")
    assert run("counter", "--site", SITE, "--data-dir", str(data_dir), cwd=data_dir).returncode == 2
