"""Deletes or rounds what has served its time."""

from datetime import datetime

from mapsvc.bootstrap import Services
from mapsvc.usecases import erasures, upkeep


def run(services: Services, now: datetime) -> dict[str, int]:
    """Tidy up and return the numbers by kind."""
    erasures.note_missing(services.unit_of_work(), services)
    return upkeep.tidy(services.unit_of_work, services.kept_files, now)


def preview(services: Services, now: datetime) -> dict[str, int]:
    """Return the numbers that `run` would return now, and change nothing."""
    return upkeep.tidy(services.unit_of_work, services.kept_files, now, dry_run=True)
