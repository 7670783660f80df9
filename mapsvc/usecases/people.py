"""Accounts and roles: invite, accept, grant, take back, close; every change is in the audit log without an address."""

import re
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from uuid import UUID

from mapsvc.domain.errors import Conflict, Forbidden, Invalid, NotFound
from mapsvc.domain.ids import new_token, token_hash
from mapsvc.domain.people import OPERATOR, Account, Action, Actor, Role, require
from mapsvc.domain.ports import UnitOfWork
from mapsvc.domain.texts import clean_text

#: An invitation opens the account for a week; a new one can be sent at any time.
INVITATION_LIFE = timedelta(days=7)
_LONGEST_NAME = 120
_LONGEST_EMAIL = 254
# One sign before and after the @ and a dot in the domain: the mail that arrives is the real test.
_EMAIL = re.compile(r"[^\s@<>\"',;:\\]+@[^\s@<>\"',;:\\]+\.[^\s@<>\"',;:\\.]{2,}")

DESK_ROLES = frozenset(
    {Role.ADMINISTRATOR, Role.OFFICER, Role.DIRECTOR, Role.MODERATOR, Role.TRUST_BROKER, Role.AUDITOR}
)
GROUP_ROLES = frozenset({Role.CURATOR, Role.MEMBER})


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a role holds: an area, a group, a collective, or with none of them the whole deployment."""

    area_id: UUID | None = None
    group_id: UUID | None = None
    collective_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class NewAccount:
    """An account as the operator makes it; the password is hashed already."""

    email: str
    name: str
    password_hash: str
    role: str = ""
    area_id: UUID | None = None
    lang: str | None = None
    demonstration: bool = False


@dataclass(frozen=True, slots=True)
class Invitation:
    """Whom an administrator invites, and for what."""

    email: str
    name: str
    role: str
    scope: Scope = Scope()
    lang: str = "en"


def clean_email(value: str) -> str:
    """Return the address in lower case; raise Invalid for what cannot be one."""
    email = clean_text(value, "/email", _LONGEST_EMAIL).lower()
    if not _EMAIL.fullmatch(email):
        raise Invalid("this is no mail address", "/email", code="not_an_email", value=email[:80])
    return email


def create_account(uow: UnitOfWork, account: NewAccount, now: datetime) -> int:
    """Make an account, or give the one with this address the password and the role; return its id.

    For the operator and the first data: whoever can call it owns the machine, so there is no actor to ask.
    """
    email, name = clean_email(account.email), clean_text(account.name, "/name", _LONGEST_NAME)
    role = _role(account.role) if account.role else None
    with uow:
        found = uow.people.by_email(email)
        if found is None:
            user_id = uow.people.add(
                email, name, account.lang, account.password_hash, now, demonstration=account.demonstration
            )
        else:
            user_id = found.id
            uow.people.set_password(user_id, account.password_hash, now)
        if role is not None:
            uow.people.grant(user_id, role.value, area_id=account.area_id, granted_by=None, at=now)
        after = {"role": account.role, **_scope(Scope(area_id=account.area_id))}
        uow.audit.add(OPERATOR, "account_made", "user", user_id, after=after, at=now)
        uow.commit()
    return user_id


def invite(uow: UnitOfWork, actor: Actor, invitation: Invitation, now: datetime) -> int:
    """Make an account with a role and send it the link that opens it; return its id.

    An account that is there already only gets the role, and a new link if it was never opened. Raises Forbidden where
    the actor does not manage people, Invalid with a pointer to the field.
    """
    email, name = clean_email(invitation.email), clean_text(invitation.name, "/name", _LONGEST_NAME)
    role = _role(invitation.role)
    with uow:
        _require_scope(uow, actor, role, invitation.scope)
        account = uow.people.by_email(email)
        if account is None:
            user_id = uow.people.add(email, name or email, invitation.lang, None, now, demonstration=False)
        else:
            user_id = account.id
        _grant(uow, actor, user_id, role, invitation.scope, now)
        if account is None or not account.confirmed:
            send_invitation(uow, user_id, email, name, invitation.lang, now)
        after = {"role": role.value, **_scope(invitation.scope)}
        uow.audit.add(actor, "invited", "user", user_id, after=after, at=now)
        uow.commit()
    return user_id


def invite_again(uow: UnitOfWork, actor: Actor, user_id: int, now: datetime) -> None:
    """Send a new link to an account that was never opened; the earlier link ends."""
    with uow:
        account = _managed(uow, actor, user_id)
        if account.confirmed:
            raise Conflict("this account is open already", code="account_open")
        send_invitation(uow, user_id, account.email, account.name, account.lang or "en", now)
        uow.audit.add(actor, "invited", "user", user_id, at=now)
        uow.commit()


def send_invitation(uow: UnitOfWork, user_id: int, email: str, name: str, lang: str, now: datetime) -> None:
    """Queue the mail with the link inside the caller's transaction; only the hash of its token is kept."""
    token = new_token()
    uow.people.invite(token_hash(token), user_id, now + INVITATION_LIFE)
    uow.outbox.add(email, "invitation", lang, {"token": token, "name": name}, now)


def accept_invitation(uow: UnitOfWork, token: str, password_hash: str, now: datetime) -> int:
    """Set the password of the invited account and use the link up; raise NotFound for a link that no longer works."""
    with uow:
        user_id = uow.people.take_invitation(token_hash(token), now)
        account = None if user_id is None else uow.people.get(user_id)
        if account is None or not account.active:
            raise NotFound("this link no longer works", code="invitation_over")
        uow.people.set_password(account.id, password_hash, now)
        uow.audit.add(Actor(user_id=account.id), "account_opened", "user", account.id, at=now)
        uow.commit()
    return account.id


