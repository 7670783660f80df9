"""What a run of a register does to the records of its noun: pacts and spaces, inside the caller's transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Protocol
from uuid import UUID

from mapsvc.domain.errors import Invalid, Stale
from mapsvc.domain.history import flat
from mapsvc.domain.imports import Named, ObservationRecord, PactRecord, SpaceRecord
from mapsvc.domain.observations import Claim, Quality, SourceKind, StoredObservation
from mapsvc.domain.pacts import CATEGORIES, Pact
from mapsvc.domain.people import Actor
from mapsvc.domain.ports import UnitOfWork
from mapsvc.domain.publication import Standing, must_not_be_stored
from mapsvc.domain.source_difference import SomethingElse, another_pact, another_space
from mapsvc.domain.sources import Held, RefusedRow, Register, RowPlan, Seen, SourceDifference, SourceFile, SourceRow
from mapsvc.domain.spaces import Space
from mapsvc.domain.uploads import FieldChange
from mapsvc.usecases.evidence import refresh
from mapsvc.usecases.imports import add_new, merged
from mapsvc.usecases.seeding import Slugs, observation
from mapsvc.usecases.spaces import checked

AGAIN = "~"
"""Between a key and the number of its use: `057~2` is the second record that the register called 057."""
MISSED_UNTIL_UNSURE = 2
"""One edition can forget a place; after two, nobody knows whether it is still as it was."""
REPORTER = "register"


class Records(Protocol):
    """The records of a register's noun."""

    @property
    def other(self) -> SomethingElse:
        """Return the rule that tells from values whether a row means another thing than a record."""
        ...

    def checked(self, file: SourceFile) -> SourceFile:
        """Return the file with rows spelled as what is stored; a row that must not be stored is refused."""
        ...

    def seen(self) -> list[Seen]:
        """Return what was seen of every key; what was loaded before the first run counts as seen once."""
        ...

    def held(self, file: SourceFile) -> dict[UUID, Held]:
        """Return the stored records that the rows could mean."""
        ...

    def write(self, found: SourceDifference, as_of: date | None, *, repeated: bool) -> None:
        """Write a difference; `repeated` tells that the last run had the very same file."""
        ...


class _Writer:
    """What writing has in common for all nouns."""

    noun: str

    def __init__(self, uow: UnitOfWork, actor: Actor, register: Register, now: datetime) -> None:
        self._uow = uow
        self._actor = actor
        self._register = register
        self._code = register.info.code
        self._now = now

    def _seen(self, stored: Sequence[tuple[str, UUID]]) -> list[Seen]:
        known = {one.key: one for one in self._uow.sources.seen(self._code)}
        used = {record for one in known.values() for record in (one.record_id, *one.earlier)}
        first = [Seen(key, record) for key, record in stored if key not in known and record not in used]
        return [*known.values(), *first]

    def _remember(self, found: SourceDifference, records: Mapping[str, UUID], *, repeated: bool) -> list[Seen]:
        """Write what was seen of each key; return the keys that just became doubtful."""
        rows = [
            Seen(plan.row.key, plan.record_id or records[plan.row.key], said=plan.said)
            for plan in found.plans
            if plan.remember
        ]
        gone = [*found.vanished, *(() if repeated else found.still_missing)]
        missing = [replace(one, state="vanished", missed=one.missed + 1) for one in gone]
        self._uow.sources.remember(self._code, [*rows, *missing], self._now)
        for plan in found.plans:
            if plan.reused is not None:
                new = plan.record_id or records[plan.row.key]
                self._uow.sources.add_reuse(self._code, plan.row.key, plan.reused, new, self._now)
                self._note(plan.reused, "number_reused", {"source_row": plan.row.key, "other": str(new)})
            if plan.returned and plan.record_id is not None:
                self._note(plan.record_id, "returned", {"source_row": plan.row.key})
        for one in found.vanished:
            self._note(one.record_id, "vanished", {"source_row": one.key})
        return [one for one in missing if one.missed == MISSED_UNTIL_UNSURE]

    def _note(self, record_id: UUID, action: str, after: Mapping[str, object]) -> None:
        self._uow.audit.add(self._actor, action, self.noun, record_id, after=after, at=self._now)

    def _changed(self, record_id: UUID, changes: Sequence[FieldChange]) -> None:
        before = {change.field: change.before for change in changes}
        after = {change.field: change.after for change in changes}
        self._uow.audit.add(self._actor, "imported", self.noun, record_id, before=before, after=after, at=self._now)


