"""Public spaces: one page with its evidence, the catalogue, what stands close by."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from mapsvc.domain.observations import Claim, Observation, Quality, SourceKind
from mapsvc.domain.small_groups import ShownCount, shown_count
from mapsvc.spatial.filters import Filters
from mapsvc.spatial.named_sql import named, source

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Evidence:
    """The counted observations of a space in order of time, and the published notes by observation id.

    Reporters are numbered within the space, so that nothing that identifies somebody leaves this module.
    """

    observations: tuple[Observation, ...]
    notes: Mapping[str, str]


@dataclass(frozen=True)
class Page:
    """A page of a list: how many rows there are for leafing through them, how many may be told, and its rows."""

    length: int
    shown: ShownCount
    rows: list[Row]


def page(connection: Connection, slug: str) -> Row | None:
    """Return the public page of a space, archived ones included; None for everything else."""
    row = connection.execute(named("space_page"), {"slug": slug}).one_or_none()
    return None if row is None else row._asdict()


def survivor(connection: Connection, slug: str) -> str | None:
    """Return the slug of the public record that a merged one lives on in."""
    query = text("SELECT target_slug FROM public_redirects WHERE slug = :slug")
    found: str | None = connection.execute(query, {"slug": slug}).scalar_one_or_none()
    return found


def evidence(connection: Connection, space_id: UUID) -> Evidence:
    """Return what counts as evidence of a space."""
    rows = connection.execute(named("space_observations"), {"space_id": space_id}).all()
    numbers: dict[str, str] = {}

    def number(name: str | None) -> str | None:
        return None if name is None else numbers.setdefault(name, str(len(numbers)))

    observations = tuple(
        Observation(
            id=str(row.id),
            claim=Claim(row.claim),
            source_kind=SourceKind(row.source_kind),
            quality=Quality(row.quality),
            observed_at=row.observed_at,
            submitted_at=row.submitted_at,
            reporter=number(row.reporter) or "",
            cluster_key=number(row.cluster_key),
            reliability=row.reliability,
        )
        for row in rows
    )
    return Evidence(observations, {str(row.id): row.note for row in rows if row.note})


def lot(connection: Connection, space_id: UUID) -> Row | None:
    """Return the newest public call that the space is a lot of, with the lot's number and period."""
    row = connection.execute(named("space_lot"), {"space_id": space_id}).one_or_none()
    return None if row is None else row._asdict()


def close_by(
    connection: Connection, record: Row, radius_m: float = 800, limit: int = 5, *, exact: bool = True
) -> list[Row]:
    """Return the public records around another one (with id, lon and lat), the nearest first."""
    params = {
        "id": record["id"],
        "lon": record["lon"],
        "lat": record["lat"],
        "exact": exact,
        "radius_m": radius_m,
        "limit": limit,
    }
    return [row._asdict() for row in connection.execute(named("close_by"), params)]


def catalogue(connection: Connection, filters: Filters, limit: int, offset: int) -> Page:
    """Return one page of the public spaces that the filters leave, and how many they are."""
    conditions, params = replace(filters, kinds=("space",)).sql()
    # The conditions are constants of `Filters.sql`; values travel as parameters only.
    count = text(
        "SELECT count(*) AS total, count(*) FILTER (WHERE p.precision_code <> 'exact') AS coarse"  # noqa: S608
        " FROM public_places p WHERE true " + conditions
    )
    found = connection.execute(count, params).one()
    statement = text(source("spaces_catalogue").replace("{conditions}", conditions))
    rows = connection.execute(statement, params | {"words": filters.query, "limit": limit, "offset": offset})
    shown = shown_count(found.total - found.coarse, found.coarse)
    return Page(found.total, shown, [row._asdict() for row in rows])
