"""Redis over TLS: who it is has to be proved, and whoever runs us is told what is wrong with the proof."""

import asyncio
import subprocess
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client import CollectorRegistry

from services import collector, counter, desk, query, ranker
from shared import keys
from shared.connection import connect
from shared.service import Service, management
from shared.settings import Settings, WrongSettings, load
from tests.collectors import SITE, post
from tests.conftest import free_port
from tests.programs import need
from tests.redis_servers import redis_server
from tests.waiting import wait_until

SERVICES = (collector, counter, desk, query, ranker)


@dataclass(frozen=True)
class Authority:
    """Who signs certificates, with the openssl command."""

    directory: Path

    @property
    def certificate(self) -> Path:
        """What its signatures are held against."""
        return self.directory / "authority.pem"

    def sign(self, name: str, days: int = 2) -> tuple[Path, Path]:
        """Return certificate and key of a host; those of -1 days are out of date from the beginning."""
        certificate, key = self.directory / f"{name}{days}.pem", self.directory / f"{name}{days}.key"
        request, extensions = certificate.with_suffix(".csr"), certificate.with_suffix(".ext")
        extensions.write_text(f"subjectAltName=DNS:{name}\n")
        _openssl(*f"req {_NEW} -keyout {key} -out {request} -subj /CN={name}".split())
        signing = f"x509 -req -in {request} -CA {self.certificate} -CAkey {self.directory}/authority.key"
        _openssl(*f"{signing} -CAcreateserial -days {days} -extfile {extensions} -out {certificate}".split())
        return certificate, key


_NEW = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"


def _openssl(*arguments: str) -> None:
    subprocess.run([need("openssl"), *arguments], check=True, capture_output=True, timeout=60)


def _authority(directory: Path) -> Authority:
    directory.mkdir(parents=True)
    made = Authority(directory)
    subject = "-subj /CN=authority -days 2"
    _openssl(*f"req -x509 {_NEW} -keyout {directory}/authority.key -out {made.certificate} {subject}".split())
    return made


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return _authority(tmp_path / "authority")


@asynccontextmanager
async def _server(
    authority: Authority, directory: Path, name: str = "localhost", days: int = 2
) -> AsyncIterator[str]:
    """A Redis that shows a certificate; how it is reached, and how one that believes it reaches it."""
    certificate, key = authority.sign(name, days)
    plain, encrypted = free_port(), free_port()
    async with redis_server(
        need("redis-server"),
        directory,
        f"redis://127.0.0.1:{plain}/0",
        port=plain,
        tls_port=encrypted,
        tls_cert_file=str(certificate),
        tls_key_file=str(key),
        tls_ca_cert_file=str(authority.certificate),
        tls_auth_clients="no",
    ):
        yield f"rediss://localhost:{encrypted}/0"


@asynccontextmanager
async def _running(module: Any, settings: Settings) -> AsyncIterator[Service]:
    service: Service = module.build(settings, CollectorRegistry())
    await service.start()
    try:
        yield service
    finally:
        await service.stop()


async def _unready(service: Service) -> list[str]:
    """Return what /readyz says is wrong."""
    transport = httpx.ASGITransport(management(service, CollectorRegistry()))  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://management") as http:
        answer = await http.get("/readyz")
    reasons: list[str] = answer.json()["reasons"]
    assert answer.status_code == (503 if reasons else 200)
    return reasons


def _settings(url: str, authority: Authority | None) -> Settings:
    ca = None if authority is None else str(authority.certificate)
    return load({"redis_url": url, "redis_ca": ca, "site": [SITE], "desk_key": "key"})


async def test_every_service_works_over_tls(authority: Authority, tmp_path: Path):
    async with _server(authority, tmp_path / "redis") as url, AsyncExitStack() as stack:
        settings = _settings(url, authority)
        running = [await stack.enter_async_context(_running(module, settings)) for module in SERVICES]
        for service in running:

            async def ready(service: Service = service) -> bool:
                return not await _unready(service)

            await wait_until(ready, f"{type(service).__name__} is ready")
        assert await post(running[0], {"article": "/a"}) == "accepted"  # type: ignore[arg-type]
        client = connect(settings.redis_url or "", deadline=5, name="test")

        async def counted() -> bool:
            return await client.hget(keys.count(0, SITE), "/a") == b"1"

        await wait_until(counted, "the view is counted")
        await client.aclose()


@pytest.mark.parametrize(
    ("shown", "reason"),
    [
        (("elsewhere.example", 2), "its certificate is for another host name than that of redis_url"),
        (("localhost", -1), "its certificate has expired"),
        (("localhost", 2), "its certificate is signed by an authority that is not known here"),
    ],
)
async def test_a_certificate_that_proves_nothing_is_told_by_every_service(
    authority: Authority, tmp_path: Path, shown: tuple[str, int], reason: str
):
    believed = _authority(tmp_path / "stranger") if shown == ("localhost", 2) else authority
    async with _server(authority, tmp_path / "redis", *shown) as url, AsyncExitStack() as stack:
        settings = _settings(url, believed)
        for module in SERVICES:
            service = await stack.enter_async_context(_running(module, settings))

            await _told(service, reason)


async def _told(service: Service, reason: str) -> None:
    async def told() -> bool:
        return any(reason in one for one in await _unready(service))

    await wait_until(told, f"it says: {reason}")


async def test_without_a_setting_the_authorities_of_the_system_are_asked(
    authority: Authority, tmp_path: Path
):
    async with (
        _server(authority, tmp_path / "redis") as url,
        _running(query, _settings(url, None)) as service,
    ):
        await _told(service, "an authority that is not known here; redis_ca names one")


async def test_what_does_not_speak_tls_is_not_spoken_to():
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        writer.write(b"-ERR unknown command\r\n")
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as plain:
        port = plain.sockets[0].getsockname()[1]
        async with _running(query, _settings(f"rediss://127.0.0.1:{port}/0", None)) as service:
            await _told(service, "it does not speak TLS as rediss:// asks for")


@pytest.mark.parametrize("query", ["ssl_cert_reqs=none", "ssl_check_hostname=false"])
def test_verification_cannot_be_switched_off(query: str):
    with pytest.raises(WrongSettings, match=r"^redis_url: .*always verified"):
        load({"redis_url": f"rediss://redis.example:6379/0?{query}"})


def test_a_file_of_authorities_that_is_none_is_named(tmp_path: Path):
    (tmp_path / "empty.pem").write_text("nothing\n")
    for path in (tmp_path / "empty.pem", tmp_path / "missing.pem"):
        with pytest.raises(WrongSettings, match=r"^redis_ca: .*is no file of certificates"):
            load({"redis_ca": str(path), "redis_url": "rediss://redis.example:6379/0"})


def test_a_password_is_in_no_word_about_a_wrong_address():
    with pytest.raises(WrongSettings) as wrong:
        load({"redis_url": "http://collector:hidden-word@redis.example:6379/0"})

    assert "hidden-word" not in str(wrong.value)
