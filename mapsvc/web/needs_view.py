"""The form of needs as the template draws it: sections, controls with their words, faults in plain sentences."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _

from mapsvc.domain.errors import Invalid
from mapsvc.domain.fields import FieldSpec, read_value
from mapsvc.domain.needs import PRESETS
from mapsvc.domain.week import DAYS
from mapsvc.web.field_words import day_label, unit_text
from mapsvc.web.labels import choices
from mapsvc.web.messages import sentence
from mapsvc.web.need_words import need_label, need_text
from mapsvc.web.needs_form import SPECS, UNITS, Typed, first, stated

#: The sections by name, with their needs in order; the first ones stand open.
SECTIONS: Mapping[str, tuple[str, ...]] = {
    "do": ("activities",),
    "room": ("area_min_m2", "area_ideal_m2", "area_max_m2", "people_peak", "people_daily"),
    "money": ("budget_max_cents", "deposit_max_cents", "own_works_cents", "own_works_skills"),
    "when": ("start_earliest", "start_latest", "term_min_days", "term_desired_days", "fit_out_days"),
    "where": ("anchor_point", "max_distance_m", "districts_ok"),
    "building": (
        "step_free", "goods_access", "height_min_m", "door_min_cm", "column_free_min_m", "floor_load_min_kn_m2",
        "storage_min_m2", "frontage_wanted_m",
    ),
    "light": ("daylight_min", "ventilation_min"),
    "services": (
        "power_min_kw", "three_phase", "water", "hot_water", "sink", "drain", "gas", "wc", "accessible_wc", "heating",
        "cooling", "internet", "acoustic_treatment",
    ),
    "emissions": (
        "noise_emission_day", "noise_emission_evening", "noise_emission_night", "dust_odour", "hot_work", "solvents",
    ),
    "use": (
        "hours", "live_work", "residents_count", "public_opening_h_week", "events_per_year", "sharing",
        "incompatible_practices",
    ),
}  # fmt: skip
_OPEN = frozenset({"do", "room", "money", "when"})


def sections(typed: Typed, faults: Mapping[str, str], areas: Sequence[tuple[str, str]]) -> list[dict[str, Any]]:
    """Return the sections with their controls; one with a fault stands open. `areas` are slugs with names."""
    titles, helps = _titles(), _helps()
    return [
        {
            "name": name,
            "title": titles[name],
            "help": helps.get(name, ""),
            "open": name in _OPEN or any(code in faults for code in codes),
            "stated": sum(_is_stated(typed, code) for code in codes),
            "controls": [control(SPECS[code], typed, faults.get(code, ""), areas) for code in codes],
        }
        for name, codes in SECTIONS.items()
    ]


def _is_stated(typed: Typed, code: str) -> bool:
    names = [f"hours.{day}" for day in DAYS] if code == "hours" else [code]
    return any(stated(typed, name) for name in names)


def control(spec: FieldSpec, typed: Typed, error: str, areas: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Return one control: kind (number, select, checks, check, date, days, hours, text), words, value and options."""
    kind, options = _kind_and_options(spec, areas)
    label = _own_labels().get(spec.code) or need_label(spec.code)
    unit = "" if kind == "days" or spec.unit == "people" else unit_text(spec)
    return {
        "code": spec.code,
        "kind": kind,
        "label": f"{label} ({unit})" if unit else label,
        "value": first(typed, spec.code),
        "chosen": typed.get(spec.code, []),
        "options": options,
        "empty": _("not needed") if spec.kind == "need" else _("not stated"),
        "nice": (first(typed, f"nice.{spec.code}") or "must") if spec.nice else "",
        "unit": first(typed, f"unit.{spec.code}") or "months",
        "days": [(day, day_label(day), first(typed, f"hours.{day}")) for day in DAYS] if kind == "hours" else [],
        "help": _field_helps().get(spec.code, ""),
        "error": error,
    }


def _kind_and_options(spec: FieldSpec, areas: Sequence[tuple[str, str]]) -> tuple[str, list[tuple[str, str]]]:
    if spec.kind in ("need", "enum"):
        return "select", [(code, need_text(spec, code)) for code in spec.options]
    if spec.kind == "level":
        return "select", [(str(level), need_text(spec, level)) for level in range(4)]
    if spec.kind == "codes":
        return "checks", [(code, need_text(spec, read_value(spec, [code]))) for code in spec.options]
    if spec.kind == "references":
        return "checks", list(areas)
    if spec.unit == "days":
        return "days", []
    return {"boolean": "check", "date": "date", "weekly_hours": "hours", "point": "text"}.get(spec.kind, "number"), []


def presets() -> list[tuple[str, str]]:
    """Return the codes and names of the practice presets."""
    names = {
        "painter": _("Painting"),
        "painter_with_solvents": _("Painting or print with solvents"),
        "sculptor_metal": _("Sculpture and metal"),
        "dance": _("Dance"),
        "amplified_music": _("Amplified music"),
        "ceramics": _("Ceramics"),
        "writer_editorial": _("Writing and publishing"),
    }
    return [(code, names[code]) for code in PRESETS]


