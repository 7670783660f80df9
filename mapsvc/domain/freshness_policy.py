"""The numbers of the evidence rules, each with its unit and its reason; the rules themselves are in ``freshness``.

They are planning values. After a year in use the half-lives are to be fitted so that the predicted share of vacant
places matches what officers find (freshness 4.1).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from math import isclose, isfinite

from mapsvc.domain.errors import Invalid
from mapsvc.domain.observations import Claim, Quality, SourceKind


@dataclass(frozen=True)
class FreshnessPolicy:
    """Every tuning number of freshness 4.1 and 4.2; weights and masses have no unit, half-lives are in days."""

    # Weight τ of a source: how much one statement of it counts before quality, reporter and age.
    weight_officer_visit: float = 2.0  # Trained, answerable and on the spot: confirms alone.
    weight_owner_statement: float = 1.2  # Knows the place, but has an interest in the answer.
    weight_trust_broker: float = 1.0  # Walks the district for a living.
    weight_partner_org: float = 1.0  # The same trust as a broker, given to an organisation.
    weight_import_official: float = 0.6  # A register is right on its date, and coarse about what it means.
    weight_registered_user: float = 0.5  # Two neighbours confirm together, one does not.
    weight_import_open: float = 0.3  # Open data such as OpenStreetMap, of mixed care.
    weight_anonymous: float = 0.25  # Cheap to repeat, hence low and capped.
    # Upper end of the sum of anonymous weights, per claim and in what they contradict: below `mass_confirmed`, so that
    # no crowd of unknown devices confirms or overturns an officer.
    anonymous_cap: float = 0.60

    # Quality q: how well the observer could know.
    quality_photo_onsite: float = 1.0  # Can be checked by others.
    quality_onsite_no_photo: float = 0.7  # Seen, but only told.
    quality_remote: float = 0.4  # From memory or from afar.
    quality_register: float = 1.0  # The weight of its source already says how far a register is to be trusted.

    # Half-life H of a claim in days: how long half of such places stay as they were seen.
    half_life_vacant: float = 180  # Shops are let again within a year or so.
    half_life_occupied: float = 270  # A running use lasts longer than a vacancy.
    half_life_gone: float = 3650  # A demolished building does not come back soon.
    half_life_unsure: float = 90  # Only for showing its age: it adds no mass.

    # Later contradicting weight above which an older observation is not pushed down further (factor 0.5 to its power).
    supersession_limit: float = 2.0
    # Prior mass of each of the three claims: with no evidence each has p = 1/3.
    prior_mass: float = 0.2
    # Least τφq that makes a place count as looked at again; keeps weak remarks from renewing a record.
    informative_weight: float = 0.20

    # Thresholds of the states (freshness 4.2); masses without unit, p between 0 and 1.
    mass_confirmed: float = 0.75
    p_confirmed: float = 0.70
    p_disputed: float = 0.30  # The second claim is this likely: two stories stand against each other.
    mass_probable: float = 0.45
    p_probable: float = 0.55
    # Bands of f: one half-life is the end of fresh, two are the end of ageing.
    fresh_from: float = 0.5
    ageing_from: float = 0.25

    # Days before the opening of a call on a place by which it is to be looked at again.
    check_before_call_days: int = 30
    # "Not sure" answers, and the days within which they must lie, that ask for a visit.
    unsure_reporters: int = 2
    unsure_within_days: int = 60

    # Shares of the urgency U of a re-check; they add up to 1.
    urgency_age: float = 0.35
    urgency_doubt: float = 0.30
    urgency_interest: float = 0.20
    urgency_call: float = 0.15
    urgency_interest_full: int = 5  # Interested groups from which more do not make it more urgent.

    def __post_init__(self) -> None:
        """Refuse numbers under which the rules lose their meaning."""
        if min(self.half_lives.values()) <= 0 or self.prior_mass <= 0:
            raise Invalid("Half-lives and the prior mass are positive.")
        if not 0 < self.mass_probable <= self.mass_confirmed:
            raise Invalid("The mass of a probable status is positive and not above that of a confirmed one.")
        if min(self.p_confirmed, self.p_probable) <= 0.5:
            raise Invalid("A claim below one half cannot be probable or confirmed.")
        if not 0 < self.ageing_from < self.fresh_from <= 1:
            raise Invalid("The bands need 0 < ageing_from < fresh_from <= 1.")

    @cached_property
    def source_weights(self) -> Mapping[SourceKind, float]:
        """τ by source."""
        return {
            SourceKind.OFFICER_VISIT: self.weight_officer_visit,
            SourceKind.OWNER_STATEMENT: self.weight_owner_statement,
            SourceKind.TRUST_BROKER: self.weight_trust_broker,
            SourceKind.PARTNER_ORG: self.weight_partner_org,
            SourceKind.REGISTERED_USER: self.weight_registered_user,
            SourceKind.ANONYMOUS: self.weight_anonymous,
            SourceKind.IMPORT_OFFICIAL: self.weight_import_official,
            SourceKind.IMPORT_OPEN: self.weight_import_open,
        }

    @cached_property
    def qualities(self) -> Mapping[Quality, float]:
        """The factor q by quality."""
        return {
            Quality.PHOTO_ONSITE: self.quality_photo_onsite,
            Quality.ONSITE_NO_PHOTO: self.quality_onsite_no_photo,
            Quality.REMOTE: self.quality_remote,
            Quality.REGISTER: self.quality_register,
        }

    @cached_property
    def half_lives(self) -> Mapping[Claim, float]:
        """H by claim, in days."""
        return {
            Claim.VACANT: self.half_life_vacant,
            Claim.OCCUPIED: self.half_life_occupied,
            Claim.GONE: self.half_life_gone,
            Claim.UNSURE: self.half_life_unsure,
        }


DEFAULT = FreshnessPolicy()
_WHOLE = frozenset(field.name for field in fields(FreshnessPolicy) if field.type == "int")
_NAMES = frozenset(field.name for field in fields(FreshnessPolicy))


def read_policy(numbers: Mapping[str, object]) -> FreshnessPolicy:
    """Return the default numbers with those of a deployment in their place; raise Invalid that names what is wrong.

    Beside what every policy must hold, the cap of anonymous evidence stays below a confirmed mass: no crowd of unknown
    devices may confirm a place, whatever a deployment sets.
    """
    for name, value in numbers.items():
        if name not in _NAMES:
            raise Invalid(f"{name} is not a number of the evidence rule.", f"/{name}")
        if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value) or value < 0:
            raise Invalid(f"{name} must be a number that is not negative.", f"/{name}")
        if name in _WHOLE and not isinstance(value, int):
            raise Invalid(f"{name} must be a whole number.", f"/{name}")
    policy = FreshnessPolicy(**numbers)  # type: ignore[arg-type]  # the loop above allows names and numbers only
    if policy.anonymous_cap >= policy.mass_confirmed:
        raise Invalid("anonymous_cap must be below mass_confirmed: passers-by alone never confirm.", "/anonymous_cap")
    if max(policy.p_confirmed, policy.p_probable, policy.p_disputed, *policy.qualities.values()) > 1:
        raise Invalid("Qualities and thresholds of p are at most 1.")
    shares = (policy.urgency_age, policy.urgency_doubt, policy.urgency_interest, policy.urgency_call)
    if not isclose(sum(shares), 1.0, abs_tol=1e-6):
        raise Invalid("The four shares of the urgency add up to 1.", "/urgency_age")
    return policy


# Half-lives in days of other dated statements, for `freshness.age_band` (freshness 4.3, last line).
HALF_LIFE_INITIATIVE_ACTIVE = 365
HALF_LIFE_ORGANISATION_CONTACT = 540
HALF_LIFE_OPENING_HOURS = 270
HALF_LIFE_ACCESSIBILITY = 1095
