"""`/desk/calls/<code>/observations`: what groups say about the provisional list, answered before it is final."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from mapsvc.domain.errors import Conflict, DomainError, Invalid
from mapsvc.usecases import call_observations as observations
from mapsvc.web.application_words import local_text
from mapsvc.web.current import actor, forget, now, services
from mapsvc.web.desk.blueprint import bp
from mapsvc.web.desk.call_nav import frame_of
from mapsvc.web.i18n import date_text
from mapsvc.web.messages import sentence
from mapsvc.web.problems import status_of, wants_json

_HERE = "desk.call_observations"


@bp.get("/calls/<code>/observations", endpoint="call_observations")
def call_observations_list(code: str) -> ResponseReturnValue:
    """List the observations of a call, those without an answer first."""
    return _page(code)


def _page(code: str, about: UUID | None = None, error: DomainError | None = None) -> ResponseReturnValue:
    board = observations.board(services().unit_of_work(), actor(), code)
    rows = [
        {
            "id": one.id,
            "code": one.code,
            "text": one.text,
            "day": local_text(board.call, one.received_at),
            "answer": one.answer or "",
            "answered": local_text(board.call, one.answered_at),
            "typed": request.form.get("answer", "")[:8_000] if one.id == about else "",
            "fault": sentence(error) if error is not None and one.id == about else "",
        }
        for one in board.observations
    ]
    page = render_template(
        "desk/calls/observations.html",
        frame=frame_of(board.call, board.progress, _HERE, _("Observations")),
        code=code,
        rows=rows,
        may_answer=board.may_answer,
        until=date_text(board.call.timeline.observations_until) if board.call.state == "observations" else "",
    )
    return page, status_of(error) if error else 200


@bp.post("/calls/<code>/observations/<uuid:observation_id>")
def call_observation_answer(code: str, observation_id: UUID) -> ResponseReturnValue:
    """Answer one observation; the group reads it on its private page and gets a mail."""
    forget()
    text = request.form.get("answer", "")
    try:
        observations.answer(services().unit_of_work(), actor(), code, observation_id, text, now())
    except (Invalid, Conflict) as error:
        if wants_json():
            raise
        forget()
        return _page(code, observation_id, error)
    flash(_("Answered. The group gets a mail."), "ok")
    return redirect(url_for("desk.call_observations", code=code), 303)
