"""What a run of a register does to records, whatever their noun, inside the caller's transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from mapsvc.domain.history import Change
from mapsvc.domain.people import Actor
from mapsvc.domain.ports import UnitOfWork
from mapsvc.domain.source_difference import SomethingElse, said_by
from mapsvc.domain.sources import Held, Register, RowPlan, Seen, SourceDifference, SourceFile
from mapsvc.domain.uploads import FieldChange, Told, nobody

AGAIN = "~"
"""Between a key and the number of its use: `057~2` is the second record that the register called 057."""
MISSED_UNTIL_UNSURE = 2
"""One edition can forget a place; after two, nobody knows whether it is still as it was."""

ROWS_PER_STEP = 1_000


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

    def held(self, file: SourceFile) -> Mapping[UUID, Held]:
        """Return the stored records that the rows could mean, quickest when asked in the order of the keys."""
        ...

    def titles(self, record_ids: Sequence[UUID]) -> Mapping[UUID, str]:
        """Return what stored records are called."""
        ...

    def write(self, found: SourceDifference, as_of: date | None, *, repeated: bool, told: Told = nobody) -> None:
        """Write a difference; `repeated` tells that the last run had the very same file."""
        ...


class Writer:
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
        plans = [plan for plan in found.plans if plan.remember]
        for start in range(0, len(plans), ROWS_PER_STEP):
            rows = [
                Seen(
                    plan.row.key,
                    plan.record_id or records[plan.row.key],
                    said=said_by(plan.row) if plan.said is None else plan.said,
                )
                for plan in plans[start : start + ROWS_PER_STEP]
            ]
            self._uow.sources.remember(self._code, rows, self._now)
        gone = [*found.vanished, *(() if repeated else found.still_missing)]
        missing = [replace(one, state="vanished", missed=one.missed + 1) for one in gone]
        self._uow.sources.remember(self._code, missing, self._now)
        for plan in found.plans:
            if plan.reused is not None:
                new = plan.record_id or records[plan.row.key]
                self._uow.sources.add_reuse(self._code, plan.row.key, plan.reused, new, self._now)
                self._note(plan.reused, "number_reused", {"source_row": plan.row.key, "other": str(new)})
            if plan.returned and plan.record_id is not None:
                self._note(plan.record_id, "returned", {"source_row": plan.row.key})
        vanished = [Change(one.record_id, after={"source_row": one.key}) for one in found.vanished]
        self._uow.audit.add_many(self._actor, "vanished", self.noun, vanished, at=self._now)
        return [one for one in missing if one.missed == MISSED_UNTIL_UNSURE]

    def _note(self, record_id: UUID, action: str, after: Mapping[str, object]) -> None:
        self._uow.audit.add(self._actor, action, self.noun, record_id, after=after, at=self._now)

    def _changed(self, changed: Sequence[tuple[UUID, Sequence[FieldChange]]]) -> None:
        entries = [
            Change(record, {one.field: one.before for one in changes}, {one.field: one.after for one in changes})
            for record, changes in changed
        ]
        self._uow.audit.add_many(self._actor, "imported", self.noun, entries, at=self._now)


def key_for(plan: RowPlan, taken: set[str]) -> str:
    """Return the key that a new record is stored under: that of its row, numbered where an earlier record has it."""
    key, number = plan.row.key, 1
    while key in taken:
        number += 1
        key = f"{plan.row.key}{AGAIN}{number}"
    taken.add(key)
    return key
