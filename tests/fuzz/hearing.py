"""What a process logs, as it would write it, and whether somebody else wrote a line of it."""

import io
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr

from services.cli import logs
from tests.fuzz.words import WORDS

_LINE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ (DEBUG|INFO|WARNING|ERROR|CRITICAL) fuzz: .*")


class Heard(io.StringIO):
    """Where the log goes: each write is one record."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self.broken: list[str] = []
        """Records that are no line of ours alone."""

    def write(self, text: str) -> int:
        """Take one record."""
        line = text.removesuffix("\n")
        self.lines.append(line)
        # Unprintable is what ends a line somewhere, or moves about on somebody's terminal.
        if not text.endswith("\n") or not line.isprintable() or not _LINE.fullmatch(line):
            self.broken.append(repr(text))
        return len(text)

    @property
    def faults(self) -> list[str]:
        """Return the records that are no line of ours alone, and those that say that something failed."""
        failures = [line for line in self.lines if " ERROR fuzz" in line or " CRITICAL fuzz" in line]
        return [f"logged: {line}" for line in (*self.broken, *failures)]


@contextmanager
def hearing() -> Iterator[Heard]:
    """Log as a process does, to where it is looked at; afterwards all is as before."""
    root = logging.getLogger()
    named = [one for one in root.manager.loggerDict.values() if isinstance(one, logging.Logger)]
    before = [(one, one.handlers[:], one.level, one.propagate) for one in (root, *named)]
    root.handlers = []
    heard = Heard()
    try:
        with redirect_stderr(heard):
            logs.configure("fuzz", "debug", "text")
        yield heard
    finally:
        for logger, handlers, level, propagate in before:
            logger.handlers, logger.propagate = handlers, propagate
            logger.setLevel(level)


def forged() -> list[str]:
    """Log every word in every way there is, and return the records that became something else."""
    log = logging.getLogger("services.fuzz")
    with hearing() as heard:
        for word in WORDS:
            log.warning(word.replace("%", "%%"))
            log.warning("the article %s is %r", word, word)
            log.warning("a stack", stack_info=True)
            try:
                try:
                    raise ValueError(word)
                except ValueError as error:
                    error.add_note(word)
                    raise RuntimeError(word) from error
            except RuntimeError:
                log.exception("it fails: %s", word)
    return heard.broken
