"""A city's own boundary and districts: what is read, and which fault is named."""

from __future__ import annotations

import json

import pytest

from mapsvc.domain.errors import Invalid
from mapsvc.exchange.boundaries import read_areas, read_boundary

SQUARE = [[[7.0, 45.0], [7.1, 45.0], [7.1, 45.1], [7.0, 45.1], [7.0, 45.0]]]
BOW_TIE = [[[7.0, 45.0], [7.1, 45.1], [7.1, 45.0], [7.0, 45.1], [7.0, 45.0]]]


def collection(*features: tuple[dict[str, object], str, object]) -> bytes:
    """Return a GeoJSON file of properties, type and coordinates."""
    return json.dumps(
        {
            "type": "FeatureCollection",
            "features": [
                {"type": "Feature", "properties": properties, "geometry": {"type": kind, "coordinates": coordinates}}
                for properties, kind, coordinates in features
            ],
        }
    ).encode()


def test_a_boundary_becomes_the_city() -> None:
    area = read_boundary(collection(({}, "Polygon", SQUARE)), "Ivrea", "ivrea")
    assert (area.name, area.level, area.source_key) == ("Ivrea", "city", "ivrea")


def test_a_boundary_file_with_two_areas_is_refused() -> None:
    with pytest.raises(Invalid, match="must hold one area; it holds 2"):
        read_boundary(collection(({}, "Polygon", SQUARE), ({}, "Polygon", SQUARE)), "Ivrea", "ivrea")


def test_districts_take_their_names_from_a_usual_column() -> None:
    data = collection(({"ID": 7, "DENOM": "Bellavista"}, "Polygon", SQUARE))
    (area,) = read_areas(data, "neighbourhood", None, "ivrea")
    assert (area.name, area.level, area.parent_key) == ("Bellavista", "neighbourhood", "ivrea")


def test_an_unusual_column_has_to_be_named() -> None:
    data = collection(({"zona": "Bellavista"}, "Polygon", SQUARE))
    with pytest.raises(Invalid, match="--name-column"):
        read_areas(data, "district", None, None)
    assert read_areas(data, "district", "zona", None)[0].name == "Bellavista"


@pytest.mark.parametrize(
    ("feature", "said"),
    [
        (({"name": "x"}, "Polygon", BOW_TIE), "Row 1: The shape is not valid near longitude 7.05"),
        (({"name": "x"}, "Point", [7.0, 45.0]), "shape of row 1"),
        (({"name": " "}, "Polygon", SQUARE), "Row 1 has no name"),
    ],
)
def test_a_row_that_cannot_be_used_is_named(feature: tuple[dict[str, object], str, object], said: str) -> None:
    with pytest.raises(Invalid, match=said):
        read_areas(collection(feature), "district", "name", None)
