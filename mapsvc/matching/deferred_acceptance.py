"""Deferred acceptance, applications proposing, with soft reserved seats: the default mechanism (matching 3.6).

`accept_in_turn` proposes one by one and keeps a trace; `accept_in_rounds` lets all free applications propose at once,
for large markets. Both give the same result, since the order of proposals does not matter.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from mapsvc.matching.listings import Listings
from mapsvc.matching.micro import BoolArray, IntArray

UNPLACED = -1

_One = TypeVar("_One")


@dataclass(frozen=True)
class Proposal:
    """One step of the trace: an application asked for a lot; ``rejected`` is who has to go on, None if nobody has."""

    application: int
    lot: int
    rejected: int | None


def choose(
    pool: Iterable[_One], seats: int, reserved: int, standing: Mapping[_One, int], eligible: Mapping[_One, bool]
) -> set[_One]:
    """Return whom a lot keeps: the best eligible ones on reserved seats, then the best of the others (3.6)."""
    ordered = sorted(pool, key=standing.__getitem__)
    kept: set[_One] = set([one for one in ordered if eligible[one]][:reserved])
    others: list[_One] = [one for one in ordered if one not in kept]
    return kept.union(others[: seats - len(kept)])


def accept_in_turn(listings: Listings) -> tuple[IntArray, list[Proposal]]:
    """Return the lot of each application, UNPLACED without one, and every proposal in order.

    The free application with the smallest number proposes next.
    """
    placed = np.full(listings.applications, UNPLACED, dtype=np.int64)
    wishes: list[list[int]] = [[] for _ in range(listings.applications)]
    for pair, application in enumerate(listings.application.tolist()):
        wishes[application].append(pair)
    lots, standing = listings.lot.tolist(), listings.standing.tolist()
    eligible = listings.eligible.tolist()
    held: list[dict[int, int]] = [{} for _ in listings.capacity]
    seats, reserved = listings.capacity.tolist(), listings.reserved.tolist()
    trace = []
    free = list(range(listings.applications))
    asked = [0] * listings.applications
    while free:
        application = heapq.heappop(free)
        if asked[application] == len(wishes[application]):
            continue
        pair = wishes[application][asked[application]]
        asked[application] += 1
        lot = lots[pair]
        pool = {**held[lot], application: pair}
        kept = choose(
            pool,
            seats[lot],
            reserved[lot],
            {one: standing[its] for one, its in pool.items()},
            {one: eligible[its] for one, its in pool.items()},
        )
        held[lot] = {one: its for one, its in pool.items() if one in kept}
        rejected = next((one for one in pool if one not in kept), None)
        trace.append(Proposal(application, lot, rejected))
        if rejected is not None:
            heapq.heappush(free, rejected)
    for lot, holders in enumerate(held):
        placed[list(holders)] = lot
    return placed, trace


def accept_in_rounds(listings: Listings) -> IntArray:
    """Return the lot of each application, UNPLACED without one; the same as `accept_in_turn` gives."""
    # The end mark makes the pair after the last one of a ranking belong to somebody else.
    owner = np.append(listings.application, UNPLACED)
    following = np.searchsorted(listings.application, np.arange(listings.applications)).astype(np.int64)
    holding = np.full(listings.applications, UNPLACED, dtype=np.int64)
    free = np.arange(listings.applications)
    while True:
        free = free[owner[following[free]] == free]
        if not len(free):
            break
        holding[free] = following[free]
        following[free] += 1
        # Only lots that were asked in this round choose again.
        asked = np.zeros(len(listings.capacity), dtype=np.bool_)
        asked[listings.lot[holding[free]]] = True
        holders = np.flatnonzero(holding != UNPLACED)
        pool = holding[holders]
        pool = pool[asked[listings.lot[pool]]]
        pool = pool[np.argsort(listings.standing[pool])]
        rejected = pool[~_kept(listings, pool)]
        free = listings.application[rejected]
        holding[free] = UNPLACED
    placed = np.full(listings.applications, UNPLACED, dtype=np.int64)
    held = holding != UNPLACED
    placed[held] = listings.lot[holding[held]]
    return placed


def _kept(listings: Listings, pool: IntArray) -> BoolArray:
    """Which pairs of the pool, sorted by lot and standing, the lots keep."""
    lot = listings.lot[pool]
    starts = np.searchsorted(lot, lot)
    reserved = listings.reserved[lot]
    if not reserved.any():
        return np.asarray(np.arange(len(pool)) - starts < listings.capacity[lot])
    eligible = listings.eligible[pool]
    favoured = eligible & (_before(eligible, starts) < reserved)
    taken = np.bincount(lot[favoured], minlength=len(listings.capacity))[lot]
    return favoured | (~favoured & (_before(~favoured, starts) < listings.capacity[lot] - taken))


def _before(these: BoolArray, starts: IntArray) -> IntArray:
    """How many of these stand before each element within its lot."""
    count = np.concatenate(([0], np.cumsum(these)))
    return np.asarray(count[:-1] - count[starts], dtype=np.int64)
