"""Which spaces collectives were told of, in the database."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import insert

from mapsvc.store.call_tables import fit_alerts


class FitAlertRepository:
    """Notes alerts on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def note(self, collective_id: UUID, space_ids: Collection[UUID], now: datetime) -> set[UUID]:
        """Note that a collective knows these spaces; return those that it did not know before."""
        if not space_ids:
            return set()
        rows = [{"collective_id": collective_id, "space_id": one, "told_at": now} for one in sorted(space_ids)]
        query = insert(fit_alerts).values(rows).on_conflict_do_nothing().returning(fit_alerts.c.space_id)
        return set(self._connection.execute(query).scalars())
