"""Erasing: one's own account, one's report by the private link, by the office on request, and again after a restore."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from mapsvc.domain.erasures import Erased, Erasure, Outside, Subject, SubjectKind, change_keys
from mapsvc.domain.errors import Conflict, Invalid
from mapsvc.domain.people import Account, Action, Actor, Role, require
from mapsvc.domain.ports import UnitOfWork
from mapsvc.domain.spaces import RecordState
from mapsvc.usecases.evidence import refresh
from mapsvc.usecases.personal_data import subject_named, subject_of_account, subject_of_link
from mapsvc.usecases.reports import WITHDRAWN

#: Why the office erases. Deletion of personal data beyond a request needs a second person (publication.md 5.2); there
#: is no way here to erase without one.
ASKED = "asked_by_the_person"


def erase_account(uow: UnitOfWork, outside: Outside, actor: Actor, now: datetime) -> Erased:
    """Erase the actor's own account; the web has asked for the password again.

    Raises Conflict, with code `last_administrator`, when nobody would be left to give roles.
    """
    with uow:
        erased = _erase(uow, subject_of_account(uow, actor), actor, now)
        uow.commit()
    return _done(outside, erased)


def erase_report(uow: UnitOfWork, outside: Outside, token: str, now: datetime) -> Erased:
    """Erase the report of a private link, and the link with it; raise NotFound for an unknown or expired one."""
    with uow:
        erased = _erase(uow, subject_of_link(uow, token, now), Actor(), now)
        uow.commit()
    return _done(outside, erased)


def erase_for_the_office(
    uow: UnitOfWork, outside: Outside, actor: Actor, kind: SubjectKind, name: str, reason: str, now: datetime
) -> Erased:
    """Erase an account or an address because the person asked the office for it; `name` is an id or an address.

    Raises Forbidden unless the actor manages people everywhere, Invalid without the reason, NotFound for nobody known.
    """
    if reason != ASKED:
        raise Invalid("say that the person asked for it", "/reason", code="reason")
    with uow:
        require(actor, Action.MANAGE_PEOPLE)
        erased = _erase(uow, subject_named(uow, kind, name), actor, now)
        uow.commit()
    return _done(outside, erased)


def erase_as_operator(uow: UnitOfWork, outside: Outside, kind: SubjectKind, name: str, now: datetime) -> Erased:
    """Erase on the command line, where whoever can call it owns the machine; `name` is an id or an address."""
    with uow:
        erased = _erase(uow, subject_named(uow, kind, name), Actor(name="operator"), now)
        uow.commit()
    return _done(outside, erased)


def note_missing(uow: UnitOfWork, outside: Outside) -> None:
    """Bring the list beside the backups up to the database's, should a crash have come between the two."""
    with uow:
        remembered = uow.erasures.remembered()
    outside.note(remembered)


def replay(
    begin: Callable[[], UnitOfWork], outside: Outside, erasures: Sequence[Erasure], now: datetime
) -> dict[str, int]:
    """Erase again what an older backup brought back; return how many subjects and rows were erased.

    An identifier that was given to somebody else after the erasure is left alone.
    """
    with begin() as uow:
        known = {erasure.id for erasure in uow.erasures.remembered()}
    counts = {"subjects": 0, "rows": 0}
    for erasure in erasures:
        if erasure.id in known:
            continue
        with begin() as uow:
            subject = uow.personal_data.subject(erasure.kind, erasure.subject_id)
            erased = None
            if subject is not None and subject.known_since <= erasure.at:
                erased = _erase(uow, subject, Actor(name="operator"), now, last_administrator_may_go=True)
                counts["subjects"] += 1
                counts["rows"] += sum(erased.counts.values())
            uow.erasures.remember(erasure, {})
            uow.commit()
        if erased is not None:
            outside.forget(erased)
    return counts


def _done(outside: Outside, erased: Erased) -> Erased:
    """Do what lies outside of the database, after the commit: the list first, since a crash may come at any time."""
    outside.note([erased.erasure])
    outside.forget(erased)
    return erased


def _erase(
    uow: UnitOfWork, subject: Subject, actor: Actor, now: datetime, *, last_administrator_may_go: bool = False
) -> Erased:
    """Erase inside the caller's transaction, with everything that follows for the places concerned."""
    account = None
    if subject.user_id is not None:
        uow.people.lock()
        account = uow.people.get(subject.user_id)
    statements = uow.erasures.statements(subject)
    for space_id in sorted({said.space_id for said in statements}):
        uow.spaces.get(space_id, lock=True)
    keys = change_keys(subject.kind, statements, subject.user_id, now)
    erased = uow.erasures.erase(subject, keys, now)
    withdrawn = set(keys.withdrawn)
    for space_id in sorted({said.space_id for said in statements if said.id in withdrawn}):
        _conclude(uow, space_id, now)
    if account is not None and _gives_roles(account) and not last_administrator_may_go:
        _keep_an_administrator(uow)
    uow.audit.add(actor, "erased", subject.kind.value, subject.id, at=now)
    return erased


def _conclude(uow: UnitOfWork, space_id: UUID, now: datetime) -> None:
    """Conclude anew what counts, and close a place that waits and that nobody else saw, as withdrawing does."""
    refresh(uow, space_id, now.date())
    space = uow.spaces.get(space_id)
    if space is not None and space.record_state == RecordState.SUBMITTED and not uow.observations.counted(space_id):
        uow.spaces.update(replace(space, record_state=RecordState.REJECTED, state_reason=WITHDRAWN, updated_at=now))


def _gives_roles(account: Account) -> bool:
    return account.active and any(role == Role.ADMINISTRATOR and area is None for _, role, area, _, _ in account.grants)


def _keep_an_administrator(uow: UnitOfWork) -> None:
    """Raise Conflict when nobody is left who could give roles everywhere; the transaction undoes the erasure."""
    if not any(_gives_roles(account) for account in uow.people.all()):
        raise Conflict("this is the last administrator", code="last_administrator")
