"""A group's map inside a foreign page: no session, no cookie, no nonce, the same bytes for everybody.

Templates are rendered without the app's context processors, because those ask who is signed in.
"""

from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from flask import Blueprint, Response, current_app, jsonify, request
from flask_babel import gettext as _

from mapsvc.bootstrap import DATABASE_AWAY
from mapsvc.domain.errors import DomainError, Forbidden, Invalid, NotFound
from mapsvc.domain.observations import Claim
from mapsvc.domain.people import Actor
from mapsvc.spatial import maps, places, spaces
from mapsvc.usecases.observations import Answer, add_observation, undo_observation
from mapsvc.web import sessions
from mapsvc.web.accounts import csrf
from mapsvc.web.current import city, connection, device_key, network_key, now, services
from mapsvc.web.folium_elements import map_texts
from mapsvc.web.headers import kept_today
from mapsvc.web.hold_words import held_text
from mapsvc.web.i18n import language
from mapsvc.web.labels import label
from mapsvc.web.limits import ANSWER, limiter
from mapsvc.web.map_view import MapView, map_view, stored_bounds
from mapsvc.web.messages import sentence
from mapsvc.web.place_words import place, view_json
from mapsvc.web.places import whole_number
from mapsvc.web.problems import problem, status_of
from mapsvc.web.space_words import in_sentence

bp = Blueprint("embed", __name__)
bp.record_once(lambda state: sessions.install(state.app))  # type: ignore[arg-type]  # a blueprint names a wider class

THEMES = ("auto", "light", "dark")
_FRESH_SECONDS = 60


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
    response = _public(jsonify(view_json(places.view(connection(), box, whole_number("zoom", 0, 22), filters))))
    # What somebody sees there is on the map with the next request.
    response.headers["Cache-Control"] = "public, no-cache"
    return response


# A foreign page's frame has no session, so that no token of one can protect these writes: the browser's own word about
# where they come from does, with a key that makes sending twice harmless and a limit for each network.
@bp.post("/embed/<slug>/spaces/<space>/observations")
@csrf.exempt
@limiter.limit(ANSWER, key_func=network_key)
def observe(slug: str, space: str) -> Response:
    """Keep a one-tap answer that was given inside an embed; whoever answers is a visitor, signed in or not."""
    _own_page(slug)
    claim, key = request.form.get("claim", ""), request.form.get("key", "")
    if claim not in set(Claim):
        raise Invalid("choose what you see", "/claim", code="unknown_value", value=claim)
    try:
        answer = Answer(UUID(key), Claim(claim))
    except ValueError:
        raise Invalid("key must be a UUID", "/key", code="required") from None
    kept = add_observation(services().unit_of_work(), services().photos, _visitor(), space, answer, now())
    undo = f"/embed/{slug}/observations/{kept.observation_id}/undo"
    status = in_sentence(label("vacancy_status", kept.status))
    text = held_text(kept.held) or _("Thank you, noted. It shows as: %(status)s.", status=status)
    return _private(jsonify(status_text=text, undo=undo, place=_place(space)), 200 if kept.repeated else 201)


@bp.post("/embed/<slug>/observations/<uuid:observation_id>/undo")
@csrf.exempt
@limiter.limit(ANSWER, key_func=network_key)
def undo(slug: str, observation_id: UUID) -> Response:
    """Take an answer back that was given inside an embed, within two minutes."""
    _own_page(slug)
    space = undo_observation(services().unit_of_work(), _visitor(), observation_id, now())
    return _private(jsonify(status_text=_("Undone."), place=_place(space)), 200)


def _place(slug: str) -> dict[str, Any] | None:
    row = spaces.page(connection(), slug)
    return None if row is None else place(row)


def _own_page(slug: str) -> None:
    """Refuse what does not come from a page of this service, or names no public map."""
    _map(slug)
    origin = request.headers.get("Origin", "")
    if origin not in {_origin(services().settings.public_url), _origin(request.host_url)}:
        raise Forbidden("this was not sent by a page of this service", code="origin")


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def _visitor() -> Actor:
    """Return whoever answers, without asking who is signed in: an embed is the same for everybody."""
    return Actor(device=device_key(), network=network_key())


def _private(response: Response, status: int) -> Response:
    response.status_code = status
    response.headers["Cache-Control"] = "no-store"
    return response


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
    base = f"/embed/{found['slug']}"
    filters = maps.stored_filters(found["filters"])
    return map_view(filters, f"{base}/places.json", answers_url=base, bounds=bounds)


def _theme() -> str:
    theme = request.args.get("theme") or "auto"
    if theme not in THEMES:
        raise Invalid("theme is light, dark or auto", "/theme", code="unknown_value", value=theme)
    return theme


def _rendered(template: str, **values: Any) -> str:
    frame = {"lang": language(), "city": city(), "accent_url": "/accent.css" if city().accent else None}
    return current_app.jinja_env.get_template(template).render(**frame, **values)


def _public(response: Response) -> Response:
    response.headers["Cache-Control"] = kept_today(_FRESH_SECONDS)
    response.vary.add("Accept-Language")
    return response


def _failed(status: int, detail: str) -> Response:
    if request.method == "GET" and not request.path.endswith(".json"):
        page = _rendered("embed/error.html", detail=detail, theme="auto", title=detail)
        return Response(page, status)
    return problem(status, detail)


@bp.errorhandler(DomainError)
def _domain(error: DomainError) -> Response:
    return _failed(status_of(error), sentence(error))


def _away(_error: Exception) -> Response:
    response = _failed(503, _("The service did not answer. Try again in a moment."))
    response.headers["Retry-After"] = "5"
    return response


for _kind in DATABASE_AWAY:
    bp.register_error_handler(_kind, _away)
