"""The form of a collective's profile and needs: from the stored needs to what stands in the fields, and back.

What a need may hold is in `mapsvc.domain.needs`; what a field is called in `need_words`. A form is a plain mapping from
the name of a control to its values, so that what somebody typed survives every error. Names: the code of the need;
`nice.<code>` for "welcome", `unit.<code>` for days, months or years, `hours.<day>` for one day of the timetable.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from mapsvc.domain.collectives import Collective
from mapsvc.domain.errors import Invalid
from mapsvc.domain.fields import FieldSpec, read_value, write_value
from mapsvc.domain.needs import MUST, NEED_FIELDS, NICE, NeedsProfile
from mapsvc.domain.week import DAYS, WeeklyHours

Typed = dict[str, list[str]]
#: Finds the point (lon, lat in degrees) of a typed street, or raises Invalid.
Locate = Callable[[str], tuple[float, float]]
SPECS: Mapping[str, FieldSpec] = {spec.code: spec for spec in NEED_FIELDS}
UNITS = {"days": 1, "months": 30, "years": 365}
COUNTS = ("members_count", "members_under_30", "members_under_35")
# Three figures after a point could be thousands; nothing here has more than two decimals.
_NUMBER = re.compile(r"-?[0-9]{1,12}([.,][0-9]{1,2})?")
_PERIOD = re.compile(r"([0-9]{1,2})(?::([0-9]{2}))?\s*[-–—]\s*([0-9]{1,2})(?::([0-9]{2}))?")
_NUMBERS = frozenset({"decimal", "integer", "level", "money", "money_month"})


def typed_of(collective: Collective, anchor_text: str) -> Typed:
    """Return the form of a stored collective; `anchor_text` says in words where it is."""
    typed: Typed = {
        "name": [collective.name],
        "story": [collective.story],
        "form": [collective.form],
        "disciplines": list(collective.disciplines),
        "legal_id": [collective.legal_id],
        "website": [collective.website or ""],
    }
    for name in COUNTS:
        count = getattr(collective, name)
        typed[name] = ["" if count is None else str(count)]
    return typed | needs_typed(NeedsProfile.from_json(collective.needs), anchor_text)


def needs_typed(needs: NeedsProfile, anchor_text: str = "") -> Typed:
    """Return the form of needs."""
    typed: Typed = {}
    for code, spec in SPECS.items():
        value = getattr(needs, code)
        if value is not None and code != "nice":
            typed |= {"anchor_point": [anchor_text]} if code == "anchor_point" else _typed(spec, value)
            if spec.nice:
                typed[f"nice.{code}"] = [MUST if needs.must(code) else NICE]
    return typed


def _typed(spec: FieldSpec, value: object) -> Typed:
    if isinstance(value, WeeklyHours):
        days = value.to_json()
        return {f"hours.{day}": [", ".join(f"{start}–{end}" for start, end in days[day])] for day in days}
    if isinstance(value, tuple):
        return {spec.code: [str(item) for item in value]}
    if isinstance(value, bool):
        return {spec.code: ["1"] if value else []}
    if spec.unit == "days" and isinstance(value, int):
        unit = next((name for name in ("years", "months") if value and value % UNITS[name] == 0), "days")
        return {spec.code: [str(value // UNITS[unit])], f"unit.{spec.code}": [unit]}
    if spec.kind in ("money", "money_month") and isinstance(value, int):
        return {spec.code: [_figure(value / 100)]}
    return {spec.code: [_figure(value) if isinstance(value, float) else str(write_value(value))]}


def _figure(value: float) -> str:
    return str(int(value)) if value == int(value) else str(value)


def comparable(typed: Typed) -> Typed:
    """Return a form without what says nothing, so that two of them can be compared and joined.

    The unit and the welcome of a number that is not there, and a chosen preset, say nothing.
    """
    kept = {
        name: [value.replace("\r\n", "\n").strip() for value in values if value.strip()]
        for name, values in typed.items()
        if name != "preset"
    }
    return {
        name: values
        for name, values in kept.items()
        if values and (not name.startswith(("unit.", "nice.")) or kept.get(name.split(".", 1)[1]))
    }


def filled(typed: Typed, needs: NeedsProfile) -> Typed:
    """Return the form with what `needs` states wherever nothing was typed yet."""
    offered = needs_typed(needs)
    if any(stated(typed, f"hours.{day}") for day in DAYS):
        offered = {name: values for name, values in offered.items() if not name.startswith("hours.")}
    # The unit and the welcome of a number belong to the number that was typed.
    blank = {name for name in offered if not stated(typed, name.removeprefix("nice.").removeprefix("unit."))}
    return typed | {name: values for name, values in offered.items() if name in blank}


def stated(typed: Typed, name: str) -> bool:
    """Tell whether something was typed or chosen."""
    return any(value.strip() for value in typed.get(name, ()))


def first(typed: Typed, name: str) -> str:
    """Return what stands in a control with one value."""
    values = typed.get(name) or [""]
    return values[0].strip()


def read_needs(typed: Typed, locate: Locate) -> tuple[dict[str, object], dict[str, Invalid]]:
    """Return the needs as JSON and, by code, what cannot be read; order between values is the use case's business."""
    needs: dict[str, object] = {}
    faults: dict[str, Invalid] = {}
    for code, spec in SPECS.items():
        try:
            raw = _raw(spec, typed, locate)
            if raw is not None:
                read_value(spec, raw, f"/{code}")
                needs[code] = raw
        except Invalid as error:
            faults[code] = error
    return needs, faults


