"""What must not be stored as a vacancy and is a message to the office instead: homes, and signs of people living there.

Nothing public ever comes of a message (publication 5.1).
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

#: Messages are deleted so many days after the office closed them; what happened with a home is nobody's later business.
KEPT_DAYS = 90
LONGEST_NOTE = 2000
LIVED_IN = "lived_in"


@dataclass(frozen=True, slots=True)
class OfficeMessage:
    """A message to the office: where (degrees), what somebody wrote, and the public record that they meant, if any."""

    id: UUID
    lon: float
    lat: float
    reporter: str
    created_at: datetime
    kind: str = LIVED_IN
    note: str | None = None
    area_id: UUID | None = None
    space_id: UUID | None = None
    state: str = "open"


class OfficeMessages(Protocol):
    """Messages to the office."""

    def add(self, message: OfficeMessage) -> None:
        """Add a message."""
        ...

    def get(self, message_id: UUID, *, lock: bool = False) -> OfficeMessage | None:
        """Return a message, locked on request."""
        ...

    def close(self, message_id: UUID, user_id: int, at: datetime) -> None:
        """Close a message; from then on its days are counted."""
        ...
