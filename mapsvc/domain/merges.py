"""Joining two records of one place: which lives on, which value each field keeps, and how that is taken back (5.3).

What a record of a pair is to the other (same, siblings, new) is in ``duplicates``; nothing here reads or writes a row.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from mapsvc.domain.errors import Conflict, Invalid
from mapsvc.domain.freshness_policy import DEFAULT, FreshnessPolicy
from mapsvc.domain.observations import SourceKind
from mapsvc.domain.spaces import AvailabilityState, OwnerType, RecordState, Space

#: What a field is kept as; None means not known.
Facts = Mapping[str, object]

#: Fields of a record that two duplicates may state differently, in the order in which a person compares them.
#: Street and number are one field, and so are longitude, latitude and how the place was found: half of each is wrong.
PLAIN = (
    "name", "address", "floor", "postcode", "city_name", "place", "asset_kind", "owner_type", "owner_consent",
    "publication_precision", "availability_state",
)  # fmt: skip
NESTED = ("features", "description", "external_ids")
#: What goes with another field and is never chosen by itself: what the office decided about how exactly it is shown.
FOLLOWS: Mapping[str, str] = {"office_precision": "publication_precision"}
# What says nothing about a record, field by field.
_EMPTY: Mapping[str, object] = {
    "owner_type": OwnerType.UNKNOWN.value,
    "availability_state": AvailabilityState.NOT_OFFERED.value,
}
# Values of which the first is the most careful one towards whoever owns the place or lives in it.
_CAREFUL: Mapping[str, tuple[object, ...]] = {
    "publication_precision": ("hidden", "district", "cell_100m", "street", "exact"),
    "owner_consent": (False, None, True),
}
# Two points closer than this are one place that was rounded twice; degrees, about 1 m.
_SAME_POINT = 1e-5
# How far the word of whoever wrote a value is trusted: as far as what they see counts (freshness 4.1).
_WRITERS: Mapping[str, SourceKind] = {
    "administrator": SourceKind.OFFICER_VISIT,
    "officer": SourceKind.OFFICER_VISIT,
    "moderator": SourceKind.TRUST_BROKER,
    "trust_broker": SourceKind.TRUST_BROKER,
    "owner": SourceKind.OWNER_STATEMENT,
    "registered": SourceKind.REGISTERED_USER,
    "anonymous": SourceKind.ANONYMOUS,
    "import_official": SourceKind.IMPORT_OFFICIAL,
}
#: A pact or an award hangs on records in these states.
_COMMITTED = frozenset({"in_call", "reserved", "assigned", "in_use", "returning"})
_JOINABLE = frozenset({RecordState.SUBMITTED.value, RecordState.PUBLISHED.value})


class Side(StrEnum):
    """From which of the two records a value is kept."""

    SURVIVOR = "survivor"
    LOSER = "loser"


class Why(StrEnum):
    """Why a value is kept: it stands in both, in one only, or one of two different ones was better or chosen."""

    SAME = "same"
    ONLY = "only"
    TRUST = "trust"
    NEWER = "newer"
    CAREFUL = "careful"
    OWN = "own"
    CHOSEN = "chosen"


@dataclass(frozen=True, slots=True)
class Origin:
    """Which kind of source a value comes from, which says how far it is trusted, and when it said so."""

    kind: SourceKind
    at: datetime


@dataclass(frozen=True, slots=True)
class Party:
    """One of the two records: where its values come from (`origins`, ``""`` for all others), and what hangs on it.

    ``lots`` holds the ids of the calls that it is a lot of.
    """

    space: Space
    origins: Mapping[str, Origin]
    published_at: datetime
    lots: tuple[UUID, ...] = ()

    @property
    def committed(self) -> bool:
        """Tell whether a pact, an application or a lot hangs on this record."""
        return bool(self.lots) or self.space.availability_state in _COMMITTED

    def origin(self, name: str) -> Origin:
        """Return where the value of a field comes from."""
        return self.origins.get(name) or self.origins[""]


@dataclass(frozen=True, slots=True)
class PlannedField:
    """A field with both values, the side that is kept, and why; ``conflict`` where both are known and differ."""

    name: str
    survivor: object
    loser: object
    side: Side
    why: Why

    @property
    def conflict(self) -> bool:
        """Tell whether somebody should look at this choice."""
        return self.why not in (Why.SAME, Why.ONLY)

    @property
    def kept(self) -> object:
        """Return the value that the surviving record has afterwards."""
        return self.survivor if self.side is Side.SURVIVOR else self.loser


@dataclass(frozen=True, slots=True)
class Plan:
    """What joining will do: who survives, and every field of the two."""

    survivor: Party
    loser: Party
    fields: tuple[PlannedField, ...]

    @property
    def needs_second_person(self) -> bool:
        """Tell whether one person proposes and another agrees: pacts, applications or lots hang on a record (5.2)."""
        return self.survivor.committed or self.loser.committed

    @property
    def looser(self) -> tuple[str, ...]:
        """Return the fields whose choice shows more than the more careful one would: an officer's decision."""
        return tuple(one.name for one in self.fields if one.name in _CAREFUL and one.side is not _careful(one))

    def facts(self) -> dict[str, object]:
        """Return every field of the surviving record as it will be."""
        return {one.name: one.kept for one in self.fields}


