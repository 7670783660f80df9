"""Published lists of calls in the database, which lets nobody change one."""

from dataclasses import asdict
from uuid import UUID

from sqlalchemy import Connection, insert, select

from mapsvc.domain.results import PublishedResult, ResultKind
from mapsvc.store.call_tables import call_results


class ResultRepository:
    """Reads and writes published lists on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, result: PublishedResult) -> None:
        """Keep a list that is published now."""
        self._connection.execute(insert(call_results).values(**asdict(result)))

    def of_call(self, call_id: UUID) -> list[PublishedResult]:
        """Return the lists of a call, the newest first."""
        query = select(call_results).where(call_results.c.call_id == call_id)
        rows = self._connection.execute(query.order_by(call_results.c.published_at.desc(), call_results.c.id.desc()))
        return [PublishedResult(**{**row._mapping, "kind": ResultKind(row.kind)}) for row in rows]
