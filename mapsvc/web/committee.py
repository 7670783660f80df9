"""`/committee`: a member's calls, the applications of one, and one's own sheet; nobody else's before all are signed."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from mapsvc.domain.canonical import pointer_to
from mapsvc.domain.errors import Conflict, DomainError, Forbidden, Invalid, Stale
from mapsvc.usecases import call_applications, committees, scores
from mapsvc.usecases.scores import MyCall, MySheet, Task
from mapsvc.web import application_view
from mapsvc.web.current import actor, now, services
from mapsvc.web.desk.call_applications import lot_lines, send_document
from mapsvc.web.desk.decisions import version
from mapsvc.web.evaluation_words import criteria_of, papers_of, scored_view, sheet_text
from mapsvc.web.i18n import date_text, instant_text, text_in
from mapsvc.web.labels import label
from mapsvc.web.messages import sentence
from mapsvc.web.needs import district_choices
from mapsvc.web.problems import problem, status_of, wants_json
from mapsvc.web.reports import never_kept

bp = Blueprint("committee", __name__, url_prefix="/committee")
bp.after_request(never_kept)
_POINTS, _REASON = "points-", "reason-"


@bp.before_request
def guard() -> ResponseReturnValue | None:
    """Send whoever is not signed in there first; which calls are whose is asked in the use cases."""
    if actor().signed_in:
        return None
    if wants_json():
        return problem(401, _("Sign in first. Nothing was saved."), code="sign_in")
    return redirect("/login?" + urlencode({"next": request.path}))


@bp.get("")
def mine() -> str:
    """List the calls in whose committee the account is."""
    calls = scores.my_calls(services().unit_of_work(), actor())
    return render_template("committee/calls.html", calls=[_call(one) for one in calls])


def _call(one: MyCall) -> dict[str, Any]:
    due = len(one.tasks) - one.count("conflict")
    signed = one.count("signed")
    return {
        "url": url_for("committee.call", code=one.call.code),
        "code": one.call.code,
        "title": text_in(dict(one.call.title))[0] or one.call.code,
        "state": label("call_state", one.call.state),
        "chair": one.seat.chair,
        "open": one.open_for_scoring,
        "known": one.all_signed and bool(one.tasks),
        "due": due,
        "signed": signed,
        "progress": _("%(signed)s of %(due)s signed", signed=signed, due=due),
        "until": date_text(one.call.timeline.evaluation_until),
    }


@bp.get("/<code>")
def call(code: str) -> str:
    """List the applications of a call with one's own progress."""
    mine = scores.my_call(services().unit_of_work(), actor(), code)
    return render_template(
        "committee/call.html",
        call=_call(mine),
        tasks=[_task(one, mine) for one in sorted(mine.tasks, key=lambda it: (_RANK[it.state], it.code))],
        members=ngettext("%(num)s member", "%(num)s members", mine.members),
    )


_RANK = {"complete": 0, "begun": 1, "open": 2, "signed": 3, "conflict": 4}


def _task(one: Task, mine: MyCall) -> dict[str, Any]:
    tag, kind = sheet_text(one.state)
    return {
        "url": url_for("committee.sheet", code=mine.call.code, application=one.code),
        "code": one.code,
        "title": one.title or one.code,
        "group": one.group,
        "tag": tag,
        "kind": kind,
        "total": one.sheet.total if one.sheet is not None and one.state in ("signed", "complete") else None,
    }


@bp.get("/<code>/<application>")
def sheet(code: str, application: str) -> ResponseReturnValue:
    """Show an application beside one's own sheet."""
    return _sheet(code, application)


def _sheet(code: str, application: str, error: DomainError | None = None) -> ResponseReturnValue:
    uow = services().unit_of_work
    seen = scores.my_sheet(uow(), actor(), code, application)
    one, call = seen.application, seen.mine.call
    areas = dict(district_choices())
    papers = () if seen.conflict else call_applications.papers_for_member(uow(), actor(), code, application)
    names = papers_of(call)
    page = render_template(
        "committee/sheet.html",
        call=_call(seen.mine),
        one=one,
        name=str(one.facts.get("name", "")) or one.code,
        form_name=label("collective_form", str(one.facts.get("form", "other"))),
        people=_people(seen),
        themes=application_view.theme_lines(one.project.get("themes", {})),  # type: ignore[arg-type]
        needs=application_view.needs_lines(one.needs, areas),
        lots=lot_lines(one, seen.lots),
        documents=[
            application_view.document(it)
            | {
                "label": names.get(it.kind, it.kind),
                "url": url_for("committee.document", code=code, application=application, document_id=it.id),
            }
            for it in papers
        ],
        marks=_marks(seen, error),
        total=seen.sheet.total,
        sheet=seen.sheet,
        signed=instant_text(seen.sheet.signed_at, call.timeline.zone),
        saved=instant_text(seen.sheet.updated_at, call.timeline.zone) if seen.sheet.version else "",
        conflict=seen.conflict,
        writable=seen.mine.open_for_scoring and not seen.sheet.signed and seen.conflict is None,
        result=scored_view(seen.result, call) if seen.result else None,
        missed=scored_view(seen.result, call)["missed"] if seen.result else [],
        following=_following(seen),
        fault=sentence(error) if error else "",
        pointer=error.pointer if isinstance(error, Invalid) else "",
        base=request.form.get("version", "") if error and not isinstance(error, Stale) else seen.sheet.version,
        typed_reason=request.form.get("reason", "") if error else "",
    )
    return page, status_of(error) if error else 200


