"""Which counts of places may be shown: one of a few coarse places would point at each of them (publication 5.1).

A count is made of exact places, which everybody sees one by one, and of coarse ones. The coarse ones are counted in it
when there are none or at least three of them; else they are left to the next larger area, and the count says so.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

#: Fewer coarse places than this could be told apart; they are counted in a larger group only (publication 5.1).
LEAST_COARSE = 3


@dataclass(frozen=True, slots=True)
class ShownCount:
    """A count as it may be shown; ``few`` says that one or two coarse places are not in it."""

    count: int
    few: bool = False


def public_count(units: int) -> int | None:
    """The number of coarse places that may be shown; None when a larger area's number has to stand for it."""
    return units if units == 0 or units >= LEAST_COARSE else None


def shown_count(exact: int, coarse: int) -> ShownCount:
    """The count of a group of exact and coarse places as it may be shown."""
    shown = public_count(coarse)
    return ShownCount(exact + (shown or 0), few=shown is None)


@dataclass(frozen=True, slots=True)
class AreaCount:
    """How many places an area holds itself, without those of its parts; ``parent`` is the key of what it lies in."""

    parent: str | None
    exact: int = 0
    coarse: int = 0


def folded(areas: Mapping[str, AreaCount]) -> dict[str, ShownCount]:
    """The shown count of each area, parts included: a few coarse places count in the first larger area with enough.

    What an area shows beyond its parts is none or at least three coarse places, so that no subtraction finds fewer.
    """
    parts: dict[str | None, list[str]] = {}
    for key, area in areas.items():
        parts.setdefault(area.parent if area.parent in areas else None, []).append(key)
    shown: dict[str, ShownCount] = {}

    def fold(key: str) -> tuple[int, int]:
        """Return how many places the area shows, and how many coarse ones it leaves to what it lies in."""
        below = [fold(part) for part in parts.get(key, ())]
        left = areas[key].coarse + sum(rest for _shown, rest in below)
        own = public_count(left)
        count = areas[key].exact + sum(number for number, _rest in below) + (own or 0)
        shown[key] = ShownCount(count, few=own is None)
        return count, left if own is None else 0

    for root in parts.get(None, ()):
        fold(root)
    return shown


def together(counts: Iterable[ShownCount]) -> ShownCount:
    """The sum of counts as it may be shown: what one of them leaves out, the sum leaves out as well."""
    known = list(counts)
    return ShownCount(sum(one.count for one in known), few=any(one.few for one in known))
