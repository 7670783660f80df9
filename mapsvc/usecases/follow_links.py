"""Giving a reporter the private link to what they sent. What can be done with it is `mapsvc.usecases.reports`."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from mapsvc.domain.addresses import is_civic
from mapsvc.domain.ids import token_hash
from mapsvc.domain.ports import UnitOfWork
from mapsvc.domain.reports import FollowLink
from mapsvc.domain.spaces import Space

#: A private link is kept for two years; the record itself stays.
LINK_LIFE = timedelta(days=730)
#: Mails that one address gets within a day because a form names it: nobody fills a foreign letter box through us.
MOST_MAILS_A_DAY = 10


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

    `place` is what the mail calls the place; its reader must be allowed to know it. An address that was named too often
    is not kept, and nothing is mailed; the page that thanks shows the link as well.
    """
    link = FollowLink(space.id, observation_id, now, now + LINK_LIFE)
    mailed = bool(follow.email) and may_write_to(uow, follow.email, now)
    uow.follow_links.add(token_hash(follow.token), link, follow.email if mailed else None, follow.lang)
    if mailed:
        uow.outbox.add(follow.email, "follow_link", follow.lang, {"token": follow.token, "place": place}, now)


def may_write_to(uow: UnitOfWork, email: str, now: datetime) -> bool:
    """Tell whether a form may make us write to this address, which nobody has confirmed yet."""
    return uow.follow_links.written_to(email, now - timedelta(days=1)) < MOST_MAILS_A_DAY


def mailed_name(uow: UnitOfWork, space: Space) -> str:
    """Return what a mail calls a place that the reader marked: its address, else the area.

    An address that no gazetteer knows may be anything that somebody wants to have brought to a foreign letter box.
    """
    return space.name if known_address(uow, space) else uow.areas.name(space.area_id)


def known_address(uow: UnitOfWork, space: Space) -> bool:
    """Tell whether the gazetteer knows the street of a place, and its number is one."""
    return is_civic(space.number or "") and (not space.street or uow.areas.has_street(space.street))
