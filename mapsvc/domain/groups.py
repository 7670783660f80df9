"""Community groups that make maps."""

from dataclasses import dataclass
from datetime import datetime
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
