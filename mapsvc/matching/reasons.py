"""Why an application got its lot, and why not another one: one reason from the closed list each (matching 3.11).

A reason says nothing of any other group: at most the cut-off of a lot, which is public.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from mapsvc.domain.call_definitions import Mechanism
from mapsvc.domain.errors import Invalid
from mapsvc.matching.audits import Cutoff, seat_kinds
from mapsvc.matching.call_rules import WITHDRAWN
from mapsvc.matching.outcomes import Solved, solve_run


class WhyNot(StrEnum):
    """The closed list of 3.11; ``best_total`` is of the optimal mechanism only, which may pass over a priority."""

    NOT_LISTED = "not_listed"
    INFEASIBLE = "infeasible"
    PRIORITY_BELOW_CUTOFF = "priority_below_cutoff"
    TIE_LOST = "tie_lost"
    SEAT_RESERVED = "seat_reserved"
    OFFICER_DECISION = "officer_decision"
    LOT_WITHDRAWN = "lot_withdrawn"
    GOT_BETTER = "got_better"
    BEST_TOTAL = "best_total"


@dataclass(frozen=True)
class Reason:
    """One reason with its figures, in micro-units where they are priorities."""

    code: WhyNot
    params: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Award:
    """Why an application has its lot: rank from 1 (None if unlisted), π, cut-off of its kind of seat and margin to it.

    ``margin`` is None where a seat of the kind stayed free or a lock gave it.
    """

    lot: str
    rank: int | None
    priority: int
    seat: str
    cutoff: int | None
    margin: int | None
    conditional_on: tuple[str, ...]


@dataclass(frozen=True)
class Reasons:
    """Everything that one application is told: its award, or None, and a reason for each other lot it could know."""

    award: Award | None
    others: Mapping[str, Reason]


class Explainer:
    """Explains one solved run; the run without locks is solved once, for the reasons that locks are."""

    def __init__(self, solved: Solved) -> None:
        self.solved = solved
        run, within = solved.run, {name: solved.assignment[name] for name in solved.market.prefs}
        self._seats = seat_kinds(solved.market, within)
        self._unlocked = solve_run(run.without_locks()).assignment if run.locks else solved.assignment

    def explain(self, application: str) -> Reasons:
        """Return an application's award and why it has none of the other lots; raises Invalid for a foreign one."""
        if application not in self.solved.run.applications:
            raise Invalid("There is no such application.", "/application")
        held = self.solved.assignment[application]
        others = {lot: self.why_not(application, lot) for lot in self.solved.run.lots if lot != held}
        return Reasons(None if held is None else self._award(application, held), others)

    def _award(self, application: str, lot: str) -> Award:
        run, seat = self.solved.run, self._seats[application]
        priority, cutoff = run.priority_of(application, lot), self._limit(lot, seat)
        return Award(
            lot=lot,
            rank=self.solved.rank_of(application),
            priority=priority,
            seat=seat,
            cutoff=cutoff,
            margin=None if cutoff is None or seat == "lock" else priority - cutoff,
            conditional_on=run.applications[application].pairs[lot].conditional_on,
        )

    def _limit(self, lot: str, seat: str) -> int | None:
        cutoff: Cutoff = self.solved.cutoffs[lot]
        return cutoff.reserve if seat == "reserve" else cutoff.open

    def why_not(self, application: str, lot: str) -> Reason:
        """Return the one reason why an application does not have a lot."""
        run = self.solved.run
        taken_out = self._taken_out(application, lot)
        if taken_out is not None:
            return taken_out
        given = run.applications[application]
        accepts = run.mechanism is Mechanism.OPTIMAL and given.accepts_other_lots
        if lot not in given.ranking and not accepts:
            return Reason(WhyNot.NOT_LISTED)
        pair = given.pairs.get(lot)
        if pair is not None and WITHDRAWN in pair.blocked_by:
            return Reason(WhyNot.LOT_WITHDRAWN)
        if pair is None or pair.blocked_by:
            rules = sorted(pair.blocked_by) if pair is not None else []
            return Reason(WhyNot.INFEASIBLE, {"rules": rules})
        held, wishes = self.solved.assignment[application], run.wishes_of(application)
        # A lock is no choice of the group: what it would rather have had was kept from it by the officer.
        if application not in run.locks.require and held is not None and wishes.index(held) < wishes.index(lot):
            return Reason(WhyNot.GOT_BETTER, {"lot": held, "rank": self.solved.rank_of(application)})
        if application in run.locks.require or self._unlocked[application] == lot:
            return Reason(WhyNot.OFFICER_DECISION, {"without": self._unlocked[application]})
        return self._outranked(application, lot)

    def _taken_out(self, application: str, lot: str) -> Reason | None:
        locks = self.solved.run.locks
        if lot in locks.hold_out:
            return Reason(WhyNot.LOT_WITHDRAWN)
        if application in locks.exclude or (application, lot) in locks.forbid:
            return Reason(WhyNot.OFFICER_DECISION, {"without": self._unlocked[application]})
        return None

    def _outranked(self, application: str, lot: str) -> Reason:
        """Return the reason of somebody who wanted the lot more than what it got, when all seats are taken."""
        run, priority = self.solved.run, self.solved.run.priority_of(application, lot)
        cutoff = self.solved.cutoffs[lot]
        holders = [name for name, held in self.solved.assignment.items() if held == lot]
        reserved = [name for name in holders if self._seats[name] == "reserve"]
        if cutoff.open is None:
            # Every open seat went by a lock, or there is none: the rest is reserved.
            code = WhyNot.SEAT_RESERVED if reserved else WhyNot.OFFICER_DECISION
            return Reason(code, {"yours": priority, "cutoff": None})
        figures = {"yours": priority, "cutoff": cutoff.open, "gap": max(0, cutoff.open - priority)}
        if priority > cutoff.open:
            return Reason(WhyNot.BEST_TOTAL, figures)
        if reserved and min(run.priority_of(name, lot) for name in reserved) < priority:
            return Reason(WhyNot.SEAT_RESERVED, figures)
        if priority < cutoff.open:
            return Reason(WhyNot.PRIORITY_BELOW_CUTOFF, figures)
        return Reason(WhyNot.TIE_LOST if run.mechanism is Mechanism.STABLE else WhyNot.BEST_TOTAL, figures)
