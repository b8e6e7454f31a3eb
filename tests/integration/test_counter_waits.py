"""How long views waited to be counted is told, and what Redis had against a commit."""

import pytest
from prometheus_client import CollectorRegistry
from redis.exceptions import ResponseError

from services.counter.group import ensure_group
from shared import keys
from shared.connection import Client
from tests.entries import SITE, committing, deliver, entry, put, view


@pytest.fixture(autouse=True)
async def group(redis: Client) -> None:
    await ensure_group(redis, 0)


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


def waited(registry: CollectorRegistry, most: str = "+Inf") -> float:
    """Return how many entries were counted within so many seconds."""
    found = registry.get_sample_value("groundswell_view_counted_seconds_bucket", {"le": most})
    assert found is not None
    return found


async def test_each_entry_is_told_once_however_many_views_it_has(redis: Client, registry: CollectorRegistry):
    await put(redis, [entry(*[view(f"/{n}", visitor=n) for n in range(50)]), entry(view())])

    await deliver(redis, committing(redis, registry=registry))

    assert waited(registry) == 2


async def test_an_entry_that_waited_is_as_late_as_its_first_view(redis: Client, registry: CollectorRegistry):
    await put(redis, [entry(view("/a", ago=30), view("/b"))])

    await deliver(redis, committing(redis, registry=registry))

    assert (waited(registry, "15.0"), waited(registry, "60.0")) == (0, 1)


async def test_a_view_of_a_clock_that_is_ahead_waited_for_nothing(redis: Client, registry: CollectorRegistry):
    await put(redis, [entry(view(ago=-30))])

    await deliver(redis, committing(redis, registry=registry))

    assert waited(registry, "0.05") == 1


async def test_an_import_says_nothing_of_how_fresh_counts_are(redis: Client, registry: CollectorRegistry):
    await put(redis, [entry(view(ago=86_400), dedupe_window=1800)])

    await deliver(redis, committing(redis, registry=registry))

    assert waited(registry) == 0


async def test_a_commit_that_redis_answers_with_an_error_is_told_by_its_kind(
    redis: Client, registry: CollectorRegistry
):
    await put(redis, [entry(view())])
    await redis.set(keys.board(0, SITE, "4h"), "not ours")
    [[_, raw]] = await redis.xreadgroup(keys.GROUP, "test", {keys.views(0): ">"})

    with pytest.raises(ResponseError):
        await committing(redis, registry=registry).retake(0, raw, alone=False)

    errors = {
        sample.labels["error"]: sample.value
        for family in registry.collect()
        for sample in family.samples
        if sample.name == "groundswell_script_errors_total"
    }
    assert errors == {"wrong-type": 1, "out-of-memory": 0, "read-only": 0, "not-permitted": 0, "other": 0}
    assert waited(registry) == 0
