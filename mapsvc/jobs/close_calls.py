"""Closes calls whose deadline has passed."""

from datetime import datetime

from mapsvc.bootstrap import Services
from mapsvc.usecases import call_states


def run(services: Services, now: datetime) -> dict[str, int]:
    """Close what is due and return how many calls that were."""
    return {"closed": len(call_states.close_due(services.unit_of_work(), now))}
