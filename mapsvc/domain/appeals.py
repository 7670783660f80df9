"""An appeal against a decision: asked for once by the private page, decided by somebody else than the first time."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from mapsvc.domain.errors import Conflict, Forbidden
from mapsvc.domain.rulings import Ruling


@dataclass(frozen=True, slots=True)
class Appeal:
    """What somebody asks to have looked at again, and the answer once there is one."""

    id: UUID
    ruling_id: UUID
    space_id: UUID
    observation_id: UUID | None
    text: str
    created_at: datetime
    state: str = "open"
    decided_by: int | None = None
    decided_at: datetime | None = None
    answer: str | None = None


def check_appeal(ruling: Ruling, newest: Ruling, earlier: Appeal | None, now: datetime) -> None:
    """Raise Conflict unless `ruling` can be appealed against at `now`: it stands, the first time, within 30 days."""
    if not ruling.appealable or newest.id != ruling.id:
        raise Conflict("this decision does not stand any more", code="state")
    if earlier is not None:
        raise Conflict("there is an appeal already", code="appealed_before")
    if now > ruling.appeal_until:
        raise Conflict("the 30 days are over", code="appeal_over")


def check_other_person(ruling: Ruling, user_id: int | None) -> None:
    """Raise Forbidden for whoever took the decision: another moderator decides about the appeal (publication 5.2)."""
    if ruling.decided_by is not None and ruling.decided_by == user_id:
        raise Forbidden("another moderator decides about the appeal", code="own_decision")


class Appeals(Protocol):
    """Appeals against decisions."""

    def add(self, appeal: Appeal) -> None:
        """Keep an appeal."""
        ...

    def get(self, appeal_id: UUID, *, lock: bool = False) -> Appeal | None:
        """Return an appeal, locked against other deciders on request."""
        ...

    def of_ruling(self, ruling_id: UUID) -> Appeal | None:
        """Return the appeal against a decision."""
        ...

    def close(self, appeal: Appeal) -> None:
        """Write state, answer, and who decided when."""
        ...
