"""Where an account may look at the desk: everywhere, or the areas of its grants with everything that lies in them."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from mapsvc.domain.people import Action, Actor, allows


@dataclass(frozen=True)
class Scope:
    """The areas of an account for one action; sub-areas are found by the queries."""

    everywhere: bool
    areas: tuple[UUID, ...]

    @classmethod
    def of(cls, actor: Actor, action: Action) -> "Scope":
        """Return where `actor` may do `action`; with no grant for it, nowhere."""
        own = {grant.area_id for grant in actor.grants if grant.area_id is not None}
        areas = tuple(sorted((area for area in own if allows(actor, action, (area,))), key=str))
        return cls(allows(actor, action), areas)

    def params(self) -> dict[str, Any]:
        """Return the parameters `everywhere` and `areas` of the desk's queries."""
        return {"everywhere": self.everywhere, "areas": [str(area) for area in self.areas]}
