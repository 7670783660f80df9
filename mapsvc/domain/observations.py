"""Observations: what somebody says they saw at a place, and when.

An observation is immutable; a correction is a new one. How much an observation weighs, and what follows from several of
them, is in ``freshness``; whether its text and photo may be shown is in ``moderation``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from enum import StrEnum
from uuid import UUID

from mapsvc.domain.errors import Invalid


class Claim(StrEnum):
    """What the observer says about the place."""

    VACANT = "vacant"
    OCCUPIED = "occupied"
    GONE = "gone"
    UNSURE = "unsure"


class SourceKind(StrEnum):
    """Who says it: the kind of the source, never the person."""

    OFFICER_VISIT = "officer_visit"
    OWNER_STATEMENT = "owner_statement"
    TRUST_BROKER = "trust_broker"
    PARTNER_ORG = "partner_org"
    REGISTERED_USER = "registered_user"
    ANONYMOUS = "anonymous"
    IMPORT_OFFICIAL = "import_official"
    IMPORT_OPEN = "import_open"


class Quality(StrEnum):
    """How it was seen."""

    PHOTO_ONSITE = "photo_onsite"
    ONSITE_NO_PHOTO = "onsite_no_photo"
    REMOTE = "remote"
    REGISTER = "register"


class VacancyKind(StrEnum):
    """Which kind of emptiness a claim of ``vacant`` means."""

    WHOLE = "whole"
    PART = "part"
    BETWEEN_USES = "between_uses"
    SEASONAL = "seasonal"
    WORKS_IN_PROGRESS = "works_in_progress"


class ObservationState(StrEnum):
    """Where an observation stands between its arrival and the evidence."""

    RECEIVED = "received"
    SCREENED = "screened"
    COUNTED = "counted"
    HELD = "held"
    REJECTED = "rejected"
    SUPERSEDED = "superseded"


class Adjudication(StrEnum):
    """What a check by officer or owner within 30 days said about an observation."""

    NONE = "none"
    UPHELD = "upheld"
    OVERRULED = "overruled"


@dataclass(frozen=True, slots=True)
class Observation:
    """One statement by one reporter about one place; both instants carry a time zone.

    ``reporter`` identifies the account, dataset or token; ``cluster_key`` the device of an anonymous one.
    ``reliability`` is φ of freshness 4.1, a factor without unit, 1.0 for a reporter nothing is known about.
    """

    id: str
    claim: Claim
    source_kind: SourceKind
    quality: Quality
    observed_at: datetime
    submitted_at: datetime
    reporter: str
    cluster_key: str | None = None
    reliability: float = 1.0

    @property
    def counted_at(self) -> datetime:
        """The instant from which the observation decays: when it was seen, never after it was sent."""
        return min(self.observed_at, self.submitted_at)

    @property
    def counted_on(self) -> date:
        """The UTC day from which the observation decays."""
        return self.counted_at.astimezone(UTC).date()

    @property
    def who(self) -> tuple[bool, str]:
        """The identity that has one vote: the device when anonymous, else the reporter.

        Anonymous votes are kept apart from named ones, because their sum is capped: a named vote that an anonymous
        repetition could replace would lose weight by being repeated.
        """
        anonymous = self.source_kind is SourceKind.ANONYMOUS
        return anonymous, (self.cluster_key or self.reporter) if anonymous else self.reporter


# The only qualities that say the place was seen on the spot.
ON_SITE = frozenset({Quality.PHOTO_ONSITE, Quality.ONSITE_NO_PHOTO})

# φ lies between these two (freshness 4.1: 0.5 plus a mean of a beta distribution).
LEAST_RELIABILITY = 0.5
GREATEST_RELIABILITY = 1.5


def reliability(upheld: float, overruled: float) -> float:
    """φ of a reporter with these (yearly halved) tallies of adjudicated observations, 1.0 for a new one (4.1)."""
    return 0.5 + (2 + upheld) / (4 + upheld + overruled)


def accept(observation: Observation, now: datetime) -> Observation:
    """The new observation as it is stored: in UTC, seen no later than sent; raises Invalid when it cannot be true."""
    for name in ("observed_at", "submitted_at"):
        if getattr(observation, name).tzinfo is None:
            raise Invalid("A point in time needs its time zone.", f"/{name}")
    if observation.submitted_at > now:
        raise Invalid("An observation cannot be sent in the future.", "/submitted_at")
    if observation.observed_at > now:
        raise Invalid("An observation cannot lie in the future.", "/observed_at")
    if not observation.reporter:
        raise Invalid("An observation needs its reporter.", "/reporter")
    if not LEAST_RELIABILITY <= observation.reliability <= GREATEST_RELIABILITY:
        raise Invalid("The reliability lies between 0.5 and 1.5.", "/reliability")
    submitted_at = observation.submitted_at.astimezone(UTC)
    observed_at = min(observation.observed_at.astimezone(UTC), submitted_at)
    return replace(observation, observed_at=observed_at, submitted_at=submitted_at)


@dataclass(frozen=True, slots=True)
class StoredObservation:
    """An observation on its way into the store, with what the evidence rule does not read."""

    space_id: UUID
    observation: Observation
    source_code: str
    user_id: int | None = None
    state: str = "counted"
    note: str | None = None
    note_state: str = "none"
    device_lon: float | None = None
    device_lat: float | None = None
    accuracy_m: float | None = None
    source_key: str | None = None
