"""What a run of a register does to pacts, inside the caller's transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from mapsvc.domain.errors import Stale
from mapsvc.domain.imports import Named, PactRecord
from mapsvc.domain.pacts import CATEGORIES, Pact
from mapsvc.domain.people import Actor
from mapsvc.domain.ports import UnitOfWork
from mapsvc.domain.source_difference import another_pact
from mapsvc.domain.sources import Held, Register, RowPlan, Seen, SourceDifference, SourceFile, SourceRow
from mapsvc.domain.uploads import Told, nobody
from mapsvc.usecases.seeding import Slugs
from mapsvc.usecases.source_records import Writer, key_for


class PactRecords(Writer):
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

    def titles(self, record_ids: Sequence[UUID]) -> dict[UUID, str]:
        """Return the titles of some pacts."""
        return {one: str(self._pacts[one].values["title"]) for one in record_ids}

    def write(self, found: SourceDifference, as_of: date | None, *, repeated: bool, told: Told = nobody) -> None:
        """Add and change pacts, and note what vanished; a vanished pact stays as it is."""
        self._uow.loading.begin(self._register.info, self._now)
        records = self._add([plan for plan in found.plans if plan.record_id is None])
        confirmed = list[UUID]()
        for place, plan in enumerate(found.plans):
            told(place, len(found.plans))
            if plan.record_id is None:
                continue
            if not plan.changes:
                confirmed.append(plan.record_id)
                continue
            values = {change.field: change.after for change in plan.changes}
            if not self._uow.pacts.update(self._pacts[plan.record_id], values, as_of, self._now):
                raise Stale("a pact changed meanwhile", code="stale", name=plan.row.key)
            self._changed([(plan.record_id, plan.changes)])
        if as_of is not None and confirmed:
            self._uow.pacts.confirm(confirmed, as_of)
        self._remember(found, records, repeated=repeated)

    def _add(self, plans: Sequence[RowPlan]) -> dict[str, UUID]:
        slugs, taken = Slugs(self._uow.loading), self._uow.loading.known_keys("pacts")
        keys = {key_for(plan, taken): plan for plan in plans}
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
    return replace(row, values=values, record=record)
