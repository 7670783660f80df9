"""Validity of shapes from outside, with Shapely; the strict reading before it is in `mapsvc.domain.geometry`."""

import re

import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from mapsvc.domain.errors import Invalid
from mapsvc.domain.geometry import AREAS, Geometry, parse_geometry

_PLACE = re.compile(r"\[(-?[\d.e+-]+) (-?[\d.e+-]+)\]")


def check_shape(geometry: Geometry, *, pointer: str = "") -> BaseGeometry:
    """Return the Shapely geometry (EPSG:4326) of a checked one; nothing is repaired.

    Raises `Invalid` with the place of the first fault (parameters `lon`, `lat`, `reason`) when the shape crosses itself
    or is otherwise not valid in the sense of OGC simple features.
    """
    value = shape(geometry.as_geojson())
    reason = shapely.is_valid_reason(value)
    if reason == "Valid Geometry":
        return value
    match = _PLACE.search(reason)
    lon, lat = (float(match[1]), float(match[2])) if match else geometry.positions()[0]
    kind = _PLACE.sub("", reason).strip()
    raise Invalid(
        f"The shape is not valid near longitude {lon:.6f}, latitude {lat:.6f}: {kind}.",
        pointer,
        code="invalid_shape",
        lon=lon,
        lat=lat,
        reason=kind,
    )


def parse_area(value: object, *, pointer: str = "") -> BaseGeometry:
    """Return a valid Polygon or MultiPolygon from a GeoJSON geometry; raises `Invalid` or `TooLarge` like the parts."""
    return check_shape(parse_geometry(value, allowed=AREAS, pointer=pointer), pointer=pointer)


def point_inside(value: BaseGeometry) -> tuple[float, float]:
    """Return lon/lat of a point that lies on the geometry: the point itself, or one inside an area."""
    point = value if value.geom_type == "Point" else value.representative_point()
    return point.x, point.y
