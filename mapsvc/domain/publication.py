"""What the public may know about a place: how exactly where it is, and which facts (publication 5.1).

The views ``public_…`` of the database state the same rule; a test compares the two. Who decides is in ``moderation``,
which counts may be shown is in ``small_groups``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from math import cos, floor, isfinite, radians

from mapsvc.domain.errors import Invalid
from mapsvc.domain.features import FIELDS
from mapsvc.domain.freshness import VacancyStatus
from mapsvc.domain.spaces import AssetKind, OwnerType, RecordState, Space
from mapsvc.domain.street_points import StreetLine, street_point


class Precision(StrEnum):
    """How exactly the public learns where a place is."""

    EXACT = "exact"
    STREET = "street"
    CELL_100M = "cell_100m"
    DISTRICT = "district"
    HIDDEN = "hidden"


#: From exact to hidden; what stands later tells less.
_COARSER = tuple(Precision)


class Moderation(StrEnum):
    """Whether a new place becomes public before or after somebody looked at it."""

    BEFORE = "before"
    AFTER = "after"


@dataclass(frozen=True, slots=True)
class AreaPolicy:
    """What holds in an area; the defaults are those of a deployment (publication 5.1)."""

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
    ``office_decision`` how exactly the office in charge decided to show it, None when it decided nothing.
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
        return max(Precision.CELL_100M, standing.office_decision or Precision.CELL_100M, key=_COARSER.index)
    if standing.office_decision is not None:
        return standing.office_decision
    if standing.owner_type == OwnerType.CONFISCATED:
        return Precision.HIDDEN
    if standing.authority_precision is not None:
        return standing.authority_precision
    if standing.owner_type in _PUBLIC_OWNERS or standing.owner_consent:
        return Precision.EXACT
    if standing.asset_kind == AssetKind.COMMERCIAL_UNIT:
        return Precision(policy.commercial_precision)
    return Precision.CELL_100M


def standing_of(space: Space, authority_precision: Precision | None = None) -> Standing:
    """What decides the publication of a stored place."""
    decided = space.office_precision
    return Standing(
        asset_kind=space.asset_kind,
        owner_type=space.owner_type,
        owner_consent=space.owner_consent,
        authority_precision=authority_precision,
        objection=space.owner_objection,
        office_decision=Precision(decided) if decided else None,
    )


def follows_policy(standing: Standing) -> bool:
    """Whether the policy of its area decides how exactly the place is shown, so that another policy changes it."""
    exact, cell = AreaPolicy(Precision.EXACT), AreaPolicy(Precision.CELL_100M)
    return precision_for(standing, exact) != precision_for(standing, cell)


def hidden_facts(precision: Precision, standing: Standing, status: str) -> frozenset[str]:
    """The codes of the facts that the public does not see, for a place of this precision and vacancy status.

    A coarse place tells nothing that leads to it. An exact one that only citizens reported keeps back its inside, and
    since when it is empty until that it is empty is confirmed; what an authority published already is no secret.
    """
    if precision is Precision.STREET:
        # The street that is published is the one whose middle stands for the place, never a part of an address.
        return NEVER_PUBLIC | _TELL_THE_PLACE - {"street"} | _INVITE_INTRUDERS
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


@dataclass(frozen=True, slots=True)
class PublicPlace:
    """Where the public sees a place: longitude and latitude in degrees, None for nowhere, and how exactly that is.

    ``street`` is the name of the street that stands for it, None unless the precision is ``street``.
    """

    point: tuple[float, float] | None
    precision: Precision
    street: str | None = None


def public_place(
    lon: float,
    lat: float,
    precision: Precision,
    *,
    district_point: tuple[float, float] | None = None,
    streets: Iterable[StreetLine] = (),
) -> PublicPlace:
    """Where the public sees a place of this precision, given the streets around it and its district's point.

    Deterministic, so that asking twice teaches nothing. Where no street hides it, its cell does (`street_points`).
    """
    if precision is Precision.EXACT:
        return PublicPlace((lon, lat), precision)
    if precision is Precision.STREET and (found := street_point(lon, lat, streets)) is not None:
        return PublicPlace(found.middle, precision, found.name)
    if precision in (Precision.STREET, Precision.CELL_100M):
        return PublicPlace(cell_centre(*cell_of(lat, lon)), Precision.CELL_100M)
    return PublicPlace(district_point if precision is Precision.DISTRICT else None, precision)
