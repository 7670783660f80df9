"""Areas as the rules need them: which hold a point, what lies in what, which policy applies."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Connection, exists, func, select, text

from mapsvc.domain.area_policies import OwnPolicy, effective
from mapsvc.domain.publication import AreaPolicy
from mapsvc.store.tables import areas, streets


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
