"""Moments as feeds write them: as in mail (RFC 822) or as in ISO 8601, with or without a time zone."""

from datetime import datetime, tzinfo
from email.utils import parsedate_to_datetime


def read_moment(text: str, zone: tzinfo) -> datetime | None:
    """Return the moment of a text, None when it cannot be read; one without a zone is of `zone`."""
    text = text.strip()
    if not text or len(text) > 100:
        return None
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            moment = read(text)
            # -0000 is how mail says that it does not know its zone.
            return moment if moment.tzinfo else moment.replace(tzinfo=zone)
        except (ValueError, TypeError, OverflowError, IndexError):
            continue
    return None
