"""Deciding about community groups: an officer of the area approves or refuses; whoever asked becomes curator."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from mapsvc.domain.errors import Conflict, Invalid, NotFound, Stale
from mapsvc.domain.groups import Group
from mapsvc.domain.people import Action, Actor, Role, require
from mapsvc.domain.ports import UnitOfWork
from mapsvc.domain.texts import clean_text
from mapsvc.usecases.people import send_invitation

_LONGEST_REASON = 1000


def approve_group(uow: UnitOfWork, actor: Actor, group_id: UUID, version: int, now: datetime) -> Group:
    """Open a group and make whoever asked for it its curator; raise Forbidden, NotFound, Conflict or Stale."""
    with uow:
        group = _waiting(uow, actor, group_id, version)
        approved = replace(group, state="approved")
        uow.groups.update(approved)
        account = uow.people.get(group.requested_by) if group.requested_by is not None else None
        if account is not None:
            uow.people.grant(account.id, Role.CURATOR.value, group_id=group.id, granted_by=actor.user_id, at=now)
            after = {"role": Role.CURATOR.value, "group_id": str(group.id)}
            uow.audit.add(actor, "granted", "user", account.id, after=after, at=now)
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
