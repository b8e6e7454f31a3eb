"""Overrides for tests, asked of a desk or written as a desk writes them."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

from shared import keys
from shared.connection import Client
from shared.override import Override
from tests.desks import SITE


def wanted(action: str, article_id: str = "a", **given: Any) -> dict[str, Any]:
    """An override as a newsroom asks for it, over in an hour."""
    own = {
        "pin": {"position": 1},
        "ban": {},
        "boost": {"factor": 2.0},
        "sponsor": {"position": 2, "label": "Sponsored"},
    }
    return {
        "site": SITE,
        "id": article_id,
        "action": action,
        **own[action],
        "until": (datetime.now(UTC) + timedelta(hours=1)).isoformat(),
        "by": "A. Editor",
        "reason": "It matters",
        **given,
    }


def override(action: str, *, until: float | None = None, **given: Any) -> Override:
    """An override as it is stored; without `until` it is over in an hour."""
    now = time.time()
    own = wanted(action)
    fields = {name: own[name] for name in ("position", "factor", "label") if name in own}
    return Override.model_validate(
        {
            "action": action,
            **fields,
            "since": now,
            "until": now + 3_600 if until is None else until,
            "by": "A. Editor",
            "reason": "It matters",
            **given,
        }
    )


async def put(redis: Client, overrides: dict[str, Override], site: str = SITE) -> None:
    """Store overrides by article, and tell the followers."""
    for article_id, one in overrides.items():
        await redis.hset(keys.override(site), article_id, one.encode())
    await redis.xadd(keys.CHANGES, {"site": site, "aliases": "", "override": ""})
