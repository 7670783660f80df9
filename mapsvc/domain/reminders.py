"""Reminders: whoever marked a place and left an address is asked again when its status is about to fade.

Who is asked about which place, and how often, is decided here; the words of the mail are in ``notify``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol
from uuid import UUID

from mapsvc.domain.observations import Claim

#: Never more than one reminder for a place within this time.
LEAST_BETWEEN = timedelta(days=60)
#: The links of a reminder work for this long.
LINK_LIFE = timedelta(days=60)

_IN_USE = frozenset({"probable_occupied", "confirmed_occupied"})


@dataclass(frozen=True, slots=True)
class DueReminder:
    """A place whose check is due, and who marked it; `link_*` are those of the private link they got then.

    `exact` tells whether the mail may call the place by its name; `name` falls back to the area's.
    """

    space_id: UUID
    name: str
    area_name: str
    status: str
    last_confirmed_on: date | None
    due_on: date
    contact_id: UUID
    email: str
    lang: str
    observation_id: UUID
    link_created_at: datetime
    link_expires_at: datetime


@dataclass(frozen=True, slots=True)
class ReminderLink:
    """What a link of a reminder still is good for."""

    used_at: datetime | None


def is_due(
    next_check_due: date | None, last_looked_on: date | None, last_reminded_at: datetime | None, now: datetime
) -> bool:
    """Tell whether to remind: the check is due, nobody has looked since, and the last reminder is 60 days old."""
    if next_check_due is None or next_check_due > now.date():
        return False
    if last_looked_on is not None and last_looked_on >= next_check_due:
        return False
    return last_reminded_at is None or now - last_reminded_at >= LEAST_BETWEEN


def still_true(status: str) -> Claim:
    """Return what “still true” says about a place of this status; before anybody knows, that it is vacant."""
    return Claim.OCCUPIED if status in _IN_USE else Claim.VACANT


class Reminders(Protocol):
    """Reminders that were sent, and those that are due."""

    def take_due(self, now: datetime, limit: int) -> list[DueReminder]:
        """Return what is due, the longest first, the places locked against other workers."""
        ...

    def note(self, reminder: DueReminder, at: datetime) -> bool:
        """Note a reminder; tell whether it is the first for this place, address and day."""
        ...

    def add_link(self, token_hash: str, reminder: DueReminder, expires_at: datetime) -> None:
        """Keep the hash of a reminder's token."""
        ...

    def link(self, token_hash: str) -> ReminderLink | None:
        """Return a reminder's link, locked against a second use."""
        ...

    def use(self, token_hash: str, at: datetime) -> None:
        """Note that the link's one answer was given."""
        ...
