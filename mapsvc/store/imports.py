"""Previews of files that wait for a decision."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, insert, select, update

from mapsvc.store.machinery_tables import import_batches


class ImportRepository:
    """Reads and writes previews on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(
        self,
        batch_id: UUID,
        file_name: str,
        created_by: int | None,
        at: datetime,
        summary: dict[str, Any],
        rows: dict[str, Any],
    ) -> None:
        """Keep a preview."""
        self._connection.execute(
            insert(import_batches).values(
                id=batch_id, file_name=file_name, created_by=created_by, created_at=at, summary=summary, rows=rows
            )
        )

    def get(self, batch_id: UUID, *, lock: bool = False) -> dict[str, Any] | None:
        """Return a preview with its state, locked against a second decision on request."""
        query = select(import_batches).where(import_batches.c.id == batch_id)
        row = self._connection.execute(query.with_for_update() if lock else query).one_or_none()
        return None if row is None else dict(row._mapping)

    def recent(self, limit: int) -> list[dict[str, Any]]:
        """Return the newest previews without their rows."""
        columns = [column for column in import_batches.c if column.name != "rows"]
        query = select(*columns).order_by(import_batches.c.created_at.desc()).limit(limit)
        return [dict(row._mapping) for row in self._connection.execute(query)]

    def close(self, batch_id: UUID, state: str, at: datetime, summary: dict[str, Any]) -> None:
        """Mark a preview as applied or discarded; its rows are no longer kept."""
        self._connection.execute(
            update(import_batches)
            .where(import_batches.c.id == batch_id)
            .values(state=state, applied_at=at, summary=summary, rows={})
        )
