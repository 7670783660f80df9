"""Halves the tallies of reporters when their year is over, and concludes again where a changed reliability counts."""

from datetime import datetime

from mapsvc.bootstrap import Services
from mapsvc.usecases import reporters


def run(services: Services, now: datetime) -> dict[str, int]:
    """Reckon all reporters and return how many changed and how many spaces were concluded again."""
    return reporters.reckon(services.unit_of_work, now)
