"""What is known about premises: the attributes that matching, forms, imports and exports read (domain.md 2.1).

Identity, place, ownership and the computed status are not here; every field may be unknown, which is None and is
something else than zero, false or an empty list.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from mapsvc.domain.errors import Invalid
from mapsvc.domain.fields import Certificate, FieldSpec, Window, completeness, read_members, write_value
from mapsvc.domain.week import WeeklyHours

ACTIVITIES = (
    "visual", "sculpture", "printmaking", "photo_video", "music_acoustic", "music_amplified", "theatre", "dance",
    "literature", "design", "craft_wood", "craft_metal", "textile", "ceramics", "digital", "food", "mixed", "social",
)  # fmt: skip
ENERGY_CLASSES = ("A4", "A3", "A2", "A1", "B", "C", "D", "E", "F", "G")
VENTILATION = ("none", "natural", "mechanical", "local_extraction")
LEGAL_ROUTES = (
    "no_change_needed", "ordinary_pact", "complex_pact", "civic_collective_use", "concession", "loan_for_use",
    "transitional_lease", "temporary_use_convention", "meanwhile_lease",
)  # fmt: skip
HAZARDS = ("asbestos", "damp", "structural", "electrical", "access", "other")
CERTIFICATES = ("habitability", "energy", "fire", "electrical", "acoustic")
USE_CATEGORIES = ("residential", "tourist", "productive_and_directional", "commercial", "rural")
WHO = ("owner", "user", "city", "shared")
MAX_CENTS = 100_000_000


def _area(code: str, weight: int = 0) -> FieldSpec:
    return FieldSpec(code, "decimal", "dimensions", "m2", minimum=0, maximum=1_000_000, decimals=1, weight=weight)


def _level(code: str, group: str, weight: int) -> FieldSpec:
    return FieldSpec(code, "level", group, minimum=0, maximum=3, weight=weight)


def _flag(code: str, group: str, weight: int = 0) -> FieldSpec:
    return FieldSpec(code, "boolean", group, weight=weight)


def _enum(code: str, group: str, *options: str, weight: int = 0) -> FieldSpec:
    return FieldSpec(code, "enum", group, options=options, weight=weight)


def _money(code: str, kind: str = "money_month", weight: int = 0, visibility: str = "public") -> FieldSpec:
    group = "condition" if code.startswith("works") else "terms"
    return FieldSpec(code, kind, group, "cents", (), visibility, 0, MAX_CENTS, weight=weight)


def _days(code: str, group: str = "terms", weight: int = 0, visibility: str = "public") -> FieldSpec:
    return FieldSpec(code, "integer", group, "days", (), visibility, 0, 36_500, weight=weight)


FIELDS: tuple[FieldSpec, ...] = (
    _area("usable_area_m2", weight=10),
    _enum("area_method", "dimensions", "measured", "declared", "estimated"),
    _area("gross_area_m2"),
    _area("outdoor_m2"),
    _area("basement_m2"),
    _area("storage_m2", weight=1),
    FieldSpec("floor_level", "integer", "dimensions", minimum=-10, maximum=100, weight=1),
    FieldSpec("frontage_m", "decimal", "dimensions", "m", minimum=0, maximum=1_000, decimals=1, weight=2),
    FieldSpec("shop_windows", "integer", "dimensions", minimum=0, maximum=100),
    FieldSpec("clear_height_min_m", "decimal", "dimensions", "m", minimum=0, maximum=50, decimals=2, weight=3),
    FieldSpec("door_clear_width_cm", "integer", "dimensions", "cm", minimum=0, maximum=2_000, weight=2),
    FieldSpec("door_clear_height_cm", "integer", "dimensions", "cm", minimum=0, maximum=2_000),
    FieldSpec("column_free_span_m", "decimal", "dimensions", "m", minimum=0, maximum=200, decimals=1),
    FieldSpec("floor_load_kn_m2", "decimal", "dimensions", "kN/m2", (), "accredited", 0, 200, decimals=1, weight=2),
    _level("daylight_level", "light", 3),
    FieldSpec("window_floor_ratio", "decimal", "light", minimum=0, maximum=5, decimals=3),
    _enum("orientation", "light", "N", "NE", "E", "SE", "S", "SW", "W", "NW"),
    _enum("ventilation", "light", *VENTILATION, weight=2),
    _flag("electricity_present", "services", 2),
    FieldSpec("power_kw", "decimal", "services", "kW", minimum=0, maximum=10_000, decimals=1, weight=3),
    _flag("three_phase", "services", 1),
    _flag("meter_active", "services"),
    _flag("water", "services", 3),
    _flag("hot_water", "services"),
    _flag("sink", "services"),
    _flag("floor_drain", "services", 1),
    _flag("gas", "services"),
    FieldSpec("wc_count", "integer", "services", minimum=0, maximum=500, weight=2),
    _flag("accessible_wc", "services", 1),
    _enum("heating", "services", "none", "autonomous", "central", "electric", weight=2),
    _enum("cooling", "services", "none", "autonomous", "central", "electric"),
    _enum("internet", "services", "none", "copper", "fttc", "ftth", "mobile_only", weight=1),
    _enum("goods_access", "services", "none", "street_loading", "loading_bay", "goods_lift", weight=1),
    FieldSpec("goods_lift_kg", "integer", "services", "kg", minimum=0, maximum=100_000),
    _flag("acoustic_treatment", "services"),
    _enum("condition", "condition", "ready", "cosmetic", "light_works", "heavy_works", "unsafe", weight=5),
    _money("works_low_cents", "money", visibility="accredited"),
    _money("works_high_cents", "money", 3, "accredited"),
    _days("works_days", "condition", visibility="accredited"),
    FieldSpec("hazards", "codes", "condition", "", HAZARDS, "accredited", weight=5),
    _enum("energy_class", "condition", *ENERGY_CLASSES, "exempt", weight=2),
    FieldSpec("certificates", "certificates", "condition", "", CERTIFICATES, "accredited", weight=1),
    _enum("heritage_constraint", "condition", "none", "listed", "landscape"),
    FieldSpec("former_use", "text", "use"),
    FieldSpec("former_use_code", "text", "use"),
    FieldSpec("vacant_since", "partial_date", "use"),
    _enum("use_category", "use", *USE_CATEGORIES, weight=1),
    FieldSpec("permitted_uses", "codes", "use", options=ACTIVITIES, weight=5),
    FieldSpec("prohibited_uses", "codes", "use", options=ACTIVITIES),
    _enum("legal_route", "use", *LEGAL_ROUTES, weight=3),
    _enum("live_work", "use", "not_allowed", "allowed", "with_adaptation", weight=1),
    FieldSpec("hours_allowed", "weekly_hours", "use", weight=2),
    _enum("acoustic_class", "use", "I", "II", "III", "IV", "V", "VI"),
    _level("noise_tolerance_day", "use", 2),
    _level("noise_tolerance_evening", "use", 2),
    _level("noise_tolerance_night", "use", 1),
    _level("dust_odour_tolerance", "use", 1),
    _flag("hot_work_allowed", "use"),
    _enum("public_access", "use", "required", "possible", "not_possible"),
    FieldSpec("house_rules", "text", "use"),
    _enum("step_free", "accessibility", "yes", "with_ramp", "no", weight=3),
    FieldSpec("step_cm", "integer", "accessibility", "cm", minimum=0, maximum=500),
    _enum("wheelchair", "accessibility", "yes", "limited", "no"),
    _money("rent_cents", weight=8),
    _money("service_charges_cents", weight=1),
    _money("utilities_cents", weight=1),
    _money("subsidy_cents"),
    _money("deposit_cents", "money", 2),
    _money("guarantee_cents", "money"),
    _days("rent_free_days"),
    FieldSpec("fit_out_access_from", "date", "terms"),
    _days("min_term_days", weight=1),
    _days("max_term_days", weight=1),
    FieldSpec("renewal", "text", "terms"),
    _days("owner_notice_days"),
    _flag("restitution_required", "terms"),
    _flag("reversible_only", "terms"),
    _money("restitution_cost_cents", "money"),
    _enum("restitution_by", "terms", *WHO),
    _enum("insurance_by", "terms", *WHO),
    _enum("works_by", "terms", *WHO),
    FieldSpec("windows", "windows", "availability", weight=8),
    _enum("capacity_mode", "availability", "exclusive", "units"),
    FieldSpec("max_occupancy", "integer", "availability", "people", minimum=0, maximum=100_000, weight=4),
)  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Features:
    """The known attributes of premises; None is not known, units are in the names and in FIELDS."""

    usable_area_m2: float | None = None
    area_method: str | None = None
    gross_area_m2: float | None = None
    outdoor_m2: float | None = None
    basement_m2: float | None = None
    storage_m2: float | None = None
    floor_level: int | None = None
    frontage_m: float | None = None
    shop_windows: int | None = None
    clear_height_min_m: float | None = None
    door_clear_width_cm: int | None = None
    door_clear_height_cm: int | None = None
    column_free_span_m: float | None = None
    floor_load_kn_m2: float | None = None
    daylight_level: int | None = None
    window_floor_ratio: float | None = None
    orientation: str | None = None
    ventilation: str | None = None
    electricity_present: bool | None = None
    power_kw: float | None = None
    three_phase: bool | None = None
    meter_active: bool | None = None
    water: bool | None = None
    hot_water: bool | None = None
    sink: bool | None = None
    floor_drain: bool | None = None
    gas: bool | None = None
    wc_count: int | None = None
    accessible_wc: bool | None = None
    heating: str | None = None
    cooling: str | None = None
    internet: str | None = None
    goods_access: str | None = None
    goods_lift_kg: int | None = None
    acoustic_treatment: bool | None = None
    condition: str | None = None
    works_low_cents: int | None = None
    works_high_cents: int | None = None
    works_days: int | None = None
    hazards: tuple[str, ...] | None = None
    energy_class: str | None = None
    certificates: tuple[Certificate, ...] | None = None
    heritage_constraint: str | None = None
    former_use: str | None = None
    former_use_code: str | None = None
    vacant_since: str | None = None
    use_category: str | None = None
    permitted_uses: tuple[str, ...] | None = None
    prohibited_uses: tuple[str, ...] | None = None
    legal_route: str | None = None
    live_work: str | None = None
    hours_allowed: WeeklyHours | None = None
    acoustic_class: str | None = None
    noise_tolerance_day: int | None = None
    noise_tolerance_evening: int | None = None
    noise_tolerance_night: int | None = None
    dust_odour_tolerance: int | None = None
    hot_work_allowed: bool | None = None
    public_access: str | None = None
    house_rules: str | None = None
    step_free: str | None = None
    step_cm: int | None = None
    wheelchair: str | None = None
    rent_cents: int | None = None
    service_charges_cents: int | None = None
    utilities_cents: int | None = None
    subsidy_cents: int | None = None
    deposit_cents: int | None = None
    guarantee_cents: int | None = None
    rent_free_days: int | None = None
    fit_out_access_from: date | None = None
    min_term_days: int | None = None
    max_term_days: int | None = None
    renewal: str | None = None
    owner_notice_days: int | None = None
    restitution_required: bool | None = None
    reversible_only: bool | None = None
    restitution_cost_cents: int | None = None
    restitution_by: str | None = None
    insurance_by: str | None = None
    works_by: str | None = None
    windows: tuple[Window, ...] | None = None
    capacity_mode: str | None = None
    max_occupancy: int | None = None

    @classmethod
    def from_json(cls, obj: object) -> Features:
        """Read the stored or sent form strictly; raises Invalid with a JSON pointer for anything that does not fit."""
        values: dict[str, Any] = read_members(FIELDS, obj)
        features = cls(**values)
        _check_pairs(features)
        return features

    def to_json(self) -> dict[str, object]:
        """Return the JSON form with the known members only, in the order of FIELDS."""
        known = ((spec.code, getattr(self, spec.code)) for spec in FIELDS)
        return {code: write_value(value) for code, value in known if value is not None}

    def completeness(self) -> float:
        """Return the share of the matching fields that are known, by weight, 0 to 1."""
        return completeness(FIELDS, self)

    @property
    def all_in_cents(self) -> int | None:
        """Cents a month: rent + charges + utilities - subsidy; None where the rent is not known.

        Charges, utilities and subsidy that nobody stated count as zero.
        """
        if self.rent_cents is None:
            return None
        extras = (self.service_charges_cents or 0) + (self.utilities_cents or 0)
        return self.rent_cents + extras - (self.subsidy_cents or 0)

    @property
    def works_cents(self) -> int | None:
        """The cautious estimate of the works: the high figure, else the low one; nothing where the place is ready."""
        if self.works_high_cents is not None:
            return self.works_high_cents
        if self.works_low_cents is not None:
            return self.works_low_cents
        return 0 if self.condition == "ready" else None


def _check_pairs(features: Features) -> None:
    for low, high in (("works_low_cents", "works_high_cents"), ("min_term_days", "max_term_days")):
        first, last = getattr(features, low), getattr(features, high)
        if first is not None and last is not None and first > last:
            raise Invalid("The smaller of two values is larger than the other.", f"/{high}", code="wrong_order")
    if both := set(features.permitted_uses or ()) & set(features.prohibited_uses or ()):
        raise Invalid(f"Both permitted and forbidden: {', '.join(sorted(both))}.", "/prohibited_uses", code="both")
