"""What somebody decides about flagged records."""

from uuid import UUID

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from mapsvc.domain.errors import Conflict, Invalid, Stale
from mapsvc.usecases import flags
from mapsvc.web.current import actor, now, services
from mapsvc.web.desk.blueprint import bp
from mapsvc.web.desk.decisions import decided_before, done

#: More open flags of one record are decided in several steps.
_MOST_FLAGS = 500


@bp.post("/flags/<noun>/<uuid:record_id>/decision")
def settle_flags(noun: str, record_id: UUID) -> ResponseReturnValue:
    """Hide the record, leave it as it is, or say that nothing is wrong; about the flags that the page showed."""
    verb = request.form.get("verb", "")
    try:
        seen = [UUID(raw) for raw in request.form.getlist("flag")[:_MOST_FLAGS]]
    except ValueError:
        raise Invalid("the form does not say which flags it is about", "/flag", code="required") from None
    wanted = flags.Settlement(noun, record_id, seen, verb, request.form.get("reason", ""))
    try:
        record = flags.settle(services().unit_of_work(), actor(), wanted, now())
    except (Stale, Conflict) as error:
        return decided_before(f"flag:{noun}:{record_id}", error)
    words = {
        "hide": _("%(name)s is hidden.", name=record.name),
        "keep": _("%(name)s stays; the flags are settled.", name=record.name),
        "dismiss": _("Nothing was wrong with %(name)s; the flags are settled.", name=record.name),
    }
    return done(words[verb], None)
