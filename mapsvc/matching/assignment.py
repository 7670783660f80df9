"""Optimal assignment: most seats filled, then most priority, then best wishes, then a tie-break (matching 3.7).

Each level is decided among the optimal fillings of the level before only. Those are known from its prices: they use
nothing but arcs without slack, and differ from the filling at hand by circles of moves along such arcs. So the next
level is a small problem of the same kind, and the result is the only one left when there is no circle any more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from mapsvc.matching.deferred_acceptance import UNPLACED
from mapsvc.matching.flows import Filling, Graph, excess, fill
from mapsvc.matching.listings import Listings
from mapsvc.matching.lottery import TIE_BITS, TIE_WORDS
from mapsvc.matching.micro import MICRO, BoolArray, IntArray

WISHES = 720_720
"""Parts of one satisfied wish: the least common multiple of 1 to 16, so that lists of up to 16 lots are exact."""

TieWord = Callable[[int, int, int], int]
"""The bits of h(a,s) of an application, a lot and the number of the word; the smaller sum wins."""


@dataclass(frozen=True)
class _Ties:
    """What the levels so far leave open: a smaller graph, and what has to be placed and full in it.

    ``pairs`` are the numbers of the arcs in the first graph, ``people`` those of the applications.
    """

    graph: Graph
    pairs: IntArray
    people: IntArray
    must_sit: BoolArray
    must_fill: BoolArray


def assign(listings: Listings, tie_word: TieWord) -> IntArray:
    """Return the lot of each application, UNPLACED without one: the best on all levels, and the only such filling.

    Neither the order of the input nor the choice that a solver makes among equals changes it (3.7, "Determinism").
    """
    seats = min(listings.applications, int(listings.capacity.sum()))
    graph = Graph(
        applications=listings.applications,
        application=listings.application,
        lot=listings.lot,
        # One seat more outweighs the priority of all others together.
        weight=seats * MICRO + 1 + listings.priority,
        capacity=listings.capacity,
    )
    if _is_in_order(graph):
        return assign_graph(graph, lambda arcs: _wishes(listings, arcs), tie_word)
    order = np.lexsort((listings.lot, listings.application))
    return assign_graph(graph.part(order), lambda arcs: _wishes(listings, order[arcs]), tie_word)


def _is_in_order(graph: Graph) -> bool:
    """Tell whether the arcs need no sorting, which takes longer than to look."""
    if not graph.is_complete:
        return bool((graph.application[1:] >= graph.application[:-1]).all())
    shape = graph.applications, len(graph.capacity)
    by_lot = (graph.lot.reshape(shape) == np.arange(shape[1])).all()
    return bool(by_lot and (graph.application.reshape(shape) == np.arange(shape[0])[:, None]).all())


def assign_graph(graph: Graph, wishes: Callable[[IntArray], IntArray], tie_word: TieWord) -> IntArray:
    """Return the same for a graph whose weights hold the first levels; ``wishes`` gives the next one for some arcs."""
    lots = len(graph.capacity)
    filling = fill(graph)
    placed = filling.placed.copy()
    everybody, everything = np.arange(graph.applications), np.arange(len(graph.weight))
    nobody = np.zeros(graph.applications, dtype=np.bool_)
    ties = _Ties(graph, everything, everybody, nobody, np.zeros(lots, dtype=np.bool_))
    levels = _later_levels(graph, wishes, tie_word)
    while True:
        left = _ties_left(ties, filling)
        level = next(levels, None)
        if left is None or level is None:
            break
        ties = replace(left, graph=_weighed(left, level(left.pairs)))
        filling = fill(ties.graph)
        placed[ties.people] = filling.placed
    return np.where(placed == lots, UNPLACED, placed)


def _later_levels(
    graph: Graph, wishes: Callable[[IntArray], IntArray], tie_word: TieWord
) -> Iterator[Callable[[IntArray], IntArray]]:
    """Levels (4) and (5); the tie-break compares further bits where the leading ones are equal."""
    yield wishes
    for word in range(TIE_WORDS):

        def unlikeness(arcs: IntArray, word: int = word) -> IntArray:
            ends = zip(graph.application[arcs].tolist(), graph.lot[arcs].tolist(), strict=True)
            return np.array([2**TIE_BITS - tie_word(a, s, word) for a, s in ends], dtype=np.int64)

        yield unlikeness


def _wishes(listings: Listings, pairs: IntArray) -> IntArray:
    """How far a pair satisfies the ranking: 1 − (rank − 1) / length, in parts of WISHES."""
    length = listings.length[pairs]
    return np.asarray((length - listings.rank[pairs] + 1) * WISHES // length, dtype=np.int64)


def _weighed(ties: _Ties, level: IntArray) -> Graph:
    """The graph with the weights of a level, under which what has to be placed or full is so."""
    graph = ties.graph
    seats = min(graph.applications, int(graph.capacity.sum()))
    outweighing = int(level.max()) * seats + 1
    musts = ties.must_sit[graph.application].astype(np.int64) + ties.must_fill[graph.lot]
    return Graph(graph.applications, graph.application, graph.lot, level + outweighing * musts, graph.capacity)


def _ties_left(ties: _Ties, filling: Filling) -> _Ties | None:
    """Which applications sit elsewhere in another optimal filling, and among which arcs; None where nobody does."""
    graph, lots = ties.graph, len(ties.graph.capacity)
    tight = np.flatnonzero(excess(graph, filling) == 0)
    application, lot = graph.application[tight], graph.lot[tight]
    taken = filling.placed[application] == lot
    tight, application, lot = tight[~taken], application[~taken], lot[~taken]
    if not len(tight):
        return None
    moving = _on_circles(graph, filling, filling.placed[application], lot)
    tight = tight[moving]
    if not len(tight):
        return None
    in_play = np.zeros(graph.applications, dtype=np.bool_)
    in_play[graph.application[tight]] = True
    # Whoever may lose a seat while others move is in play as well, even without an arc to go to.
    contested = np.zeros(lots + 1, dtype=np.bool_)
    contested[graph.lot[tight]] = True
    in_play |= (filling.worth == 0) & contested[filling.placed]
    seated = in_play[graph.application] & (filling.placed[graph.application] == graph.lot)
    arcs = np.union1d(tight, np.flatnonzero(seated))
    people = np.flatnonzero(in_play)
    fixed = np.bincount(filling.placed[~in_play], minlength=lots + 1)[:lots]
    return _Ties(
        graph=Graph(
            applications=len(people),
            application=np.searchsorted(people, graph.application[arcs]).astype(np.int64),
            lot=graph.lot[arcs],
            weight=graph.weight[arcs],
            capacity=graph.capacity - fixed,
        ),
        pairs=ties.pairs[arcs],
        people=ties.people[people],
        must_sit=filling.worth[people] > 0,
        must_fill=filling.price > 0,
    )


def _on_circles(graph: Graph, filling: Filling, origin: IntArray, target: IntArray) -> BoolArray:
    """Which moves from a lot to another may lie on a circle; places without an entry or an exit drop out in turns.

    Having no seat is a place as well: seats that may stay empty and applications that may stay out lead to and from it.
    """
    lots = len(graph.capacity)
    outside = lots
    holders = np.bincount(filling.placed, minlength=lots + 1)[:lots]
    spare = np.flatnonzero(holders < graph.capacity)
    yielding = np.flatnonzero((filling.price == 0) & (holders > 0))
    leaving = np.unique(filling.placed[(filling.worth == 0) & (filling.placed != lots)])
    moves = len(origin)
    start = np.concatenate((origin, spare, np.full(len(yielding), outside), leaving))
    end = np.concatenate((target, np.full(len(spare), outside), yielding, np.full(len(leaving), outside)))
    alive = np.arange(len(start))
    while True:
        entered = np.bincount(end[alive], minlength=lots + 1) > 0
        left = np.bincount(start[alive], minlength=lots + 1) > 0
        staying = alive[entered[start[alive]] & left[end[alive]]]
        if len(staying) == len(alive):
            break
        alive = staying
    on_circle = np.zeros(len(start), dtype=np.bool_)
    on_circle[alive] = True
    return np.asarray(on_circle[:moves])
