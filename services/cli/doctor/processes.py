"""Whether every process does its work, as it says itself on its management port."""

from collections.abc import AsyncIterator

from services.cli import readiness
from services.cli.doctor.case import Case
from services.cli.doctor.finding import Finding, ok, unknown, warning, wrong
from services.cli.running import Running


async def processes(case: Case) -> AsyncIterator[Finding]:
    """Ask each process of the `groundswell serve` that runs."""
    if case.running is None:
        yield wrong(
            "processes",
            f"nothing runs on {case.settings.data_dir}",
            "start `groundswell serve` on it; where services run one by one, give --redis-url",
        )
    elif not case.running.management:
        yield unknown(
            "processes",
            "only Redis is known, and no `groundswell serve` runs on it here",
            "ask /readyz on the management port of each service",
        )
    else:
        async for finding in _asked(case.running):
            yield finding


async def _asked(running: Running) -> AsyncIterator[Finding]:
    well = []
    for name, address in running.management.items():
        pids = running.pids.get(name, [])
        answer = await readiness.ask(address)
        if answer.reasons:
            where = f"pid {pids[0]}" if pids else "ended, and is being started again"
            yield wrong(
                "processes",
                f"{name} ({where}) is not ready: {'; '.join(answer.reasons)}",
                f"see what it logs, and {address}/readyz",
            )
        elif answer.notes:
            yield warning("processes", f"{name}: {'; '.join(answer.notes)}", f"see {address}/readyz")
        else:
            well.append(name)
    if well:
        yield ok("processes", f"ready: {', '.join(well)}")
