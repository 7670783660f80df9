"""Short connections for operations: one statement or one transaction, with limits, then closed.

The application's own pool is built in `mapsvc.bootstrap`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import psycopg2

from mapsvc.operations.errors import OperationError

CONNECT_SECONDS = 5


def plain_url(url: str) -> str:
    """Return an address in the spelling of PostgreSQL's own library, without SQLAlchemy's driver name."""
    return "postgresql://" + url.split("://", 1)[1] if "://" in url else url


def without_password(url: str) -> str:
    """Return an address that may be shown."""
    parts = urlsplit(plain_url(url))
    user = f"{parts.username}@" if parts.username else ""
    port = f":{parts.port}" if parts.port else ""
    return f"postgresql://{user}{parts.hostname or ''}{port}{parts.path}"


@contextmanager
def connect(url: str, *, autocommit: bool = False) -> Iterator[Any]:
    """Lend a psycopg2 connection: committed when the block ends well, closed in any case."""
    try:
        connection = psycopg2.connect(
            plain_url(url), connect_timeout=CONNECT_SECONDS, application_name="mapsvc operations"
        )
    except psycopg2.OperationalError as error:
        first_line = str(error).strip().splitlines()[0]
        raise OperationError(f"The database at {without_password(url)} does not answer: {first_line}") from error
    try:
        connection.autocommit = autocommit
        yield connection
        if not autocommit:
            connection.commit()
    finally:
        connection.close()


def refresh_statistics(owner_url: str) -> None:
    """Tell the planner about tables that just grew: until then it guesses, and pages are slow."""
    with connect(owner_url, autocommit=True) as connection, connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def fetch(url: str, statement: str, values: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the rows of one reading statement."""
    with connect(url) as connection, connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())
