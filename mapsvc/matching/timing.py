"""When a collective could begin in premises and for how long: the best of their free periods (H04, H05, f_time).

Days are ordinals (1 January of year 1 is 1). A period without an end ends with the calendar.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from mapsvc.domain.matches import Offer
from mapsvc.domain.needs import NeedsProfile
from mapsvc.matching.micro import BoolArray, IntArray
from mapsvc.matching.readings import MISSING

LAST_DAY = date.max.toordinal()


@dataclass(frozen=True)
class Timing:
    """The chosen period: ``start`` is the first day of use, ``days`` how long the place is of use after that.

    ``access`` is the first day of the period and ``fit_out`` the days of works that still fall into it.
    """

    start: int
    days: int
    access: int
    fit_out: int


def fit_out_days(needs: NeedsProfile, works_days: int | None, works_by: str | None) -> int:
    """Return the days of works that the collective does: its own figure, else the estimate where users do the works."""
    if needs.fit_out_days is not None:
        return needs.fit_out_days
    return (works_days or 0) if works_by == "user" else 0


def best_timing(needs: NeedsProfile, offer: Offer, today: date) -> Timing | None:
    """Return the timing of the best period, None where the periods are not known or there is none.

    Best is where start and term are both possible, then where the start is; among those the longest use, then the
    earliest start. Where no start is possible it is the earliest one, since that lacks least, then the longest use.
    """
    best: tuple[tuple[bool, bool, int, int], Timing] | None = None
    features = offer.features
    fit_out = fit_out_days(needs, features.works_days, features.works_by)
    for window in offer.periods or ():
        access = window.start.toordinal()
        start = max(access, today.toordinal(), needs.start_earliest.toordinal() if needs.start_earliest else 0)
        end = window.until.toordinal() if window.until else LAST_DAY
        early = max(0, start - features.fit_out_access_from.toordinal()) if features.fit_out_access_from else 0
        works = max(0, fit_out - early)
        days = end - start - works
        if features.max_term_days is not None:
            days = min(days, features.max_term_days)
        starts = needs.start_latest is None or start <= needs.start_latest.toordinal()
        lasts = days >= (needs.term_min_days or 1)
        wanted = days if needs.term_desired_days is None else min(days, needs.term_desired_days)
        lasts = lasts and (features.min_term_days is None or wanted >= features.min_term_days)
        order = (starts and lasts, starts, *((days, -start) if starts else (-start, days)))
        if best is None or order > best[0]:
            best = order, Timing(start, days, access, works)
    return best[1] if best else None


@dataclass(frozen=True)
class PeriodColumns:
    """The periods of many offers, (n, k): first day and end, MISSING where an offer has fewer than k."""

    access: IntArray
    end: IntArray


def period_columns(offers: Sequence[Offer]) -> PeriodColumns:
    """Return the periods of the offers as arrays; k is the largest number of periods of one offer, at least one."""
    periods = [offer.periods or () for offer in offers]
    most = max((len(some) for some in periods), default=0) or 1
    access = np.full((len(periods), most), MISSING, dtype=np.int64)
    end = np.full((len(periods), most), MISSING, dtype=np.int64)
    for place in range(most):
        here = [(row, some[place]) for row, some in enumerate(periods) if len(some) > place]
        rows = [row for row, _ in here]
        access[rows, place] = [window.start.toordinal() for _, window in here]
        end[rows, place] = [window.until.toordinal() if window.until else LAST_DAY for _, window in here]
    return PeriodColumns(access, end)


@dataclass(frozen=True)
class TimingColumns:
    """What `best_timing` says of every pair, (m, n) each; MISSING where it says None."""

    start: IntArray
    days: IntArray


@dataclass(frozen=True)
class TimingInput:
    """Columns of needs (m, 1) and offers (1, n) that the timing reads; MISSING where a value is None."""

    today: int
    start_earliest: IntArray
    start_latest: IntArray
    term_min: IntArray
    term_desired: IntArray
    own_fit_out: IntArray
    user_works: IntArray
    early_access: IntArray
    min_term: IntArray
    max_term: IntArray
    periods: PeriodColumns


def best_timings(given: TimingInput) -> TimingColumns:
    """Return the same as `best_timing` for every pair."""
    shape = np.broadcast_shapes(given.start_earliest.shape, given.min_term.shape)
    start = np.full(shape, MISSING, dtype=np.int64)
    days = np.full(shape, MISSING, dtype=np.int64)
    rank = np.full(shape, -1, dtype=np.int64)
    fit_out = np.where(given.own_fit_out == MISSING, given.user_works, given.own_fit_out)
    for place in range(given.periods.access.shape[1]):
        access, end = given.periods.access[None, :, place], given.periods.end[None, :, place]
        starts_on = np.maximum(np.maximum(access, given.today), given.start_earliest)
        early = np.where(given.early_access == MISSING, 0, np.maximum(0, starts_on - given.early_access))
        lasts_for = end - starts_on - np.maximum(0, fit_out - early)
        lasts_for = np.where(given.max_term == MISSING, lasts_for, np.minimum(lasts_for, given.max_term))
        here = _rank(given, starts_on, lasts_for)
        longer, sooner = lasts_for > days, starts_on < start
        tied = np.where(
            here > 0,
            longer | ((lasts_for == days) & sooner),
            sooner | ((starts_on == start) & longer),
        )
        better = ((here > rank) | ((here == rank) & tied)) & (access != MISSING)
        start, days = np.where(better, starts_on, start), np.where(better, lasts_for, days)
        rank = np.where(better, here, rank)
    return TimingColumns(start, days)


def _rank(given: TimingInput, start: IntArray, days: IntArray) -> IntArray:
    starts: BoolArray = (given.start_latest == MISSING) | (start <= given.start_latest)
    wanted = np.where(given.term_desired == MISSING, days, np.minimum(days, given.term_desired))
    lasts = days >= np.where(given.term_min == MISSING, 1, np.maximum(given.term_min, 1))
    lasts &= (given.min_term == MISSING) | (wanted >= given.min_term)
    return np.asarray(2 * (starts & lasts) + starts, dtype=np.int64)
