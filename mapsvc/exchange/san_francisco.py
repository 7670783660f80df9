"""Reads San Francisco's commercial parcels with their vacancy-tax filings.

A filing is three-valued: filed as vacant, filed as not vacant, and not filed. Not filed is unknown, never occupied.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mapsvc.domain.errors import Invalid
from mapsvc.domain.geometry import Geometry, parse_point
from mapsvc.domain.imports import Address, Batch, ObservationRecord, RowProblem, SourceInfo, SpaceRecord, Upload
from mapsvc.domain.sources import RefusedRow, SourceFile, SourceReading, SourceRow
from mapsvc.exchange.difference import stated_values
from mapsvc.exchange.files import read_features
from mapsvc.exchange.tables import decode, read_geojson

SOURCE = SourceInfo(
    code="sf-commercial-vacancy",
    title="San Francisco commercial vacancy tax filings 2022–2024",
    licence="MIT",
    attribution="City and County of San Francisco, DataSF, via mtsf94/vacansee",
    url="https://data.sfgov.org/",
)
METRES_PER_FOOT = 0.3048
CITY = "San Francisco"

_COLUMNS = frozenset(
    {"blklot", "mapblklot", "parcelsitusaddress", "centroid_longitude", "centroid_latitude", "vacancy_by_year"}
)
_STATED = frozenset({"name", "street", "number", "city"})
ROWS_PER_STEP = 1_000

#: Names of street types as people write them, by the short forms of the assessor's file.
_STREET_TYPES = {"ST": "St", "AV": "Ave", "AVE": "Ave", "BL": "Blvd", "BLVD": "Blvd", "PZ": "Plaza", "WY": "Way"}
_CLAIMS = {("YES", "YES"): "vacant", ("YES", "NO"): "occupied"}
_SITUS = re.compile(r"(?P<number>\d[\w-]*)\s+(?P<street>.+)")
_ORDINAL = re.compile(r"\d+(ST|ND|RD|TH)")


def read(path: Path) -> Batch:
    """Return the parcels as spaces with one observation for each filed tax year.

    Parcels that share a shape are kept apart and reported as `duplicate_geometry`: they are units on one lot, joined by
    the external id `sf-mapblklot`.
    """
    spaces, problems, shapes = [], [], dict[tuple[Any, ...], str]()
    for row, properties, geometry in read_features(path):
        key = properties["blklot"]
        first = shapes.setdefault(geometry.coordinates, key)
        if first != key:
            problems.append(RowProblem(row, "geometry", "duplicate_geometry", {"key": key, "same_as": first}))
        spaces.append(space_of(row, properties, geometry))
    return Batch(SOURCE, spaces=tuple(spaces), problems=tuple(problems))


def space_of(row: int, properties: Mapping[str, Any], geometry: Geometry) -> SpaceRecord:
    """Return the space of a parcel; raises `Invalid` for a bad position, KeyError without a column."""
    key = properties["blklot"]
    address, name = _address(properties["parcelsitusaddress"])
    return SpaceRecord(
        source_key=key,
        name=name,
        point=parse_point(
            float(properties["centroid_longitude"]),
            float(properties["centroid_latitude"]),
            pointer=f"/features/{row - 1}/properties/centroid_longitude",
        ),
        address=address,
        footprint=geometry.as_geojson(),
        features=_features(properties),
        external_ids=(("sf-blklot", key), ("sf-mapblklot", properties["mapblklot"])),
        observations=tuple(_observations(key, properties["vacancy_by_year"])),
        geocode_precision="parcel",
    )


def read_register(upload: Upload, reading: SourceReading) -> SourceFile:
    """Return the parcels of a newer edition as rows of a register; what was not filed says nothing.

    Raises what the reader of GeoJSON raises, and `Invalid` where the file has other columns.
    """
    table = read_geojson(decode(upload.data))
    if missing := sorted(_COLUMNS - set(table.columns)):
        raise Invalid("Columns are missing.", code="missing_columns", columns=", ".join(missing))
    rows, refused = list[SourceRow](), list[RefusedRow]()
    keys = Counter(str(row.cells.get("blklot")) for row in table.rows)
    shapes: dict[tuple[Any, ...], str] = {}
    for row in table.rows:
        if row.number % ROWS_PER_STEP == 0:
            reading.told(row.number, len(table.rows))
        key = str(row.cells.get("blklot") or f"row {row.number}")
        if keys[key] > 1:
            refused.append(RefusedRow(key, row.number, "blklot", "double_row", {"key": key}))
            continue
        try:
            if row.geometry is None:
                raise Invalid("no position", code="no_position")
            record = space_of(row.number, row.cells, row.geometry)
        except (Invalid, KeyError, TypeError, ValueError, AttributeError) as fault:
            refused.append(RefusedRow(key, row.number, "", getattr(fault, "code", "unreadable")))
            continue
        first = shapes.setdefault(row.geometry.coordinates, key)
        twin = RowProblem(row.number, "geometry", "duplicate_geometry", {"key": key, "same_as": first})
        rows.append(SourceRow(key, stated_values(record, _STATED), record, () if first == key else (twin,)))
    return SourceFile(tuple(rows), tuple(refused))


def _observations(key: str, filings: dict[str, dict[str, str]]) -> Iterator[ObservationRecord]:
    """Yield the claims of the filed years, dated at noon of the last day of the tax year."""
    for year, filing in sorted(filings.items()):
        claim = _CLAIMS.get((filing["filed"], filing["vacant"]))
        if claim is not None:
            yield ObservationRecord(
                source_key=f"{key}:{year}",
                claim=claim,
                observed_at=datetime(int(year), 12, 31, 12, tzinfo=UTC),
                source_kind="import_official",
                quality="register",
                reporter_key=SOURCE.code,
            )


def _features(properties: Mapping[str, Any]) -> dict[str, object]:
    # A frontage of 0 feet stands for "not measured", like the missing ones.
    feet = properties.get("street_frontage_ft") or 0
    return {"frontage_m": round(feet * METRES_PER_FOOT, 1)} if feet > 0 else {}


def _address(situs: str) -> tuple[Address, str]:
    """Return the address and its name, such as `3311-3313 Mission St`, from the assessor's capitals."""
    match = _SITUS.fullmatch(situs.strip())
    number, street = (match["number"], match["street"]) if match else ("", situs.strip())
    street = " ".join(_word(word, first=index == 0) for index, word in enumerate(street.split()))
    return Address(street=street, civic_number=number, municipality=CITY), f"{number} {street}".strip()


def _word(word: str, *, first: bool) -> str:
    if not first and word in _STREET_TYPES:
        return _STREET_TYPES[word]
    if _ORDINAL.fullmatch(word):
        return word.lower()
    if word.startswith("MC") and len(word) > 2:
        return "Mc" + word[2:].capitalize()
    return "'".join(part.capitalize() for part in word.split("'"))
