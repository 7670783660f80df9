"""Open data: what there is, how good it is, where it comes from, and the downloads as CSV and GeoJSON."""

import csv
import io
import json
import math
from collections.abc import Iterator, Mapping
from datetime import date
from tempfile import TemporaryFile
from typing import Any

from flask import Blueprint, Response, render_template, request
from flask_babel import gettext as _
from werkzeug.wsgi import wrap_file

from mapsvc.domain.cells import neutral
from mapsvc.spatial import city, data
from mapsvc.web.current import connection, forget, now, services
from mapsvc.web.headers import kept_today
from mapsvc.web.i18n import date_text, number_text
from mapsvc.web.labels import source_words
from mapsvc.web.record_words import licence_url, page_address, safe_link

bp = Blueprint("data", __name__)
_BYTE_ORDER_MARK = "\ufeff"


@bp.get("/data")
def show() -> str:
    """Show the datasets with counts and licences, the quality of the spaces, and all sources."""
    counts = data.counts(connection())
    licences = data.licences(connection())
    sources = [
        {
            **row,
            "title": (words := source_words(row["code"], row["title"], row["attribution"]))[0],
            "attribution": words[1],
            "url": safe_link(row["url"]),
            "licence_url": licence_url(row["licence"]),
            "loaded": date_text(row["loaded_at"]),
        }
        for row in city.sources(connection())
    ]
    return render_template(
        "data/show.html",
        datasets=_datasets(counts, licences),
        counts={name: number_text(count) for name, count in counts.items()},
        quality=[_quality(row, sources) for row in data.quality(connection())],
        sources=sources,
        address=page_address(),
        today=date_text(now()),
    )


def _datasets(counts: Mapping[str, int], licences: Mapping[str, list[str]]) -> list[dict[str, Any]]:
    words = {
        "spaces": (
            _("Spaces"),
            _("Status, age of the last check, size and place, as far as they are public."),
            "/spaces",
        ),
        "initiatives": (_("Initiatives"), _("Kind, themes, period and every place."), "/initiatives"),
        "pacts": (_("Pacts"), _("State, field of action, parties and place."), "/pacts"),
    }
    return [
        {
            "code": code,
            "name": words[code][0],
            "about": words[code][1],
            "list_url": words[code][2],
            "count": number_text(counts[code]),
            "licences": [{"text": licence, "url": licence_url(licence)} for licence in licences.get(code, [])],
        }
        for code in data.DATASETS
    ]


def _quality(row: Mapping[str, Any], sources: list[dict[str, Any]]) -> dict[str, Any]:
    shares = {
        name: round(100 * row[name] / row["total"]) for name in row if name not in ("source_code", "total", "few")
    }
    title = next((source["title"] for source in sources if source["code"] == row["source_code"]), row["source_code"])
    return {"title": title, "total": number_text(row["total"]), "few": row["few"], **shares}


@bp.get("/data/<any(spaces, initiatives, pacts):dataset>.csv")
def as_csv(dataset: str) -> Response:
    """Answer a dataset as CSV in UTF-8; cells that a spreadsheet program would run are made harmless."""
    return _download(_csv(dataset), "text/csv; charset=utf-8", f"{dataset}.csv")


@bp.get("/data/<any(spaces, initiatives, pacts):dataset>.geojson")
def as_geojson(dataset: str) -> Response:
    """Answer a dataset as GeoJSON (RFC 7946); a record without a position has a null geometry."""
    return _download(_geojson(dataset), "application/geo+json", f"{dataset}.geojson")


def _download(parts: Iterator[str], mimetype: str, name: str) -> Response:
    # Through a file, so that no connection waits for a reader who is slow: eight of them would be all that there are.
    file = TemporaryFile()  # noqa: SIM115 - it is closed with the answer
    for part in parts:
        file.write(part.encode())
    size = file.tell()
    file.seek(0)
    forget()
    response = Response(wrap_file(request.environ, file), content_type=mimetype)
    response.content_length = size
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = kept_today(300)
    return response


def _csv(dataset: str) -> Iterator[str]:
    with services().reading() as reading:
        names = data.columns(reading, dataset)
        yield _BYTE_ORDER_MARK + _csv_line(names)
        for row in data.rows(reading, dataset):
            yield _csv_line([_cell(row[name]) for name in names])


def _csv_line(cells: list[str]) -> str:
    stream = io.StringIO(newline="")
    csv.writer(stream).writerow(cells)
    return stream.getvalue()


def _cell(value: object) -> str:
    value = _plain(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return neutral(value) if isinstance(value, str) else str(value)


def _plain(value: object) -> object:
    """Return a value as JSON and CSV know it: days as text, nothing that is no number."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def _geojson(dataset: str) -> Iterator[str]:
    with services().reading() as reading:
        yield '{"type":"FeatureCollection","features":['
        comma = ""
        for row in data.rows(reading, dataset):
            yield comma + json.dumps(_feature(row), ensure_ascii=False, allow_nan=False)
            comma = ",\n"
        yield "]}\n"


def _feature(row: Mapping[str, Any]) -> dict[str, Any]:
    lon, lat = _plain(row["lon"]), _plain(row["lat"])
    geometry = None if lon is None or lat is None else {"type": "Point", "coordinates": [lon, lat]}
    properties = {name: _plain(value) for name, value in row.items() if name not in ("lon", "lat")}
    return {"type": "Feature", "geometry": geometry, "properties": properties}
