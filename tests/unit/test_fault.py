"""What is wrong with a value is told in plain words, wherever it comes in."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError
from pydantic_settings import BaseSettings

from services.collector.readings import BatchReading, Reading, read
from services.desk.correction.reading import read_correction
from services.desk.overrides.reading import read_override
from services.desk.reading import place, read_bulk, read_merge
from shared.article import Article
from shared.fault import fault_of
from shared.problem import Kind, Problem
from shared.settings import Settings, SiteSettings, WrongSettings, load

SITE = "news.example"
WRONG = (
    *(None, True, -1, 0, 7, 10**30, 1.5, float("nan"), float("inf"), "", " ", "x", "\x00", "\ud800", "1e9"),
    *("x" * 5_000, "2026-02-21", "2026-02-21T17:00:00", "2026-13-41T99:00:00Z", "9" * 5_000),
    *([], [[]], [None], ["x"] * 60, ["\x00"], {}, {"x": 1}, [{"x": 1}]),
)
"""A value of every kind, and some that are nearly right."""

LIBRARY = re.compile(
    r"_type\b|_parsing|_mismatch|_forbidden|_error\b|\[key\]|\blax\b|validat|pydantic|Input|Extra|Field|<class"
    r"|\bstring|\binteger|\bdict|\btuple|\bbool|\bNoneType|\bstr\b|\bint\b|[Ss]hould|Value error|instance"
)
"""Words of whatever looked at the value, and of Python."""

READING = {"site": SITE, "article": "/a"}
ARTICLE = {
    "site": SITE,
    "id": "a",
    "url": f"https://{SITE}/a",
    "title": "A",
    "published_at": "2026-02-21T17:00:00Z",
}
OVERRIDE = {
    "site": SITE,
    "id": "a",
    "action": "pin",
    "position": 1,
    "until": "2026-02-21T17:00:00Z",
    "by": "me",
    "reason": "news",
}
CORRECTION = {
    "site": SITE,
    "id": "a",
    "from": "2026-02-21T17:00:00Z",
    "to": "2026-02-21T18:00:00Z",
    "by": "me",
    "reason": "bots",
}

Take = Callable[[object], object]


def as_json(take: Callable[[bytes], object]) -> Take:
    """Return what takes a value as the body of a request."""
    return lambda value: take(json.dumps(value).encode())


BODIES: Mapping[str, tuple[Take, dict[str, object], tuple[str, ...]]] = {
    "view": (lambda value: read(Reading, value), dict(READING), tuple(Reading.model_fields)),
    "batch": (lambda value: read(BatchReading, value), dict(READING), tuple(BatchReading.model_fields)),
    "article": (lambda value: place(value, (SITE,)), dict(ARTICLE), ("site", *Article.model_fields)),
    "articles": (
        as_json(lambda body: read_bulk(body, "application/json")),
        {"articles": []},
        ("site", "articles"),
    ),
    "merge": (
        as_json(lambda body: read_merge(body, (SITE,))),
        {"site": SITE, "from": "a", "into": "b"},
        ("site", "from", "into"),
    ),
    "override": (
        as_json(lambda body: read_override(body, (SITE,), 1_771_600_000)),
        dict(OVERRIDE),
        ("factor", "label", *OVERRIDE),
    ),
    "correction": (
        as_json(lambda body: read_correction(body, (SITE,))),
        dict(CORRECTION),
        ("keep", "views", "request", *CORRECTION),
    ),
}


def refusals(take: Take, good: dict[str, object], fields: tuple[str, ...]) -> Iterator[tuple[str, Problem]]:
    """Yield what is refused of a good value with one wrong field, and of what is none, with the field."""
    for field in fields:
        values: list[object] = [{**good, field: wrong} for wrong in WRONG]
        for value in [*values, {name: given for name, given in good.items() if name != field}]:
            try:
                take(value)
            except Problem as problem:
                yield field, problem
    for value in (*WRONG, {**good, "no_such": 1}, {**good, "[key]": 1}, {**good, "\x1b[31m": 1}):
        try:
            take(value)
        except Problem as problem:
            yield "", problem


@pytest.mark.parametrize("name", BODIES)
def test_a_wrong_field_of_a_request_is_named_and_its_fault_is_told_in_plain_words(name: str):
    told = list(refusals(*BODIES[name]))

    assert len(told) > 3 * len(BODIES[name][2]), "most of the values are wrong"
    for field, problem in told:
        said = problem.detail.replace(field, "") if field else problem.detail
        assert said.strip(), (field, problem.kind)
        assert not LIBRARY.search(said), (field, problem.detail)
        assert "is not taken" not in said, "every kind of fault has words of its own"
        assert problem.detail.isprintable(), problem.detail
        if field and problem.kind is not Kind.BAD_JSON and "`article` or by `url`" not in problem.detail:
            named = str(problem.extra["field"])
            assert named.partition(".")[0] == field or problem.kind is Kind.UNKNOWN_FIELD, problem.detail


WRONG_SETTINGS = (
    *(None, -1, 1.5, 10**30, float("nan"), "", "x", "\x00", "9" * 5_000, [], [[]], ["x"], [[1, 2]]),
    *({}, {"x": 1}, {SITE: 5}, {"Not A Name": {}}, {5: {}}),
)


class Given(Settings):
    """Settings as they are given, without looking at environment and file."""

    @classmethod
    def settings_customise_sources(
        cls, settings_cls: type[BaseSettings], init_settings: Any, *_: Any, **__: Any
    ) -> tuple[Any]:
        return (init_settings,)


def refused(model: type[BaseModel], field: str, wrong: object) -> str:
    """Return what is said of a wrong setting, empty when it is none."""
    try:
        model.model_validate({field: wrong})
    except ValidationError as error:
        return str(fault_of(error))
    return ""


@pytest.mark.parametrize("model", [Given, SiteSettings])
def test_a_wrong_setting_is_named_and_its_fault_is_told_in_plain_words(model: type[BaseModel]):
    for field in model.model_fields:
        told = [text for wrong in WRONG_SETTINGS if (text := refused(model, field, wrong))]
        assert len(told) > 2, field
        for text in told:
            name, _, said = text.partition(": ")
            assert field in name.split("."), text
            assert not LIBRARY.search(said), text
            assert "is not taken" not in said, text
            assert text.isprintable(), text


def test_what_the_environment_says_wrong_is_told_in_plain_words(monkeypatch: pytest.MonkeyPatch):
    for name, said in {
        "SITES": "sites: what the environment says of it is not JSON",
        "PORT": "port: a whole number is expected",
        "SPOOL": "spool: true or false is expected",
        "RECLAIM_AFTER": "reclaim_after: a number is expected",
        "TRUSTED_PROXIES": "trusted_proxies.0: a network is written such as 10.0.0.0/8 or 2001:db8::/32",
        "DEDUPE_WINDOW": "dedupe_window: a duration is a number with s, m, h or d, such as 30m",
        "BOARD": "board: 'newsroom' or 'public' is expected",
    }.items():
        with monkeypatch.context() as patch:
            patch.setenv(f"GROUNDSWELL_{name}", "perhaps")
            with pytest.raises(WrongSettings) as refused:
                load(toml=Path("/nowhere"))
        assert str(refused.value) == said


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"site": 7}, "site: a name is text"),
        ({"url": 7}, "url: text is expected, not a number"),
        ({"title": None}, "title: text is expected, not nothing"),
        ({"title": ""}, "title: it is empty"),
        ({"title": "x" * 501}, "title: at most 500 characters are taken"),
        ({"tags": "news"}, "tags: a list is expected, not text"),
        ({"tags": ["a", 7]}, "tags.1: text is expected, not a number"),
        ({"tags": ["a"] * 51}, "tags: at most 50 of them are taken"),
        ({"author": "A"}, "author: no such field is known here"),
        ({"id": "\x00"}, "id: an article id holds no control characters"),
    ],
)
def test_the_words_say_what_is_expected(change: dict[str, object], said: str):
    with pytest.raises(Problem) as refused:
        place({**ARTICLE, **change}, (SITE,))

    assert refused.value.detail == said


def test_a_missing_field_is_told_as_such():
    with pytest.raises(Problem) as refused:
        place({name: given for name, given in ARTICLE.items() if name != "title"}, (SITE,))

    assert (refused.value.detail, refused.value.extra) == ("title: it must be given", {"field": "title"})
