"""What would have to change for a pair to fit: single changes, each tried out by judging the changed pair again."""

from __future__ import annotations

from mapsvc.domain.matches import Change, ConstraintResult, Effect
from mapsvc.matching.constraints import RULE_BY_KEY, RULES
from mapsvc.matching.pairs import Pair
from mapsvc.matching.repairs import Proposal


def judge_all(pair: Pair) -> tuple[ConstraintResult, ...]:
    """Return what every hard rule says of a pair, in the order of the table."""
    return tuple(rule.judge(pair) for rule in RULES)


def what_would_change(pair: Pair, results: tuple[ConstraintResult, ...]) -> tuple[Change, ...]:
    """Return for every rule that keeps the pair apart the smallest single changes that let it pass.

    Each has been verified: with it the rule no longer blocks and no other rule begins to.
    """
    blocking = frozenset(one.key for one in results if one.effect is Effect.BLOCK)
    changes: list[Change] = []
    for one in results:
        if one.key in blocking:
            for proposal in RULE_BY_KEY[one.key].proposals(pair):
                change = _verified(pair, one.key, blocking, proposal)
                if change is not None:
                    changes.append(change)
    return tuple(changes)


def _verified(pair: Pair, key: str, blocking: frozenset[str], proposal: Proposal) -> Change | None:
    if (proposal.needs, proposal.offer) == (pair.needs, pair.offer):
        return None
    changed = Pair(proposal.needs, proposal.offer, pair.today, pair.policy)
    # The rule itself is asked first, because most proposals that fail fail there.
    if RULE_BY_KEY[key].judge(changed).effect is Effect.BLOCK:
        return None
    still = frozenset(one.key for one in judge_all(changed) if one.effect is Effect.BLOCK)
    if not still < blocking:
        return None
    shown = (proposal.side, proposal.field, proposal.before, proposal.after)
    return Change(key, *shown, proposal.by, proposal.kind, makes_feasible=not still)
