"""What the service role may do: everything a page needs, and nothing that rewrites the audit log.

Runs after every migration, so that no migration has to name a role.
"""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

from psycopg2 import sql

from mapsvc.operations.connections import connect, plain_url

AUDIT = ("audit_log", "audit_seals")
"""Tables that only ever grow: the service adds rows and reads them."""
ERASABLE = ("personal_values",)
"""The values behind the history: a trigger lets the service empty them, and nothing takes a row away."""
READ_ONLY = ("alembic_version", "spatial_ref_sys")


def role_of(url: str) -> str:
    """Return the role an address logs in with, or an empty text when it names none."""
    return unquote(urlsplit(plain_url(url)).username or "")


def grant(owner_url: str, app_url: str) -> bool:
    """Give the role of `app_url` its rights; return False when it is the owner itself, who has them all."""
    role = role_of(app_url)
    if not role or role == role_of(owner_url):
        return False
    name = sql.Identifier(role)
    everything = (
        "GRANT USAGE ON SCHEMA public TO {role}",
        "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
        "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}",
        "GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO {role}",
    )
    with connect(owner_url) as connection, connection.cursor() as cursor:
        for statement in everything:
            cursor.execute(sql.SQL(statement).format(role=name))
        _narrow(cursor, AUDIT, "UPDATE, DELETE, TRUNCATE", name)
        _narrow(cursor, ERASABLE, "DELETE, TRUNCATE", name)
        _narrow(cursor, READ_ONLY, "INSERT, UPDATE, DELETE, TRUNCATE", name)
    return True


def _narrow(cursor: object, tables: tuple[str, ...], rights: str, role: sql.Identifier) -> None:
    """Take `rights` on each of the tables that exist."""
    for table in tables:
        cursor.execute("SELECT to_regclass(%s)", (f"public.{table}",))  # type: ignore[attr-defined]
        if cursor.fetchone()[0] is not None:  # type: ignore[attr-defined]
            statement = sql.SQL("REVOKE " + rights + " ON {table} FROM {role}")
            cursor.execute(statement.format(table=sql.Identifier("public", table), role=role))  # type: ignore[attr-defined]
