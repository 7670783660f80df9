"""The erasable values that the history refers to; an erased one keeps its id and the day, and nothing else."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, insert, null, select, text, update

from mapsvc.domain.history import PersonalValue
from mapsvc.store.machinery_tables import personal_values

_ADD_MANY = """
INSERT INTO personal_values (id, noun, record_id, user_id, value, created_at)
SELECT r.id, r.noun, r.record_id, r.user_id, r.value, :at
FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r (id uuid, noun text, record_id text, user_id integer, value jsonb)
"""


class PersonalValueRepository:
    """Adds, reads and erases personal values on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, values: Iterable[PersonalValue], at: datetime) -> None:
        """Keep values beside the entry that refers to them."""
        rows = [
            {
                "id": one.id,
                "noun": one.noun,
                "record_id": one.record_id,
                "user_id": one.user_id,
                "value": one.value,
                "created_at": at,
            }
            for one in values
        ]
        if rows:
            self._connection.execute(insert(personal_values), rows)

    def add_many(self, values: Sequence[PersonalValue], at: datetime) -> None:
        """Keep the values of many entries in one statement."""
        if not values:
            return
        rows = [{**asdict(one), "id": str(one.id)} for one in values]
        self._connection.execute(text(_ADD_MANY), {"at": at, "rows": json.dumps(rows)})

    def known(self, ids: Iterable[UUID]) -> dict[UUID, object]:
        """Return the values that were not erased, by id."""
        wanted = list(ids)
        if not wanted:
            return {}
        query = select(personal_values.c.id, personal_values.c.value).where(
            personal_values.c.id.in_(wanted), personal_values.c.erased_at.is_(None)
        )
        return {row.id: row.value for row in self._connection.execute(query)}

    def of_user(self, user_id: int) -> list[tuple[str, str, object, datetime]]:
        """Return noun, record id, value and time of every value that belongs to an account and was not erased."""
        query = (
            select(
                personal_values.c.noun,
                personal_values.c.record_id,
                personal_values.c.value,
                personal_values.c.created_at,
            )
            .where(personal_values.c.user_id == user_id, personal_values.c.erased_at.is_(None))
            .order_by(personal_values.c.created_at, personal_values.c.id)
        )
        return [(row.noun, row.record_id, row.value, row.created_at) for row in self._connection.execute(query)]

    def erase(
        self, at: datetime, *, user_id: int | None = None, noun: str | None = None, record_id: str | None = None
    ) -> int:
        """Erase the values of an account, or those of one record; return how many there were."""
        if user_id is not None:
            whose = personal_values.c.user_id == user_id
        elif noun is not None and record_id is not None:
            whose = (personal_values.c.noun == noun) & (personal_values.c.record_id == record_id)
        else:
            raise ValueError("say whose values are to be erased")
        query = (
            update(personal_values)
            .where(whose, personal_values.c.erased_at.is_(None))
            .values(value=null(), erased_at=at)
        )
        return self._connection.execute(query).rowcount
