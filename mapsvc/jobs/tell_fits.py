"""Tells collectives by mail of new spaces that fit them."""

from datetime import datetime

from mapsvc.bootstrap import Services
from mapsvc.usecases import fit_alerts
from mapsvc.usecases.market import Market


def run(services: Services, now: datetime) -> dict[str, int]:
    """Queue the mails and return how many, and of how many spaces they tell."""
    return fit_alerts.tell(services.unit_of_work, Market(), services.collective_token, now)
