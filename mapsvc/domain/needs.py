"""What a collective needs of premises, in the vocabulary of the premises' attributes (domain.md 2.3).

A need that is None is not needed. A declared emission (noise, dust, hot work, solvents) is a ceiling that binds later.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any

from mapsvc.domain.errors import Invalid
from mapsvc.domain.features import ACTIVITIES, MAX_CENTS, VENTILATION
from mapsvc.domain.fields import FieldSpec, completeness, read_members, write_value
from mapsvc.domain.week import WeeklyHours

COLLECTIVE_FORMS = (
    "individual", "informal_group", "association", "aps", "odv", "foundation", "cooperative", "social_cooperative",
    "social_enterprise", "company", "consortium", "other",
)  # fmt: skip
DISCIPLINES = ACTIVITIES
SKILLS = ("painting", "carpentry", "masonry", "electrical", "plumbing", "metalwork", "cleaning", "gardening", "other")
MUST, NICE = "must", "nice"


def _need(code: str, group: str = "services", weight: int = 0) -> FieldSpec:
    return FieldSpec(code, "need", group, options=(MUST, NICE), weight=weight)


def _decimal(code: str, unit: str, most: float, weight: int = 0, *, group: str = "dimensions", decimals: int = 1,
             nice: bool = False) -> FieldSpec:  # fmt: skip
    return FieldSpec(code, "decimal", group, unit, (), "public", 0, most, decimals, weight, nice)


def _integer(code: str, group: str, unit: str, most: float, weight: int = 0, *, nice: bool = False) -> FieldSpec:
    return FieldSpec(code, "integer", group, unit, (), "public", 0, most, 0, weight, nice)


def _level(code: str, group: str, weight: int = 0) -> FieldSpec:
    return FieldSpec(code, "level", group, minimum=0, maximum=3, weight=weight)


def _money(code: str, kind: str, weight: int = 0) -> FieldSpec:
    return FieldSpec(code, kind, "terms", "cents", (), "parties", 0, MAX_CENTS, weight=weight)


NEED_FIELDS: tuple[FieldSpec, ...] = (
    _decimal("area_min_m2", "m2", 1_000_000, 10),
    _decimal("area_ideal_m2", "m2", 1_000_000, 3),
    _decimal("area_max_m2", "m2", 1_000_000),
    _integer("people_peak", "dimensions", "people", 100_000, 5),
    _integer("people_daily", "dimensions", "people", 100_000),
    _decimal("height_min_m", "m", 50, decimals=2, nice=True),
    _integer("door_min_cm", "dimensions", "cm", 2_000, nice=True),
    _decimal("floor_load_min_kn_m2", "kN/m2", 200, nice=True),
    _decimal("column_free_min_m", "m", 200, nice=True),
    _decimal("storage_min_m2", "m2", 1_000_000, nice=True),
    _decimal("frontage_wanted_m", "m", 1_000),
    _need("goods_access", "dimensions"),
    _need("step_free", "dimensions", 2),
    _level("daylight_min", "light", 2),
    FieldSpec("ventilation_min", "enum", "light", options=VENTILATION, nice=True),
    _decimal("power_min_kw", "kW", 10_000, 2, group="services", nice=True),
    *(_need(code) for code in ("three_phase", "water", "hot_water", "sink", "drain", "gas", "wc", "accessible_wc")),
    *(_need(code) for code in ("heating", "cooling", "internet", "acoustic_treatment")),
    _level("noise_emission_day", "emissions", 3),
    _level("noise_emission_evening", "emissions", 3),
    _level("noise_emission_night", "emissions", 3),
    _level("dust_odour", "emissions", 1),
    FieldSpec("hot_work", "boolean", "emissions"),
    FieldSpec("solvents", "boolean", "emissions"),
    FieldSpec("activities", "codes", "use", options=ACTIVITIES, weight=8),
    FieldSpec("live_work", "enum", "use", options=("none", "wanted", "required"), weight=1),
    _integer("residents_count", "use", "people", 1_000),
    FieldSpec("hours", "weekly_hours", "use", weight=3),
    _decimal("public_opening_h_week", "h", 168, group="use"),
    _integer("events_per_year", "use", "", 10_000),
    FieldSpec("sharing", "enum", "use", options=("exclusive_only", "shared_ok", "shared_preferred"), weight=1),
    FieldSpec("incompatible_practices", "codes", "use", options=ACTIVITIES),
    _money("budget_max_cents", "money_month", 8),
    _money("deposit_max_cents", "money", 2),
    _money("own_works_cents", "money", 2),
    FieldSpec("own_works_skills", "codes", "terms", options=SKILLS),
    FieldSpec("start_earliest", "date", "availability", weight=3),
    FieldSpec("start_latest", "date", "availability", weight=5),
    _integer("term_min_days", "availability", "days", 36_500, 5),
    _integer("term_desired_days", "availability", "days", 36_500, 2),
    _integer("fit_out_days", "availability", "days", 3_650),
    FieldSpec("districts_ok", "references", "place", weight=2),
    FieldSpec("anchor_point", "point", "place", visibility="parties", weight=1),
    _integer("max_distance_m", "place", "m", 1_000_000, 1),
    FieldSpec("nice", "codes", "priority", options=(
        "height_min_m", "door_min_cm", "floor_load_min_kn_m2", "column_free_min_m", "storage_min_m2", "ventilation_min",
        "power_min_kw",
    )),
)  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class NeedsProfile:
    """The needs of one collective; ``nice`` lists the minimum values that are welcome instead of necessary."""

    area_min_m2: float | None = None
    area_ideal_m2: float | None = None
    area_max_m2: float | None = None
    people_peak: int | None = None
    people_daily: int | None = None
    height_min_m: float | None = None
    door_min_cm: int | None = None
    floor_load_min_kn_m2: float | None = None
    column_free_min_m: float | None = None
    storage_min_m2: float | None = None
    frontage_wanted_m: float | None = None
    goods_access: str | None = None
    step_free: str | None = None
    daylight_min: int | None = None
    ventilation_min: str | None = None
    power_min_kw: float | None = None
    three_phase: str | None = None
    water: str | None = None
    hot_water: str | None = None
    sink: str | None = None
    drain: str | None = None
    gas: str | None = None
    wc: str | None = None
    accessible_wc: str | None = None
    heating: str | None = None
    cooling: str | None = None
    internet: str | None = None
    acoustic_treatment: str | None = None
    noise_emission_day: int | None = None
    noise_emission_evening: int | None = None
    noise_emission_night: int | None = None
    dust_odour: int | None = None
    hot_work: bool | None = None
    solvents: bool | None = None
    activities: tuple[str, ...] | None = None
    live_work: str | None = None
    residents_count: int | None = None
    hours: WeeklyHours | None = None
    public_opening_h_week: float | None = None
    events_per_year: int | None = None
    sharing: str | None = None
    incompatible_practices: tuple[str, ...] | None = None
    budget_max_cents: int | None = None
    deposit_max_cents: int | None = None
    own_works_cents: int | None = None
    own_works_skills: tuple[str, ...] | None = None
    start_earliest: date | None = None
    start_latest: date | None = None
    term_min_days: int | None = None
    term_desired_days: int | None = None
    fit_out_days: int | None = None
    districts_ok: tuple[str, ...] | None = None
    anchor_point: tuple[float, float] | None = None
    max_distance_m: int | None = None
    nice: tuple[str, ...] | None = None

    @classmethod
    def from_json(cls, obj: object) -> NeedsProfile:
        """Read the stored or sent form strictly; raises Invalid with a JSON pointer for anything that does not fit."""
        values: dict[str, Any] = read_members(NEED_FIELDS, obj)
        needs = cls(**values)
        _check_order(needs)
        return needs

    def to_json(self) -> dict[str, object]:
        """Return the JSON form with the stated needs only, in the order of NEED_FIELDS."""
        stated = ((spec.code, getattr(self, spec.code)) for spec in NEED_FIELDS)
        return {code: write_value(value) for code, value in stated if value is not None}

    def completeness(self) -> float:
        """Return the share of the usual needs that are stated, by weight, 0 to 1."""
        return completeness(NEED_FIELDS, self)

    def must(self, code: str) -> bool:
        """Say whether a stated minimum is necessary rather than welcome."""
        return code not in (self.nice or ())

    def with_preset(self, preset: str) -> NeedsProfile:
        """Return this profile with the preset's values where nothing was stated yet; raises Invalid if unknown."""
        if preset not in PRESETS:
            raise Invalid("There is no preset of this name.", "/preset", code="not_an_option")
        offered = NeedsProfile.from_json(PRESETS[preset])
        names = [field.name for field in fields(self)]
        return replace(self, **{name: getattr(offered, name) for name in names if getattr(self, name) is None})