def units() -> list[tuple[str, str]]:
    """Return the units of a duration."""
    names = {"days": _("days"), "months": _("months"), "years": _("years")}
    return [(code, names[code]) for code in UNITS]


def fault(error: Invalid) -> str:
    """Return what is wrong with a field, in one plain sentence."""
    low, high = error.params.get("minimum"), error.params.get("maximum")
    words = {
        "required": _("This is needed."),
        "not_a_number": _("Write a number, such as 40 or 40.5."),
        "not_an_integer": _("Write a whole number."),
        "not_finite": _("This number is too large."),
        "too_small": _("The least is %(least)s.", least=f"{low:.12g}" if isinstance(low, int | float) else ""),
        "too_large": _("The most is %(most)s.", most=f"{high:.12g}" if isinstance(high, int | float) else ""),
        "not_a_date": _("Write a day, such as 2027-03-01."),
        "not_a_period": _("Write times on the half hour, such as 18:00-23:00."),
        "not_an_option": _("Choose one of the listed values."),
        "unknown_value": _("Choose one of the listed values."),
        "wrong_order": _("This must not be less than the value it follows."),
        "missing": _("A distance needs a street from which it counts."),
        "street_unknown": _("This street is not in the street list. Write it as on its sign."),
        "street_several": _("Several streets may be meant: %(names)s.", names=error.params.get("names", "")),
        "members_range": _("Count at least one person, at most 100,000."),
        "members_part": _("These cannot be more than the number of which they are a part."),
        "website": _("This is no web address. It begins with https:// and has a dot."),
        "text_length": _("This text is too long."),
        "text_character": _("The text holds a sign that cannot be stored."),
    }
    return words.get(error.code) or sentence(error)


def names() -> dict[str, str]:
    """Return the names of all fields of the form, for the list of faults."""
    profile = {
        "name": _("Name"), "story": _("Who you are"), "form": _("Legal form"), "disciplines": _("Disciplines"),
        "members_count": _("People"), "members_under_30": _("Of these under 30"),
        "members_under_35": _("Of these under 35"), "legal_id": _("Tax code or register number"),
        "website": _("Web site"),
    }  # fmt: skip
    return profile | {code: _own_labels().get(code) or need_label(code) for code in SPECS}


def control_name(control: str) -> str:
    """Return the name of a control, also of those that belong to another one."""
    head, dot, code = control.partition(".")
    known = names()
    if not dot:
        return known.get(control, control)
    if head == "hours":
        return f"{known.get('hours', head)}, {day_label(code)}"
    kind = _("unit") if head == "unit" else _("necessary or welcome")
    return f"{known.get(code, code)}, {kind}"


def said(control: str, values: Sequence[str]) -> str:
    """Return what stands in a control, in words."""
    head, _dot, _code = control.partition(".")
    words = {
        "form": dict(choices("collective_form")),
        "disciplines": dict(choices("discipline")),
        "unit": dict(units()),
        "nice": {"must": _("necessary"), "nice": _("welcome")},
    }.get(head, {})
    return ", ".join(words.get(value, value) for value in values) or _("nothing")


def _titles() -> dict[str, str]:
    return {
        "do": _("What you do there"),
        "room": _("Room"),
        "money": _("Money and works"),
        "when": _("When and for how long"),
        "where": _("Where"),
        "building": _("Doors, height and access"),
        "light": _("Light and air"),
        "services": _("Power, water, equipment"),
        "emissions": _("Noise, dust and fire"),
        "use": _("Hours and use"),
    }


def _helps() -> dict[str, str]:
    return {
        "do": _("Nothing chosen: it follows from your disciplines above."),
        "money": _("Only the office sees these, never the public."),
        "where": _("Only districts are public, the street is not."),
        "emissions": _("What you state is the most you will make. It becomes part of an agreement and binds you."),
        "services": _("Necessary: a space without it does not fit. Welcome: it only counts for the fit."),
    }


def _own_labels() -> dict[str, str]:
    return {
        "area_min_m2": _("Area, at least"),
        "area_ideal_m2": _("Area, best"),
        "area_max_m2": _("Area, at most"),
        "budget_max_cents": _("You can pay, everything included"),
        "deposit_max_cents": _("You can deposit"),
        "own_works_cents": _("You can put into works"),
        "own_works_skills": _("You can do yourselves"),
        "activities": _("Activities"),
        "districts_ok": _("Districts that suit you"),
        "anchor_point": _("Street you want to be near"),
        "hours": _("Hours of use"),
    }


def _field_helps() -> dict[str, str]:
    return {
        "area_ideal_m2": _("Much larger counts less: it would stand half empty."),
        "own_works_cents": _("For works that the space needs."),
        "districts_ok": _("Nothing chosen: everywhere suits you."),
        "hours": _("Such as 18:00-23:00; two periods with a comma. An empty day is closed."),
    }
