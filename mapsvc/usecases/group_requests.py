"""Asking for a group: anybody with an account may; an officer of the area decides (usecases/groups)."""

import re
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from mapsvc.domain.errors import Forbidden, Invalid, NotFound
from mapsvc.domain.groups import Group
from mapsvc.domain.ids import new_id, slugify
from mapsvc.domain.people import Actor
from mapsvc.domain.ports import UnitOfWork
from mapsvc.domain.texts import clean_text
from mapsvc.usecases.observations import digest

_LONGEST_NAME = 120
_LONGEST_ABOUT = 2000
_LONGEST_ADDRESS = 300
# Only what is safe to link to: http or https, a host with a dot, no user name, no signs that end an attribute.
_ADDRESS = re.compile(r"https?://[^\s/?#@:]+\.[^\s/?#@:]+(?::\d{1,5})?(?:[/?#][^\s<>\"\\^`{|}]*)?", re.I)
#: Slugs that are addresses of pages below /groups.
_TAKEN = {"new"}


@dataclass(frozen=True, slots=True)
class GroupRequest:
    """A group that somebody asks for; `area_id` is where it works, None for the whole deployment."""

    key: UUID
    name: str
    about: str
    website: str = ""
    area_id: UUID | None = None


def request_group(uow: UnitOfWork, actor: Actor, request: GroupRequest, now: datetime) -> Group:
    """Store a group that waits for approval and return it; the same key is stored once.

    Raises Forbidden without an account, Invalid with a pointer to the field that cannot be stored.
    """
    if actor.user_id is None:
        raise Forbidden("an account is needed", code="forbidden")
    name = clean_text(request.name, "/name", _LONGEST_NAME)
    about = clean_text(request.about, "/about", _LONGEST_ABOUT, several_lines=True)
    for field, value in (("name", name), ("about", about)):
        if not value:
            raise Invalid("something needed is missing", f"/{field}", code="required")
    website = checked_website(request.website)
    with uow:
        body = digest("|".join((name, about, website or "", str(request.area_id))))
        before = uow.idempotency.claim(request.key, "group", body, now)
        if before is not None:
            return _existing(uow, str(before["slug"]))
        group_id = new_id()
        slug = slugify(name)
        if slug in _TAKEN or uow.groups.by_slug(slug) is not None:
            slug = f"{slug}-{group_id.hex[-6:]}"
        group = Group(group_id, slug, name, about, website, request.area_id, "requested", actor.user_id, now,
                      demonstration=actor.demonstration)  # fmt: skip
        uow.groups.add(group)
        after = {"slug": slug, "name": name, "about": about, "website": website, "state": group.state}
        uow.audit.add(actor, "asked", "group", group_id, after=after, at=now)
        uow.idempotency.keep(request.key, {"slug": slug})
        uow.commit()
    return group


def checked_website(value: str) -> str | None:
    """Return a web address that is safe to link to, None for an empty one; raise Invalid for anything else."""
    address = clean_text(value, "/website", _LONGEST_ADDRESS)
    if not address:
        return None
    if "://" not in address:
        address = f"https://{address}"
    if _ADDRESS.fullmatch(address) is None:
        raise Invalid("this is no web address", "/website", code="website")
    return address


def _existing(uow: UnitOfWork, slug: str) -> Group:
    found = uow.groups.by_slug(slug)
    if found is None:
        raise NotFound("there is no such group")
    return found
