"""What a simulation changes against the call as it stands, and its strict reader; the changed run is made elsewhere."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mapsvc.domain.errors import Invalid

WEIGHTS = ("merit", "impact", "fit", "owner")
MECHANISMS = ("stable", "optimal")
#: The engine's id of a lot that only a simulation knows.
ADDED_LOT = "+"
_MOST = 1_000
_LONGEST = 200
_MEMBERS = ("add_space", "drop_locks", "exclude", "forbid", "hold_out", "mechanism", "relax", "require", "seats",
            "weights")  # fmt: skip

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Changes:
    """Changes of one simulation; applications by code, lots by number, rules by code and part such as H09.evening.

    `relax` lists rules that keep nobody apart; `seats` adds seats to lots; `add_space` is the slug of a space that is
    offered as one more lot, listed last by everybody. `drop_locks` computes as if no officer had decided anything.
    """

    weights: Mapping[str, int] | None = None
    mechanism: str | None = None
    relax: frozenset[str] = frozenset()
    seats: Mapping[str, int] = field(default_factory=dict)
    add_space: str | None = None
    require: tuple[Pair, ...] = ()
    forbid: tuple[Pair, ...] = ()
    exclude: frozenset[str] = frozenset()
    hold_out: frozenset[str] = frozenset()
    drop_locks: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return what differs from no change at all."""
        given: dict[str, Any] = {
            "add_space": self.add_space,
            "drop_locks": self.drop_locks or None,
            "exclude": sorted(self.exclude),
            "forbid": [list(pair) for pair in self.forbid],
            "hold_out": sorted(self.hold_out),
            "mechanism": self.mechanism,
            "relax": sorted(self.relax),
            "require": [list(pair) for pair in self.require],
            "seats": dict(sorted(self.seats.items())),
            "weights": None if self.weights is None else dict(self.weights),
        }
        return {name: value for name, value in given.items() if value}


def read_changes(given: object) -> Changes:
    """Return the changes of a parsed JSON object; raises Invalid with a JSON pointer at the first thing that is wrong.

    Whether the codes and numbers exist is told where the changes are applied.
    """
    if not isinstance(given, dict):
        raise Invalid("An object is needed.", "")
    for name in given:
        if name not in _MEMBERS:
            raise Invalid("This member is not known.", f"/{name}", code="unknown_member")
    mechanism = given.get("mechanism")
    if mechanism is not None and mechanism not in MECHANISMS:
        raise Invalid("One of these is needed: stable, optimal.", "/mechanism", code="not_an_option")
    drop = given.get("drop_locks", False)
    if not isinstance(drop, bool):
        raise Invalid("true or false is needed.", "/drop_locks")
    space = given.get("add_space")
    return Changes(
        weights=_weights(given.get("weights")),
        mechanism=mechanism,
        relax=frozenset(_texts(given.get("relax", []), "/relax")),
        seats=_seats(given.get("seats", {})),
        add_space=None if space is None else _text(space, "/add_space"),
        require=_pairs(given.get("require", []), "/require"),
        forbid=_pairs(given.get("forbid", []), "/forbid"),
        exclude=frozenset(_texts(given.get("exclude", []), "/exclude")),
        hold_out=frozenset(_texts(given.get("hold_out", []), "/hold_out")),
        drop_locks=drop,
    )


def _weights(given: object) -> dict[str, int] | None:
    if given is None:
        return None
    if not isinstance(given, dict) or set(given) != set(WEIGHTS):
        raise Invalid("The weights are merit, impact, fit and owner.", "/weights", code="weights_members")
    weights = {name: _whole(given[name], f"/weights/{name}", 0, 100) for name in WEIGHTS}
    if sum(weights.values()) != 100:
        raise Invalid("The weights must add to 100.", "/weights", code="weights_sum", sum=sum(weights.values()))
    return weights


def _seats(given: object) -> dict[str, int]:
    if not isinstance(given, dict) or len(given) > _MOST:
        raise Invalid("An object of lots and seats is needed.", "/seats")
    return {_text(lot, "/seats"): _whole(more, f"/seats/{lot}", 1, _MOST) for lot, more in given.items()}


def _whole(value: object, pointer: str, least: int, most: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise Invalid(f"A whole number from {least} to {most} is needed.", pointer, code="not_in_range",
                      least=least, most=most)  # fmt: skip
    return value


def _text(value: object, pointer: str) -> str:
    if not isinstance(value, str) or not value or len(value) > _LONGEST or not value.isprintable():
        raise Invalid("A short text is needed.", pointer)
    return value


def _texts(value: object, pointer: str) -> list[str]:
    if not isinstance(value, list) or len(value) > _MOST:
        raise Invalid("A list is needed.", pointer)
    return [_text(one, f"{pointer}/{place}") for place, one in enumerate(value)]


def _pairs(value: object, pointer: str) -> tuple[Pair, ...]:
    if not isinstance(value, list) or len(value) > _MOST:
        raise Invalid("A list is needed.", pointer)
    found = []
    for place, one in enumerate(value):
        if not isinstance(one, list) or len(one) != 2:
            raise Invalid("An application and a lot are needed.", f"{pointer}/{place}")
        found.append((_text(one[0], f"{pointer}/{place}/0"), _text(one[1], f"{pointer}/{place}/1")))
    return tuple(found)
