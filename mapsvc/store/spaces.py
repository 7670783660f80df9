"""Spaces in the database, exact place included."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from geoalchemy2.functions import ST_X, ST_Y
from sqlalchemy import Connection, Row, Select, func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from mapsvc.domain.spaces import Evidence, Space
from mapsvc.store.tables import sources, spaces

_PLAIN = (
    "id slug name asset_kind owner_type street number floor postcode city_name geocode_precision publication_precision "
    "features description external_ids record_state state_reason merged_into availability_state "
    "owner_consent owner_objection owner_note office_precision reported_by area_id source_key source_url "
    "created_at updated_at version"
).split()

#: What a change may write; the rest is derived, or says who and when a record was made.
_WRITTEN = [name for name in _PLAIN if name not in ("id", "version", "created_at", "area_id", "source_key")]
_UPDATE_MANY = f"""
UPDATE spaces s SET {", ".join(f"{name} = r.{name}" for name in _WRITTEN)},
    point = ST_SetSRID(ST_MakePoint(g.lon, g.lat), 4326), version = s.version + 1
FROM (SELECT (value ->> 'id')::uuid AS id, (value ->> 'version')::integer AS version,
             (value ->> 'lon')::float8 AS lon, (value ->> 'lat')::float8 AS lat, value
      FROM jsonb_array_elements(CAST(:rows AS jsonb))) g,
     jsonb_populate_record(CAST(NULL AS spaces), g.value - '{{lon,lat}}'::text[]) r
WHERE s.id = g.id AND s.version = g.version
"""  # noqa: S608 - the names are a constant of this module


def _json(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def space_select() -> Select[Any]:
    """Return the query for whole spaces; callers add their conditions."""
    return select(
        *(spaces.c[name] for name in _PLAIN),
        ST_X(spaces.c.point).label("lon"),
        ST_Y(spaces.c.point).label("lat"),
        sources.c.code.label("source_code"),
    ).join(sources, sources.c.id == spaces.c.source_id)


def to_space(row: Row[Any]) -> Space:
    """Return the space of a row of `space_select`, further columns being ignored."""
    values = row._mapping
    return Space(**{name: values[name] for name in (*_PLAIN, "lon", "lat", "source_code")})


def _values(space: Space) -> dict[str, Any]:
    values = asdict(space)
    lon, lat, code = values.pop("lon"), values.pop("lat"), values.pop("source_code")
    values["point"] = func.ST_SetSRID(func.ST_MakePoint(lon, lat), 4326)
    values["source_id"] = select(sources.c.id).where(sources.c.code == code).scalar_subquery()
    for name in ("features", "description", "external_ids"):
        values[name] = dict(values[name])
    return values


class SpaceRepository:
    """Reads and writes spaces on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def _one(self, query: Select[Any], lock: bool) -> Space | None:
        row = self._connection.execute(query.with_for_update(of=spaces) if lock else query).one_or_none()
        return None if row is None else to_space(row)

    def get(self, space_id: UUID, *, lock: bool = False) -> Space | None:
        """Return the space, locked against other writers on request."""
        return self._one(space_select().where(spaces.c.id == space_id), lock)

    def by_slug(self, slug: str, *, lock: bool = False) -> Space | None:
        """Return the space with this slug."""
        return self._one(space_select().where(spaces.c.slug == slug), lock)

    def slug_taken(self, slug: str) -> bool:
        """Tell whether any space ever had this slug; whoever else wants the same one waits for this transaction."""
        self._connection.execute(select(func.pg_advisory_xact_lock(func.hashtext(slug))))
        return self._connection.execute(select(spaces.c.id).where(spaces.c.slug == slug)).first() is not None

    def add(self, space: Space) -> None:
        """Add a new space."""
        self._connection.execute(insert(spaces).values(_values(space)))

    def update(self, space: Space) -> bool:
        """Write all fields if the stored version is still `space.version`; tell whether it was."""
        values = _values(space)
        for name in ("id", "version", "created_at", "area_id"):
            values.pop(name)
        result = self._connection.execute(
            update(spaces)
            .where(spaces.c.id == space.id, spaces.c.version == space.version)
            .values(**values, version=spaces.c.version + 1)
        )
        return result.rowcount == 1

    def update_many(self, spaces: Sequence[Space]) -> int:
        """Write many spaces as `update` does; return how many still had their version."""
        rows = [{name: getattr(space, name) for name in (*_WRITTEN, "id", "version", "lon", "lat")} for space in spaces]
        return self._connection.execute(text(_UPDATE_MANY), {"rows": json.dumps(rows, default=_json)}).rowcount

    def set_evidence(self, space_id: UUID, evidence: Evidence) -> None:
        """Write what follows from the observations."""
        values = {name: list(v) if isinstance(v, tuple) else v for name, v in asdict(evidence).items()}
        self._connection.execute(update(spaces).where(spaces.c.id == space_id).values(values))
