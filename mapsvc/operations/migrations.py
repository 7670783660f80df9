"""Bring the schema to the newest version, or tell how far it is."""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from mapsvc.config import ROOT
from mapsvc.operations.connections import fetch
from mapsvc.operations.grants import grant


def configuration(owner_url: str = "") -> Config:
    """Return Alembic's configuration for the database at `owner_url`."""
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations").replace("%", "%%"))
    config.attributes["url"] = owner_url
    return config


def newest() -> str:
    """Return the revision the code is written for; there must be exactly one."""
    return ScriptDirectory.from_config(configuration()).get_current_head() or ""


def knows(revision: str) -> bool:
    """Tell whether a revision is one of this program's."""
    script = ScriptDirectory.from_config(configuration())
    return any(step.revision == revision for step in script.walk_revisions())


def current(url: str) -> str | None:
    """Return the revision of a database, or None when it has no schema yet."""
    if fetch(url, "SELECT to_regclass('public.alembic_version')")[0][0] is None:
        return None
    rows = fetch(url, "SELECT version_num FROM alembic_version")
    return str(rows[0][0]) if rows else None


def upgrade(owner_url: str, app_url: str) -> bool:
    """Migrate to the newest revision and grant the service role its rights; return whether the schema changed."""
    before = current(owner_url)
    changed = before != newest()
    if changed:
        command.upgrade(configuration(owner_url), "head")
    grant(owner_url, app_url)
    return changed
