"""Open data: the rows of each dataset in a stream, figures of quality, sources."""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, text

from mapsvc.domain.small_groups import AreaCount, ShownCount, folded
from mapsvc.spatial.named_sql import named

#: The datasets that can be downloaded, each by spatial/sql/data_<name>.sql.
DATASETS = ("spaces", "initiatives", "pacts")
_ROWS_PER_FETCH = 500


def rows(connection: Connection, dataset: str) -> Iterator[Mapping[str, Any]]:
    """Yield the rows of a dataset with a cursor on the server, so that no size fills the memory."""
    streaming = connection.execution_options(yield_per=_ROWS_PER_FETCH)
    for row in streaming.execute(named(f"data_{dataset}")):
        yield row._asdict()


def columns(connection: Connection, dataset: str) -> list[str]:
    """Return the names of the columns of a dataset in their order."""
    statement = text(f"SELECT * FROM ({named(f'data_{dataset}').text}) rows LIMIT 0")  # noqa: S608 - a file of ours
    return list(connection.execute(statement).keys())


def counts(connection: Connection) -> Mapping[str, int]:
    """Return how many public records of each noun there are; of spaces, as many as may be told."""
    query = text(
        "SELECT (SELECT count(*) FROM public_initiatives) AS initiatives,"
        " (SELECT count(*) FROM public_initiative_places) AS initiative_places,"
        " (SELECT count(*) FROM public_pacts) AS pacts, (SELECT count(*) FROM public_areas) AS areas,"
        " (SELECT count(*) FROM public_collectives) AS collectives, (SELECT count(*) FROM public_calls) AS calls"
    )
    return connection.execute(query).one()._asdict() | {"spaces": _spaces_by_source(connection)[_ALL].count}


def quality(connection: Connection) -> list[Mapping[str, Any]]:
    """Return for each source of spaces how many are confirmed, recent, exact and with a known size.

    One or two coarse spaces of a source are in none of its figures; `few` says so (`small_groups`).
    """
    shown = _spaces_by_source(connection)
    rows = [row._asdict() for row in connection.execute(named("data_quality"))]
    return [row | {"few": shown[row["source_code"]].few} for row in rows if row["total"]]


#: The key of all sources together, beside their codes.
_ALL = ""


def _spaces_by_source(connection: Connection) -> Mapping[str, ShownCount]:
    """Return how many public spaces of each source and of all may be told, so that no subtraction finds fewer."""
    query = text(
        "SELECT source_code, count(*) FILTER (WHERE publication_precision = 'exact') AS exact,"
        " count(*) FILTER (WHERE publication_precision <> 'exact') AS coarse FROM public_spaces GROUP BY source_code"
    )
    sources = {row.source_code: AreaCount(_ALL, row.exact, row.coarse) for row in connection.execute(query)}
    return folded({_ALL: AreaCount(None)} | sources)


def licences(connection: Connection) -> Mapping[str, list[str]]:
    """Return the licences under which the records of each dataset stand."""
    query = text(
        "SELECT 'spaces' AS dataset, array_agg(DISTINCT c.licence) AS licences"
        " FROM public_sources c WHERE c.code IN (SELECT source_code FROM public_spaces)"
        " UNION ALL SELECT 'initiatives', array_agg(DISTINCT c.licence)"
        " FROM public_sources c WHERE c.code IN (SELECT source_code FROM public_initiatives)"
        " UNION ALL SELECT 'pacts', array_agg(DISTINCT c.licence)"
        " FROM public_sources c WHERE c.code IN (SELECT source_code FROM public_pacts)"
    )
    return {row.dataset: row.licences or [] for row in connection.execute(query)}
