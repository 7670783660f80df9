"""The rules about sets: activities and permitted uses, needed and allowed hours, accepted districts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from mapsvc.domain.features import ACTIVITIES, Features
from mapsvc.domain.matches import ConstraintResult, Effect, State
from mapsvc.domain.week import SLOTS, WeeklyHours
from mapsvc.matching.pairs import Batch, Pair, fail_effect, unknown_effect
from mapsvc.matching.readings import MISSING, Computed
from mapsvc.matching.repairs import CITY, OWNER, Proposal, in_features, in_needs
from mapsvc.matching.rules import Effects, Named, set_effects

# A temporary-use convention allows uses that differ from the plan without changing the destination (H07).
COVERING_ROUTES = frozenset({"temporary_use_convention"})
EVERYTHING = (1 << len(ACTIVITIES)) - 1
WORDS = -(-SLOTS // 32)


def _mask(codes: Sequence[str]) -> int:
    return sum(1 << ACTIVITIES.index(code) for code in codes)


def _codes(mask: int) -> tuple[str, ...]:
    return tuple(code for place, code in enumerate(ACTIVITIES) if mask >> place & 1)


def _allowed(features: Features) -> int | None:
    if features.legal_route in COVERING_ROUTES:
        return EVERYTHING
    return None if features.permitted_uses is None else _mask(features.permitted_uses)


ACTIVITY_MASK = Computed(lambda needs: _mask(needs.activities) if needs.activities else None)
ALLOWED_MASK = Computed(lambda offer: _allowed(offer.features))
HOURS_KNOWN = Computed(lambda offer: None if offer.features.hours_allowed is None else 1)
PROHIBITED_MASK = Computed(lambda offer: _mask(offer.features.prohibited_uses or ()))


@dataclass(frozen=True, kw_only=True)
class UseRule(Named):
    """Every activity is permitted, or covered by the legal route, and none is forbidden (H07)."""

    def judge(self, pair: Pair) -> ConstraintResult:
        """Return what the rule says; the gap lists the activities that are in the way."""
        need, allowed = ACTIVITY_MASK.of(pair.needs), ALLOWED_MASK.of(pair.offer)
        if need is None:
            return self.result(State.NOT_APPLICABLE, Effect.NONE)
        prohibited = need & (PROHIBITED_MASK.of(pair.offer) or 0)
        if allowed is None and not prohibited:
            return self.result(State.UNKNOWN, unknown_effect(pair.policy, self.code, self.unknown), _codes(need))
        missing = prohibited if allowed is None else prohibited | (need & ~allowed)
        actual = None if allowed is None else _codes(allowed)
        if missing:
            effect = fail_effect(pair.policy, self.code)
            return self.result(State.FAIL, effect, _codes(need), actual, _codes(missing))
        return self.result(State.PASS, Effect.NONE, _codes(need), actual)

    def effects(self, batch: Batch) -> Effects | None:
        """Return the effects on all pairs."""
        need, allowed = batch.need(ACTIVITY_MASK), batch.have(ALLOWED_MASK)
        applies = need != MISSING
        if not applies.any():
            return None
        prohibited = (need & batch.have(PROHIBITED_MASK)) != 0
        met = ~prohibited & ((need & ~allowed) == 0)
        return set_effects(self, batch, applies, (allowed != MISSING) | prohibited, met)

    def proposals(self, pair: Pair) -> Iterator[Proposal]:
        """Fewer activities, wider permitted uses, fewer forbidden ones, or a temporary-use convention."""
        missing = self.judge(pair).gap
        features = pair.offer.features
        gone = set(missing) if isinstance(missing, tuple) else set()
        kept = tuple(code for code in pair.needs.activities or () if code not in gone)
        if gone and kept:
            yield in_needs(pair, "activities", kept)
        wide = _codes(_mask(features.permitted_uses or ()) | (ACTIVITY_MASK.of(pair.needs) or 0))
        yield in_features(pair, "permitted_uses", wide, CITY)
        if set(features.prohibited_uses or ()) & gone:
            left = tuple(code for code in features.prohibited_uses or () if code not in gone)
            yield in_features(pair, "prohibited_uses", left, OWNER)
        # A convention is made, not found out, so this is a change even where no route was stated.
        yield replace(in_features(pair, "legal_route", "temporary_use_convention", CITY), kind="change")


def _words(hours: Sequence[WeeklyHours | None]) -> np.ndarray[Any, np.dtype[np.int64]]:
    return np.array(
        [[(one.bits if one else 0) >> (32 * word) & 0xFFFFFFFF for word in range(WORDS)] for one in hours],
        dtype=np.int64,
    ).reshape(-1, WORDS)


@dataclass(frozen=True, kw_only=True)
class HoursRule(Named):
    """The needed hours are within the allowed ones (H11)."""

    def judge(self, pair: Pair) -> ConstraintResult:
        """Return what the rule says; the gap is the timetable of the hours that are not allowed."""
        need, allowed = pair.needs.hours, pair.offer.features.hours_allowed
        if need is None or not need.bits:
            return self.result(State.NOT_APPLICABLE, Effect.NONE)
        if allowed is None:
            return self.result(State.UNKNOWN, unknown_effect(pair.policy, self.code, self.unknown), need)
        missing = need.missing_from(allowed)
        if missing.bits:
            return self.result(State.FAIL, fail_effect(pair.policy, self.code), need, allowed, missing)
        return self.result(State.PASS, Effect.NONE, need, allowed)

    def effects(self, batch: Batch) -> Effects | None:
        """Return the effects on all pairs."""
        need = _words([needs.hours for needs in batch.needs.subjects])
        applies = (need != 0).any(axis=1, keepdims=True)
        if not applies.any():
            return None
        offers = batch.offers
        known = batch.have(HOURS_KNOWN) != MISSING
        allowed = offers.kept("hours", lambda: _words([one.features.hours_allowed for one in offers.subjects]))
        met = np.ones(batch.shape, dtype=np.bool_)
        for word in range(WORDS):
            met &= (need[:, None, word] & ~allowed[None, :, word]) == 0
        return set_effects(self, batch, applies, known, met)

    def proposals(self, pair: Pair) -> Iterator[Proposal]:
        """Fewer needed hours, or more allowed ones."""
        need, allowed = pair.needs.hours, pair.offer.features.hours_allowed
        if need is None:
            return
        if allowed is not None and need.intersection(allowed).bits:
            yield in_needs(pair, "hours", need.intersection(allowed))
        yield in_features(pair, "hours_allowed", need if allowed is None else need.union(allowed), OWNER)


@dataclass(frozen=True, kw_only=True)
class DistrictRule(Named):
    """The premises lie in one of the accepted districts (H19)."""

    def judge(self, pair: Pair) -> ConstraintResult:
        """Return what the rule says; required and actual are ids of areas."""
        accepted, areas = pair.needs.districts_ok, pair.offer.area_ids
        if not accepted:
            return self.result(State.NOT_APPLICABLE, Effect.NONE)
        if not areas:
            return self.result(State.UNKNOWN, unknown_effect(pair.policy, self.code, self.unknown), accepted)
        if areas.isdisjoint(accepted):
            return self.result(State.FAIL, fail_effect(pair.policy, self.code), accepted, tuple(sorted(areas)))
        return self.result(State.PASS, Effect.NONE, accepted, tuple(sorted(areas)))

    def effects(self, batch: Batch) -> Effects | None:
        """Return the effects on all pairs."""
        accepted = [needs.districts_ok or () for needs in batch.needs.subjects]
        number = {area: place for place, area in enumerate(sorted({area for some in accepted for area in some}))}
        if not number:
            return None
        # Single precision is exact for counts, and its product is far faster than one of whole numbers.
        wanted = np.zeros((len(accepted), len(number)), dtype=np.float32)
        for row, some in enumerate(accepted):
            wanted[row, [number[area] for area in some]] = 1
        lies = np.zeros((len(batch.offers), len(number)), dtype=np.float32)
        for row, offer in enumerate(batch.offers.subjects):
            lies[row, [number[area] for area in offer.area_ids if area in number]] = 1
        known = np.fromiter((bool(offer.area_ids) for offer in batch.offers.subjects), np.bool_, len(batch.offers))
        applies = np.array([[bool(some)] for some in accepted], dtype=np.bool_)
        return set_effects(self, batch, applies, known[None, :], np.greater(wanted @ lies.T, 0))

    def proposals(self, pair: Pair) -> Iterator[Proposal]:
        """The applicant accepts the district as well."""
        for area in sorted(pair.offer.area_ids)[:1]:
            yield in_needs(pair, "districts_ok", tuple(sorted({*(pair.needs.districts_ok or ()), area})), area)
