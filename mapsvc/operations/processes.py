"""The two processes of a small installation, server and job worker: started in the background, found, stopped.

A city with systemd runs the same two commands as units and never comes through this module.
"""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

from mapsvc.config import ROOT
from mapsvc.operations.deployment import Deployment
from mapsvc.operations.errors import OperationError
from mapsvc.operations.kernel import born, wait

STOP_SECONDS = 20
LOG_BYTES_KEPT = 5_000_000
#: One for reading and one for writing: fewer would let requests wait for each other.
CONNECTIONS_PER_REQUEST = 2
PROGRAM_SUFFIXES = {".py", ".html", ".txt", ".sql", ".css", ".js", ".svg", ".mo"}


@dataclass(frozen=True)
class Service:
    """One background process: its name and how it is started."""

    name: str
    command: tuple[str, ...]


def services(deployment: Deployment) -> tuple[Service, Service]:
    """Return the server and the worker of a deployment."""
    settings = deployment.settings
    server = (
        *(sys.executable, "-m", "granian", "--interface", "wsgi"),
        *("--host", settings.host, "--port", str(settings.port), "--workers", str(settings.web_workers)),
        *(
            "--blocking-threads",
            str(max(1, settings.pool_size // CONNECTIONS_PER_REQUEST)),
            "--respawn-failed-workers",
            "--no-ws",
        ),
        "mapsvc.wsgi:app",
    )
    return Service("server", server), Service("worker", (sys.executable, "-m", "mapsvc.cli", "worker"))


def fingerprint(deployment: Deployment) -> str:
    """Return a text that changes when the program or its settings do, so that `up` knows when to start anew."""
    digest = hashlib.sha256()
    for path in sorted((ROOT / "mapsvc").rglob("*")):
        if path.suffix in PROGRAM_SUFFIXES:
            seen = path.stat()
            digest.update(f"{path}:{seen.st_mtime_ns}:{seen.st_size}".encode())
    settings = {name: value for name, value in deployment.environment().items() if name.startswith("MAPSVC_")}
    digest.update(json.dumps(settings, sort_keys=True).encode())
    return digest.hexdigest()


def running(deployment: Deployment, name: str) -> int | None:
    """Return the process id of a service that was started here and still runs."""
    note = _note(deployment, name)
    try:
        told = json.loads(note.read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return None
    # A process id is used again after a restart of the machine; its moment of birth is not.
    pid = int(told["pid"])
    return pid if born(pid) == told["born"] else None


def started_from(deployment: Deployment, name: str) -> str:
    """Return the fingerprint a running service was started with."""
    try:
        return str(json.loads(_note(deployment, name).read_text())["fingerprint"])
    except (FileNotFoundError, json.JSONDecodeError, KeyError):
        return ""


def start(deployment: Deployment, service: Service) -> int:
    """Start a service in the background, its output in a log file, and return its process id."""
    deployment.installation.create()
    log = log_file(deployment, service.name)
    if log.exists() and log.stat().st_size > LOG_BYTES_KEPT:
        log.replace(log.with_suffix(".log.1"))
    with log.open("ab") as output:
        process = subprocess.Popen(
            service.command,
            cwd=ROOT,
            env=deployment.environment(),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            # In its own session the service survives the terminal, and Ctrl-C there does not reach it.
            start_new_session=True,
        )
    told = {
        "pid": process.pid,
        "born": born(process.pid),
        "fingerprint": fingerprint(deployment),
        "host": deployment.settings.host,
        "port": deployment.settings.port,
    }
    draft = _note(deployment, service.name).with_suffix(".new")
    draft.write_text(json.dumps(told) + "\n")
    draft.replace(_note(deployment, service.name))
    return process.pid


def as_started(deployment: Deployment) -> Deployment:
    """Return the deployment with the address at which the running server was started, whatever is set by now."""
    if running(deployment, "server") is None:
        return deployment
    told = json.loads(_note(deployment, "server").read_text())
    host, port = str(told["host"]), int(told["port"])
    named = deployment.settings.public_url != deployment.address
    public_url = deployment.settings.public_url if named else f"http://{host}:{port}"
    settings = replace(deployment.settings, host=host, port=port, public_url=public_url)
    return replace(deployment, settings=settings)


def stop(deployment: Deployment, name: str) -> bool:
    """Ask a service to end its work, insist after a while, and return whether it was running."""
    pid = running(deployment, name)
    if pid is None:
        _note(deployment, name).unlink(missing_ok=True)
        return False
    os.kill(pid, signal.SIGTERM)
    if not wait(lambda: running(deployment, name) is None, STOP_SECONDS):
        os.killpg(pid, signal.SIGKILL)
        if not wait(lambda: running(deployment, name) is None, STOP_SECONDS):
            raise OperationError(f"The {name}, process {pid}, does not end. Look at {log_file(deployment, name)}.")
    _note(deployment, name).unlink(missing_ok=True)
    return True


def log_file(deployment: Deployment, name: str) -> Path:
    """Return the log file of a service."""
    return deployment.installation.log / f"{name}.log"


def last_lines(deployment: Deployment, name: str, count: int = 15) -> str:
    """Return the end of a service's log."""
    log = log_file(deployment, name)
    return "\n".join(log.read_text(errors="replace").splitlines()[-count:]) if log.exists() else ""


def _note(deployment: Deployment, name: str) -> Path:
    """Return the file that remembers a service's process."""
    return deployment.installation.run / f"{name}.json"
