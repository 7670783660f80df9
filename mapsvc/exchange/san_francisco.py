"""Reads San Francisco's commercial parcels with their vacancy-tax filings.

A filing is three-valued: filed as vacant, filed as not vacant, and not filed. Not filed is unknown, never occupied.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mapsvc.domain.geometry import parse_point
from mapsvc.domain.imports import Address, Batch, ObservationRecord, RowProblem, SourceInfo, SpaceRecord
from mapsvc.exchange.files import read_features

SOURCE = SourceInfo(
    code="sf-commercial-vacancy",
    title="San Francisco commercial vacancy tax filings 2022–2024",
    licence="MIT",
    attribution="City and County of San Francisco, DataSF, via mtsf94/vacansee",
    url="https://data.sfgov.org/",
)
METRES_PER_FOOT = 0.3048
CITY = "San Francisco"

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
        address, name = _address(properties["parcelsitusaddress"])
        spaces.append(
            SpaceRecord(
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
        )
    return Batch(SOURCE, spaces=tuple(spaces), problems=tuple(problems))


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


def _features(properties: dict[str, Any]) -> dict[str, object]:
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
