"""What the public may know about a place: how exactly where it is, and which facts (publication 5.1).

The views ``public_…`` of the database state the same rule; a test compares the two. Who decides is in ``moderation``.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import cos, floor, isfinite, radians

from mapsvc.domain.errors import Invalid
from mapsvc.domain.features import FIELDS
from mapsvc.domain.freshness import VacancyStatus
from mapsvc.domain.spaces import AssetKind, OwnerType, RecordState


class Precision(StrEnum):
    """How exactly the public learns where a place is."""

    EXACT = "exact"
    STREET = "street"
    CELL_100M = "cell_100m"
    DISTRICT = "district"
    HIDDEN = "hidden"


class Moderation(StrEnum):
    """Whether a new place becomes public before or after somebody looked at it."""

    BEFORE = "before"
    AFTER = "after"


@dataclass(frozen=True, slots=True)
class AreaPolicy:
    """What an area decided; the defaults are those of a deployment (publication 5.1)."""

    commercial_precision: str = Precision.EXACT
    moderation: str = Moderation.BEFORE

    def __post_init__(self) -> None:
        """Refuse what an area cannot decide."""
        if self.commercial_precision not in (Precision.EXACT, Precision.CELL_100M):
            raise Invalid("An area shows shops exactly or by 100 m cell.", "/commercial_precision")
        if self.moderation not in tuple(Moderation):
            raise Invalid("An area moderates before or after publication.", "/moderation")


@dataclass(frozen=True, slots=True)
class Standing:
    """What decides the publication of a place: kind, owner, consent (None: not asked), and what is known about it.

    ``authority_precision`` is how exactly an authority published the position already, None when none did;
    ``office_decision`` what the office in charge decided for a confiscated asset.
    """

    asset_kind: str
    owner_type: str = OwnerType.UNKNOWN
    owner_consent: bool | None = None
    authority_precision: Precision | None = None
    objection: bool = False
    lived_in: bool = False
    office_decision: Precision | None = None


# Height of a cell in degrees of latitude, about 100 m; its width in degrees of longitude grows with the latitude.
CELL_DEGREES = 0.0009
# Half the diagonal of a cell in metres, for searching candidates of places that are known by their cell only.
CELL_HALF_DIAGONAL_M = 71.0
# A count of fewer units in one cell could point at a single one; it is shown for the district instead.
LEAST_UNITS_PER_CELL = 3

_PUBLIC_OWNERS = frozenset({OwnerType.MUNICIPALITY, OwnerType.OTHER_PUBLIC})

# Facts that no public page shows whatever the precision: fields for accredited users and parties, and who owns it.
NEVER_PUBLIC = frozenset(f.code for f in FIELDS if f.visibility != "public") | {
    "owner_contact",
    "owner_consent",
    "cadastre",
    "reported_by",
}
# Facts that say where the place is, or let it be recognised from the pavement.
_TELL_THE_PLACE = frozenset(
    {
        "name",
        "street",
        "number",
        "floor",
        "postcode",
        "footprint",
        "description",
        "notes",
        "photos",
        "external_ids",
        "source_key",
        "source_url",
        "former_use",
        "former_use_code",
        "frontage_m",
        "shop_windows",
    }
)
_INVITE_INTRUDERS = frozenset({"vacant_since", "photos_interior"})


def must_not_be_stored(standing: Standing) -> bool:
    """Whether this is somebody's home, so that a report becomes a private message to the office instead of a place."""
    dwelling = standing.asset_kind == AssetKind.HOUSE and standing.owner_type == OwnerType.PRIVATE_PERSON
    return standing.lived_in or (dwelling and not standing.owner_consent)


def precision_for(standing: Standing, policy: AreaPolicy) -> Precision:
    """How exactly the place is published: the first row of the table in publication 5.1 that fits, objections first."""
    if must_not_be_stored(standing):
        return Precision.HIDDEN
    if standing.objection or standing.owner_consent is False:
        # At once, before the officer decides: an exact place that was shown once cannot be taken back.
        return Precision.CELL_100M
    if standing.owner_type == OwnerType.CONFISCATED:
        return standing.office_decision or Precision.HIDDEN
    if standing.authority_precision is not None:
        return standing.authority_precision
    if standing.owner_type in _PUBLIC_OWNERS or standing.owner_consent:
        return Precision.EXACT
    if standing.asset_kind == AssetKind.COMMERCIAL_UNIT:
        return Precision(policy.commercial_precision)
    return Precision.CELL_100M


def hidden_facts(precision: Precision, standing: Standing, status: str) -> frozenset[str]:
    """The codes of the facts that the public does not see, for a place of this precision and vacancy status.

    A coarse place tells nothing that leads to it. An exact one that only citizens reported keeps back its inside, and
    since when it is empty until that it is empty is confirmed; what an authority published already is no secret.
    """
    if precision is not Precision.EXACT:
        return NEVER_PUBLIC | _TELL_THE_PLACE | _INVITE_INTRUDERS
    if standing.owner_type in _PUBLIC_OWNERS or standing.owner_consent:
        return NEVER_PUBLIC
    if status == VacancyStatus.CONFIRMED_VACANT or standing.authority_precision is not None:
        return NEVER_PUBLIC | {"photos_interior"}
    return NEVER_PUBLIC | _INVITE_INTRUDERS


def is_public(record_state: str) -> bool:
    """Whether a record of this state stands on maps, lists, searches, exports and feeds."""
    return record_state == RecordState.PUBLISHED


def has_public_page(record_state: str) -> bool:
    """Whether its page can be read: an archived record keeps it, at its published precision."""
    return record_state in (RecordState.PUBLISHED, RecordState.ARCHIVED)


def public_count(units: int) -> int | None:
    """The number of units of one cell that may be shown; None when the district's number has to stand for it."""
    return units if units == 0 or units >= LEAST_UNITS_PER_CELL else None


def cell_of(lat: float, lon: float) -> tuple[int, int]:
    """The row and column of the 100 m cell that holds the point (degrees, EPSG:4326); the same for ever (5.1)."""
    if not (isfinite(lat) and isfinite(lon) and -90 <= lat <= 90 and -180 <= lon <= 180):
        raise Invalid("The position is outside the world.", "/lat")
    row = floor(lat / CELL_DEGREES)
    return row, floor(lon * _shrink(row) / CELL_DEGREES)


def _shrink(row: int) -> float:
    return cos(radians((row + 0.5) * CELL_DEGREES))


def cell_centre(row: int, col: int) -> tuple[float, float]:
    """Longitude and latitude of the middle of a cell, degrees."""
    return (col + 0.5) * CELL_DEGREES / _shrink(row), (row + 0.5) * CELL_DEGREES


def cell_bounds(row: int, col: int) -> tuple[float, float, float, float]:
    """West, south, east and north of a cell, degrees."""
    shrink = _shrink(row)
    return (
        col * CELL_DEGREES / shrink,
        row * CELL_DEGREES,
        (col + 1) * CELL_DEGREES / shrink,
        (row + 1) * CELL_DEGREES,
    )


def published_point(
    lon: float, lat: float, precision: Precision, district_point: tuple[float, float] | None = None
) -> tuple[float, float] | None:
    """The public longitude and latitude of a place at this precision; None when it has none.

    Deterministic, so that asking twice teaches nothing. A street has no point of its own and shows the cell's.
    """
    if precision is Precision.EXACT:
        return lon, lat
    if precision in (Precision.STREET, Precision.CELL_100M):
        return cell_centre(*cell_of(lat, lon))
    return district_point if precision is Precision.DISTRICT else None