@dataclass(frozen=True, slots=True)
class Memory:
    """What undoing needs: the values of the survivor before and after, the loser's state, the ids of what moved.

    ``slug`` is the survivor's before, ``precision`` how exactly it was shown right after.
    """

    before: Facts = field(default_factory=dict)
    after: Facts = field(default_factory=dict)
    loser_state: str = RecordState.PUBLISHED
    loser_reason: str | None = None
    slug: str = ""
    precision: str = "exact"
    moved: Mapping[str, list[str]] = field(default_factory=dict)

    def to_json(self) -> dict[str, object]:
        """Return it as JSON."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Merge:
    """A joining as it is kept; ``choices`` are the fields whose side somebody chose, ``memory`` is empty before."""

    id: UUID
    loser_id: UUID
    survivor_id: UUID
    state: str
    choices: Mapping[str, str]
    asked_by: int | None
    asked_at: datetime
    memory: Memory = Memory()
    swap_reason: str | None = None
    agreed_by: int | None = None
    refused_by: int | None = None
    done_at: datetime | None = None
    undone_by: int | None = None
    undone_at: datetime | None = None


def kind_of(writer: str) -> SourceKind:
    """Return as which kind of source the values of this writer count; `writer` is a kind of actor or of source."""
    return _WRITERS.get(writer, SourceKind.IMPORT_OPEN)


def field_of(column: str) -> str:
    """Return the field of a merge that a stored or changed field belongs to, such as `address` for `street`."""
    groups = {"street": "address", "number": "address", "lon": "place", "lat": "place", "point": "place",
              "geocode_precision": "place"}  # fmt: skip
    return groups.get(column, column)


def facts(space: Space) -> dict[str, object]:
    """Return the fields of a record that a merge compares, JSON values only; members of JSON fields as `features.x`."""
    plain: dict[str, object] = {name: getattr(space, name, None) or None for name in PLAIN}
    plain["owner_consent"] = space.owner_consent
    plain["address"] = [space.street, space.number] if space.street or space.number else None
    plain["place"] = [space.lon, space.lat, str(space.geocode_precision)]
    for name in ("asset_kind", "owner_type", "publication_precision", "availability_state"):
        plain[name] = str(getattr(space, name))
    nested = {
        f"{name}.{member}": value for name in NESTED for member, value in sorted(dict(getattr(space, name)).items())
    }
    return plain | {"office_precision": space.office_precision} | nested


def written(space: Space, values: Facts) -> Space:
    """Return the record with these fields; None takes a member of a JSON field away. Inverse of `facts`."""
    changes: dict[str, object] = {}
    nested = {name: dict(getattr(space, name)) for name in NESTED}
    for name, value in values.items():
        head, dot, member = name.partition(".")
        if dot:
            nested[head].pop(member, None)
            if value is not None:
                nested[head][member] = value
        elif name in PLAIN or name in FOLLOWS:
            changes |= columns({name: value})
    return replace(space, **changes, **nested)  # type: ignore[arg-type]  # the names were checked above


def columns(values: Facts) -> dict[str, object]:
    """Return fields of a merge as the fields of a record that they are made of, such as `street` and `number`."""
    parts = {"address": ("street", "number"), "place": ("lon", "lat", "geocode_precision")}
    result: dict[str, object] = {}
    for name, value in values.items():
        if name in parts:
            members = value if isinstance(value, list | tuple) else (None,) * len(parts[name])
            result |= dict(zip(parts[name], members, strict=True))
        else:
            result[name] = value
    return result


def survivor_first(one: Party, other: Party) -> tuple[Party, Party]:
    """Return which record lives on, then the other: the one with a pact, application or lot, else the older public."""

    def rank(party: Party) -> tuple[bool, bool, datetime, UUID]:
        waits = party.space.record_state != RecordState.PUBLISHED
        return not party.committed, waits, party.published_at, party.space.id

    return (one, other) if rank(one) <= rank(other) else (other, one)


def check_pair(survivor: Party, loser: Party) -> None:
    """Raise Invalid or Conflict where the two cannot be joined, whatever they look like (2.1)."""
    if survivor.space.id == loser.space.id:
        raise Invalid("A record cannot be joined with itself.", "/b", code="same_record")
    if {survivor.space.record_state, loser.space.record_state} - _JOINABLE:
        raise Conflict("Only waiting and public records can be joined.", code="not_joinable")
    if survivor.space.record_state == RecordState.SUBMITTED and loser.space.record_state == RecordState.PUBLISHED:
        raise Conflict("A public record cannot end in one that waits.", code="survivor_waits")
    if set(survivor.lots) & set(loser.lots):
        raise Conflict("Both are lots of one call.", code="both_in_call")


def plan(survivor: Party, loser: Party, choices: Mapping[str, str], policy: FreshnessPolicy = DEFAULT) -> Plan:
    """Return what joining does; `choices` name the side of fields that somebody chose.

    By default a field keeps the value of the more trusted source (its weight τ, freshness 4.1), then the newer one; the
    more careful one where it decides what is shown. Raises Invalid with a pointer for a choice that does not exist.
    """
    weights = policy.source_weights
    left, right = facts(survivor.space), facts(loser.space)
    unknown = sorted(set(choices) - (left.keys() | right.keys()) | (set(choices) & FOLLOWS.keys()))
    if unknown:
        raise Invalid("there is no such field", f"/{unknown[0]}", code="unknown_field", value=unknown[0])
    known = {*PLAIN, *FOLLOWS}
    names = [*PLAIN, *sorted(name for name in left.keys() | right.keys() if name not in known)]
    fields = {
        name: _planned(name, left.get(name), right.get(name), choices.get(name))
        or _by_source(name, left.get(name), right.get(name), survivor.origin(name), loser.origin(name), weights)
        for name in names
    }
    for name, leader in FOLLOWS.items():
        fields[name] = PlannedField(name, left.get(name), right.get(name), fields[leader].side, Why.SAME)
    return Plan(survivor, loser, tuple(fields.values()))


def _planned(name: str, own: object, other: object, choice: str | None) -> PlannedField | None:
    """Return a field whose value does not hang on its source; None for one where the better source decides."""
    if _alike(name, own, other):
        return PlannedField(name, own, other, Side.SURVIVOR, Why.SAME)
    if choice is not None:
        if choice not in tuple(Side):
            raise Invalid("choose one of the two records", f"/{name}", code="unknown_value", value=choice)
        return PlannedField(name, own, other, Side(choice), Why.CHOSEN)
    if name in _CAREFUL and own != other and not (name == "owner_consent" and None in (own, other)):
        side = _careful(PlannedField(name, own, other, Side.SURVIVOR, Why.CAREFUL))
        return PlannedField(name, own, other, side, Why.CAREFUL)
    if _unknown(name, own) or _unknown(name, other):
        return PlannedField(name, own, other, Side.LOSER if _unknown(name, own) else Side.SURVIVOR, Why.ONLY)
    if name == "availability_state":
        return PlannedField(name, own, other, Side.SURVIVOR, Why.OWN)
    return None


def _by_source(
    name: str, own: object, other: object, mine: Origin, theirs: Origin, weights: Mapping[SourceKind, float]
) -> PlannedField:
    left, right = weights[mine.kind], weights[theirs.kind]
    if left != right:
        return PlannedField(name, own, other, Side.SURVIVOR if left > right else Side.LOSER, Why.TRUST)
    return PlannedField(name, own, other, Side.SURVIVOR if mine.at >= theirs.at else Side.LOSER, Why.NEWER)


def more_careful(one: str, other: str) -> str:
    """Return the publication precision of the two that shows less."""
    return str(min(one, other, key=_CAREFUL["publication_precision"].index))


def _careful(one: PlannedField) -> Side:
    order = _CAREFUL[one.name]
    return Side.SURVIVOR if order.index(one.survivor) <= order.index(one.loser) else Side.LOSER


def _unknown(name: str, value: object) -> bool:
    return value is None or value in ("", [], {}) or value == _EMPTY.get(name)


def _alike(name: str, own: object, other: object) -> bool:
    if name == "place" and isinstance(own, list) and isinstance(other, list):
        near = max(abs(own[0] - other[0]), abs(own[1] - other[1])) < _SAME_POINT
        return bool(near and own[2] == other[2])
    if isinstance(own, str) and isinstance(other, str):
        return own.strip().casefold() == other.strip().casefold()
    return own == other or (_unknown(name, own) and _unknown(name, other))


def remember(survivor: Space, result: Space, loser: Space, moved: Mapping[str, list[str]]) -> Memory:
    """Return what undoing needs, from the survivor before and after, and the loser before."""
    before, after = facts(survivor), facts(result)
    changed = [name for name in before.keys() | after.keys() if before.get(name) != after.get(name)]
    return Memory(
        before={name: before.get(name) for name in sorted(changed)},
        after={name: after.get(name) for name in sorted(changed)},
        loser_state=str(loser.record_state),
        loser_reason=loser.state_reason,
        slug=survivor.slug,
        precision=str(result.publication_precision),
        moved=dict(moved),
    )


def joined(plan: Plan, now: datetime) -> Space:
    """Return the surviving record as it will be; an owner's objection to either of the two holds for it.

    Raises Conflict where a choice would show a place that an owner objected to more exactly than now.
    """
    own, other = plan.survivor.space, plan.loser.space
    objection = own.owner_objection or other.owner_objection
    if objection and "publication_precision" in plan.looser:
        raise Conflict("An owner objected to showing this place exactly.", code="objection_stays")
    values = plan.facts()
    if "publication_precision" in plan.looser:
        # Whoever chooses to show more than the rules would decides it by hand.
        values["office_precision"] = values["publication_precision"]
    note = own.owner_note or (other.owner_note if objection else None)
    return replace(written(own, values), owner_objection=objection, owner_note=note, updated_at=now)


def restored(now: Space, memory: Memory) -> tuple[Space, tuple[str, ...]]:
    """Return the survivor with its own values back, and the fields that were edited since and therefore stay."""
    present = facts(now)
    back = {name: value for name, value in memory.before.items() if present.get(name) == memory.after.get(name)}
    if now.owner_objection:
        # Undoing never shows a place more exactly that an owner objected to; the office decides that by itself.
        back = {name: value for name, value in back.items() if name not in ("publication_precision", *FOLLOWS)}
    kept = tuple(
        name for name, value in memory.before.items() if name not in back and present.get(name) != value
    )  # Whoever edited a field back to what it was agrees with undoing.
    return written(now, back), kept


def without(later: Memory, undone: Memory) -> Memory:
    """Return what a later merge into the same survivor has to remember once an earlier one is undone.

    A value that the earlier merge had brought, and that the later one replaced, comes back as it was before both.
    """
    before = {
        name: undone.before[name] if name in undone.before and value == undone.after.get(name) else value
        for name, value in later.before.items()
    }
    return replace(later, before=before)


class Merges(Protocol):
    """Merges and judgements about pairs, as the use cases need them."""

    def party(self, space: Space) -> Party:
        """Return a record with where its values come from and what hangs on it."""
        ...

    def add(self, merge: Merge) -> None:
        """Add a merge."""
        ...

    def update(self, merge: Merge) -> None:
        """Write everything about a merge that may change."""
        ...

    def get(self, merge_id: UUID, *, lock: bool = False) -> Merge | None:
        """Return a merge, locked against other writers on request."""
        ...

    def touching(self, *space_ids: UUID) -> list[Merge]:
        """Return the merges that wait or hold and that one of these records is part of, the oldest first."""
        ...

    def move(self, from_id: UUID, to_id: UUID) -> dict[str, list[str]]:
        """Give everything that hangs on one record to the other; return what moved, by table."""
        ...

    def move_back(self, moved: Mapping[str, list[str]], from_id: UUID, to_id: UUID) -> None:
        """Give exactly this back, as far as it still lies with the record `from_id`."""
        ...

    def counts(self, space_id: UUID) -> dict[str, int]:
        """Return how much of what hangs on a record there is, by table."""
        ...

    def image_hashes(self, space_id: UUID) -> tuple[int, ...]:
        """Return the perceptual hashes of the photos of a record."""
        ...

    def carry_over(self, from_id: UUID, to_id: UUID) -> None:
        """Let a frozen evidence stay frozen in the other record."""
        ...

    def judge_different(self, one: UUID, other: UUID, by: int | None, at: datetime) -> None:
        """Remember that these are two places."""
        ...

    def judged_different(self, one: UUID, other: UUID) -> bool:
        """Tell whether somebody judged these to be two places."""
        ...