def _key_for(plan: RowPlan, taken: set[str]) -> str:
    """Return the key that a new record is stored under: that of its row, numbered where an earlier record has it."""
    key, number = plan.row.key, 1
    while key in taken:
        number += 1
        key = f"{plan.row.key}{AGAIN}{number}"
    taken.add(key)
    return key


class PactRecords(_Writer):
    """Pacts of a register."""

    noun = "pact"
    other = staticmethod(another_pact)

    def __init__(self, uow: UnitOfWork, actor: Actor, register: Register, now: datetime) -> None:
        super().__init__(uow, actor, register, now)
        self._pacts = {pact.id: pact for pact in uow.pacts.of_source(self._code)}

    def checked(self, file: SourceFile) -> SourceFile:
        """Return the file with categories spelled as in the stored pacts, so that capitals never split one."""
        spelled: dict[str, str] = {}
        for pact in self._pacts.values():
            for name in CATEGORIES:
                spelled |= {_folded(label): label for label in _labels(pact.values.get(name))}
        return replace(file, rows=tuple(_spelled(row, spelled) for row in file.rows))

    def seen(self) -> list[Seen]:
        """Return what was seen of every key."""
        return self._seen([(pact.source_key, pact.id) for pact in self._pacts.values()])

    def held(self, file: SourceFile) -> dict[UUID, Held]:  # noqa: ARG002 - a register of pacts is small: all of it
        """Return every pact of the register."""
        edited = self._uow.sources.edited_here(self.noun, list(self._pacts))
        return {
            pact.id: Held(pact.id, pact.version, pact.values, edited.get(pact.id, frozenset()))
            for pact in self._pacts.values()
        }

    def write(self, found: SourceDifference, as_of: date | None, *, repeated: bool) -> None:
        """Add and change pacts, and note what vanished; a vanished pact stays as it is."""
        self._uow.loading.begin(self._register.info, self._now)
        records = self._add([plan for plan in found.plans if plan.record_id is None])
        confirmed = list[UUID]()
        for plan in found.plans:
            if plan.record_id is None:
                continue
            if not plan.changes:
                confirmed.append(plan.record_id)
                continue
            values = {change.field: change.after for change in plan.changes}
            if not self._uow.pacts.update(self._pacts[plan.record_id], values, as_of, self._now):
                raise Stale("a pact changed meanwhile", code="stale", name=plan.row.key)
            self._changed(plan.record_id, plan.changes)
        if as_of is not None and confirmed:
            self._uow.pacts.confirm(confirmed, as_of)
        self._remember(found, records, repeated=repeated)

    def _add(self, plans: Sequence[RowPlan]) -> dict[str, UUID]:
        slugs, taken = Slugs(self._uow.loading), self._uow.loading.known_keys("pacts")
        keys = {_key_for(plan, taken): plan for plan in plans}
        new: list[Named[PactRecord]] = []
        for key, plan in keys.items():
            if isinstance(plan.row.record, PactRecord):
                record = replace(plan.row.record, source_key=key)
                new.append(Named(slugs.take("pacts", record.title), record))
        self._uow.loading.add_pacts(new, self._now)
        stored: dict[str, Pact] = {pact.source_key: pact for pact in self._uow.pacts.of_source(self._code)}
        for key, plan in keys.items():
            self._note(stored[key].id, "imported", {"title": stored[key].values["title"], "source_row": plan.row.key})
        return {plan.row.key: stored[key].id for key, plan in keys.items()}


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()


def _labels(value: object) -> list[str]:
    if isinstance(value, list | tuple):
        return [str(one) for one in value]
    return [str(value)] if value else []


def _spelled(row: SourceRow, spelled: Mapping[str, str]) -> SourceRow:
    values = dict(row.values)
    for name in CATEGORIES:
        value = values.get(name)
        if isinstance(value, list | tuple):
            values[name] = [spelled.get(_folded(str(one)), one) for one in value]
        elif value:
            values[name] = spelled.get(_folded(str(value)), value)
    record = row.record
    if isinstance(record, PactRecord):
        record = replace(
            record,
            district=spelled.get(_folded(record.district), record.district),
            fields_of_action=tuple(spelled.get(_folded(one), one) for one in record.fields_of_action),
        )
    return SourceRow(row.key, values, record)


