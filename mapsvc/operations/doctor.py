"""Looks at every part of an installation and says in one sentence what to do about each fault."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Literal

from mapsvc.config import ROOT, Settings
from mapsvc.operations import migrations, processes, startup
from mapsvc.operations.connections import fetch, without_password
from mapsvc.operations.deployment import Deployment
from mapsvc.operations.errors import OperationError
from mapsvc.operations.grants import AUDIT, role_of
from mapsvc.operations.postgresql import programs

Grade = Literal["well", "warning", "fault"]
SIGNS: dict[str, str] = {"well": "ok     ", "warning": "warning", "fault": "FAULT  "}
OLDEST_PYTHON = (3, 11)
OLDEST_POSTGRESQL = 140000
LOW_DISK_BYTES = 1_000_000_000
EXTENSIONS = ("postgis", "pg_trgm", "unaccent")


@dataclass(frozen=True)
class Check:
    """One thing that was looked at."""

    name: str
    grade: Grade
    sentence: str

    def as_dict(self) -> dict[str, str]:
        """Return the check for JSON."""
        return asdict(self)


def examine(deployment: Deployment) -> list[Check]:
    """Return every check in the order of reading; nothing is started or changed."""
    found = [_python(), _postgresql(deployment), _disk(deployment), _secrets(), *_catalogues()]
    reachable = _connection(deployment)
    found.append(reachable)
    if reachable.grade != "fault":
        for look in (_extensions, _schema, _roles, _audit, _service_role):
            found.append(_guarded(look, deployment))
    found += [_server(deployment), _worker(deployment)]
    return found


def verdict(checks: list[Check]) -> str:
    """Return the sum of all checks in one sentence."""
    faults = sum(check.grade == "fault" for check in checks)
    warnings = sum(check.grade == "warning" for check in checks)
    if faults:
        return f"Faults: {faults}, warnings: {warnings}."
    return f"No faults, warnings: {warnings}." if warnings else "Everything is well."


def _guarded(look: Callable[[Deployment], Check], deployment: Deployment) -> Check:
    """Run one check; a fault of the check itself is a fault of the installation too."""
    try:
        return look(deployment)
    except Exception as error:
        name = look.__name__.strip("_").replace("_", " ").capitalize()
        return Check(name, "fault", f"{type(error).__name__}: {error}")


def _python() -> Check:
    """Look at the version of Python."""
    shown = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info < OLDEST_PYTHON:
        return Check("Python", "fault", f"Version {shown} is too old: mapsvc needs 3.11 or newer.")
    return Check("Python", "well", f"Version {shown}.")


def _postgresql(deployment: Deployment) -> Check:
    """Look for PostgreSQL's programs, which only a private database needs."""
    if deployment.cluster is None:
        return Check("PostgreSQL programs", "well", "Not needed: MAPSVC_DATABASE_URL names a database of your own.")
    try:
        return Check("PostgreSQL programs", "well", f"Found with PostGIS in {programs()}.")
    except OperationError as error:
        return Check("PostgreSQL programs", "fault", str(error))


def _disk(deployment: Deployment) -> Check:
    """Look at the space left where photos and the private database are."""
    folder = next(path for path in (deployment.installation.var, *deployment.installation.var.parents) if path.exists())
    free = shutil.disk_usage(folder).free
    sentence = f"{free / 1e9:.1f} GB free for {deployment.installation.var}."
    if free < LOW_DISK_BYTES:
        return Check("Disk", "warning", sentence + " Make room: a full disk stops the database.")
    return Check("Disk", "well", sentence)


def _secrets() -> Check:
    """Look where the keys come from."""
    given = Settings.from_environment()
    if given.secret_key and given.password_salt:
        return Check("Secrets", "well", "Given by MAPSVC_SECRET_KEY and MAPSVC_PASSWORD_SALT.")
    if given.database_url:
        return Check(
            "Secrets",
            "warning",
            "Drawn into secrets.json of the var folder. Set MAPSVC_SECRET_KEY and MAPSVC_PASSWORD_SALT, so that "
            "another machine with the same database can check the same passwords.",
        )
    return Check("Secrets", "well", "Drawn once, kept in secrets.json of the var folder.")


def _catalogues() -> Iterator[Check]:
    """Look whether each language's catalogue is compiled."""
    for source in sorted((ROOT / "mapsvc" / "web" / "translations").glob("*/LC_MESSAGES/messages.po")):
        compiled, lang = source.with_suffix(".mo"), source.parent.parent.name
        if not compiled.exists():
            yield Check(f"Language {lang}", "fault", "The catalogue is not compiled. Run: make run")
        elif compiled.stat().st_mtime < source.stat().st_mtime:
            yield Check(f"Language {lang}", "warning", "The compiled catalogue is older than its source. Run: make run")
        else:
            yield Check(f"Language {lang}", "well", "The catalogue is compiled.")


