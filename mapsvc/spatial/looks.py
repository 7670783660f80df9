"""Public spaces that need a look: candidates around a point or in an area, narrowed here, weighed by the caller."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from mapsvc.spatial import spaces
from mapsvc.spatial.named_sql import named

#: Candidates whose evidence is read and weighed.
MOST_WEIGHED = 16
#: How far somebody walks to have a look, metres.
AROUND_M = 800.0


@dataclass(frozen=True, slots=True)
class Candidate:
    """A row of a public place with its `distance_m` (None in an area), and what counts as evidence of it."""

    row: Mapping[str, Any]
    evidence: spaces.Evidence


def around(connection: Connection, lon: float, lat: float, *, without: str = "") -> list[Candidate]:
    """Return candidates within `AROUND_M` of a point (degrees), leaving out the space with this slug."""
    return _candidates(connection, {"lon": lon, "lat": lat, "around": True, "area": "", "without": without})


def in_area(connection: Connection, slug: str) -> list[Candidate]:
    """Return candidates of an area and its parts."""
    return _candidates(connection, {"lon": 0.0, "lat": 0.0, "around": False, "area": slug, "without": ""})


def _candidates(connection: Connection, place: Mapping[str, Any]) -> list[Candidate]:
    values = {**place, "radius_m": AROUND_M, "limit": MOST_WEIGHED}
    rows = [row._asdict() for row in connection.execute(named("look_candidates"), values)]
    return [Candidate(row, spaces.evidence(connection, row["id"])) for row in rows]
