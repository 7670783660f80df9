"""The outcome of a run: who gets what, on which kind of seat, and everything that is published and hashed with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

from mapsvc.domain.call_definitions import Mechanism
from mapsvc.matching.audits import Cutoff, blocking_pairs, cutoffs, envy_pairs, seat_kinds, solve
from mapsvc.matching.market import Market, Pair
from mapsvc.matching.runs import Run, market_of
from mapsvc.matching.snapshots import signed

ENGINE_VERSION = "1"
"""Raised whenever the same input could give another result; archived runs name the version that made them."""

Assignment = Mapping[str, str | None]


@dataclass(frozen=True)
class Solved:
    """A run with its market and what followed from it; excluded applications have no lot."""

    run: Run
    market: Market
    assignment: Assignment
    cutoffs: Mapping[str, Cutoff]

    def rank_of(self, application: str) -> int | None:
        """Return the place of the assigned lot in the ranking, from 1; None without a lot or for an unlisted one."""
        lot, ranking = self.assignment[application], self.run.applications[application].ranking
        return ranking.index(lot) + 1 if lot in ranking else None


def solve_run(run: Run) -> Solved:
    """Return the run with its assignment and cut-offs; the run has been checked."""
    market = market_of(run)
    placed = solve(market)
    found = cutoffs(market, placed)
    nothing = Cutoff(None, None)
    return Solved(
        run,
        market,
        {name: placed.get(name) for name in sorted(run.applications)},
        {lot: found.get(lot, nothing) for lot in sorted(run.lots)},
    )


def outcome(run: Run, input_sha256: str) -> dict[str, object]:
    """Return the result that is archived, as JSON values, with its own hash.

    Beside what `audits.solve_market` says: the kind of each seat, the ranks, the conditions that have to be verified,
    the pairs whose missing data could turn the result, and who would have got what without the officers' locks.
    """
    solved = solve_run(run)
    market, assignment = solved.market, {name: solved.assignment[name] for name in solved.market.prefs}
    unlocked = solve_run(run.without_locks()).assignment if run.locks else solved.assignment
    return signed(
        {
            "assignment": dict(solved.assignment),
            "assignment_without_locks": dict(unlocked),
            "blocking_pairs": [list(pair) for pair in blocking_pairs(market, assignment)],
            "conditional_on": {
                name: sorted(run.applications[name].pairs[lot].conditional_on)
                for name, lot in solved.assignment.items()
                if lot is not None and run.applications[name].pairs[lot].conditional_on
            },
            "cutoffs": {lot: {"open": one.open, "reserve": one.reserve} for lot, one in solved.cutoffs.items()},
            "envy_pairs": [list(pair) for pair in envy_pairs(market, assignment)],
            "input_sha256": input_sha256,
            "rank": {name: solved.rank_of(name) for name in solved.assignment},
            "rank_sensitive": [list(pair) for pair in rank_sensitive(solved)],
            "seats": dict(seat_kinds(market, assignment)),
        }
    )


def rank_sensitive(solved: Solved) -> list[Pair]:
    """Return the pairs whose missing data decide: their bounds reach a competitor beyond the cut-off (3.5).

    A holder is sensitive where the least π left open lies at or below a rejected applicant's point value, a rejected
    applicant where the greatest lies at or above that of a holder. Only those who still want the lot compete, and seats
    given by a lock are not competed for.
    """
    run = solved.run
    found: set[Pair] = set()
    for lot in solved.market.capacity:
        listing = [name for name, listed in solved.market.prefs.items() if lot in listed]
        wanting = [name for name in listing if _competes(solved, name, lot)]
        inside = [name for name in wanting if solved.assignment[name] == lot]
        outside = [name for name in wanting if solved.assignment[name] != lot]
        if not inside or not outside:
            continue
        point = {name: run.priority_of(name, lot) for name in wanting}
        bounds = {name: run.bounds_of(name, lot) for name in wanting}
        best_outside, least_inside = max(point[name] for name in outside), min(point[name] for name in inside)
        found |= {(name, lot) for name in inside if bounds[name][0] < point[name] and bounds[name][0] <= best_outside}
        found |= {(name, lot) for name in outside if bounds[name][1] > point[name] and bounds[name][1] >= least_inside}
    return sorted(found)


def _competes(solved: Solved, name: str, lot: str) -> bool:
    """Tell whether an application got the lot or would rather have it than what it got, no lock deciding for it."""
    if name in solved.run.locks.require:
        return False
    held, listed = solved.assignment[name], solved.market.prefs[name]
    return held is None or listed.index(lot) <= listed.index(held)


def comparison(run: Run) -> dict[str, dict[str, object]]:
    """Return the figures of both mechanisms on the same input: lots filled, Σπ, mean and worst rank (3.7)."""
    return {one.value: _figures(solve_run(replace(run, mechanism=one))) for one in Mechanism}


def _figures(solved: Solved) -> dict[str, object]:
    placed = {name: lot for name, lot in solved.assignment.items() if lot is not None}
    ranks = [rank for name in placed if (rank := solved.rank_of(name)) is not None]
    within = {name: solved.assignment[name] for name in solved.market.prefs}
    return {
        "assignment": dict(solved.assignment),
        "blocking_pairs": len(blocking_pairs(solved.market, within)),
        "envy_pairs": len(envy_pairs(solved.market, within)),
        "filled": len(placed),
        "mean_rank": sum(ranks) / len(ranks) if ranks else None,
        "priority_micro": sum(solved.run.priority_of(name, lot) for name, lot in placed.items()),
        "worst_rank": max(ranks, default=None),
    }


def rank_profile(solved: Solved) -> dict[str, int]:
    """Return how many got their first, second … choice by rank as text; "other" is an unlisted lot, "none" none."""
    ranks: Counter[str] = Counter()
    for name, lot in solved.assignment.items():
        rank = solved.rank_of(name)
        ranks["none" if lot is None else "other" if rank is None else str(rank)] += 1
    return dict(sorted(ranks.items()))
