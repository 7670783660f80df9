"""Reads the named streets of Torino: the gazetteer without house numbers, and the lines of the background."""

from pathlib import Path
from typing import cast

from mapsvc.domain.imports import Batch, LonLat, SourceInfo, StreetRecord
from mapsvc.exchange.files import read_features

SOURCE = SourceInfo(
    code="torino-streets",
    title="Streets of Torino",
    licence="ODbL-1.0",
    attribution="© OpenStreetMap contributors",
    url="https://www.openstreetmap.org/copyright",
)


def read(path: Path) -> Batch:
    """Return one record per street name; the name is the key, since the file has one feature for each name."""
    streets = []
    for _, properties, geometry in read_features(path):
        parts = geometry.coordinates if geometry.type == "MultiLineString" else (geometry.coordinates,)
        name = str(properties["name"]).strip()
        streets.append(StreetRecord(source_key=name, name=name, lines=cast(tuple[tuple[LonLat, ...], ...], parts)))
    return Batch(SOURCE, streets=tuple(streets))
