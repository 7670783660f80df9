"""One space as the desk sees it: exact place, waiting texts and photos, neighbours."""

from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from mapsvc.spatial.desk_scope import Scope
from mapsvc.spatial.named_sql import named


def one(connection: Connection, scope: Scope, slug: str) -> dict[str, Any] | None:
    """Return a space of the scope whatever its state, with the ids of its areas in `area_path`; None elsewhere."""
    row = connection.execute(named("desk_record"), scope.params() | {"slug": slug}).one_or_none()
    return None if row is None else dict(row._mapping)


def observations(connection: Connection, space_id: UUID) -> list[dict[str, Any]]:
    """Return what was said about a space, the newest first, without who said it."""
    query = text(
        "SELECT id, claim, source_kind, quality, observed_at, state, note, note_state FROM observations"
        " WHERE space_id = :id ORDER BY observed_at DESC, id DESC LIMIT 40"
    )
    return [dict(row._mapping) for row in connection.execute(query, {"id": space_id})]


def photos(connection: Connection, space_id: UUID) -> list[dict[str, Any]]:
    """Return the photos of a space in every state, the newest first."""
    query = text(
        "SELECT id, state, width, height, alt, created_at FROM photos WHERE space_id = :id"
        " ORDER BY created_at DESC, id LIMIT 20"
    )
    return [dict(row._mapping) for row in connection.execute(query, {"id": space_id})]


def space_of_photo(connection: Connection, photo_id: UUID) -> str | None:
    """Return the slug of the space that a photo belongs to."""
    query = text("SELECT s.slug FROM photos f JOIN spaces s ON s.id = f.space_id WHERE f.id = :id")
    found: str | None = connection.execute(query, {"id": photo_id}).scalar_one_or_none()
    return found


def neighbours(
    connection: Connection, space_id: UUID, lon: float, lat: float, radius_m: float, limit: int
) -> list[dict[str, Any]]:
    """Return waiting and public spaces within `radius_m` metres of a point in degrees, the nearest first."""
    params = {"id": space_id, "lon": lon, "lat": lat, "radius_m": radius_m, "limit": limit}
    return [dict(row._mapping) for row in connection.execute(named("desk_neighbours"), params)]


def named_like(connection: Connection, scope: Scope, words: str) -> list[dict[str, Any]]:
    """Return slug and name of at most five public spaces with this slug, or with this name."""
    query = text(
        "WITH RECURSIVE scope AS (SELECT id FROM areas WHERE id = ANY (CAST(:areas AS uuid[]))"
        " UNION SELECT a.id FROM areas a JOIN scope p ON a.parent_id = p.id)"
        " SELECT slug, name FROM spaces WHERE record_state = 'published'"
        " AND (:everywhere OR area_id IN (SELECT id FROM scope))"
        " AND (slug = :words OR mapsvc_fold(name) = mapsvc_fold(:words)) ORDER BY slug <> :words, slug LIMIT 5"
    )
    return [dict(row._mapping) for row in connection.execute(query, scope.params() | {"words": words})]


def areas(connection: Connection, scope: Scope) -> list[dict[str, Any]]:
    """Return id, slug, name and level of the areas of the scope, the largest first."""
    query = text(
        "WITH RECURSIVE scope AS (SELECT id FROM areas WHERE id = ANY (CAST(:areas AS uuid[]))"
        " UNION SELECT a.id FROM areas a JOIN scope p ON a.parent_id = p.id)"
        " SELECT a.id, a.slug, a.name, a.level FROM areas a"
        " WHERE :everywhere OR a.id IN (SELECT id FROM scope) ORDER BY a.level_rank, a.name"
    )
    return [dict(row._mapping) for row in connection.execute(query, scope.params())]
