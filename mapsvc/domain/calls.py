"""Public calls and their lots as they are stored (domain.md 2.4).

What the rules of a call are is in `call_definitions`, the states it goes through in `call_states`, what has to be there
before it is approved in `call_checks`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from mapsvc.domain.call_definition_files import definition_to_json, reserve_to_json
from mapsvc.domain.call_definitions import CallDefinition, LotReserve, Text
from mapsvc.domain.call_timelines import Timeline, timeline_to_json
from mapsvc.domain.canonical import canonical
from mapsvc.domain.errors import Invalid
from mapsvc.domain.features import FIELDS
from mapsvc.domain.fields import read_members, write_value

#: A lot begins and ends on days; half-open: `ends_on` is the first day on which it is no longer there.
MOST_LOTS = 300
MOST_SEATS = 1_000
#: Events by which somebody has written a part of a call, and therefore does not approve it; visitors never see them.
WRITING = frozenset({"created", "copied", "written"})
FROZEN_FORMAT = "mapsvc.call/1"


class CallKind(StrEnum):
    """What a call gives (domain.md 2.4)."""

    TEMPORARY_USE = "temporary_use"
    COMMONS_PACT = "commons_pact"
    RESIDENCY = "residency"
    CONCESSION = "concession"
    CONTINUOUS_WINDOW = "continuous_window"


@dataclass(frozen=True, slots=True)
class Lot:
    """Premises, or a unit of them, for a period `[starts_on, ends_on)`; `capacity` identical seats.

    `overrides` are facts by the names of `domain.features`, as JSON, that hold for this lot instead of the space's.
    `slug` and `name` are the space's. The engine's id of the lot is `key`.
    """

    id: UUID
    call_id: UUID
    space_id: UUID
    number: int
    starts_on: date
    ends_on: date
    unit: str | None = None
    capacity: int = 1
    reserve: LotReserve | None = None
    overrides: Mapping[str, object] = field(default_factory=dict)
    pre_access_from: date | None = None
    withdrawn_at: datetime | None = None
    withdrawn_reason: str | None = None
    slug: str = ""
    name: str = ""

    @property
    def key(self) -> str:
        """Return the id under which the engine knows the lot."""
        return str(self.number)


@dataclass(frozen=True, slots=True)
class Call:
    """A call as it is stored; `frozen` is what was published at the opening, in canonical JSON."""

    id: UUID
    code: str
    title: Text
    summary: Text
    state: str
    created_at: datetime
    updated_at: datetime
    source_code: str = ""
    source_key: str = ""
    kind: str = CallKind.TEMPORARY_USE
    office: str = ""
    area_id: UUID | None = None
    definition: CallDefinition = field(default_factory=CallDefinition)
    timeline: Timeline = field(default_factory=Timeline)
    frozen: str | None = None
    frozen_sha256: str | None = None
    draw_description: str = ""
    seed_commitment: str | None = None
    lottery_seed: str | None = None
    state_before: str | None = None
    created_by: int | None = None
    approved_by: int | None = None
    legal_checked_by: int | None = None
    legal_checked_at: datetime | None = None
    copied_from: UUID | None = None
    demonstration: bool = False
    version: int = 1

    @property
    def closes_at(self) -> datetime | None:
        """Return the instant of the deadline in UTC."""
        return self.timeline.deadline


@dataclass(frozen=True, slots=True)
class CallEvent:
    """Something that happened to a call, for everybody to see; `note` is a public reason as it was written."""

    call_id: UUID
    at: datetime
    action: str
    state: str
    note: str = ""
    details: Mapping[str, object] = field(default_factory=dict)
    user_id: int | None = None


@dataclass(frozen=True, slots=True)
class CallProgress:
    """How far the work on a call is: applications by state, members of the committee, and what is still open."""

    applications: Mapping[str, int] = field(default_factory=dict)
    members: int = 0
    has_chair: bool = False
    adopted: bool = False
    open_offers: int = 0
    unanswered: int = 0

    def count(self, *states: str) -> int:
        """Return how many applications are in one of these states."""
        return sum(self.applications.get(state, 0) for state in states)


class Calls(Protocol):
    """Calls, their lots and what happened to them."""

    def get(self, call_id: UUID, *, lock: bool = False) -> Call | None:
        """Return a call, locked against other deciders on request."""
        ...

    def by_code(self, code: str, *, lock: bool = False, share: bool = False) -> Call | None:
        """Return the call with this code; `share` lets several hold it while nobody changes it."""
        ...

    def all(self) -> list[Call]:
        """Return every call, the newest first."""
        ...

    def add(self, call: Call) -> None:
        """Add a call."""
        ...

    def update(self, call: Call, now: datetime) -> bool:
        """Write all fields if the stored version is still `call.version`, raise the version; tell whether it was."""
        ...

    def due(self, now: datetime) -> list[Call]:
        """Return the open calls whose deadline has passed."""
        ...

    def lots(self, call_id: UUID) -> list[Lot]:
        """Return the lots of a call in the order of their numbers, withdrawn ones too."""
        ...

    def lot(self, lot_id: UUID) -> Lot | None:
        """Return a lot."""
        ...

    def add_lot(self, lot: Lot) -> None:
        """Add a lot."""
        ...

    def update_lot(self, lot: Lot) -> None:
        """Write all fields of a lot."""
        ...

    def remove_lot(self, lot_id: UUID) -> None:
        """Remove a lot of a call that was not published yet."""
        ...

    def lots_at(self, space_id: UUID) -> list[Lot]:
        """Return the lots at a space that are not withdrawn, of calls that are not over; the space is locked."""
        ...

    def add_event(self, event: CallEvent) -> None:
        """Add an event."""
        ...

    def events(self, call_id: UUID) -> list[CallEvent]:
        """Return what happened to a call, the oldest first."""
        ...

    def progress(self, call_id: UUID) -> CallProgress:
        """Return how far the work on a call is."""
        ...


def check_lot(lot: Lot, pointer: str = "") -> Lot:
    """Return the lot; raise Invalid unless its period, seats and access make sense."""
    if lot.ends_on <= lot.starts_on:
        raise Invalid("The lot ends before it begins.", f"{pointer}/ends_on", code="lot_period")
    if not 1 <= lot.capacity <= MOST_SEATS:
        raise Invalid("A lot has from 1 to 1,000 seats.", f"{pointer}/capacity", code="lot_capacity")
    if lot.pre_access_from is not None and lot.pre_access_from >= lot.starts_on:
        raise Invalid("Early access comes before the lot begins.", f"{pointer}/pre_access_from", code="lot_pre_access")
    if lot.reserve is not None and lot.reserve.seats > lot.capacity:
        raise Invalid("More seats are reserved than the lot has.", f"{pointer}/reserve/seats", code="reserve_seats")
    return lot


def read_overrides(value: object) -> dict[str, object]:
    """Return facts of a lot in the JSON form in which they are stored; raises Invalid with a pointer."""
    return {name: write_value(fact) for name, fact in read_members(FIELDS, value).items()}


def collides(one: Lot, other: Lot) -> bool:
    """Tell whether two lots want the same rooms on the same day; a lot without a unit is the whole space."""
    if one.id == other.id or one.space_id != other.space_id:
        return False
    same_rooms = one.unit is None or other.unit is None or one.unit == other.unit
    return same_rooms and one.starts_on < other.ends_on and other.starts_on < one.ends_on


def lot_to_json(lot: Lot) -> dict[str, object]:
    """Return a lot as it is published in the frozen definition."""
    return {
        "number": lot.number,
        "space": lot.slug,
        "unit": lot.unit,
        "starts_on": lot.starts_on.isoformat(),
        "ends_on": lot.ends_on.isoformat(),
        "capacity": lot.capacity,
        "reserve": reserve_to_json(lot.reserve),
        "overrides": dict(lot.overrides),
        "pre_access_from": lot.pre_access_from.isoformat() if lot.pre_access_from else None,
    }


def freeze(call: Call, lots: Sequence[Lot], seed_commitment: str) -> str:
    """Return everything that a call publishes when it opens, as canonical JSON; its SHA-256 is the frozen hash."""
    content = {
        "format": FROZEN_FORMAT,
        "code": call.code,
        "kind": str(call.kind),
        "title": dict(call.title),
        "office": call.office,
        "definition": definition_to_json(call.definition),
        "timeline": timeline_to_json(call.timeline),
        "lots": [lot_to_json(lot) for lot in lots],
        "draw_description": call.draw_description,
        "seed_commitment": seed_commitment,
    }
    return canonical(content).decode()
