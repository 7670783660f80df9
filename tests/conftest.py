"""The database of the tests: a real PostGIS cluster, started by the same code as `make run`, under var/test.

One cluster serves all test processes of this machine; each process gets a database of its own, copied from a migrated
template. The template is built again when a migration changes. The last test session to end stops the cluster.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from psycopg2 import sql

from mapsvc import bootstrap
from mapsvc.config import ROOT, Settings
from mapsvc.operations import dumps, migrations, seeding
from mapsvc.operations.cluster import PrivateCluster, Urls
from mapsvc.operations.connections import connect
from mapsvc.operations.installation import Installation

FOLDER = ROOT / "var" / "test"
OWN_PREFIX = "own_"
TEMPLATE_PREFIX = "template_"
SEEDED_PREFIX = "seeded_"


@contextmanager
def locked(name: str, how: int) -> Iterator[None]:
    """Hold a lock between test processes; a process that dies gives it back."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / name).open("a") as handle:
        fcntl.flock(handle, how)
        yield


def schema_fingerprint() -> str:
    """Return a text that changes when the schema or its rights do."""
    digest = hashlib.sha256()
    code = Path(migrations.__file__)
    for path in sorted([*(ROOT / "migrations").rglob("*"), code, code.with_name("grants.py")]):
        if path.suffix in {".py", ".sql"}:
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def data_fingerprint() -> str:
    """Return a text that changes when what `make run` loads could change: the schema, the loading code, the day."""
    digest = hashlib.sha256(f"{schema_fingerprint()} {datetime.now(UTC).date()}".encode())
    packages = [*(ROOT / "mapsvc" / name for name in ("domain", "exchange", "store", "usecases")), ROOT / "fixtures"]
    for path in sorted(path for package in packages for path in package.rglob("*")):
        if path.is_file() and path.suffix != ".pyc":
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def settings_for(urls: Urls, var: Path) -> Settings:
    """Return settings for a database of the tests, with mails kept in memory and no limits of rate."""
    return Settings(
        database_url=urls.app,
        owner_url=urls.owner,
        secret_key="only for tests, and long enough for a key",
        password_salt="only for tests",
        var=var,
        mail="memory",
        rate_limits=False,
    )


def drop(cluster: PrivateCluster, name: str) -> None:
    """Drop a database, whoever is connected."""
    with cluster.administration() as cursor:
        cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def copy_database(cluster: PrivateCluster, template: str, name: str) -> Urls:
    """Create the database `name` as a copy of `template` and return its addresses."""
    drop(cluster, name)
    with cluster.administration() as cursor:
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        cursor.execute(statement.format(sql.Identifier(name), sql.Identifier(template)))
    return cluster.urls(name)


def _databases(cluster: PrivateCluster, prefix: str) -> list[str]:
    with cluster.administration() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", (prefix,))
        return [row[0] for row in cursor.fetchall()]


def _drop_orphans(cluster: PrivateCluster) -> None:
    """Drop the databases of test processes that were killed."""
    for name in _databases(cluster, OWN_PREFIX):
        pid = name.removeprefix(OWN_PREFIX).split("_")[0]
        if not Path(f"/proc/{pid}").exists():
            drop(cluster, name)


def _template(cluster: PrivateCluster, prefix: str, fingerprint: str, build: Callable[[str], None]) -> str:
    """Return the name of a template, building it when it is missing; only a finished one has its name."""
    name = prefix + fingerprint
    if name in _databases(cluster, prefix):
        return name
    for old in _databases(cluster, prefix):
        drop(cluster, old)
    draft = f"draft_{prefix}"
    drop(cluster, draft)
    build(draft)
    with cluster.administration() as cursor:
        cursor.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(draft), sql.Identifier(name)))
    return name


def _migrated_template(cluster: PrivateCluster) -> str:
    """Return the name of a template with the newest schema and no records."""

    def build(draft: str) -> None:
        cluster.ensure_database(draft)
        migrations.upgrade(cluster.urls(draft).owner, cluster.urls(draft).app)

    return _template(cluster, TEMPLATE_PREFIX, schema_fingerprint(), build)


