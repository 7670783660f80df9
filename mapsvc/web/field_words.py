"""Words for the attributes of premises: name of each field, of its group, and its value as a text with its unit.

The words of options stand in `option_words`; what the fields may hold is in `mapsvc.domain.features`.
"""

from collections.abc import Mapping
from datetime import date
from functools import cache

from flask_babel import format_decimal
from flask_babel import gettext as _

from mapsvc.domain.features import FIELDS
from mapsvc.domain.fields import FieldSpec
from mapsvc.web.i18n import date_text, number_text
from mapsvc.web.option_words import option_label

_UNITS = {"m2": "m²", "kN/m2": "kN/m²"}


@cache
def spec_of(code: str) -> FieldSpec:
    """Return the description of a field; raise KeyError for a code that is none."""
    return {spec.code: spec for spec in FIELDS}[code]


def group_label(group: str) -> str:
    """Return the name of a group of fields."""
    return {
        "dimensions": _("Size"),
        "light": _("Light and air"),
        "services": _("Power, water, equipment"),
        "condition": _("Condition and safety"),
        "use": _("Use and rules"),
        "accessibility": _("Access for everybody"),
        "terms": _("Costs and terms"),
        "availability": _("When and for how many"),
    }[group]


def field_label(code: str) -> str:
    """Return the name of a field."""
    return {**_size_words(), **_house_words(), **_use_words(), **_terms_words()}[code]


def unit_text(spec: FieldSpec) -> str:
    """Return the unit as it stands after a number; money is in euros."""
    if spec.kind == "money":
        return "€"
    if spec.kind == "money_month":
        return _("€ a month")
    if spec.unit == "days":
        return _("days")
    return _("people") if spec.unit == "people" else _UNITS.get(spec.unit, spec.unit)


def value_text(code: str, value: object) -> str:
    """Return the JSON value of a field as words with its unit; `not known` for None."""
    spec = spec_of(code)
    if value is None:
        return _("not known")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if spec.kind in ("money", "money_month") and isinstance(value, int):
        amount = "€ " + format_decimal(value / 100, format="#,##0" if value % 100 == 0 else "#,##0.00")
        return _("%(amount)s a month", amount=amount) if spec.kind == "money_month" else amount
    if spec.kind == "level":
        return option_label(code, str(value))
    if isinstance(value, int | float):
        return f"{number_text(value)} {unit_text(spec)}".strip()
    if spec.kind == "enum":
        return option_label(code, str(value))
    if spec.kind == "date":
        return date_text(date.fromisoformat(str(value)))
    if isinstance(value, list | tuple | dict):
        return _structure_text(spec, value)
    return str(value)


def _structure_text(spec: FieldSpec, value: list[object] | tuple[object, ...] | Mapping[str, object]) -> str:
    if isinstance(value, Mapping):
        days = [
            f"{day_label(day)} {' '.join('–'.join(map(str, period)) for period in periods)}"
            for day, periods in value.items()
            if isinstance(periods, list | tuple)
        ]
        return "; ".join(days)
    if spec.kind == "windows":
        return "; ".join(_window_text(item) for item in value if isinstance(item, Mapping))
    if spec.kind == "certificates":
        return ", ".join(_certificate_text(spec, item) for item in value if isinstance(item, Mapping)) or _("none")
    return ", ".join(option_label(spec.code, str(item)) for item in value) or _("none")


def _window_text(window: Mapping[str, object]) -> str:
    start = date_text(date.fromisoformat(str(window["from"])))
    if window.get("to") is None:
        return _("from %(start)s", start=start)
    return _("%(start)s to %(end)s", start=start, end=date_text(date.fromisoformat(str(window["to"]))))


def _certificate_text(spec: FieldSpec, item: Mapping[str, object]) -> str:
    name = option_label(spec.code, str(item["kind"]))
    if item.get("valid_until") is None:
        return name
    return _("%(name)s (until %(day)s)", name=name, day=date_text(date.fromisoformat(str(item["valid_until"]))))


def day_label(day: str) -> str:
    """Return the name of a day of the week."""
    return {
        "mon": _("Monday"),
        "tue": _("Tuesday"),
        "wed": _("Wednesday"),
        "thu": _("Thursday"),
        "fri": _("Friday"),
        "sat": _("Saturday"),
        "sun": _("Sunday"),
    }[day]


