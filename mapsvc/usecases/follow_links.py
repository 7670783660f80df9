"""Giving a reporter the private link to what they sent. What can be done with it is `mapsvc.usecases.reports`."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from mapsvc.domain.ids import token_hash
from mapsvc.domain.ports import UnitOfWork
from mapsvc.domain.reports import FollowLink
from mapsvc.domain.spaces import Space

#: A private link is kept for two years; the record itself stays.
LINK_LIFE = timedelta(days=730)


@dataclass(frozen=True, slots=True)
class Follow:
    """The token of a private link, and the address that it is to be sent to, if any."""

    token: str
    email: str = ""
    lang: str = "en"


def keep_link(
    uow: UnitOfWork, follow: Follow, space: Space, observation_id: UUID, now: datetime, *, place: str
) -> None:
    """Keep the hash of the token inside the caller's transaction, and queue the mail that carries the link.

    `place` is what the mail calls the place; its reader must be allowed to know it.
    """
    link = FollowLink(space.id, observation_id, now, now + LINK_LIFE)
    uow.follow_links.add(token_hash(follow.token), link, follow.email or None, follow.lang)
    if follow.email:
        uow.outbox.add(follow.email, "follow_link", follow.lang, {"token": follow.token, "place": place}, now)
