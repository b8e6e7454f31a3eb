"""The keys that are made for a data directory, once, and kept there."""

import json
import os
import secrets
import tomllib
from collections.abc import Iterable
from pathlib import Path

from services.cli.trouble import Trouble

FILE = "keys.toml"
KEYS = ("batch_key", "desk_key", "newsroom_key", "redis_password")

_HEAD = "# Made by `groundswell serve`, and secret. Take a line away to have a new key made.\n"


def ensure(data_dir: Path, needed: Iterable[str]) -> dict[str, str]:
    """Return the keys kept in the data directory, after making those of `needed` that are missing.

    Raises Trouble when the file holds anything but keys.
    """
    path = data_dir / FILE
    kept = _read(path)
    missing = [name for name in needed if name not in kept]
    if missing:
        kept |= {name: secrets.token_urlsafe(32) for name in missing}
        _write(path, kept)
    return kept


def _read(path: Path) -> dict[str, str]:
    try:
        kept = tomllib.loads(path.read_text()) if path.exists() else {}
    except (OSError, ValueError) as error:
        raise Trouble(f"{path} cannot be read: {error}") from None
    for name, value in kept.items():
        if name not in KEYS or not isinstance(value, str) or not value:
            raise Trouble(f"{path}: {name} is no key; the file holds {', '.join(KEYS)}, each as text")
    return kept


def _write(path: Path, keys: dict[str, str]) -> None:
    new = path.with_suffix(".new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(_HEAD)
        # A key put in by hand may need escapes; those of JSON are those of TOML.
        file.writelines(f"{name} = {json.dumps(value)}\n" for name, value in keys.items())
    new.replace(path)
