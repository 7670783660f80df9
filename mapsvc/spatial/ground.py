"""Whether the map's own background has anything to draw around a place."""

from sqlalchemy import Connection

from mapsvc.spatial.named_sql import named

#: About the half width of a small map at its closest zoom, in metres of web mercator.
_RADIUS_M = 500


def ground_near(connection: Connection, lon: float, lat: float) -> bool:
    """Tell whether streets or footprints lie around a point (degrees)."""
    params = {"lon": lon, "lat": lat, "radius_m": _RADIUS_M}
    return bool(connection.execute(named("ground_near"), params).scalar_one())
