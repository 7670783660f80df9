"""What organisations are, which kinds of partner a network lacks, and when one falls silent (domain.md 2.9)."""

from collections.abc import Iterable
from datetime import date, timedelta
from enum import StrEnum


class Sector(StrEnum):
    """The five helices: the kinds of partner that care for a city together."""

    PUBLIC = "public"
    PRIVATE = "private"
    KNOWLEDGE = "knowledge"
    CIVIL_SOCIETY = "civil_society"
    INHABITANTS = "inhabitants"


class Formality(StrEnum):
    """How firmly an organisation is founded."""

    INFORMAL = "informal"
    PROJECT_BASED = "project_based"
    REGISTERED = "registered"


class RoleKind(StrEnum):
    """Kinds of organisation that a city gives a place of their own."""

    MUNICIPAL_OFFICE = "municipal_office"
    NEIGHBOURHOOD_HOUSE = "neighbourhood_house"
    DISTRICT_COUNCIL = "district_council"
    TRUST_ORGANISATION = "trust_organisation"
    FOUNDATION = "foundation"
    UNIVERSITY = "university"
    NETWORK = "network"


class MembershipKind(StrEnum):
    """How an organisation belongs to another one."""

    MEMBER_OF = "member_of"
    CONNECTED_TO = "connected_to"


INITIATIVE_ROLES = ("lead", "partner", "supporter", "funder", "host")
DORMANT_AFTER = timedelta(days=730)
"""An organisation that nobody confirmed for two years is shown as dormant."""


def missing_sectors(present: Iterable[str | None]) -> tuple[Sector, ...]:
    """Return the kinds of partner that a network has none of, in the order of the helices."""
    have = set(present)
    return tuple(sector for sector in Sector if sector.value not in have)


def is_open(starts: str | None, ends: str | None, today: date) -> bool:
    """Tell whether a membership holds today; partial dates (`2024`, `2024-05`) count from their first to last day."""
    day = today.isoformat()
    begun = starts is None or starts <= day[: len(starts)]
    return begun and (ends is None or day[: len(ends)] <= ends)


def falls_dormant(state: str, heard_on: date | None, today: date) -> bool:
    """Tell whether an active organisation has been silent for two years."""
    return state == "active" and heard_on is not None and heard_on + DORMANT_AFTER <= today
