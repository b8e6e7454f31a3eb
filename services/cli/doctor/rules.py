"""Whether a Prometheus watches: that it asks our processes, has our rules, and what they say now."""

import json
from collections.abc import AsyncIterator, Mapping
from typing import Any
from urllib.parse import quote, urlsplit

import httpcore

from services.cli.doctor.case import Case
from services.cli.doctor.finding import Finding, ok, warning, wrong

_PATIENCE = dict.fromkeys(("connect", "read", "write", "pool"), 5.0)
_OURS = "groundswell-"
"""How the groups of deploy/prometheus/rules begin."""

_PROCESSES = quote('up{job="groundswell"}')

Rule = Mapping[str, Any]


class _Strange(Exception):
    """What was answered is not what a Prometheus answers."""


async def rules(case: Case) -> AsyncIterator[Finding]:
    """Ask the Prometheus that was named; nothing is told when none was."""
    if case.prometheus is None:
        return
    try:
        groups = (await _ask(case.prometheus, "rules"))["groups"]
        asked = (await _ask(case.prometheus, f"query?query={_PROCESSES}"))["result"]
        ours = [rule for group in groups if group["name"].startswith(_OURS) for rule in group["rules"]]
        found = [*_asking(asked), *_rules(ours)]
    except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException, OSError) as error:
        said = str(error) or type(error).__name__
        yield wrong("rules", f"Prometheus does not answer: {said}", "start it: until then nobody is told")
        return
    except (_Strange, ValueError, LookupError, TypeError, AttributeError):
        yield wrong("rules", "what answers there is no Prometheus", "give --prometheus the address it is at")
        return
    for finding in found:
        yield finding


def _asking(processes: list[Rule]) -> list[Finding]:
    if not processes:
        told = "write its targets as docs/metrics.md says; the job has the name groundswell"
        return [wrong("rules", "Prometheus asks none of our processes", told)]
    return []


def _rules(ours: list[Rule]) -> list[Finding]:
    alerts = [rule for rule in ours if rule["type"] == "alerting"]
    if not alerts:
        return [
            wrong("rules", "Prometheus has none of our alerts", "rule_files: deploy/prometheus/rules/*.yml")
        ]
    found = [
        wrong(
            "rules",
            f"{rule['name']} cannot be evaluated: {rule['lastError']}",
            "take the rules of this release",
        )
        for rule in ours
        if rule["health"] == "err"
    ]
    firing = [(rule, alert) for rule in alerts for alert in rule["alerts"] if alert["state"] == "firing"]
    found += [
        warning(
            "rules", f"{rule['name']}: {alert['annotations']['summary']}", alert["annotations"]["runbook_url"]
        )
        for rule, alert in firing
    ]
    return found or [ok("rules", f"{len(alerts)} alerts, none fires")]


async def _ask(url: str, what: str) -> Any:
    """Return what the API of a Prometheus answers. Raises what httpcore raises, ValueError and _Strange."""
    address = f"{url.rstrip('/')}/api/v1/{what}"
    if urlsplit(address).scheme not in ("http", "https"):
        raise _Strange
    async with httpcore.AsyncConnectionPool() as pool:
        answer = await pool.request("GET", address, extensions={"timeout": _PATIENCE})
    document = json.loads(answer.content)
    if document["status"] != "success":
        raise _Strange
    return document["data"]
