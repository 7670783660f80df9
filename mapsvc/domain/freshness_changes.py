"""The days on which status or band change by time alone, found without looking at every day (freshness 4.2)."""

from __future__ import annotations

from math import ceil, log2

from mapsvc.domain.freshness_rules import Rules, age_factor, rule
from mapsvc.domain.weighing import TOLERANCE, Triple


def band_changes(rules: Rules, start: int, last: int) -> list[int]:
    """The days (ordinals) after ``start`` and up to ``last`` on which a band ends."""
    newest = rules.evidence.newest_informative
    if newest is None:
        return []
    days = []
    for threshold in (rules.policy.fresh_from, rules.policy.ageing_from):
        # The estimate is at most a day off; the loops make it agree with `_band` to the day.
        day = newest.day + int(rules.policy.half_lives[newest.claim] * -log2(threshold))
        while age_factor(newest, day, rules.policy) >= threshold - TOLERANCE:
            day += 1
        while age_factor(newest, day - 1, rules.policy) < threshold - TOLERANCE:
            day -= 1
        days.append(day)
    return [day for day in days if start < day <= last]


def status_changes(rules: Rules, start: int, last: int) -> list[int]:
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
    upper, lower = evidence.masses(low), evidence.masses(high)
    first, last_status = rule(upper, policy, rules.gone_raised), rule(lower, policy, rules.gone_raised)
    spans = [(low, high, upper, lower, first, last_status)]
    while spans:
        low, high, upper, lower, before, after = spans.pop()
        # With one claim mass and p fall together, so equal ends mean that nothing happened between them.
        if before is after and (alone or high - low <= 1 or _constant(upper, lower, rules)):
            continue
        if high - low <= 1:
            changes.append(high)
            continue
        middle = (low + high) // 2
        between = evidence.masses(middle)
        found = rule(between, policy, rules.gone_raised)
        spans += [(low, middle, upper, between, before, found), (middle, high, between, lower, found, after)]
    return changes


def _constant(upper: Triple, lower: Triple, rules: Rules) -> bool:
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
