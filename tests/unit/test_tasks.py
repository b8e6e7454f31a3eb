"""What ending a task promises."""

import asyncio

import pytest

from shared.tasks import end


async def test_a_task_ends():
    task = asyncio.create_task(asyncio.sleep(3_600))

    await end([task])

    assert task.cancelled()


async def test_a_task_that_loses_a_cancellation_ends_all_the_same():
    lost = []

    async def loses_one() -> None:
        try:
            await asyncio.sleep(3_600)
        except asyncio.CancelledError:
            lost.append(1)
        await asyncio.sleep(3_600)

    task = asyncio.create_task(loses_one())
    await asyncio.sleep(0)

    await end([task])

    assert lost == [1]
    assert task.cancelled()


async def test_what_a_task_died_of_is_logged(caplog: pytest.LogCaptureFixture):
    async def fails() -> None:
        raise ValueError("broken")

    task = asyncio.create_task(fails(), name="the-sweep")
    await asyncio.wait([task])

    await end([task])

    assert "the-sweep had failed" in caplog.text
    assert "broken" in caplog.text


async def test_no_task_is_nothing_to_end():
    await end([])
