"""Spaces as the matching reads them."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, Select, func

from mapsvc.domain.ports import OfferRow
from mapsvc.store.areas import AreaRepository
from mapsvc.store.spaces import space_select, to_space
from mapsvc.store.tables import spaces


def _select() -> Select[Any]:
    return space_select().add_columns(
        func.mapsvc_current(spaces.c.status_from, spaces.c.status_codes).label("status"),
        func.mapsvc_current(spaces.c.status_from, spaces.c.band_codes).label("band"),
        spaces.c.last_official_check_on,
    )


class OfferRepository:
    """Reads offers on one connection."""

    def __init__(self, connection: Connection, areas: AreaRepository) -> None:
        self._connection = connection
        self._areas = areas
        self._paths: dict[UUID | None, tuple[UUID, ...]] = {}

    def _offer(self, row: Row[Any]) -> OfferRow:
        space = to_space(row)
        if space.area_id not in self._paths:
            self._paths[space.area_id] = self._areas.path(space.area_id)
        return OfferRow(space, row.status, row.band, row.last_official_check_on, self._paths[space.area_id])

    def all(self, areas: Collection[UUID] | None = None) -> list[OfferRow]:
        """Return every published space that is offered or in a call, in `areas` if given."""
        query = _select().where(
            spaces.c.record_state == "published", spaces.c.availability_state.in_(["offered", "in_call"])
        )
        if areas is not None:
            query = query.where(spaces.c.area_id.in_(list(areas)))
        return [self._offer(row) for row in self._connection.execute(query.order_by(spaces.c.id))]

    def get(self, space_id: UUID) -> OfferRow | None:
        """Return one space, whatever its availability."""
        row = self._connection.execute(_select().where(spaces.c.id == space_id)).one_or_none()
        return None if row is None else self._offer(row)
