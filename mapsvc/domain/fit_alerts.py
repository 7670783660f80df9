"""Telling a collective of spaces that fit it since the last time: which spaces it was told of, each once."""

from collections.abc import Collection
from datetime import datetime
from typing import Protocol
from uuid import UUID

#: Spaces that one mail names; the others are counted, and stand on the page.
MOST_TOLD = 10


class FitAlerts(Protocol):
    """What collectives were told of."""

    def note(self, collective_id: UUID, space_ids: Collection[UUID], now: datetime) -> set[UUID]:
        """Note that a collective knows these spaces; return those that it did not know before."""
        ...
