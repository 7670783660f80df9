"""Where an address lies and what stands at it, from the gazetteer of streets and the public spaces.

How an address is taken apart is `mapsvc.domain.addresses`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from mapsvc.domain.addresses import normalised_street, same_street
from mapsvc.spatial.named_sql import named

#: A street is looked for near the place the visitor looks at when that is within about 300 m, in degrees of latitude.
_CLOSE_DEGREES = 0.003
#: Below this likeness (0 to 1, the mean of both trigram measures) a street is not meant.
_LEAST_SCORE = 0.4
#: By so much the best street must be better than the second to be taken without asking.
_CLEAR_LEAD = 0.12
#: A point belongs to a street within so many metres: half of a wide one, and a fix that is not exact.
_REACH_M = 60
#: Civic numbers that differ by more are another house.
_NEIGHBOUR_NUMBERS = 10


def streets_named(
    connection: Connection, street: str, near: tuple[float, float], limit: int = 8
) -> list[Mapping[str, Any]]:
    """Return the streets that `street` may mean, the likeliest first: id, name, area_name, lon and lat (degrees).

    `near` (lon, lat) decides between equals and on which point of a long street the position is.
    """
    key = normalised_street(street)
    if len(key) < 2:
        return []
    params = {"q": key, "lon": near[0], "lat": near[1], "close_degrees": _CLOSE_DEGREES, "limit": limit}
    rows = [dict(row._mapping) for row in connection.execute(named("streets_by_name"), params)]
    return [row for row in rows if row["score"] >= _LEAST_SCORE or same_street(row["name"], street)]


def meant(street: str, found: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """Return the one street that is surely meant, None when there is none or one has to be chosen."""
    same = [row for row in found if normalised_street(row["name"]) == normalised_street(street)]
    same = same or [row for row in found if same_street(row["name"], street)]
    if len(same) == 1:
        return same[0]
    if len(found) == 1:
        return found[0]
    if not same and found and found[0]["score"] - found[1]["score"] >= _CLEAR_LEAD:
        return found[0]
    return None


def place_at(connection: Connection, lon: float, lat: float) -> Mapping[str, Any]:
    """Return what a point (degrees) lies at: street and metres to it, area_name, has_areas, swapped_inside."""
    fits = -90 <= lon <= 90
    params = {
        "lon": lon,
        "lat": lat,
        "swapped_lon": lat if fits else lon,
        "swapped_lat": lon if fits else lat,
        "reach_m": _REACH_M,
    }
    return dict(connection.execute(named("street_at"), params).one()._mapping)


def spaces_at(connection: Connection, street: str, number: int | None, limit: int) -> list[Mapping[str, Any]]:
    """Return public spaces in a street of the gazetteer, the nearest civic numbers first; columns as of `nearby`."""
    params = {"street": street, "number": number, "reach": _NEIGHBOUR_NUMBERS, "limit": limit}
    return [dict(row._mapping) for row in connection.execute(named("spaces_at_address"), params)]


def space_to_mark(connection: Connection, slug: str) -> Mapping[str, Any] | None:
    """Return a public space by its slug, None when there is none."""
    row = connection.execute(named("space_to_mark"), {"slug": slug}).one_or_none()
    return None if row is None else dict(row._mapping)
