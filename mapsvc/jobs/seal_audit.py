"""Seals what was added to the history."""

from datetime import datetime

from mapsvc.bootstrap import Services
from mapsvc.usecases import seals


def run(services: Services, now: datetime) -> dict[str, int]:
    """Continue the chain and return how many entries were sealed."""
    return {"sealed": seals.seal(services.unit_of_work, now)}
