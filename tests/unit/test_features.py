"""The attributes of premises: strict reading, exact writing."""

from __future__ import annotations

import dataclasses
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mapsvc.domain.errors import Invalid
from mapsvc.domain.features import FIELDS, Features
from mapsvc.domain.needs import NEED_FIELDS, PRESETS, NeedsProfile
from tests.unit.matching_inputs import Inputs


def test_the_tables_describe_every_field_in_order():
    assert [spec.code for spec in FIELDS] == [field.name for field in dataclasses.fields(Features)]
    assert [spec.code for spec in NEED_FIELDS] == [field.name for field in dataclasses.fields(NeedsProfile)]


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 2**32))
def test_what_is_written_is_read_back(seed):
    features = Features.from_json(ordered(Inputs(seed).features().to_json()))
    assert Features.from_json(json.loads(json.dumps(features.to_json()))) == features


def ordered(obj: dict) -> dict:
    """Leave out the pairs of values that random figures can put into the wrong order."""
    left_out = ("works_high_cents", "max_term_days", "prohibited_uses")
    return {code: value for code, value in obj.items() if code not in left_out}


@pytest.mark.parametrize(
    ("obj", "pointer"),
    [
        ([], ""),
        ({"colour": "red"}, "/colour"),
        ({"a/b~c": 1}, "/a~1b~0c"),
        ({"usable_area_m2": "68"}, "/usable_area_m2"),
        ({"usable_area_m2": True}, "/usable_area_m2"),
        ({"usable_area_m2": float("nan")}, "/usable_area_m2"),
        ({"usable_area_m2": float("-inf")}, "/usable_area_m2"),
        ({"usable_area_m2": 10**400}, "/usable_area_m2"),
        ({"usable_area_m2": -1}, "/usable_area_m2"),
        ({"rent_cents": 280.5}, "/rent_cents"),
        ({"water": 1}, "/water"),
        ({"daylight_level": 4}, "/daylight_level"),
        ({"condition": "splendid"}, "/condition"),
        ({"condition": ["ready"]}, "/condition"),
        ({"hazards": "damp"}, "/hazards"),
        ({"hazards": ["damp", "ghosts"]}, "/hazards/1"),
        ({"former_use": "bar\x00"}, "/former_use"),
        ({"former_use": "bar\ud800"}, "/former_use"),
        ({"former_use": "x" * 2001}, "/former_use"),
        ({"vacant_since": "2019-13"}, "/vacant_since"),
        ({"fit_out_access_from": "20270301"}, "/fit_out_access_from"),
        ({"windows": [{"from": "2027-03-01", "to": "2027-03-01"}]}, "/windows/0/to"),
        ({"windows": [{"to": "2027-03-01"}]}, "/windows/0/from"),
        ({"windows": [{"from": "2027-03-01", "until": "2028-03-01"}]}, "/windows/0"),
        ({"certificates": [{"valid_until": "2027-03-01"}]}, "/certificates/0/kind"),
        ({"hours_allowed": {"mon": [["20:00", "08:00"]]}}, "/hours_allowed/mon/0"),
        ({"hours_allowed": {"mon": [["08:15", "20:00"]]}}, "/hours_allowed/mon/0"),
        ({"hours_allowed": {"lunedì": []}}, "/hours_allowed/lunedì"),
        ({"works_low_cents": 2, "works_high_cents": 1}, "/works_high_cents"),
        ({"permitted_uses": ["dance"], "prohibited_uses": ["dance"]}, "/prohibited_uses"),
    ],
)
def test_bad_input_is_refused_where_it_stands(obj, pointer):
    with pytest.raises(Invalid) as refused:
        Features.from_json(obj)
    assert refused.value.pointer == pointer


def test_not_known_zero_and_none_are_three_things():
    assert Features.from_json({"rent_cents": None, "condition": "unknown"}).to_json() == {}
    assert Features.from_json({"rent_cents": 0, "hazards": []}).to_json() == {"rent_cents": 0, "hazards": []}


def test_all_in_cost_needs_the_rent():
    assert Features(utilities_cents=5_000).all_in_cents is None
    known = Features(rent_cents=20_000, service_charges_cents=5_000, utilities_cents=6_000, subsidy_cents=3_000)
    assert known.all_in_cents == 28_000


def test_completeness_counts_what_matching_reads():
    assert Features().completeness() == 0
    assert Features(renewal="2 years").completeness() == 0
    assert 0 < Features(usable_area_m2=68).completeness() < Features(usable_area_m2=68, water=False).completeness() < 1


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_is_valid_and_leaves_what_was_stated(preset):
    stated = NeedsProfile(water="nice", daylight_min=0)
    filled = stated.with_preset(preset)
    assert NeedsProfile.from_json(filled.to_json()) == filled
    assert (filled.water, filled.daylight_min) == ("nice", 0)
    assert filled.activities


@pytest.mark.parametrize(
    ("obj", "pointer"),
    [
        ({"area_min_m2": 60, "area_ideal_m2": 40}, "/area_ideal_m2"),
        ({"start_earliest": "2027-03-02", "start_latest": "2027-03-01"}, "/start_latest"),
        ({"max_distance_m": 500}, "/anchor_point"),
        ({"anchor_point": [45.05, 107.6]}, "/anchor_point"),
        ({"anchor_point": [7.6, float("nan")]}, "/anchor_point/1"),
        ({"nice": ["area_min_m2"]}, "/nice/0"),
        ({"water": "perhaps"}, "/water"),
        ({"districts_ok": [""]}, "/districts_ok/0"),
    ],
)
def test_bad_needs_are_refused_where_they_stand(obj, pointer):
    with pytest.raises(Invalid) as refused:
        NeedsProfile.from_json(obj)
    assert refused.value.pointer == pointer
