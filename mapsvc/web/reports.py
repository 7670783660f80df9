"""The reporter's private page (`/r/<token>`): what became of a report, and what its reporter can still do with it."""

from dataclasses import dataclass
from datetime import UTC
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from mapsvc.domain.errors import Conflict, Invalid, NotFound
from mapsvc.domain.ids import new_id
from mapsvc.domain.observations import Claim
from mapsvc.domain.reports import FollowedReport
from mapsvc.usecases import appeals, reports
from mapsvc.usecases.observations import Answer
from mapsvc.web import report_decisions
from mapsvc.web.current import now, services
from mapsvc.web.i18n import date_text
from mapsvc.web.labels import label
from mapsvc.web.limits import ANSWER, limiter
from mapsvc.web.messages import sentence
from mapsvc.web.place_words import css_of, place_name, symbol_of
from mapsvc.web.problems import wants_json

bp = Blueprint("reports", __name__, url_prefix="/r")
#: A token is 16 bytes in base64url; anything else is not looked up.
_LONGEST_TOKEN = 64


def never_kept(response: Response) -> Response:
    """Return the answer so that no cache keeps it, no search engine lists it, and no other page learns its address."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


bp.after_request(never_kept)


@dataclass(frozen=True)
class Words:
    """The state of a report in words: kind of message, title, sentences, and the public page if any."""

    kind: str
    title: str
    text: str
    url: str = ""


def name_of(report: FollowedReport) -> str:
    """Return what the reader of a private link may call the place."""
    return place_name({"name": report.name, "area_name": report.area_name})


def words_of(report: FollowedReport) -> Words:
    """Return what became of the report, plainly."""
    if report.withdrawn:
        return Words("info", _("You have withdrawn it"), _("It counts no more, and nobody sees what you sent."))
    if report.record_state == "merged":
        url = f"/spaces/{report.merged_slug}" if report.merged_slug else ""
        text = _("Somebody had marked the same place. What you saw counts there.")
        return Words("ok", _("It was joined with another record"), text, url)
    if report.record_state == "rejected":
        reason = label("rejection_reason", report.state_reason)
        return Words("warn", _("It was not put on the map"), _("Reason: %(reason)s.", reason=reason))
    if report.record_state == "hidden":
        return Words("warn", _("It was taken off the map"), _("Somebody from the city looks at it again."))
    if report.record_state == "archived":
        return Words("info", _("The place is closed"), _("Its history is kept."), f"/spaces/{report.slug}")
    if report.record_state == "submitted":
        text = _("Somebody from the city looks at it before it appears on the map. This usually takes a few days.")
        return Words("clock", _("It waits for a look"), text)
    return _published(report)


def _published(report: FollowedReport) -> Words:
    url = f"/spaces/{report.slug}"
    if report.status == "unverified":
        text = _("It shows as unverified until a second person has seen it.")
    else:
        status = label("vacancy_status", report.status).lower()
        text = _("All answers together say: %(status)s.", status=status)
    if report.joined:
        text = _("Somebody had marked the same place. What you saw counts there.") + " " + text
        return Words("ok", _("It was joined with another record"), text, url)
    return Words("ok", _("It is on the map"), text, url)


@bp.get("/<token>")
def show(token: str) -> ResponseReturnValue:
    """Show the report of a private link; 404 for an unknown one, 410 for one whose time is over."""
    return _page(token)


def _page(
    token: str, error: str = "", note: str | None = None, objection: dict[str, object] | None = None, status: int = 200
) -> ResponseReturnValue:
    try:
        report = report_of(token)
    except NotFound as fault:
        if fault.code == "expired":
            return make_response(render_template("reports/expired.html"), 410)
        raise
    photo_words = {
        "submitted": _("Your photo waits for a look."),
        "published": _("Your photo is shown."),
        "rejected": _("Your photo is not shown."),
    }
    note_words = {
        "queued": _("Your note waits for a look."),
        "published": _("Your note is shown."),
        "rejected": _("Your note is not shown."),
    }
    page = render_template(
        "reports/show.html",
        token=token,
        report=report,
        name=name_of(report),
        words=words_of(report),
        symbol=symbol_of("space", report.status),
        css=css_of("space", report.band),
        answers=[_answer(said) for said in report.answers],
        photo_text=photo_words.get(report.photo_state or "", ""),
        note_text=note_words.get(report.note_state, ""),
        note=report.note if note is None else note,
        error=error,
        decisions=report_decisions.spoken(appeals.decisions_on(services().unit_of_work(), report, now())),
        objection=objection,
        key=str(new_id()),
        until=date_text(report.expires_at.astimezone(UTC).date()),
    )
    return make_response(page, 422 if error else status)


def _answer(said: Any) -> dict[str, str]:
    day = said.at.astimezone(UTC).date()
    return {
        "text": label("claim", said.claim),
        "claim": said.claim,
        "date": day.isoformat(),
        "day": date_text(day),
        "state": {"held": _("checked before it counts"), "rejected": _("does not count")}.get(said.state, ""),
    }


def report_of(token: str) -> FollowedReport:
    """Return the report of a private link; raise NotFound for an unknown one and for one whose time is over."""
    return reports.follow(services().unit_of_work(), _plausible(token), now())


def _plausible(token: str) -> str:
    if len(token) > _LONGEST_TOKEN or not token.isascii():
        raise NotFound("there is no such link")
    return token


@bp.get("/<token>/photo.jpg")
def photo(token: str) -> ResponseReturnValue:
    """Answer the reporter's own photo, small, whether or not it is published."""
    report = report_of(token)
    if report.photo_id is None or report.withdrawn:
        raise NotFound("there is no photo")
    path = services().photos.path(report.photo_id, small=True)
    if not path.is_file():
        raise NotFound("there is no photo")
    return send_file(path, mimetype="image/jpeg")


