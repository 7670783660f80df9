"""The form of needs: what is stored comes back unchanged through the fields, and what cannot be read says where."""

import random

import pytest
from matching_inputs import Inputs

from mapsvc.domain.errors import Invalid
from mapsvc.domain.needs import NEED_FIELDS, PRESETS, NeedsProfile
from mapsvc.web.needs_form import filled, needs_typed, read_count, read_needs
from mapsvc.web.needs_view import SECTIONS

HERE = (7.68, 45.05)
ORDERED = (
    ("area_min_m2", "area_ideal_m2"), ("area_min_m2", "area_max_m2"), ("area_ideal_m2", "area_max_m2"),
    ("start_earliest", "start_latest"), ("term_min_days", "term_desired_days"),
)  # fmt: skip


def nowhere(street: str) -> tuple[float, float]:
    raise Invalid("no such street", "/anchor_point", code="street_unknown")


def read(typed, locate=lambda _street: HERE):
    needs, faults = read_needs(typed, locate)
    assert not faults
    return NeedsProfile.from_json(needs)


def test_every_need_has_its_place_in_the_form():
    shown = [code for codes in SECTIONS.values() for code in codes]
    assert sorted(shown) == sorted(spec.code for spec in NEED_FIELDS if spec.code != "nice")


@pytest.mark.parametrize("preset", sorted(PRESETS))
def test_a_preset_survives_the_form(preset):
    needs = NeedsProfile.from_json(PRESETS[preset])
    assert read(needs_typed(needs)) == needs


def storable(needs: NeedsProfile) -> dict[str, object]:
    """The needs as they would be stored: in order, and with nothing that means the same as nothing stated."""
    json = {code: value for code, value in needs.to_json().items() if value not in (False, [], {})}
    for low, high in ORDERED:
        if low in json and high in json and json[low] > json[high]:
            del json[high]
    json["nice"] = [code for code in json.get("nice", []) if code in json]
    if "anchor_point" in json:
        json["anchor_point"] = list(HERE)
    else:
        json.pop("max_distance_m", None)
    return {code: value for code, value in json.items() if value != []}


def test_any_needs_survive_the_form():
    seeds = random.Random(7)
    for _ in range(300):
        needs = NeedsProfile.from_json(storable(Inputs(seeds.randrange(10**9)).needs()))
        assert read(needs_typed(needs, "Via Nizza")) == needs


def test_a_preset_fills_only_what_is_empty():
    typed = {"daylight_min": ["3"], "water": [""], "preset": ["painter"]}
    done = filled(typed, NeedsProfile.from_json(PRESETS["painter"]))
    assert done["daylight_min"] == ["3"]
    assert done["water"] == ["must"]
    assert done["activities"] == ["visual"]


def test_durations_keep_their_unit():
    assert read({"term_min_days": ["6"], "unit.term_min_days": ["months"]}).term_min_days == 180
    assert needs_typed(NeedsProfile(term_min_days=730))["unit.term_min_days"] == ["years"]
    assert needs_typed(NeedsProfile(term_min_days=45))["unit.term_min_days"] == ["days"]


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("area_min_m2", "forty", "not_a_number"),
        ("area_min_m2", "1.000", "not_a_number"),
        ("area_min_m2", "-1", "too_small"),
        ("area_min_m2", "NaN", "not_a_number"),
        ("people_peak", "2.5", "not_an_integer"),
        ("budget_max_cents", "9999999999", "too_large"),
        ("start_latest", "1 March", "not_a_date"),
        ("daylight_min", "9", "too_large"),
        ("water", "perhaps", "not_an_option"),
        ("hours.mon", "late", "not_a_period"),
        ("hours.mon", "18:10-19:00", "not_a_period"),
        ("anchor_point", "Nowhere Street", "street_unknown"),
    ],
)
def test_what_cannot_be_read_says_where(name, text, code):
    _needs, faults = read_needs({name: [text]}, nowhere)
    field = name.split(".")[0]
    assert faults[field].code == code
    assert faults[field].pointer.startswith(f"/{field}")


def test_a_comma_is_a_decimal_sign_and_money_is_exact():
    assert read({"area_min_m2": ["40,5"]}).area_min_m2 == 40.5
    assert read({"budget_max_cents": ["280.29"]}).budget_max_cents == 28029


def test_an_empty_count_is_not_zero():
    assert read_count("", "members_count") is None
    with pytest.raises(Invalid):
        read_count("3.5", "members_count")
