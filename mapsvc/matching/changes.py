"""What would have to change for a pair to fit: single changes, each tried out by judging the changed pair again."""

from __future__ import annotations

from collections.abc import Iterator

from mapsvc.domain.matches import Change, ConstraintResult, Effect
from mapsvc.domain.pair_details import Remedy
from mapsvc.matching.constraints import RULE_BY_KEY, RULES
from mapsvc.matching.fits import fits_of, score_of
from mapsvc.matching.pairs import Pair
from mapsvc.matching.repairs import Proposal

MOST_CHANGES = 2
"""Changes that one piece of advice names together (matching 3.11)."""
_MOST_REMEDIES = 6


def judge_all(pair: Pair) -> tuple[ConstraintResult, ...]:
    """Return what every hard rule says of a pair, in the order of the table."""
    return tuple(rule.judge(pair) for rule in RULES)


def what_would_change(pair: Pair, results: tuple[ConstraintResult, ...]) -> tuple[Change, ...]:
    """Return for every rule that keeps the pair apart the smallest single changes that let it pass.

    Each has been verified: with it the rule no longer blocks and no other rule begins to.
    """
    blocking = _blocking(results)
    return tuple(
        change for one in results if one.key in blocking for change, _changed in _verified(pair, one.key, blocking)
    )


def remedies_of(pair: Pair, results: tuple[ConstraintResult, ...]) -> tuple[Remedy, ...]:
    """Return what lets every rule of a pair pass: single changes, and two together where two rules keep it apart.

    Nothing where no rule does, or more than two. Each has been verified, and carries the fit of the changed pair.
    """
    blocking = _blocking(results)
    if not 1 <= len(blocking) <= MOST_CHANGES:
        return ()
    found: list[tuple[tuple[Change, ...], Pair]] = []
    first, *others = sorted(blocking)
    for key in (first, *others):
        found += [((change,), changed) for change, changed in _verified(pair, key, blocking) if change.makes_feasible]
    for key in others:
        for change, changed in _verified(pair, first, blocking):
            if not change.makes_feasible:
                found += [((change, more), both) for more, both in _verified(changed, key, frozenset({key}))]
    return tuple(_remedy(changes, changed) for changes, changed in found[:_MOST_REMEDIES])


def _remedy(changes: tuple[Change, ...], changed: Pair) -> Remedy:
    score = score_of(fits_of(changed))
    return Remedy(changes, score.fit, score.low, score.high)


def _blocking(results: tuple[ConstraintResult, ...]) -> frozenset[str]:
    return frozenset(one.key for one in results if one.effect is Effect.BLOCK)


def _verified(pair: Pair, key: str, blocking: frozenset[str]) -> Iterator[tuple[Change, Pair]]:
    for proposal in RULE_BY_KEY[key].proposals(pair):
        found = _tried(pair, key, blocking, proposal)
        if found is not None:
            yield found


def _tried(pair: Pair, key: str, blocking: frozenset[str], proposal: Proposal) -> tuple[Change, Pair] | None:
    if (proposal.needs, proposal.offer) == (pair.needs, pair.offer):
        return None
    changed = Pair(proposal.needs, proposal.offer, pair.today, pair.policy)
    # The rule itself is asked first, because most proposals that fail fail there.
    if RULE_BY_KEY[key].judge(changed).effect is Effect.BLOCK:
        return None
    still = _blocking(judge_all(changed))
    if not still < blocking:
        return None
    shown = (proposal.side, proposal.field, proposal.before, proposal.after)
    return Change(key, *shown, proposal.by, proposal.kind, makes_feasible=not still), changed
