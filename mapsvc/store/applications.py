"""Applications with their ranking, documents and requests for completion; and the files in one private folder."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, fields
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, delete, insert, or_, select, update

from mapsvc.domain.applications import ApplicantAddress, Application, ApplicationDocument, IntegrationRequest
from mapsvc.domain.ids import new_id
from mapsvc.store.call_tables import application_documents, application_lots, applications, integration_requests
from mapsvc.store.tables import contacts

_NAMES = tuple(one.name for one in fields(Application) if one.name != "lots")
#: What never changes after an application was begun.
_FIXED = frozenset({"id", "call_id", "created_at", "updated_at", "version"})
_DOCUMENT = tuple(one.name for one in fields(ApplicationDocument))
_REQUEST = tuple(one.name for one in fields(IntegrationRequest))


class ApplicationRepository:
    """Reads and writes applications on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, application: Application, token_hash: str) -> None:
        """Add an application."""
        values = {name: _plain(getattr(application, name)) for name in _NAMES}
        self._connection.execute(insert(applications).values(**values, token_hash=token_hash))
        self._rank(application)

    def get(self, application_id: UUID, *, lock: bool = False) -> Application | None:
        """Return an application, locked against other writers on request."""
        return self._one(applications.c.id == application_id, lock)

    def by_token(self, token_hash: str, *, lock: bool = False) -> Application | None:
        """Return the application of a private link."""
        return self._one(applications.c.token_hash == token_hash, lock)

    def by_code(self, call_id: UUID, code: str) -> Application | None:
        """Return the application with this pseudonym."""
        return self._one((applications.c.call_id == call_id) & (applications.c.code == code), lock=False)

    def of_call(self, call_id: UUID, states: Collection[str] | None = None) -> list[Application]:
        """Return the applications of a call in these states, in the order of their codes; without states, all sent."""
        chosen = (
            applications.c.submitted_at.is_not(None) & (applications.c.state != "withdrawn")
            if states is None
            else applications.c.state.in_(list(states))
        )
        return self._many(chosen & (applications.c.call_id == call_id), applications.c.code)

    def of_people(self, user_id: int, collective_ids: Collection[UUID]) -> list[Application]:
        """Return what an account filed, and what its collectives have, the newest first."""
        own = or_(applications.c.filed_by == user_id, applications.c.collective_id.in_(list(collective_ids)))
        return self._many(own, applications.c.created_at.desc())

    def codes(self, call_id: UUID) -> set[str]:
        """Return the pseudonyms of a call that are taken."""
        query = select(applications.c.code).where(applications.c.call_id == call_id, applications.c.code.is_not(None))
        return set(self._connection.execute(query).scalars())

    def update(self, application: Application, now: datetime) -> bool:
        """Write everything, the ranking included, if the version still holds; tell whether it did."""
        values = {name: _plain(getattr(application, name)) for name in _NAMES if name not in _FIXED}
        result = self._connection.execute(
            update(applications)
            .where(applications.c.id == application.id, applications.c.version == application.version)
            .values(**values, updated_at=now, version=applications.c.version + 1)
        )
        if result.rowcount != 1:
            return False
        self._connection.execute(delete(application_lots).where(application_lots.c.application_id == application.id))
        self._rank(application)
        return True

    def _rank(self, application: Application) -> None:
        if application.lots:
            rows = [
                {"application_id": application.id, "lot_id": lot, "rank": rank}
                for rank, lot in enumerate(application.lots, 1)
            ]
            self._connection.execute(insert(application_lots), rows)

    def _one(self, condition: ColumnElement[bool], lock: bool) -> Application | None:
        if lock:
            self._connection.execute(select(applications.c.id).where(condition).with_for_update())
        found = self._many(condition, applications.c.id)
        return found[0] if found else None

    def _many(self, condition: ColumnElement[bool], order: ColumnElement[Any]) -> list[Application]:
        query = select(*(applications.c[name] for name in _NAMES)).where(condition).order_by(order, applications.c.id)
        rows = self._connection.execute(query).mappings().all()
        ranking: dict[UUID, list[UUID]] = {row["id"]: [] for row in rows}
        ranked = (
            select(application_lots.c.application_id, application_lots.c.lot_id)
            .where(application_lots.c.application_id.in_(list(ranking)))
            .order_by(application_lots.c.application_id, application_lots.c.rank)
        )
        for application_id, lot_id in self._connection.execute(ranked) if ranking else ():
            ranking[application_id].append(lot_id)
        return [
            Application(**{**row, "declarations": tuple(row["declarations"])}, lots=tuple(ranking[row["id"]]))
            for row in rows
        ]

    def set_state(self, application_id: UUID, state: str, now: datetime) -> None:
        """Write the state alone, for whoever holds the lock of the application or of its call."""
        self._connection.execute(
            update(applications)
            .where(applications.c.id == application_id)
            .values(state=state, updated_at=now, version=applications.c.version + 1)
        )

    def set_address(self, application_id: UUID, email: str | None, lang: str, now: datetime) -> None:
        """Keep where to write to in the erasable store; None forgets it."""
        here = applications.c.id == application_id
        before = self._connection.execute(select(applications.c.contact_id).where(here)).scalar_one()
        contact_id: UUID | None = None
        if email is not None:
            contact_id = new_id()
            self._connection.execute(insert(contacts).values(id=contact_id, email=email, lang=lang, created_at=now))
        self._connection.execute(update(applications).where(here).values(contact_id=contact_id))
        if before is not None:
            self._connection.execute(update(contacts).where(contacts.c.id == before).values(email=""))

    def address(self, application_id: UUID) -> ApplicantAddress | None:
        """Return where to write to; None where nobody left an address or it was erased."""
        query = (
            select(contacts.c.email, contacts.c.lang)
            .join(applications, applications.c.contact_id == contacts.c.id)
            .where(applications.c.id == application_id, contacts.c.email != "")
        )
        row = self._connection.execute(query).one_or_none()
        return None if row is None else ApplicantAddress(row.email, row.lang)

    def documents(self, application_id: UUID, *, sent: bool = False) -> list[ApplicationDocument]:
        """Return the documents that were not removed, in order of arrival; with `sent` those the office has."""
        table = application_documents.c
        query = (
            select(*(table[name] for name in _DOCUMENT))
            .where(table.application_id == application_id, table.removed_at.is_(None))
            .order_by(table.received_at, table.id)
        )
        if sent:
            query = query.where(table.sent_at.is_not(None))
        return [ApplicationDocument(**row) for row in self._connection.execute(query).mappings()]

    def document(self, document_id: UUID) -> ApplicationDocument | None:
        """Return one document, removed or not."""
        table = application_documents.c
        query = select(*(table[name] for name in _DOCUMENT)).where(table.id == document_id)
        row = self._connection.execute(query).mappings().one_or_none()
        return None if row is None else ApplicationDocument(**row)

    def add_document(self, document: ApplicationDocument) -> None:
        """Add a document."""
        self._connection.execute(insert(application_documents).values(**asdict(document)))

    def send_documents(self, document_ids: Collection[UUID], at: datetime) -> None:
        """Note that these have reached the office."""
        table = application_documents.c
        chosen = table.id.in_(list(document_ids)) & table.sent_at.is_(None)
        self._connection.execute(update(application_documents).where(chosen).values(sent_at=at))

    def remove_documents(self, document_ids: Collection[UUID], at: datetime) -> None:
        """Note that these do not count any more."""
        table = application_documents.c
        chosen = table.id.in_(list(document_ids)) & table.removed_at.is_(None)
        self._connection.execute(update(application_documents).where(chosen).values(removed_at=at))

    def requests(self, application_id: UUID) -> Sequence[IntegrationRequest]:
        """Return all requests for completion, the newest first; one without an answer is open."""
        table = integration_requests.c
        query = (
            select(*(table[name] for name in _REQUEST))
            .where(table.application_id == application_id)
            .order_by(table.asked_at.desc(), table.id)
        )
        return [IntegrationRequest(**row) for row in self._connection.execute(query).mappings()]

    def add_request(self, request: IntegrationRequest) -> None:
        """Add a request for completion."""
        self._connection.execute(insert(integration_requests).values(**asdict(request)))

    def answer_request(self, request_id: UUID, answer: str, at: datetime) -> None:
        """Close a request for completion with its answer."""
        chosen = integration_requests.c.id == request_id
        self._connection.execute(update(integration_requests).where(chosen).values(answer=answer, answered_at=at))


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


class DocumentFolder:
    """Keeps the documents of applications; nothing of this folder is ever served but to the group and the office."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def save(self, document_id: UUID, data: bytes) -> None:
        """Keep a file under its id; it is complete or absent."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        unfinished = self._folder / f".{document_id}"
        unfinished.write_bytes(data)
        unfinished.replace(self.path(document_id))

    def path(self, document_id: UUID) -> Path:
        """Return where a file lies."""
        return self._folder / str(document_id)

    def delete(self, document_id: UUID) -> None:
        """Delete a file; one that is not there is no error."""
        self.path(document_id).unlink(missing_ok=True)
