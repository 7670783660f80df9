"""Decisions about places, texts and photos in the database; written once and never changed."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, insert, select
from sqlalchemy.dialects.postgresql import distinct_on

from mapsvc.domain.rulings import Ruling, Subject, Verdict
from mapsvc.store.care_tables import rulings


class RulingRepository:
    """Reads and adds decisions on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, ruling: Ruling) -> None:
        """Keep a decision."""
        self._connection.execute(
            insert(rulings).values(
                id=ruling.id,
                space_id=ruling.space_id,
                subject=ruling.subject.value,
                record_id=ruling.record_id,
                verdict=ruling.verdict.value,
                reason=ruling.reason,
                decided_by=ruling.decided_by,
                decided_at=ruling.decided_at,
            )
        )

    def get(self, ruling_id: UUID) -> Ruling | None:
        """Return a decision."""
        row = self._connection.execute(select(rulings).where(rulings.c.id == ruling_id)).mappings().one_or_none()
        return None if row is None else _ruling(row)

    def newest(self, record_ids: Sequence[UUID]) -> list[Ruling]:
        """Return the newest decision about each of these records, by subject, the latest first."""
        query = (
            select(rulings)
            .where(rulings.c.record_id.in_(list(record_ids)))
            .ext(distinct_on(rulings.c.record_id, rulings.c.subject))
            .order_by(rulings.c.record_id, rulings.c.subject, rulings.c.decided_at.desc(), rulings.c.id.desc())
        )
        found = [_ruling(row) for row in self._connection.execute(query).mappings()]
        return sorted(found, key=lambda ruling: ruling.decided_at, reverse=True)


def _ruling(row: Any) -> Ruling:
    values = dict(row)
    return Ruling(**values | {"subject": Subject(values["subject"]), "verdict": Verdict(values["verdict"])})
