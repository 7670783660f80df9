"""Our own static files under an address that changes with their content, so that a browser keeps them for ever."""

import hashlib
from functools import cache

from flask import Blueprint, Flask, Response, abort, send_from_directory, url_for

from mapsvc.web import assets

bp = Blueprint("static_files", __name__)
#: A longer name would be an error of the file system instead of a file that is not there.
_LONGEST_NAME = 200


def install(app: Flask) -> None:
    """Serve the files and offer `static_url` to templates."""
    app.register_blueprint(bp)
    app.jinja_env.globals["static_url"] = static_url


@cache
def version() -> str:
    """Return a hash over all static files; modules import each other relatively and so share it."""
    digest = hashlib.sha256()
    for path in sorted(assets.STATIC.rglob("*")):
        if path.is_file():
            digest.update(path.relative_to(assets.STATIC).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]


def static_url(name: str) -> str:
    """Return the address of a static file; raise UnknownAsset when there is none."""
    assets.locate(name)
    return url_for("static_files.serve", asked=version(), name=name)


@bp.get("/static/<asked>/<path:name>")
def serve(asked: str, name: str) -> Response:
    """Serve a static file; an old version answers with the present file but is not kept."""
    if len(name) > _LONGEST_NAME or not (assets.STATIC / name).is_file():
        abort(404)
    response = send_from_directory(assets.STATIC, name)
    current = asked == version()
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if current else "no-cache"
    return response
