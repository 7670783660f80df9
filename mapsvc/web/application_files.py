"""Documents of an application, and the answer to what the office asks to be completed (`/a/<key>/files`, `/answer`)."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, jsonify, redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from mapsvc.domain.errors import Conflict, DomainError, Invalid, NotFound, TooLarge, UnsupportedType
from mapsvc.usecases import application_documents, application_sending
from mapsvc.usecases.application_sending import Completion
from mapsvc.web import needs_form
from mapsvc.web.application_pages import COUNTS, look, page_of
from mapsvc.web.application_words import fault_text, size_text
from mapsvc.web.applications import documents_page
from mapsvc.web.current import actor, forget, now, services
from mapsvc.web.limits import SAVE, UPLOAD, limiter
from mapsvc.web.problems import status_of, wants_json
from mapsvc.web.reports import never_kept

bp = Blueprint("application_files", __name__)
bp.after_request(never_kept)


@bp.post("/a/<key>/files")
@limiter.limit(SAVE)
def add_file(key: str) -> ResponseReturnValue:
    """Keep a document and answer with its receipt; the same file sent twice is kept once."""
    uploads = [one for one in request.files.getlist("document") if one.filename]
    kind = request.form.get("kind", "")
    back = request.form.get("back", "")
    look(key)
    forget()
    try:
        if not uploads:
            raise Invalid("choose a file", "/document", code="document_none")
        kept = [_keep(key, kind, one) for one in uploads]
    except DomainError as error:
        if wants_json() or isinstance(error, NotFound):
            raise
        return _file_refused(key, kind, error)
    if wants_json():
        return jsonify(documents=kept), 201
    flash(_("Received: %(name)s. Receipt %(receipt)s.", name=kept[-1]["name"], receipt=kept[-1]["receipt"]), "ok")
    return redirect(_after_file(key, back), 303)


def _keep(key: str, kind: str, upload: Any) -> dict[str, Any]:
    checked = services().check_document(upload.read(), upload.filename or "")
    work, files = services().unit_of_work(), services().documents
    one = application_documents.add_document(work, files, actor(), key, kind, checked, now())
    return {
        "id": str(one.id), "name": one.name, "size": size_text(one.bytes), "receipt": one.receipt,
        "sha256": one.sha256, "url": url_for("application_files.file", key=key, document_id=one.id),
    }  # fmt: skip


def _after_file(key: str, back: str) -> str:
    if back == "page":
        return url_for("application_pages.show", key=key)
    return url_for("applications.step", key=key, name="documents")


def _file_refused(key: str, kind: str, error: DomainError) -> ResponseReturnValue:
    seen = look(key)
    if not seen.writable:
        return page_of(key, seen, status=status_of(error), faults={"document": fault_text(error)})
    return documents_page(key, seen, kind, fault_text(error), status_of(error))


@bp.post("/a/<key>/files/<uuid:document_id>/remove")
@limiter.limit(SAVE)
def remove_file(key: str, document_id: UUID) -> ResponseReturnValue:
    """Take a document out of the application."""
    forget()
    try:
        application_documents.remove_document(services().unit_of_work(), actor(), key, document_id, now())
    except Conflict as error:
        if wants_json():
            raise
        flash(fault_text(error), "warn")
    if wants_json():
        return jsonify(removed=str(document_id))
    return redirect(_after_file(key, request.form.get("back", "")), 303)


@bp.get("/a/<key>/files/<uuid:document_id>")
def file(key: str, document_id: UUID) -> ResponseReturnValue:
    """Answer a document to its group, to be downloaded only."""
    one = application_documents.document_to_read(services().unit_of_work(), actor(), key, document_id)
    return document_response(one.id, one.name, one.media_type)


def document_response(document_id: UUID, name: str, media_type: str) -> ResponseReturnValue:
    """Return a kept document as a download; no page shows what somebody else made."""
    path = services().documents.path(document_id)
    if not path.is_file():
        raise NotFound("there is no such document")
    response = send_file(path, mimetype=media_type, as_attachment=True, download_name=name)
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


@bp.post("/a/<key>/answer")
@limiter.limit(UPLOAD)
def answer(key: str) -> ResponseReturnValue:
    """Answer what the office asked to be completed; a file may come with it."""
    typed = {name: request.form.get(name, "").strip() for name in ("text", "legal_id", *COUNTS)}
    faults: dict[str, DomainError] = {}
    counts: dict[str, int | None] = {}
    for name in COUNTS:
        try:
            counts[name] = needs_form.read_count(typed[name], name)
        except Invalid as error:
            faults[name] = error
    if not faults:
        completion = Completion(typed["text"], tuple(request.form.getlist("declarations")), typed["legal_id"], **counts)
        try:
            _keep_with_answer(key)
            forget()
            application_sending.answer(services().unit_of_work(), actor(), key, completion, now())
        except Invalid as error:
            faults[error.pointer.strip("/").split("/")[0]] = error
        except (Conflict, TooLarge, UnsupportedType) as error:
            faults["document" if not isinstance(error, Conflict) else ""] = error
    if faults:
        first = next(iter(faults.values()))
        if wants_json():
            raise first
        words = {name: fault_text(error) for name, error in faults.items()}
        return page_of(key, look(key), status=status_of(first), faults=words, typed=typed)
    flash(_("Sent to the office. It goes on with your application."), "ok")
    return redirect(url_for("application_pages.show", key=key), 303)


def _keep_with_answer(key: str) -> None:
    for upload in request.files.getlist("document"):
        if upload.filename:
            _keep(key, request.form.get("kind", "other"), upload)
