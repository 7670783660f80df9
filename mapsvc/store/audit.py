"""The append-only history; the service's database role can only add to it."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, insert, select, text

from mapsvc.domain.history import Change, Entry, PersonalValue, references, resolved, sift
from mapsvc.domain.ids import new_id
from mapsvc.domain.people import Actor
from mapsvc.store.machinery_tables import audit_log
from mapsvc.store.personal_values import PersonalValueRepository

_ROWS_PER_STATEMENT = 2_000
# A null of JSON stands for "no value" here as it does where entries are added one by one.
_ADD_MANY = """
INSERT INTO audit_log (at, actor_user_id, actor_kind, action, noun, record_id, before, after)
SELECT :at, :actor, :kind, :action, :noun, r.record_id, coalesce(r.before, 'null'), coalesce(r.after, 'null')
FROM ROWS FROM (jsonb_to_recordset(CAST(:rows AS jsonb)) AS (record_id text, before jsonb, after jsonb))
    WITH ORDINALITY AS r (record_id, before, after, place)
ORDER BY r.place
"""


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

    def add_many(self, actor: Actor, action: str, noun: str, entries: Sequence[Change], *, at: datetime) -> None:
        """Add an entry for each of many records to which the same happened; values must be JSON."""
        for start in range(0, len(entries), _ROWS_PER_STATEMENT):
            rows, apart = list[dict[str, object]](), list[PersonalValue]()
            for one in entries[start : start + _ROWS_PER_STATEMENT]:
                kept = sift(actor, noun, str(one.record_id), one.before, one.after, None, new_id)
                apart += kept.apart
                rows.append({"record_id": str(one.record_id), "before": kept.before, "after": kept.after})
            self._values.add_many(apart, at)
            about = {"actor": actor.user_id, "kind": actor.kind, "action": action, "noun": noun, "at": at}
            self._connection.execute(text(_ADD_MANY), {**about, "rows": json.dumps(rows, allow_nan=False)})

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
