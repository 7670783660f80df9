"""The states of a place and the first rule that fits them: from masses to a status and a band (freshness 4.2).

How masses come about is in ``weighing``; when a state changes by time alone is in ``freshness_changes``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from mapsvc.domain.freshness_policy import FreshnessPolicy
from mapsvc.domain.observations import Observation
from mapsvc.domain.weighing import TOLERANCE, Evidence, Triple, Weighed, weigh


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


@dataclass(frozen=True, slots=True)
class Rules:
    """The evidence up to a day, with what the rules need beside the masses."""

    evidence: Evidence
    policy: FreshnessPolicy
    gone_confirmed: bool
    gone_raised: bool

    @classmethod
    def of(cls, observations: Iterable[Observation], day: int, policy: FreshnessPolicy, gone_confirmed: bool) -> Rules:
        """The rules on the observations up to this UTC day (an ordinal)."""
        evidence = weigh(observations, day, policy)
        # Time alone never raises `gone_pending`: vacant fades faster than gone, so without this check an old dispute
        # would end in the destructive status although nobody looked again.
        raised = rule(evidence.masses(evidence.ref), policy, gone_raised=True) is VacancyStatus.GONE_PENDING
        return cls(evidence, policy, gone_confirmed, raised)

    def status(self, day: int) -> VacancyStatus:
        """The status on a UTC day (an ordinal) when nobody looks again."""
        if self.gone_raised and self.gone_confirmed:
            return VacancyStatus.GONE
        return rule(self.evidence.masses(day), self.policy, self.gone_raised)

    def freshness(self, day: int) -> float:
        """f on a UTC day (an ordinal), 0 when nothing informative was seen."""
        newest = self.evidence.newest_informative
        return 0.0 if newest is None else age_factor(newest, day, self.policy)

    def band(self, day: int) -> Band:
        """The band of f on a UTC day (an ordinal)."""
        return Band.NONE if self.evidence.newest_informative is None else band_of(self.freshness(day), self.policy)


def age_factor(row: Weighed, day: int, policy: FreshnessPolicy) -> float:
    """What age leaves of an observation on a UTC day (an ordinal), between 0 and 1."""
    factor: float = 2.0 ** ((row.day - day) / policy.half_lives[row.claim])
    return factor


def band_of(freshness: float, policy: FreshnessPolicy) -> Band:
    """The band of a freshness f."""
    if freshness >= policy.fresh_from - TOLERANCE:
        return Band.FRESH
    return Band.AGEING if freshness >= policy.ageing_from - TOLERANCE else Band.STALE


def shares(masses: Triple, policy: FreshnessPolicy) -> Triple:
    """p of vacant, occupied and gone; they sum to 1 (freshness 4.1)."""
    v, o, g = masses
    prior = policy.prior_mass
    total = v + o + g + 3 * prior
    return (v + prior) / total, (o + prior) / total, (g + prior) / total


_CONFIRMED = (VacancyStatus.CONFIRMED_VACANT, VacancyStatus.CONFIRMED_OCCUPIED, VacancyStatus.GONE_PENDING)


def rule(masses: Triple, policy: FreshnessPolicy, gone_raised: bool) -> VacancyStatus:
    """The first rule of freshness 4.2 that fits; ``gone`` has no probable form, since it is destructive."""
    mass = sum(masses)
    if mass < policy.mass_probable - TOLERANCE:
        return VacancyStatus.UNVERIFIED
    p = shares(masses, policy)
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
