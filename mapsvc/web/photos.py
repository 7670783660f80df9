"""Published photos, by id; pages name their version too, so that browsers ask again for one that was blurred."""

from uuid import UUID

from flask import Blueprint, Response, send_from_directory

from mapsvc.domain.errors import NotFound
from mapsvc.spatial import photos
from mapsvc.web.current import connection, services

bp = Blueprint("photos", __name__)
#: A photo can be withdrawn: a day is long for a browser and short for somebody who asked to have it taken away.
_DAY = 24 * 3600


@bp.get("/photos/<uuid:photo_id>.jpg")
def full(photo_id: UUID) -> Response:
    """Answer a published photo."""
    return _file(photo_id, small=False)


@bp.get("/photos/<uuid:photo_id>-small.jpg")
def small(photo_id: UUID) -> Response:
    """Answer the thumbnail of a published photo."""
    return _file(photo_id, small=True)


def _file(photo_id: UUID, *, small: bool) -> Response:
    if not photos.is_public(connection(), photo_id):
        raise NotFound("there is no such photo")
    path = services().photos.path(photo_id, small=small)
    response = send_from_directory(path.parent, path.name, mimetype="image/jpeg", max_age=_DAY)
    response.headers["Cache-Control"] = f"public, max-age={_DAY}"
    return response
