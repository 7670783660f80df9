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

# Below this many arcs, leaving some out costs more than it saves.
_WORTH_PRUNING = 50_000
_KEPT_AT_FIRST = 12
"""Best arcs of each application and of each lot that the first attempt looks at; 8 to 20 take about as long."""
_ATTEMPTS = 3
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
    if len(graph.weight) < _WORTH_PRUNING:
        return _prove(graph, _propose(graph))
    kept = _best_arcs(graph)
    for _ in range(_ATTEMPTS):
        part = graph.part(np.flatnonzero(kept))
        filling = _prove(part, _propose(part))
        missed = excess(graph, filling) > 0
        if not missed.any():
            return filling
        kept |= missed
    return _prove(graph, _propose(graph))


def excess(graph: Graph, filling: Filling) -> IntArray:
    """Return for each arc how far its weight exceeds worth plus price; 0 where an optimal filling may use it."""
    price = filling.price
    if graph.is_complete:
        # The same sums without gathering, several times as fast on a full table.
        table = graph.weight.reshape(graph.applications, len(graph.capacity))
        return np.asarray((table - filling.worth[:, None] - price[None, :]).ravel(), dtype=np.int64)
    return np.asarray(graph.weight - filling.worth[graph.application] - price[graph.lot], dtype=np.int64)


def _best_arcs(graph: Graph) -> BoolArray:
    """The arcs of greatest weight of each application and of each lot."""
    if graph.is_complete:
        table = graph.weight.reshape(graph.applications, len(graph.capacity))
        best = np.zeros(table.shape, dtype=np.bool_)
        for axis in (0, 1):
            many = min(_KEPT_AT_FIRST, table.shape[axis])
            first = np.argpartition(table, table.shape[axis] - many, axis=axis)
            np.put_along_axis(best, np.take(first, range(-many, 0), axis=axis), True, axis=axis)
        return np.asarray(best.ravel())
    kept = np.zeros(len(graph.weight), dtype=np.bool_)
    for end in (graph.application, graph.lot):
        order = np.lexsort((-graph.weight, end))
        ends = end[order]
        kept[order[np.arange(len(ends)) - np.searchsorted(ends, ends) < _KEPT_AT_FIRST]] = True
    return kept


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

    The price of a lot is what one seat more would be worth: the gain of the best chain of moves that ends there. Longer
    and longer chains are tried (Bellman and Ford) until none gains.
    """
    lots = len(graph.capacity)
    has = taken >= 0
    placed = np.full(graph.applications, lots, dtype=np.int64)
    placed[has] = graph.lot[taken[has]]
    weight = np.zeros(graph.applications, dtype=np.int64)
    weight[has] = graph.weight[taken[has]]
    order = np.argsort(graph.lot, kind="stable")
    ends, starts = np.unique(graph.lot[order], return_index=True)
    gain = (graph.weight - weight[graph.application])[order]
    origin = placed[graph.application][order]
    # The last element is the price of having no lot: nothing.
    price = np.zeros(lots + 1, dtype=np.int64)
    for _ in range(lots + 2):
        if not len(ends):
            break
        better = np.maximum(np.maximum.reduceat(gain + price[origin], starts), price[ends])
        if np.array_equal(better, price[ends]):
            break
        price[ends] = better
    else:
        raise RuntimeError("The solver's filling is not optimal: a circle of moves gains.")
    worth = weight - price[placed]
    spare = graph.capacity > np.bincount(placed, minlength=lots + 1)[:lots]
    if (worth < 0).any() or price[:lots][spare].any():
        raise RuntimeError("The solver's filling is not optimal: a chain of moves gains.")
    return Filling(placed, worth, price[:lots])
