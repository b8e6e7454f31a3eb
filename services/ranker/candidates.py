"""Which articles may rise, and the weights that decide it: exactly, without reading two boards whole.

r is made of two boards, so no bound on one of them certifies a first K. But
nothing rises whose weight on the short board is below 2, and an article that
has it over P partitions has 2 / P in one of them. So every short board is read
down to there, and that is every candidate. They are few: all articles
together weigh on it what the site is read in 22 minutes, so there is at most
one candidate for every 2 / P of those views. Where more ids stand there than
the catalogue has articles, or than one reply should hold, because they were
made up, every article of the catalogue is asked for instead.

D, the ratio of the whole site, is taken over the candidates and the first
thousand of every long board: all that carries weight.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from services.ranker.boards import Reader
from shared import keys, ranking
from shared.decay import HALF_LIVES, Decay
from shared.listing import DEPTH
from shared.rising import LEAST_WEIGHT, LONG, SHORT


@dataclass(frozen=True, slots=True)
class Weights:
    """What articles are worth on the short and on the long board, over all partitions."""

    short: Mapping[str, float]
    long: Mapping[str, float]


async def weigh(
    reader: Reader,
    site: str,
    partitions: int,
    eligible: Collection[str],
    now: float,
    *,
    also: Collection[str] = (),
) -> Weights:
    """Return the weights of every eligible article that may rise, and of those that are read most.

    `also` are articles whose weights are wanted whatever they are.
    Cost: three round trips, or one more for every 16,000 articles that have
    to be asked for. Raises what redis-py raises.
    """
    short = [keys.board(p, site, SHORT) for p in range(partitions)]
    long = [keys.board(p, site, LONG) for p in range(partitions)]
    lowest = Decay(HALF_LIVES[SHORT]).score(LEAST_WEIGHT / partitions, at=now)
    above = await reader.above(short, lowest, at_most=len(eligible))
    known = [*(scores or {} for scores in above), *await reader.tops(long, 2 * DEPTH)]
    wanted = set(eligible) if None in above else set(also).union(*known).intersection(eligible)
    asked = await reader.ask("ZMSCORE", [*short, *long], [wanted - scores.keys() for scores in known])
    boards = [_of(wanted, scores) | more for scores, more in zip(known, asked, strict=True)]
    return Weights(
        _added(boards[:partitions], HALF_LIVES[SHORT], now),
        _added(boards[partitions:], HALF_LIVES[LONG], now),
    )


def _of(wanted: Collection[str], scores: Mapping[str, float]) -> dict[str, float]:
    return {article_id: score for article_id, score in scores.items() if article_id in wanted}


def _added(boards: Sequence[Mapping[str, float]], half_life: float, now: float) -> dict[str, float]:
    weight = Decay(half_life).weight
    return ranking.add({i: weight(score, now) for i, score in board.items()} for board in boards)
