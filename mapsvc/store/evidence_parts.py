"""The evidence of many spaces at once: three statements for a part, however many spaces it has."""

import json
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Column, ColumnElement, Connection, Uuid, any_, bindparam, func, select, text

from mapsvc.domain.evidence_parts import KeptEvidence, Part
from mapsvc.domain.observations import Adjudication, Observation
from mapsvc.domain.reporters import Verdict
from mapsvc.domain.spaces import Evidence, RecordState
from mapsvc.store.care_tables import reporters
from mapsvc.store.engine import allow_long_work
from mapsvc.store.observations import to_observation
from mapsvc.store.tables import observations, spaces

_PARTS = text("""
SELECT min(id::text)::uuid AS first, max(id::text)::uuid AS last
FROM (SELECT id, (row_number() OVER (ORDER BY id) - 1) / :size AS part FROM spaces) numbered
GROUP BY part ORDER BY part
""")
_DERIVED = (
    "status_from status_codes band_codes last_confirmed_on last_source_kind observation_count next_check_due"
    " last_official_check_on"
).split()
_WRITE = text(f"""
UPDATE spaces s SET {", ".join(f"{name} = r.{name}" for name in _DERIVED)}
FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r (id uuid, status_from date[], status_codes text[], band_codes text[],
    last_confirmed_on date, last_source_kind text, observation_count integer, next_check_due date,
    last_official_check_on date)
WHERE s.id = r.id
""")  # noqa: S608 - the names are a constant of this module


class EvidencePartRepository:
    """Reads and writes the evidence of whole parts on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def parts(self, size: int) -> list[Part]:
        """Return all spaces in parts of at most `size`."""
        return [(row.first, row.last) for row in self._connection.execute(_PARTS, {"size": size})]

    def read(self, part: Part) -> list[KeptEvidence]:
        """Return the spaces of a part, locked against other writers, without a limit of time."""
        return self._read(lambda column: column.between(*part))

    def of(self, space_ids: Sequence[UUID]) -> list[KeptEvidence]:
        """Return some spaces, locked against other writers, without a limit of time."""
        return self._read(lambda column: column == any_(bindparam("ids", list(space_ids), type_=ARRAY(Uuid))))

    def _read(self, chosen: Callable[[Column[Any]], ColumnElement[bool]]) -> list[KeptEvidence]:
        allow_long_work(self._connection)
        self._connection.execute(text("SET LOCAL lock_timeout = '30s'"))
        query = select(spaces.c.id, spaces.c.record_state, *(spaces.c[name] for name in _DERIVED)).where(
            chosen(spaces.c.id)
        )
        rows = self._connection.execute(query.order_by(spaces.c.id).with_for_update(of=spaces)).all()
        said, judged = self._said(chosen)
        return [
            KeptEvidence(
                row.id,
                row.record_state == RecordState.ARCHIVED,
                said.get(row.id, []),
                judged.get(row.id, {}),
                Evidence(**{name: _tuple(row._mapping[name]) for name in _DERIVED}),
            )
            for row in rows
        ]

    def _said(
        self, chosen: Callable[[Column[Any]], ColumnElement[bool]]
    ) -> tuple[dict[UUID, list[Observation]], dict[UUID, dict[UUID, Verdict]]]:
        said: dict[UUID, list[Observation]] = defaultdict(list)
        judged: dict[UUID, dict[UUID, Verdict]] = defaultdict(dict)
        columns = (
            "id space_id claim source_kind quality observed_at submitted_at reporter cluster_key state adjudication"
            " adjudicated_on"
        ).split()
        query = (
            select(
                *(observations.c[name] for name in columns),
                func.coalesce(reporters.c.reliability, 1.0).label("reliability"),
            )
            .outerjoin(reporters, reporters.c.reporter == observations.c.reporter)
            .where(chosen(observations.c.space_id))
        )
        for row in self._connection.execute(query).mappings():
            if row["state"] == "counted":
                said[row["space_id"]].append(to_observation(row))
            if row["adjudication"] != Adjudication.NONE:
                verdict = Verdict(Adjudication(row["adjudication"]), row["adjudicated_on"])
                judged[row["space_id"]][row["id"]] = verdict
        return said, judged

    def write(self, found: Mapping[UUID, Evidence]) -> None:
        """Write what follows from the observations of these spaces."""
        rows = [{"id": str(key)} | asdict(evidence) for key, evidence in sorted(found.items())]
        if rows:
            self._connection.execute(_WRITE, {"rows": json.dumps(rows, default=date.isoformat)})


def _tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
