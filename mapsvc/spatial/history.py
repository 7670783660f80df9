"""What happened to a public record: kinds of actors, actions and days, never names or values."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, text


def of_record(connection: Connection, noun: str, slug: str, limit: int = 50) -> list[Mapping[str, Any]]:
    """Return the public history of a record (noun: space, initiative, pact), the newest first."""
    query = text(
        "SELECT at, actor_kind, action, state FROM public_history WHERE noun = :noun AND slug = :slug"
        " ORDER BY at DESC, id DESC LIMIT :limit"
    )
    params = {"noun": noun, "slug": slug, "limit": limit}
    return [row._asdict() for row in connection.execute(query, params)]
