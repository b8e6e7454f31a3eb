"""What runs on a data directory: written by `groundswell serve`, read by the other commands."""

import fcntl
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from services.cli.trouble import Trouble
from shared.bearer import first_of
from shared.settings import Settings

FILE = "serve.json"
LOCK = "lock"


@dataclass(frozen=True)
class Running:
    """How to reach what runs. Where only Redis is known, the addresses are None and the rest is empty."""

    redis_url: str
    url: str | None = None
    """The public address on this machine, such as http://127.0.0.1:8000."""
    desk: str | None = None
    management: Mapping[str, str] = field(default_factory=dict)
    """The management address of each process."""
    keys: Mapping[str, str] = field(default_factory=dict)
    """A plain key of `batch`, `desk` and `newsroom`, of those that have one."""
    pids: Mapping[str, list[int]] = field(default_factory=dict)
    """The process ids of each process, and of `redis` when it is the embedded one."""
    sites: Sequence[str] = ()
    """The names of the sites it serves."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    """What it runs with, as `Settings` takes it; empty where that is not known from here."""

    def document(self) -> dict[str, Any]:
        """Return what `groundswell serve` prints once everything is ready."""
        return {
            "ready": True,
            "url": self.url,
            "desk": self.desk,
            "management": self.management,
            "redis_url": self.redis_url,
            "pids": self.pids,
        }


class NothingRuns(Trouble):
    """Nothing runs on the data directory, and no Redis is named."""


def find(settings: Settings) -> Running:
    """Return what these settings lead to: the running `groundswell serve`, or the Redis they name.

    Raises NothingRuns when neither is there, Trouble when that cannot be told.
    """
    document = _read(settings.data_dir)
    if document is not None and settings.redis_url in (None, document["redis_url"]):
        del document["ready"]
        return Running(**document)
    if settings.redis_url is None:
        raise NothingRuns(
            f"nothing runs on {settings.data_dir}: start `groundswell serve` first, or give --redis-url"
        )
    return Running(settings.redis_url, keys=plain_keys(settings), sites=tuple(settings.sites))


def plain_keys(settings: Settings) -> dict[str, str]:
    """Return a plain key of each purpose that has one; a digest opens nothing from here."""
    keys = {"batch": settings.batch_key, "desk": settings.desk_key, "newsroom": settings.newsroom_key}
    return {name: first_of(text)[0] for name, text in keys.items() if first_of(text)}


def write(data_dir: Path, running: Running) -> None:
    """Replace the document in one step; it carries keys, so nobody else may read it."""
    new = data_dir / f"{FILE}.new"
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        told = {"keys": running.keys, "sites": running.sites, "settings": running.settings}
        json.dump({**running.document(), **told}, file, indent=2)
    new.replace(data_dir / FILE)


def remove(data_dir: Path) -> None:
    """Forget what ran; done on a clean end."""
    (data_dir / FILE).unlink(missing_ok=True)


def _read(data_dir: Path) -> dict[str, Any] | None:
    """Return the document, None when there is none or nobody holds the data directory any more."""
    try:
        with (data_dir / LOCK).open() as lock:
            try:
                # What a killed supervisor left behind says nothing: the lock tells whether it lives.
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                document: dict[str, Any] = json.loads((data_dir / FILE).read_text())
                return document
    except FileNotFoundError:
        return None
    except OSError as error:
        raise Trouble(f"data_dir: {data_dir} cannot be read: {error.strerror}") from None
    return None
