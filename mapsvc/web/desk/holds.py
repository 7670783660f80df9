"""What somebody decides about held answers, and about places that were published by themselves."""

from uuid import UUID

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from mapsvc.domain.errors import Invalid, Stale
from mapsvc.usecases import holds
from mapsvc.web.current import actor, now, services
from mapsvc.web.desk.blueprint import bp
from mapsvc.web.desk.decisions import decided_before, done, found


@bp.post("/held/decision")
def decide_held() -> ResponseReturnValue:
    """Let the chosen held answers count, or refuse them; all or none of them."""
    verb = request.form.get("verb", "")
    try:
        number = holds.decide_held(
            services().unit_of_work(), actor(), _ids(), verb, request.form.get("reason", ""), now()
        )
    except Stale as error:
        return decided_before(request.form.get("item", ""), error)
    if verb == "count":
        return done(ngettext("%(num)s answer counts.", "%(num)s answers count.", number), None)
    return done(ngettext("%(num)s answer was refused.", "%(num)s answers were refused.", number), None)


@bp.post("/spaces/<slug>/look")
def look(slug: str) -> ResponseReturnValue:
    """Say that a place which was published by itself is fine."""
    row = found(slug)
    try:
        holds.look(services().unit_of_work(), actor(), slug, now())
    except Stale as error:
        return decided_before(slug, error)
    return done(_("%(name)s stays on the map.", name=row["name"]), None)


def _ids() -> list[UUID]:
    try:
        return [UUID(raw) for raw in request.form.getlist("id")[: holds.MOST_AT_ONCE + 1]]
    except ValueError:
        raise Invalid("choose what you decide about", "/id", code="required") from None
