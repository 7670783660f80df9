"""Tells subscribers what happened in their areas."""

from datetime import datetime

from mapsvc.bootstrap import Services
from mapsvc.usecases import subscriptions


def run(services: Services, now: datetime) -> dict[str, int]:
    """Queue the mails that are due and return how many told something, and how many had nothing to tell."""
    return subscriptions.tell(services.unit_of_work, services.subscription_token, now)
