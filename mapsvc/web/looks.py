"""“3 places near you need a look”: for anybody, by position, address or area; each is answered with one tap."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, Response, jsonify, render_template, request
from flask_babel import gettext as _

from mapsvc.domain.errors import Invalid
from mapsvc.domain.freshness import assess, urgency
from mapsvc.domain.ids import new_id
from mapsvc.spatial import areas, looks, spaces
from mapsvc.spatial.looks import Candidate
from mapsvc.web import mark_places
from mapsvc.web.current import connection, freshness_policy, now
from mapsvc.web.i18n import ago, date_text
from mapsvc.web.mark_draft import Draft
from mapsvc.web.messages import sentence
from mapsvc.web.place_words import place
from mapsvc.web.places import degree
from mapsvc.web.record_words import distance_text

bp = Blueprint("looks", __name__)
#: A short round that somebody really walks.
MOST_SHOWN = 3
#: Somebody has just been there: it need not be asked again at once.
JUST_SEEN = timedelta(days=7)
_LONGEST_ADDRESS = 160


@bp.get("/look")
def show() -> str:
    """Show the places that need a look most: `lat` and `lon`, `address`, `area` or `space` say where."""
    error = ""
    choices: Sequence[mark_places.Choice] = ()
    address = request.args.get("address", "")[:_LONGEST_ADDRESS]
    found: list[dict[str, Any]] = []
    asked = True
    if request.args.get("lat") or request.args.get("lon"):
        found = _around(*_position())
    elif request.args.get("space"):
        found = beside(request.args["space"])
    elif request.args.get("area"):
        found = of_area(request.args["area"])
    elif address:
        found, error, choices = _at_address(address)
    else:
        asked = False
    return render_template(
        "looks/show.html",
        places=found,
        asked=asked and not error and not choices,
        address=address,
        error=error,
        choices=choices,
        area=areas.one(connection(), request.args["area"]) if request.args.get("area") else None,
        areas=[(row["slug"], row["name"]) for row in areas.names(connection())],
    )


@bp.get("/look.json")
def show_json() -> Response:
    """Answer the same for a position as JSON, in the members of /places.json with `why`."""
    found = _around(*_position())
    return jsonify(places=[one["place"] | {"why": one["why"]} for one in found])


def of_area(slug: str) -> list[dict[str, Any]]:
    """Return the places of an area that need a look most."""
    return _most_urgent(looks.in_area(connection(), slug))


def beside(slug: str) -> list[dict[str, Any]]:
    """Return the places around a public space that need a look most; nothing around a coarse one."""
    row = spaces.page(connection(), slug)
    if row is None or row["precision_code"] != "exact":
        return []
    return _most_urgent(looks.around(connection(), row["lon"], row["lat"], without=slug))


def _position() -> tuple[float, float]:
    for name in ("lat", "lon"):
        if not request.args.get(name):
            raise Invalid(f"{name} is needed", f"/{name}", code="required")
    return degree("lon", 0, 180), degree("lat", 0, 85)


def _around(lon: float, lat: float) -> list[dict[str, Any]]:
    return _most_urgent(looks.around(connection(), lon, lat))


def _at_address(address: str) -> tuple[list[dict[str, Any]], str, Sequence[mark_places.Choice]]:
    try:
        found = mark_places.locate(Draft.read({"address": address, "street_id": request.args.get("street_id", "")}))
        if found.draft is None:
            return [], "" if found.choices else _("We do not know this street. Look for a typing error."), found.choices
        lon, lat = found.draft.position()
    except Invalid as error:
        return [], sentence(error), ()
    return _around(lon, lat), "", ()


def _most_urgent(candidates: Iterable[Candidate]) -> list[dict[str, Any]]:
    today, policy = now().date(), freshness_policy()
    weighed = []
    for one in candidates:
        seen = one.evidence.observations
        if seen and today - max(said.counted_on for said in seen) < JUST_SEEN:
            continue
        in_call = one.row["call_opens_on"] is not None
        weighed.append((urgency(assess(seen, today, policy), 0, in_call, policy), one))
    weighed.sort(key=lambda pair: (-pair[0], str(pair[1].row["id"])))
    return [_shown(one, today) for _urgency, one in weighed[:MOST_SHOWN]]


def _shown(one: Candidate, today: date) -> dict[str, Any]:
    row = one.row
    shown = place(row) | {"distance": distance_text(row["distance_m"]), "slug": row["slug"]}
    return {"place": shown, "why": _why(row, today), "key": str(new_id()), "in_use": "occupied" in row["status"]}


def _why(row: Mapping[str, Any], today: date) -> str:
    if row["call_opens_on"]:
        return _("A call opens on %(day)s: groups need to know.", day=date_text(row["call_opens_on"]))
    if row["status"] == "disputed":
        return _("The answers differ: somebody has to look.")
    if row["last_confirmed_on"] is None:
        return _("Nobody has confirmed it yet.")
    if (today - row["last_confirmed_on"]).days > 60:
        return _("Nobody has looked for long: last time %(when)s.", when=ago(row["last_confirmed_on"]))
    return _("Seen by too few to be sure.")
