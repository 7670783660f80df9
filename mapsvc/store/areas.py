"""Areas as the rules need them: which hold a point, what lies in what, which policy applies."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Connection, exists, func, select, text

from mapsvc.domain.area_policies import OwnPolicy, effective
from mapsvc.domain.publication import AreaPolicy
from mapsvc.store.tables import areas, streets

_POINTS_PER_STATEMENT = 5_000
_AT_MANY = """
SELECT p.place, array_agg(a.id ORDER BY a.level_rank DESC, a.id) AS ids
FROM unnest(CAST(:lons AS float8[]), CAST(:lats AS float8[])) WITH ORDINALITY AS p (lon, lat, place)
JOIN areas a ON ST_Covers(a.geom, ST_SetSRID(ST_MakePoint(p.lon, p.lat), 4326))
GROUP BY p.place
"""


class AreaRepository:
    """Reads areas on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def at(self, lon: float, lat: float) -> tuple[UUID, ...]:
        """Return the ids of the areas that hold the point (degrees), the smallest first."""
        point = func.ST_SetSRID(func.ST_MakePoint(lon, lat), 4326)
        query = (
            select(areas.c.id)
            .where(func.ST_Covers(areas.c.geom, point))
            .order_by(areas.c.level_rank.desc(), areas.c.id)
        )
        return tuple(self._connection.execute(query).scalars())

    def at_many(self, points: Sequence[tuple[float, float]]) -> list[tuple[UUID, ...]]:
        """Return for each of many points what `at` returns."""
        found: list[tuple[UUID, ...]] = []
        for start in range(0, len(points), _POINTS_PER_STATEMENT):
            part = points[start : start + _POINTS_PER_STATEMENT]
            params = {"lons": [lon for lon, _ in part], "lats": [lat for _, lat in part]}
            held = {row.place: tuple(row.ids) for row in self._connection.execute(text(_AT_MANY), params)}
            found += [held.get(place, ()) for place in range(1, len(part) + 1)]
        return found

    def known(self) -> bool:
        """Tell whether there are any areas; without them no place lies outside."""
        return self._connection.execute(select(areas.c.id).limit(1)).first() is not None

    def path(self, area_id: UUID | None) -> tuple[UUID, ...]:
        """Return the area and everything it lies in, the smallest first."""
        query = text(
            "WITH RECURSIVE path AS (SELECT id, parent_id, 0 AS step FROM areas WHERE id = :id"
            " UNION ALL SELECT a.id, a.parent_id, p.step + 1 FROM areas a JOIN path p ON a.id = p.parent_id)"
            " SELECT id FROM path ORDER BY step"
        )
        return tuple(self._connection.execute(query, {"id": area_id}).scalars())

    def name(self, area_id: UUID | None) -> str:
        """Return the name of the area, empty where there is none."""
        return self._connection.execute(select(areas.c.name).where(areas.c.id == area_id)).scalar_one_or_none() or ""

    def has_street(self, name: str) -> bool:
        """Tell whether the gazetteer knows a street by exactly this name."""
        return bool(self._connection.execute(select(exists().where(streets.c.name == name))).scalar_one())

    def policy(self, area_ids: Sequence[UUID]) -> AreaPolicy:
        """Return what the areas decided, the first that decided anything counting; else the deployment's default."""
        query = select(areas.c.id, areas.c.commercial_precision, areas.c.moderation).where(areas.c.id.in_(area_ids))
        decided = {
            row.id: OwnPolicy(row.commercial_precision, row.moderation) for row in self._connection.execute(query)
        }
        return effective(decided[area_id] for area_id in area_ids if area_id in decided)
