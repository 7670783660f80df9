"""Records that may be one place, and merges that wait or can be taken back; exact places, for the desk only.

The database finds the pairs and never judges them: the rules and the score are `domain.duplicates`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from mapsvc.domain.duplicates import (
    CANDIDATE_RADIUS_M,
    LAND_REGISTER,
    STRONG_SCHEMES,
    Candidate,
    Comparison,
    Verdict,
    candidate,
    compare,
)  # fmt: skip
from mapsvc.spatial.desk_scope import Scope
from mapsvc.spatial.named_sql import named

#: Records whose neighbours one page looks at, and the nearest neighbours of each that are compared.
WINDOW, _NEIGHBOURS = 1_000, 8
_MOST_MERGES = 100


@dataclass(frozen=True)
class Suggestion:
    """Two records that may be one place, with what says so."""

    one: dict[str, Any]
    other: dict[str, Any]
    distance_m: float
    comparison: Comparison


def suggestions(
    connection: Connection, scope: Scope, *, area: str = "", offset: int = 0, window: int = WINDOW
) -> tuple[list[Suggestion], int]:
    """Return pairs among the `window` records that changed last (from `offset` on), the likeliest first.

    Siblings and pairs that somebody judged to be two places are left out, and so is what the score calls new, unless
    two photos show the same front. The second value is the number of records that were looked at.
    """
    params = scope.params() | {
        "area": area,
        "window": window,
        "offset": offset,
        "radius_m": CANDIDATE_RADIUS_M,
        "neighbours": _NEIGHBOURS,
        "schemes": sorted(STRONG_SCHEMES | set(LAND_REGISTER)),
    }
    pairs = connection.execute(named("desk_duplicates"), params).all()
    records = _records(connection, {key for pair in pairs for key in (pair.one_id, pair.other_id)})
    candidates = {key: candidate_of(record) for key, record in records.items()}
    found = []
    for pair in pairs:
        judged = compare(candidates[pair.one_id], candidates[pair.other_id], pair.distance_m)
        if judged.verdict is Verdict.SIBLINGS or (judged.verdict is Verdict.NEW and not judged.look_at_images):
            continue
        found.append(Suggestion(records[pair.one_id], records[pair.other_id], pair.distance_m, judged))
    found.sort(key=lambda one: (one.comparison.verdict is not Verdict.SAME, -one.comparison.score, one.one["slug"]))
    return found, pairs[0].looked_at if pairs else 0


def _records(connection: Connection, ids: set[UUID]) -> dict[UUID, dict[str, Any]]:
    rows = connection.execute(named("desk_duplicate_records"), {"ids": [str(one) for one in ids]})
    return {row.id: dict(row._mapping) for row in rows}


def candidate_of(record: Mapping[str, Any]) -> Candidate:
    """Return what is compared of a record of the desk's reads."""
    # The database keeps 64 bits as a signed number.
    hashes = (found % 2**64 for found in record.get("image_hashes") or ())
    return candidate(record, record["area_m2"], hashes)


def pair(connection: Connection, scope: Scope, one: str, other: str) -> Suggestion | None:
    """Return two records of the scope by their slugs, compared; None where one is not the account's to see."""
    query = text(
        "WITH RECURSIVE scope AS (SELECT id FROM areas WHERE id = ANY (CAST(:areas AS uuid[]))"
        " UNION SELECT a.id FROM areas a JOIN scope p ON a.parent_id = p.id)"
        " SELECT a.id AS one_id, b.id AS other_id, ST_Distance(a.point::geography, b.point::geography) AS distance_m"
        " FROM spaces a, spaces b WHERE a.slug = :one AND b.slug = :other AND a.id <> b.id"
        " AND (:everywhere OR (a.area_id IN (SELECT id FROM scope) AND b.area_id IN (SELECT id FROM scope)))"
    )
    row = connection.execute(query, scope.params() | {"one": one, "other": other}).one_or_none()
    if row is None:
        return None
    records = _records(connection, {row.one_id, row.other_id})
    left, right = records[row.one_id], records[row.other_id]
    return Suggestion(left, right, row.distance_m, compare(candidate_of(left), candidate_of(right), row.distance_m))


def merges(
    connection: Connection, scope: Scope, undo_days: int, *, of_space: UUID | None = None
) -> list[dict[str, Any]]:
    """Return the merges of the scope that wait or were done within `undo_days`, or those of one record."""
    return _merges(connection, scope, undo_days, of_space, None)


def merge(connection: Connection, scope: Scope, merge_id: UUID) -> dict[str, Any] | None:
    """Return one merge of the scope whatever its state."""
    return next(iter(_merges(connection, scope, 0, None, merge_id)), None)


def _merges(
    connection: Connection, scope: Scope, undo_days: int, of_space: UUID | None, merge_id: UUID | None
) -> list[dict[str, Any]]:
    params = scope.params() | {
        "undo_days": undo_days,
        "of_space": of_space and str(of_space),
        "merge_id": merge_id and str(merge_id),
        "limit": _MOST_MERGES,
    }
    return [dict(row._mapping) for row in connection.execute(named("desk_merges"), params)]


def judged_different(connection: Connection, space_id: UUID) -> set[UUID]:
    """Return the records that somebody judged to be another place than this one."""
    query = text(
        "SELECT CASE WHEN first_id = :id THEN second_id ELSE first_id END FROM different_places"
        " WHERE first_id = :id OR second_id = :id"
    )
    return set(connection.execute(query, {"id": space_id}).scalars())