def _size_words() -> dict[str, str]:
    return {
        "usable_area_m2": _("Usable area"),
        "area_method": _("How the area is known"),
        "gross_area_m2": _("Gross area"),
        "outdoor_m2": _("Outdoor area"),
        "basement_m2": _("Basement"),
        "storage_m2": _("Storage"),
        "floor_level": _("Storey (ground is 0)"),
        "frontage_m": _("Width along the street"),
        "shop_windows": _("Shop windows"),
        "clear_height_min_m": _("Clear height"),
        "door_clear_width_cm": _("Width of the door"),
        "door_clear_height_cm": _("Height of the door"),
        "column_free_span_m": _("Span without columns"),
        "floor_load_kn_m2": _("Load the floor bears"),
        "daylight_level": _("Daylight"),
        "window_floor_ratio": _("Window area divided by floor area"),
        "orientation": _("Faces"),
        "ventilation": _("Ventilation"),
    }


def _house_words() -> dict[str, str]:
    return {
        "electricity_present": _("Electricity"),
        "power_kw": _("Electrical power"),
        "three_phase": _("Three-phase current"),
        "meter_active": _("Meter active"),
        "water": _("Water"),
        "hot_water": _("Hot water"),
        "sink": _("Sink"),
        "floor_drain": _("Floor drain"),
        "gas": _("Gas"),
        "wc_count": _("Toilets"),
        "accessible_wc": _("Accessible toilet"),
        "heating": _("Heating"),
        "cooling": _("Cooling"),
        "internet": _("Internet"),
        "goods_access": _("Bringing goods in"),
        "goods_lift_kg": _("Load of the goods lift"),
        "acoustic_treatment": _("Sound insulation"),
        "condition": _("Condition"),
        "works_low_cents": _("Works needed, low estimate"),
        "works_high_cents": _("Works needed, high estimate"),
        "works_days": _("Time for the works"),
        "hazards": _("Hazards"),
        "energy_class": _("Energy class"),
        "certificates": _("Certificates"),
        "heritage_constraint": _("Heritage protection"),
        "step_free": _("Entrance without a step"),
        "step_cm": _("Height of the step"),
        "wheelchair": _("Usable in a wheelchair"),
    }


def _use_words() -> dict[str, str]:
    return {
        "former_use": _("Used before as"),
        "former_use_code": _("Code of the former use"),
        "vacant_since": _("Vacant since"),
        "use_category": _("Category of use"),
        "permitted_uses": _("Permitted activities"),
        "prohibited_uses": _("Forbidden activities"),
        "legal_route": _("Legal way to use it"),
        "live_work": _("Living and working"),
        "hours_allowed": _("Hours allowed"),
        "acoustic_class": _("Acoustic class"),
        "noise_tolerance_day": _("Noise accepted by day"),
        "noise_tolerance_evening": _("Noise accepted in the evening"),
        "noise_tolerance_night": _("Noise accepted at night"),
        "dust_odour_tolerance": _("Dust and smells accepted"),
        "hot_work_allowed": _("Welding and open flame allowed"),
        "public_access": _("Open to the public"),
        "house_rules": _("House rules"),
    }


def _terms_words() -> dict[str, str]:
    return {
        "rent_cents": _("Rent"),
        "service_charges_cents": _("Service charges"),
        "utilities_cents": _("Energy and water, estimate"),
        "subsidy_cents": _("Subsidy"),
        "deposit_cents": _("Deposit"),
        "guarantee_cents": _("Guarantee"),
        "rent_free_days": _("Days without rent"),
        "fit_out_access_from": _("Works may begin on"),
        "min_term_days": _("Shortest term"),
        "max_term_days": _("Longest term"),
        "renewal": _("Renewal"),
        "owner_notice_days": _("Notice the owner gives"),
        "restitution_required": _("To be handed back as it was"),
        "reversible_only": _("Only changes that can be undone"),
        "restitution_cost_cents": _("Cost of handing back"),
        "restitution_by": _("Handing back is paid by"),
        "insurance_by": _("Insurance is paid by"),
        "works_by": _("Works are paid by"),
        "windows": _("Periods when it is free"),
        "capacity_mode": _("Given as"),
        "max_occupancy": _("People at most"),
    }
