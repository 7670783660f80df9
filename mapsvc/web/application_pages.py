"""The private page of an application (`/a/<key>`): where it stands, checking and sending it, its documents, its end."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import (
    Blueprint,
    Response,
    flash,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    send_file,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from mapsvc.domain.application_drafts import ApplicationDraft, GroupFacts
from mapsvc.domain.application_states import WITHDRAWABLE, ApplicationState
from mapsvc.domain.errors import Conflict, DomainError, Invalid, NotFound, TooLarge, UnsupportedType
from mapsvc.domain.projects import Project
from mapsvc.usecases import application_documents, application_sending, applications
from mapsvc.usecases.application_sending import Completion
from mapsvc.usecases.applications import Opened
from mapsvc.web import application_view as view
from mapsvc.web import needs_form
from mapsvc.web.application_words import closing_text, fault_text, life, local_text, size_text, states, step_titles
from mapsvc.web.applications import documents_page, plausible_address
from mapsvc.web.current import actor, forget, now, services
from mapsvc.web.i18n import date_text, language
from mapsvc.web.limits import SAVE, SUBSCRIBE, UPLOAD, limiter
from mapsvc.web.needs import district_choices
from mapsvc.web.problems import problem, status_of, wants_json
from mapsvc.web.reports import never_kept

bp = Blueprint("application_pages", __name__)
bp.after_request(never_kept)
_COUNTS = ("members_count", "members_under_30", "members_under_35")
_WITHDRAWN_TOO_LATE = frozenset({"final", "contracting", "concluded"})


def look(key: str) -> Opened:
    """Return the application of a private page; raises NotFound."""
    return applications.look(services().unit_of_work(), actor(), key, now())


@bp.get("/applications")
def own() -> ResponseReturnValue:
    """List what the account filed and what its collectives have."""
    if not actor().signed_in:
        return problem(401, _("Sign in first. Nothing was saved."), code="sign_in") if wants_json() else redirect(
            url_for("security.login", next="/applications")
        )  # fmt: skip
    found = applications.own_applications(services().unit_of_work(), actor())
    words = states()
    rows = [
        {
            "url": url_for("application_pages.show", key=one.id),
            "name": _name_of(one.facts, one.working),
            "call": view.title_of(call),
            "state": words[one.state][1],
            "closes": closing_text(call) if one.state == ApplicationState.DRAFT else "",
            "code": one.code or "",
        }
        for one, call in found
    ]
    return make_response(render_template("applications/own.html", rows=rows))


def _name_of(facts: Mapping[str, Any], working: Mapping[str, Any]) -> str:
    return str(facts.get("name") or working.get("group", {}).get("name") or _("A group without a name yet"))


@bp.get("/a/<key>")
def show(key: str) -> ResponseReturnValue:
    """Show where an application stands: its parts while it is written, its way and receipt once it was sent."""
    return _page(key, look(key))


def _page(key: str, seen: Opened, *, status: int = 200, **more: Any) -> ResponseReturnValue:
    state = seen.application.state
    kind, title, text = states()[state]
    page = render_template(
        "applications/show.html",
        key=key,
        seen=seen,
        application=seen.application,
        call=seen.call,
        call_title=view.title_of(seen.call),
        kind=kind,
        state_title=title,
        state_text=text,
        closes=closing_text(seen.call),
        life=life(seen.call, state),
        steps=view.steps(seen),
        complete=not seen.missing(),
        unsent=application_sending.has_unsent(seen),
        sent_at=local_text(seen.call, seen.application.submitted_at),
        private_url=_private_url(seen),
        may_withdraw=state in WITHDRAWABLE and seen.call.state not in _WITHDRAWN_TOO_LATE,
        asked=_asked(seen),
        sent_documents=[view.document(one) for one in seen.documents if one.sent_at is not None],
        fresh_documents=[view.document(one) for one in seen.documents if one.sent_at is None],
        completions=_completions(seen),
        **({"faults": {}, "typed": {}} | more),
    )
    return make_response(page, status)


def _private_url(seen: Opened) -> str:
    token = services().application_token(seen.application.id)
    return services().settings.public_url.rstrip("/") + url_for("application_pages.show", key=token)


def _asked(seen: Opened) -> dict[str, Any] | None:
    request_ = seen.request
    if request_ is None or seen.application.state != ApplicationState.INTEGRATION_REQUESTED:
        return None
    open_facts = [name for name in ("legal_id", *_COUNTS) if name not in seen.application.facts]
    declared = seen.application.declarations
    return {
        "text": request_.asked,
        "due": date_text(request_.due_on),
        "over": now().date() > request_.due_on,
        "facts": open_facts,
        "declarations": [one for one in view.declarations(seen) if one["code"] not in declared],
        "kinds": [(one["code"], one["label"]) for one in view.documents(seen)],
    }


def _completions(seen: Opened) -> list[dict[str, Any]]:
    return [
        {"asked": one.asked, "answer": one.answer, "day": date_text(one.answered_at.date())}
        for one in seen.requests
        if one.answered_at is not None
    ]


@bp.get("/a/<key>/check")
def check(key: str) -> ResponseReturnValue:
    """Show everything once more before it is sent."""
    seen = look(key)
    return _check_page(key, seen) if seen.writable else redirect(url_for("application_pages.show", key=key))


def _check_page(key: str, seen: Opened, fault: str = "", status: int = 200) -> ResponseReturnValue:
    page = render_template(
        "applications/check.html",
        key=key,
        seen=seen,
        at="check",
        place=len(view.STEPS),
        total=len(view.STEPS),
        title=step_titles()["check"],
        call_title=view.title_of(seen.call),
        closes=closing_text(seen.call),
        steps=view.steps(seen),
        complete=not seen.missing(),
        again=seen.application.sent,
        unsent=application_sending.has_unsent(seen),
        fault=fault,
        address=applications.has_address(services().unit_of_work(), seen.application),
        **_content(seen, seen.draft),
    )
    return make_response(page, status)


def _content(seen: Opened, draft: ApplicationDraft) -> dict[str, Any]:
    """Return what was written, in words."""
    districts = dict(district_choices())
    named = {lot.id: lot for lot in seen.lots}
    return {
        "group_lines": view.group_lines(draft.group.to_json(), districts),
        "needs_lines": view.needs_lines(draft.needs, districts),
        "project": draft.project,
        "themes": view.theme_lines(draft.project.themes),
        "lots": [named[one] for one in draft.lots if one in named],
        "papers": [view.document(one) for one in seen.package],
        "declarations": [one for one in view.declarations(seen) if one["code"] in draft.declarations],
    }


@bp.get("/a/<key>/sent")
def sent(key: str) -> ResponseReturnValue:
    """Show what was sent last, with the receipt, on a page that can be printed."""
    seen = look(key)
    one = seen.application
    if one.receipt is None:
        raise NotFound("nothing was sent")
    draft = ApplicationDraft(
        GroupFacts.from_json(dict(one.facts)), one.needs, Project.from_json(dict(one.project)), one.lots,
        one.declarations, accepts_other_lots=one.accepts_other_lots, accepts_upgrade=one.accepts_upgrade,
    )  # fmt: skip
    content = _content(seen, draft)
    content["papers"] = [view.document(paper) for paper in seen.documents if paper.sent_at is not None]
    content["declarations"] = [paper for paper in view.declarations(seen) if paper["code"] in one.declarations]
    page = render_template(
        "applications/sent.html",
        key=key,
        seen=seen,
        application=one,
        call_title=view.title_of(seen.call),
        sent_at=local_text(seen.call, one.submitted_at),
        draft=draft,
        **content,
    )
    return make_response(page)


@bp.get("/a/<key>/content.json")
def content(key: str) -> Response:
    """Answer the sent content in canonical form: its SHA-256 is the one on the receipt."""
    seen = look(key)
    if seen.application.content is None:
        raise NotFound("nothing was sent")
    response = make_response(seen.application.content)
    response.content_type = "application/json"
    response.headers["Content-Disposition"] = f'attachment; filename="{seen.application.receipt}.json"'
    return response


@bp.post("/a/<key>/send")
@limiter.limit(UPLOAD)
def send(key: str) -> ResponseReturnValue:
    """Send the application as it stands, and give the receipt."""
    forget()
    try:
        receipt = application_sending.send(services().unit_of_work(), actor(), key, now())
    except (Invalid, Conflict) as error:
        if wants_json():
            raise
        seen = look(key)
        if not seen.writable:
            flash(fault_text(error), "bad")
            return _page(key, seen, status=status_of(error))
        return _check_page(key, seen, fault_text(error), status_of(error))
    if wants_json():
        return jsonify(receipt=receipt.number, at=receipt.at.isoformat(), sha256=receipt.sha256, code=receipt.code)
    flash(_("Sent. Your receipt is %(number)s.", number=receipt.number), "ok")
    return redirect(url_for("application_pages.show", key=key), 303)


@bp.post("/a/<key>/withdraw")
@limiter.limit(UPLOAD)
def withdraw(key: str) -> ResponseReturnValue:
    """Take the application back."""
    if request.form.get("sure") != "1":
        raise Invalid("say that you are sure", "/sure", code="required")
    forget()
    try:
        application_sending.withdraw(services().unit_of_work(), actor(), key, now())
    except Conflict as error:
        if wants_json():
            raise
        flash(fault_text(error), "warn")
        return _page(key, look(key), status=409)
    flash(_("Withdrawn. It takes no further part in the call."), "ok")
    return redirect(url_for("application_pages.show", key=key), 303)


@bp.post("/a/<key>/address")
@limiter.limit(SUBSCRIBE)
def address(key: str) -> ResponseReturnValue:
    """Mail the private link, and keep the address for what follows."""
    email = request.form.get("email", "").strip()
    if email and not plausible_address(email):
        fault = Invalid("this is no e-mail address", "/email", code="not_an_email", value=email)
        if wants_json():
            raise fault
        return _page(key, look(key), status=422, faults={"email": fault_text(fault)}, typed={"email": email})
    forget()
    mailed = applications.set_address(services().unit_of_work(), actor(), key, email, language(), now())
    if mailed:
        flash(_("The link is on its way to %(email)s.", email=email), "ok")
    elif email:
        flash(
            _("The address is kept. It was written to often today, so no mail leaves; copy the link instead."), "warn"
        )
    else:
        flash(_("The address is forgotten."), "ok")
    return redirect(url_for("application_pages.show", key=key), 303)


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
        "sha256": one.sha256, "url": url_for("application_pages.file", key=key, document_id=one.id),
    }  # fmt: skip


def _after_file(key: str, back: str) -> str:
    if back == "page":
        return url_for("application_pages.show", key=key)
    return url_for("applications.step", key=key, name="documents")


def _file_refused(key: str, kind: str, error: DomainError) -> ResponseReturnValue:
    seen = look(key)
    if not seen.writable:
        return _page(key, seen, status=status_of(error), faults={"document": fault_text(error)})
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
    typed = {name: request.form.get(name, "").strip() for name in ("text", "legal_id", *_COUNTS)}
    faults: dict[str, DomainError] = {}
    counts: dict[str, int | None] = {}
    for name in _COUNTS:
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
        return _page(key, look(key), status=status_of(first), faults=words, typed=typed)
    flash(_("Sent to the office. It goes on with your application."), "ok")
    return redirect(url_for("application_pages.show", key=key), 303)


def _keep_with_answer(key: str) -> None:
    for upload in request.files.getlist("document"):
        if upload.filename:
            _keep(key, request.form.get("kind", "other"), upload)
