"""What the observations of a place say on a day: status, band, and when that changes by itself (freshness 4.1, 4.2).

Pure functions of observations, a UTC day and a policy. How observations are weighed is in ``weighing``, the numbers
are in ``freshness_policy``, explanations and files of observations are in ``evidence``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise
from math import ceil, log, log2

from mapsvc.domain.freshness_policy import DEFAULT, FreshnessPolicy
from mapsvc.domain.observations import Claim, Observation, SourceKind
from mapsvc.domain.weighing import (
    CLAIMS,
    TOLERANCE,
    Evidence,
    Triple,
    Weighed,
    newest_informative,
    present_weight,
    weigh,
)


class VacancyStatus(StrEnum):
    """What is known about a place; always computed, except that a moderator turns ``gone_pending`` into ``gone``."""

    UNVERIFIED = "unverified"
    PROBABLE_VACANT = "probable_vacant"
    CONFIRMED_VACANT = "confirmed_vacant"
    DISPUTED = "disputed"
    PROBABLE_OCCUPIED = "probable_occupied"
    CONFIRMED_OCCUPIED = "confirmed_occupied"
    GONE_PENDING = "gone_pending"
    GONE = "gone"


class Band(StrEnum):
    """How long ago somebody last looked, in half-lives of what they saw."""

    FRESH = "fresh"
    AGEING = "ageing"
    STALE = "stale"
    NONE = "none"


@dataclass(frozen=True)
class Assessment:
    """The evidence on one UTC day; masses and weights have no unit, ``p`` sums to 1, ``freshness`` is between 0 and 1.

    ``last_confirmed_on`` is the day of the newest informative observation of the likeliest claim; ``count`` the number
    of all observations so far; ``weights`` gives e(o) of each of them in order of time, 0 for those that do not count.
    """

    status: VacancyStatus
    p: dict[Claim, float]
    masses: dict[Claim, float]
    mass: float
    freshness: float
    band: Band
    last_confirmed_on: date | None
    last_source_kind: SourceKind | None
    count: int
    weights: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class StatusPeriod:
    """Status and band from ``starts_on`` until the day before the next period starts."""

    starts_on: date
    status: VacancyStatus
    band: Band


@dataclass(frozen=True, slots=True)
class HistoryPoint:
    """One day of the picture of the evidence; ``observed`` on days of an observation, ``forecast`` after today."""

    on: date
    masses: dict[Claim, float]
    p: dict[Claim, float]
    freshness: float
    status: VacancyStatus
    band: Band
    observed: bool
    forecast: bool


@dataclass(frozen=True, slots=True)
class _Rules:
    """The evidence up to a day, with what the rules need beside the masses."""

    evidence: Evidence
    policy: FreshnessPolicy
    gone_confirmed: bool
    gone_raised: bool

    @classmethod
    def of(cls, observations: Iterable[Observation], day: int, policy: FreshnessPolicy, gone_confirmed: bool) -> _Rules:
        evidence = weigh(observations, day, policy)
        # Time alone never raises `gone_pending`: vacant fades faster than gone, so without this check an old dispute
        # would end in the destructive status although nobody looked again.
        raised = _rule(evidence.masses(evidence.ref), policy, gone_raised=True) is VacancyStatus.GONE_PENDING
        return cls(evidence, policy, gone_confirmed, raised)

    def status(self, day: int) -> VacancyStatus:
        if self.gone_raised and self.gone_confirmed:
            return VacancyStatus.GONE
        return _rule(self.evidence.masses(day), self.policy, self.gone_raised)

    def freshness(self, day: int) -> float:
        newest = self.evidence.newest_informative
        return 0.0 if newest is None else _age_factor(newest, day, self.policy)

    def band(self, day: int) -> Band:
        return Band.NONE if self.evidence.newest_informative is None else _band(self.freshness(day), self.policy)


def _age_factor(row: Weighed, day: int, policy: FreshnessPolicy) -> float:
    factor: float = 2.0 ** ((row.day - day) / policy.half_lives[row.claim])
    return factor


def _band(freshness: float, policy: FreshnessPolicy) -> Band:
    if freshness >= policy.fresh_from - TOLERANCE:
        return Band.FRESH
    return Band.AGEING if freshness >= policy.ageing_from - TOLERANCE else Band.STALE


def _shares(masses: Triple, policy: FreshnessPolicy) -> Triple:
    v, o, g = masses
    prior = policy.prior_mass
    total = v + o + g + 3 * prior
    return (v + prior) / total, (o + prior) / total, (g + prior) / total


_CONFIRMED = (VacancyStatus.CONFIRMED_VACANT, VacancyStatus.CONFIRMED_OCCUPIED, VacancyStatus.GONE_PENDING)


def _rule(masses: Triple, policy: FreshnessPolicy, gone_raised: bool) -> VacancyStatus:
    """The first rule of freshness 4.2 that fits; ``gone`` has no probable form, since it is destructive."""
    mass = sum(masses)
    if mass < policy.mass_probable - TOLERANCE:
        return VacancyStatus.UNVERIFIED
    p = _shares(masses, policy)
    if mass >= policy.mass_confirmed - TOLERANCE:
        top = max(p)
        if top >= policy.p_confirmed - TOLERANCE:
            leading = p.index(top)
            if leading < 2 or gone_raised:
                return _CONFIRMED[leading]
        if sorted(p)[1] >= policy.p_disputed - TOLERANCE:
            return VacancyStatus.DISPUTED
    if p[0] >= policy.p_probable - TOLERANCE:
        return VacancyStatus.PROBABLE_VACANT
    if p[1] >= policy.p_probable - TOLERANCE:
        return VacancyStatus.PROBABLE_OCCUPIED
    return VacancyStatus.UNVERIFIED


def assess(
    observations: Iterable[Observation], on: date, policy: FreshnessPolicy = DEFAULT, *, gone_confirmed: bool = False
) -> Assessment:
    """What the observations up to the UTC day ``on`` say on that day; later ones are ignored (freshness 4.1, 4.2).

    ``gone_confirmed`` says that a moderator confirmed the computed ``gone``: it stays so however old it becomes, until
    an observation overturns it.
    """
    day = on.toordinal()
    rules = _Rules.of(observations, day, policy, gone_confirmed)
    evidence = rules.evidence
    masses = evidence.masses(day)
    p = _shares(masses, policy)
    newest = newest_informative(evidence, CLAIMS[p.index(max(p))], policy)
    chosen = {id(row) for row in evidence.chosen}
    return Assessment(
        status=rules.status(day),
        p=dict(zip(CLAIMS, p, strict=True)),
        masses=dict(zip(CLAIMS, masses, strict=True)),
        mass=sum(masses),
        freshness=rules.freshness(day),
        band=rules.band(day),
        last_confirmed_on=None if newest is None else newest.observation.counted_on,
        last_source_kind=None if newest is None else newest.observation.source_kind,
        count=len(evidence.rows),
        weights=tuple(
            (row.observation.id, present_weight(row, day, policy) if id(row) in chosen else 0.0)
            for row in evidence.rows
        ),
    )


def timeline(
    observations: Sequence[Observation],
    since: date,
    policy: FreshnessPolicy = DEFAULT,
    *,
    gone_confirmed: bool = False,
) -> tuple[StatusPeriod, ...]:
    """Status and band from ``since`` on, as ``assess`` would give them each day, until they change no more.

    The first period starts at ``since``. Observations after ``since`` count from their day on, as in ``assess``.
    """
    first = since.toordinal()
    days = {o.counted_on.toordinal() for o in observations if o.claim is not Claim.UNSURE}
    starts = [first, *sorted(day for day in days if day > first), date.max.toordinal() + 1]
    periods: list[StatusPeriod] = []
    for start, end in pairwise(starts):
        rules = _Rules.of(observations, start, policy, gone_confirmed)
        changes = {start, *_status_changes(rules, start, end - 1), *_band_changes(rules, start, end - 1)}
        for day in sorted(changes):
            status, band = rules.status(day), rules.band(day)
            if not periods or (periods[-1].status, periods[-1].band) != (status, band):
                periods.append(StatusPeriod(date.fromordinal(day), status, band))
    return tuple(periods)


def _band_changes(rules: _Rules, start: int, last: int) -> list[int]:
    newest = rules.evidence.newest_informative
    if newest is None:
        return []
    days = []
    for threshold in (rules.policy.fresh_from, rules.policy.ageing_from):
        # The estimate is at most a day off; the loops make it agree with `_band` to the day.
        day = newest.day + int(rules.policy.half_lives[newest.claim] * -log2(threshold))
        while _age_factor(newest, day, rules.policy) >= threshold - TOLERANCE:
            day += 1
        while _age_factor(newest, day - 1, rules.policy) < threshold - TOLERANCE:
            day -= 1
        days.append(day)
    return [day for day in days if start < day <= last]


def _status_changes(rules: _Rules, start: int, last: int) -> list[int]:
    """The days after ``start`` and up to ``last`` on which the status differs from the day before."""
    evidence, policy = rules.evidence, rules.policy
    mass = sum(named + anonymous for named, anonymous, _ in evidence.decay)
    if mass <= 0 or (rules.gone_raised and rules.gone_confirmed):
        return []
    longest = max(half_life for named, anonymous, half_life in evidence.decay if named or anonymous)
    # From this day on the mass is too small for any status but unverified.
    settled = evidence.ref + max(0, ceil(longest * log2(mass / policy.mass_probable))) + 2
    low, high = start, min(last, max(start, settled))
    changes: list[int] = []
    alone = sum(1 for named, anonymous, _ in evidence.decay if named or anonymous) == 1
    spans = [(low, high, evidence.masses(low), evidence.masses(high))]
    while spans:
        low, high, upper, lower = spans.pop()
        before, after = (_rule(m, policy, rules.gone_raised) for m in (upper, lower))
        # With one claim mass and p fall together, so equal ends mean that nothing happened between them.
        if before is after and (alone or high - low <= 1 or _constant(upper, lower, rules)):
            continue
        if high - low <= 1:
            changes.append(high)
            continue
        middle = (low + high) // 2
        between = evidence.masses(middle)
        spans += [(low, middle, upper, between), (middle, high, between, lower)]
    return changes


def _constant(upper: Triple, lower: Triple, rules: _Rules) -> bool:
    """Whether no rule can change its answer while the masses fall from ``upper`` to ``lower``.

    Each mass lies between its ends, which bounds each p; a rule whose p stays on one side of its threshold is settled.
    The bounds are widened by twice the tolerance, so that rounding can only ask for one more look, never for one less.
    """
    policy = rules.policy
    margin = 2 * TOLERANCE
    most, least = sum(upper), sum(lower)
    if _side(least, most, policy.mass_probable, margin) < 0:
        return True
    ranges = []
    for high, low in zip(upper, lower, strict=True):
        a, b = low + policy.prior_mass, high + policy.prior_mass
        ranges.append((a / (a + most - high + 2 * policy.prior_mass), b / (b + least - low + 2 * policy.prior_mass)))
    confirmable = _side(least, most, policy.mass_confirmed, margin)
    if not confirmable or not _side(least, most, policy.mass_probable, margin):
        return False
    if confirmable > 0:
        sides = [_side(low, high, policy.p_confirmed, margin) for low, high in ranges[: 3 if rules.gone_raised else 2]]
        if 1 in sides:
            return True
        second = _side(sorted(r[0] for r in ranges)[1], sorted(r[1] for r in ranges)[1], policy.p_disputed, margin)
        if 0 in sides or not second:
            return False
        if second > 0:
            return True
    return all(_side(low, high, policy.p_probable, margin) for low, high in ranges[:2])


def _side(low: float, high: float, threshold: float, margin: float) -> int:
    """1 when the whole range reaches the threshold, -1 when none of it does, 0 when that is open."""
    if low >= threshold + margin:
        return 1
    return -1 if high < threshold - margin else 0


def next_change_on(
    observations: Iterable[Observation], on: date, policy: FreshnessPolicy = DEFAULT, *, gone_confirmed: bool = False
) -> date | None:
    """The first day after ``on`` on which status or band changes by time alone; None when they never will."""
    known = [o for o in observations if o.counted_on <= on]
    periods = timeline(known, on, policy, gone_confirmed=gone_confirmed)
    return periods[1].starts_on if len(periods) > 1 else None


def next_check_due(
    observations: Iterable[Observation],
    on: date,
    policy: FreshnessPolicy = DEFAULT,
    *,
    call_opens_on: date | None = None,
    gone_confirmed: bool = False,
) -> date | None:
    """The first day status would change or band fall, never later than 30 days before a call opens on the place."""
    due = next_change_on(observations, on, policy, gone_confirmed=gone_confirmed)
    if call_opens_on is None:
        return due
    before_call = call_opens_on - timedelta(days=policy.check_before_call_days)
    return before_call if due is None else min(due, before_call)


def asks_for_check(observations: Iterable[Observation], on: date, policy: FreshnessPolicy = DEFAULT) -> bool:
    """Whether two or more reporters were not sure within the last 60 days, so that the place is to be checked."""
    since = on - timedelta(days=policy.unsure_within_days)
    unsure = {o.who for o in observations if o.claim is Claim.UNSURE and since <= o.counted_on <= on}
    return len(unsure) >= policy.unsure_reporters


def urgency(assessment: Assessment, interested: int, in_call: bool, policy: FreshnessPolicy = DEFAULT) -> float:
    """U of freshness 4.2, between 0 and 1: how much a place needs a visit; ``in_call``: in a call within 60 days."""
    doubt = -sum(p * log(p) for p in assessment.p.values() if p > 0) / log(len(CLAIMS))
    return (
        policy.urgency_age * (1 - assessment.freshness)
        + policy.urgency_doubt * doubt
        + policy.urgency_interest * min(1.0, interested / policy.urgency_interest_full)
        + policy.urgency_call * in_call
    )


def age_band(
    confirmed_on: date | None, on: date, half_life_days: float, policy: FreshnessPolicy = DEFAULT
) -> tuple[float, Band]:
    """Freshness and band of any other dated statement with this half-life in days; a date after ``on`` is as new."""
    if confirmed_on is None:
        return 0.0, Band.NONE
    freshness: float = 2.0 ** (-max(0, (on - confirmed_on).days) / half_life_days)
    return freshness, _band(freshness, policy)


def history(
    observations: Iterable[Observation],
    until: date,
    forecast_days: int = 0,
    step_days: int = 7,
    policy: FreshnessPolicy = DEFAULT,
    *,
    gone_confirmed: bool = False,
) -> tuple[HistoryPoint, ...]:
    """The evidence from the first observation to ``until`` and a forecast beyond it, for a picture.

    A point stands on each day of an observation, on the day before it (so that the step is seen as a step), every
    ``step_days`` between, on ``until`` and on the last day of the forecast; no observations, no points.
    """
    known = [o for o in observations if o.counted_on <= until]
    observed = sorted({o.counted_on.toordinal() for o in known})
    if not observed:
        return ()
    today, last = until.toordinal(), min(until.toordinal() + forecast_days, date.max.toordinal())
    points: list[HistoryPoint] = []
    for start, following in pairwise([*observed, last + 1]):
        rules = _Rules.of(known, start, policy, gone_confirmed)
        days = {*range(start, following, max(1, step_days)), following - 1}
        if start <= today < following:
            days.add(today)
        points += [_point(rules, day, day == start, day > today) for day in sorted(days)]
    return tuple(points)


def _point(rules: _Rules, day: int, observed: bool, forecast: bool) -> HistoryPoint:
    masses = rules.evidence.masses(day)
    return HistoryPoint(
        on=date.fromordinal(day),
        masses=dict(zip(CLAIMS, masses, strict=True)),
        p=dict(zip(CLAIMS, _shares(masses, rules.policy), strict=True)),
        freshness=rules.freshness(day),
        status=rules.status(day),
        band=rules.band(day),
        observed=observed,
        forecast=forecast,
    )
