"""What `groundswell doctor` finds on this machine: what waits on its disk, and how its processes do."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from services.cli.doctor.case import Case
from services.cli.doctor.finding import Level
from services.cli.doctor.processes import processes
from services.cli.doctor.spool import spool
from services.cli.running import Running
from services.collector.spool.depth import depth_of
from services.collector.spool.file import SpoolFile
from services.collector.spool.spool import DIRECTORY
from services.collector.streams import Packed
from shared.http import ASGIApp
from shared.service import bind, http_server, management
from tests.doctors import SITE, case_of, here
from tests.entries import entry, view

REDIS = "redis://127.0.0.1:1/0"


class Step:
    """A service that is as well as a test says."""

    app: ASGIApp | None = None

    def __init__(self, reasons: list[str], notes: list[str]) -> None:
        self._reasons = reasons
        self._notes = notes

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    async def unready(self) -> list[str]:
        return self._reasons

    def notes(self) -> list[str]:
        return self._notes


@asynccontextmanager
async def running(*, reasons: list[str] | None = None, notes: list[str] | None = None) -> AsyncIterator[Case]:
    """A case with one process, a counter, which says this on its management port."""
    listening = bind("127.0.0.1", 0)
    server = http_server(management(Step(reasons or [], notes or []), CollectorRegistry()))
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    found = Running(REDIS, management={"counter": address}, pids={"counter": [os.getpid()]}, sites=(SITE,))
    try:
        yield replace(case_of(), running=found)
    finally:
        server.should_exit = True
        await serving


async def test_processes_that_are_ready_are_named():
    async with running() as case:
        [found] = await here(processes, case)

    assert (found.level, found.what) == (Level.OK, "ready: counter")


async def test_a_process_that_is_not_ready_says_why():
    async with running(reasons=["partition 0 is 60000 entries behind", "no Redis"]) as case:
        [found] = await here(processes, case)

    assert found.level == Level.WRONG
    assert found.what == (
        f"counter (pid {os.getpid()}) is not ready: partition 0 is 60000 entries behind; no Redis"
    )


async def test_what_is_not_as_usual_with_a_process_is_a_warning():
    async with running(notes=["views wait in the spool"]) as case:
        [found] = await here(processes, case)

    assert (found.level, found.what) == (Level.WARNING, "counter: views wait in the spool")


async def test_a_process_that_was_stopped_is_wrong():
    async with running() as case:
        pass

    [found] = await here(processes, case)

    assert found.level == Level.WRONG


async def test_without_a_serve_processes_cannot_be_asked_or_do_not_run():
    [elsewhere] = await here(processes, case_of(REDIS))
    [nowhere] = await here(processes, case_of())

    assert (elsewhere.level, nowhere.level) == (Level.UNKNOWN, Level.WRONG)


@pytest.mark.parametrize(("age", "level"), [(1, Level.WARNING), (1_200, Level.WRONG), (80_000, Level.WRONG)])
async def test_what_waits_in_the_spool_is_told(tmp_path: Path, age: int, level: Level):
    case = case_of(data_dir=tmp_path)
    file = SpoolFile.new(tmp_path / DIRECTORY)
    for _ in range(2):
        file.add(0, [(None, Packed.of(entry(view(), view())))], case.now - age)

    [found] = await here(spool, case)
    [full] = await here(spool, case_of(data_dir=tmp_path, spool_max_bytes=file.bytes))
    depth = depth_of(tmp_path / DIRECTORY)
    file.forget(file.oldest(0, 2))
    file.close()
    [drained] = await here(spool, case)

    assert found.level == level
    assert found.what.startswith("4 views in 2 entries wait in ")
    assert full.level == Level.WRONG
    assert depth.since == pytest.approx(case.now - age)
    assert drained.level == Level.OK


async def test_a_spool_that_cannot_be_read_is_wrong(tmp_path: Path):
    (tmp_path / DIRECTORY).mkdir()
    (tmp_path / DIRECTORY / "0.sqlite3").write_bytes(b"this is no database, " * 100)

    [found] = await here(spool, case_of(data_dir=tmp_path))

    assert found.level == Level.WRONG
