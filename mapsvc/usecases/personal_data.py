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
