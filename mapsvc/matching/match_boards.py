"""What the office is shown of a solved run: cells, figures, what to verify first and what follows, empty lots (3.11).

Every statement about another result was found by computing that run. What a group is told stands in ``reasons`` and
``counterfactuals``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace

from mapsvc.domain.call_definitions import Mechanism
from mapsvc.domain.errors import Invalid
from mapsvc.domain.match_boards import (
    Cell,
    Effect,
    EmptyBoard,
    Figures,
    LockEffect,
    Move,
    PairBoard,
    Standing,
    Term,
    ToVerify,
)
from mapsvc.matching.audits import blocking_pairs, envy_pairs, seat_kinds
from mapsvc.matching.counterfactuals import verify_first, what_would_change, with_application, with_pair
from mapsvc.matching.market import Pair
from mapsvc.matching.micro import divide
from mapsvc.matching.outcomes import Solved, rank_sensitive, solve_run
from mapsvc.matching.reasons import Explainer
from mapsvc.matching.runs import ApplicationInput, PairInput, Run

TERMS = ("merit", "impact", "fit", "owner")
MOST_TRIED = 12
"""At most so many groups are tried at an empty lot: each is a run, and a page waits for them."""


def cell_of(solved: Solved, application: str, lot: str) -> Cell:
    """Return how an application stands at a lot."""
    run = solved.run
    given = run.applications[application]
    pair = given.pairs.get(lot)
    gets, lock = solved.assignment[application] == lot, _lock_of(run, application, lot)
    rank = given.ranking.index(lot) + 1 if lot in given.ranking else None
    standing = Standing.GETS if gets else Standing.UNLISTED if rank is None else Standing.LISTED
    if pair is None:
        return Cell(application, lot, standing, rank, lock=lock)
    if pair.blocked_by and not gets:
        # A group that did not list the lot has no verdict to be shown: nobody asked.
        standing = Standing.FAILS if rank is not None else Standing.UNLISTED
    return Cell(
        application, lot, standing, rank, run.priority_of(application, lot),
        to_verify=tuple(sorted(pair.conditional_on)), failed=tuple(sorted(pair.blocked_by)), lock=lock,
    )  # fmt: skip


def _lock_of(run: Run, application: str, lot: str) -> str:
    locks = run.locks
    if locks.require.get(application) == lot:
        return "require"
    if (application, lot) in locks.forbid:
        return "forbid"
    if lot in locks.hold_out:
        return "hold_out"
    return "exclude" if application in locks.exclude else ""


def figures_of(solved: Solved) -> Figures:
    """Return what the mechanism of a run comes to."""
    placed = {name: lot for name, lot in solved.assignment.items() if lot is not None}
    ranks = {name: solved.rank_of(name) for name in placed}
    known = [rank for rank in ranks.values() if rank is not None]
    within = _within(solved)
    counted = Counter(ranks.get(name) if name in placed else None for name in solved.market.prefs)
    return Figures(
        mechanism=solved.run.mechanism.value,
        lots=len(solved.run.lots),
        lots_filled=len(set(placed.values())),
        placed=len(placed),
        mean_rank=sum(known) / len(known) if known else None,
        worst_rank=max(known, default=None),
        passed_over=len(envy_pairs(solved.market, within)),
        blocking=len(blocking_pairs(solved.market, within)),
        priority_sum=sum(solved.run.priority_of(name, lot) for name, lot in placed.items()),
        ranks=dict(sorted(counted.items(), key=lambda item: (item[0] is None, item[0] or 0))),
    )


def _within(solved: Solved) -> dict[str, str | None]:
    """The assignment of those who are in the market: excluded applications are not."""
    return {name: solved.assignment[name] for name in solved.market.prefs}


def other_mechanism(run: Run) -> Run:
    """Return the same input under the mechanism that was not published, for comparison only (3.7)."""
    other = Mechanism.OPTIMAL if run.mechanism is Mechanism.STABLE else Mechanism.STABLE
    return replace(run, mechanism=other)


def moves_between(before: Solved, after: Solved) -> tuple[Move, ...]:
    """Return the applications whose lot differs between two results, by id; either may lack an application."""
    names = sorted({*before.assignment, *after.assignment})
    return tuple(
        Move(name, before.assignment.get(name), after.assignment.get(name), _rank(before, name), _rank(after, name))
        for name in names
        if before.assignment.get(name) != after.assignment.get(name)
    )


def _rank(solved: Solved, name: str) -> int | None:
    return solved.rank_of(name) if name in solved.assignment else None


def to_verify(solved: Solved, shown: int) -> tuple[ToVerify, ...]:
    """Return the first ``shown`` rules to verify with what follows if they fail.

    Rules that a holder depends on come first, since the result stands on them; then those for which most pairs wait.
    """
    run = solved.run
    waiting = verify_first(run)
    holders = {key: _holders_on(solved, *key) for key in waiting}
    order = sorted(waiting, key=lambda key: (not holders[key], -waiting[key], key))
    found = []
    for lot, rule in order[:shown]:
        # Without a holder the others stay: whoever waits for the rule got none of the lot's seats as it is.
        failed = solve_run(_failing(run, lot, rule)) if holders[lot, rule] else solved
        found.append(ToVerify(lot, rule, waiting[lot, rule], holders[lot, rule], moves_between(solved, failed)))
    return tuple(found)


def rules_to_verify(run: Run) -> int:
    """Return how many rules of lots wait for somebody to verify them."""
    return len(verify_first(run))


def _holders_on(solved: Solved, lot: str, rule: str) -> tuple[str, ...]:
    return tuple(
        name
        for name, held in solved.assignment.items()
        if held == lot and rule in solved.run.applications[name].pairs[lot].conditional_on
    )


def _failing(run: Run, lot: str, rule: str) -> Run:
    """Return the run in which a rule that is open at a lot was found not to be met."""
    changed = {}
    for name, given in run.applications.items():
        pair = given.pairs.get(lot)
        if pair is not None and rule in pair.conditional_on:
            left = tuple(one for one in pair.conditional_on if one != rule)
            failed = replace(pair, conditional_on=left, blocked_by=(*pair.blocked_by, rule))
            changed[name] = replace(given, pairs={**given.pairs, lot: failed})
    require = {name: held for name, held in run.locks.require.items() if not (held == lot and name in changed)}
    return replace(run, applications={**run.applications, **changed}, locks=replace(run.locks, require=require))


def pair_board(solved: Solved, application: str, lot: str) -> PairBoard:
    """Return everything about one pair; raises Invalid where the run has no such application or lot."""
    run = solved.run
    if application not in run.applications:
        raise Invalid("There is no such application.", "/group")
    if lot not in run.lots:
        raise Invalid("There is no such lot.", "/lot")
    cell = cell_of(solved, application, lot)
    if cell.priority is None:
        why = Explainer(solved).why_not(application, lot)
        return PairBoard(cell, (), reason=why.code.value, params=why.params)
    low, high = run.bounds_of(application, lot)
    known = PairBoard(
        cell=cell, terms=terms_of(run, application, lot), low=low, high=high,
        next_priority=_next_priority(solved, application, lot),
        rank_sensitive=(application, lot) in rank_sensitive(solved),
    )  # fmt: skip
    if cell.standing is Standing.GETS:
        seat = seat_kinds(solved.market, _within(solved))[application]
        cutoff = solved.cutoffs[lot]
        return replace(known, seat=seat, cutoff=cutoff.reserve if seat == "reserve" else cutoff.open)
    why = Explainer(solved).why_not(application, lot)
    changes = tuple(
        (one.lever.value, one.amount, tuple(rule for rule in (one.rule, one.also) if rule is not None))
        for one in what_would_change(solved, application)
        if one.lot == lot
    )
    return replace(known, cutoff=solved.cutoffs[lot].open, reason=why.code.value, params=why.params, changes=changes)


def terms_of(run: Run, application: str, lot: str) -> tuple[Term, ...]:
    """Return the terms of the priority of a compared pair; their shares add up to it exactly."""
    given = run.applications[application]
    pair = given.pairs[lot]
    values = {"merit": given.merit, "impact": pair.impact, "fit": pair.fit, "owner": pair.owner}
    weights = {code: getattr(run.weights, code) for code in TERMS}
    whole = run.weights.applicable(owner=pair.owner is not None)
    known = [(code, value) for code in TERMS if (value := values[code]) is not None]
    shares = {code: divide(weights[code] * value, whole) for code, value in known}
    # Each share is rounded by itself; the largest takes what that leaves, at most two millionths.
    largest = max(shares, key=lambda code: (shares[code], code))
    shares[largest] += run.priority_of(application, lot) - sum(shares.values())
    return tuple(Term(code, weights[code], value, shares[code]) for code, value in known)


def _next_priority(solved: Solved, application: str, lot: str) -> int | None:
    """Return the best priority at the lot, not above this one, of those who wanted it more than what they got."""
    own = solved.run.priority_of(application, lot)
    others = [
        priority
        for name, listed in solved.market.prefs.items()
        if name != application and lot in listed and solved.assignment[name] != lot
        and _would_rather(solved, name, lot) and (priority := solved.run.priority_of(name, lot)) <= own
    ]  # fmt: skip
    return max(others, default=None)


def _would_rather(solved: Solved, name: str, lot: str) -> bool:
    held, listed = solved.assignment[name], solved.market.prefs[name]
    return held is None or held not in listed or listed.index(lot) < listed.index(held)


def empty_board(solved: Solved, lot: str) -> EmptyBoard | None:
    """Return what would fill a lot; None where it has no free seat or was held out."""
    run = solved.run
    free = run.lots[lot].capacity - sum(held == lot for held in solved.assignment.values())
    if free < 1 or lot in run.locks.hold_out:
        return None
    unplaced = [name for name, held in solved.assignment.items() if held is None and name not in run.locks.exclude]
    asking = [name for name in unplaced if _may_list(run, name, lot)]
    alone = _alone(run, lot)
    filled = {rule: _filled_if_met(solved, lot, rule) for rule in list(alone)[:3]}
    return EmptyBoard(
        lot=lot,
        free=free,
        listed_by=sum(lot in one.ranking for one in run.applications.values()),
        rules={rule: len(names) for rule, names in alone.items()},
        fills_if_listed=tuple(name for name in asking[:MOST_TRIED] if _gets_if_listed(run, name, lot)),
        fills_if_met={rule: names for rule, names in filled.items() if names},
        untried=max(0, len(asking) - MOST_TRIED),
    )


def empty_lots(solved: Solved) -> tuple[str, ...]:
    """Return the lots with a free seat that nobody held out, by their number."""
    taken = Counter(lot for lot in solved.assignment.values() if lot is not None)
    run = solved.run
    return tuple(
        lot for lot in in_order(run.lots) if taken[lot] < run.lots[lot].capacity and lot not in run.locks.hold_out
    )


def lots_nobody_listed(run: Run) -> tuple[str, ...]:
    """Return the lots that stand on no list."""
    listed = {lot for one in run.applications.values() for lot in one.ranking}
    return tuple(lot for lot in in_order(run.lots) if lot not in listed)


def rules_that_fail(run: Run) -> dict[str, int]:
    """Return each rule that keeps listed pairs apart with the number of these pairs, the most first."""
    found = Counter(
        rule
        for one in run.applications.values()
        for lot in one.ranking
        if lot in one.pairs
        for rule in one.pairs[lot].blocked_by
    )
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))


def in_order(lots: Iterable[str]) -> list[str]:
    """Return ids of lots as people count: 2 before 10, and words after numbers."""
    return sorted(lots, key=lambda lot: (not lot.isdecimal(), int(lot) if lot.isdecimal() else 0, lot))


def _may_list(run: Run, name: str, lot: str) -> bool:
    pair = run.applications[name].pairs.get(lot)
    listed = lot in run.applications[name].ranking
    return pair is not None and not listed and not pair.blocked_by and (name, lot) not in run.locks.forbid


def _gets_if_listed(run: Run, name: str, lot: str) -> bool:
    given = run.applications[name]
    changed = with_application(run, name, replace(given, ranking=(*given.ranking, lot)))
    return solve_run(changed).assignment[name] == lot


def _alone(run: Run, lot: str) -> dict[str, tuple[str, ...]]:
    """Which rule alone keeps which applications from the lot, the rule that costs most first."""
    found: dict[str, list[str]] = {}
    for name, one in sorted(run.applications.items()):
        pair = one.pairs.get(lot)
        if pair is not None and len(pair.blocked_by) == 1:
            found.setdefault(pair.blocked_by[0], []).append(name)
    return {rule: tuple(names) for rule, names in sorted(found.items(), key=lambda item: (-len(item[1]), item[0]))}


def _filled_if_met(solved: Solved, lot: str, rule: str) -> tuple[str, ...]:
    """Return who would get the lot if those whom only this rule keeps from it, and who listed it, met it."""
    run = solved.run
    for name in _alone(run, lot)[rule]:
        if lot in run.applications[name].ranking:
            run = with_pair(run, name, lot, replace(run.applications[name].pairs[lot], blocked_by=()))
    if run is solved.run:
        return ()
    return tuple(name for name, held in solve_run(run).assignment.items() if held == lot)


def effects_of(solved: Solved) -> tuple[Effect, ...]:
    """Return for each term with a weight how many would get something else if it were the same for everybody."""
    run = solved.run
    graded = any(pair.owner is not None for one in run.applications.values() for pair in one.pairs.values())
    found = []
    for code in TERMS:
        weight: int = getattr(run.weights, code)
        if weight and (code != "owner" or graded):
            moved = moves_between(solved, solve_run(_levelled(run, code)))
            found.append(Effect(code, weight, len(moved)))
    return tuple(found)


def _levelled(run: Run, code: str) -> Run:
    changed = {name: _level(given, code) for name, given in run.applications.items()}
    return replace(run, applications=changed)


def _level(given: ApplicationInput, code: str) -> ApplicationInput:
    if code == "merit":
        return replace(given, merit=0)
    pairs = {lot: _level_pair(pair, code) for lot, pair in given.pairs.items()}
    return replace(given, pairs=pairs)


def _level_pair(pair: PairInput, code: str) -> PairInput:
    if code == "impact":
        return replace(pair, impact=0)
    if code == "fit":
        return replace(pair, fit=0, fit_low=0, fit_high=0)
    return replace(pair, owner=None if pair.owner is None else 0)


def lock_effect(solved: Solved) -> LockEffect | None:
    """Return what the officers' decisions change against the same run without them; None where there are none."""
    if not solved.run.locks:
        return None
    free = solve_run(solved.run.without_locks())
    caused = set(passed_over(solved)) - set(passed_over(free))
    return LockEffect(moves_between(free, solved), tuple(sorted(caused)))


def passed_over(solved: Solved) -> tuple[Pair, ...]:
    """Return the pairs in which a lower priority holds a lot that the application would rather have."""
    return tuple(envy_pairs(solved.market, _within(solved)))


def blocking(solved: Solved) -> tuple[Pair, ...]:
    """Return the pairs that would rather have each other."""
    return tuple(blocking_pairs(solved.market, _within(solved)))


def holders_of(solved: Solved) -> Mapping[str, tuple[str, ...]]:
    """Return who holds each lot."""
    held: dict[str, list[str]] = {lot: [] for lot in solved.run.lots}
    for name, lot in solved.assignment.items():
        if lot is not None:
            held[lot].append(name)
    return {lot: tuple(names) for lot, names in held.items()}
