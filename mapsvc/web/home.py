"""The map (`/`), and whether the service is well (`/health`)."""

from typing import Any

from flask import Blueprint, Response, jsonify, render_template, request

from mapsvc.spatial import areas, places
from mapsvc.spatial import city as spatial_city
from mapsvc.spatial.filters import BANDS, STATUSES, Filters
from mapsvc.web.current import city, connection, services
from mapsvc.web.folium_elements import Credit, ShellOptions, TileSource, box_around, map_texts, render_shell
from mapsvc.web.i18n import language
from mapsvc.web.labels import choices, label
from mapsvc.web.place_words import view_json
from mapsvc.web.places import degree, whole_number

bp = Blueprint("home", __name__)

#: The sources of our own background, with the names that fit on a phone.
_SHORT_CREDITS = {"torino-streets": "© OpenStreetMap", "torino-quartieri": "aperTO", "torino-comuni": "ISTAT"}


@bp.get("/")
def show() -> str:
    """Show the map at the address's place and filters, or at the city's centre."""
    start = city()
    lat, lon = degree("lat", start.lat, 85), degree("lon", start.lon, 180)
    zoom = whole_number("z", 3, 19) if request.args.get("z") else start.zoom
    filters = Filters.read(request.args.to_dict(flat=False))
    bbox = box_around(lat, lon, zoom)
    first = view_json(places.view(connection(), places.Box(*bbox), zoom, filters)) | {"bbox": bbox, "zoom": zoom}
    return render_template(
        "home.html",
        shell=render_shell(ShellOptions(kind="home", lat=lat, lon=lon, zoom=zoom, lang=language(), **ground())),
        map_texts=map_texts(),
        first=first,
        choices={
            "status": [{"code": code, "label": label("vacancy_status", code)} for code in STATUSES],
            "age": [{"code": code, "label": label("band", code)} for code in BANDS],
            "category": [{"code": code, "label": words} for code, words in choices("asset_kind") if code != "house"],
            "area": [{"code": row["slug"], "label": row["name"]} for row in areas.names(connection())],
        },
        query={
            "kinds": filters.kinds,
            "status": request.args.getlist("status"),
            "age": filters.bands,
            "category": filters.categories,
            "area": filters.area,
            "min_m2": request.args.get("min_m2", ""),
            "max_m2": request.args.get("max_m2", ""),
            "q": filters.query,
        },
    )


def ground() -> dict[str, Any]:
    """Return what lies under every map: the configured tiles, and who is to be credited."""
    settings = services().settings
    rows = spatial_city.sources(connection(), list(_SHORT_CREDITS))
    found: dict[str, Any] = {
        "credits": tuple(Credit(row["attribution"], row["url"], _SHORT_CREDITS[row["code"]]) for row in rows)
    }
    if settings.basemap_url:
        found["tiles"] = TileSource(settings.basemap_url, Credit(settings.basemap_attribution))
    return found


@bp.get("/health")
def health() -> Response:
    """Answer whether the database answers; a supervisor asks this."""
    spatial_city.answers(connection())
    return jsonify(status="ok")
