"""Opening the project's own source files, compressed or not; files that people upload are read in `tables`."""

import csv
import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mapsvc.domain.errors import Invalid
from mapsvc.domain.geometry import TYPES, Geometry, parse_geometry, parse_json


def read_features(path: Path) -> Iterator[tuple[int, dict[str, Any], Geometry]]:
    """Yield number, properties and checked geometry of each feature of a GeoJSON file, gzip-compressed or not.

    A `crs` member of the collection is accepted only where it names the longitude and latitude that GeoJSON has anyway.
    Raises `Invalid` with a JSON pointer.
    """
    collection = parse_json(_text(path))
    if not isinstance(collection, dict) or not isinstance(collection.get("features"), list):
        raise Invalid("The file is not a GeoJSON feature collection.", "/features", code="not_a_collection")
    if "crs" in collection and "CRS84" not in json.dumps(collection["crs"]):
        raise Invalid("The file must hold WGS 84 longitude and latitude.", "/crs", code="geometry_crs")
    for index, feature in enumerate(collection["features"]):
        geometry = parse_geometry(feature.get("geometry"), allowed=TYPES, pointer=f"/features/{index}/geometry")
        yield index + 1, feature.get("properties") or {}, geometry


def read_rows(path: Path) -> list[dict[str, str]]:
    """Return the rows of a comma-separated UTF-8 file with column names and values stripped of white space."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return [
            {(name or "").strip(): (value or "").strip() for name, value in row.items() if isinstance(value, str)}
            for row in csv.DictReader(stream)
        ]


def _text(path: Path) -> str:
    if path.suffix == ".gz":
        with gzip.open(path, "rt", encoding="utf-8") as stream:
            return stream.read()
    return path.read_text(encoding="utf-8")
