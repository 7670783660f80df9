"""Texts that wait and photos of a space, one by one, for the desk only."""

from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

#: What one screen shows; the rest follows when these are decided.
MOST = 20


def waiting_notes(connection: Connection, space_id: UUID) -> list[dict[str, Any]]:
    """Return the texts of a space that wait for a look, the oldest first, with the kind of who wrote them."""
    query = text(
        "SELECT id, note, source_kind, coalesce(note_at, submitted_at) AS at FROM observations"
        " WHERE space_id = :id AND note_state = 'queued' AND note IS NOT NULL ORDER BY at, id LIMIT :most"
    )
    return [dict(row) for row in connection.execute(query, {"id": space_id, "most": MOST}).mappings()]


def photos(connection: Connection, space_id: UUID) -> list[dict[str, Any]]:
    """Return the photos of a space in every state, those that wait first."""
    query = text(
        "SELECT id, state, version, reason, width, height, alt, created_at FROM photos WHERE space_id = :id"
        " ORDER BY state <> 'submitted', created_at DESC, id LIMIT :most"
    )
    return [dict(row) for row in connection.execute(query, {"id": space_id, "most": MOST}).mappings()]


def photo(connection: Connection, photo_id: UUID) -> dict[str, Any] | None:
    """Return a photo in any state with the slug and name of its space."""
    query = text(
        "SELECT f.id, f.state, f.version, f.reason, f.width, f.height, f.alt, f.created_at, s.slug, s.name"
        " FROM photos f JOIN spaces s ON s.id = f.space_id WHERE f.id = :id"
    )
    row = connection.execute(query, {"id": photo_id}).mappings().one_or_none()
    return None if row is None else dict(row)


def space_of_note(connection: Connection, observation_id: UUID) -> str | None:
    """Return the slug of the space that an observation is about."""
    query = text("SELECT s.slug FROM observations o JOIN spaces s ON s.id = o.space_id WHERE o.id = :id")
    found: str | None = connection.execute(query, {"id": observation_id}).scalar_one_or_none()
    return found
