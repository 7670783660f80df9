"""Reading parsed JSON strictly: every reader returns what it promises or raises Invalid with a JSON pointer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from mapsvc.domain.canonical import pointer_to
from mapsvc.domain.errors import Invalid

LONGEST_ID = 200

_Value = TypeVar("_Value")


def read_object(value: object, pointer: str) -> dict[str, object]:
    """Return a JSON object."""
    if not isinstance(value, dict):
        raise Invalid("An object is needed.", pointer, code="not_an_object")
    return value


def read_text(value: object, pointer: str, longest: int, least: int = 1) -> str:
    """Return a printable text of at least `least` and at most `longest` characters."""
    if not isinstance(value, str) or len(value) < least:
        raise Invalid(
            "A text that is not empty is needed." if least else "A text is needed.", pointer, code="text_type"
        )
    if len(value) > longest:
        raise Invalid(f"At most {longest} characters.", pointer, code="text_length")
    if not value.isprintable():
        raise Invalid("Only printable characters.", pointer, code="text_character")
    return value


def read_whole(value: object, pointer: str, least: int, most: int) -> int:
    """Return a whole number within bounds; true and false are none."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise Invalid("A whole number is needed.", pointer, code="whole_number")
    if not least <= value <= most:
        raise Invalid(
            f"A whole number from {least} to {most} is needed.", pointer, code="whole_range", least=least, most=most
        )
    return value


def read_by_id(
    value: object,
    pointer: str,
    read: Callable[[object, str], _Value],
    among: Mapping[str, object] | None = None,
    noun: str = "",
) -> dict[str, _Value]:
    """Return the members of an object in the order of their ids; `among` names the only ids that may stand."""
    members = read_object(value, pointer)
    found = {}
    for name in sorted(members):
        at = pointer_to(pointer, name)
        if among is None:
            read_text(name, at, LONGEST_ID)
        elif name not in among:
            raise Invalid(f"There is no such {noun}.", at)
        found[name] = read(members[name], at)
    return found


def read_ids(value: object, pointer: str, among: Mapping[str, object], noun: str) -> tuple[str, ...]:
    """Return the ids of a list in its order; each must be `among` the known ones and come once."""
    if not isinstance(value, list):
        raise Invalid(f"A list with the id of each {noun} is needed.", pointer)
    found: dict[str, None] = {}
    for index, name in enumerate(value):
        at = pointer_to(pointer, index)
        if not isinstance(name, str) or name not in among:
            raise Invalid(f"There is no such {noun}.", at)
        if name in found:
            raise Invalid(f"This {noun} comes twice.", at)
        found[name] = None
    return tuple(found)


def read_members(value: object, pointer: str, names: tuple[str, ...], *, all_of_them: bool) -> dict[str, object]:
    """Return the members of an object that may hold only `names`, and must hold them where `all_of_them`."""
    members = read_object(value, pointer)
    for name in members:
        if name not in names:
            raise Invalid("This member is not known.", pointer_to(pointer, name), code="unknown_field")
    for name in names:
        if all_of_them and name not in members:
            raise Invalid("This member is missing.", pointer_to(pointer, name), code="required")
    return members


def read_pairs(
    value: object, pointer: str, lots: Mapping[str, object], applications: Mapping[str, object]
) -> list[tuple[str, str]]:
    """Return pairs of an application and a lot in their order; each pair may come once."""
    if not isinstance(value, list):
        raise Invalid("A list of pairs is needed.", pointer)
    found: dict[tuple[str, str], None] = {}
    for index, pair in enumerate(value):
        at = pointer_to(pointer, index)
        if not isinstance(pair, list) or len(pair) != 2:
            raise Invalid("A pair of an application and a lot is needed.", at)
        application, lot = pair
        if not isinstance(application, str) or application not in applications:
            raise Invalid("There is no such application.", f"{at}/0")
        if not isinstance(lot, str) or lot not in lots:
            raise Invalid("There is no such lot.", f"{at}/1")
        if (application, lot) in found:
            raise Invalid("This pair comes twice.", at)
        found[application, lot] = None
    return list(found)
