"""Reads the neighbourhoods of Torino and the municipalities around it."""

from pathlib import Path

from mapsvc.domain.imports import AreaRecord, Batch, SourceInfo
from mapsvc.exchange.files import read_features

NEIGHBOURHOODS = SourceInfo(
    code="torino-quartieri",
    title="Neighbourhoods of Torino",
    licence="CC-BY-4.0",
    attribution="City of Torino, aperTO",
    url="https://aperto.comune.torino.it/",
)
MUNICIPALITIES = SourceInfo(
    code="torino-comuni",
    title="Torino and the municipalities around it",
    licence="CC-BY-4.0",
    attribution="ISTAT via openpolis/geojson-italy",
    url="https://github.com/openpolis/geojson-italy",
)
TORINO_KEY = "001272"
"""The ISTAT code of the municipality of Torino, to which all neighbourhoods belong."""


def read_municipalities(path: Path) -> Batch:
    """Return Torino as a city and its neighbours as municipalities, keyed by their ISTAT codes."""
    areas = tuple(
        AreaRecord(
            source_key=properties["com_istat_code"],
            name=properties["name"],
            level="city" if properties["com_istat_code"] == TORINO_KEY else "municipality",
            code=properties["com_istat_code"],
            geometry=geometry.as_geojson(),
        )
        for _, properties, geometry in read_features(path)
    )
    return Batch(MUNICIPALITIES, areas=areas)


def read_neighbourhoods(path: Path) -> Batch:
    """Return the neighbourhoods as areas below Torino; the parent's key belongs to the source `torino-comuni`."""
    areas = tuple(
        AreaRecord(
            source_key=str(properties["ID_QUART"]),
            name=properties["DENOM"],
            level="neighbourhood",
            code=f"Q{int(properties['ID_QUART']):02d}",
            geometry=geometry.as_geojson(),
            parent_key=TORINO_KEY,
        )
        for _, properties, geometry in read_features(path)
    )
    return Batch(NEIGHBOURHOODS, areas=areas)
