"""Snapshots: reading JSON that has one meaning only, and the hash of a result; the canonical form is the domain's."""

from __future__ import annotations

import json
from collections.abc import Mapping

from mapsvc.domain.canonical import pointer_to, sha256
from mapsvc.domain.errors import Invalid


class _Members(list[tuple[str, object]]):
    """The members of an object as they stand in the file, so that a name that comes twice is seen."""


def read_json(data: bytes) -> object:
    """Return the value of a JSON text in UTF-8; raises Invalid where it is none or a member comes twice."""
    try:
        return _checked(json.loads(data.decode(), object_pairs_hook=_Members, parse_constant=_refuse), "")
    except UnicodeDecodeError as error:
        raise Invalid(f"This is not a text in UTF-8 (byte {error.start}).") from None
    except json.JSONDecodeError as error:
        raise Invalid(f"This is not JSON: {error.msg} in line {error.lineno}, column {error.colno}.") from None
    except ValueError:
        # Python reads no number of more than 4,300 digits.
        raise Invalid("A number in this file is too long.") from None
    except RecursionError:
        raise Invalid("Lists and objects are nested too deeply.") from None


def _refuse(name: str) -> object:
    raise Invalid(f"This is not JSON: {name} is not a number.")


def _checked(value: object, pointer: str) -> object:
    if isinstance(value, _Members):
        known: dict[str, object] = {}
        for name, member in value:
            inside = pointer_to(pointer, name)
            if name in known:
                raise Invalid("This member comes twice.", inside)
            known[name] = _checked(member, inside)
        return known
    if isinstance(value, list):
        return [_checked(member, pointer_to(pointer, index)) for index, member in enumerate(value)]
    return value


def signed(result: Mapping[str, object]) -> dict[str, object]:
    """Return the result with `result_sha256`, the hash over everything else in it."""
    return {**result, "result_sha256": sha256(result)}
