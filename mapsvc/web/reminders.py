"""The page behind the links of a reminder (`/still/<token>`): one tap says whether a place is as the map has it."""

from flask import Blueprint, make_response, render_template, request
from flask.typing import ResponseReturnValue

from mapsvc.domain.errors import Conflict, Invalid, NotFound
from mapsvc.domain.ids import new_id
from mapsvc.domain.observations import Claim
from mapsvc.domain.reminders import still_true
from mapsvc.usecases import reminders
from mapsvc.usecases.observations import Answer
from mapsvc.web.current import now, services
from mapsvc.web.i18n import ago
from mapsvc.web.labels import label
from mapsvc.web.limits import ANSWER, limiter
from mapsvc.web.place_words import css_of, symbol_of
from mapsvc.web.reports import name_of, never_kept

bp = Blueprint("reminders", __name__, url_prefix="/still")
bp.after_request(never_kept)
_LONGEST_TOKEN = 64


@bp.get("/<token>")
def show(token: str) -> ResponseReturnValue:
    """Ask for one tap; opening the page changes nothing, since programs that look for viruses open links too."""
    try:
        return _page(token, request.args.get("say") == "gone")
    except NotFound as error:
        return _over(error)


@bp.post("/<token>")
@limiter.limit(ANSWER)
def answer(token: str) -> ResponseReturnValue:
    """Take the one answer of this link; what comes later finds it given."""
    raw = request.form.get("claim", "")
    if raw not in set(Claim):
        raise Invalid("choose what you see", "/claim", code="unknown_value", value=raw)
    try:
        # Given from a letter box, not from the pavement: it counts as memory does (freshness 4.1).
        said = Answer(new_id(), Claim(raw), remote=True)
        reminders.answer(services().unit_of_work(), services().photos, _plausible(token), said, now())
        return _page(token, False, done=True)
    except NotFound as error:
        return _over(error)
    except Conflict:
        return make_response(_page(token, False), 409)


def _plausible(token: str) -> str:
    if len(token) > _LONGEST_TOKEN or not token.isascii():
        raise NotFound("there is no such link")
    return token


def _page(token: str, gone: bool, *, done: bool = False) -> str:
    report, used = reminders.find(services().unit_of_work(), _plausible(token), now())
    last = report.answers[-1] if report.answers else None
    return render_template(
        "reminders/show.html",
        token=token,
        report=report,
        name=name_of(report),
        headline=label("vacancy_status", report.status),
        symbol=symbol_of("space", report.status),
        css=css_of("space", report.band),
        occupied=still_true(report.status) is Claim.OCCUPIED,
        gone=gone,
        done=done,
        used=used,
        looked=ago(last.at) if last else "",
    )


def _over(error: NotFound) -> ResponseReturnValue:
    expired = error.code == "expired"
    return make_response(render_template("reminders/over.html", expired=expired), 410 if expired else 404)
