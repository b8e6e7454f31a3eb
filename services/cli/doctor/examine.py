"""Examining one installation from beginning to end."""

import time
from dataclasses import replace

from redis.exceptions import BusyLoadingError

from services.cli import reach, running
from services.cli.doctor import checks
from services.cli.doctor.case import Case
from services.cli.doctor.finding import Finding, wrong
from services.cli.running import NothingRuns, Running
from services.cli.trouble import Trouble
from shared.partition import read_plan
from shared.settings import Settings

_AWAY = "see that it runs, and that redis_url and its network lead there"
_LOADING = "wait until it has read its data; `INFO persistence` tells how far it is"


async def examine(settings: Settings, prometheus: str | None = None) -> list[Finding]:
    """Return everything that is found where these settings lead, and the address of a Prometheus.

    Raises Trouble when it cannot be told what that is.
    """
    found = _found(settings)
    if found is not None and found.settings:
        settings = Settings.model_validate(found.settings)
    case = Case(settings, found, time.time(), prometheus=prometheus)
    here = await checks.look_here(case)
    if found is None:
        return [*here, *checks.look_nowhere("no Redis is known")]
    try:
        async with reach.redis_of(found, "doctor") as redis:
            plan = await read_plan(redis)
            seconds, microseconds = await redis.time()
            case = replace(case, now=seconds + microseconds / 1e6, partitions=plan.ever if plan else 0)
            there = await checks.look_in_redis(case, redis)
    except Trouble as trouble:
        remedy = _LOADING if isinstance(trouble.__context__, BusyLoadingError) else _AWAY
        return [*here, wrong("redis", str(trouble), remedy), *checks.look_nowhere("Redis does not answer")]
    return [*here, *there]


def _found(settings: Settings) -> Running | None:
    try:
        return running.find(settings)
    except NothingRuns:
        return None
