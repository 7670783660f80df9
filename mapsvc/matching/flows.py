"""The fullest and then weightiest filling of seats, with prices that prove it; what weights mean is in ``assignment``.

The solver only proposes a filling. Prices computed from it show that nothing is better (complementary slackness), so
that an answer is right whichever solver or version gave it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from ortools.graph.python import min_cost_flow

from mapsvc.domain.errors import TooLarge
from mapsvc.matching.micro import BoolArray, IntArray

# With fewer arcs at each end on average, leaving some out at first costs more than it saves.
_WORTH_PRUNING = 100
_KEPT = 10
"""Best arcs of each application and of each lot that an attempt adds; 8 to 16 take about as long."""
_SAMPLE = 61
"""One number out of so many of a full table is looked at to tell what is far above the usual."""
_ATTEMPTS = 8
"""Attempts with some of the arcs; where weights hardly differ the next one is with all of them."""
# OR-Tools multiplies costs by the number of nodes and keeps sums of them in 64 bits.
_LARGEST = 2**60


_NOTHING = np.iinfo(np.int64).min


@dataclass(frozen=True)
class Graph:
    """Arcs in order of application, no pair twice; ``weight`` is positive, ``capacity`` counts seats by lot.

    Where every pair is there, the arcs of an application are in order of lot.
    """

    applications: int
    application: IntArray
    lot: IntArray
    weight: IntArray
    capacity: IntArray

    def part(self, arcs: IntArray) -> Graph:
        """Return the graph with these arcs only."""
        return replace(self, application=self.application[arcs], lot=self.lot[arcs], weight=self.weight[arcs])

    @property
    def is_complete(self) -> bool:
        """Whether every application has an arc to every lot."""
        return len(self.weight) == self.applications * len(self.capacity)


@dataclass(frozen=True)
class Filling:
    """The lot of each application, the number of lots where it has none, and the prices that prove the optimum.

    The worth of an application plus the price of a lot is at least the weight of every arc, and exactly that of arcs
    that any optimal filling uses; what is worth or costs more than 0 is placed or full in every optimal filling.
    """

    placed: IntArray
    worth: IntArray
    price: IntArray


def fill(graph: Graph) -> Filling:
    """Return a filling with as many seats as possible and, among those, the greatest weight.

    The weights must be such that no greater weight is possible with fewer seats. Raises TooLarge where the numbers do
    not fit into 64 bits.
    """
    nodes = graph.applications + len(graph.capacity) + 2
    if len(graph.weight) and int(graph.weight.max()) > _LARGEST // nodes:
        raise TooLarge("This market is too large to be computed exactly.")
    if len(graph.weight) < _WORTH_PRUNING * nodes:
        return _prove(graph, _propose(graph))
    kept = _promising(graph)
    for _ in range(_ATTEMPTS):
        part = graph.part(np.flatnonzero(kept))
        filling = _prove(part, _propose(part))
        over = excess(graph, filling)
        missed = np.flatnonzero(over > 0)
        if not len(missed):
            return filling
        for end in (graph.application[missed], graph.lot[missed]):
            kept[missed[_first(end, over[missed])]] = True
    return _prove(graph, _propose(graph))


def excess(graph: Graph, filling: Filling) -> IntArray:
    """Return for each arc how far its weight exceeds worth plus price; 0 where an optimal filling may use it."""
    price = filling.price
    if graph.is_complete:
        # The same sums without gathering, several times as fast on a full table.
        table = graph.weight.reshape(graph.applications, len(graph.capacity))
        return np.asarray((table - filling.worth[:, None] - price[None, :]).ravel(), dtype=np.int64)
    return np.asarray(graph.weight - filling.worth[graph.application] - price[graph.lot], dtype=np.int64)


def _promising(graph: Graph) -> BoolArray:
    """A first choice of arcs: the best of each application and of each lot, compared with what is usual at both ends.

    What an application or a lot adds to all of its arcs alike decides nothing between them.
    """
    if graph.is_complete:
        return _promising_of_table(graph.weight.reshape(graph.applications, len(graph.capacity)))
    unusual = graph.weight - _means(graph.application, graph.weight)[graph.application]
    unusual -= _means(graph.lot, unusual)[graph.lot]
    chosen = np.zeros(len(unusual), dtype=np.bool_)
    for end in (graph.application, graph.lot):
        chosen[_first(end, unusual)] = True
    return chosen


def _promising_of_table(table: IntArray) -> BoolArray:
    """The same for a full table: what is far above the usual, and more where a row or a column has too little of it.

    Single precision is enough for a choice that is proved afterwards, and takes half of the time.
    """
    unusual = np.empty(table.shape, dtype=np.float32)
    np.subtract(table, table.min(), out=unusual, casting="unsafe")
    unusual -= unusual.mean(axis=1, keepdims=True)
    unusual -= unusual.mean(axis=0, keepdims=True)
    sample = unusual.ravel()[::_SAMPLE]
    place = int(len(sample) * max(0.0, 1 - 2 * _KEPT / min(table.shape)))
    few = unusual > np.partition(sample, place)[place]
    _fill_up(few, unusual)
    _fill_up(few.T, unusual.T)
    return np.asarray(few.ravel())


def _fill_up(few: BoolArray, values: NDArray[np.float32]) -> None:
    """Let every row have enough, in place: the greatest values of those that have too little."""
    most = min(_KEPT, values.shape[1])
    short = np.flatnonzero(np.count_nonzero(few, axis=1) < most)
    best = np.argpartition(values[short], values.shape[1] - most, axis=1)[:, values.shape[1] - most :]
    few[short[:, None], best] = True


def _means(end: IntArray, values: IntArray) -> IntArray:
    count = np.bincount(end)
    return (np.bincount(end, values) / np.maximum(count, 1)).astype(np.int64)


def _first(end: IntArray, values: IntArray) -> IntArray:
    """Which elements are among the few of greatest value at their end."""
    place = values.max() - values
    # One key sorts faster than two; the values differ by less than what is left of 63 bits.
    order = np.argsort(end * (int(place.max()) + 1) + place)
    ends = end[order]
    return np.asarray(order[np.arange(len(ends)) - np.searchsorted(ends, ends) < _KEPT], dtype=np.int64)


def _propose(graph: Graph) -> IntArray:
    """Which arc each application takes, -1 for none: the maximum flow of least cost, by OR-Tools."""
    taken = np.full(graph.applications, -1, dtype=np.int64)
    if not len(graph.weight):
        return taken
    lots = len(graph.capacity)
    sink = graph.applications + lots
    solver = min_cost_flow.SimpleMinCostFlow()
    arcs = solver.add_arcs_with_capacity_and_unit_cost(
        graph.application.astype(np.int32),
        (graph.applications + graph.lot).astype(np.int32),
        np.ones(len(graph.weight), dtype=np.int64),
        # Only differences matter once the number of seats is fixed, and small numbers are solved faster.
        graph.weight.max() - graph.weight,
    )
    solver.add_arcs_with_capacity_and_unit_cost(
        np.arange(graph.applications, sink, dtype=np.int32),
        np.full(lots, sink, dtype=np.int32),
        graph.capacity,
        np.zeros(lots, dtype=np.int64),
    )
    supplies = np.append(np.ones(graph.applications, dtype=np.int64), np.zeros(lots, dtype=np.int64))
    solver.set_nodes_supplies(np.arange(sink + 1, dtype=np.int32), np.append(supplies, -graph.applications))
    status = solver.solve_max_flow_with_min_cost()
    if status != solver.OPTIMAL:
        raise RuntimeError(f"The solver ended with {status}.")
    used = np.flatnonzero(solver.flows(arcs))
    taken[graph.application[used]] = used
    return taken


def _prove(graph: Graph, taken: IntArray) -> Filling:
    """The filling with its prices; raises RuntimeError where it is not optimal.

    The price of a lot is what one seat more would be worth: the gain of the best chain of moves that ends there.
    """
    lots = len(graph.capacity)
    has = taken >= 0
    placed = np.full(graph.applications, lots, dtype=np.int64)
    placed[has] = graph.lot[taken[has]]
    weight = np.zeros(graph.applications, dtype=np.int64)
    weight[has] = graph.weight[taken[has]]
    gain = graph.weight - weight[graph.application]
    origin = placed[graph.application]
    chains = _Chains(lots)
    kept = np.zeros(len(gain), dtype=np.bool_)
    rise = gain
    while len(missed := np.flatnonzero(rise > 0)):
        # Few moves lie on best chains: prices are found with those first and grow where others gain more.
        kept[missed[_first(graph.lot[missed], rise[missed])]] = True
        moves = np.flatnonzero(kept)
        chains.lengthen(graph.lot[moves], gain[moves], origin[moves])
        rise = gain + chains.price[origin]
        rise -= chains.price[graph.lot]
    price = chains.price
    worth = weight - price[placed]
    spare = graph.capacity > np.bincount(placed, minlength=lots + 1)[:lots]
    if (worth < 0).any() or price[:lots][spare].any():
        raise RuntimeError("The solver's filling is not optimal: a chain of moves gains.")
    return Filling(placed, worth, price[:lots])


class _Chains:
    """The best chain of moves that is known to end at each lot, as the last move of each, and what the chain gains.

    The last element stands for having no lot; chains begin there, and what they gain there is nothing.
    """

    def __init__(self, lots: int) -> None:
        self.price = np.zeros(lots + 1, dtype=np.int64)
        self._before = np.full(lots + 1, lots, dtype=np.int64)
        self._gain = np.zeros(lots + 1, dtype=np.int64)

    def lengthen(self, lot: IntArray, gain: IntArray, origin: IntArray) -> None:
        """Raise the prices until none of the moves gains any more; in policy iteration, as Howard found it.

        Every lot takes the best last move; what whole chains gain then is found at once, instead of move by move.
        """
        order = np.argsort(lot, kind="stable")
        lot, gain, origin = lot[order], gain[order], origin[order]
        ends, starts, counts = np.unique(lot, return_index=True, return_counts=True)
        for _ in range(len(self.price) + 1):
            offered = gain + self.price[origin]
            best = np.maximum.reduceat(offered, starts)
            better = best > self.price[ends]
            if not better.any():
                return
            best[~better] = _NOTHING
            last = np.flatnonzero(offered == np.repeat(best, counts))
            self._before[lot[last]] = origin[last]
            self._gain[lot[last]] = gain[last]
            self._add_up()

    def _add_up(self) -> None:
        """Set each price to the gains along its chain; chains are taken at double length in every turn."""
        nowhere = len(self.price) - 1
        price, before = self._gain.copy(), self._before.copy()
        for _ in range(len(self.price).bit_length() + 1):
            if (before == nowhere).all():
                self.price = price
                return
            price += price[before]
            before = before[before]
        raise RuntimeError("The solver's filling is not optimal: a circle of moves gains.")
