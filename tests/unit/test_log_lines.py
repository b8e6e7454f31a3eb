"""What a line of the log is, as JSON and as text, whatever it is told."""

import io
import json
import logging
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr
from typing import Any

import pytest

from services.cli import logs, stray
from services.cli.log_json import MOST, JsonLine
from services.cli.log_text import TextLine
from services.cli.logs import Format

log = logging.getLogger("services.lines")
FORGED = '{"time": "2026-01-01T00:00:00.000Z", "level": "error", "message": "all is lost"}'
HOSTILE = (
    f"a\n{FORGED}",
    f"a\r\n{FORGED}\r\n",
    "\x1b[2K\x1b[1Gall is well",
    "a\x85b\u2028c\u2029d\x0b\x0ce",
    'a", "level": "error',
    "\x00\x07\u202e",
    "%s %d %(x)s",
    "x" * 100_000,
    "\x1b" * 50_000,
)

Lines = Callable[[], list[str]]


@pytest.fixture
def heard(request: pytest.FixtureRequest) -> Iterator[Lines]:
    """Log in a format, as a process does; the lines that were written."""
    root, told = logging.getLogger(), io.StringIO()
    before = root.handlers[:], root.level, log.level, [logging.getLogger(name).level for name in OTHERS]
    with redirect_stderr(told):
        logs.configure("web", "info", request.param)
    yield lambda: told.getvalue().splitlines()
    root.handlers, root.level, log.level = before[0], before[1], before[2]
    for name, level in zip(OTHERS, before[3], strict=True):
        logging.getLogger(name).setLevel(level)


OTHERS = ("services", "shared", "uvicorn")
as_json: pytest.MarkDecorator = pytest.mark.parametrize("heard", ["json"], indirect=True)
as_text: pytest.MarkDecorator = pytest.mark.parametrize("heard", ["text"], indirect=True)


def fail(message: str) -> None:
    """Raise what was caused by something else."""
    try:
        raise ValueError(message)
    except ValueError as error:
        raise RuntimeError(message) from error


@as_json
def test_an_event_says_when_where_and_what(heard: Lines):
    log.info("starts on %s", "a port", extra={"request_id": "ab12cd34"})

    (line,) = heard()
    told = json.loads(line)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", told.pop("time"))
    assert told.pop("pid") > 0
    assert told == {
        "level": "info",
        "service": "web",
        "logger": "services.lines",
        "message": "starts on a port",
        "request_id": "ab12cd34",
    }


@as_json
def test_a_failure_is_one_line_with_its_whole_trace(heard: Lines):
    try:
        fail("it breaks\nin two")
    except RuntimeError:
        log.exception("a request failed")

    (line,) = heard()
    told = json.loads(line)
    assert told["error"] == "RuntimeError: it breaks\nin two"
    assert told["traceback"].startswith("Traceback (most recent call last):\n")
    assert "ValueError: it breaks" in told["traceback"]
    assert told["traceback"].endswith("RuntimeError: it breaks\nin two")


@as_json
@pytest.mark.parametrize("word", HOSTILE)
def test_nothing_that_is_told_can_end_a_line_or_begin_one(heard: Lines, word: str):
    log.warning("%s", word)
    log.warning("of %s and %r", word, word)
    log.warning("with a name", extra={"request_id": word[:50]})
    try:
        fail(word)
    except RuntimeError:
        log.exception("it fails: %s", word)

    lines = heard()
    assert len(lines) == 4
    for line in lines:
        assert line.isascii()
        assert line.isprintable()
        assert len(line) < MOST, "a pipe takes it in one piece"
        assert json.loads(line)["level"] in ("warning", "error")
    assert len(word) > 1_000 or json.loads(lines[0])["message"] == word


@as_text
@pytest.mark.parametrize("word", HOSTILE)
def test_at_a_terminal_a_line_is_one_too(heard: Lines, word: str):
    log.warning("of %s", word, extra={"request_id": word[:50]})

    (line,) = heard()
    assert line.isprintable()
    assert re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ WARNING web: of ", line)


@pytest.mark.parametrize("heard", ["json", "text"], indirect=True)
def test_arguments_that_do_not_fit_are_told_and_not_traced(heard: Lines):
    too_few: tuple[object, ...] = ("many",)
    log.warning("%d of %s", *too_few)

    (line,) = heard()
    assert "its arguments do not fit: ('many',)" in line


@as_json
def test_what_others_write_is_heard_when_it_is_a_warning_and_not_what_strangers_send(heard: Lines):
    for name in ("redis", "asyncio", "urllib3"):
        logging.getLogger(name).info("all is well")
        logging.getLogger(name).warning("all is not well")
    logging.getLogger("uvicorn.error").warning("Invalid HTTP request received.")
    logging.getLogger("uvicorn.error").error("Exception in ASGI application")

    told = [json.loads(line) for line in heard()]
    assert [one["logger"] for one in told] == ["redis", "asyncio", "urllib3", "uvicorn.error"]
    assert {one["level"] for one in told} == {"warning", "error"}


@pytest.mark.parametrize(
    ("form", "terminal", "is_json"),
    [
        (None, False, True),
        (None, True, False),
        ("json", True, True),
        ("text", False, False),
    ],
)
def test_without_a_format_a_person_gets_text_and_a_program_json(
    form: Format | None, terminal: bool, is_json: bool
):
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return terminal

    root = logging.getLogger()
    before = root.handlers[:], root.level
    told = Terminal()
    with redirect_stderr(told):
        logs.configure("web", "info", form)
        logs.tell("it runs. Open\n  http://127.0.0.1/")
    root.handlers, root.level = before

    if is_json:
        assert json.loads(told.getvalue())["message"] == "it runs. Open http://127.0.0.1/"
    else:
        assert told.getvalue() == "it runs. Open\n  http://127.0.0.1/\n"


@as_json
def test_what_python_would_write_itself_is_an_event_too(heard: Lines, monkeypatch: pytest.MonkeyPatch):
    for module, name in ((sys, "excepthook"), (sys, "unraisablehook")):
        monkeypatch.setattr(module, name, getattr(module, name))
    import threading
    import warnings

    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    stray.catch()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("always")
            warnings.showwarning(UserWarning("old\nways"), UserWarning, "a.py", 1)
    finally:
        logging.captureWarnings(False)
    thread = threading.Thread(target=fail, args=("in a thread",))
    thread.start()
    thread.join()
    try:
        fail("nobody\ncaught it")
    except RuntimeError:
        sys.excepthook(*sys.exc_info())  # type: ignore[arg-type]

    told: list[dict[str, Any]] = [json.loads(line) for line in heard()]
    assert [one["logger"] for one in told] == ["py.warnings", "services.cli.stray", "services.cli.stray"]
    assert [one.get("error") for one in told] == [
        None,
        "RuntimeError: in a thread",
        "RuntimeError: nobody\ncaught it",
    ]


@pytest.mark.parametrize("form", [JsonLine("web"), TextLine("web")], ids=["json", "text"])
def test_half_a_character_is_a_line_that_can_be_written(form: logging.Formatter):
    # Not through the log: what pytest gathers there has to be whole text.
    line = form.format(logging.makeLogRecord({"msg": "\udc80", "levelname": "WARNING"}))

    assert line.isprintable()
    assert "\\udc80" in line
