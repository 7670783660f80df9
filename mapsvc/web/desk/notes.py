"""Deciding at the desk about texts that came with observations: one, or all that wait at a place with its photos."""

from uuid import UUID

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from mapsvc.domain.errors import Conflict, NotFound, Stale
from mapsvc.spatial import desk_parts
from mapsvc.usecases import notes
from mapsvc.web.current import actor, connection, now, services
from mapsvc.web.desk.blueprint import bp
from mapsvc.web.desk.decisions import decided_before, done, found, seen_at, version


@bp.post("/spaces/<slug>/texts")
def texts(slug: str) -> ResponseReturnValue:
    """Show the texts and photos that wait at a public space, or refuse them all for one reason."""
    row = found(slug)
    show, reason = request.form.get("show") == "1", request.form.get("reason", "")
    try:
        notes.settle(
            services().unit_of_work(), actor(), slug, version(), show=show, reason=reason, seen_at=seen_at(), now=now()
        )
    except Stale as error:
        return decided_before(slug, error)
    if show:
        return done(_("Texts and photos of %(name)s are shown.", name=row["name"]), None)
    return done(_("Texts and photos of %(name)s are not shown.", name=row["name"]), None)


@bp.post("/notes/<uuid:observation_id>/decision")
def decide_note(observation_id: UUID) -> ResponseReturnValue:
    """Show one text, or refuse it with a reason."""
    slug = desk_parts.space_of_note(connection(), observation_id)
    if slug is None:
        raise NotFound("there is no such text")
    row = found(slug)
    verb, reason = request.form.get("verb", ""), request.form.get("reason", "")
    try:
        notes.decide_note(services().unit_of_work(), actor(), observation_id, verb, reason, seen_at(), now())
    except (Stale, Conflict) as error:
        return decided_before(slug, error)
    if verb == "show":
        return done(_("The text about %(name)s is shown.", name=row["name"]), None, item=slug)
    return done(_("The text about %(name)s is not shown.", name=row["name"]), None, item=slug)
