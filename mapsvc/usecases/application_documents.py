"""Documents of an application: received with a receipt each, taken away, and read by the group or the office only."""

import hashlib
import secrets
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from mapsvc.domain.application_drafts import ApplicationDraft
from mapsvc.domain.application_states import ApplicationState
from mapsvc.domain.applications import (
    MOST_DOCUMENTS,
    Application,
    ApplicationDocument,
    CheckedDocument,
    DocumentFiles,
)
from mapsvc.domain.calls import Call
from mapsvc.domain.errors import Conflict, Invalid, NotFound, Stale
from mapsvc.domain.ids import new_id
from mapsvc.domain.people import Action, Actor, allows
from mapsvc.domain.ports import UnitOfWork
from mapsvc.usecases.application_sending import open_request
from mapsvc.usecases.applications import check_writable, opened

#: A document that the call did not ask for.
OTHER = "other"


def add_document(uow: UnitOfWork, files: DocumentFiles, actor: Actor, key: str, kind: str, checked: CheckedDocument,
                 now: datetime) -> ApplicationDocument:  # fmt: skip
    """Keep a file of an application and return it with its receipt; the same file under the same kind is kept once.

    While the call is open, and as part of an answer to a request for completion. Raises NotFound, Conflict, and Invalid
    for a kind that the call does not know or too many documents.
    """
    with uow:
        application, call = _opened(uow, actor, key)
        _check_time(uow, application, call, now)
        if kind != OTHER and kind not in {one.code for one in call.definition.documents}:
            raise Invalid("choose one of the listed values", "/kind", code="unknown_value", value=kind)
        there = uow.applications.documents(application.id)
        sha = hashlib.sha256(checked.data).hexdigest()
        known = next((one for one in there if one.sha256 == sha and one.kind == kind), None)
        if known is not None and _counts(application, known):
            return known
        if len(there) >= MOST_DOCUMENTS:
            raise Conflict("too many documents", code="documents_many")
        document = known or ApplicationDocument(
            id=new_id(),
            application_id=application.id,
            kind=kind,
            name=checked.name,
            media_type=checked.media_type,
            bytes=len(checked.data),
            sha256=sha,
            receipt=f"D-{secrets.token_hex(4).upper()}",
            received_at=now,
        )
        if known is None:
            files.save(document.id, checked.data)
            uow.applications.add_document(document)
        draft = ApplicationDraft.from_json(application.working)
        _write(uow, application, replace(draft, documents=(*draft.documents, document.id)), now)
        after = {"kind": kind, "receipt": document.receipt, "sha256": sha}
        uow.audit.add(actor, "document_added", "application", application.id, after=after, at=now)
        uow.commit()
    return document


def _opened(uow: UnitOfWork, actor: Actor, key: str) -> tuple[Application, Call]:
    """Return an application, locked, and its call as it is: a file alone does not hold up others who apply."""
    application = opened(uow, actor, key, lock=True)
    call = uow.calls.get(application.call_id)
    if call is None:
        raise NotFound("there is no such application")
    return application, call


def _counts(application: Application, document: ApplicationDocument) -> bool:
    return document.id in ApplicationDraft.from_json(application.working).documents


def _check_time(uow: UnitOfWork, application: Application, call: Call, now: datetime) -> None:
    if application.state == ApplicationState.INTEGRATION_REQUESTED:
        open_request(uow.applications.requests(application.id), now.date())
    else:
        check_writable(application, call, now)


def remove_document(uow: UnitOfWork, actor: Actor, key: str, document_id: UUID, now: datetime) -> None:
    """Take a document out of the package; one that the office has stays there until the package is sent again.

    Doing it twice changes nothing. Raises NotFound and Conflict; the file itself goes with the retention of papers.
    """
    with uow:
        application, call = _opened(uow, actor, key)
        _check_time(uow, application, call, now)
        document = uow.applications.document(document_id)
        if document is None or document.application_id != application.id:
            raise NotFound("there is no such document")
        if document.removed_at is not None:
            return
        if application.state == ApplicationState.INTEGRATION_REQUESTED and document.sent_at is not None:
            raise Conflict("this was sent already", code="document_sent")
        draft = ApplicationDraft.from_json(application.working)
        left = tuple(one for one in draft.documents if one != document_id)
        if document.sent_at is None:
            uow.applications.remove_documents([document_id], now)
        _write(uow, application, replace(draft, documents=left), now)
        after = {"kind": document.kind, "receipt": document.receipt}
        uow.audit.add(actor, "document_removed", "application", application.id, after=after, at=now)
        uow.commit()


def _write(uow: UnitOfWork, application: Application, draft: ApplicationDraft, now: datetime) -> None:
    if not uow.applications.update(replace(application, working=draft.to_json()), now):
        raise Stale("somebody else changed it first", code="stale", version=application.version)


def document_to_read(uow: UnitOfWork, actor: Actor, key: str, document_id: UUID) -> ApplicationDocument:
    """Return a document for its group; raise NotFound."""
    with uow:
        application = opened(uow, actor, key)
        document = uow.applications.document(document_id)
        if document is None or document.application_id != application.id or document.removed_at is not None:
            raise NotFound("there is no such document")
        return document


def document_for_office(uow: UnitOfWork, actor: Actor, document_id: UUID) -> ApplicationDocument:
    """Return a sent document for the office of its call; raise NotFound for everybody else."""
    with uow:
        document = uow.applications.document(document_id)
        application = uow.applications.get(document.application_id) if document else None
        call = uow.calls.get(application.call_id) if application else None
        if document is None or call is None or document.sent_at is None or document.removed_at is not None:
            raise NotFound("there is no such document")
        if not allows(actor, Action.SEE_CALL, uow.areas.path(call.area_id)):
            raise NotFound("there is no such document")
        return document
