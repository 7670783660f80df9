"""Asks collectives that were silent for a year whether they still exist, and dissolves those that do not answer."""

from datetime import datetime

from mapsvc.bootstrap import Services
from mapsvc.usecases import collective_states


def run(services: Services, now: datetime) -> dict[str, int]:
    """Queue the questions, dissolve, and return how many of each."""
    return collective_states.watch_silence(services.unit_of_work, services.collective_token, now)
