"""A group's map inside a foreign page: no session, no cookie, no nonce, the same bytes for everybody.

Templates are rendered without the app's context processors, because those ask who is signed in.
"""

from typing import Any

from flask import Blueprint, Response, current_app, jsonify, request
from flask_babel import gettext as _

from mapsvc.bootstrap import DATABASE_AWAY
from mapsvc.domain.errors import DomainError, Invalid, NotFound
from mapsvc.spatial import maps, places
from mapsvc.web import sessions
from mapsvc.web.current import city, connection
from mapsvc.web.folium_elements import map_texts
from mapsvc.web.i18n import language
from mapsvc.web.map_view import MapView, map_view, stored_bounds
from mapsvc.web.messages import sentence
from mapsvc.web.place_words import view_json
from mapsvc.web.places import whole_number
from mapsvc.web.problems import problem

bp = Blueprint("embed", __name__)
bp.record_once(lambda state: sessions.install(state.app))  # type: ignore[arg-type]  # a blueprint names a wider class

THEMES = ("auto", "light", "dark")
_FRESH = "public, max-age=60"


@bp.get("/embed/<slug>")
def show(slug: str) -> Response:
    """Show the map: `?lang=`, `?theme=light|dark|auto`, `?bbox=west,south,east,north`."""
    found = _map(slug)
    view = _view(found)
    answers = {name: request.args[name] for name in ("bbox", "lang") if request.args.get(name)}
    return _public(
        Response(
            _rendered(
                "embed/show.html",
                map=found,
                view=view,
                shell=view.shell,
                map_texts=map_texts(),
                script_args=answers,
                theme=_theme(),
                is_demonstration=city().demonstration or found["demonstration"],
            )
        )
    )


@bp.get("/embed/<slug>/map.js")
def script(slug: str) -> Response:
    """Answer the script of the map's shell, which an embed may not carry inside its page."""
    return _public(Response(str(_view(_map(slug)).shell.script), mimetype="text/javascript"))


@bp.get("/embed/<slug>/places.json")
def by_box(slug: str) -> Response:
    """Answer what the map shows of `bbox` at `zoom`, within the map's own filters."""
    found = _map(slug)
    box = places.Box.read(request.args.get("bbox", ""))
    filters = maps.stored_filters(found["filters"])
    body = view_json(places.view(connection(), box, whole_number("zoom", 0, 22), filters))
    body["places"] = [place | {"answerable": False} for place in body["places"]]
    return _public(jsonify(body))


def _map(slug: str) -> dict[str, Any]:
    found = maps.one(connection(), slug)
    if found is None:
        raise NotFound("there is no such map")
    return dict(found)


def _view(found: dict[str, Any]) -> MapView:
    bounds = stored_bounds(found["view"])
    if request.args.get("bbox"):
        box = places.Box.read(request.args["bbox"])
        bounds = (box.west, box.south, box.east, box.north)
    return map_view(maps.stored_filters(found["filters"]), f"/embed/{found['slug']}/places.json", bounds=bounds)


def _theme() -> str:
    theme = request.args.get("theme") or "auto"
    if theme not in THEMES:
        raise Invalid("theme is light, dark or auto", "/theme", code="unknown_value", value=theme)
    return theme


def _rendered(template: str, **values: Any) -> str:
    frame = {"lang": language(), "city": city(), "accent_url": "/accent.css" if city().accent else None}
    return current_app.jinja_env.get_template(template).render(**frame, **values)


def _public(response: Response) -> Response:
    response.headers["Cache-Control"] = _FRESH
    response.vary.add("Accept-Language")
    return response


def _failed(status: int, detail: str) -> Response:
    if not request.path.endswith(".json"):
        page = _rendered("embed/error.html", detail=detail, theme="auto", title=detail)
        return Response(page, status)
    return problem(status, detail)


@bp.errorhandler(DomainError)
def _domain(error: DomainError) -> Response:
    return _failed(404 if isinstance(error, NotFound) else 422, sentence(error))


def _away(_error: Exception) -> Response:
    response = _failed(503, _("The service did not answer. Try again in a moment."))
    response.headers["Retry-After"] = "5"
    return response


for _kind in DATABASE_AWAY:
    bp.register_error_handler(_kind, _away)
