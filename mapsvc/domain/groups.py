"""Community groups that make maps."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Group:
    """A community group that makes maps."""

    id: UUID
    slug: str
    name: str
    about: str
    website: str | None
    area_id: UUID | None
    state: str
    requested_by: int | None
    created_at: datetime
    version: int = 1
    demonstration: bool = False


class Groups(Protocol):
    """Community groups."""

    def get(self, group_id: UUID, *, lock: bool = False) -> Group | None:
        """Return the group."""
        ...

    def by_slug(self, slug: str) -> Group | None:
        """Return the group with this slug."""
        ...

    def add(self, group: Group) -> None:
        """Add a group."""
        ...

    def update(self, group: Group) -> bool:
        """Write all fields if the version still holds; tell whether it did."""
        ...

    def waiting(self) -> list[Group]:
        """Return the groups that wait for approval, the oldest first."""
        ...
