"""Public calls: the catalogue, and one page each with its lots."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from mapsvc.spatial.catalogues import Wanted, catalogue_rows
from mapsvc.spatial.named_sql import named

Row = Mapping[str, Any]


def catalogue(
    connection: Connection, limit: int, offset: int, *, query: str = "", state: str = ""
) -> tuple[int, list[Row]]:
    """Return how many calls are wanted, and one page of them."""
    wanted = Wanted("public_calls c", query)
    wanted.add(query, "AND mapsvc_fold(:words) <% mapsvc_fold(c.title::text)")
    wanted.add(state, "AND c.state = :state", state=state)
    return catalogue_rows(connection, "calls_catalogue", wanted, limit, offset)


def states(connection: Connection) -> list[str]:
    """Return the states that public calls are in."""
    return list(connection.execute(text("SELECT DISTINCT state FROM public_calls ORDER BY 1")).scalars())


def page(connection: Connection, code: str) -> Row | None:
    """Return a public call with its source."""
    query = text(
        "SELECT p.id, p.code, p.title, p.summary, p.state, p.opens_on, p.closes_on, p.demonstration, p.updated_at,"
        " p.kind, p.office, p.definition, p.timeline, p.closes_at, p.frozen_sha256, p.draw_description,"
        " p.seed_commitment, p.lottery_seed, p.area_name,"
        " c.code AS source_code, c.title AS source_title, c.licence AS source_licence,"
        " c.attribution AS source_attribution, c.url AS source_home, NULL AS source_url"
        " FROM public_calls p JOIN public_sources c ON c.code = p.source_code WHERE p.code = :code"
    )
    row = connection.execute(query, {"code": code}).one_or_none()
    return None if row is None else row._asdict()


def lots(connection: Connection, call_id: UUID) -> list[Row]:
    """Return the lots of a call in their order, each with its space; lon and lat in degrees."""
    return [row._asdict() for row in connection.execute(named("call_lots"), {"call_id": call_id})]


def events(connection: Connection, call_id: UUID) -> list[Row]:
    """Return what happened to a public call since its opening, the newest first."""
    query = text(
        "SELECT at, action, state, note, details FROM public_call_events WHERE call_id = :call_id"
        " ORDER BY at DESC, id DESC"
    )
    return [row._asdict() for row in connection.execute(query, {"call_id": call_id})]


def frozen(connection: Connection, code: str) -> str | None:
    """Return what a call published at its opening, byte by byte as it was hashed; None where there is nothing."""
    query = text("SELECT frozen FROM public_calls WHERE code = :code")
    return connection.execute(query, {"code": code}).scalar_one_or_none()


def results(connection: Connection, call_id: UUID) -> list[Row]:
    """Return the published lists of a call, the newest first, each as text with its hash."""
    query = text(
        "SELECT kind, published_at, content, sha256 FROM public_call_results WHERE call_id = :call_id"
        " ORDER BY published_at DESC, id DESC"
    )
    return [row._asdict() for row in connection.execute(query, {"call_id": call_id})]


def outcomes(connection: Connection, call_id: UUID) -> dict[int, Row]:
    """Return by number of the lot since when it stood empty, the day of the keys and the pact, where they are known."""
    query = text(
        "SELECT number, vacant_since, use_from, pact_slug FROM public_lot_outcomes WHERE call_id = :call_id"
    )
    return {row.number: row._asdict() for row in connection.execute(query, {"call_id": call_id})}


def area_names(connection: Connection, slugs: Sequence[str]) -> dict[str, str]:
    """Return the names of areas by slug."""
    query = text("SELECT slug, name FROM public_areas WHERE slug = ANY (:slugs)")
    return {row.slug: row.name for row in connection.execute(query, {"slugs": list(slugs)})}
