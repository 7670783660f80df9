"""Deciding at the desk about one photo: show, make parts unreadable and show, refuse; and the screen of the brush."""

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from mapsvc.domain.blurs import LARGEST_RADIUS, SMALLEST_RADIUS, read_marks
from mapsvc.domain.errors import Conflict, Invalid, NotFound, Stale
from mapsvc.domain.people import Action, require
from mapsvc.spatial import desk_parts, desk_records
from mapsvc.usecases import photos
from mapsvc.web.current import actor, connection, now, services
from mapsvc.web.desk import parts, records
from mapsvc.web.desk.blueprint import bp
from mapsvc.web.desk.decisions import decided_before, done, found, version
from mapsvc.web.messages import sentence
from mapsvc.web.problems import wants_json


@bp.get("/photos/<uuid:photo_id>.jpg")
def photo(photo_id: UUID) -> ResponseReturnValue:
    """Answer a photo in any state to whoever moderates its place."""
    slug = desk_records.space_of_photo(connection(), photo_id)
    if slug is None:
        raise NotFound("there is no such photo")
    records.find(slug)
    path = services().photos.path(photo_id, small=bool(request.args.get("small")))
    if not path.exists():
        raise NotFound("the file of this photo is away")
    return send_file(path, mimetype="image/jpeg")


@bp.post("/photos/<uuid:photo_id>/decision")
def decide_photo(photo_id: UUID) -> ResponseReturnValue:
    """Show one photo, or refuse it with a reason."""
    row = found(_slug(photo_id))
    verb, reason = request.form.get("verb", ""), request.form.get("reason", "")
    try:
        photos.decide_photo(services().unit_of_work(), actor(), photo_id, verb, version(), reason, now())
    except (Stale, Conflict) as error:
        return decided_before(row["slug"], error)
    if verb == "show":
        return done(_("The photo of %(name)s is shown.", name=row["name"]), None, item=row["slug"])
    return done(_("The photo of %(name)s is not shown.", name=row["name"]), None, item=row["slug"])


@bp.get("/photos/<uuid:photo_id>/blur")
def blur_page(photo_id: UUID) -> str:
    """Show the photo with a brush that makes faces and plates unreadable."""
    return _page(photo_id)


@bp.post("/photos/<uuid:photo_id>/blur")
def blur(photo_id: UUID) -> ResponseReturnValue:
    """Make what was painted over unreadable for good; a photo that waited is shown from now on."""
    slug, text = _slug(photo_id), request.form.get("marks", "")
    row = found(slug)
    uow, make = services().unit_of_work(), services().blur_photo
    try:
        photos.blur_photo(uow, services().photos, make, actor(), photo_id, version(), read_marks(text), now())
    except (Stale, Invalid) as error:
        if wants_json():
            raise
        # What was painted comes back with the page: nothing of it is lost.
        return _page(photo_id, sentence(error), text), 412 if isinstance(error, Stale) else 422
    flash(_("The photo of %(name)s is saved; what you painted over is gone for good.", name=row["name"]), "ok")
    return redirect(url_for("desk.queue", kind=request.form.get("kind") or None, item=slug), 303)


def _page(photo_id: UUID, error: str = "", marks: str = "") -> str:
    row = _row(photo_id)
    space = records.find(row["slug"])
    require(actor(), Action.MODERATE, space["area_path"] or ())
    return render_template(
        "desk/blur.html",
        photo=parts.photo(row),
        space=space,
        kind=request.values.get("kind", ""),
        error=error,
        marks=marks,
        smallest=SMALLEST_RADIUS,
        largest=LARGEST_RADIUS,
    )


def _row(photo_id: UUID) -> dict[str, Any]:
    row = desk_parts.photo(connection(), photo_id)
    if row is None:
        raise NotFound("there is no such photo")
    return row


def _slug(photo_id: UUID) -> str:
    slug: str = _row(photo_id)["slug"]
    return slug
