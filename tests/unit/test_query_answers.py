"""Answers that are given again."""

import asyncio

import pytest

from services.query.answers import Answers
from shared.answer import Answer
from shared.http import Request
from shared.problem import Kind, Problem
from tests.waiting import wait_until


def asking(if_none_match: bytes | None = None) -> Request:
    async def receive() -> dict[str, object]:
        return {"type": "http.disconnect"}

    headers = [] if if_none_match is None else [(b"if-none-match", if_none_match)]
    return Request({"query_string": b"", "headers": headers}, receive)


def of(body: bytes) -> Answer:
    return Answer.of(body, ())


class Kitchen:
    """Makes answers and counts them; with a gate, only once it is opened."""

    def __init__(self) -> None:
        self.made = 0
        self.gate = asyncio.Event()
        self.gate.set()

    async def make(self) -> Answer:
        self.made += 1
        await self.gate.wait()
        return of(b"%d" % self.made)


async def test_who_asks_while_an_answer_is_made_waits_for_it() -> None:
    kitchen, answers = Kitchen(), Answers()
    kitchen.gate.clear()
    asked = [asyncio.create_task(answers.get(b"q", kitchen.make)) for _ in range(50)]
    await wait_until(lambda: kitchen.made, "one answer is being made")
    asked[0].cancel()
    kitchen.gate.set()

    given = await asyncio.gather(*asked[1:])

    assert kitchen.made == 1
    assert {one.whole.body for one in given} == {b"1"}


async def test_an_answer_is_given_again_for_as_long_as_it_lives() -> None:
    kitchen, answers = Kitchen(), Answers(life=3_600)
    first = await answers.get(b"q", kitchen.make)

    assert await answers.get(b"q", kitchen.make) is first
    assert await answers.get(b"other", kitchen.make) is not first


async def test_an_answer_is_made_anew_when_its_life_is_over() -> None:
    kitchen, answers = Kitchen(), Answers(life=0.05)
    first = await answers.get(b"q", kitchen.make)

    async def renewed() -> bool:
        return await answers.get(b"q", kitchen.make) is not first

    await wait_until(renewed, "the answer is made anew")


async def test_a_refusal_is_kept_for_nobody() -> None:
    kitchen, answers = Kitchen(), Answers()

    async def refuse() -> Answer:
        raise Problem(Kind.BAD_PARAMETER)

    with pytest.raises(Problem):
        await answers.get(b"q", refuse)

    assert (await answers.get(b"q", kitchen.make)).whole.body == b"1"


async def test_what_is_kept_is_bounded_whatever_is_asked() -> None:
    kitchen, answers = Kitchen(), Answers(max_bytes=20_000, life=3_600)
    for n in range(1_000):
        await answers.get(b"%d" % n, kitchen.make)
    made = kitchen.made

    await answers.get(b"999", kitchen.make)
    assert kitchen.made == made, "the newest is kept"
    await answers.get(b"0", kitchen.make)
    assert kitchen.made == made + 1, "the oldest made room"


def test_the_same_data_has_the_same_tag_and_other_data_another() -> None:
    assert of(b"a").etag == of(b"a").etag != of(b"b").etag
    assert Answer.of(b"a", (), covers=b"x").etag == Answer.of(b"b", (), covers=b"x").etag


@pytest.mark.parametrize("told", [b"%s", b"W/%s", b'"other", %s', b'W/"other",W/%s'])
def test_who_has_it_already_is_told_so(told: bytes) -> None:
    answer = of(b"a")

    assert answer.to(asking(told % answer.etag)).status == 304


def test_who_has_something_else_gets_the_whole() -> None:
    answer = of(b"a")

    assert answer.to(asking(b'"other"')) is answer.whole
    assert answer.to(asking(answer.etag.strip(b'"'))) is answer.whole
    assert answer.to(asking(b"*")).status == 304
