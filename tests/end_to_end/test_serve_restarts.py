"""A process that dies comes back, and nobody who knocks meanwhile is refused."""

import asyncio
import json

import httpx
import psutil

from tests.serving import PROCESSES, SITE, Serving, alive
from tests.waiting import wait_until


def pid_now(serving: Serving, name: str) -> int | None:
    """Return the pid of a process, as serve.json has it now; None while there is none."""
    pids = json.loads((serving.data_dir / "serve.json").read_text())["pids"][name]
    return pids[0] if pids else None


async def kill(serving: Serving, name: str) -> None:
    """Kill a process and wait until another one does its work."""
    killed = pid_now(serving, name)
    assert killed is not None
    psutil.Process(killed).kill()

    await wait_until(lambda: pid_now(serving, name) not in (None, killed), f"{name} is started again")
    await wait_until(serving.everything_ready, "every process is ready again")


async def test_a_killed_process_comes_back_and_everything_is_ready_again(serving: Serving):
    for name in PROCESSES:
        await kill(serving, name)

        again = await serving.http.post("/v1/views", json={"site": SITE, "article": name})
        assert again.headers["x-groundswell-outcome"] == "accepted"
    assert serving.stdout.read_bytes().count(b"\n") == 1


async def test_a_killed_valkey_comes_back_on_its_port_with_what_it_had(serving: Serving):
    await serving.redis.hset("gs:count:{0}:news.example", "a", 147)

    await kill(serving, "redis")

    answer = await serving.http.get("/v1/counts", params={"site": SITE, "ids": "a"})
    assert answer.json()["counts"] == {"a": 147}
    again = await serving.http.post("/v1/views", json={"site": SITE, "article": "a"})
    assert again.headers["x-groundswell-outcome"] == "accepted"


async def test_the_public_port_refuses_nobody_while_the_web_process_starts_again(serving: Serving):
    killed = pid_now(serving, "web")
    assert killed is not None
    process = psutil.Process(killed)
    process.kill()
    await wait_until(lambda: not alive([process]), "the web process is gone")

    # Each has a connection of its own, and waits in the queue until the next process takes it.
    async with httpx.AsyncClient(timeout=60, trust_env=False) as client:
        answers = await asyncio.gather(
            *(client.get(f"{serving.url}/v1/counts?site={SITE}&ids=a") for _ in range(10))
        )

    assert [answer.status_code for answer in answers] == [200] * 10
    assert pid_now(serving, "web") != killed
