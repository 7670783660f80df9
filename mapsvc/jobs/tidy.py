"""Deletes or rounds what has served its time."""

from datetime import datetime

from mapsvc.bootstrap import Services
from mapsvc.usecases import upkeep


def run(services: Services, now: datetime) -> dict[str, int]:
    """Tidy up and return the numbers by kind."""
    return upkeep.tidy(services.unit_of_work, now)
