"""Compared rows of an upload as JSON and back, so that a preview can wait for its decision in the database."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from mapsvc.domain.imports import Address, ObservationRecord, RowProblem, SpaceRecord
from mapsvc.domain.uploads import ComparedRow, FieldChange


def row_to_json(row: ComparedRow, slug: str | None) -> dict[str, Any]:
    """Return a row as JSON with the slug of the space it means.

    An unchanged or refused row is kept without its record, since nothing will be done with it.
    """
    record = row.record if row.kind in ("new", "changed") else None
    return {
        "number": row.number,
        "kind": row.kind,
        "record": None if record is None else _record_to_json(record),
        "name": row.record.name if row.record else "",
        "slug": slug,
        "space_id": str(row.space_id) if row.space_id else None,
        "version": row.version,
        "changes": [asdict(change) for change in row.changes],
        "problems": [asdict(problem) for problem in row.problems],
    }


def row_from_json(value: Mapping[str, Any]) -> ComparedRow:
    """Return the row that `row_to_json` wrote."""
    return ComparedRow(
        number=value["number"],
        kind=value["kind"],
        record=None if value["record"] is None else _record_from_json(value["record"]),
        space_id=UUID(value["space_id"]) if value["space_id"] else None,
        version=value["version"],
        changes=tuple(FieldChange(**change) for change in value["changes"]),
        problems=tuple(RowProblem(**problem) for problem in value["problems"]),
    )


def _record_to_json(record: SpaceRecord) -> dict[str, Any]:
    value = asdict(record)
    for seen in value["observations"]:
        seen["observed_at"] = seen["observed_at"].isoformat()
    # An upload says what there is, never when somebody reported it.
    del value["reported_at"]
    return value


def _record_from_json(value: Mapping[str, Any]) -> SpaceRecord:
    observations = tuple(
        ObservationRecord(**{**seen, "observed_at": datetime.fromisoformat(seen["observed_at"])})
        for seen in value["observations"]
    )
    return SpaceRecord(
        **{
            **value,
            "point": tuple(value["point"]),
            "address": Address(**value["address"]),
            "external_ids": tuple((scheme, number) for scheme, number in value["external_ids"]),
            "observations": observations,
        }
    )
