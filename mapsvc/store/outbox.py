"""Mail that waits: written in the transaction of what it tells of, sent by a job afterwards."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, insert, select, true, update

from mapsvc.store.machinery_tables import outbox

#: A mail that failed this often is given up, and deleted with the old ones.
MOST_ATTEMPTS = 5


class OutboxRepository:
    """Queues mail on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, recipient: str, template: str, lang: str, params: dict[str, Any], at: datetime) -> None:
        """Queue a mail; `template` is a name in mapsvc/notify, `params` are its values."""
        self._connection.execute(
            insert(outbox).values(recipient=recipient, template=template, lang=lang, params=params, created_at=at)
        )

    def take(self, limit: int) -> list[dict[str, Any]]:
        """Return mails to send, locked so that no other worker sends them too."""
        query = (
            select(outbox)
            .where(outbox.c.sent_at.is_(None), outbox.c.attempts < MOST_ATTEMPTS, ~outbox.c.held)
            .order_by(outbox.c.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        return [dict(row._mapping) for row in self._connection.execute(query)]

    def sent(self, mail_id: int, at: datetime) -> None:
        """Mark a mail as sent, and forget the address and the secret it carried."""
        forgotten: dict[str, Any] = {"recipient": "", "params": {}, "last_error": None}
        self._connection.execute(update(outbox).where(outbox.c.id == mail_id).values(sent_at=at, **forgotten))

    def failed(self, mail_id: int, error: str) -> None:
        """Count a failed attempt."""
        self._connection.execute(
            update(outbox).where(outbox.c.id == mail_id).values(attempts=outbox.c.attempts + 1, last_error=error)
        )

    def hold(self) -> int:
        """Hold everything that waits; return how many mails that are."""
        query = update(outbox).where(outbox.c.sent_at.is_(None), ~outbox.c.held).values(held=True)
        return self._connection.execute(query).rowcount

    def waiting(self) -> list[dict[str, Any]]:
        """Return the mails that wait, the oldest first, without what they carry."""
        columns = (outbox.c[name] for name in ("id", "recipient", "template", "created_at", "attempts", "held"))
        query = select(*columns).where(outbox.c.sent_at.is_(None)).order_by(outbox.c.id)
        return [dict(row) for row in self._connection.execute(query).mappings()]

    def release(self, mail_ids: Sequence[int] | None) -> int:
        """Let held mails leave: those named, or with None all of them; return how many."""
        query = update(outbox).where(outbox.c.held, outbox.c.sent_at.is_(None), _named(mail_ids))
        return self._connection.execute(query.values(held=False)).rowcount

    def drop(self, mail_ids: Sequence[int] | None) -> int:
        """Delete held mails: those named, or with None all of them; return how many."""
        query = delete(outbox).where(outbox.c.held, outbox.c.sent_at.is_(None), _named(mail_ids))
        return self._connection.execute(query).rowcount


def _named(mail_ids: Sequence[int] | None) -> ColumnElement[bool]:
    return true() if mail_ids is None else outbox.c.id.in_(mail_ids)
