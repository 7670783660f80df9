"""What would have to change, each found by a rule and verified by solving the changed run again (matching 3.11).

Others stay as they are. Nothing here speaks of what nobody can change: who somebody is, or when they applied.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from mapsvc.domain.call_definitions import Mechanism
from mapsvc.domain.matches import FitResult, State
from mapsvc.matching.call_rules import WITHDRAWN
from mapsvc.matching.micro import MICRO, divide
from mapsvc.matching.outcomes import Solved, solve_run
from mapsvc.matching.priority import MOST_POINTS
from mapsvc.matching.runs import ApplicationInput, PairInput, Run

_MOST_RULES = 2
"""Rules that one piece of advice names together (matching 3.11)."""


class Lever(StrEnum):
    """What would change: the committee's points, the fit, the ranking, or a hard rule that keeps the pair apart."""

    MERIT = "merit"
    FIT = "fit"
    LIST = "list"
    RULE = "rule"


@dataclass(frozen=True)
class WhatIf:
    """One change that gives the application ``lot``: points of merit, micro-units of fit, or the key of a rule.

    ``also`` is a second rule that would have to be met with the first one.
    """

    lever: Lever
    lot: str
    amount: int | None = None
    rule: str | None = None
    also: str | None = None


@dataclass(frozen=True)
class EmptyLot:
    """A lot with a free seat: who listed it, and how many more would fit if one rule were met.

    ``rules`` counts the applications that only this rule keeps apart; ``fills_if_listed`` names those that would get
    it if they had listed it.
    """

    lot: str
    listed_by: int
    rules: Mapping[str, int]
    fills_if_listed: tuple[str, ...]


def with_application(run: Run, name: str, changed: ApplicationInput) -> Run:
    """Return the run with one application changed."""
    return replace(run, applications={**run.applications, name: changed})


def with_pair(run: Run, name: str, lot: str, pair: PairInput) -> Run:
    """Return the run with one pair changed."""
    given = run.applications[name]
    return with_application(run, name, replace(given, pairs={**given.pairs, lot: pair}))


def what_would_change(solved: Solved, application: str) -> tuple[WhatIf, ...]:
    """Return for each lot the application wanted more than what it has the smallest single changes that give it.

    An application without a lot is also told which unlisted lots it would have got by adding them at the end.
    """
    run = solved.run
    if application in run.locks.exclude or application in run.locks.require:
        return ()
    found: list[WhatIf] = []
    for lot in _missed(solved, application):
        pair = run.applications[application].pairs[lot]
        if pair.blocked_by:
            found += _by_rule(run, application, lot, pair)
        elif (application, lot) not in run.locks.forbid:
            found += _by_merit(solved, application, lot)
            found += _by_fit(solved, application, lot)
    if solved.assignment[application] is None:
        found += [WhatIf(Lever.LIST, lot) for lot in _if_listed(solved, application, run.lots)]
    return tuple(found)


def _missed(solved: Solved, application: str) -> Iterator[str]:
    for lot in solved.run.applications[application].ranking:
        if lot == solved.assignment[application]:
            return
        if lot not in solved.run.locks.hold_out:
            yield lot


def _gets(run: Run, application: str, lot: str) -> bool:
    return solve_run(run).assignment[application] == lot


def _by_rule(run: Run, application: str, lot: str, pair: PairInput) -> list[WhatIf]:
    rules = sorted(set(pair.blocked_by))
    # A lot that was withdrawn does not come back, and three things at once are no advice.
    if len(rules) > _MOST_RULES or WITHDRAWN in rules or (application, lot) in run.locks.forbid:
        return []
    changed = with_pair(run, application, lot, replace(pair, blocked_by=()))
    if not _gets(changed, application, lot):
        return []
    return [WhatIf(Lever.RULE, lot, rule=rules[0], also=rules[1] if len(rules) > 1 else None)]


def _gap(solved: Solved, application: str, lot: str) -> int | None:
    """Return how much π is missing to be above the cut-off, or None where no priority helps."""
    cutoff = solved.cutoffs[lot].open
    if cutoff is None:
        return None
    return max(0, cutoff - solved.run.priority_of(application, lot)) + 1


