"""Owners' orders of the applications for their lots, in the database."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, delete, insert, select

from mapsvc.store.call_tables import lots, owner_ranks


class OwnerRankRepository:
    """Reads and writes owners' orders on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of_call(self, call_id: UUID) -> dict[UUID, dict[UUID, int]]:
        """Return by lot the rank of each application that its owner ranked."""
        query = (
            select(owner_ranks.c.lot_id, owner_ranks.c.application_id, owner_ranks.c.rank)
            .join(lots, lots.c.id == owner_ranks.c.lot_id)
            .where(lots.c.call_id == call_id)
            .order_by(owner_ranks.c.lot_id, owner_ranks.c.rank)
        )
        by_lot: dict[UUID, dict[UUID, int]] = {}
        for lot_id, application_id, rank in self._connection.execute(query):
            by_lot.setdefault(lot_id, {})[application_id] = rank
        return by_lot

    def set(self, lot_id: UUID, ranks: Mapping[UUID, int], noted_by: int | None, at: datetime) -> None:
        """Keep an order instead of the one before."""
        self._connection.execute(delete(owner_ranks).where(owner_ranks.c.lot_id == lot_id))
        rows = [
            {"lot_id": lot_id, "application_id": one, "rank": rank, "noted_by": noted_by, "noted_at": at}
            for one, rank in ranks.items()
        ]
        if rows:
            self._connection.execute(insert(owner_ranks), rows)
