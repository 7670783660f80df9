"""Words for what a collective needs: name of each need, its value with its unit, or how necessary it is.

The attributes of premises have theirs in ``field_words``; what a need may hold is in ``mapsvc.domain.needs``.
"""

from collections.abc import Callable, Mapping
from datetime import date

from flask_babel import gettext as _
from flask_babel import ngettext

from mapsvc.domain.fields import FieldSpec
from mapsvc.domain.week import WeeklyHours
from mapsvc.web.i18n import date_text, number_text
from mapsvc.web.labels import label
from mapsvc.web.periods import days_text, hours_text

_DISCIPLINES = frozenset({"activities", "incompatible_practices"})
_UNITS = {"m2": "m²", "kN/m2": "kN/m²", "h": "h"}


def need_label(code: str) -> str:
    """Return the name of a need; the code itself for an unknown one."""
    return {**_measures(), **_equipment(), **_practice(), **_terms()}.get(code, code)


def need_text(spec: FieldSpec, value: object) -> str:
    """Return the value of a need, as `read_value` gave it, in words of the request's language."""
    return _WRITERS.get(spec.kind, _plain)(spec, value)


def _number(spec: FieldSpec, value: object) -> str:
    number = value if isinstance(value, int | float) else 0
    if spec.unit == "days":
        return days_text(int(number))
    if spec.unit == "people":
        return ngettext("%(num)s person", "%(num)s people", int(number))
    return f"{number_text(number)} {_UNITS.get(spec.unit, spec.unit)}".strip()


def _money(spec: FieldSpec, value: object) -> str:
    cents = value if isinstance(value, int) else 0
    amount = "€ " + number_text(cents // 100 if cents % 100 == 0 else cents / 100)
    return _("%(amount)s a month", amount=amount) if spec.kind == "money_month" else amount


def _level(_spec: FieldSpec, value: object) -> str:
    words = (_("none"), _("a little"), _("medium"), _("much"))
    return words[value] if isinstance(value, int) and 0 <= value < len(words) else str(value)


def _yes_no(_spec: FieldSpec, value: object) -> str:
    return _("yes") if value else _("no")


def _option(spec: FieldSpec, value: object) -> str:
    return _options().get(spec.code, {}).get(str(value)) or _necessity().get(str(value), str(value))


def _several(spec: FieldSpec, value: object) -> str:
    codes = [str(code) for code in value] if isinstance(value, tuple) else []
    if spec.code in _DISCIPLINES:
        return ", ".join(label("discipline", code) for code in codes)
    words = _skills() if spec.code == "own_works_skills" else {code: need_label(code) for code in codes}
    return ", ".join(words.get(code, code) for code in codes)


def _date(_spec: FieldSpec, value: object) -> str:
    return date_text(value) if isinstance(value, date) else ""


def _hours(_spec: FieldSpec, value: object) -> str:
    return hours_text(value) if isinstance(value, WeeklyHours) else ""


def _plain(_spec: FieldSpec, value: object) -> str:
    return str(value)


def _measures() -> dict[str, str]:
    return {
        "area_min_m2": _("Area at least"),
        "area_ideal_m2": _("Best area"),
        "area_max_m2": _("Area at most"),
        "people_peak": _("People at most"),
        "people_daily": _("People on a usual day"),
        "height_min_m": _("Height at least"),
        "door_min_cm": _("Door at least"),
        "floor_load_min_kn_m2": _("Floor load at least"),
        "column_free_min_m": _("Without columns at least"),
        "storage_min_m2": _("Storage at least"),
        "frontage_wanted_m": _("Front to the street, wanted"),
        "daylight_min": _("Daylight at least"),
        "ventilation_min": _("Ventilation at least"),
        "power_min_kw": _("Electric power at least"),
    }


def _equipment() -> dict[str, str]:
    return {
        "goods_access": _("Access for goods"),
        "step_free": _("Step-free entrance"),
        "three_phase": _("Three-phase power"),
        "water": _("Water"),
        "hot_water": _("Hot water"),
        "sink": _("Sink"),
        "drain": _("Floor drain"),
        "gas": _("Gas"),
        "wc": _("Toilet"),
        "accessible_wc": _("Accessible toilet"),
        "heating": _("Heating"),
        "cooling": _("Cooling"),
        "internet": _("Internet"),
        "acoustic_treatment": _("Sound insulation"),
    }


def _practice() -> dict[str, str]:
    return {
        "noise_emission_day": _("Noise by day"),
        "noise_emission_evening": _("Noise after 20:00"),
        "noise_emission_night": _("Noise after 22:00"),
        "dust_odour": _("Dust and smells"),
        "hot_work": _("Hot work"),
        "solvents": _("Solvents"),
        "activities": _("What they do there"),
        "live_work": _("Living there"),
        "residents_count": _("People who would live there"),
        "hours": _("Hours of use"),
        "public_opening_h_week": _("Open to the public, a week"),
        "events_per_year": _("Events a year"),
        "sharing": _("Sharing with others"),
        "incompatible_practices": _("Does not go together with"),
        "own_works_skills": _("Can do themselves"),
    }


def _terms() -> dict[str, str]:
    return {
        "budget_max_cents": _("Can pay"),
        "deposit_max_cents": _("Can deposit"),
        "own_works_cents": _("Can put into works"),
        "start_earliest": _("Start, earliest"),
        "start_latest": _("Start, latest"),
        "term_min_days": _("For at least"),
        "term_desired_days": _("Best for"),
        "fit_out_days": _("Time to fit it out"),
        "districts_ok": _("Where"),
        "max_distance_m": _("Not further than"),
        "nice": _("Welcome, not necessary"),
    }


def _necessity() -> dict[str, str]:
    return {"must": _("necessary"), "nice": _("welcome")}


def _options() -> dict[str, dict[str, str]]:
    return {
        "ventilation_min": {
            "none": _("none"),
            "natural": _("windows"),
            "mechanical": _("mechanical"),
            "local_extraction": _("extraction at the workplace"),
        },
        "live_work": {"none": _("not wanted"), "wanted": _("welcome"), "required": _("necessary")},
        "sharing": {
            "exclusive_only": _("alone only"),
            "shared_ok": _("fine"),
            "shared_preferred": _("preferred"),
        },
    }


def _skills() -> dict[str, str]:
    return {
        "painting": _("painting"),
        "carpentry": _("carpentry"),
        "masonry": _("masonry"),
        "electrical": _("electrical work"),
        "plumbing": _("plumbing"),
        "metalwork": _("metalwork"),
        "cleaning": _("cleaning"),
        "gardening": _("gardening"),
        "other": _("something else"),
    }


_WRITERS: Mapping[str, Callable[[FieldSpec, object], str]] = {
    "decimal": _number,
    "integer": _number,
    "level": _level,
    "money": _money,
    "money_month": _money,
    "boolean": _yes_no,
    "enum": _option,
    "need": _option,
    "codes": _several,
    "references": _several,
    "date": _date,
    "weekly_hours": _hours,
}
