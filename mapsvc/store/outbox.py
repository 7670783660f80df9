"""Mail that waits: written in the transaction of what it tells of, sent by a job afterwards."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

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
            .where(outbox.c.sent_at.is_(None), outbox.c.attempts < MOST_ATTEMPTS)
            .order_by(outbox.c.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        return [dict(row._mapping) for row in self._connection.execute(query)]

    def sent(self, mail_id: int, at: datetime) -> None:
        """Mark a mail as sent, and forget the address and the secret it carried."""
        forgotten = {"recipient": "", "params": {}}
        self._connection.execute(update(outbox).where(outbox.c.id == mail_id).values(sent_at=at, **forgotten))

    def failed(self, mail_id: int, error: str) -> None:
        """Count a failed attempt."""
        self._connection.execute(
            update(outbox).where(outbox.c.id == mail_id).values(attempts=outbox.c.attempts + 1, last_error=error)
        )
