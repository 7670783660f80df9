"""The private page of an application (`/a/<key>`): where it stands, checking and sending it, its end.

Files and the answer to a request for completion are in `application_files`.
"""

from collections.abc import Mapping
from typing import Any

from flask import (
    Blueprint,
    Response,
    flash,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from mapsvc.domain.application_drafts import ApplicationDraft, GroupFacts
from mapsvc.domain.application_states import WITHDRAWABLE, ApplicationState
from mapsvc.domain.errors import Conflict, Invalid, NotFound
from mapsvc.domain.projects import Project
from mapsvc.usecases import application_lots, application_sending, applications
from mapsvc.usecases.applications import Opened
from mapsvc.web import application_view as view
from mapsvc.web import award_view, result_view
from mapsvc.web.application_words import closing_text, fault_text, life, local_text, step_titles, told
from mapsvc.web.applications import plausible_address
from mapsvc.web.current import actor, forget, now, services
from mapsvc.web.i18n import date_text, language
from mapsvc.web.limits import SUBSCRIBE, UPLOAD, limiter
from mapsvc.web.needs import district_choices
from mapsvc.web.problems import problem, status_of, wants_json
from mapsvc.web.reports import never_kept

bp = Blueprint("application_pages", __name__)
bp.after_request(never_kept)
#: Counts of people that an answer may add.
COUNTS = ("members_count", "members_under_30", "members_under_35")
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
    rows = [
        {
            "url": url_for("application_pages.show", key=one.id),
            "name": _name_of(one.facts, one.working),
            "call": view.title_of(call),
            "state": told(call, one.state)[2],
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
    return page_of(key, look(key))


def page_of(key: str, seen: Opened, *, status: int = 200, **more: Any) -> ResponseReturnValue:
    """Answer with the private page of an application; `more` holds what was typed and what is wrong with it."""
    state, kind, title, text = told(seen.call, seen.application.state)
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
        result=result_view.of_key(key),
        **({"faults": {}, "typed": {}, "award": award_view.of_key(key)} | more),
    )
    return make_response(page, status)


def _private_url(seen: Opened) -> str:
    token = services().application_token(seen.application.id)
    return services().settings.public_url.rstrip("/") + url_for("application_pages.show", key=token)


def _asked(seen: Opened) -> dict[str, Any] | None:
    request_ = seen.request
    if request_ is None or seen.application.state != ApplicationState.INTEGRATION_REQUESTED:
        return None
    open_facts = [name for name in ("legal_id", *COUNTS) if name not in seen.application.facts]
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
    named = {lot.id: lot for lot in application_lots.public_lots(services().unit_of_work(), seen.call.id)}
    return {
        "group_lines": view.group_lines(draft.group.to_json(), districts),
        "needs_lines": view.needs_lines(draft.needs, districts),
        "project": draft.project,
        "themes": view.theme_lines(draft.project.themes),
        "lots": [view.lot_words(named[one]) for one in draft.lots if one in named],
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
            return page_of(key, seen, status=status_of(error))
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
        return page_of(key, look(key), status=409)
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
        return page_of(key, look(key), status=422, faults={"email": fault_text(fault)}, typed={"email": email})
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