def grant_role(uow: UnitOfWork, actor: Actor, user_id: int, role_code: str, scope: Scope, now: datetime) -> None:
    """Give an account a role for a scope; a grant that is there already stays as it is."""
    role = _role(role_code)
    with uow:
        _require_scope(uow, actor, role, scope)
        if uow.people.get(user_id) is None:
            raise NotFound("there is no such account")
        if _grant(uow, actor, user_id, role, scope, now):
            after = {"role": role.value, **_scope(scope)}
            uow.audit.add(actor, "granted", "user", user_id, after=after, at=now)
        uow.commit()


def revoke_role(uow: UnitOfWork, actor: Actor, user_id: int, grant_id: int, now: datetime) -> None:
    """Take a role back; the last administrator of the whole deployment stays one."""
    with uow:
        uow.people.lock()
        account = uow.people.get(user_id)
        grant = next((g for g in account.grants if g[0] == grant_id), None) if account else None
        if account is None or grant is None:
            raise NotFound("there is no such grant")
        _, role, area_id, group_id, collective_id = grant
        scope = Scope(area_id, group_id, collective_id)
        _require_scope(uow, actor, Role(role), scope)
        uow.people.revoke(grant_id)
        _keep_an_administrator(uow)
        before = {"role": role, **_scope(scope)}
        uow.audit.add(actor, "revoked", "user", user_id, before=before, at=now)
        uow.commit()


def set_active(uow: UnitOfWork, actor: Actor, user_id: int, active: bool, now: datetime) -> None:
    """Close an account, which ends its sessions, or open it again.

    Raises Conflict for one's own account and for the last administrator.
    """
    with uow:
        uow.people.lock()
        account = _managed(uow, actor, user_id)
        if account.id == actor.user_id and not active:
            raise Conflict("nobody closes their own account", code="own_account")
        if account.active != active:
            uow.people.set_active(user_id, active)
            _keep_an_administrator(uow)
            verb = "opened" if active else "closed"
            before, after = {"active": account.active}, {"active": active}
            uow.audit.add(actor, verb, "user", user_id, before=before, after=after, at=now)
        uow.commit()


def _scope(scope: Scope) -> dict[str, str]:
    """Return where a role holds as the history keeps it: ids of what it holds for, nothing for everywhere."""
    return {name: str(value) for name, value in asdict(scope).items() if value is not None}


def _role(code: str) -> Role:
    try:
        return Role(code)
    except ValueError:
        raise Invalid("choose one of the roles", "/role", code="unknown_value", value=code[:80]) from None


def _require_scope(uow: UnitOfWork, actor: Actor, role: Role, scope: Scope) -> None:
    """Raise unless the scope fits the role and the actor manages people there."""
    fits = {
        "area": role in DESK_ROLES and scope.group_id is None and scope.collective_id is None,
        "group": role in GROUP_ROLES and scope.group_id is not None,
        "collective": role is Role.COLLECTIVE_REP and scope.collective_id is not None,
    }
    if not any(fits.values()):
        raise Invalid("this role is for something else", "/scope", code="scope", role=role.value)
    group = uow.groups.get(scope.group_id) if scope.group_id else None
    collective = uow.collectives.get(scope.collective_id) if scope.collective_id else None
    if (scope.group_id and group is None) or (scope.collective_id and collective is None):
        raise Invalid("choose one of the listed places", "/scope", code="scope", role=role.value)
    area_id = group.area_id if group else scope.area_id
    if scope.area_id and not uow.areas.path(scope.area_id):
        raise Invalid("choose one of the listed places", "/scope", code="scope", role=role.value)
    require(actor, Action.MANAGE_PEOPLE, uow.areas.path(area_id))


def _managed(uow: UnitOfWork, actor: Actor, user_id: int) -> Account:
    """Return the account if the actor manages people wherever it holds a role; raise NotFound or Forbidden."""
    require_any(actor)
    account = uow.people.get(user_id)
    if account is None:
        raise NotFound("there is no such account")
    for _, _, area_id, group_id, _ in account.grants:
        group = uow.groups.get(group_id) if group_id else None
        require(actor, Action.MANAGE_PEOPLE, uow.areas.path(group.area_id if group else area_id))
    if not account.grants:
        require(actor, Action.MANAGE_PEOPLE)
    return account


def require_any(actor: Actor) -> None:
    """Raise Forbidden unless the actor manages people somewhere."""
    if not any(grant.role is Role.ADMINISTRATOR for grant in actor.grants):
        raise Forbidden("this account may not do that here", code="forbidden", action=Action.MANAGE_PEOPLE.value)


def _grant(uow: UnitOfWork, actor: Actor, user_id: int, role: Role, scope: Scope, now: datetime) -> bool:
    return uow.people.grant(
        user_id,
        role.value,
        area_id=scope.area_id,
        group_id=scope.group_id,
        collective_id=scope.collective_id,
        granted_by=actor.user_id,
        at=now,
    )


def _keep_an_administrator(uow: UnitOfWork) -> None:
    """Raise Conflict when nobody is left who could give roles everywhere; the transaction undoes the change."""
    for account in uow.people.all():
        if account.active and any(
            role == Role.ADMINISTRATOR and area is None for _, role, area, _, _ in account.grants
        ):
            return
    raise Conflict("this is the last administrator", code="last_administrator")
