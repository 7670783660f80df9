"""Measure the mechanisms beside SciPy's solvers on the same random markets: `python -m bench.mechanisms`.

Ours is measured end to end: candidates where the market is sparse, scores, and all levels of the optimal assignment.
SciPy's solvers get their graph or table for free and decide seats and priority only. Runs alternate; the ratio is that
of the medians of processor time, so that other work on the machine disturbs it less.
"""

from __future__ import annotations

import resource
from collections.abc import Callable
from statistics import median
from time import process_time

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import min_weight_full_bipartite_matching
from scipy.spatial import cKDTree

from mapsvc.matching.assignment import assign
from mapsvc.matching.deferred_acceptance import accept_in_rounds, accept_in_turn
from mapsvc.matching.listings import Listings, standings
from mapsvc.matching.lottery import tie_word
from mapsvc.matching.micro import MICRO, IntArray, divide_arrays

WEIGHTS = (50, 20, 20)
"""Merit, impact and fit, as in matching 3.4."""


def interleaved(works: dict[str, Callable[[], object]], times: int) -> dict[str, float]:
    """Return the median processor time of each piece of work in seconds, all of them taking turns."""
    taken: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(times):
        for name, work in works.items():
            begin = process_time()
            work()
            taken[name].append(process_time() - begin)
    return {name: median(some) for name, some in taken.items()}


def priorities(merit: IntArray, impact: IntArray, fit: IntArray) -> IntArray:
    """Return π of matching 3.4 in micro-units; the arrays broadcast."""
    first, second, third = WEIGHTS
    return divide_arrays(first * merit + second * impact + third * fit, sum(WEIGHTS))


def bits(application: int, lot: int, word: int) -> int:
    """Return h(a,s) for numbers instead of ids."""
    return tie_word("bench", str(application), str(lot), word)


def listed(application: IntArray, lot: IntArray, priority: IntArray, length: int) -> Listings:
    """Return unit lots without reserves; the rank is the place in the arrays."""
    applications = int(application[-1]) + 1
    pairs = len(application)
    return Listings(
        applications=applications,
        application=application,
        lot=lot,
        rank=np.tile(np.arange(1, length + 1), applications),
        length=np.broadcast_to(np.int64(length), pairs),
        priority=priority,
        standing=np.broadcast_to(np.int64(0), pairs),
        eligible=np.broadcast_to(np.False_, pairs),
        capacity=np.ones(applications, dtype=np.int64),
        reserved=np.zeros(applications, dtype=np.int64),
    )


class Sparse:
    """As many applications as lots in a town, each with its nearest lots as candidates."""

    def __init__(self, size: int, candidates: int) -> None:
        draw = np.random.default_rng(1)
        self.groups, self.lots = draw.random((size, 2)), draw.random((size, 2))
        self.merit = draw.integers(0, MICRO, size)
        self.impact = draw.integers(0, MICRO, size)
        self.candidates = candidates
        priority, lot = self.scored()
        application = np.repeat(np.arange(size), candidates)
        # Each application may stay out, on a column of its own, since a perfect matching rarely exists.
        rows = np.concatenate((application, np.arange(size)))
        columns = np.concatenate((lot, size + np.arange(size)))
        values = np.concatenate((priority + 2.0 * MICRO, np.ones(size)))
        self.graph = csr_matrix((values, (rows, columns)), shape=(size, 2 * size))

    def scored(self) -> tuple[IntArray, IntArray]:
        """Return the candidates and their scores, by application and distance."""
        far, lot = cKDTree(self.lots).query(self.groups, k=self.candidates)
        fit = np.rint(MICRO * 0.5 ** (far / far.mean())).astype(np.int64)
        scores = priorities(self.merit[:, None], self.impact[lot], fit)
        return scores.ravel(), lot.ravel().astype(np.int64)

    def listings(self) -> Listings:
        """Return the market."""
        priority, lot = self.scored()
        return listed(np.repeat(np.arange(len(self.groups)), self.candidates), lot, priority, self.candidates)

    def stable(self) -> Listings:
        """Return the market with the strict order at each lot, ties drawn by the number of the application."""
        market = self.listings()
        order = standings(
            market.lot,
            market.priority,
            self.merit[market.application],
            self.impact[market.lot],
            market.application,
        )
        return Listings(**{**vars(market), "standing": order})


class Dense:
    """As many applications as lots, every application listing all of them.

    With ``even`` merit and impact are those of each pair, so that the scores have no structure: nothing that we could
    use and the table on which SciPy is fastest.
    """

    def __init__(self, size: int, *, even: bool = False) -> None:
        draw = np.random.default_rng(1)
        self.size = size
        self.merit = draw.integers(0, MICRO, (size, size if even else 1))
        self.impact = draw.integers(0, MICRO, (size if even else 1, size))
        self.fit = draw.integers(0, MICRO, (size, size))
        self.table = self.scored().astype(np.float64)

    def scored(self) -> IntArray:
        """Return the scores of all pairs."""
        return priorities(self.merit, self.impact, self.fit)

    def listings(self) -> Listings:
        """Return the market."""
        application = np.repeat(np.arange(self.size), self.size)
        return listed(application, np.tile(np.arange(self.size), self.size), self.scored().ravel(), self.size)


def main() -> None:
    """Print the ratios that the design names, and the times they come from."""
    sparse = Sparse(20_000, 50)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    took = interleaved(
        {
            "ours": lambda: assign(sparse.listings(), bits),
            "scipy": lambda: min_weight_full_bipartite_matching(sparse.graph, maximize=True),
        },
        3,
    )
    report("optimal, 20,000 x 20,000 with 50 candidates, all levels / SciPy's solve", took, 0.20)
    for name, dense in {"": Dense(2_000), ", even": Dense(2_000, even=True)}.items():
        took = interleaved(
            {
                "ours": lambda dense=dense: assign(dense.listings(), bits),
                "scipy": lambda dense=dense: linear_sum_assignment(dense.table, maximize=True),
            },
            3,
        )
        report(f"optimal, dense 2,000 x 2,000{name}, with scores, all levels / SciPy's solve", took, 1.1)
    stable = sparse.stable()
    took = interleaved({"ours": lambda: accept_in_rounds(stable), "in turn": lambda: accept_in_turn(stable)}, 3)
    report("stable, 20,000 x 20,000 with 50 candidates, in rounds / one by one", took, 1.0)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"{peak / 1024:8.0f} MB at most, {memory / 1024:.0f} MB of them for the markets themselves")


def report(name: str, took: dict[str, float], bar: float) -> None:
    """Print one ratio with its bar."""
    ours, peer = took.values()
    print(f"{ours / peer:8.2f}  (at most {bar:.2f})  {name}: {ours:.2f} s against {peer:.2f} s")


if __name__ == "__main__":
    main()