def read_count(text: str, code: str) -> int | None:
    """Return a whole number, None for an empty text; raise Invalid for anything else."""
    if not text:
        return None
    number = _number(text, code)
    if number != int(number):
        raise Invalid("This must be a whole number.", f"/{code}", code="not_an_integer")
    return int(number)


def _raw(spec: FieldSpec, typed: Typed, locate: Locate) -> object:
    code, text = spec.code, first(typed, spec.code)
    if spec.kind == "weekly_hours":
        return _hours(typed)
    if code == "nice":
        # Only of a minimum that is stated can it be said that it is merely welcome.
        chosen = [one for one in spec.options if first(typed, f"nice.{one}") == NICE and stated(typed, one)]
        return chosen or None
    if spec.kind in ("codes", "references"):
        return [value for value in typed.get(code, ()) if value] or None
    if not text:
        return None
    if spec.kind == "point":
        return list(locate(text))
    if spec.kind == "boolean":
        return True
    return _scalar(spec, text, first(typed, f"unit.{code}"))


def _scalar(spec: FieldSpec, text: str, unit: str) -> object:
    if spec.kind not in _NUMBERS:
        return text
    number = _number(text, spec.code)
    if spec.kind in ("money", "money_month"):
        return int(number * 100)
    if spec.kind == "decimal":
        return float(number)
    if number != int(number):
        raise Invalid("This must be a whole number.", f"/{spec.code}", code="not_an_integer")
    return int(number) * (UNITS.get(unit, 1) if spec.unit == "days" else 1)


def _number(text: str, code: str) -> Decimal:
    if not _NUMBER.fullmatch(text):
        raise Invalid("This must be a number.", f"/{code}", code="not_a_number", value=text)
    return Decimal(text.replace(",", "."))


def _hours(typed: Typed) -> dict[str, list[list[str]]] | None:
    days: dict[str, list[list[str]]] = {}
    for day in DAYS:
        text = first(typed, f"hours.{day}")
        if text:
            days[day] = _periods(text.split(","), day)
    return days or None


def _periods(parts: Sequence[str], day: str) -> list[list[str]]:
    periods = []
    for part in parts:
        found = _PERIOD.fullmatch(part.strip())
        if not found:
            raise Invalid("Write times such as 18:00-23:00.", f"/hours/{day}", code="not_a_period")
        first_hour, first_minute, last_hour, last_minute = (int(group or 0) for group in found.groups())
        periods.append([f"{first_hour:02d}:{first_minute:02d}", f"{last_hour:02d}:{last_minute:02d}"])
    return periods
