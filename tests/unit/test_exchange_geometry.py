"""Geometry from outside is read strictly: every fault is named with its place, nothing is repaired."""

import json
import math

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from mapsvc.domain.errors import Invalid, TooLarge
from mapsvc.domain.geometry import (
    AREAS,
    MAX_VERTICES,
    distance_m,
    looks_swapped,
    parse_geometry,
    parse_json,
    parse_point,
)
from mapsvc.exchange.geometry import check_shape, parse_area, point_inside

SQUARE = [[[7.0, 45.0], [7.1, 45.0], [7.1, 45.1], [7.0, 45.1], [7.0, 45.0]]]


def polygon(rings):
    return {"type": "Polygon", "coordinates": rings}


@pytest.mark.parametrize(
    ("geometry", "code", "pointer"),
    [
        (None, "geometry_object", ""),
        ([], "geometry_object", ""),
        ({"type": "Point"}, "position", "/coordinates"),
        ({"type": "Circle", "coordinates": [7, 45]}, "geometry_type", "/type"),
        ({"type": ["Point"], "coordinates": [7, 45]}, "geometry_type", "/type"),
        ({"type": "Point", "coordinates": [7, 45], "crs": {}}, "geometry_crs", "/crs"),
        ({"type": "Point", "coordinates": []}, "position", "/coordinates"),
        ({"type": "Point", "coordinates": [7, 45, 1, 2]}, "position", "/coordinates"),
        ({"type": "Point", "coordinates": [None, None]}, "not_a_number", "/coordinates/0"),
        ({"type": "Point", "coordinates": ["9", 45]}, "not_a_number", "/coordinates/0"),
        ({"type": "Point", "coordinates": [True, 45]}, "not_a_number", "/coordinates/0"),
        ({"type": "Point", "coordinates": [math.nan, 45]}, "not_finite", "/coordinates/0"),
        ({"type": "Point", "coordinates": [7, math.inf]}, "not_finite", "/coordinates/1"),
        ({"type": "Point", "coordinates": [10**400, 45]}, "not_finite", "/coordinates/0"),
        ({"type": "Point", "coordinates": [45.07, 107.68]}, "swapped_axes", "/coordinates"),
        ({"type": "Point", "coordinates": [999, 95]}, "out_of_range", "/coordinates"),
        ({"type": "LineString", "coordinates": [[7, 45]]}, "line_short", "/coordinates/0"),
        (polygon([]), "empty_geometry", "/coordinates"),
        (polygon([[[7, 45], [7.1, 45], [7, 45]]]), "ring_short", "/coordinates/0"),
        (polygon([[[7, 45], [7.1, 45], [7.1, 45.1], [7, 45.1]]]), "ring_open", "/coordinates/0"),
        ({"type": "MultiPolygon", "coordinates": [SQUARE, [[[7, 45]]]]}, "ring_short", "/coordinates/1/0"),
        (polygon([[[7, 45], [7.1, "x"]]]), "not_a_number", "/coordinates/0/1/1"),
    ],
)
def test_faults_are_refused_with_their_place(geometry, code, pointer):
    with pytest.raises(Invalid) as refused:
        parse_geometry(geometry)
    assert (refused.value.code, refused.value.pointer) == (code, pointer)


def test_a_hundred_thousand_vertices_are_too_many():
    ring = [[7 + i / 1_000_000, 45.0] for i in range(100_000)]
    with pytest.raises(TooLarge) as refused:
        parse_geometry(polygon([[*ring, ring[0]]]))
    assert refused.value.params["limit"] == MAX_VERTICES


def test_the_largest_shape_that_is_allowed_is_read_and_checked():
    ring = [[7 + math.cos(i / 1592) / 100, 45 + math.sin(i / 1592) / 100] for i in range(MAX_VERTICES - 1)]
    assert parse_area(polygon([[*ring, ring[0]]])).is_valid


def test_a_shape_that_crosses_itself_is_refused_with_the_place():
    with pytest.raises(Invalid) as refused:
        parse_area(polygon([[[7, 45], [7.2, 45.2], [7.2, 45], [7, 45.2], [7, 45]]]), pointer="/geometry")
    assert refused.value.code == "invalid_shape"
    assert refused.value.pointer == "/geometry"
    assert (refused.value.params["lon"], refused.value.params["lat"]) == pytest.approx((7.1, 45.1))


def test_only_the_allowed_types_are_read():
    with pytest.raises(Invalid) as refused:
        parse_geometry({"type": "Point", "coordinates": [7, 45]}, allowed=AREAS)
    assert refused.value.code == "geometry_type"


def test_height_is_dropped_and_the_rest_comes_back_unchanged():
    geometry = parse_geometry({"type": "Point", "coordinates": [7, 45, 239.5]})
    assert geometry.as_geojson() == {"type": "Point", "coordinates": [7.0, 45.0]}
    square = parse_geometry(polygon(SQUARE))
    assert square.as_geojson() == polygon(SQUARE)
    assert square.bounds() == (7.0, 45.0, 7.1, 45.1)
    assert square.vertices == 5


@pytest.mark.parametrize(
    ("lon", "lat", "code"), [(0, 0, "null_island"), (-0.0, 0.0, "null_island"), (200, 45, "out_of_range")]
)
def test_points_of_broken_files_are_refused(lon, lat, code):
    with pytest.raises(Invalid) as refused:
        parse_point(lon, lat)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('{"a": NaN}', "not_finite"),
        ('{"a": -Infinity}', "not_finite"),
        ('{"type": "Point", "type": "Polygon"}', "json_double"),
        ("{", "json_syntax"),
        ("[" * 100_000 + "]" * 100_000, "json_depth"),
        ("1" * 5_000, "json_number"),
    ],
)
def test_json_that_is_not_json_is_refused(text, code):
    with pytest.raises(Invalid) as refused:
        parse_json(text)
    assert refused.value.code == code


def test_infinity_written_as_a_number_is_refused_as_a_coordinate():
    with pytest.raises(Invalid) as refused:
        parse_geometry(parse_json('{"type": "Point", "coordinates": [1e999, 45]}'))
    assert refused.value.code == "not_finite"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["type", "coordinates", "crs"]), inner, max_size=3)
    ),
    max_leaves=12,
)


@given(kind=st.sampled_from(["Point", "Polygon", "MultiLineString", "MultiPolygon"]), coordinates=JSON)
def test_anything_is_either_read_or_refused(kind, coordinates):
    try:
        geometry = parse_geometry({"type": kind, "coordinates": coordinates})
    except (Invalid, TooLarge):
        return
    assert all(math.isfinite(number) for position in geometry.positions() for number in position)
    json.dumps(geometry.as_geojson(), allow_nan=False)


def test_distance_of_a_degree_of_latitude():
    assert distance_m((7, 45), (7, 46)) == pytest.approx(111_195, abs=1)
    assert distance_m((7, 45), (7, 45)) == 0


def test_swapped_numbers_are_told_by_the_region():
    torino = (7.5, 44.9, 7.9, 45.2)
    assert looks_swapped((45.07, 7.68), torino)
    assert not looks_swapped((7.68, 45.07), torino)
    assert not looks_swapped((12.0, 41.9), torino)


def test_a_point_inside_a_crescent_lies_in_it():
    crescent = check_shape(
        parse_geometry(polygon([[[0, 0], [10, 0], [10, 1], [1, 1], [1, 9], [10, 9], [10, 10], [0, 10], [0, 0]]]))
    )
    lon, lat = point_inside(crescent)
    assert crescent.distance(shapely.Point(lon, lat)) == 0
