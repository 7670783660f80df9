"""The append-only history; the service's database role can only add to it."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, insert, select

from mapsvc.domain.history import Entry, references, resolved, sift
from mapsvc.domain.ids import new_id
from mapsvc.domain.people import Actor
from mapsvc.store.machinery_tables import audit_log
from mapsvc.store.personal_values import PersonalValueRepository


class AuditRepository:
    """Adds to the history on one connection, and reads a record's entries back."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._values = PersonalValueRepository(connection)

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
        """Add an entry in the transaction of the change it tells of; values must be JSON.

        What could name a person is kept apart, and the entry only refers to it (`domain.history`).
        """
        kept = sift(actor, noun, str(record_id), before, after, reason, new_id)
        self._values.add(kept.apart, at)
        self._connection.execute(
            insert(audit_log).values(
                at=at,
                actor_user_id=actor.user_id,
                actor_kind=actor.kind,
                action=action,
                noun=noun,
                record_id=str(record_id),
                before=kept.before,
                after=kept.after,
                reason=kept.reason,
            )
        )

    def entries(self, noun: str, record_id: UUID | int | str, since: int = 0) -> list[Entry]:
        """Return the entries about a record from the number `since` on, the oldest first, references filled in."""
        rows = self._connection.execute(
            select(audit_log.c.id, audit_log.c.at, audit_log.c.action, audit_log.c.before, audit_log.c.after)
            .where(audit_log.c.noun == noun, audit_log.c.record_id == str(record_id), audit_log.c.id >= since)
            .order_by(audit_log.c.id)
        ).all()
        known = self._values.known(references(value for row in rows for value in (row.before, row.after)))
        return [
            Entry(row.id, row.at, row.action, resolved(row.before or {}, known), resolved(row.after or {}, known))
            for row in rows
        ]