class SpaceRecords(_Writer):
    """Spaces of a register."""

    noun = "space"
    other = staticmethod(another_space)

    def __init__(self, uow: UnitOfWork, actor: Actor, register: Register, now: datetime) -> None:
        super().__init__(uow, actor, register, now)
        self._stored = uow.sources.spaces_of(self._code)
        self._spaces: dict[UUID, Space] = {}

    def checked(self, file: SourceFile) -> SourceFile:
        """Return the file without homes and without rows that no record could hold."""
        rows, refused = list[SourceRow](), list(file.refused)
        for row in file.rows:
            record = row.record
            if isinstance(record, SpaceRecord) and must_not_be_stored(Standing(record.asset_kind, record.owner_type)):
                refused.append(RefusedRow(row.key, 0, "", "dwelling"))
            else:
                rows.append(row)
        return replace(file, rows=tuple(rows), refused=tuple(refused))

    def seen(self) -> list[Seen]:
        """Return what was seen of every key."""
        return self._seen([(key, record) for key, record, _ in self._stored])

    def held(self, file: SourceFile) -> dict[UUID, Held]:
        """Return the spaces of the register that the rows could mean."""
        records = [
            replace(row.record, source_key=key)
            for row in file.rows
            if isinstance(row.record, SpaceRecord)
            for key in (row.key, f"{row.key}{AGAIN}2", f"{row.key}{AGAIN}3")
        ]
        found = self._uow.loading.candidates(records, [], self._code)
        self._spaces = {space.id: space for space in found if space.source_code == self._code}
        edited = self._uow.sources.edited_here(self.noun, list(self._spaces))
        held = {
            space.id: Held(space.id, space.version, _space_values(space), edited.get(space.id, frozenset()))
            for space in self._spaces.values()
        }
        return held | {record: Held(record, 0, {}, joined=True) for _, record, joined in self._stored if joined}

    def write(self, found: SourceDifference, as_of: date | None, *, repeated: bool) -> None:
        """Add and change spaces; one that is missing from two editions gets an observation that nobody is sure."""
        self._uow.loading.begin(self._register.info, self._now)
        plans = [plan for plan in found.plans if plan.record_id is None]
        taken = self._uow.loading.known_keys("spaces")
        keys = {plan.row.key: _key_for(plan, taken) for plan in plans}
        records = [
            replace(plan.row.record, source_key=keys[plan.row.key])
            for plan in plans
            if isinstance(plan.row.record, SpaceRecord)
        ]
        add_new(self._uow, self._actor, records, self._code, self._now)
        ids = {key: record for key, record, _ in self._uow.sources.spaces_of(self._code)}
        for plan in found.plans:
            if plan.record_id in self._spaces:
                self._change(plan, self._spaces[plan.record_id])
        new = {key: ids[stored] for key, stored in keys.items()}
        day = as_of or self._now.date()
        for one in self._remember(found, new, repeated=repeated):
            self._unsure(one, day)

    def _change(self, plan: RowPlan, space: Space) -> None:
        seen = plan.row.record.observations if isinstance(plan.row.record, SpaceRecord) else ()
        fresh = [one for one in seen if not self._uow.loading.observation_known(one.source_key)]
        if plan.changes:
            try:
                changed = checked(replace(merged(space, plan.changes), updated_at=self._now))
            except Invalid as fault:
                raise Invalid(
                    f"Row {plan.row.key} cannot be stored: {fault.message}", fault.pointer, code=fault.code
                ) from None
            if not self._uow.spaces.update(changed):
                raise Stale("a space changed meanwhile", code="stale", name=space.name)
            self._changed(space.id, plan.changes)
        for one in fresh:
            self._observe(space.id, one)
        if plan.changes or fresh:
            refresh(self._uow, space.id, self._now.date())

    def _unsure(self, one: Seen, day: date) -> None:
        at = min(datetime.combine(day, time(), UTC), self._now)
        key = f"{one.key}:missing:{day.isoformat()}"
        kind, quality = SourceKind.IMPORT_OFFICIAL.value, Quality.REGISTER.value
        if not self._uow.loading.observation_known(key):
            self._observe(one.record_id, ObservationRecord(key, Claim.UNSURE.value, at, kind, quality, REPORTER))
            refresh(self._uow, one.record_id, self._now.date())

    def _observe(self, space_id: UUID, one: ObservationRecord) -> None:
        stored = StoredObservation(space_id, observation(one), self._code, source_key=one.source_key)
        self._uow.observations.add(stored)


def _space_values(space: Space) -> dict[str, object]:
    """Return the fields of a space by the names of a register's fields; the point in degrees."""
    values: dict[str, object] = {
        name: getattr(space, name)
        for name in ("name", "street", "number", "floor", "postcode", "city_name", "asset_kind", "owner_type")
    }
    values |= {"features": space.features, "description": space.description, "external_ids": space.external_ids}
    return flat(values) | {"point": [space.lon, space.lat]}
