"""`/desk/calls/<code>/applications`: what groups sent, checked rule by rule, and the office's decision."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from mapsvc.domain.admissibility import LEAST_DAYS, MOST_DAYS
from mapsvc.domain.applications import Application, ApplicationDocument
from mapsvc.domain.calls import Lot
from mapsvc.domain.errors import Conflict, DomainError, Invalid, NotFound, Stale
from mapsvc.usecases import admissibility
from mapsvc.usecases import call_applications as reading
from mapsvc.usecases.call_applications import CheckView, Item
from mapsvc.web import application_view
from mapsvc.web.current import actor, now, services
from mapsvc.web.desk.blueprint import bp
from mapsvc.web.desk.call_nav import frame_of
from mapsvc.web.desk.decisions import version
from mapsvc.web.evaluation_words import (
    missing_text,
    papers_of,
    rule_row,
    scored_view,
    state_text,
    urgency_text,
)
from mapsvc.web.i18n import date_text, instant_text
from mapsvc.web.messages import sentence
from mapsvc.web.needs import district_choices
from mapsvc.web.problems import status_of, wants_json

_HERE = "desk.call_applications"


@bp.get("/calls/<code>/applications")
def call_applications(code: str) -> str:
    """List the applications of a call, those that wait for the office first."""
    view = reading.of_call(services().unit_of_work(), actor(), code, now())
    areas = _areas()
    items = [_row(one, view, areas) for one in view.items]
    waiting = sum(one.urgency not in ("decided", "asked") for one in view.items)
    return render_template(
        "desk/calls/applications.html",
        frame=frame_of(view.call, view.progress, _HERE, _("Applications")),
        waiting=[one for one in items if not one["decided"]],
        decided=[one for one in items if one["decided"]],
        total_text=ngettext("%(num)s waits for the office", "%(num)s wait for the office", waiting)
        if waiting
        else _("Nothing waits for the office"),
        checking=view.call.state == "admissibility",
    )


def _areas() -> dict[str, str]:
    return dict(district_choices())


def _row(one: Item, view: reading.CallApplications, areas: Mapping[str, str]) -> dict[str, Any]:
    rows = [rule_row(row, view.call, areas) for row in one.rows]
    tag, kind = urgency_text(one.urgency)
    application = one.application
    share = _("%(count)s of %(all)s rules hold", count=sum(row["state"] == "pass" for row in rows), all=len(rows))
    if one.request is not None:
        share = _("Asked to complete until %(day)s", day=date_text(one.request.due_on))
    return {
        "url": url_for("desk.call_application", code=view.call.code, application=application.code),
        "code": application.code,
        "name": str(application.facts.get("name", "")) or application.code,
        "title": str(application.project.get("title", "")),
        "state": state_text(application.state),
        "tag": tag or state_text(application.state),
        "kind": kind or ("ok" if application.state not in ("inadmissible", "below_threshold", "submitted") else ""),
        "line": missing_text(rows),
        "share": sum(row["state"] == "pass" for row in rows) / len(rows) if rows else 1.0,
        "share_text": share,
        "decided": one.urgency == "decided",
        "sent": date_text(application.submitted_at.date()) if application.submitted_at else "",
    }


@bp.get("/calls/<code>/applications/<application>")
def call_application(code: str, application: str) -> ResponseReturnValue:
    """Show one application with its check row by row, and the forms for a decision."""
    return _page(code, application)


def _page(code: str, application: str, error: DomainError | None = None) -> ResponseReturnValue:
    view = reading.find(services().unit_of_work(), actor(), code, application, now())
    one, areas = view.application, _areas()
    name = str(one.facts.get("name", "")) or str(one.code)
    rows = [rule_row(row, view.call, areas) for row in view.rows]
    page = render_template(
        "desk/calls/application.html",
        frame=frame_of(view.call, view.progress, _HERE, name),
        call_code=view.call.code,
        view=view,
        one=one,
        state=state_text(one.state),
        waits=one.state in ("submitted", "integration_requested"),
        rows=rows,
        open_rows=[row for row in rows if row["state"] != "pass"],
        held_rows=[row for row in rows if row["state"] == "pass"],
        request=next((it for it in view.requests if it.answered_at is None), None),
        requests=[_request(it) for it in view.requests],
        group=application_view.group_lines(one.facts, areas),
        needs=application_view.needs_lines(one.needs, areas),
        themes=application_view.theme_lines(one.project.get("themes", {})),  # type: ignore[arg-type]
        lots=lot_lines(one, view.lots),
        documents=[_document(it, view) for it in view.documents],
        sent=instant_text(one.submitted_at, view.call.timeline.zone),
        decided=date_text(one.decided_at.date()) if one.decided_at else "",
        scored=scored_view(view.scored, view.call) if view.scored else None,
        first_day=_today() + timedelta(days=LEAST_DAYS),
        last_day=_today() + timedelta(days=MOST_DAYS),
        form=request.form,
        fault=sentence(error) if error else "",
        overdue=any(it.answered_at is None and it.due_on < _today() for it in view.requests),
    )
    return page, status_of(error) if error else 200


def _today() -> date:
    return now().date()


def _request(one: Any) -> dict[str, str]:
    return {
        "asked": one.asked,
        "due": date_text(one.due_on),
        "at": date_text(one.asked_at.date()),
        "answer": one.answer or "",
        "answered": date_text(one.answered_at.date()) if one.answered_at else "",
    }


def lot_lines(one: Application, lots: tuple[Lot, ...]) -> list[dict[str, Any]]:
    """Return the lots that a group listed, in its order."""
    by_id = {lot.id: lot for lot in lots}
    return [
        {"rank": rank, "number": lot.number, "name": lot.name or lot.slug, "gone": lot.withdrawn_at is not None}
        for rank, lot_id in enumerate(one.lots, start=1)
        if (lot := by_id.get(lot_id)) is not None
    ]


def _document(one: ApplicationDocument, view: CheckView) -> dict[str, Any]:
    address = url_for("desk.call_document", code=view.call.code, application=view.application.code, document_id=one.id)
    return application_view.document(one) | {"url": address, "label": papers_of(view.call).get(one.kind, one.kind)}


@bp.get("/calls/<code>/applications/<application>/documents/<uuid:document_id>")
def call_document(code: str, application: str, document_id: UUID) -> ResponseReturnValue:
    """Answer a document, to be saved: the file of a stranger is not opened inside the desk."""
    found = reading.document(services().unit_of_work(), actor(), code, application, document_id)
    return send_document(found)


def send_document(found: ApplicationDocument) -> ResponseReturnValue:
    """Answer a file of an application as a download; raise NotFound where it was deleted."""
    path = services().documents.path(found.id)
    if not path.is_file():
        raise NotFound("there is no such file", code="document_unknown")
    return send_file(path, mimetype=found.media_type, as_attachment=True, download_name=found.name)


@bp.post("/calls/<code>/applications/<application>/check")
def call_application_check(code: str, application: str) -> ResponseReturnValue:
    """Note what the officer found for one rule, or take it back."""
    form = request.form
    given = (form.get("rule", "")[:100], form.get("state", "")[:20], form.get("note", ""))
    try:
        admissibility.find(services().unit_of_work(), actor(), code, application, *given, now())
    except (Invalid, Conflict, Stale) as error:
        return _refused(code, application, error)
    return _back(code, application, _("Noted."))


@bp.post("/calls/<code>/applications/<application>/decision")
def call_application_decide(code: str, application: str) -> ResponseReturnValue:
    """Admit, ask for completion, refuse, or take a decision back."""
    form, uow = request.form, services().unit_of_work()
    verb, reason = form.get("verb", ""), form.get("reason", "")
    try:
        if verb == "admit":
            admissibility.admit(uow, actor(), code, application, version(), now())
            return _back(code, application, _("Admitted."), on=True)
        if verb == "ask":
            admissibility.ask(uow, actor(), code, application, form.get("asked", ""), _day(), version(), now())
            return _back(code, application, _("The group is asked to complete its application."), on=True)
        if verb == "refuse":
            admissibility.refuse(uow, actor(), code, application, reason, form.get("norm", ""), version(), now())
            return _back(code, application, _("Refused. The group gets a mail with the reason."), on=True)
        if verb == "reopen":
            admissibility.reopen(uow, actor(), code, application, reason, version(), now())
            return _back(code, application, _("The decision is taken back."))
        raise Invalid("there is no such decision", "/verb", code="unknown_value", value=verb[:40])
    except (Invalid, Conflict, Stale) as error:
        return _refused(code, application, error)


def _day() -> date:
    raw = request.form.get("due_on", "")
    try:
        return date.fromisoformat(raw) if len(raw) == 10 else date.min
    except ValueError:
        return date.min


def _refused(code: str, application: str, error: DomainError) -> ResponseReturnValue:
    if wants_json():
        raise error
    return _page(code, application, error)


def _back(code: str, application: str, words: str, *, on: bool = False) -> ResponseReturnValue:
    """Show the application again, or after a decision the next one that waits."""
    flash(words, "ok")
    if on and request.form.get("next"):
        view = reading.find(services().unit_of_work(), actor(), code, application, now())
        if view.next_code:
            application = view.next_code
    return redirect(url_for("desk.call_application", code=code, application=application), 303)
