"""Flags in the database, and the records they are about."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Select, Table, func, literal, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from mapsvc.domain.flags import Flag, FlaggedRecord, FlagNoun
from mapsvc.store.care_tables import flags
from mapsvc.store.living_tables import initiatives
from mapsvc.store.pact_tables import pacts
from mapsvc.store.tables import curated_maps, groups, photos, spaces

_TABLES: dict[str, Table] = {
    FlagNoun.SPACE: spaces,
    FlagNoun.PHOTO: photos,
    FlagNoun.INITIATIVE: initiatives,
    FlagNoun.PACT: pacts,
    FlagNoun.MAP: curated_maps,
}


def _select(noun: str) -> Select[Any]:
    """Return the query for name, state and area of the records of a noun."""
    nowhere = literal(None, type_=spaces.c.area_id.type)
    if noun == FlagNoun.SPACE:
        return select(spaces.c.name, spaces.c.record_state, spaces.c.area_id)
    if noun == FlagNoun.PHOTO:
        query = select(spaces.c.name, photos.c.state, spaces.c.area_id).select_from(photos)
        return query.join(spaces, spaces.c.id == photos.c.space_id)
    if noun == FlagNoun.INITIATIVE:
        return select(initiatives.c.name, initiatives.c.record_state, nowhere)
    if noun == FlagNoun.PACT:
        return select(pacts.c.title, pacts.c.record_state, nowhere)
    query = select(curated_maps.c.title, curated_maps.c.state, groups.c.area_id).select_from(curated_maps)
    return query.join(groups, groups.c.id == curated_maps.c.group_id)


class FlagRepository:
    """Reads and writes flags on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def record(self, noun: str, record_id: UUID) -> FlaggedRecord | None:
        """Return the record, locked against other writers, or None."""
        table = _TABLES[noun]
        row = self._connection.execute(_select(noun).where(table.c.id == record_id).with_for_update(of=table)).first()
        return None if row is None else FlaggedRecord(noun, record_id, row[0], row[1], row[2])

    def set_state(self, record: FlaggedRecord, state: str, reason: str | None, at: datetime) -> None:
        """Give the record a state; its version rises, so that nobody decides on what they saw before."""
        table = _TABLES[record.noun]
        values: dict[str, object] = {"version": table.c.version + 1}
        if record.noun == FlagNoun.PHOTO:
            values |= {"state": state, "reason": reason, "decided_at": at}
        elif record.noun == FlagNoun.MAP:
            values |= {"state": state, "updated_at": at}
        else:
            values |= {"record_state": state, "state_reason": reason, "updated_at": at}
        self._connection.execute(update(table).where(table.c.id == record.id).values(values))

    def add(self, flag: Flag) -> bool:
        """Add a flag; tell whether it is new, since one reporter has one open flag of a kind for a record."""
        query = insert(flags).values(asdict(flag)).on_conflict_do_nothing().returning(flags.c.id)
        return self._connection.execute(query).first() is not None

    def hidings(self, reporter: str, cluster_key: str | None, since: datetime) -> int:
        """Return how many records this reporter or this network hid at once since then; their next flag waits."""
        # Two requests at the same moment must not both be the last one that may.
        for who in sorted({reporter, cluster_key or reporter}):
            self._connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"hiding:{who}", 0))))
        same = or_(flags.c.reporter == reporter, flags.c.cluster_key == cluster_key)
        query = select(func.count()).where(flags.c.hid_from.is_not(None), flags.c.created_at > since, same)
        return self._connection.execute(query).scalar_one()

    def dismissed(self, noun: str, record_id: UUID, kind: str, since: datetime) -> bool:
        """Tell whether a flag of this kind about the record was dismissed since then."""
        query = select(flags.c.id).where(
            flags.c.noun == noun,
            flags.c.record_id == record_id,
            flags.c.kind == kind,
            flags.c.state == "dismissed",
            flags.c.settled_at > since,
        )
        return self._connection.execute(query).first() is not None

    def open_of(self, noun: str, record_id: UUID) -> list[Flag]:
        """Return the open flags of a record, the oldest first, locked against other deciders."""
        columns = [flags.c[name] for name in Flag.__dataclass_fields__]
        query = (
            select(*columns)
            .where(flags.c.noun == noun, flags.c.record_id == record_id, flags.c.state == "open")
            .order_by(flags.c.created_at, flags.c.id)
            .with_for_update()
        )
        return [Flag(**row._mapping) for row in self._connection.execute(query)]

    def settle(self, flag_ids: Sequence[UUID], state: str, settled_by: int | None, at: datetime) -> None:
        """Close flags as upheld or dismissed."""
        self._connection.execute(
            update(flags).where(flags.c.id.in_(flag_ids)).values(state=state, settled_by=settled_by, settled_at=at)
        )