def _people(seen: MySheet) -> str:
    count = seen.application.facts.get("members_count")
    return ngettext("%(num)s person", "%(num)s people", count) if isinstance(count, int) else ""


def _marks(seen: MySheet, error: DomainError | None) -> list[dict[str, Any]]:
    """Return each criterion with what stands on the sheet; after a fault what was typed stays."""
    rows = []
    for one in criteria_of(seen.mine.call):
        mark = seen.sheet.marks.get(one["code"])
        points: object = mark.points if mark is not None and mark.points is not None else ""
        reason = mark.reason if mark is not None else ""
        if error is not None:
            points = request.form.get(_POINTS + one["code"], points)
            reason = request.form.get(_REASON + one["code"], reason)
        rows.append({**one, "points": points, "reason": reason})
    return rows


def _following(seen: MySheet) -> str:
    """Return the address of the next application that this member has not signed, empty where none is left."""
    codes = [task.code for task in seen.mine.tasks if task.state in ("open", "begun", "complete")]
    later = [code for code in codes if code > (seen.application.code or "")] or codes
    rest = [code for code in later if code != seen.application.code]
    return url_for("committee.sheet", code=seen.mine.call.code, application=rest[0]) if rest else ""


@bp.post("/<code>/<application>")
def write(code: str, application: str) -> ResponseReturnValue:
    """Save one's own sheet as it stands on the page, or sign it."""
    sign = request.form.get("verb") == "sign"
    try:
        if sign and request.form.get("sure") != "1":
            raise Invalid("signing is asked twice", "/sure", code="sign_sure")
        given = (services().unit_of_work(), actor(), code, application, _typed_marks(), version(), now())
        kept = scores.sign_sheet(*given) if sign else scores.save_sheet(*given)
    except (Invalid, Conflict, Stale, Forbidden) as error:
        if wants_json():
            raise
        return _sheet(code, application, error)
    if wants_json():
        return jsonify(version=kept.version, message=_("Saved at %(time)s", time=f"{now():%H:%M}"))
    flash(_("Signed. This sheet cannot change any more.") if sign else _("Saved. Only you see it."), "ok")
    return redirect(url_for("committee.sheet", code=code, application=application), 303)


def _typed_marks() -> dict[str, dict[str, object]]:
    """Return the marks of the form as the rules read them; a number that is none stays a text and is refused there."""
    marks: dict[str, dict[str, object]] = {}
    for name, value in request.form.items():
        if name.startswith(_POINTS):
            marks.setdefault(name.removeprefix(_POINTS), {})["points"] = _points(name, value.strip())
        elif name.startswith(_REASON):
            marks.setdefault(name.removeprefix(_REASON), {})["reason"] = value
    return marks


def _points(name: str, value: str) -> int | None:
    if not value:
        return None
    if not (value.isascii() and value.isdigit() and len(value) < 6):
        at = pointer_to(pointer_to("/marks", name.removeprefix(_POINTS)), "points")
        raise Invalid("whole points are needed", at, code="not_a_number", value=value[:20])
    return int(value)


@bp.post("/<code>/<application>/conflict")
def conflict(code: str, application: str) -> ResponseReturnValue:
    """Declare that one is too near to a group to score it."""
    try:
        reason = request.form.get("reason", "")
        committees.declare_conflict(services().unit_of_work(), actor(), code, application, reason, now())
    except (Invalid, Conflict) as error:
        if wants_json():
            raise
        return _sheet(code, application, error)
    flash(_("Noted. You do not score this application; the office is told why."), "ok")
    return redirect(url_for("committee.call", code=code), 303)


@bp.get("/<code>/<application>/documents/<uuid:document_id>")
def document(code: str, application: str, document_id: UUID) -> ResponseReturnValue:
    """Answer a document of an application that this member scores, to be saved."""
    uow = services().unit_of_work()
    return send_document(call_applications.document_for_member(uow, actor(), code, application, document_id))
