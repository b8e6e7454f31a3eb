"""Views do not wait for whoever takes traces, nor for OpenTelemetry where it is not wanted."""

import logging
import socket
import subprocess
import sys

import pytest

from shared import keys
from shared.connection import Client
from shared.entry import decode
from tests.conftest import free_port
from tests.otlp import receiving
from tests.tracing import exporting_to, traced
from tests.waiting import wait_until

VIEWS = 40
ROOM = "8"


def spans_told(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what is logged of spans."""
    return [line for line in caplog.messages if "spans" in line]


async def on_the_stream(redis: Client) -> int:
    """Return how many views are durable."""
    return sum(len(decode(fields).views) for _, fields in await redis.xrange(keys.views(0)))


async def test_nothing_waits_for_a_receiver_that_does_not_answer(
    redis: Client, redis_url: str, monkeypatch: pytest.MonkeyPatch
):
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        endpoint = f"http://127.0.0.1:{silent.getsockname()[1]}"
        exporting_to(endpoint, monkeypatch, TRACES_SAMPLER_ARG="1", BSP_MAX_QUEUE_SIZE=ROOM)
        async with traced(redis_url, counting=False, flush_interval_ms=0) as way:
            answers = [(await way.post(article=f"/{n}")).status_code for n in range(VIEWS)]
            dropped = way.spans("queue-full")

    assert answers == [202] * VIEWS, "while the first spans were still on their way"
    assert await on_the_stream(redis) == VIEWS
    assert dropped >= VIEWS, "a request and its flush are two spans and more"
    assert way.spans("sent") == 0


async def test_a_receiver_that_is_away_is_told_of_once_and_costs_no_view(
    redis: Client, redis_url: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.INFO)
    endpoint = f"http://127.0.0.1:{free_port()}"
    more = {"EXPORTER_OTLP_TIMEOUT": "0.2", "BSP_MAX_EXPORT_BATCH_SIZE": "2"}
    exporting_to(endpoint, monkeypatch, TRACES_SAMPLER_ARG="1", **more)
    async with traced(redis_url, counting=False, flush_interval_ms=0) as way:
        for n in range(10):
            assert (await way.post(article=f"/{n}")).status_code == 202
        await wait_until(lambda: way.spans("failed") >= 10, "spans were given up")

    (told,) = spans_told(caplog)
    assert told.startswith("spans are not taken: ")
    assert told.endswith("; they are dropped")
    assert await on_the_stream(redis) == 10


async def test_a_receiver_that_comes_back_is_sent_what_comes_then(
    redis_url: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.INFO)
    with receiving() as receiver:
        exporting_to(receiver.endpoint, monkeypatch, TRACES_SAMPLER_ARG="1")
        receiver.status = 400
        async with traced(redis_url, counting=False) as way:
            await way.post()
            await wait_until(lambda: way.spans("failed"), "spans were not taken")
            receiver.status = 200
            await way.post()
            await wait_until(lambda: receiver.named("flush"), "spans are taken")
            await wait_until(lambda: spans_told(caplog)[1:], "that it is over is told")

    assert "400" in spans_told(caplog)[0]
    assert spans_told(caplog)[1].endswith(": spans are not taken")

    assert way.spans("sent") == len(receiver.spans)


def run(code: str) -> subprocess.CompletedProcess[str]:
    """Run a program of Python."""
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False
    )


def test_without_traces_nothing_that_makes_or_sends_spans_is_loaded():
    ended = run(
        "import sys\n"
        "from services import counter, desk\n"
        "from services.cli import single, web\n"
        "from shared.service import new_registry\n"
        "from shared.settings import Settings\n"
        "from shared.tracing import tracing\n"
        "settings = Settings(site=('a.example',), redis_url='redis://127.0.0.1:1/0')\n"
        "for room in (web, counter, desk):\n"
        "    registry = new_registry()\n"
        "    with tracing(settings, 'web', registry) as given:\n"
        "        room.build(settings, registry, **given)\n"
        "    assert given == {}\n"
        "unwanted = 'shared.tracing.spans', 'opentelemetry.exporter', 'opentelemetry.sdk.trace', 'requests'\n"
        "print([name for name in unwanted if name in sys.modules])\n"
    )

    assert (ended.stdout, ended.returncode) == ("[]\n", 0), ended.stderr


@pytest.mark.parametrize("missing", ["opentelemetry", "opentelemetry.exporter.otlp"])
def test_a_machine_without_opentelemetry_is_told_what_to_install(missing: str):
    ended = run(
        "import sys\n"
        "from shared.settings import WrongSettings, load\n"
        "class Missing:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        f"        if name == {missing!r}:\n"
        "            raise ModuleNotFoundError(name)\n"
        "sys.meta_path.insert(0, Missing())\n"
        "assert load({'tracing': 'off'}).tracing is False\n"
        "try:\n"
        "    load({'tracing': 'on'})\n"
        "except WrongSettings as error:\n"
        "    print(error)\n"
    )

    assert (ended.stdout, ended.stderr) == (
        "tracing: OpenTelemetry is not installed; install groundswell[tracing]\n",
        "",
    )


async def test_the_switch_of_opentelemetry_itself_turns_it_off(
    redis_url: str, monkeypatch: pytest.MonkeyPatch
):
    with receiving() as receiver:
        exporting_to(receiver.endpoint, monkeypatch, TRACES_SAMPLER_ARG="1", SDK_DISABLED="true")
        async with traced(redis_url) as way:
            assert (await way.post()).status_code == 202

    assert receiver.spans == []
    assert way.registry.get_sample_value("groundswell_spans_total", {"outcome": "sent"}) is None
