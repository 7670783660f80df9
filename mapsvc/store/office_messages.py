"""Messages to the office about homes."""

from datetime import datetime
from typing import Any
from uuid import UUID

from geoalchemy2.functions import ST_X, ST_Y
from sqlalchemy import Connection, func, insert, select, update

from mapsvc.domain.office_messages import OfficeMessage
from mapsvc.store.care_tables import office_messages

_NAMES = ("id", "reporter", "created_at", "kind", "note", "area_id", "space_id", "state")


class OfficeMessageRepository:
    """Reads and writes messages on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, message: OfficeMessage) -> None:
        """Add a message."""
        values: dict[str, Any] = {name: getattr(message, name) for name in _NAMES}
        point = func.ST_SetSRID(func.ST_MakePoint(message.lon, message.lat), 4326)
        self._connection.execute(insert(office_messages).values(**values, point=point))

    def get(self, message_id: UUID, *, lock: bool = False) -> OfficeMessage | None:
        """Return a message, locked on request."""
        query = select(
            *(office_messages.c[name] for name in _NAMES),
            ST_X(office_messages.c.point).label("lon"),
            ST_Y(office_messages.c.point).label("lat"),
        ).where(office_messages.c.id == message_id)
        row = self._connection.execute(query.with_for_update() if lock else query).one_or_none()
        return None if row is None else OfficeMessage(**row._mapping)

    def close(self, message_id: UUID, user_id: int, at: datetime) -> None:
        """Close a message; from then on its days are counted."""
        self._connection.execute(
            update(office_messages)
            .where(office_messages.c.id == message_id, office_messages.c.state == "open")
            .values(state="closed", closed_by=user_id, closed_at=at)
        )