# Planning values of domain.md 2.3, meant to be changed by whoever uses them.
EVENINGS = {day: [["18:00", "23:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
PRESETS: Mapping[str, Mapping[str, object]] = {
    "painter": {"activities": ["visual"], "daylight_min": 2, "water": MUST, "ventilation_min": "natural"},
    "painter_with_solvents": {
        "activities": ["visual"], "daylight_min": 2, "water": MUST, "solvents": True,
        "ventilation_min": "local_extraction",
    },
    "sculptor_metal": {
        "activities": ["sculpture", "craft_metal"], "floor_load_min_kn_m2": 5, "three_phase": MUST,
        "noise_emission_day": 3, "goods_access": MUST,
    },
    "dance": {"activities": ["dance"], "column_free_min_m": 6, "height_min_m": 3, "ventilation_min": "natural"},
    "amplified_music": {
        "activities": ["music_amplified"], "noise_emission_day": 3, "noise_emission_evening": 3, "hours": EVENINGS,
        "acoustic_treatment": MUST,
    },
    "ceramics": {
        "activities": ["ceramics"], "three_phase": MUST, "power_min_kw": 10, "water": MUST, "drain": MUST,
        "floor_load_min_kn_m2": 4,
    },
    "writer_editorial": {
        "activities": ["literature"], "noise_emission_day": 0, "noise_emission_evening": 0, "internet": MUST,
    },
}  # fmt: skip


def _check_order(needs: NeedsProfile) -> None:
    pairs = (
        ("area_min_m2", "area_ideal_m2"), ("area_min_m2", "area_max_m2"), ("area_ideal_m2", "area_max_m2"),
        ("start_earliest", "start_latest"), ("term_min_days", "term_desired_days"),
    )  # fmt: skip
    for low, high in pairs:
        first, last = getattr(needs, low), getattr(needs, high)
        if first is not None and last is not None and first > last:
            raise Invalid("The smaller of two values is larger than the other.", f"/{high}", code="wrong_order")
    if needs.max_distance_m is not None and needs.anchor_point is None:
        raise Invalid("A distance needs the point from which it counts.", "/anchor_point", code="missing")
