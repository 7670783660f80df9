"""Answers already given, by the key that the client sent: a request sent twice is stored once."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select, update
from sqlalchemy.dialects.postgresql import insert

from mapsvc.domain.errors import Conflict
from mapsvc.store.machinery_tables import idempotency_keys


class IdempotencyRepository:
    """Takes and remembers keys on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def claim(self, key: UUID, scope: str, body_sha256: str, at: datetime) -> dict[str, Any] | None:
        """Take the key, or return the answer it got before; raise Conflict when it came with another body.

        A second request with the same key waits here until the first has committed, since the row is unique.
        """
        taken = self._connection.execute(
            insert(idempotency_keys)
            .values(key=key, scope=scope, body_sha256=body_sha256, result={}, created_at=at)
            .on_conflict_do_nothing()
            .returning(idempotency_keys.c.key)
        ).first()
        if taken is not None:
            return None
        row = self._connection.execute(select(idempotency_keys).where(idempotency_keys.c.key == key)).one()
        if (row.scope, row.body_sha256) != (scope, body_sha256):
            raise Conflict("this key was used for something else", code="key_reused")
        return dict(row.result)

    def keep(self, key: UUID, result: dict[str, Any]) -> None:
        """Remember the answer."""
        self._connection.execute(update(idempotency_keys).where(idempotency_keys.c.key == key).values(result=result))
