"""The append-only history; the service's database role can only add to it."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, insert

from mapsvc.domain.people import Actor
from mapsvc.store.machinery_tables import audit_log


class AuditRepository:
    """Adds to the history on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(
        self,
        actor: Actor,
        action: str,
        noun: str,
        record_id: UUID | int | str,
        *,
        before: Mapping[str, object] | None = None,
        after: Mapping[str, object] | None = None,
        reason: str | None = None,
        at: datetime,
    ) -> None:
        """Add an entry in the transaction of the change it tells of; values must be JSON and name no person."""
        self._connection.execute(
            insert(audit_log).values(
                at=at,
                actor_user_id=actor.user_id,
                actor_kind=actor.kind,
                action=action,
                noun=noun,
                record_id=str(record_id),
                before=before,
                after=after,
                reason=reason,
            )
        )
