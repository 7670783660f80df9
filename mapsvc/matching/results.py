"""What is published of a solved run, and what one group is told of it (matching 3.10, 3.11).

Everything follows from the archived run and what was kept of its pairs, so it says tomorrow what it says today.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property

from mapsvc.domain.call_definitions import Mechanism
from mapsvc.domain.match_boards import Term
from mapsvc.domain.pair_details import PairDetail
from mapsvc.domain.results import OwnAward, OwnReason, OwnResult, PassedOver, Way
from mapsvc.matching.audits import envy_pairs, seat_kinds
from mapsvc.matching.counterfactuals import Lever, WhatIf, criterion_gains, what_would_change, with_pair
from mapsvc.matching.lottery import drawn_order
from mapsvc.matching.match_boards import in_order, terms_of
from mapsvc.matching.outcomes import Solved, rank_profile, solve_run
from mapsvc.matching.reasons import Explainer, WhyNot

_NO_DETAIL = PairDetail()


class ResultReader:
    """Reads one solved run; the reasons that a group is told take a few runs more, for its own pairs only."""

    def __init__(self, solved: Solved) -> None:
        self.solved = solved
        self.run = solved.run
        self._within = {name: solved.assignment[name] for name in solved.market.prefs}

    @cached_property
    def seats(self) -> Mapping[str, str]:
        """Which kind of seat each placed application has: open, reserve or lock."""
        return seat_kinds(self.solved.market, self._within)

    @cached_property
    def _explainer(self) -> Explainer:
        return Explainer(self.solved)

    @cached_property
    def _drawn(self) -> Mapping[str, int]:
        return {name: place for place, name in enumerate(drawn_order(self.run.seed, self.solved.market.prefs))}

    def public_lots(self) -> list[dict[str, object]]:
        """Return what is published of each lot, by codes: who is placed, cut-offs in micro-units, who waits in order.

        Of what is still verified only that there is something: the rules tell about the needs of a group.
        """
        return [self._public_lot(lot) for lot in in_order(self.run.lots)]

    def _public_lot(self, lot: str) -> dict[str, object]:
        cutoff, given = self.solved.cutoffs[lot], self.run.lots[lot]
        holders = sorted(name for name, held in self.solved.assignment.items() if held == lot)
        return {
            "lot": lot,
            "seats": given.capacity,
            "reserved_seats": given.reserve.seats if given.reserve else 0,
            "held_out": lot in self.run.locks.hold_out,
            "placed": [
                {
                    "application": name,
                    "seat": self.seats[name],
                    "to_verify": bool(self.run.applications[name].pairs[lot].conditional_on),
                }
                for name in holders
            ],
            "cutoff_open_micro": cutoff.open,
            "cutoff_reserve_micro": cutoff.reserve,
            "waiting": [
                {"application": name, "has": self.solved.assignment[name]} for name in self.waiting(lot)
            ],
        }  # fmt: skip

    def public_profile(self) -> dict[str, int]:
        """Return how many got their first, second … choice, an unlisted lot, or none."""
        return rank_profile(self.solved)

    def waiting(self, lot: str) -> list[str]:
        """Return who would rather have the lot than what they have, in the order in which its seats are given."""
        if lot not in self.solved.market.capacity:
            return []
        impact = self.solved.market.impact.get(lot, {})

        def place(name: str) -> tuple[int, int, int, int]:
            merit = self.run.applications[name].merit
            return -self.run.priority_of(name, lot), -merit, -impact.get(name, 0), self._drawn[name]

        wanting = [name for name in self.solved.market.prefs if lot in self._wanted(name)]
        return sorted((name for name in wanting if name not in self.run.locks.require), key=place)

    def _wanted(self, name: str) -> Iterator[str]:
        """Yield the lots open to an application that it wants more than what it has."""
        for lot in self.solved.market.prefs.get(name, ()):
            if lot == self.solved.assignment[name]:
                return
            yield lot

    def own(self, name: str, details: Mapping[str, PairDetail]) -> OwnResult:
        """Return what one application is told; ``details`` are those of its own pairs by lot."""
        held, given = self.solved.assignment[name], self.run.applications[name]
        changes = what_would_change(self.solved, name)
        return OwnResult(
            application=name,
            award=None if held is None else self._award(name, held),
            others=tuple(
                self._reason(name, lot, rank, details.get(lot, _NO_DETAIL), changes)
                for rank, lot in enumerate(given.ranking, 1)
                if lot != held and lot in self.run.lots
            ),
            if_listed=tuple(one.lot for one in changes if one.lever is Lever.LIST),
            passed_over=tuple(self._passed_over(name)),
            waiting={lot: line.index(name) + 1 for lot in self._wanted(name) if name in (line := self.waiting(lot))},
        )

    def _award(self, name: str, lot: str) -> OwnAward:
        award = self._explainer.explain(name).award
        if award is None:
            raise LookupError(name)
        return OwnAward(
            lot, award.rank, len(self.run.applications[name].ranking), award.priority, self._terms(name, lot),
            award.seat, award.cutoff, award.margin, award.conditional_on,
        )  # fmt: skip

    def _terms(self, name: str, lot: str) -> tuple[Term, ...]:
        return terms_of(self.run, name, lot) if lot in self.run.applications[name].pairs else ()

    def _reason(
        self, name: str, lot: str, rank: int, detail: PairDetail, changes: Iterable[WhatIf]
    ) -> OwnReason:  # fmt: skip
        why = self._explainer.why_not(name, lot)
        pair = self.run.applications[name].pairs.get(lot)
        blocked = tuple(pair.blocked_by) if pair is not None and why.code is WhyNot.INFEASIBLE else ()
        return OwnReason(
            lot=lot,
            rank=rank,
            code=why.code.value,
            params={key: value for key, value in why.params.items() if key not in ("without", "rules")},
            priority=None if pair is None else self.run.priority_of(name, lot),
            # A pair that a rule keeps apart was not compared with anybody.
            terms=() if blocked else self._terms(name, lot),
            rule_keys=blocked,
            rules=tuple(one for one in detail.rules if one.key in blocked),
            ways=tuple(self._ways(name, lot, detail, [one for one in changes if one.lot == lot])),
        )

    def _ways(self, name: str, lot: str, detail: PairDetail, changes: Iterable[WhatIf]) -> Iterator[Way]:
        for one in changes:
            if one.lever is Lever.MERIT:
                yield Way("merit", one.amount)
            elif one.lever is Lever.FIT:
                # A run that was frozen before details were kept names no criteria.
                more = criterion_gains(detail.fits, one.amount or 0) if detail.fits else {}
                yield Way("fit", one.amount, criteria=more)
            elif one.lever is Lever.RULE:
                rules = tuple(rule for rule in (one.rule, one.also) if rule is not None)
                concrete = list(self._by_remedy(name, lot, detail, rules))
                yield from concrete or [Way("rule", rules=rules)]

    def _by_remedy(self, name: str, lot: str, detail: PairDetail, rules: tuple[str, ...]) -> Iterator[Way]:
        """Yield the remedies that were kept and give the lot when the match is computed again with the changed fit."""
        pair = self.run.applications[name].pairs[lot]
        if detail.keys != set(pair.blocked_by):
            # Something was found out since the run was frozen, and what was kept does not speak of it.
            return
        for remedy in detail.remedies:
            changed = replace(pair, blocked_by=(), fit=remedy.fit, fit_low=remedy.low, fit_high=remedy.high)
            if solve_run(with_pair(self.run, name, lot, changed)).assignment[name] == lot:
                yield Way("rule", rules=rules, changes=remedy.changes)

    def _passed_over(self, name: str) -> Iterator[PassedOver]:
        """Yield the lots that went to a lower priority although the group wanted them more, each with its cause."""
        envied = {lot for one, lot in envy_pairs(self.solved.market, self._within) if one == name}
        taken_out = set(self._kept_from(name))
        for lot in self.run.applications[name].ranking:
            if lot in envied or lot in taken_out:
                yield PassedOver(lot, "lock" if lot in taken_out else self._cause(name, lot))

    def _kept_from(self, name: str) -> Iterator[str]:
        """Yield lots that a decision took from the group although a lower priority has them."""
        run = self.run
        for lot in run.applications[name].ranking:
            if lot == self.solved.assignment[name]:
                return
            pair = run.applications[name].pairs.get(lot)
            kept = name in run.locks.exclude or (name, lot) in run.locks.forbid
            if kept and pair is not None and not pair.blocked_by and any(self._lower(name, lot)):
                yield lot

    def _lower(self, name: str, lot: str) -> Iterator[str]:
        own = self.run.priority_of(name, lot)
        for holder, held in self.solved.assignment.items():
            if held == lot and self.run.priority_of(holder, lot) < own:
                yield holder

    def _cause(self, name: str, lot: str) -> str:
        lower = list(self._lower(name, lot))
        if name in self.run.locks.require or any(self.seats[one] == "lock" for one in lower):
            return "lock"
        if self.run.mechanism is Mechanism.STABLE or all(self.seats[one] == "reserve" for one in lower):
            return "reserve"
        return "best_total"
