"""Merges in the database: what moves, what is remembered, which pairs are two places."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, ColumnElement, Connection, RowMapping, and_, exists, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from mapsvc.domain.merges import Memory, Merge, Origin, Party, field_of, kind_of
from mapsvc.domain.spaces import Space
from mapsvc.store.call_tables import lots
from mapsvc.store.care_tables import appeals, different_places, flags, merges, owner_claims, reminders
from mapsvc.store.machinery_tables import audit_log
from mapsvc.store.pact_tables import pact_places, pacts
from mapsvc.store.photos import unsigned
from mapsvc.store.tables import follow_links, observations, photos, sources, spaces

_STANDING = merges.c.state.in_(("proposed", "done"))
# Entries of the history that say where values come from.
_WRITING = ("reported", "added", "edited", "imported", "put_back")


def _same_reminder(to_id: UUID) -> ColumnElement[bool]:
    other = reminders.alias()
    return exists().where(
        other.c.space_id == to_id,
        other.c.contact_id == reminders.c.contact_id,
        other.c.due_on == reminders.c.due_on,
    )


def _same_flag(to_id: UUID) -> ColumnElement[bool]:
    other = flags.alias()
    return exists().where(
        other.c.noun == "space",
        other.c.record_id == to_id,
        other.c.kind == flags.c.kind,
        other.c.reporter == flags.c.reporter,
        other.c.state == "open",
    )


class _Hanging:
    """Rows that hang on a record: by which column, known by which key, and which of them stay where they are."""

    def __init__(self, key: Column[Any], record: Column[Any], stay: Any = None, only: Any = None) -> None:
        self.table, self.key, self.record = key.table, key, record
        self._stay, self._only = stay, only

    def of(self, space_id: UUID) -> ColumnElement[bool]:
        """Return the condition for what hangs on this record."""
        return self.record == space_id if self._only is None else and_(self.record == space_id, self._only)

    def moving(self, from_id: UUID, to_id: UUID) -> ColumnElement[bool]:
        """Return the condition for what moves; what the other record has already stays."""
        return self.of(from_id) if self._stay is None else and_(self.of(from_id), ~self._stay(to_id))


_HANGING = {
    "observations": _Hanging(observations.c.id, observations.c.space_id),
    "photos": _Hanging(photos.c.id, photos.c.space_id),
    "follow_links": _Hanging(follow_links.c.token_hash, follow_links.c.space_id),
    "reminders": _Hanging(reminders.c.id, reminders.c.space_id, _same_reminder),
    "flags": _Hanging(flags.c.id, flags.c.record_id, _same_flag, flags.c.noun == "space"),
    "lots": _Hanging(lots.c.id, lots.c.space_id),
    "pacts": _Hanging(pacts.c.id, pacts.c.space_id),
    "pact_places": _Hanging(pact_places.c.id, pact_places.c.space_id),
    "owner_claims": _Hanging(owner_claims.c.id, owner_claims.c.space_id),
    "appeals": _Hanging(appeals.c.id, appeals.c.space_id),
}


class MergeRepository:
    """Reads and writes merges on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def party(self, space: Space) -> Party:
        """Return a record with where its values come from and what hangs on it."""
        calls = self._connection.execute(
            select(lots.c.call_id).where(lots.c.space_id == space.id).distinct().order_by(lots.c.call_id)
        ).scalars()
        published_at = self._connection.execute(
            select(func.min(audit_log.c.at)).where(
                audit_log.c.noun == "space", audit_log.c.record_id == str(space.id), audit_log.c.action == "publish"
            )
        ).scalar_one()
        return Party(space, self._origins(space), published_at or space.created_at, tuple(calls))

    def _origins(self, space: Space) -> dict[str, Origin]:
        rows = self._connection.execute(
            select(audit_log.c.at, audit_log.c.actor_kind, audit_log.c.action, audit_log.c.before, audit_log.c.after)
            .where(
                audit_log.c.noun == "space",
                audit_log.c.record_id == str(space.id),
                audit_log.c.action.in_(_WRITING),
            )
            .order_by(audit_log.c.id)
        ).all()
        origins = {"": self._of_source(space)}
        for row in rows:
            writer = "import_official" if row.action == "imported" else row.actor_kind
            origin = Origin(kind_of(writer), row.at)
            if row.action in ("reported", "added"):
                origins[""] = origin
            for name in _changed(row.before or {}, row.after or {}):
                origins[name] = origin
        return origins

    def _of_source(self, space: Space) -> Origin:
        """Return the origin of a record that nobody here entered: the kind and the newest day of its own source."""
        row = self._connection.execute(
            select(observations.c.source_kind, observations.c.observed_at)
            .join(sources, sources.c.id == observations.c.source_id)
            .where(observations.c.space_id == space.id, sources.c.code == space.source_code)
            .order_by(observations.c.observed_at.desc(), observations.c.id)
            .limit(1)
        ).one_or_none()
        if row is None:
            return Origin(kind_of("import_open"), space.created_at)
        return Origin(kind_of(row.source_kind), row.observed_at)

    def add(self, merge: Merge) -> None:
        """Add a merge."""
        self._connection.execute(insert(merges).values(_values(merge)))

    def update(self, merge: Merge) -> None:
        """Write everything about a merge that may change."""
        self._connection.execute(update(merges).where(merges.c.id == merge.id).values(_values(merge)))

    def get(self, merge_id: UUID, *, lock: bool = False) -> Merge | None:
        """Return a merge, locked against other writers on request."""
        query = select(merges).where(merges.c.id == merge_id)
        row = self._connection.execute(query.with_for_update() if lock else query).mappings().one_or_none()
        return None if row is None else _merge(row)

    def touching(self, *space_ids: UUID) -> list[Merge]:
        """Return the merges that wait or hold and that one of these records is part of, the oldest first."""
        query = (
            select(merges)
            .where(_STANDING, or_(merges.c.loser_id.in_(space_ids), merges.c.survivor_id.in_(space_ids)))
            .order_by(merges.c.asked_at, merges.c.id)
        )
        return [_merge(row) for row in self._connection.execute(query).mappings()]

    def move(self, from_id: UUID, to_id: UUID) -> dict[str, list[str]]:
        """Give everything that hangs on one record to the other; return what moved, by table."""
        moved = {}
        for name, hanging in _HANGING.items():
            done = self._connection.execute(
                update(hanging.table)
                .where(hanging.moving(from_id, to_id))
                .values({hanging.record: to_id})
                .returning(hanging.key)
            )
            moved[name] = sorted(str(key) for key in done.scalars())
        return moved

    def move_back(self, moved: Mapping[str, list[str]], from_id: UUID, to_id: UUID) -> None:
        """Give exactly this back, as far as it still lies with the record `from_id`."""
        for name, keys in moved.items():
            hanging = _HANGING[name]
            if keys:
                known = keys if name == "follow_links" else [UUID(key) for key in keys]
                self._connection.execute(
                    update(hanging.table)
                    .where(hanging.of(from_id), hanging.key.in_(known))
                    .values({hanging.record: to_id})
                )

    def counts(self, space_id: UUID) -> dict[str, int]:
        """Return how much of what hangs on a record there is, by table."""
        return {
            name: self._connection.execute(
                select(func.count()).select_from(hanging.table).where(hanging.of(space_id))
            ).scalar_one()
            for name, hanging in _HANGING.items()
        }

    def image_hashes(self, space_id: UUID) -> tuple[int, ...]:
        """Return the perceptual hashes of the photos of a record."""
        query = select(photos.c.image_hash).where(
            photos.c.space_id == space_id, photos.c.image_hash.is_not(None), photos.c.state != "rejected"
        )
        return tuple(unsigned(found) for found in self._connection.execute(query).scalars())

    def carry_over(self, from_id: UUID, to_id: UUID) -> None:
        """Let a frozen evidence stay frozen in the other record."""
        frozen = select(spaces.c.frozen_at).where(spaces.c.id == from_id).scalar_subquery()
        self._connection.execute(
            update(spaces).where(spaces.c.id == to_id).values(frozen_at=func.coalesce(spaces.c.frozen_at, frozen))
        )

    def judge_different(self, one: UUID, other: UUID, by: int | None, at: datetime) -> None:
        """Remember that these are two places."""
        first, second = sorted((one, other))
        values = {"first_id": first, "second_id": second, "judged_by": by, "judged_at": at}
        self._connection.execute(insert(different_places).values(values).on_conflict_do_nothing())

    def judged_different(self, one: UUID, other: UUID) -> bool:
        """Tell whether somebody judged these to be two places."""
        first, second = sorted((one, other))
        query = select(different_places.c.judged_at).where(
            different_places.c.first_id == first, different_places.c.second_id == second
        )
        return self._connection.execute(query).first() is not None


def _changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> set[str]:
    """Return the fields of a merge that an entry of the history changed; members of JSON fields one by one."""
    names = set()
    for name, value in after.items():
        old = before.get(name)
        if isinstance(value, Mapping) and isinstance(old, Mapping) and name != "point":
            names |= {f"{name}.{member}" for member, one in value.items() if old.get(member) != one}
        else:
            names.add(field_of(name))
    return names


def _values(merge: Merge) -> dict[str, Any]:
    values = {name: getattr(merge, name) for name in Merge.__dataclass_fields__}
    return values | {"choices": dict(merge.choices), "memory": merge.memory.to_json()}


def _merge(row: RowMapping) -> Merge:
    values = {name: row[name] for name in Merge.__dataclass_fields__ if name != "memory"}
    return replace(Merge(**values), memory=Memory(**row["memory"]) if row["memory"] else Memory())
