"""Moments as American newspapers write them: `Feb. 21, 2026 5:09 p.m.`"""

from datetime import datetime

# The long names are shortened, the short ones are not.
_MONTHS = (
    "Jan.",
    "Feb.",
    "March",
    "April",
    "May",
    "June",
    "July",
    "Aug.",
    "Sept.",
    "Oct.",
    "Nov.",
    "Dec.",
)


def ap_date(moment: datetime) -> str:
    """Return the date of a moment, in its own time zone."""
    return f"{_MONTHS[moment.month - 1]} {moment.day}, {moment.year}"


def ap_time(moment: datetime) -> str:
    """Return the date and the time of day of a moment, in its own time zone."""
    return f"{ap_date(moment)} {_time_of_day(moment)}"


def _time_of_day(moment: datetime) -> str:
    if moment.minute == 0 and moment.hour in (0, 12):
        return "noon" if moment.hour else "midnight"
    minutes = f":{moment.minute:02}" if moment.minute else ""
    return f"{moment.hour % 12 or 12}{minutes} {'p.m.' if moment.hour >= 12 else 'a.m.'}"
