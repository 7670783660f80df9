"""The schema goes up, down and up again, and is what the code believes it to be."""

from __future__ import annotations

import psycopg2
import pytest
from alembic import command
from alembic.script import ScriptDirectory
from psycopg2.errors import InsufficientPrivilege
from sqlalchemy import ARRAY, Column
from sqlalchemy.dialects import postgresql

from mapsvc.operations import migrations
from mapsvc.operations.cluster import Urls
from mapsvc.operations.connections import connect, fetch
from mapsvc.store.schema import METADATA

OBJECTS = (
    "SELECT c.relkind::text, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
    " WHERE n.nspname = 'public' AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')"
    " UNION ALL SELECT 'f', p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace"
    " WHERE n.nspname = 'public' AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')"
    " ORDER BY 1, 2"
)
COLUMNS = (
    "SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), NOT a.attnotnull"
    " FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace"
    " WHERE n.nspname = 'public' AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped"
)


def names(urls: Urls) -> list[tuple[str, str]]:
    return [row for row in fetch(urls.owner, OBJECTS) if "alembic" not in row[1]]


def test_up_down_and_up_again(fresh_database: Urls) -> None:
    empty = names(fresh_database)
    assert migrations.upgrade(fresh_database.owner, fresh_database.app)
    first = names(fresh_database)
    assert len(first) > len(empty) + 50
    command.downgrade(migrations.configuration(fresh_database.owner), "base")
    assert names(fresh_database) == empty
    assert migrations.upgrade(fresh_database.owner, fresh_database.app)
    assert names(fresh_database) == first
    assert not migrations.upgrade(fresh_database.owner, fresh_database.app), "a second time changes nothing"


def test_there_is_one_head_and_one_base() -> None:
    script = ScriptDirectory.from_config(migrations.configuration())
    assert len(script.get_heads()) == 1
    assert len(script.get_bases()) == 1


def written(column: Column[object]) -> str:
    """Return the type of a column as PostgreSQL says it."""
    kind = column.type
    if hasattr(kind, "geometry_type"):
        return f"geometry({kind.geometry_type},{kind.srid})".lower()
    spelled = (kind.item_type if isinstance(kind, ARRAY) else kind).compile(dialect=postgresql.dialect()).lower()
    return spelled + ("[]" if isinstance(kind, ARRAY) else "")


def test_the_tables_of_the_code_are_those_of_the_database(database_urls: Urls) -> None:
    stored = {(table, name): (kind.lower(), null) for table, name, kind, null in fetch(database_urls.owner, COLUMNS)}
    believed = {
        (table.name, column.name): (written(column), bool(column.nullable) and not column.primary_key)
        for table in METADATA.tables.values()
        for column in table.columns
    }
    stored = {key: value for key, value in stored.items() if key[0] not in {"alembic_version", "spatial_ref_sys"}}
    # A generated column of the database is null or not as its parts are; the code never writes it.
    computed = {(table.name, c.name) for table in METADATA.tables.values() for c in table.columns if c.computed}
    assert sorted(set(stored) ^ set(believed)) == []
    assert {key: (stored[key], believed[key]) for key in stored if stored[key][0] != believed[key][0]} == {}
    other = {key for key in stored if stored[key][1] != believed[key][1]} - computed
    assert sorted(other) == []


@pytest.mark.parametrize(
    "statement", ["UPDATE audit_log SET reason = 'other'", "DELETE FROM audit_log", "TRUNCATE audit_log"]
)
def test_nobody_rewrites_the_history(clean_database: Urls, statement: str) -> None:
    with connect(clean_database.app) as connection, connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO audit_log (actor_kind, action, noun, record_id) VALUES ('anonymous', 'reported', 'space', 'x')"
        )
    # The service has no right to; and even the owner of the table is stopped by its triggers.
    for url in (clean_database.app, clean_database.owner):
        with pytest.raises(InsufficientPrivilege), connect(url) as connection, connection.cursor() as cursor:
            cursor.execute(statement)
    assert fetch(clean_database.app, "SELECT reason FROM audit_log") == [(None,)]


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TABLE spaces",
        "CREATE TABLE extra (x int)",
        "ALTER TABLE spaces ADD x int",
        "UPDATE alembic_version SET version_num = 'x'",
        "ALTER TABLE audit_log DISABLE TRIGGER ALL",
        "SET session_replication_role = replica",
    ],
)
def test_the_service_cannot_change_the_schema(database_urls: Urls, statement: str) -> None:
    with (
        pytest.raises(psycopg2.Error) as refused,
        connect(database_urls.app) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert refused.value.pgcode == "42501"


@pytest.mark.parametrize(
    "point", ["POINT EMPTY", "POINT(999 95)", "POINT(0 89)", "POINT(NaN 45)", "POINT(Infinity 45)"]
)
def test_no_column_takes_a_place_that_is_none(clean_database: Urls, point: str) -> None:
    lon, _, lat = point.removeprefix("POINT").strip("( )").partition(" ")
    made = "'POINT EMPTY'::geometry" if lon == "EMPTY" else f"ST_MakePoint('{lon}', '{lat}')"
    statement = (
        "WITH s AS (INSERT INTO sources (code, title, licence, attribution) VALUES ('s', 's', 's', 's') RETURNING id)"
        " INSERT INTO spaces (id, slug, name, point, source_id, source_key, created_at, updated_at)"
        f" SELECT gen_random_uuid(), 'x', 'x', ST_SetSRID({made}, 4326), id, 'x', now(), now() FROM s"
    )
    with pytest.raises(psycopg2.Error) as refused, connect(clean_database.app) as db, db.cursor() as cursor:
        cursor.execute(statement)
    assert refused.value.pgcode in {"23514", "XX000", "22023", "23503"}, refused.value
