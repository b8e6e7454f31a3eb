"""Secrets that are files of their own, each named after its setting.

systemd gives a service its credentials so, in a directory that only this
service can read, and the secrets of a container look the same.
"""

import os
from pathlib import Path
from typing import Any

from pydantic_settings import BaseSettings, InitSettingsSource, PydanticBaseSettingsSource

DIRECTORY = "CREDENTIALS_DIRECTORY"
"""The environment variable that says where they are."""

SECRETS = ("redis_url", "batch_key", "desk_key", "newsroom_key")
"""The settings that may come so; nothing else that lies there is looked at."""


def source(settings: type[BaseSettings]) -> PydanticBaseSettingsSource:
    """Return those that are there as a source of settings. Raises OSError, or ValueError for no text."""
    return InitSettingsSource(settings, _read())


def _read() -> dict[str, Any]:
    directory = os.environ.get(DIRECTORY)
    if not directory:
        return {}
    found = {name: Path(directory, name) for name in SECRETS}
    return {name: path.read_text().strip() for name, path in found.items() if path.is_file()}
