"""What runs here, in which versions, and how many records it holds."""

from __future__ import annotations

import platform
from importlib.metadata import version
from typing import Any

from mapsvc.operations import migrations, processes, startup
from mapsvc.operations.connections import fetch
from mapsvc.operations.deployment import Deployment
from mapsvc.operations.errors import OperationError

NOUNS = ("areas", "spaces", "pacts", "initiatives", "collectives")
VERSIONS = "SELECT current_setting('server_version'), extversion FROM pg_extension WHERE extname = 'postgis'"
COUNTS = """
SELECT (SELECT count(*) FROM areas), (SELECT count(*) FROM spaces), (SELECT count(*) FROM pacts),
       (SELECT count(*) FROM initiatives), (SELECT count(*) FROM collectives)
"""


def records(url: str) -> dict[str, int]:
    """Return how many records of each noun the database holds, in every state; zeros when there is no schema yet."""
    if migrations.current(url) is None:
        return dict.fromkeys(NOUNS, 0)
    return dict(zip(NOUNS, fetch(url, COUNTS)[0], strict=True))


def status(deployment: Deployment) -> dict[str, Any]:
    """Return the state of a deployment as plain values, without starting anything."""
    deployment = processes.as_started(deployment)
    url = deployment.settings.database_url
    versions: dict[str, str | None] = {"mapsvc": version("mapsvc"), "python": platform.python_version()}
    answer: dict[str, Any] = {
        "address": deployment.settings.public_url if deployment.cluster is None else deployment.address,
        "versions": versions,
        "records": dict.fromkeys(NOUNS, 0),
        "running": {
            "server": startup.healthy(deployment),
            "worker": processes.running(deployment, "worker") is not None,
            "database": False,
        },
    }
    try:
        server, postgis = fetch(url, VERSIONS)[0]
        versions |= {"postgresql": server.split()[0], "postgis": postgis, "schema": migrations.current(url)}
        answer["records"] = records(url)
        answer["running"]["database"] = True
    except (OperationError, IndexError) as error:
        answer["problem"] = str(error) or "The database has no PostGIS extension."
    return answer
