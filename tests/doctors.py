"""What the tests of `groundswell doctor` have in common: a case, and what one check finds in it."""

import time
from pathlib import Path

from services.cli.doctor.case import Case, LookHere, LookInRedis
from services.cli.doctor.finding import Finding, Level
from services.cli.running import Running
from shared.connection import Client
from shared.settings import Settings

SITE = "news.example"


def case_of(
    redis_url: str | None = None, data_dir: Path = Path("nowhere"), *, partitions: int = 1, **settings: object
) -> Case:
    """Return a case of one site, as it is where services run one by one; without a Redis nothing runs."""
    given = {"site": (SITE,), "redis_url": redis_url, "data_dir": data_dir, **settings}
    running = None if redis_url is None else Running(redis_url, sites=(SITE,))
    return Case(Settings(**given), running, time.time(), partitions)  # type: ignore[arg-type]


async def in_redis(look: LookInRedis, redis: Client, case: Case | None = None) -> list[Finding]:
    """Return what a check finds that asks Redis; each tells what to do unless all is well."""
    return _told([finding async for finding in look(case or case_of(), redis)])


async def here(look: LookHere, case: Case) -> list[Finding]:
    """Return what a check finds that asks no Redis; each tells what to do unless all is well."""
    return _told([finding async for finding in look(case)])


def _told(findings: list[Finding]) -> list[Finding]:
    assert findings, "every check tells something"
    for finding in findings:
        assert finding.what
        if finding.level is not Level.UNKNOWN:
            assert bool(finding.remedy) == (finding.level is not Level.OK), finding
    return findings
