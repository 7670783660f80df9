"""Private links by the hash of their token, and the erasable addresses they were sent to."""

from uuid import UUID

from sqlalchemy import Connection, insert, select

from mapsvc.domain.ids import new_id
from mapsvc.domain.reports import FollowLink
from mapsvc.store.tables import contacts, follow_links


class FollowLinkRepository:
    """Reads and writes private links on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, token_hash: str, link: FollowLink, email: str | None, lang: str) -> None:
        """Add a link, and the address it was sent to in the erasable store."""
        contact_id: UUID | None = None
        if email is not None:
            contact_id = new_id()
            self._connection.execute(
                insert(contacts).values(id=contact_id, email=email, lang=lang, created_at=link.created_at)
            )
        self._connection.execute(
            insert(follow_links).values(
                token_hash=token_hash,
                space_id=link.space_id,
                observation_id=link.observation_id,
                contact_id=contact_id,
                created_at=link.created_at,
                expires_at=link.expires_at,
            )
        )

    def get(self, token_hash: str) -> FollowLink | None:
        """Return what the link opens."""
        row = self._connection.execute(
            select(follow_links).where(follow_links.c.token_hash == token_hash)
        ).one_or_none()
        if row is None:
            return None
        return FollowLink(row.space_id, row.observation_id, row.created_at, row.expires_at)
