"""Deciding at the desk about an appeal; the rules send away whoever took the decision it is about."""

from uuid import UUID

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from mapsvc.domain.errors import Conflict, Invalid, NotFound
from mapsvc.domain.people import Action
from mapsvc.spatial import desk_appeals
from mapsvc.usecases import appeals
from mapsvc.web.current import actor, connection, forget, now, services
from mapsvc.web.desk.blueprint import bp, scope
from mapsvc.web.desk.decisions import decided_before, done
from mapsvc.web.desk.queue_appeals import PREFIX


@bp.post("/appeals/<uuid:appeal_id>/decision")
def decide_appeal(appeal_id: UUID) -> ResponseReturnValue:
    """Grant an appeal or refuse it with an answer; both are mailed to whoever sent it."""
    row = desk_appeals.one(connection(), scope(Action.MODERATE), appeal_id)
    forget()
    if row is None:
        raise NotFound("there is no such appeal")
    verb, answer = request.form.get("verb", ""), request.form.get("answer", "")
    if verb not in {"grant", "refuse"}:
        raise Invalid("there is no such decision", "/verb", code="unknown_value", value=verb[:80])
    try:
        appeals.decide_appeal(services().unit_of_work(), actor(), appeal_id, verb == "grant", answer, now())
    except Conflict as error:
        return decided_before(f"{PREFIX}{appeal_id}", error)
    if verb == "grant":
        return done(_("The appeal about %(name)s is granted.", name=row["name"]), None)
    return done(_("The appeal about %(name)s is refused.", name=row["name"]), None)
