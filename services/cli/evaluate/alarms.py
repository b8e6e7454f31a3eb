"""What `rising` says in a made-up newsroom, minute by minute, beside what was true."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from statistics import median

from services.cli.evaluate.books import Board
from services.cli.evaluate.newsroom import EPOCH, Newsroom, Plan
from services.cli.evaluate.story import MINUTE
from shared.decay import HALF_LIVES
from shared.hours import HOUR
from shared.rising import LONG, SHORT, rising

MORNING = range(3, 11)
"""The hours of a day in which its readers come."""

AFTERMATH = range(13, 18)
"""The hours of the second day in which the outage is, and four more."""

TOO_LATE = 2 * HOUR
"""Seconds after it broke from which a story on the list is no find any more."""


@dataclass
class Alarms:
    """What was listed, and what had better not been. Hours are counted from the beginning."""

    plan: Plan
    breaking: int
    delays: dict[str, float] = field(default_factory=dict)
    """Breaking story -> minutes until it was listed, of those found."""
    quiet: Counter[int] = field(default_factory=Counter)
    """Hour -> minutes that articles on the boards spent in it without anything happening to them."""
    false: Counter[int] = field(default_factory=Counter)
    """Hour -> such minutes in which they were listed."""
    touched: set[tuple[str, int]] = field(default_factory=set)
    """Quiet articles, and the hours in which they were listed at all."""

    @property
    def delay(self) -> float | None:
        """Median minutes until a breaking story was listed; None without one."""
        return median(self.delays.values()) if self.delays else None

    @property
    def evergreens(self) -> list[str]:
        """The evergreens that were listed."""
        return sorted({article for article, _ in self.touched if article.startswith("evergreen")})

    @property
    def touched_share(self) -> float:
        """The share of quiet article-hours in which the article was listed, if only for a minute."""
        return len(self.touched) * HOUR / MINUTE / max(1, self.quiet.total())

    def share(self, hours: Collection[int] | None = None) -> float:
        """Return the share of quiet article-hours that was spent on the list, of some hours or of all."""
        wanted = self.quiet.keys() if hours is None else hours
        return sum(self.false[hour] for hour in wanted) / max(1, sum(self.quiet[hour] for hour in wanted))

    @property
    def mornings(self) -> set[int]:
        """The hours in which readers come, of every day that is judged."""
        return {24 * day + hour for day in range(1, self.plan.days) for hour in MORNING}

    @property
    def aftermath(self) -> set[int]:
        """The hours of the outage and after it; none without one."""
        return {24 + hour for hour in AFTERMATH} if self.plan.outage else set()


def watch(newsroom: Newsroom, minutes: Iterable[tuple[float, Mapping[str, int]]]) -> Alarms:
    """Return what `rising` said at the end of every minute of a newsroom, by the code that serves.

    Cost: about 2 ms a minute for the five hundred articles of the usual plan.
    """
    plan = newsroom.plan
    found = Alarms(plan, sum(story.breaks is not None for story in newsroom.stories.values()))
    boards = {name: Board(HALF_LIVES[name]) for name in (SHORT, LONG)}
    for begins, views in minutes:
        for board in boards.values():
            board.count(views, begins + MINUTE / 2)
        if begins >= plan.judged_from:
            now = begins + MINUTE
            weights = {name: board.weights(now) for name, board in boards.items()}
            listed = rising(weights[SHORT], weights[LONG]).values.keys()
            _judge(found, newsroom, now, weights[LONG].keys(), listed)
    return found


def _judge(
    found: Alarms, newsroom: Newsroom, now: float, read: Collection[str], listed: Collection[str]
) -> None:
    hour = int(now - MINUTE - EPOCH) // HOUR
    found.quiet[hour] += sum(newsroom.quiet(article, now) for article in read)
    for article in listed:
        breaks = newsroom.stories[article].breaks
        if newsroom.quiet(article, now):
            found.false[hour] += 1
            found.touched.add((article, hour))
        elif breaks is not None and 0 <= now - breaks <= TOO_LATE:
            found.delays.setdefault(article, (now - breaks) / MINUTE)
