"""Two people change one record from the same beginning: what each changed is joined; where both did, both are shown."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Clash:
    """A field that both changed, each to something else."""

    name: str
    yours: Any
    theirs: Any


@dataclass(frozen=True, slots=True)
class Joined:
    """The fields as they can be offered: yours where they clash, `taken` from theirs where only they changed one."""

    values: Mapping[str, Any]
    taken: tuple[str, ...]
    clashes: tuple[Clash, ...]


def same(left: object, right: object) -> bool:
    """Tell whether two values say the same; an empty text means "not known", an empty list means "known: none"."""
    alike = left == right and isinstance(left, bool) == isinstance(right, bool)
    return alike or (left in (None, "") and right in (None, ""))


def join(base: Mapping[str, Any] | None, yours: Mapping[str, Any], theirs: Mapping[str, Any]) -> Joined:
    """Join two changes of the same fields; a field that is missing has no value.

    `base` is what both began with. Without it nobody knows who changed a field: every difference is then a clash.
    """
    values: dict[str, Any] = {}
    taken: list[str] = []
    clashes: list[Clash] = []
    for name in dict.fromkeys([*yours, *theirs]):
        mine, other = yours.get(name), theirs.get(name)
        values[name] = mine
        if same(mine, other) or (base is not None and same(base.get(name), other)):
            continue
        if base is not None and same(base.get(name), mine):
            values[name] = other
            taken.append(name)
        else:
            clashes.append(Clash(name, mine, other))
    return Joined(values, tuple(taken), tuple(clashes))
