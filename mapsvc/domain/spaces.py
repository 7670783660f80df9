"""A space: premises, a unit or a part of a complex, as the use cases see it.

Its vacancy status is never a field that somebody sets: it follows from the observations (`freshness`).
"""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from mapsvc.domain.errors import Invalid


class AssetKind(StrEnum):
    """What kind of premises it is (domain.md 2.1)."""

    COMMERCIAL_UNIT = "commercial_unit"
    WORKSHOP = "workshop"
    OFFICE = "office"
    SCHOOL = "school"
    INDUSTRIAL = "industrial"
    CULTURAL = "cultural"
    HOUSE = "house"
    OPEN_SPACE = "open_space"
    LAND = "land"
    OTHER = "other"


class OwnerType(StrEnum):
    """Who owns it, as a kind, never as a name (domain.md 2.1)."""

    MUNICIPALITY = "municipality"
    OTHER_PUBLIC = "other_public"
    PRIVATE_PERSON = "private_person"
    PRIVATE_COMPANY = "private_company"
    THIRD_SECTOR = "third_sector"
    CHURCH = "church"
    CONDOMINIUM = "condominium"
    CONFISCATED = "confiscated"
    UNKNOWN = "unknown"


class RecordState(StrEnum):
    """The moderation state of a record (domain.md 2.1)."""

    SUBMITTED = "submitted"
    PUBLISHED = "published"
    REJECTED = "rejected"
    MERGED = "merged"
    HIDDEN = "hidden"
    ARCHIVED = "archived"


class AvailabilityState(StrEnum):
    """The administrative state of a space (domain.md 2.1)."""

    NOT_OFFERED = "not_offered"
    OFFERED = "offered"
    IN_CALL = "in_call"
    RESERVED = "reserved"
    ASSIGNED = "assigned"
    IN_USE = "in_use"
    RETURNING = "returning"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Space:
    """A space with its exact place (degrees, EPSG:4326) and the facts that matching reads; for trusted eyes only."""

    id: UUID
    slug: str
    name: str
    lon: float
    lat: float
    source_code: str
    source_key: str
    created_at: datetime
    updated_at: datetime
    asset_kind: str = AssetKind.COMMERCIAL_UNIT
    owner_type: str = OwnerType.UNKNOWN
    street: str | None = None
    number: str | None = None
    floor: str | None = None
    postcode: str | None = None
    city_name: str | None = None
    geocode_precision: str = "street"
    publication_precision: str = "exact"
    features: Mapping[str, object] = field(default_factory=dict)
    description: Mapping[str, str] = field(default_factory=dict)
    external_ids: Mapping[str, str] = field(default_factory=dict)
    record_state: str = RecordState.SUBMITTED
    state_reason: str | None = None
    merged_into: UUID | None = None
    availability_state: str = AvailabilityState.NOT_OFFERED
    owner_consent: bool | None = None
    owner_objection: bool = False
    owner_note: str | None = None
    office_precision: str | None = None
    reported_by: int | None = None
    area_id: UUID | None = None
    source_url: str | None = None
    version: int = 1


@dataclass(frozen=True, slots=True)
class Evidence:
    """What follows from the observations of a space: status and band since the newest answer, with every change."""

    status_from: tuple[date, ...]
    status_codes: tuple[str, ...]
    band_codes: tuple[str, ...]
    last_confirmed_on: date | None
    last_source_kind: str | None
    observation_count: int
    next_check_due: date | None
    last_official_check_on: date | None

    def status_on(self, day: date) -> str:
        """Return the status on a UTC day; before the first one it is the first."""
        return self.status_codes[max(0, bisect_right(self.status_from, day) - 1)]


def space_name(street: str | None, number: str | None) -> str:
    """Return the name of a space from its address, such as `Via Nizza 18`; empty when there is no street."""
    return " ".join(part for part in (street, number) if part)


def check_place(lon: float, lat: float) -> None:
    """Raise Invalid unless lon and lat (degrees) are finite, on the map and not the 0,0 that broken files contain."""
    inside = -180 <= lon <= 180 and -85.06 <= lat <= 85.06
    if not inside:
        hint = "swapped" if -180 <= lat <= 180 and -85.06 <= lon <= 85.06 else "range"
        raise Invalid("the position is outside the map", "/lon", code=f"place_{hint}", lon=repr(lon), lat=repr(lat))
    if lon == 0 and lat == 0:
        raise Invalid("0,0 stands for a missing position", "/lon", code="place_zero")
