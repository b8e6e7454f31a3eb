"""One bearer key for each purpose: it opens one door, several are valid at once, and nobody is told it."""

import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from hashlib import sha256
from typing import Any

import httpx
import pytest
from prometheus_client import CollectorRegistry, generate_latest

from services import collector, desk, query
from services.cli.sockets import listen
from shared.connection import Client
from shared.service import Service
from shared.settings import Settings, WrongSettings, load
from tests.desks import article
from tests.waiting import wait_until

SITE = "news.example"
DOORS = ("batch", "desk", "newsroom")
MODULES: Mapping[str, Any] = {"batch": collector, "desk": desk, "newsroom": query}


def digest(key: str) -> str:
    return "sha256:" + sha256(key.encode()).hexdigest()


class House:
    """Collector, desk and query, and what is behind the door of each."""

    def __init__(self, clients: Mapping[str, httpx.AsyncClient], registry: CollectorRegistry) -> None:
        self._clients = clients
        self.registry = registry

    async def knock(self, door: str, authorization: str | None = None) -> httpx.Response:
        headers = {} if authorization is None else {"authorization": authorization.encode("latin-1")}
        http = self._clients[door]
        match door:
            case "batch":
                view = [{"site": SITE, "article": "/a"}]
                return await http.post("/v1/views/batch", json=view, headers=headers)
            case "desk":
                return await http.put("/v1/article", json=article(), headers=headers)
            case _:
                return await http.get(f"/v1/board?site={SITE}", headers=headers)


@asynccontextmanager
async def house(redis_url: str, **keys: str | None) -> AsyncIterator[House]:
    registry = CollectorRegistry()
    settings = Settings(redis_url=redis_url, site=(SITE,), **keys)  # type: ignore[arg-type]
    async with AsyncExitStack() as stack:
        clients = {}
        for door, module in MODULES.items():
            service: Service = module.build(settings, registry)
            await service.start()
            stack.push_async_callback(service.stop)

            async def ready(service: Service = service) -> bool:
                return not await service.unready()

            await wait_until(ready, f"{door} is ready")
            transport = httpx.ASGITransport(service.app)  # type: ignore[arg-type]
            http = httpx.AsyncClient(transport=transport, base_url="http://here")
            clients[door] = await stack.enter_async_context(http)
        yield House(clients, registry)


@pytest.mark.parametrize("door", DOORS)
async def test_while_keys_are_changed_both_open(redis: Client, redis_url: str, door: str):
    keys = {f"{door}_key": f"old-key, {digest('new-key')}"}
    async with house(redis_url, **keys) as opened:
        answers = [
            (await opened.knock(door, f"{scheme} {key}")).status_code
            for scheme in ("Bearer", "bearer")
            for key in ("old-key", "new-key")
        ]
        refused = [
            (await opened.knock(door, authorization)).status_code
            for authorization in (
                None,
                "Bearer",
                "Bearer ",
                "Bearer older-key",
                f"Bearer {digest('new-key')}",
                "Bearer old-key, new-key",
                "Basic old-key",
                "old-key",
                "Bearer \xe9",
            )
        ]

    assert answers == [202 if door == "batch" else 200] * 4
    assert refused == [401] * 9


async def test_a_key_opens_its_own_door_and_no_other(redis: Client, redis_url: str):
    keys = {f"{door}_key": f"key-of-{door}" for door in DOORS}
    async with house(redis_url, **keys) as opened:
        found = {
            (door, key): (await opened.knock(door, f"Bearer key-of-{key}")).is_success
            for door in DOORS
            for key in DOORS
        }

    assert found == {(door, key): door == key for door in DOORS for key in DOORS}


async def test_without_a_key_every_door_is_closed_to_every_key(redis: Client, redis_url: str):
    async with house(redis_url, batch_key=None, desk_key="", newsroom_key=" , ") as closed:
        for door in DOORS:
            for authorization in (None, "Bearer ", "Bearer anything"):
                answer = await closed.knock(door, authorization)
                assert answer.status_code == 403
                assert answer.headers["x-groundswell-reason"] == "key-not-configured"


async def test_no_key_is_in_a_log_an_answer_or_a_metric(
    redis: Client, redis_url: str, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.DEBUG)
    keys = {f"{door}_key": f"right-secret-{door},{digest('right-secret-too')}" for door in DOORS}
    told = ""
    async with house(redis_url, **keys) as opened:
        for door in DOORS:
            for key in (f"right-secret-{door}", "right-secret-too", "wrong-secret"):
                answer = await opened.knock(door, f"Bearer {key}")
                told += answer.text + repr(answer.headers)
        told += generate_latest(opened.registry).decode() + caplog.text
    for key in await redis.keys("*"):
        told += repr(key) + repr(await redis.dump(key))
    told += repr(Settings(redis_url="redis://:right-secret@127.0.0.1:1/0", site=(SITE,), **keys))  # type: ignore[arg-type]

    assert "secret" not in told
    assert sha256(b"right-secret-too").hexdigest() not in told


@pytest.mark.parametrize("written", ["sha256:not-a-digest", "sha256:" + "ab" * 31, "fine-key,sha256:00"])
@pytest.mark.parametrize("door", DOORS)
def test_a_digest_that_is_none_is_named_and_not_repeated(door: str, written: str):
    with pytest.raises(WrongSettings) as wrong:
        load({f"{door}_key": written})

    assert str(wrong.value).startswith(f"{door}_key: ")
    for part in ("not-a-digest", "abab", "fine-key"):
        assert part not in str(wrong.value)


def test_management_ports_are_on_loopback_wherever_the_public_one_is():
    settings = load({"host": "::", "site": [SITE]})

    with listen(settings.management_host, settings.management_port, "management-port") as bound:
        assert bound.getsockname()[0] == "127.0.0.1"