def _connection(deployment: Deployment) -> Check:
    """Connect as the service does."""
    try:
        number, shown = fetch(
            deployment.settings.database_url,
            "SELECT current_setting('server_version_num')::int, current_setting('server_version')",
        )[0]
    except OperationError as error:
        cure = " Start it: mapsvc up" if deployment.cluster is not None else " Check MAPSVC_DATABASE_URL."
        return Check("Database", "fault", f"{error}{cure}")
    where = "private" if deployment.cluster is not None else without_password(deployment.settings.database_url)
    if number < OLDEST_POSTGRESQL:
        return Check("Database", "fault", f"PostgreSQL {shown} ({where}) is too old: mapsvc needs 14 or newer.")
    return Check("Database", "well", f"PostgreSQL {shown} answers ({where}).")


def _extensions(deployment: Deployment) -> Check:
    """Look for the extensions."""
    rows = fetch(deployment.settings.database_url, "SELECT extname, extversion FROM pg_extension")
    versions = dict(rows)
    missing = [name for name in EXTENSIONS if name not in versions]
    if missing:
        statements = " ".join(f"CREATE EXTENSION {name};" for name in missing)
        return Check(
            "Extensions", "fault", f"Missing: {', '.join(missing)}. As a superuser of the database: {statements}"
        )
    return Check("Extensions", "well", ", ".join(f"{name} {versions[name]}" for name in EXTENSIONS) + ".")


def _schema(deployment: Deployment) -> Check:
    """Compare the schema with the program."""
    there, wanted = migrations.current(deployment.settings.database_url), migrations.newest()
    if there == wanted:
        return Check("Schema", "well", f"Version {there}, the newest.")
    return Check("Schema", "fault", f"Version {there or 'none'}, the program needs {wanted}. Run: mapsvc db upgrade")


def _roles(deployment: Deployment) -> Check:
    """Look whether serving and migrating are different roles."""
    app, owner = role_of(deployment.settings.database_url), role_of(deployment.settings.owner_url)
    if app == owner:
        return Check(
            "Roles",
            "warning",
            f"The role {app} serves and owns the tables, so only triggers protect the audit log. Give MAPSVC_OWNER_URL "
            "another role.",
        )
    return Check("Roles", "well", f"{app} serves, {owner} migrates.")


def _audit(deployment: Deployment) -> Check:
    """Ask the database itself whether the service could rewrite the audit log."""
    rows = fetch(
        deployment.settings.database_url,
        "SELECT name, right_name FROM unnest(%s::text[]) AS name,"
        " unnest(ARRAY['UPDATE', 'DELETE', 'TRUNCATE']) AS right_name"
        " WHERE to_regclass('public.' || name) IS NOT NULL AND has_table_privilege('public.' || name, right_name)",
        (list(AUDIT),),
    )
    if rows:
        rights = ", ".join(f"{right} on {table}" for table, right in rows)
        return Check(
            "Audit log", "warning", f"The service's role has {rights}. Use two roles and run: mapsvc db upgrade"
        )
    return Check("Audit log", "well", "The service can add to it and read it, nothing else.")


def _service_role(deployment: Deployment) -> Check:
    """Look whether the service can read and write what it must."""
    rows = fetch(
        deployment.settings.database_url,
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v')"
        " AND NOT has_table_privilege(oid, 'SELECT') ORDER BY relname",
    )
    if rows:
        return Check(
            "Rights", "fault", f"The service cannot read {', '.join(row[0] for row in rows)}. Run: mapsvc db upgrade"
        )
    return Check("Rights", "well", "The service can read every table and view.")


def _server(deployment: Deployment) -> Check:
    """Ask the server how it is."""
    if startup.healthy(deployment):
        return Check("Server", "well", f"Answers at {deployment.address}.")
    if processes.running(deployment, "server") is not None:
        log = processes.log_file(deployment, "server")
        return Check("Server", "fault", f"Runs, but does not answer at {deployment.address}. Look at {log}.")
    return Check("Server", "warning", "Not running. Start it: mapsvc up")


def _worker(deployment: Deployment) -> Check:
    """Look for the worker's process."""
    if processes.running(deployment, "worker") is not None:
        return Check("Job worker", "well", "Runs.")
    if deployment.cluster is None:
        return Check(
            "Job worker", "warning", "Not started by mapsvc up; if systemd runs it, ask: systemctl status mapsvc-worker"
        )
    return Check("Job worker", "warning", "Not running: mails wait until it does. Start it: mapsvc up")
