"""Appeals in the database, which itself keeps whoever decided first from deciding again."""

from typing import Any
from uuid import UUID

from sqlalchemy import Connection, insert, select, update

from mapsvc.domain.appeals import Appeal
from mapsvc.store.care_tables import appeals

_FIELDS = tuple(Appeal.__dataclass_fields__)


class AppealRepository:
    """Reads and writes appeals on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, appeal: Appeal) -> None:
        """Keep an appeal."""
        self._connection.execute(insert(appeals).values({name: getattr(appeal, name) for name in _FIELDS}))

    def get(self, appeal_id: UUID, *, lock: bool = False) -> Appeal | None:
        """Return an appeal, locked against other deciders on request."""
        query = select(appeals).where(appeals.c.id == appeal_id)
        return _appeal(self._connection.execute(query.with_for_update() if lock else query).mappings().one_or_none())

    def of_ruling(self, ruling_id: UUID) -> Appeal | None:
        """Return the appeal against a decision."""
        query = select(appeals).where(appeals.c.ruling_id == ruling_id)
        return _appeal(self._connection.execute(query).mappings().one_or_none())

    def close(self, appeal: Appeal) -> None:
        """Write state, answer, and who decided when."""
        self._connection.execute(
            update(appeals)
            .where(appeals.c.id == appeal.id)
            .values(
                state=appeal.state, answer=appeal.answer, decided_by=appeal.decided_by, decided_at=appeal.decided_at
            )
        )


def _appeal(row: Any) -> Appeal | None:
    return None if row is None else Appeal(**{name: row[name] for name in _FIELDS})
