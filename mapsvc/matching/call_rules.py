"""The hard rules that speak about calls: H01 eligibility, H20 cohabitation, H21 reserved pairs (matching 3.2).

They have no array form: what they read is the same for a whole application or a whole lot, and few lots are shared.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from mapsvc.domain.call_market import Neighbour
from mapsvc.domain.matches import ConstraintResult, Effect, State
from mapsvc.domain.needs import NeedsProfile
from mapsvc.matching.repairs import APPLICANT, CITY

UNIT_TAGS = ("quiet", "noisy", "dusty")
"""Kinds of units of shared premises, the strictest first: each is for its own kind of work and for quieter ones."""
_NOISY_FROM = 2
_DUSTY_FROM = 2
WITHDRAWN = "H21.withdrawn"


@dataclass(frozen=True)
class Standing:
    """Where an application stands in its call: admitted or not, None undecided, and what its eligibility came to."""

    admitted: bool | None = True
    eligible: State = State.PASS


@dataclass(frozen=True)
class SharedLot:
    """What a lot shares: who holds sibling units, whether there are any, and for which kind of work it is."""

    shared: bool = False
    neighbours: Sequence[Neighbour] = ()
    tag: str | None = None
    withdrawn: bool = False


@dataclass(frozen=True)
class CallRules:
    """What the three rules read of one call; applications by code and lots by number.

    ``unknown`` says what an unknown of H20 does. A forbidden pair and a lot held out are an officer's decision: they
    are shown as H21 and never counted twice, since the locks of a run keep them apart already.
    """

    standings: Mapping[str, Standing]
    lots: Mapping[str, SharedLot]
    forbidden: frozenset[tuple[str, str]] = frozenset()
    held_out: frozenset[str] = frozenset()
    unknown: Effect = Effect.CONDITIONAL
    off: frozenset[str] = field(default_factory=frozenset)

    def judge(self, application: str, lot: str, needs: NeedsProfile) -> tuple[ConstraintResult, ...]:
        """Return what the rules say of one pair."""
        found = (
            *self._eligibility(application),
            *cohabitation(needs, self.lots[lot], self.unknown),
            *self._reserved(application, lot),
        )
        return tuple(one if one.key not in self.off else _warned(one) for one in found)

    def effects(self, application: str, lot: str, needs: NeedsProfile) -> Iterator[ConstraintResult]:
        """Yield what keeps the pair apart or conditions it, but for officers' decisions."""
        for one in self.judge(application, lot, needs):
            if one.effect in (Effect.BLOCK, Effect.CONDITIONAL) and (one.code != "H21" or one.key == WITHDRAWN):
                yield one

    def _eligibility(self, application: str) -> Iterator[ConstraintResult]:
        standing = self.standings[application]
        admitted = State.UNKNOWN if standing.admitted is None else State.PASS if standing.admitted else State.FAIL
        yield _result("H01", "admitted", admitted, (CITY,))
        yield _result("H01", "rules", standing.eligible, (APPLICANT,))

    def _reserved(self, application: str, lot: str) -> Iterator[ConstraintResult]:
        forbidden = (application, lot) in self.forbidden
        yield _result("H21", "forbidden", State.FAIL if forbidden else State.NOT_APPLICABLE, (CITY,))
        yield _result("H21", "held_out", State.FAIL if lot in self.held_out else State.NOT_APPLICABLE, (CITY,))
        gone = self.lots[lot].withdrawn
        yield _result("H21", "withdrawn", State.FAIL if gone else State.NOT_APPLICABLE, ())


def cohabitation(needs: NeedsProfile, lot: SharedLot, unknown: Effect) -> Iterator[ConstraintResult]:
    """Yield what H20 says: sharing at all, the kind of the unit, and practices that do not go beside each other."""
    if not lot.shared:
        for part in ("sharing", "tag", "practices"):
            yield _result("H20", part, State.NOT_APPLICABLE, ())
        return
    alone = needs.sharing == "exclusive_only"
    yield _result("H20", "sharing", State.FAIL if alone else State.PASS, (APPLICANT,), "shared_ok", needs.sharing)
    yield _tag(needs, lot.tag)
    yield _practices(needs, lot.neighbours, unknown)


def work_kind(needs: NeedsProfile) -> str:
    """Return the kind of unit that the declared emissions belong in; what nobody declared is not emitted."""
    if (needs.dust_odour or 0) >= _DUSTY_FROM or needs.solvents or needs.hot_work:
        return "dusty"
    bands = (needs.noise_emission_day, needs.noise_emission_evening, needs.noise_emission_night)
    return "noisy" if max(band or 0 for band in bands) >= _NOISY_FROM else "quiet"


def _tag(needs: NeedsProfile, tag: str | None) -> ConstraintResult:
    if tag is None:
        return _result("H20", "tag", State.NOT_APPLICABLE, ())
    kind = work_kind(needs)
    fits = UNIT_TAGS.index(kind) <= UNIT_TAGS.index(tag)
    return _result("H20", "tag", State.PASS if fits else State.FAIL, (APPLICANT, CITY), tag, kind)


def _practices(needs: NeedsProfile, neighbours: Sequence[Neighbour], unknown: Effect) -> ConstraintResult:
    ours, beside = set(needs.activities or ()), set(needs.incompatible_practices or ())
    theirs = {practice for one in neighbours for practice in one.activities}
    refused = {practice for one in neighbours for practice in one.incompatible}
    if not neighbours or not (beside or refused):
        return _result("H20", "practices", State.NOT_APPLICABLE, ())
    clash = tuple(sorted((theirs & beside) | (ours & refused)))
    required, actual = tuple(sorted(beside | refused)), tuple(sorted(ours | theirs))
    if clash:
        return _result("H20", "practices", State.FAIL, (APPLICANT,), required, actual, clash)
    silent = (refused and not ours) or (beside and any(not one.activities for one in neighbours))
    state = State.UNKNOWN if silent else State.PASS
    return _result("H20", "practices", state, (APPLICANT, CITY), required, actual, None, unknown)


def _result(
    code: str, part: str, state: State, fixable_by: tuple[str, ...], required: object = None, actual: object = None,
    gap: object = None, unknown: Effect = Effect.BLOCK,
) -> ConstraintResult:  # fmt: skip
    effect = {State.FAIL: Effect.BLOCK, State.UNKNOWN: unknown}.get(state, Effect.NONE)
    open_to = fixable_by if state in (State.FAIL, State.UNKNOWN) else ()
    return ConstraintResult(code, part, state, effect, required, actual, gap, "", open_to)


def _warned(one: ConstraintResult) -> ConstraintResult:
    effect = Effect.WARN if one.effect in (Effect.BLOCK, Effect.CONDITIONAL) else one.effect
    return ConstraintResult(one.code, one.part, one.state, effect, one.required, one.actual, one.gap, one.unit,
                            one.fixable_by)  # fmt: skip
