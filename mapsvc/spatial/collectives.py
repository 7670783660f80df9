"""Public collectives: the catalogue and one page each; what they can pay is not in the views."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, text

from mapsvc.spatial.catalogues import Wanted, catalogue_rows

Row = Mapping[str, Any]


def catalogue(
    connection: Connection, limit: int, offset: int, *, query: str = "", discipline: str = ""
) -> tuple[int, list[Row]]:
    """Return how many collectives are wanted, and one page of them."""
    wanted = Wanted("public_collectives c", query)
    wanted.add(query, "AND mapsvc_fold(:words) <% c.search_text")
    wanted.add(discipline, "AND :discipline = ANY (c.disciplines)", discipline=discipline)
    return catalogue_rows(connection, "collectives_catalogue", wanted, limit, offset)


def page(connection: Connection, slug: str) -> Row | None:
    """Return a public collective with its source and the names of the areas it would go to."""
    query = text(
        "SELECT p.id, p.slug, p.name, p.story, p.original_lang, p.form, p.disciplines, p.members_count, p.needs,"
        " p.state, p.demonstration, p.created_at, p.updated_at, p.version, c.code AS source_code, c.title AS source_title,"
        " c.licence AS source_licence, c.attribution AS source_attribution, c.url AS source_home, NULL AS source_url,"
        " (SELECT jsonb_object_agg(a.slug, a.name) FROM public_areas a"
        "  WHERE p.needs -> 'districts_ok' ? a.slug) AS area_names"
        " FROM public_collectives p JOIN public_sources c ON c.code = p.source_code WHERE p.slug = :slug"
    )
    row = connection.execute(query, {"slug": slug}).one_or_none()
    return None if row is None else row._asdict()
