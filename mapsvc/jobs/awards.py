"""Ends offers that nobody answered in time, and lets premises be on their way back before their period ends."""

from datetime import datetime

from mapsvc.bootstrap import Services
from mapsvc.usecases import award_contracts, awards


def run(services: Services, now: datetime) -> dict[str, int]:
    """End offers and announce returns; return how many of each."""
    begin = services.unit_of_work
    return {
        "expired": awards.expire(begin, now),
        "returning": award_contracts.announce_returns(begin, now.date(), now),
    }
