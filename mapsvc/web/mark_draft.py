"""What somebody has entered so far while marking a place, as it travels from step to step in the form itself.

Where the place lies and what is near it is found in `mark_places`.
"""

import math
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields

from mapsvc.domain.errors import Invalid
from mapsvc.domain.spaces import check_place

#: The longest text of each field that is carried along, in characters; a longer one is refused at the last step.
_LONGEST = 4000
_WRITTEN = ("claim", "kind", "floor", "note", "email")


@dataclass(frozen=True, slots=True)
class Draft:
    """The fields of all three steps, as text. `space` is a known one, `beside` the neighbour of another unit.

    `placed` says how the place was found: device, map or address; `key` makes sending twice harmless; `right_place`
    says that a place off the map is meant; `pause` is the signed promise to wait (`mark_pause`).
    """

    key: str = ""
    z: str = ""
    address: str = ""
    placed: str = ""
    lon: str = ""
    lat: str = ""
    accuracy_m: str = ""
    street_id: str = ""
    street: str = ""
    number: str = ""
    space: str = ""
    beside: str = ""
    claim: str = ""
    kind: str = ""
    floor: str = ""
    note: str = ""
    email: str = ""
    right_place: str = ""
    pause: str = ""

    @classmethod
    def read(cls, values: Mapping[str, str]) -> "Draft":
        """Take the known fields of a request; a missing or unreadable key is replaced by a new one."""
        known = {item.name: values.get(item.name, "").strip()[:_LONGEST] for item in fields(cls)}
        try:
            known["key"] = str(uuid.UUID(known["key"]))
        except ValueError:
            known["key"] = str(uuid.uuid4())
        return cls(**known)

    @property
    def written(self) -> bool:
        """Tell whether something of the last step is filled in, which must not show in an address."""
        return any(getattr(self, name) for name in _WRITTEN)

    @property
    def has_place(self) -> bool:
        """Tell whether a place was found: a known space, or a position."""
        return bool(self.space or (self.placed and self.lon and self.lat))

    def hidden(self, *without: str) -> list[tuple[str, str]]:
        """Return the filled fields except `without`, for the hidden inputs of a step."""
        return [(name, value) for name, value in asdict(self).items() if value and name not in without]

    def position(self) -> tuple[float, float]:
        """Return lon and lat in degrees; raise Invalid when they are no place on the map."""
        lon, lat = number(self.lon, "/lon"), number(self.lat, "/lat")
        check_place(lon, lat)
        return lon, lat

    def accuracy(self) -> float | None:
        """Return the accuracy in metres, None where it is not known or makes no sense."""
        try:
            metres = float(self.accuracy_m)
        except ValueError:
            return None
        return metres if 0 < metres <= 100_000 else None


def number(text: str, pointer: str) -> float:
    """Return a finite number; raise Invalid at `pointer` for any other text."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise Invalid("a number is needed", pointer, code="not_a_number", value=text)
    return value
