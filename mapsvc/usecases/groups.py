"""Community groups: asked for by anyone, approved by an officer of the area; the one who asked becomes curator."""

from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlsplit
from uuid import UUID

from mapsvc.domain.errors import Conflict, Invalid, NotFound, Stale
from mapsvc.domain.ids import new_id, slugify
from mapsvc.domain.moderation import clean_text
from mapsvc.domain.people import Action, Actor, Role, require
from mapsvc.domain.ports import Group, UnitOfWork
from mapsvc.usecases.people import clean_email, send_invitation

_LONGEST_NAME = 120
_LONGEST_ABOUT = 2000
_LONGEST_ADDRESS = 300
_LONGEST_REASON = 1000


@dataclass(frozen=True, slots=True)
class GroupRequest:
    """What somebody tells about a group that wants to make maps; `email` is needed without an account."""

    name: str
    about: str = ""
    website: str = ""
    area_id: UUID | None = None
    email: str = ""
    contact: str = ""
    lang: str = "en"


def request_group(uow: UnitOfWork, actor: Actor, wanted: GroupRequest, now: datetime) -> Group:
    """Keep a request for a group until an officer decides; raise Invalid with a pointer to the field.

    Without an account the address gets one that cannot be used before the group is approved.
    """
    name = clean_text(wanted.name, "/name", _LONGEST_NAME)
    if not name:
        raise Invalid("a group needs a name", "/name", code="required")
    with uow:
        group = Group(
            id=(group_id := new_id()),
            slug=_free_slug(uow, name, group_id),
            name=name,
            about=clean_text(wanted.about, "/about", _LONGEST_ABOUT, several_lines=True),
            website=_website(wanted.website),
            area_id=_area(uow, wanted.area_id),
            state="requested",
            requested_by=actor.user_id if actor.signed_in else _contact(uow, wanted, now),
            created_at=now,
            demonstration=actor.demonstration,
        )
        uow.groups.add(group)
        uow.audit.add(actor, "requested", "group", group.id, after={"name": name}, at=now)
        uow.commit()
    return group


def approve_group(uow: UnitOfWork, actor: Actor, group_id: UUID, version: int, now: datetime) -> Group:
    """Open a group and make whoever asked for it its curator; raise Forbidden, NotFound, Conflict or Stale."""
    with uow:
        group = _waiting(uow, actor, group_id, version)
        approved = replace(group, state="approved")
        uow.groups.update(approved)
        account = uow.people.get(group.requested_by) if group.requested_by is not None else None
        if account is not None:
            uow.people.grant(account.id, Role.CURATOR.value, group_id=group.id, granted_by=actor.user_id, at=now)
            lang = account.lang or "en"
            uow.outbox.add(account.email, "group_approved", lang, {"group": group.name, "slug": group.slug}, now)
            if not account.confirmed:
                send_invitation(uow, account.id, account.email, account.name, lang, now)
        uow.audit.add(actor, "approved", "group", group.id, before={"state": group.state},
                      after={"state": approved.state}, at=now)  # fmt: skip
        uow.commit()
    return replace(approved, version=version + 1)


def refuse_group(uow: UnitOfWork, actor: Actor, group_id: UUID, version: int, reason: str, now: datetime) -> Group:
    """Refuse a group with a reason that whoever asked reads; raise as `approve_group`, and Invalid without a reason."""
    words = clean_text(reason, "/reason", _LONGEST_REASON, several_lines=True)
    if not words:
        raise Invalid("a reason is needed", "/reason", code="reason_required")
    with uow:
        group = _waiting(uow, actor, group_id, version)
        refused = replace(group, state="refused")
        uow.groups.update(refused)
        account = uow.people.get(group.requested_by) if group.requested_by is not None else None
        if account is not None:
            params = {"group": group.name, "reason": words}
            uow.outbox.add(account.email, "group_refused", account.lang or "en", params, now)
        uow.audit.add(actor, "refused", "group", group.id, before={"state": group.state},
                      after={"state": refused.state}, reason=words, at=now)  # fmt: skip
        uow.commit()
    return replace(refused, version=version + 1)


def _waiting(uow: UnitOfWork, actor: Actor, group_id: UUID, version: int) -> Group:
    """Return the locked group if it still waits and the actor may decide about it."""
    group = uow.groups.get(group_id, lock=True)
    if group is None:
        raise NotFound("there is no such group")
    require(actor, Action.APPROVE_GROUP, uow.areas.path(group.area_id))
    if group.version != version:
        raise Stale("somebody else decided first", code="stale", state=group.state)
    if group.state != "requested":
        raise Conflict("this group was decided already", code="already_decided")
    return group


def _area(uow: UnitOfWork, area_id: UUID | None) -> UUID | None:
    if area_id is not None and not uow.areas.path(area_id):
        raise Invalid("choose one of the listed areas", "/area", code="unknown_value", value=str(area_id))
    return area_id


def _contact(uow: UnitOfWork, wanted: GroupRequest, now: datetime) -> int:
    email = clean_email(wanted.email)
    account = uow.people.by_email(email)
    if account is not None:
        return account.id
    contact = clean_text(wanted.contact, "/contact", _LONGEST_NAME) or email
    return uow.people.add(email, contact, wanted.lang, None, now, demonstration=False)


def _website(value: str) -> str | None:
    address = clean_text(value, "/website", _LONGEST_ADDRESS)
    if not address:
        return None
    try:
        parts = urlsplit(address)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise Invalid("an address begins with https://", "/website", code="not_an_address", value=address[:80])
    return address


def _free_slug(uow: UnitOfWork, name: str, group_id: UUID) -> str:
    slug = slugify(name)
    return slug if uow.groups.by_slug(slug) is None else f"{slug}-{group_id.hex[-6:]}"
