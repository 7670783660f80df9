"""The start-up code of `make run`, run for real: an empty folder, twice, and what may be in its way."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from mapsvc.config import Settings
from mapsvc.operations import migrations, startup
from mapsvc.operations.cluster import PORT, SOCKET_PATH_LIMIT, PrivateCluster
from mapsvc.operations.connections import connect, fetch
from mapsvc.operations.deployment import Deployment
from mapsvc.operations.errors import OperationError
from mapsvc.operations.installation import Installation

SECOND_START_SECONDS = 5


def silent(_: str) -> None:
    """Take a line of progress that no test reads."""


@pytest.fixture
def empty_folder(tmp_path: Path) -> Iterator[Path]:
    """An empty `var` folder; whatever is started in it is stopped, and its folders elsewhere are removed."""
    var = tmp_path / "var"
    yield var
    cluster = PrivateCluster(Installation(var))
    home, socket_folder = cluster.home, cluster.socket_folder
    cluster.stop()
    if home != cluster.installation.postgres:
        shutil.rmtree(home)
    shutil.rmtree(socket_folder, ignore_errors=True)


def deployment_in(var: Path) -> Deployment:
    """Return the deployment of a folder, with a private cluster."""
    return Deployment.of(Settings(var=var))


def test_first_start_creates_everything_and_the_second_keeps_it(empty_folder: Path) -> None:
    first = deployment_in(empty_folder)
    assert startup.prepare(first, silent) is True
    assert migrations.current(first.settings.database_url) == migrations.newest()
    with connect(first.settings.database_url) as connection, connection.cursor() as cursor:
        cursor.execute("INSERT INTO sources (code, title, licence, attribution) VALUES ('kept', 'k', 'CC0-1.0', 'k')")
    startup.stop_everything(first)

    began = time.monotonic()
    second = deployment_in(empty_folder)
    assert startup.prepare(second, silent) is False
    assert time.monotonic() - began < SECOND_START_SECONDS
    assert fetch(second.settings.database_url, "SELECT code FROM sources") == [("kept",)]
    assert second.settings == first.settings


def test_start_while_it_runs_changes_nothing(empty_folder: Path) -> None:
    deployment = deployment_in(empty_folder)
    startup.prepare(deployment, silent)
    began = fetch(deployment.settings.owner_url, "SELECT pg_postmaster_start_time()")
    startup.prepare(deployment_in(empty_folder), silent)
    assert fetch(deployment.settings.owner_url, "SELECT pg_postmaster_start_time()") == began


def test_the_server_recovers_from_a_kill_and_keeps_what_was_committed(empty_folder: Path) -> None:
    deployment = deployment_in(empty_folder)
    startup.prepare(deployment, silent)
    with connect(deployment.settings.database_url) as connection, connection.cursor() as cursor:
        cursor.execute("INSERT INTO sources (code, title, licence, attribution) VALUES ('kept', 'k', 'CC0-1.0', 'k')")
    cluster = deployment.cluster
    assert cluster is not None
    pid = int((cluster.data / "postmaster.pid").read_text().splitlines()[0])
    os.kill(pid, 9)
    startup.prepare(deployment_in(empty_folder), silent)
    assert fetch(deployment.settings.database_url, "SELECT code FROM sources") == [("kept",)]


def test_a_start_that_was_interrupted_in_initdb_begins_again(empty_folder: Path) -> None:
    half_built = empty_folder / "pg" / "data" / "base"
    half_built.mkdir(parents=True)
    cluster = PrivateCluster(Installation(empty_folder))
    os.chown(empty_folder / "pg", cluster.user.uid, cluster.user.gid)
    startup.prepare(deployment_in(empty_folder), silent)
    assert cluster.is_running()


def test_secrets_and_sockets_are_for_their_owner_only(empty_folder: Path) -> None:
    deployment = deployment_in(empty_folder)
    startup.prepare(deployment, silent)
    cluster = deployment.cluster
    assert cluster is not None
    assert stat.S_IMODE((empty_folder / "secrets.json").stat().st_mode) == 0o600
    assert stat.S_IMODE(cluster.socket_folder.stat().st_mode) == 0o700
    assert len(os.fsencode(cluster.socket_folder / f".s.PGSQL.{PORT}.lock")) <= SOCKET_PATH_LIMIT
    assert fetch(deployment.settings.owner_url, "SHOW listen_addresses") == [("",)]
    wrong = deployment.settings.database_url.replace(cluster.installation.secrets().app_password, "wrong")
    with pytest.raises(OperationError, match="password authentication failed"):
        fetch(wrong, "SELECT 1")


def test_a_socket_folder_that_somebody_else_prepared_is_refused(empty_folder: Path) -> None:
    cluster = PrivateCluster(Installation(empty_folder))
    cluster.socket_folder.mkdir()
    cluster.socket_folder.chmod(0o777)
    with pytest.raises(OperationError, match="belongs to somebody else"):
        cluster.ensure_running()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root starts the server as another user")
def test_a_folder_that_postgres_cannot_enter_moves_the_data_to_its_own_home(empty_folder: Path) -> None:
    empty_folder.parent.chmod(0o700)
    deployment = deployment_in(empty_folder)
    startup.prepare(deployment, silent)
    cluster = deployment.cluster
    assert cluster is not None
    assert cluster.home.is_relative_to("/var/lib/postgresql")
    startup.stop_everything(deployment)
    assert startup.prepare(deployment_in(empty_folder), silent) is False


def test_a_database_of_ones_own_wins_over_the_private_cluster(tmp_path: Path) -> None:
    deployment = Deployment.of(Settings(var=tmp_path, database_url="postgresql://app@db.example/city"))
    assert deployment.cluster is None
    assert deployment.settings.owner_url == "postgresql://app@db.example/city"
    deployment.ensure_database()
    assert not (tmp_path / "pg").exists()


def test_children_never_learn_the_owner_s_address(tmp_path: Path) -> None:
    deployment = Deployment.of(Settings(var=tmp_path))
    child = deployment.environment()
    assert "MAPSVC_OWNER_URL" not in child
    assert deployment.settings.owner_url not in child.values()
    read_again = Settings.from_environment(child)
    assert replace(read_again, owner_url=deployment.settings.owner_url) == deployment.settings


def test_a_taken_port_is_told_in_one_sentence(tmp_path: Path) -> None:
    import socket

    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(OperationError, match=f"Port {port} .* is taken .* MAPSVC_PORT={port + 1}"):
            startup.refuse_taken_port(Deployment.of(Settings(var=tmp_path, port=port)))


def test_a_database_that_is_away_is_told_without_its_password() -> None:
    with pytest.raises(OperationError) as caught:
        fetch("postgresql://someone:geheim@127.0.0.1:1/nothing", "SELECT 1")
    assert "someone@127.0.0.1:1/nothing" in str(caught.value)
    assert "geheim" not in str(caught.value)


def test_the_command_line_shows_one_sentence_and_no_traceback(tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "MAPSVC_VAR": str(tmp_path),
        "MAPSVC_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/x",
    }
    outcome = subprocess.run(
        [sys.executable, "-m", "mapsvc.cli", "db", "upgrade"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert outcome.returncode == 1
    assert "does not answer" in outcome.stderr
    assert "Traceback" not in outcome.stderr
