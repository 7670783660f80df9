"""What `make run` does once the programs are installed: database, schema, processes, and a wait until all is well."""

from __future__ import annotations

import http.client
import socket
import time
from collections.abc import Callable

from mapsvc.operations import migrations, processes
from mapsvc.operations.connections import fetch
from mapsvc.operations.deployment import Deployment
from mapsvc.operations.errors import OperationError

HEALTHY_SECONDS = 60
POLL_SECONDS = 0.1
HEALTH_PATH = "/health"

Say = Callable[[str], None]


def prepare(deployment: Deployment, say: Say) -> bool:
    """Bring the database up to the newest schema; return whether it was empty of one before."""
    if deployment.cluster is not None:
        if not deployment.cluster.exists:
            say("Creating a private PostGIS database")
        deployment.ensure_database()
    fresh = migrations.current(deployment.settings.owner_url) is None
    if migrations.upgrade(deployment.settings.owner_url, deployment.settings.database_url):
        say("Created the tables" if fresh else "Brought the tables to the newest version")
    return fresh


def has_city(deployment: Deployment) -> bool:
    """Tell whether this database was set up before: by the example data, or by `mapsvc city init`."""
    return bool(fetch(deployment.settings.database_url, "SELECT EXISTS (SELECT FROM city)")[0][0])


def start_services(deployment: Deployment, say: Say) -> None:
    """Start server and worker, replacing those that run an older program, and wait until the server is healthy."""
    wanted = processes.fingerprint(deployment)
    for service in processes.services(deployment):
        if processes.running(deployment, service.name) is not None:
            if processes.started_from(deployment, service.name) == wanted:
                continue
            say(f"Restarting the {service.name}: the program or its settings changed")
            processes.stop(deployment, service.name)
        if service.name == "server":
            refuse_taken_port(deployment)
        processes.start(deployment, service)
    _wait_until_healthy(deployment)


def refuse_taken_port(deployment: Deployment) -> None:
    """Stop with one sentence when another program has the port."""
    host, port = deployment.settings.host, deployment.settings.port
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        # Connections that just ended keep a port busy for a minute; they hinder neither the server nor this probe.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except PermissionError:
            raise OperationError(f"Port {port} needs root. Choose a port above 1023 with MAPSVC_PORT.") from None
        except OSError:
            raise OperationError(
                f"Port {port} on {host} is taken by another program. Stop it, or choose another port: "
                f"MAPSVC_PORT={port + 1} make run"
            ) from None


def healthy(deployment: Deployment) -> bool:
    """Ask the server whether it and its database are well."""
    connection = http.client.HTTPConnection(deployment.settings.host, deployment.settings.port, timeout=5)
    try:
        connection.request("GET", HEALTH_PATH)
        return connection.getresponse().status == http.client.OK
    except OSError:
        return False
    finally:
        connection.close()


def stop_services(deployment: Deployment) -> list[str]:
    """Stop the server and the worker; return the names of those that were running."""
    return [name for name in ("server", "worker") if processes.stop(deployment, name)]


def stop_everything(deployment: Deployment) -> list[str]:
    """Stop the server, the worker and the private database; return the names of what was running."""
    stopped = stop_services(deployment)
    if deployment.cluster is not None and deployment.cluster.is_running():
        deployment.cluster.stop()
        stopped.append("database")
    return stopped


def _wait_until_healthy(deployment: Deployment) -> None:
    """Wait for the server's own answer; a server that ended meanwhile is told at once, with the end of its log."""
    end = time.monotonic() + HEALTHY_SECONDS
    while not healthy(deployment):
        gone = processes.running(deployment, "server") is None
        if gone or time.monotonic() > end:
            raise _failure(
                deployment, "server", "ended" if gone else f"did not answer within {HEALTHY_SECONDS} seconds"
            )
        time.sleep(POLL_SECONDS)
    if processes.running(deployment, "worker") is None:
        raise _failure(deployment, "worker", "ended")


def _failure(deployment: Deployment, name: str, what: str) -> OperationError:
    """Return the error of a service that does not run, with the end of its log."""
    log, end = processes.log_file(deployment, name), processes.last_lines(deployment, name)
    return OperationError(f"The {name} {what}. Its log, {log}, ends with:\n{end}")
