"""Closing messages about homes."""

from uuid import UUID

from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from mapsvc.domain.errors import Conflict
from mapsvc.usecases import office_messages
from mapsvc.web.current import actor, now, services
from mapsvc.web.desk.blueprint import bp
from mapsvc.web.desk.decisions import decided_before, done


@bp.post("/messages/<uuid:message_id>/close")
def close_message(message_id: UUID) -> ResponseReturnValue:
    """Close a message when the office did what was to be done."""
    try:
        office_messages.close_message(services().unit_of_work(), actor(), message_id, now())
    except Conflict as error:
        return decided_before(f"message:{message_id}", error)
    return done(_("The message is closed. It is deleted after 90 days."), None)
