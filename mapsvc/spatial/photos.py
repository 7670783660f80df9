"""Published photos of spaces; their files are kept elsewhere and served by id."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text


def of_space(connection: Connection, space_id: UUID) -> list[Mapping[str, Any]]:
    """Return the published photos of a space, the newest first."""
    query = text(
        "SELECT id, width, height, alt, licence, created_at, version FROM public_photos"
        " WHERE space_id = :space_id"
        " ORDER BY created_at DESC, id DESC LIMIT 24"
    )
    return [row._asdict() for row in connection.execute(query, {"space_id": space_id})]


def is_public(connection: Connection, photo_id: UUID) -> bool:
    """Tell whether everybody may see the photo."""
    query = text("SELECT EXISTS (SELECT FROM public_photos WHERE id = :id)")
    return bool(connection.execute(query, {"id": photo_id}).scalar_one())
