"""Private links by the hash of their token, and the erasable addresses they were sent to."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, func, insert, select
from sqlalchemy.dialects.postgresql import distinct_on

from mapsvc.domain.ids import new_id
from mapsvc.domain.reports import FollowLink
from mapsvc.domain.rulings import Recipient
from mapsvc.store.tables import contacts, follow_links, observations, spaces


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

    def written_to(self, email: str, since: datetime) -> int:
        """Return how often forms named this address since then; other forms that name it wait for this transaction."""
        lock = func.pg_advisory_xact_lock(func.hashtextextended(f"address:{email.lower()}", 0))
        self._connection.execute(select(lock))
        # Each form that names an address leaves a row of its own, whoever sent it.
        query = select(func.count()).where(func.lower(contacts.c.email) == email.lower(), contacts.c.created_at > since)
        return self._connection.execute(query).scalar_one()

    def get(self, token_hash: str) -> FollowLink | None:
        """Return what the link opens."""
        row = self._connection.execute(
            select(follow_links).where(follow_links.c.token_hash == token_hash)
        ).one_or_none()
        if row is None:
            return None
        return FollowLink(row.space_id, row.observation_id, row.created_at, row.expires_at)

    def recipients(self, space_id: UUID, now: datetime, observation_id: UUID | None = None) -> list[Recipient]:
        """Return whoever left an address with a report of the space, or with one observation, each address once."""
        address = func.lower(contacts.c.email)
        query = (
            select(
                follow_links.c.contact_id,
                contacts.c.email,
                contacts.c.lang,
                *(follow_links.c[name] for name in ("space_id", "observation_id", "created_at", "expires_at")),
                # A place and the link of who marked it are made in one transaction, with one instant.
                (follow_links.c.created_at == spaces.c.created_at).label("marked_it"),
            )
            .join(contacts, contacts.c.id == follow_links.c.contact_id)
            .join(spaces, spaces.c.id == follow_links.c.space_id)
            .join(observations, observations.c.id == follow_links.c.observation_id)
            .where(
                follow_links.c.expires_at > now,
                follow_links.c.purpose == "report",
                observations.c.state != "withdrawn",
                follow_links.c.space_id == space_id
                if observation_id is None
                else follow_links.c.observation_id == observation_id,
            )
            .ext(distinct_on(address))
            .order_by(address, follow_links.c.created_at, follow_links.c.expires_at)
        )
        return [Recipient(**row) for row in self._connection.execute(query).mappings()]

    def renew(self, token_hash: str, recipient: Recipient, at_least: datetime) -> None:
        """Add one more link to the same report; it holds as long as the first, and until `at_least`."""
        self._connection.execute(
            insert(follow_links).values(
                token_hash=token_hash,
                space_id=recipient.space_id,
                observation_id=recipient.observation_id,
                contact_id=recipient.contact_id,
                created_at=recipient.created_at,
                expires_at=max(recipient.expires_at, at_least),
            )
        )
