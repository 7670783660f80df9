"""Described fields: one table says what a value may be; forms, spreadsheets, exports and parsers all read that table.

What the fields mean is in ``features`` (premises) and ``needs`` (collectives); this module only knows kinds of values.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from mapsvc.domain.errors import Invalid
from mapsvc.domain.week import WeeklyHours

MAX_TEXT = 2_000
MAX_ITEMS = 200
MAX_WINDOWS = 12
PARTIAL_DATE = re.compile(r"(?P<year>[12][0-9]{3})(-(?P<month>0[1-9]|1[0-2]))?")
ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """What one field may hold.

    ``kind`` is one of decimal, integer, level, boolean, enum, need, date, partial_date, codes, references, text, money
    (cents), money_month (cents a month), weekly_hours, windows, certificates, point. ``visibility`` is public,
    accredited, parties or secret. ``weight`` counts towards completeness. ``nice`` says that the need may be marked as
    welcome instead of necessary.
    """

    code: str
    kind: str
    group: str
    unit: str = ""
    options: tuple[str, ...] = ()
    visibility: str = "public"
    minimum: float | None = None
    maximum: float | None = None
    decimals: int = 0
    weight: int = 0
    nice: bool = False


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """A half-open period in which premises are free; ``until`` None means without a planned end."""

    start: date
    until: date | None = None


@dataclass(frozen=True, slots=True, order=True)
class Certificate:
    """A certificate of the premises; ``valid_until`` is its last valid day, None where it does not expire."""

    kind: str
    valid_until: date | None = None


def read_members(specs: Sequence[FieldSpec], obj: object) -> dict[str, object]:
    """Return the values of a JSON object by field code, raising Invalid for anything that the table does not allow.

    A member that is null is not known and is left out.
    """
    if not isinstance(obj, Mapping):
        raise Invalid("This must be an object with named fields.", "", code="not_an_object")
    by_code = {spec.code: spec for spec in specs}
    values: dict[str, object] = {}
    for code, raw in obj.items():
        spec = by_code.get(code) if isinstance(code, str) else None
        if spec is None:
            raise Invalid("There is no field of this name.", _pointer(str(code)), code="unknown_field")
        if raw is not None:
            values[spec.code] = read_value(spec, raw, _pointer(spec.code))
    return values


def read_value(spec: FieldSpec, raw: object, pointer: str = "") -> object:
    """Return the value of one field from its JSON form; raises Invalid with the pointer given."""
    value = READERS[spec.kind](spec, raw, pointer)
    if isinstance(value, int | float) and not isinstance(value, bool):
        low, high = spec.minimum, spec.maximum
        if low is not None and value < low:
            raise Invalid(f"The value must be at least {low:.12g}.", pointer, code="too_small", minimum=low)
        if high is not None and value > high:
            raise Invalid(f"The value must be at most {high:.12g}.", pointer, code="too_large", maximum=high)
    return value


def write_value(value: object) -> object:
    """Return the JSON form of a value that `read_value` has returned."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Window):
        return {"from": value.start.isoformat(), "to": value.until.isoformat() if value.until else None}
    if isinstance(value, Certificate):
        return {"kind": value.kind, "valid_until": value.valid_until.isoformat() if value.valid_until else None}
    if isinstance(value, WeeklyHours):
        return value.to_json()
    if isinstance(value, tuple):
        return [write_value(item) for item in value]
    return value


def completeness(specs: Sequence[FieldSpec], values: object) -> float:
    """Return the weight of the known fields over the weight of all, 0 to 1 (domain.md 2.1)."""
    total = sum(spec.weight for spec in specs)
    known = sum(spec.weight for spec in specs if getattr(values, spec.code) is not None)
    return known / total


def is_clean(text: str) -> bool:
    """Say whether a text can be stored: no NUL, no control characters but tab and line feed, no lone surrogates."""
    return not any((ord(c) < 32 and c not in "\t\n") or ord(c) == 127 or 0xD800 <= ord(c) <= 0xDFFF for c in text)


def _pointer(code: str) -> str:
    # A name that cannot be written to a page or a log is not repeated.
    if not is_clean(code):
        return ""
    return "/" + code.replace("~", "~0").replace("/", "~1")


def _number(raw: object, pointer: str) -> float:
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        raise Invalid("This must be a number.", pointer, code="not_a_number")
    # A whole number of more than 300 digits cannot become a float; it is as much out of range as infinity.
    if (isinstance(raw, int) and abs(raw) > 10**15) or not math.isfinite(raw):
        raise Invalid("This number is not finite or far too large.", pointer, code="not_finite")
    return raw


def _decimal(spec: FieldSpec, raw: object, pointer: str) -> float:
    # Adding zero turns -0.0 into 0.0, so that equal values are also written equally.
    return round(float(_number(raw, pointer)), spec.decimals) + 0.0


def _integer(_spec: FieldSpec, raw: object, pointer: str) -> int:
    number = _number(raw, pointer)
    if not isinstance(number, int):
        raise Invalid("This must be a whole number.", pointer, code="not_an_integer")
    return number


def _boolean(_spec: FieldSpec, raw: object, pointer: str) -> bool:
    if not isinstance(raw, bool):
        raise Invalid("This must be true or false.", pointer, code="not_a_boolean")
    return raw


