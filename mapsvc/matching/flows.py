"""The fullest and then weightiest filling of seats, with prices that prove it; what weights mean is in ``assignment``.

The solver only proposes a filling. Prices computed from it show that nothing is better (complementary slackness), so
that an answer is right whichever solver or version gave it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from ortools.graph.python import min_cost_flow

from mapsvc.domain.errors import TooLarge
from mapsvc.matching.micro import BoolArray, IntArray

# With fewer arcs at each end on average, leaving some out at first costs more than it saves.
_WORTH_PRUNING = 100
_KEPT = 10
"""Best arcs of each application and of each lot that an attempt adds; 8 to 16 take about as long."""
_ATTEMPTS = 8
"""Attempts with some of the arcs; where weights hardly differ the next one is with all of them."""
# OR-Tools multiplies costs by the number of nodes and keeps sums of them in 64 bits.
_LARGEST = 2**60


@dataclass(frozen=True)
class Graph:
    """Arcs in order of application and lot, no pair twice; ``weight`` is positive, ``capacity`` counts seats by lot."""

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
        kept[_best(graph, missed, over[missed])] = True
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
        table = graph.weight.reshape(graph.applications, len(graph.capacity))
        unusual = table - table.mean(axis=1, keepdims=True).astype(np.int64)
        unusual -= unusual.mean(axis=0, keepdims=True).astype(np.int64)
        few = np.zeros(table.shape, dtype=np.bool_)
        for axis in (0, 1):
            many = min(_KEPT, table.shape[axis])
            first = np.argpartition(unusual, table.shape[axis] - many, axis=axis)
            np.put_along_axis(few, np.take(first, range(-many, 0), axis=axis), True, axis=axis)
        return np.asarray(few.ravel())
    unusual = graph.weight - _means(graph.application, graph.weight)[graph.application]
    unusual -= _means(graph.lot, unusual)[graph.lot]
    chosen = np.zeros(len(unusual), dtype=np.bool_)
    chosen[_best(graph, np.arange(len(unusual)), unusual)] = True
    return chosen


def _means(end: IntArray, values: IntArray) -> IntArray:
    count = np.bincount(end)
    return (np.bincount(end, values) / np.maximum(count, 1)).astype(np.int64)


def _best(graph: Graph, arcs: IntArray, values: IntArray) -> IntArray:
    """Those of the arcs that are among the best of their application or of their lot by these values."""
    ends = (graph.application[arcs], graph.lot[arcs])
    return np.union1d(*(arcs[_first(end, values)] for end in ends))


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
    # The last element is the price of having no lot: nothing.
    price = np.zeros(lots + 1, dtype=np.int64)
    kept = np.zeros(0, dtype=np.int64)
    rise = gain
    while len(missed := np.flatnonzero(rise > 0)):
        # Few moves lie on best chains: prices are found with those first and grow where others gain more.
        kept = np.union1d(kept, missed[_first(graph.lot[missed], rise[missed])])
        _raise(price, graph.lot[kept], gain[kept], origin[kept])
        rise = gain + price[origin] - price[graph.lot]
    worth = weight - price[placed]
    spare = graph.capacity > np.bincount(placed, minlength=lots + 1)[:lots]
    if (worth < 0).any() or price[:lots][spare].any():
        raise RuntimeError("The solver's filling is not optimal: a chain of moves gains.")
    return Filling(placed, worth, price[:lots])


def _raise(price: IntArray, lot: IntArray, gain: IntArray, origin: IntArray) -> None:
    """Raise the prices, in place, until no move gains: longer and longer chains are tried (Bellman and Ford)."""
    order = np.argsort(lot, kind="stable")
    gain, origin = gain[order], origin[order]
    ends, starts = np.unique(lot[order], return_index=True)
    for _ in range(len(price) + 1):
        better = np.maximum(np.maximum.reduceat(gain + price[origin], starts), price[ends])
        if np.array_equal(better, price[ends]):
            return
        price[ends] = better
    raise RuntimeError("The solver's filling is not optimal: a circle of moves gains.")
