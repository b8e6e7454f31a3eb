"""A made-up newsroom, in which the truth is known: what breaks, and what never does.

Readers come by day and night: the logarithm of their number is a sine, and
between the quietest and the busiest minute lies a factor of `swing`.
Evergreens and the archive have a share of them that never changes. A story
wins its readers within minutes of its publication and loses half of them
every few hours. A breaking story, fresh or some hours old, is read more than
ever before from one minute to the next, whatever the hour. The bots of an attack read one article of
the archive. In an outage of the collector nothing is counted.

All is drawn from one seed: the same newsroom is the same, view by view.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate
from math import cos, exp, log, tau
from random import Random

from services.cli.evaluate.chance import seeded
from services.cli.evaluate.story import MINUTE, Story
from shared.hours import DAY, HOUR

EPOCH = 1_767_225_600
"""The Unix second at which every made-up newsroom begins: a UTC midnight."""

BUSIEST = 15 * HOUR
"""The second of a day at which most is read; half a day from it is the least."""

OUTAGE = 30 * MINUTE
ATTACK = 20 * MINUTE

_FADES = (3 * HOUR, 8 * HOUR)
_OLD = EPOCH - 30 * DAY
_STEP = 500.0
"""exp(-500) is still a number."""


@dataclass(frozen=True)
class Plan:
    """What a newsroom is drawn from. Rates are views a second at the mean hour of a day."""

    seed: int = 7
    days: int = 3
    """The first of them is a warm-up: boards fill up, and nothing breaks."""
    views_per_second: float = 10.0
    """Without breaking stories and attacks."""
    swing: float = 8.0
    evergreens: int = 30
    archive: int = 300
    stories_a_day: int = 60
    breaking_a_day: int = 6
    attack: float = 20.0
    """The rate of the bots, for 20 minutes; 0 for none."""
    outage: bool = True
    """Whether the collector is away for half an hour, early in the afternoon of the second day."""

    @property
    def judged_from(self) -> float:
        """The end of the warm-up, in Unix seconds."""
        return EPOCH + DAY

    @property
    def ends(self) -> float:
        """The end of the last day, in Unix seconds."""
        return EPOCH + self.days * DAY

    def away(self, at: float) -> bool:
        """Return whether the collector is away at a moment."""
        begins = self.judged_from + 13 * HOUR
        return self.outage and begins <= at < begins + OUTAGE


@dataclass(frozen=True, slots=True)
class Attack:
    """Bots that read one article, in Unix seconds from when until when."""

    article: str
    begins: float
    ends: float


@dataclass(frozen=True)
class Newsroom:
    """What was drawn."""

    plan: Plan
    stories: Mapping[str, Story]
    attack: Attack | None

    @classmethod
    def draw(cls, plan: Plan) -> "Newsroom":
        """Return the newsroom of a plan."""
        random = seeded(plan.seed)
        stories = [*_standing(plan, random), *_news(plan, random), *_breaking(plan, random)]
        attack = None
        if plan.attack:
            begins = random.uniform(plan.judged_from, plan.ends - HOUR)
            attack = Attack(f"archive-{random.randint(1, plan.archive)}", begins, begins + ATTACK)
        return cls(plan, {story.id: story for story in stories}, attack)

    def quiet(self, article: str, at: float) -> bool:
        """Return whether nothing happens to an article at a moment: no news, and no bots before it."""
        attacked = self.attack and article == self.attack.article and at > self.attack.begins
        return not attacked and self.stories[article].quiet(at)

    def minutes(self) -> Iterator[tuple[float, Counter[str]]]:
        """Yield the beginning of each minute in Unix seconds, and what was counted in it."""
        random = seeded(f"{self.plan.seed} views")
        day = _day(self.plan.swing)
        stories = sorted(self.stories.values(), key=lambda story: story.published)
        for begins in range(EPOCH, int(self.plan.ends), MINUTE):
            middle = begins + MINUTE / 2
            rates = {}
            for story in stories:
                if story.published > middle:
                    break
                rates[story.id] = story.rate(middle, day[(begins // MINUTE - story.lag) % len(day)])
            if self.attack and self.attack.begins <= begins < self.attack.ends:
                rates[self.attack.article] += self.plan.attack
            bounds = list(accumulate(rates.values()))
            number = _poisson(random, bounds[-1] * MINUTE)
            views = Counter(random.choices(list(rates), cum_weights=bounds, k=number))
            yield float(begins), Counter() if self.plan.away(begins) else views


def _day(swing: float) -> list[float]:
    """Return how often is read in each minute of a day, 1 on average."""
    day = [exp(log(swing) / 2 * cos(tau * (at - BUSIEST) / DAY)) for at in range(0, DAY, MINUTE)]
    mean = sum(day) / len(day)
    return [rate / mean for rate in day]


def _standing(plan: Plan, random: Random) -> Iterator[Story]:
    """Yield what keeps its readers: a quarter of them the evergreens, 15 % the archive."""
    popular = [rank**-0.8 for rank in range(1, plan.evergreens + 1)]
    for n, share in enumerate(popular, start=1):
        rate = 0.25 * plan.views_per_second * share / sum(popular)
        yield Story(f"evergreen-{n}", "evergreen", _OLD, rate, _lag(random))
    shares = [random.lognormvariate(0, 1) for _ in range(plan.archive)]
    for n, share in enumerate(shares, start=1):
        rate = 0.15 * plan.views_per_second * share / sum(shares)
        yield Story(f"archive-{n}", "archive", _OLD, rate, _lag(random))


def _news(plan: Plan, random: Random) -> Iterator[Story]:
    """Yield the stories of every day and of the day before, which have 60 % of the readers."""
    size = _size(plan)
    for n in range(1, (plan.days + 1) * plan.stories_a_day + 1):
        published = random.uniform(EPOCH - DAY, plan.ends)
        rate, fades = size * random.lognormvariate(0, 1), random.uniform(*_FADES)
        yield Story(f"story-{n}", "story", published, rate, _lag(random), fades)


def _breaking(plan: Plan, random: Random) -> Iterator[Story]:
    """Yield what breaks, every second story hours after its publication.

    It gains 3 to 30 % of what the site is read, and four times what it ever had.
    None breaks shortly before the outage or in it, where nobody could see it.
    """
    size = _size(plan)
    for n in range(1, (plan.days - 1) * plan.breaking_a_day + 1):
        breaks = random.uniform(plan.judged_from, plan.ends - HOUR)
        while plan.away(breaks) or plan.away(breaks + OUTAGE):
            breaks = random.uniform(plan.judged_from, plan.ends - HOUR)
        published = breaks - (random.uniform(1, 12) * HOUR if n % 2 else 0)
        rate, fades = size * random.lognormvariate(0, 1), random.uniform(*_FADES)
        burst = max(4 * rate, plan.views_per_second * 10 ** random.uniform(-1.5, -0.5))
        yield Story(f"breaking-{n}", "breaking", published, rate, _lag(random), fades, breaks, burst)


def _size(plan: Plan) -> float:
    """Return the median rate of a story at its height."""
    # Its life in seconds at the height: mean half-life over ln 2; exp(1 / 2) is the mean of what is drawn.
    life = sum(_FADES) / 2 / log(2) * exp(0.5)
    return 0.6 * plan.views_per_second * DAY / plan.stories_a_day / life


def _lag(random: Random) -> int:
    return round(random.gauss(0, 60))


def _poisson(random: Random, mean: float) -> int:
    """Return how many exponential gaps of mean 1 fit into `mean`: a Poisson draw. Cost: O(mean)."""
    number, left, draw = 0, mean, random.random
    while True:
        # A gap is the negative logarithm of a draw, and one logarithm of a product serves for many.
        step = min(left, _STEP)
        product, least = 1.0 - draw(), exp(-step)
        while product > least:
            number += 1
            product *= 1.0 - draw()
        left -= step
        if left <= 0:
            return number