def _seeded_template(cluster: PrivateCluster, var: Path) -> str:
    """Return the name of a template with everything that `make run` loads, by the same code."""

    def build(draft: str) -> None:
        copy_database(cluster, _migrated_template(cluster), draft)
        services = bootstrap.build(settings_for(cluster.urls(draft), var))
        seeding.seed(services, lambda *_: None)
        services.engine.dispose()

    return _template(cluster, SEEDED_PREFIX, data_fingerprint(), build)


@pytest.fixture(scope="session")
def test_cluster() -> Iterator[PrivateCluster]:
    """The running private cluster of the tests."""
    cluster = PrivateCluster(Installation(FOLDER), durable=False)
    with locked("users", fcntl.LOCK_SH):
        with locked("preparation", fcntl.LOCK_EX):
            cluster.ensure_running()
            _drop_orphans(cluster)
        yield cluster
    with locked("preparation", fcntl.LOCK_EX), (FOLDER / "users").open("a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return  # Another test process still works; the last one stops the cluster.
        cluster.stop()


@pytest.fixture(scope="session")
def template_database(test_cluster: PrivateCluster) -> str:
    """The name of a migrated, empty database to copy from."""
    with locked("preparation", fcntl.LOCK_EX):
        return _migrated_template(test_cluster)


@pytest.fixture(scope="session")
def database_urls(test_cluster: PrivateCluster, template_database: str) -> Iterator[Urls]:
    """The addresses of this test process's own migrated database: `.app` serves, `.owner` migrates."""
    name = f"{OWN_PREFIX}{os.getpid()}_main"
    with locked("preparation", fcntl.LOCK_EX):
        urls = copy_database(test_cluster, template_database, name)
    yield urls
    drop(test_cluster, name)


@pytest.fixture(scope="session")
def database_url(database_urls: Urls) -> str:
    """The address with which the service reads and writes."""
    return database_urls.app


@pytest.fixture(scope="session")
def owner_url(database_urls: Urls) -> str:
    """The address of the role that owns the tables."""
    return database_urls.owner


@pytest.fixture
def clean_database(database_urls: Urls) -> Urls:
    """Empty every table of this process's database before the test, and return its addresses."""
    empty(database_urls.owner)
    return database_urls


@pytest.fixture
def fresh_database(test_cluster: PrivateCluster, request: pytest.FixtureRequest) -> Iterator[Urls]:
    """A database without any schema, for tests of migrations, of restoring and of first starts."""
    name = f"{OWN_PREFIX}{os.getpid()}_fresh"
    drop(test_cluster, name)
    test_cluster.ensure_database(name)
    yield test_cluster.urls(name)
    drop(test_cluster, name)


@pytest.fixture
def settings(clean_database: Urls, tmp_path: Path) -> Settings:
    """Settings for the clean database, with a folder of their own and no limits of rate."""
    return settings_for(clean_database, tmp_path / "var")


@pytest.fixture(scope="module")
def seeded_settings(test_cluster: PrivateCluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Settings for a database with everything that `make run` loads: one copy for each test module that asks."""
    var = tmp_path_factory.mktemp("var")
    name = f"{OWN_PREFIX}{os.getpid()}_seeded"
    with locked("preparation", fcntl.LOCK_EX):
        urls = copy_database(test_cluster, _seeded_template(test_cluster, var), name)
    yield settings_for(urls, var)
    drop(test_cluster, name)


def empty(owner_url: str) -> None:
    """Empty every table that holds rows; the schema's version and PostGIS's own table stay."""
    with connect(owner_url) as connection, connection.cursor() as cursor:
        cursor.execute(dumps.TABLES)
        tables = [row[0] for row in cursor.fetchall() if row[0] != "alembic_version"]
        cursor.execute("SELECT ARRAY[" + ",".join(f"EXISTS (SELECT FROM {table})" for table in tables) + "]")
        filled = [table for table, has_rows in zip(tables, cursor.fetchone()[0], strict=True) if has_rows]
        if filled:
            # The audit log refuses to be emptied, as it should; only a test may switch its guards off.
            cursor.execute("SET session_replication_role = replica")
            cursor.execute("SET lock_timeout = '10s'")
            cursor.execute(f"TRUNCATE {', '.join(filled)} RESTART IDENTITY CASCADE")
