"""A backup a day under DATA_DIR/backups, of which the newest are kept."""

import logging
import time
from datetime import UTC, datetime
from pathlib import Path

from services.cli.backup.take import take
from services.cli.trouble import Trouble
from shared import backup_state
from shared.connection import UNAVAILABLE, connect
from shared.repeat import every
from shared.settings import Settings

log = logging.getLogger(__name__)

FOLDER = "backups"
_LOOK = 60.0
"""Seconds between two looks whether one is due."""

_AGAIN = 1_800.0
"""Seconds after which one that failed is tried again."""

_DAY = 86_400
_STAMP = "%Y%m%dT%H%M%SZ"
_NAME = "groundswell-{}.backup"
_DEADLINE = 30.0


def folder_of(settings: Settings) -> Path:
    """Return where backups are put that nobody gave a name."""
    return settings.data_dir / FOLDER


def stamp(at: float) -> str:
    """Return a moment in Unix seconds as names of files have it."""
    return datetime.fromtimestamp(at, UTC).strftime(_STAMP)


class Daily:
    """Makes the backups of one data directory."""

    def __init__(self, settings: Settings) -> None:
        """`settings` name the Redis, the data directory, and how many backups are kept."""
        self._settings = settings
        self._folder = folder_of(settings)
        self._tried = float("-inf")

    async def run(self) -> None:
        """Make one whenever it is due, until cancelled."""
        if self._settings.backups_kept:
            await every(_LOOK, "the backup of the day is not made", lambda: self.look(time.time()))

    async def look(self, now: float) -> None:
        """Make one if it is due at a moment in Unix seconds, and take the oldest away.

        One that fails is logged and noted, and tried again half an hour later.
        Raises what redis-py raises when even that cannot be noted.
        """
        if self._due(now) and not 0 <= now - self._tried < _AGAIN:
            self._tried = now
            await self._make(now)

    async def _make(self, now: float) -> None:
        redis = connect(self._settings.redis, deadline=_DEADLINE, name="backup")
        try:
            try:
                head = await take(redis, self._folder / _NAME.format(stamp(now)))
            except (Trouble, *UNAVAILABLE) as error:
                log.error("the backup of the day was not made: %s", error or type(error).__name__)
                await backup_state.failed(redis, now, str(error))
                return
            await backup_state.made(redis, now)
            log.info("backed up %d keys, %d views counted", head.keys, head.counted)
            self._tidy()
        finally:
            await redis.aclose()

    def _due(self, now: float) -> bool:
        made = [moment for path in self._files() if (moment := _moment(path)) is not None]
        # One from the future tells of a clock that was wrong, not of a backup.
        return not any(0 <= now - moment < _DAY for moment in made)

    def _files(self) -> list[Path]:
        """Return the daily backups, the oldest first."""
        return sorted(path for path in self._folder.glob(_NAME.format("*")) if _moment(path) is not None)

    def _tidy(self) -> None:
        for path in self._files()[: -self._settings.backups_kept]:
            path.unlink(missing_ok=True)


def _moment(path: Path) -> float | None:
    """Return the moment a file is named after, in Unix seconds; None for a file of somebody else's."""
    text = path.name.removeprefix("groundswell-").removesuffix(".backup")
    try:
        return datetime.strptime(text, _STAMP).replace(tzinfo=UTC).timestamp()
    except ValueError:
        return None
