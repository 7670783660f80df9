"""Everything that is held about a person, for that person: by account, or by the private link of a report."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from mapsvc.domain.erasures import Subject, SubjectKind
from mapsvc.domain.errors import Forbidden, NotFound
from mapsvc.domain.ids import token_hash
from mapsvc.domain.people import Actor
from mapsvc.domain.ports import UnitOfWork


@dataclass(frozen=True, slots=True)
class PersonalExport:
    """Rows by table, and the photos that belong to them."""

    kind: SubjectKind
    made_at: datetime
    rows: dict[str, list[dict[str, Any]]]
    photo_ids: tuple[UUID, ...]


def export_account(uow: UnitOfWork, actor: Actor, now: datetime) -> PersonalExport:
    """Return everything about the actor's own account; raise Forbidden without one."""
    with uow:
        return _export(uow, subject_of_account(uow, actor), now)


def export_report(uow: UnitOfWork, token: str, now: datetime) -> PersonalExport:
    """Return everything about the report of a private link.

    Raises NotFound for an unknown link, with code `expired` when its time is over.
    """
    with uow:
        return _export(uow, subject_of_link(uow, token, now), now)


def export_as_operator(uow: UnitOfWork, kind: SubjectKind, name: str, now: datetime) -> PersonalExport:
    """Return everything about somebody who asked the office; for the command line. `name` is an id or an address."""
    with uow:
        return _export(uow, subject_named(uow, kind, name), now)


def subject_named(uow: UnitOfWork, kind: SubjectKind, name: str) -> Subject:
    """Return whom an id or an address names, inside the caller's transaction; raise NotFound for nobody known."""
    name = name.strip()
    if kind is SubjectKind.USER and "@" in name:
        account = uow.people.by_email(name)
        name = str(account.id) if account else ""
    if kind is SubjectKind.CONTACT and "@" in name:
        name = str(uow.personal_data.contact_of(name) or "")
    subject = uow.personal_data.subject(kind, name)
    if subject is None:
        raise NotFound("nothing is held about this person", code="nobody")
    return subject


def subject_of_account(uow: UnitOfWork, actor: Actor) -> Subject:
    """Return the actor as the subject of a request, inside the caller's transaction."""
    if actor.user_id is None:
        raise Forbidden("sign in first", code="forbidden")
    subject = uow.personal_data.subject(SubjectKind.USER, str(actor.user_id))
    if subject is None:
        raise NotFound("there is no such account")
    return subject


def subject_of_link(uow: UnitOfWork, token: str, now: datetime) -> Subject:
    """Return the report of a private link as the subject of a request, inside the caller's transaction."""
    report = uow.reports.get(token_hash(token))
    if report is None:
        raise NotFound("there is no such link")
    if report.expires_at <= now:
        raise NotFound("the time of this link is over", code="expired")
    subject = uow.personal_data.subject(SubjectKind.OBSERVATION, str(report.observation_id))
    if subject is None:
        raise NotFound("there is no such report")
    return subject


def _export(uow: UnitOfWork, subject: Subject, now: datetime) -> PersonalExport:
    rows = uow.personal_data.rows(subject)
    return PersonalExport(subject.kind, now, rows, tuple(row["id"] for row in rows.get("photos", ())))