@bp.post("/<token>/answers")
@limiter.limit(ANSWER)
def answer(token: str) -> ResponseReturnValue:
    """Add what the reporter sees now."""
    claim, key = request.form.get("claim", ""), request.form.get("key", "")
    if claim not in set(Claim):
        raise Invalid("choose what you see", "/claim", code="unknown_value", value=claim)
    try:
        said = Answer(UUID(key), Claim(claim))
    except ValueError:
        raise Invalid("the form has lost its key", "/key", code="required") from None
    reports.answer_again(services().unit_of_work(), services().photos, _plausible(token), said, now())
    flash(_("Saved. Thank you for looking."), "ok")
    return redirect(url_for("reports.show", token=token), 303)


@bp.post("/<token>/note")
@limiter.limit(ANSWER)
def note(token: str) -> ResponseReturnValue:
    """Correct the note of the report."""
    text = request.form.get("note", "")
    try:
        reports.correct_note(services().unit_of_work(), _plausible(token), text, now())
    except Invalid as error:
        return _page(token, sentence(error), text)
    flash(_("Your note is saved."), "ok")
    return redirect(url_for("reports.show", token=token), 303)


@bp.post("/<token>/appeal")
@limiter.limit(ANSWER)
def appeal(token: str) -> ResponseReturnValue:
    """Object to a decision about the report, its note or its photo; once for each."""
    text = request.form.get("text", "")
    try:
        ruling_id = UUID(request.form.get("ruling", ""))
    except ValueError:
        raise Invalid("the form has lost its decision", "/ruling", code="required") from None
    try:
        appeals.appeal(services().unit_of_work(), _plausible(token), ruling_id, text, now())
    except (Invalid, Conflict) as error:
        if wants_json():
            raise
        if isinstance(error, Invalid):
            return _page(token, objection={"id": ruling_id, "text": text, "error": sentence(error)}, status=422)
        flash(sentence(error), "warn")
        return _page(token, status=409)
    flash(_("Your objection is saved. Somebody else decides about it."), "ok")
    return redirect(url_for("reports.show", token=token), 303)


@bp.post("/<token>/withdraw")
@limiter.limit(ANSWER)
def withdraw(token: str) -> ResponseReturnValue:
    """Take the report back."""
    reports.withdraw(services().unit_of_work(), _plausible(token), now())
    flash(_("You have withdrawn your report."), "ok")
    return redirect(url_for("reports.show", token=token), 303)
