"""The call of the commit script: its keys, and the plan of a batch. Pure: it touches no Redis."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgpack

from services.counter.batch import Batch
from services.counter.budget import Budget
from services.counter.seen import Window
from shared import hours, keys
from shared.decay import HALF_LIVES, floor_score

HOUR_LIFETIME = 8 * hours.DAY
DAY_LIFETIME = 400 * hours.DAY

_SLOTS = ("visitor", "reader", "event", "before")
"""The columns of a view, after its cell and its moment."""


class Layout(NamedTuple):
    """What the script is called with."""

    keys: list[str]
    plan: bytes
    windows: list[Window]
    strangers: list[str]
    """The sites that have strangers, in the order in which the script tells what it refused."""


def lay_out(
    batch: Batch, *, partitions: int, strangers: Mapping[str, tuple[Budget, Sequence[str]]]
) -> Layout:
    """Return keys and arguments of one commit.

    `partitions` is the highest P ever used; `strangers` are, by site, the
    articles of the batch that nobody knows, and what the site lets in of them.
    """
    sets = batch.sets
    slots = sets.slots()
    cells, moments, *tickets = zip(*batch.rows, strict=True)
    budgets = [_strangers(batch, site, *found) for site, found in strangers.items()]
    windows = [(batch.hashes[header], n, lifetime) for header, n, lifetime in sets.windows()]
    now = batch.now_ms / 1000
    plan = msgpack.packb(
        {
            "hashes": len(batch.hashes),
            "zsets": len(batch.zsets),
            "windows": windows,
            "set_windows": sets.window_of_set,
            "set_sizes": sets.sizes(),
            "members": sets.members(),
            "entries": [(stream_id, slots[ticket], *rest) for stream_id, ticket, *rest in batch.entries],
            "sites": list(batch.sites.values()),
            "strangers": budgets,
            "now": now,
            "cell_articles": batch.cell_articles,
            "cell_days": batch.cell_days,
            "hours": list(batch.hours.values()),
            "days": list(batch.days.values()),
            "cells": cells,
            "moments": moments,
            "weights": batch.weights,
            # Most often nothing is known of the day before, and the column is empty.
            "slots": {
                name: [slots[ticket] for ticket in column] if any(column) else ()
                for name, column in zip(_SLOTS, tickets, strict=True)
            },
            "half_lives": [(h, floor_score(h, now, partitions)) for h in HALF_LIVES.values()],
            "lifetimes": (HOUR_LIFETIME, DAY_LIFETIME),
        },
        use_bin_type=False,  # the msgpack of Redis' Lua knows no binary type
    )
    ordered = [keys.views(batch.partition), *batch.hashes, *batch.zsets, *sets.keys]
    return Layout(ordered, plan, sets.every_window, list(strangers))


def _strangers(batch: Batch, site: str, budget: Budget, ids: Sequence[str]) -> tuple[Any, ...]:
    """Return where the budget of a site is, what it is, and which articles it is for."""
    budget_hash = batch.hashes[keys.budget(batch.partition, site)]
    numbers = [batch.articles[site, name].number for name in ids]
    return batch.sites[site].counts, budget_hash, *budget, ids, numbers
