"""What a visitor can flag: public records by what their address says."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

Row = Mapping[str, Any]
_BY_SLUG = {
    "space": "SELECT id, slug, name, area_name FROM public_space_pages WHERE slug = :key",
    "initiative": "SELECT id, slug, name, NULL AS area_name FROM public_initiatives WHERE slug = :key",
    "pact": "SELECT id, slug, title AS name, NULL AS area_name FROM public_pacts WHERE slug = :key",
    "map": "SELECT id, slug, title AS name, NULL AS area_name FROM public_maps WHERE slug = :key",
}
_PHOTO = (
    "SELECT f.id, s.slug, s.name, s.area_name FROM public_photos f JOIN public_space_pages s ON s.id = f.space_id"
    " WHERE f.id = :key"
)


def target(connection: Connection, noun: str, key: str) -> Row | None:
    """Return id, slug, name and area_name of a public record: by slug, a photo by its id; None for everything else."""
    if noun == "photo":
        try:
            values: dict[str, object] = {"key": UUID(key)}
        except ValueError:
            return None
        row = connection.execute(text(_PHOTO), values).one_or_none()
    elif noun in _BY_SLUG and "\x00" not in key:
        row = connection.execute(text(_BY_SLUG[noun]), {"key": key}).one_or_none()
    else:
        return None
    return None if row is None else row._asdict()
