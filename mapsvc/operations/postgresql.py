"""PostgreSQL's own programs: where they are, and how to run them as a user they accept.

Which programs are run with which arguments is decided in `cluster` and `backup`.
"""

from __future__ import annotations

import os
import pwd
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mapsvc.operations.errors import OperationError

DEBIAN_PROGRAMS = Path("/usr/lib/postgresql")
DEBIAN_EXTENSIONS = Path("/usr/share/postgresql")
SERVER_PACKAGE = "postgresql-postgis"


@dataclass(frozen=True)
class ServerUser:
    """The operating system user the private server runs as; None in `name` means the user who is asking."""

    name: str | None
    uid: int
    gid: int

    def options(self) -> dict[str, Any]:
        """Return the arguments that make `subprocess` run a program as this user, from a folder it may enter."""
        if self.name is None:
            return {"cwd": "/"}
        home = pwd.getpwnam(self.name).pw_dir
        environment = {"PATH": os.environ.get("PATH", os.defpath), "LANG": "C.UTF-8", "HOME": home}
        return {
            "cwd": "/",
            "user": self.uid,
            "group": self.gid,
            "extra_groups": os.getgrouplist(self.name, self.gid),
            "env": environment,
        }


def server_user() -> ServerUser:
    """Return who runs the private server: `postgres` when root is asking (PostgreSQL refuses root), else the asker."""
    if os.geteuid() != 0:
        return ServerUser(None, os.geteuid(), os.getegid())
    try:
        entry = pwd.getpwnam("postgres")
    except KeyError:
        raise OperationError(
            f"The system user postgres is missing. Install it with PostgreSQL: apt-get install {SERVER_PACKAGE}"
        ) from None
    return ServerUser("postgres", entry.pw_uid, entry.pw_gid)


def _debian_versions() -> dict[int, Path]:
    """Return the program folder of each installed major version that has PostGIS, in Debian's layout."""
    return {
        int(folder.name): folder / "bin"
        for folder in DEBIAN_PROGRAMS.glob("[0-9]*")
        if folder.name.isdigit()
        and (folder / "bin" / "initdb").exists()
        and (DEBIAN_EXTENSIONS / folder.name / "extension" / "postgis.control").exists()
    }


def _elsewhere() -> dict[int, Path]:
    """Return the version on the PATH, for systems that do not use Debian's layout."""
    initdb = shutil.which("initdb")
    if initdb is None or DEBIAN_PROGRAMS.exists():
        return {}
    shown = subprocess.run([initdb, "--version"], capture_output=True, text=True, check=True).stdout
    found = re.search(r"(\d+)", shown)
    return {int(found.group(1)): Path(initdb).resolve().parent} if found else {}


def programs(major: int | None = None) -> Path:
    """Return the folder with initdb, pg_ctl and pg_dump.

    `major` asks for one version, as existing data does. Without it the newest version that has PostGIS is taken.
    """
    versions = _debian_versions() or _elsewhere()
    if major is not None and major in versions:
        return versions[major]
    if major is not None:
        raise OperationError(
            f"The data under var was written by PostgreSQL {major}, which is not installed here with PostGIS. "
            f"Install the package postgresql-{major}-postgis-3, or restore a backup into a new installation."
        )
    if not versions:
        raise OperationError(
            f"PostgreSQL with PostGIS is missing. Install the package: apt-get install {SERVER_PACKAGE}"
        )
    return versions[max(versions)]
