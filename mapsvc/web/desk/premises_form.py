"""The form of premises: from stored values to what stands in the controls, and back with a sentence for each fault.

Every attribute can be left as not known; that is an empty control and something else than zero or no.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from mapsvc.domain.errors import Invalid
from mapsvc.domain.features import FIELDS
from mapsvc.domain.fields import FieldSpec, read_value, write_value
from mapsvc.domain.week import DAYS
from mapsvc.web.current import city
from mapsvc.web.desk.import_words import field_text, problem_text

PREFIX = "f-"
#: Rows for periods that the form offers; more can be imported.
WINDOW_ROWS = 3
_MONEY = frozenset({"money", "money_month"})
_NUMBERS = frozenset({"decimal", "integer", "level"}) | _MONEY
PLAIN = ("name", "asset_kind", "owner_type", "street", "number", "floor", "postcode", "city_name",
         "publication_precision", "availability_state")  # fmt: skip
_CONSENT: dict[str, bool | None] = {"": None, "yes": True, "no": False}
#: A position in the form is rounded to seven digits, about a centimetre; a smaller difference is no change.
SAME_DEGREES = 2e-7


@dataclass
class Read:
    """What a form says: the changes for the use case, and the faults by the name of the control."""

    changes: dict[str, object] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)


def written(space: Mapping[str, Any]) -> MultiDict[str, str]:
    """Return what stands in the controls for a stored space."""
    form: MultiDict[str, str] = MultiDict()
    for name in PLAIN:
        form[name] = str(space[name] or "")
    form["lon"], form["lat"] = (f"{space[name]:.7f}".rstrip("0").rstrip(".") for name in ("lon", "lat"))
    form["owner_consent"] = {None: "", True: "yes", False: "no"}[space["owner_consent"]]
    for lang, words in space["description"].items():
        form[f"description-{lang}"] = words
    for spec in FIELDS:
        if spec.code in space["features"]:
            _write(form, spec, space["features"][spec.code])
    return form


def _write(form: MultiDict[str, str], spec: FieldSpec, value: Any) -> None:
    name = PREFIX + spec.code
    if spec.kind in _MONEY:
        form[name] = f"{value / 100:.2f}".removesuffix(".00")
    elif spec.kind == "boolean":
        form[name] = "yes" if value else "no"
    elif spec.kind == "codes":
        form[f"{name}-known"] = "1"
        form.setlist(name, list(value))
    elif spec.kind == "weekly_hours":
        for day, periods in value.items():
            form[f"{name}-{day}"] = ", ".join("-".join(period) for period in periods)
    elif spec.kind == "windows":
        for row, window in enumerate(value):
            form[f"{name}-from-{row}"], form[f"{name}-to-{row}"] = window["from"], window.get("to") or ""
    elif spec.kind == "certificates":
        form[f"{name}-known"] = "1"
        for item in value:
            form[f"{name}-{item['kind']}"] = "1"
            form[f"{name}-{item['kind']}-until"] = item.get("valid_until") or ""
    else:
        form[name] = str(value).removesuffix(".0") if isinstance(value, float) else str(value)


def read(form: MultiDict[str, str], stored: Mapping[str, Any] | None = None) -> Read:
    """Return what a sent form says; `stored` keeps a position that was only rounded, and what has no control."""
    result = Read({name: form.get(name, "").strip() or None for name in PLAIN if name in form})
    for name in ("name", "asset_kind", "owner_type", "publication_precision", "availability_state"):
        if name in result.changes and result.changes[name] is None:
            result.changes[name] = ""
    _read_place(form, result, stored)
    if "owner_consent" in form:
        result.changes["owner_consent"] = _CONSENT.get(form["owner_consent"])
    result.changes["description"] = dict(stored["description"] if stored else {}) | {
        lang: form.get(f"description-{lang}", "").replace("\r\n", "\n").strip()
        for lang in city().languages
        if f"description-{lang}" in form
    }
    result.changes["features"] = _read_features(form, result)
    return result


def _read_place(form: MultiDict[str, str], result: Read, stored: Mapping[str, Any] | None) -> None:
    for name in ("lon", "lat"):
        raw = form.get(name, "").strip()
        try:
            degrees = float(raw.replace(",", "."))
        except ValueError:
            result.errors[name] = problem_text("not_a_number", {})
            continue
        if stored is not None and abs(degrees - stored[name]) <= SAME_DEGREES:
            degrees = stored[name]
        result.changes[name] = degrees


def _read_features(form: MultiDict[str, str], result: Read) -> dict[str, object]:
    features: dict[str, object] = {}
    for spec in FIELDS:
        try:
            raw = _raw(form, spec)
            if raw is not None:
                features[spec.code] = write_value(read_value(spec, raw, f"/features/{spec.code}"))
        except Invalid as fault:
            result.errors[PREFIX + spec.code] = problem_text(fault.code, fault.params)
    return {code: value for code, value in features.items() if value is not None}


def _raw(form: MultiDict[str, str], spec: FieldSpec) -> object:
    """Return the JSON form of one attribute as it was typed, None for not known; raise Invalid for no number."""
    name = PREFIX + spec.code
    if spec.kind == "weekly_hours":
        return _hours(form, name)
    if spec.kind == "windows":
        return _windows(form, name)
    if spec.kind == "certificates":
        return _certificates(form, name, spec) if form.get(f"{name}-known") else None
    if spec.kind == "codes":
        return form.getlist(name) if form.get(f"{name}-known") else None
    text = form.get(name, "").strip()
    if not text:
        return None
    if spec.kind in _NUMBERS:
        return _number(spec, text)
    if spec.kind == "boolean":
        return {"yes": True, "no": False}.get(text, text)
    return text.replace("\r\n", "\n")


def _number(spec: FieldSpec, text: str) -> float | int:
    plain = text.replace("\u00a0", "").replace(" ", "").replace(",", ".")
    try:
        number = float(plain)
    except ValueError:
        raise Invalid("This must be a number.", code="not_a_number") from None
    if spec.kind in _MONEY and abs(number) < 10**12:
        return round(number * 100)
    if spec.kind in ("integer", "level") and number.is_integer():
        return int(number)
    return number


def _hours(form: MultiDict[str, str], name: str) -> object:
    days: dict[str, list[list[str]]] = {}
    for day in DAYS:
        text = form.get(f"{name}-{day}", "").strip()
        if text:
            periods = [period.split("-", 1) for period in text.replace("–", "-").split(",") if period.strip()]
            days[day] = [[_clock(part) for part in period] for period in periods]
    return days or None


def _clock(text: str) -> str:
    text = text.strip().replace(".", ":")
    return f"{int(text):02d}:00" if text.isdecimal() and len(text) <= 2 else text.zfill(5)


def _windows(form: MultiDict[str, str], name: str) -> object:
    windows: list[dict[str, str | None]] = []
    for row in range(WINDOW_ROWS):
        start, end = form.get(f"{name}-from-{row}", "").strip(), form.get(f"{name}-to-{row}", "").strip()
        if start or end:
            windows.append({"from": start, "to": end or None})
    return windows or None


def _certificates(form: MultiDict[str, str], name: str, spec: FieldSpec) -> object:
    return [
        {"kind": kind, "valid_until": form.get(f"{name}-{kind}-until", "").strip() or None}
        for kind in spec.options
        if form.get(f"{name}-{kind}")
    ]


def fault(error: Invalid) -> tuple[str, str]:
    """Return the control and the sentence of a fault that the use case found."""
    pointer = error.pointer.strip("/")
    codes = {spec.code for spec in FIELDS}
    name = pointer.split("/")[-1] if pointer.startswith("features/") else pointer
    if pointer.startswith("description/"):
        return f"description-{name}", problem_text(error.code, error.params)
    return (PREFIX + name if name in codes else name or "name"), problem_text(error.code, error.params)


def control_text(name: str) -> str:
    """Return what a control is called."""
    return field_text(name.removeprefix(PREFIX))


def known_text(code: str) -> str:
    """Return the words of the switch that says that a list is complete, even if it is empty."""
    return {
        "hazards": _("Looked at: these hazards are there, or none"),
        "permitted_uses": _("The permitted activities are known"),
        "prohibited_uses": _("The forbidden activities are known"),
        "certificates": _("The certificates are known"),
    }[code]
