"""One pair of needs and offer, or all pairs of many: what rules and fits read from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np

from mapsvc.domain.matches import Effect, Offer
from mapsvc.domain.needs import NeedsProfile
from mapsvc.matching.distance import metres, metres_between, place_of
from mapsvc.matching.micro import IntArray
from mapsvc.matching.policy import Policy
from mapsvc.matching.readings import MISSING, Computed, Number, Reading
from mapsvc.matching.timing import (
    PeriodColumns,
    Timing,
    TimingColumns,
    TimingInput,
    best_timing,
    best_timings,
    period_columns,
)


@dataclass(frozen=True)
class Pair:
    """One profile and one offer on one day under one policy."""

    needs: NeedsProfile
    offer: Offer
    today: date
    policy: Policy

    @cached_property
    def timing(self) -> Timing | None:
        """The best period for this profile."""
        return best_timing(self.needs, self.offer, self.today)

    @cached_property
    def distance(self) -> int | None:
        """Metres from the anchor point of the profile to the offer."""
        if self.needs.anchor_point is None or self.offer.point is None:
            return None
        return metres(place_of(self.needs.anchor_point), place_of(self.offer.point))


class Columns:
    """Columns of numbers of many subjects, each read once when it is first asked for."""

    def __init__(self, subjects: Sequence[Any]) -> None:
        self.subjects = tuple(subjects)
        self._read: dict[Reading, IntArray] = {}
        self._built: dict[str, IntArray] = {}

    def __len__(self) -> int:
        return len(self.subjects)

    def of(self, reading: Reading) -> IntArray:
        """Return the column of a reading, (len,), MISSING for what is not known."""
        if reading not in self._read:
            self._read[reading] = reading.column(self.subjects)
        return self._read[reading]

    def kept(self, name: str, build: Callable[[], IntArray]) -> IntArray:
        """Return an array that does not come from a reading, built when it is first asked for."""
        if name not in self._built:
            self._built[name] = build()
        return self._built[name]


class NeedsTable(Columns):
    """The profiles of many candidates as columns."""

    subjects: tuple[NeedsProfile, ...]

    @cached_property
    def places(self) -> IntArray:
        """Anchor points in space, (m, 3); zeros where there is none."""
        return _places([needs.anchor_point for needs in self.subjects])


class OfferTable(Columns):
    """Many offers as columns; build it once and compare it often."""

    subjects: tuple[Offer, ...]

    @cached_property
    def id_order(self) -> IntArray:
        """The place of each offer among all by its id, (n,)."""
        ids = np.array([offer.id for offer in self.subjects])
        return np.argsort(np.argsort(ids, kind="stable"), kind="stable").astype(np.int64)

    @cached_property
    def periods(self) -> PeriodColumns:
        """The free periods."""
        return period_columns(self.subjects)

    @cached_property
    def places(self) -> IntArray:
        """Positions in space, (n, 3); zeros where there is none."""
        return _places([offer.point for offer in self.subjects])


def _places(points: Sequence[tuple[float, float] | None]) -> IntArray:
    return np.array([place_of(point) if point else (0, 0, 0) for point in points], dtype=np.int64).reshape(-1, 3)


HAS_ANCHOR = Computed(lambda needs: None if needs.anchor_point is None else 1)
HAS_POINT = Computed(lambda offer: None if offer.point is None else 1)
EARLIEST = Computed(lambda needs: needs.start_earliest and needs.start_earliest.toordinal())
LATEST = Computed(lambda needs: needs.start_latest and needs.start_latest.toordinal())
TERM_MIN = Number("term_min_days")
TERM_DESIRED = Number("term_desired_days")
OWN_FIT_OUT = Number("fit_out_days")
USER_WORKS = Computed(lambda offer: (offer.features.works_days or 0) if offer.features.works_by == "user" else 0)
EARLY_ACCESS = Computed(
    lambda offer: offer.features.fit_out_access_from and offer.features.fit_out_access_from.toordinal()
)
MIN_TERM = Number("features.min_term_days")
MAX_TERM = Number("features.max_term_days")


@dataclass(frozen=True)
class Batch:
    """All pairs of m profiles and n offers; arrays that depend on one side are (m, 1) or (1, n)."""

    needs: NeedsTable
    offers: OfferTable
    today: date
    policy: Policy

    @property
    def shape(self) -> tuple[int, int]:
        """(m, n)."""
        return len(self.needs), len(self.offers)

    def need(self, reading: Reading) -> IntArray:
        """Return a column of the needs as (m, 1)."""
        return self.needs.of(reading)[:, None]

    def have(self, reading: Reading) -> IntArray:
        """Return a column of the offers as (1, n)."""
        return self.offers.of(reading)[None, :]

    @cached_property
    def timing(self) -> TimingColumns:
        """The best period of every pair."""
        return best_timings(
            TimingInput(
                self.today.toordinal(), self.need(EARLIEST), self.need(LATEST), self.need(TERM_MIN),
                self.need(TERM_DESIRED), self.need(OWN_FIT_OUT), self.have(USER_WORKS), self.have(EARLY_ACCESS),
                self.have(MIN_TERM), self.have(MAX_TERM), self.offers.periods,
            )
        )  # fmt: skip

    @cached_property
    def distance(self) -> IntArray:
        """Metres of every pair, (m, n), MISSING where a point is missing."""
        missing = (self.need(HAS_ANCHOR) == MISSING) | (self.have(HAS_POINT) == MISSING)
        if missing.all():
            return np.full(self.shape, MISSING, dtype=np.int64)
        return np.where(missing, MISSING, metres_between(self.needs.places, self.offers.places))


def unknown_effect(policy: Policy, code: str, default: Effect) -> Effect:
    """Return what a missing value does to a pair under this policy."""
    if code in policy.warn_only:
        return Effect.WARN
    return policy.unknown.get(code, default)


def fail_effect(policy: Policy, code: str) -> Effect:
    """Return what a broken rule does to a pair under this policy."""
    return Effect.WARN if code in policy.warn_only else Effect.BLOCK
