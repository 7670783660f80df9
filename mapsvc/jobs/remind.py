"""Asks whoever marked a place and left an address whether it is still true."""

from datetime import datetime

from mapsvc.bootstrap import Services
from mapsvc.usecases import reminders


def run(services: Services, now: datetime) -> dict[str, int]:
    """Queue the reminders that are due and return how many."""
    return reminders.remind(services.unit_of_work, now)