def _text(_spec: FieldSpec, raw: object, pointer: str) -> str | None:
    if not isinstance(raw, str) or not is_clean(raw):
        raise Invalid("This must be a plain text.", pointer, code="not_a_text")
    if len(raw) > MAX_TEXT:
        raise Invalid(f"This text is longer than {MAX_TEXT} characters.", pointer, code="too_long", maximum=MAX_TEXT)
    return raw.strip() or None


def _enum(spec: FieldSpec, raw: object, pointer: str) -> str | None:
    # The vocabularies list "unknown"; here there is one way to say so, and that is no value.
    if raw == "unknown":
        return None
    if not isinstance(raw, str) or raw not in spec.options:
        raise Invalid(f"This must be one of: {', '.join(spec.options)}.", pointer, code="not_an_option")
    return raw


def _items(raw: object, pointer: str, most: int = MAX_ITEMS) -> Sequence[object]:
    if not isinstance(raw, list | tuple):
        raise Invalid("This must be a list.", pointer, code="not_a_list")
    if len(raw) > most:
        raise Invalid(f"This list has more than {most} entries.", pointer, code="too_many", maximum=most)
    return raw


def _codes(spec: FieldSpec, raw: object, pointer: str) -> tuple[str, ...]:
    chosen = set()
    for place, item in enumerate(_items(raw, pointer)):
        if not isinstance(item, str) or item not in spec.options:
            here = f"{pointer}/{place}"
            raise Invalid(f"This must be one of: {', '.join(spec.options)}.", here, code="not_an_option")
        chosen.add(item)
    return tuple(code for code in spec.options if code in chosen)


def _references(_spec: FieldSpec, raw: object, pointer: str) -> tuple[str, ...]:
    chosen = set()
    for place, item in enumerate(_items(raw, pointer)):
        if not isinstance(item, str) or not 0 < len(item) <= 100 or not is_clean(item):
            raise Invalid("This must be the name of a record.", f"{pointer}/{place}", code="not_a_reference")
        chosen.add(item)
    return tuple(sorted(chosen))


def _date(_spec: FieldSpec, raw: object, pointer: str) -> date:
    # fromisoformat also reads forms like 20270301 and 2027-W09-1, which no form here writes.
    if isinstance(raw, str) and ISO_DATE.fullmatch(raw):
        try:
            return date.fromisoformat(raw)
        except ValueError:
            pass
    raise Invalid("This must be a date such as 2027-03-01.", pointer, code="not_a_date")


def _partial_date(spec: FieldSpec, raw: object, pointer: str) -> str:
    if isinstance(raw, str) and PARTIAL_DATE.fullmatch(raw):
        return raw
    return _date(spec, raw, pointer).isoformat()


def _weekly_hours(_spec: FieldSpec, raw: object, pointer: str) -> WeeklyHours:
    return WeeklyHours.from_json(raw, pointer)


def _member_objects(raw: object, members: set[str], pointer: str) -> list[tuple[str, Mapping[str, object]]]:
    found: list[tuple[str, Mapping[str, object]]] = []
    for place, item in enumerate(_items(raw, pointer, MAX_WINDOWS)):
        here = f"{pointer}/{place}"
        if not isinstance(item, Mapping) or not set(item) <= members:
            raise Invalid(f"This must be an object with {' and '.join(sorted(members))}.", here, code="not_an_object")
        found.append((here, item))
    return found


def _windows(spec: FieldSpec, raw: object, pointer: str) -> tuple[Window, ...]:
    windows = []
    for here, item in _member_objects(raw, {"from", "to"}, pointer):
        start = _date(spec, item.get("from"), f"{here}/from")
        until = None if item.get("to") is None else _date(spec, item["to"], f"{here}/to")
        if until is not None and until <= start:
            raise Invalid("A period must end after it begins.", f"{here}/to", code="ends_before_start")
        windows.append(Window(start, until))
    return tuple(sorted(windows, key=lambda window: (window.start, window.until or date.max)))


def _certificates(spec: FieldSpec, raw: object, pointer: str) -> tuple[Certificate, ...]:
    certificates = []
    for here, item in _member_objects(raw, {"kind", "valid_until"}, pointer):
        kind = _enum(spec, item.get("kind"), f"{here}/kind")
        if kind is None:
            raise Invalid("A certificate needs its kind.", f"{here}/kind", code="not_an_option")
        until = None if item.get("valid_until") is None else _date(spec, item["valid_until"], f"{here}/valid_until")
        certificates.append(Certificate(kind, until))
    return tuple(sorted(certificates, key=lambda one: (one.kind, one.valid_until or date.max)))


def _point(_spec: FieldSpec, raw: object, pointer: str) -> tuple[float, float]:
    items = _items(raw, pointer)
    if len(items) != 2:
        raise Invalid("A position is a longitude and a latitude.", pointer, code="not_a_point")
    lon, lat = (round(float(_number(item, f"{pointer}/{place}")), 7) for place, item in enumerate(items))
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise Invalid("Longitude goes from -180 to 180 and latitude from -90 to 90.", pointer, code="not_a_point")
    return lon, lat


READERS: Mapping[str, Callable[[FieldSpec, object, str], object]] = {
    "decimal": _decimal,
    "integer": _integer,
    "level": _integer,
    "money": _integer,
    "money_month": _integer,
    "boolean": _boolean,
    "enum": _enum,
    "need": _enum,
    "text": _text,
    "codes": _codes,
    "references": _references,
    "date": _date,
    "partial_date": _partial_date,
    "weekly_hours": _weekly_hours,
    "windows": _windows,
    "certificates": _certificates,
    "point": _point,
}
