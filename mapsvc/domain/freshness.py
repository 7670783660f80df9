"""What the observations of a place say on a day: status, band, and when that changes by itself (freshness 4.1, 4.2).

Pure functions of observations, a UTC day and a policy. How observations are weighed is in ``weighing``, the numbers
are in ``freshness_policy``, explanations and files of observations are in ``evidence``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from math import log

from mapsvc.domain.freshness_changes import band_changes, status_changes
from mapsvc.domain.freshness_policy import DEFAULT, FreshnessPolicy
from mapsvc.domain.freshness_rules import Band, Rules, VacancyStatus, band_of, shares
from mapsvc.domain.observations import Claim, Observation, SourceKind
from mapsvc.domain.weighing import CLAIMS, newest_informative, present_weight

__all__ = [
    "Assessment",
    "Band",
    "HistoryPoint",
    "StatusPeriod",
    "VacancyStatus",
    "age_band",
    "asks_for_check",
    "assess",
    "conclude",
    "history",
    "next_change_on",
    "next_check_due",
    "timeline",
    "urgency",
]


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


def assess(
    observations: Iterable[Observation], on: date, policy: FreshnessPolicy = DEFAULT, *, gone_confirmed: bool = False
) -> Assessment:
    """What the observations up to the UTC day ``on`` say on that day; later ones are ignored (freshness 4.1, 4.2).

    ``gone_confirmed`` says that a moderator confirmed the computed ``gone``: it stays so however old it becomes, until
    an observation overturns it.
    """
    day = on.toordinal()
    return _assessment(Rules.of(observations, day, policy, gone_confirmed), day)


def _assessment(rules: Rules, day: int) -> Assessment:
    evidence, policy = rules.evidence, rules.policy
    masses = evidence.masses(day)
    p = shares(masses, policy)
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


def conclude(
    observations: Sequence[Observation], on: date, policy: FreshnessPolicy = DEFAULT, *, gone_confirmed: bool = False
) -> tuple[Assessment, tuple[StatusPeriod, ...]]:
    """What the observations say on the UTC day ``on``, and the periods since the newest answer up to that day.

    An answer is any claim but "not sure"; without one the periods start at ``on``. They do not depend on the day on
    which they are worked out, so that a check which was due stays due until somebody answers.
    """
    rules = Rules.of(observations, on.toordinal(), policy, gone_confirmed)
    return _assessment(rules, on.toordinal()), _timeline(observations, rules, date.fromordinal(rules.evidence.ref))


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
    return _timeline(observations, Rules.of(observations, since.toordinal(), policy, gone_confirmed), since)


def _timeline(observations: Sequence[Observation], rules: Rules, since: date) -> tuple[StatusPeriod, ...]:
    """The periods from ``since`` on, of which ``rules`` hold until the next observation."""
    first = since.toordinal()
    days = {o.counted_on.toordinal() for o in observations if o.counted_on > since and o.claim is not Claim.UNSURE}
    starts = [first, *sorted(days), date.max.toordinal() + 1]
    periods: list[StatusPeriod] = []
    for start, end in pairwise(starts):
        if start > first:
            rules = Rules.of(observations, start, rules.policy, rules.gone_confirmed)
        changes = {start, *status_changes(rules, start, end - 1), *band_changes(rules, start, end - 1)}
        for day in sorted(changes):
            status, band = rules.status(day), rules.band(day)
            if not periods or (periods[-1].status, periods[-1].band) != (status, band):
                periods.append(StatusPeriod(date.fromordinal(day), status, band))
    return tuple(periods)


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
    return freshness, band_of(freshness, policy)


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
        rules = Rules.of(known, start, policy, gone_confirmed)
        days = {*range(start, following, max(1, step_days)), following - 1}
        if start <= today < following:
            days.add(today)
        points += [_point(rules, day, day == start, day > today) for day in sorted(days)]
    return tuple(points)


def _point(rules: Rules, day: int, observed: bool, forecast: bool) -> HistoryPoint:
    masses = rules.evidence.masses(day)
    return HistoryPoint(
        on=date.fromordinal(day),
        masses=dict(zip(CLAIMS, masses, strict=True)),
        p=dict(zip(CLAIMS, shares(masses, rules.policy), strict=True)),
        freshness=rules.freshness(day),
        status=rules.status(day),
        band=rules.band(day),
        observed=observed,
        forecast=forecast,
    )