def _by_merit(solved: Solved, application: str, lot: str) -> list[WhatIf]:
    """⌈100·gap·W/w_M⌉ points more: more merit raises the priority at every lot, hence the test by another run."""
    run, gap = solved.run, _gap(solved, application, lot)
    given = run.applications[application]
    if gap is None or run.weights.merit == 0:
        return []
    whole = run.weights.applicable(owner=given.pairs[lot].owner is not None)
    points = -(-MOST_POINTS * gap * whole // (run.weights.merit * MICRO))
    merit = given.merit + points * MICRO // MOST_POINTS
    if merit > MICRO:
        return []
    changed = with_application(run, application, replace(given, merit=merit))
    return [WhatIf(Lever.MERIT, lot, amount=points)] if _gets(changed, application, lot) else []


def _by_fit(solved: Solved, application: str, lot: str) -> list[WhatIf]:
    """gap·W/w_F micro-units of fit more at this lot."""
    run, gap = solved.run, _gap(solved, application, lot)
    pair = run.applications[application].pairs[lot]
    if gap is None or run.weights.fit == 0:
        return []
    more = -(-gap * run.weights.applicable(owner=pair.owner is not None) // run.weights.fit)
    if pair.fit + more > MICRO:
        return []
    better = replace(pair, fit=pair.fit + more, fit_high=max(pair.fit_high, pair.fit + more))
    changed = with_pair(run, application, lot, better)
    return [WhatIf(Lever.FIT, lot, amount=more)] if _gets(changed, application, lot) else []


def _if_listed(solved: Solved, application: str, among: Collection[str]) -> Iterator[str]:
    """Those of the lots that an application has not listed and would get by adding one to the end of its ranking."""
    run = solved.run
    given = run.applications[application]
    taken = Counter(solved.assignment.values())
    for lot in sorted(set(among) - set(given.ranking) - run.locks.hold_out):
        pair = given.pairs.get(lot)
        if pair is None or pair.blocked_by or (application, lot) in run.locks.forbid:
            continue
        if run.mechanism is Mechanism.STABLE and taken[lot] < run.lots[lot].capacity:
            # The order of proposals decides nothing: whoever has no lot asks last, for a seat that nobody holds.
            yield lot
        elif _within_reach(solved, application, lot):
            changed = with_application(run, application, replace(given, ranking=(*given.ranking, lot)))
            if _gets(changed, application, lot):
                yield lot


def _within_reach(solved: Solved, application: str, lot: str) -> bool:
    """Tell whether another run is worth while: holders of a lot only get better when one more application asks for it.

    That is so under deferred acceptance; the optimal mechanism may pass over a priority, so every lot is within reach.
    """
    cutoff, reserve = solved.cutoffs[lot], solved.run.lots[lot].reserve
    if solved.run.mechanism is Mechanism.OPTIMAL or cutoff.open is None:
        return True
    if reserve is not None and application in reserve.eligible:
        return True
    return solved.run.priority_of(application, lot) >= cutoff.open


def empty_lots(solved: Solved) -> tuple[EmptyLot, ...]:
    """Return every lot with a free seat and what keeps it empty, for the city."""
    run = solved.run
    taken = Counter(lot for lot in solved.assignment.values() if lot is not None)
    empty = [lot for lot, given in sorted(run.lots.items()) if taken[lot] < given.capacity]
    unplaced = [name for name, lot in solved.assignment.items() if lot is None and name not in run.locks.exclude]
    would_get = {name: frozenset(_if_listed(solved, name, empty)) for name in unplaced}
    return tuple(
        EmptyLot(
            lot=lot,
            listed_by=sum(lot in one.ranking for one in run.applications.values()),
            rules=_single_rules(run, lot),
            fills_if_listed=tuple(name for name in sorted(unplaced) if lot in would_get[name]),
        )
        for lot in empty
        if lot not in run.locks.hold_out and WITHDRAWN not in _single_rules(run, lot)
    )


def _single_rules(run: Run, lot: str) -> dict[str, int]:
    """How many applications one rule alone keeps from the lot, the rule that costs most first."""
    alone = Counter(
        pair.blocked_by[0]
        for one in run.applications.values()
        if (pair := one.pairs.get(lot)) is not None and len(pair.blocked_by) == 1
    )
    return dict(sorted(alone.items(), key=lambda item: (-item[1], item[0])))


def verify_first(run: Run) -> dict[tuple[str, str], int]:
    """Return (lot, rule) with the number of listed pairs that wait for its verification, the most first (3.5)."""
    waiting = Counter(
        (lot, rule)
        for one in run.applications.values()
        for lot in one.ranking
        if lot in one.pairs
        for rule in one.pairs[lot].conditional_on
    )
    return dict(sorted(waiting.items(), key=lambda item: (-item[1], item[0])))


def criterion_gains(fits: Sequence[FitResult], amount: int) -> dict[str, int]:
    """Return by criterion how much better it would have to be, alone, for the fit to rise by `amount` micro-units.

    Δf = amount·W/w, rounded up until the rounded fit reaches it; a criterion that cannot rise so far is left out, and
    one that nobody asked for as well (matching 3.11).
    """
    whole = sum(one.weight for one in fits)
    now = sum(one.weight * one.micro for one in fits)
    wanted = divide(now, whole) + amount
    found: dict[str, int] = {}
    for one in fits:
        if one.weight == 0 or one.state is State.NOT_APPLICABLE:
            continue
        # Rounding half to even never takes away more than half of a unit.
        more = max(1, -(-((2 * wanted - 1) * whole - 2 * now) // (2 * one.weight)))
        while divide(now + one.weight * more, whole) < wanted:
            more += 1
        if one.micro + more <= MICRO:
            found[one.code] = more
    return found
