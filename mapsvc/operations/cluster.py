"""The private PostGIS cluster: created, started and stopped here, reached through a socket only.

A city that runs its own PostgreSQL never comes through this module (see MAPSVC_DATABASE_URL in the documentation).
The tests start their cluster with the same code, with `durable=False`.
"""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlencode

import psycopg2
from psycopg2 import sql

from mapsvc.operations import kernel
from mapsvc.operations.errors import OperationError
from mapsvc.operations.installation import Installation, Secrets
from mapsvc.operations.postgresql import ServerUser, programs, server_user

OWNER = "mapsvc_owner"
APP = "mapsvc_app"
DATABASE = "mapsvc"
EXTENSIONS = ("postgis", "pg_trgm", "unaccent", "btree_gist")
PORT = 5432
"""Only part of the socket's file name: the cluster does not listen on the network."""
SOCKET_PATH_LIMIT = 107
"""Bytes the kernel allows for the path of a socket, with its file name."""
FALLBACK_HOME = Path("/var/lib/postgresql")
START_SECONDS = 60

CONFIGURATION = """\
# Written by mapsvc at every start; change mapsvc/operations/cluster.py instead.
listen_addresses = ''
unix_socket_directories = '{socket}'
port = {port}
unix_socket_permissions = 0777
max_connections = 60
# A city's data fits in memory of a small server with two cores; queries are short.
shared_buffers = 256MB
effective_cache_size = 1GB
work_mem = 16MB
maintenance_work_mem = 128MB
max_parallel_workers_per_gather = 1
max_parallel_maintenance_workers = 1
random_page_cost = 1.1
# Compiling a plan takes longer than any query of this application runs.
jit = off
max_wal_size = 2GB
checkpoint_completion_target = 0.9
timezone = 'UTC'
log_timezone = 'UTC'
log_min_duration_statement = 500
log_line_prefix = '%m [%p] %u@%d '
"""
NOT_DURABLE = """\
# A test database may be lost with the machine.
fsync = off
synchronous_commit = off
full_page_writes = off
"""


@dataclass(frozen=True)
class Urls:
    """The two addresses of one database: the service role that serves, and the owner that migrates."""

    app: str
    owner: str


