"""PostgreSQL's dump and restore programs, and what an empty database is.

The archive around a dump, with photos and counts, is made in `backups`.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from psycopg2 import sql

from mapsvc.operations.connections import connect, plain_url
from mapsvc.operations.errors import OperationError
from mapsvc.operations.postgresql import DEBIAN_PROGRAMS

TABLES = """
SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p')
  AND NOT EXISTS (SELECT FROM pg_depend d
                  WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
ORDER BY c.relname
"""
OWN_OBJECTS = """
WITH extension_members AS (SELECT classid, objid FROM pg_depend WHERE deptype = 'e')
SELECT format('DROP %s IF EXISTS %s CASCADE',
              CASE c.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW'
                             WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END,
              c.oid::regclass)
FROM pg_class c
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'S')
  AND NOT EXISTS (SELECT FROM extension_members e WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid)
  -- The sequence of an identity column goes with its table, and cannot go before it.
  AND NOT (c.relkind = 'S' AND EXISTS (SELECT FROM pg_depend d
                                       WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid
                                       AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')))
UNION ALL
SELECT format('DROP ROUTINE IF EXISTS %s CASCADE', p.oid::regprocedure)
FROM pg_proc p
WHERE p.pronamespace = 'public'::regnamespace
  AND NOT EXISTS (SELECT FROM extension_members e WHERE e.classid = 'pg_proc'::regclass AND e.objid = p.oid)
"""


def count_rows(cursor: Any) -> dict[str, int]:
    """Return the number of rows of each of our tables, as the cursor's transaction sees them."""
    cursor.execute(TABLES)
    tables = [row[0] for row in cursor.fetchall()]
    counts = {}
    for table in tables:
        cursor.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier("public", table)))
        counts[table] = int(cursor.fetchone()[0])
    return counts


def holds_records(counts: dict[str, int]) -> bool:
    """Tell whether counts are more than those of an empty schema, which holds its own version only."""
    return any(rows for table, rows in counts.items() if table != "alembic_version")


def clear(url: str) -> None:
    """Drop every table, view, sequence and routine of ours; extensions and what belongs to them stay."""
    with connect(url) as connection, connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '10s'")
        cursor.execute(OWN_OBJECTS)
        for (statement,) in cursor.fetchall():
            cursor.execute(statement)


def dump(url: str, snapshot: str, file: Path) -> None:
    """Write the database as the exported `snapshot` shows it."""
    _run("pg_dump", url, "--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}", f"--file={file}")


def check(file: Path) -> None:
    """Read a dump to its end without writing it anywhere; raise OperationError for a damaged one."""
    _outcome("pg_restore", ["--file=/dev/null", str(file)], dict(os.environ))


def load(url: str, file: Path) -> None:
    """Bring a dump into a database without our tables: all of it or nothing."""
    # Comments on extensions are left out: only the one who created an extension may comment on it.
    options = ("--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges", "--no-comments")
    _run("pg_restore", url, *options, str(file))


def _run(program: str, url: str, *arguments: str) -> None:
    """Run a client program against a database; the password goes by the environment, where `ps` does not show it."""
    parts = urlsplit(plain_url(url))
    netloc = parts.netloc.rpartition("@")[2]
    if parts.username:
        netloc = f"{parts.username}@{netloc}"
    environment = dict(os.environ)
    if parts.password:
        environment["PGPASSWORD"] = unquote(parts.password)
    _outcome(program, [f"--dbname={parts._replace(netloc=netloc).geturl()}", *arguments], environment)


def _outcome(program: str, arguments: list[str], environment: dict[str, str]) -> None:
    """Run a client program to its end; raise OperationError with what it says when it fails."""
    command = [str(_newest(program)), *arguments]
    outcome = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if outcome.returncode != 0:
        raise OperationError(f"{program} failed, and nothing was changed: {outcome.stderr.strip()}")


def _newest(program: str) -> Path:
    """Return the newest installed version of a client program: it reads every older server."""
    found = [
        folder / "bin" / program for folder in DEBIAN_PROGRAMS.glob("[0-9]*") if (folder / "bin" / program).exists()
    ]
    if found:
        return max(found, key=lambda path: int(re.sub(r"\D", "", path.parent.parent.name) or 0))
    elsewhere = shutil.which(program)
    if elsewhere is None:
        raise OperationError(f"The program {program} is missing. Install it: apt-get install postgresql-client")
    return Path(elsewhere)
