"""The data of the map as JSON: places by box and zoom, search, the map's own background."""

from flask import Blueprint, Response, jsonify, request

from mapsvc.domain.errors import Invalid
from mapsvc.domain.texts import clean_text
from mapsvc.spatial import background, places
from mapsvc.spatial.filters import Filters
from mapsvc.web.current import city, connection
from mapsvc.web.labels import label
from mapsvc.web.place_words import css_of, symbol_of, view_json

bp = Blueprint("places", __name__)
_LOWEST_ZOOM, _HIGHEST_ZOOM = 0, 22
_LONGEST_QUERY = 100
_HOUR = 3600


@bp.get("/places.json")
def by_box() -> Response:
    """Answer what a map of `zoom` shows of `bbox`, filtered."""
    box = places.Box.read(request.args.get("bbox", ""))
    zoom = whole_number("zoom", _LOWEST_ZOOM, _HIGHEST_ZOOM)
    return jsonify(view_json(places.view(connection(), box, zoom, Filters.read(request.args.to_dict(flat=False)))))


@bp.get("/search.json")
def search() -> Response:
    """Answer streets, areas and records whose name resembles `q`, those near `lon,lat` first."""
    query = clean_text(request.args.get("q", ""), "/q", _LONGEST_QUERY)
    if len(query) < 2:
        return jsonify(results=[])
    found = places.search(connection(), query, degree("lon", city().lon, 180), degree("lat", city().lat, 90))
    paths = {"space": "/spaces/", "initiative": "/initiatives/", "pact": "/pacts/", "area": "/areas/"}
    return jsonify(
        results=[
            {
                "type": row["type"],
                "type_text": label("kind", row["type"]),
                "name": row["name"],
                "context": row["context"] or "",
                "symbol": symbol_of(row["type"], row["status"]) if row["status"] else None,
                "css": css_of(row["type"], row["band"]) if row["status"] else None,
                "lon": row["lon"],
                "lat": row["lat"],
                "bounds": row["bounds"],
                "url": paths[row["type"]] + row["slug"] if row["type"] in paths else None,
            }
            for row in found
        ]
    )


@bp.get("/background/<int:z>/<int:x>/<int:y>.json")
def background_tile(z: int, x: int, y: int) -> Response:
    """Answer one tile of our own background; it changes with imports only."""
    response = jsonify(background.tile(connection(), z, x, y))
    response.headers["Cache-Control"] = f"public, max-age={_HOUR}"
    return response


def whole_number(name: str, lowest: int, highest: int) -> int:
    """Return a query parameter as a whole number within bounds; raise Invalid naming it."""
    raw = request.args.get(name, "")
    try:
        number = int(float(raw))
    except (ValueError, OverflowError):
        raise Invalid(f"{name} must be a number", f"/{name}", code="not_a_number", value=raw) from None
    return min(max(number, lowest), highest)


def degree(name: str, default: float, limit: float) -> float:
    """Return a query parameter in degrees, `default` without one; raise Invalid naming it."""
    raw = request.args.get(name)
    if not raw:
        return default
    try:
        number = float(raw)
    except ValueError:
        number = float("nan")
    if not -limit <= number <= limit:
        raise Invalid(f"{name} must be in degrees", f"/{name}", code="not_a_number", value=raw)
    return number