@dataclass(frozen=True)
class PrivateCluster:
    """A PostgreSQL cluster under an installation's `var` folder, with one owner role and one service role."""

    installation: Installation
    durable: bool = True
    user: ServerUser = field(default_factory=server_user)

    # Places

    @property
    def home(self) -> Path:
        """The folder of the data and the server's log, as chosen by the first start."""
        note = self.installation.postgres / "elsewhere"
        return Path(note.read_text().strip()) if note.exists() else self.installation.postgres

    @property
    def data(self) -> Path:
        """The data folder."""
        return self.home / "data"

    @property
    def server_log(self) -> Path:
        """The server's log file."""
        return self.home / "server.log"

    @property
    def socket_folder(self) -> Path:
        """A short folder under the system's temporary directory, the same one whatever TMPDIR a shell sets."""
        usual = Path("/tmp")  # noqa: S108 - the folder's owner and mode are checked before it is used
        parent = usual if os.access(usual, os.W_OK) else Path(tempfile.gettempdir())
        folder = parent / f"mapsvc-{self.installation.short_name}"
        if len(os.fsencode(folder / f".s.PGSQL.{PORT}.lock")) > SOCKET_PATH_LIMIT:
            raise OperationError(f"The path {folder} is too long for a socket. Set TMPDIR to a shorter folder.")
        return folder

    @property
    def exists(self) -> bool:
        """Tell whether this cluster was created before."""
        return self._as_server("test", "-e", str(self.data / "PG_VERSION")).returncode == 0

    def urls(self, database: str = DATABASE) -> Urls:
        """Return the addresses of one database of this cluster."""
        secrets = self.installation.secrets()
        place = urlencode({"host": str(self.socket_folder), "port": PORT}, safe="/")
        return Urls(
            app=f"postgresql://{APP}:{quote(secrets.app_password)}@/{database}?{place}",
            owner=f"postgresql://{OWNER}:{quote(secrets.owner_password)}@/{database}?{place}",
        )

    # Life

    def ensure_running(self) -> bool:
        """Create what is missing and start the server; return whether it was this call that started it."""
        self._refuse_foreign_home()
        if not self.exists:
            self._create()
        if self.is_running():
            if self._answers():
                return False
            # Somebody emptied the temporary directory: without its socket the server can be reached by nobody.
            self.stop()
        self._forget_killed_server()
        self._start()
        self._ensure_roles(self.installation.secrets())
        return True

    def is_running(self) -> bool:
        """Tell whether the server of this cluster runs."""
        pid = self._server_pid()
        return pid is not None and kernel.born(pid) is not None and self._control("status", check=False).returncode == 0

    def stop(self) -> None:
        """Stop the server, ending open sessions; nothing that was committed is lost."""
        if self.is_running():
            self._control("stop", "-m", "fast", "-w", "-t", str(START_SECONDS))

    def ensure_database(self, name: str = DATABASE) -> bool:
        """Create a database with its extensions when it is missing; return whether it was created."""
        with self.administration() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,))
            missing = cursor.fetchone() is None
            if missing:
                cursor.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
            cursor.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(name)))
            cursor.execute(
                sql.SQL("GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}").format(
                    sql.Identifier(name), sql.Identifier(APP)
                )
            )
        if missing:
            with self.administration(name) as cursor:
                for extension in EXTENSIONS:
                    cursor.execute(sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(extension)))
        return missing

    @contextmanager
    def administration(self, database: str = "postgres") -> Iterator[psycopg2.extensions.cursor]:
        """Lend a cursor of the owner role outside any transaction, for statements that refuse one."""
        connection = psycopg2.connect(self.urls(database).owner, connect_timeout=5)
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                yield cursor
        finally:
            connection.close()

    # Steps

    def _refuse_foreign_home(self) -> None:
        """Stop before another user's data: PostgreSQL would only say that it may not read the folder."""
        home = self.installation.postgres
        if home.exists() and home.stat().st_uid != self.user.uid:
            other = pwd.getpwuid(home.stat().st_uid).pw_name
            who = "root" if other == "postgres" else other
            raise OperationError(f"The private database in {home} was created by {who}. Run this as {who} again.")

    def _create(self) -> None:
        """Run initdb in a folder the server's user may use."""
        self.installation.create()
        self._choose_home()
        # Remains of an interrupted initdb have no PG_VERSION, and initdb would refuse them.
        self._as_server("rm", "-rf", str(self.data))
        # A file, since the server's user may not open a pipe that root made; it lives for these two seconds only.
        password_file = str(self.home / "first-password")
        self._run("install", "-m", "600", "/dev/null", password_file)
        try:
            self._run("tee", password_file, text=self.installation.secrets().owner_password + "\n")
            self._run(
                str(programs() / "initdb"),
                *("-D", str(self.data), "-U", OWNER, "-A", "scram-sha-256", "-E", "UTF8", "--locale=C.UTF-8"),
                *(f"--pwfile={password_file}", "--no-instructions", *(() if self.durable else ("--no-sync",))),
            )
        finally:
            self._as_server("rm", "-f", password_file)

    def _choose_home(self) -> None:
        """Prefer `var/pg`; where the server's user cannot get in, take a folder in PostgreSQL's own home."""
        home = self.installation.postgres
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self.user.name is None:
            return
        os.chown(home, self.user.uid, self.user.gid)
        if self._as_server("test", "-w", str(home)).returncode == 0:
            return
        away = FALLBACK_HOME / f"mapsvc-{self.installation.short_name}"
        made = self._as_server("mkdir", "-p", "-m", "700", str(away))
        if made.returncode != 0:
            raise OperationError(
                f"The user {self.user.name} can write neither {home} nor {away}. "
                "Move the project to a folder other users may enter."
            )
        (home / "elsewhere").write_text(f"{away}\n")

    def _start(self) -> None:
        """Write the configuration and start the server."""
        folder = self._safe_socket_folder()
        text = CONFIGURATION.format(socket=folder, port=PORT) + ("" if self.durable else NOT_DURABLE)
        self._run("tee", str(self.data / "mapsvc.conf"), text=text)
        line = "include_if_exists = 'mapsvc.conf'"
        main = str(self.data / "postgresql.conf")
        if self._as_server("grep", "-qF", line, main).returncode != 0:
            self._run("tee", "-a", main, text=f"{line}\n")
        outcome = self._control("start", "-w", "-t", str(START_SECONDS), "-l", str(self.server_log), check=False)
        if outcome.returncode != 0:
            last = self._as_server("tail", "-n", "5", str(self.server_log)).stdout.strip()
            raise OperationError(f"The private database did not start. Its log, {self.server_log}, ends with:\n{last}")

    def _server_pid(self) -> int | None:
        """Return the process noted in the data folder, running or not."""
        first_line = self._as_server("head", "-n", "1", str(self.data / "postmaster.pid")).stdout.strip()
        return int(first_line) if first_line.isdigit() else None

    def _answers(self) -> bool:
        """Tell whether somebody listens at the socket."""
        with socket.socket(socket.AF_UNIX) as probe:
            try:
                probe.connect(str(self.socket_folder / f".s.PGSQL.{PORT}"))
            except OSError:
                return False
        return True

    def _forget_killed_server(self) -> None:
        """Take away the note of a server that was killed.

        In a container whose first process reaps nothing the dead server stays a zombie, and PostgreSQL, seeing its
        number alive, would refuse to start. Its sessions end by themselves; until then the note has to stay.
        """
        pid = self._server_pid()
        if pid is None or kernel.born(pid) is not None:
            return

        def nobody_left() -> bool:
            return not any(kernel.born(other) for other in kernel.working_in(self.data))

        if not kernel.wait(nobody_left, START_SECONDS):
            raise OperationError(f"Sessions of a killed database server do not end; they work in {self.data}.")
        socket_note = self.socket_folder / f".s.PGSQL.{PORT}.lock"
        self._as_server("rm", "-f", str(self.data / "postmaster.pid"), str(socket_note))

    def _safe_socket_folder(self) -> Path:
        """Return the socket folder, made when missing; a folder that others could have prepared is refused."""
        folder = self.socket_folder
        try:
            folder.mkdir(mode=0o700)
            os.chown(folder, self.user.uid, self.user.gid)
        except FileExistsError:
            found = folder.lstat()
            ours = found.st_uid == self.user.uid and stat.S_ISDIR(found.st_mode) and not found.st_mode & 0o022
            if not ours:
                raise OperationError(
                    f"The folder {folder} belongs to somebody else. Remove it, or set TMPDIR to a folder of your own."
                ) from None
        return folder

    def _ensure_roles(self, secrets: Secrets) -> None:
        """Create the service role, and keep its password as the installation knows it."""
        with self.administration() as cursor:
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (APP,))
            verb = "ALTER" if cursor.fetchone() else "CREATE"
            statement = sql.SQL(verb + " ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD %s")
            cursor.execute(statement.format(sql.Identifier(APP)), (secrets.app_password,))

    # Programs

    def _control(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run pg_ctl of the version that wrote the data."""
        version = int(self._as_server("cat", str(self.data / "PG_VERSION")).stdout.strip())
        command = (str(programs(version) / "pg_ctl"), "-D", str(self.data), *arguments)
        return self._run(*command) if check else self._as_server(*command)

    def _run(self, *command: str, text: str = "") -> subprocess.CompletedProcess[str]:
        """Run a program as the server's user and turn its failure into one sentence."""
        outcome = self._as_server(*command, text=text)
        if outcome.returncode != 0:
            said = outcome.stderr.strip() or outcome.stdout.strip()
            raise OperationError(f"{Path(command[0]).name} failed: {said}")
        return outcome

    def _as_server(self, *command: str, text: str = "") -> subprocess.CompletedProcess[str]:
        """Run a program as the server's user."""
        program = shutil.which(command[0]) or command[0]
        return subprocess.run(  # noqa: PLW1510 - callers look at the return code
            [program, *command[1:]], input=text, capture_output=True, text=True, **self.user.options()
        )
