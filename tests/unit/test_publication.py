"""What may be public of a place: the table of publication 5.1, the cell, the facts."""

from __future__ import annotations

from math import cos, radians

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapsvc.domain.errors import Invalid
from mapsvc.domain.publication import (
    AreaPolicy,
    Precision,
    Standing,
    cell_bounds,
    cell_centre,
    cell_of,
    follows_policy,
    has_public_page,
    hidden_facts,
    is_public,
    must_not_be_stored,
    precision_for,
    public_place,
)

longitudes = st.floats(-179.99, 179.99)
latitudes = st.floats(-85, 85)


@pytest.mark.parametrize(
    ("standing", "precision"),
    [
        (Standing("school", "municipality"), "exact"),
        (Standing("land", "other_public"), "exact"),
        (Standing("workshop", "unknown", authority_precision=Precision.EXACT), "exact"),
        (Standing("workshop", "unknown", authority_precision=Precision.STREET), "street"),
        (Standing("workshop", "private_person", owner_consent=True), "exact"),
        (Standing("commercial_unit"), "exact"),
        (Standing("commercial_unit", "private_company", objection=True), "cell_100m"),
        (Standing("commercial_unit", owner_consent=False), "cell_100m"),
        (Standing("workshop", "private_company"), "cell_100m"),
        (Standing("office", "church"), "cell_100m"),
        (Standing("house", "condominium"), "cell_100m"),
        (Standing("house", "private_person"), "hidden"),
        (Standing("house", "private_person", owner_consent=True), "exact"),
        (Standing("commercial_unit", "municipality", lived_in=True), "hidden"),
        (Standing("house", "confiscated"), "hidden"),
        (Standing("house", "confiscated", office_decision=Precision.DISTRICT), "district"),
        (Standing("commercial_unit", office_decision=Precision.STREET), "street"),
        (Standing("commercial_unit", office_decision=Precision.EXACT, objection=True), "cell_100m"),
        (Standing("commercial_unit", office_decision=Precision.DISTRICT, objection=True), "district"),
        (Standing("school", "municipality", objection=True), "cell_100m"),
    ],
)
def test_the_table_of_cases(standing, precision):
    assert precision_for(standing, AreaPolicy()) == precision


def test_an_area_decides_about_shops_only():
    coarse = AreaPolicy(commercial_precision="cell_100m")
    assert precision_for(Standing("commercial_unit"), coarse) is Precision.CELL_100M
    assert precision_for(Standing("commercial_unit", owner_consent=True), coarse) is Precision.EXACT
    assert precision_for(Standing("school", "municipality"), coarse) is Precision.EXACT
    for wrong in ({"commercial_precision": "hidden"}, {"moderation": "never"}):
        with pytest.raises(Invalid):
            AreaPolicy(**wrong)


def test_who_follows_the_policy_of_the_area():
    assert follows_policy(Standing("commercial_unit"))
    for other in (
        Standing("workshop"),
        Standing("commercial_unit", "municipality"),
        Standing("commercial_unit", owner_consent=True),
        Standing("commercial_unit", owner_consent=False),
        Standing("commercial_unit", objection=True),
        Standing("commercial_unit", authority_precision=Precision.EXACT),
        Standing("commercial_unit", office_decision=Precision.STREET),
    ):
        assert not follows_policy(other)


def test_a_home_is_not_stored():
    assert must_not_be_stored(Standing("house", "private_person"))
    assert must_not_be_stored(Standing("commercial_unit", lived_in=True))
    assert not must_not_be_stored(Standing("commercial_unit", "private_person"))


def test_the_cell_of_a_place_in_torino():
    row, col = cell_of(45.0561, 7.6785)
    assert row == 50062
    assert col == int(7.6785 * cos(radians(50062.5 * 0.0009)) / 0.0009)
    lon, lat = cell_centre(row, col)
    assert public_place(7.6785, 45.0561, Precision.CELL_100M).point == (lon, lat)
    assert abs(lat - 45.0561) <= 0.00045
    assert abs(lon - 7.6785) * cos(radians(lat)) <= 0.00045001


@given(longitudes, latitudes)
def test_a_cell_holds_its_points_and_its_centre(lon, lat):
    cell = cell_of(lat, lon)
    west, south, east, north = cell_bounds(*cell)
    assert west - 1e-9 <= lon <= east + 1e-9
    assert south - 1e-9 <= lat <= north + 1e-9
    middle_lon, middle_lat = cell_centre(*cell)
    assert cell_of(middle_lat, middle_lon) == cell


@given(st.integers(-94_000, 94_000), st.integers(-9_000, 9_000), st.floats(0.01, 0.99), st.floats(0.01, 0.99))
def test_all_points_of_a_cell_show_the_same_place(row, col, across, up):
    west, south, east, north = cell_bounds(row, col)
    inside = public_place(west + across * (east - west), south + up * (north - south), Precision.CELL_100M)
    assert inside.point == cell_centre(row, col)


def test_other_precisions():
    assert public_place(7.6, 45.0, Precision.EXACT).point == (7.6, 45.0)
    assert public_place(7.6, 45.0, Precision.DISTRICT, district_point=(7.5, 45.1)).point == (7.5, 45.1)
    assert public_place(7.6, 45.0, Precision.DISTRICT).point is None
    assert public_place(7.6, 45.0, Precision.HIDDEN, district_point=(7.5, 45.1)).point is None
    for lat, lon in ((91, 0), (0, 181), (float("nan"), 0), (0, float("inf"))):
        with pytest.raises(Invalid):
            cell_of(lat, lon)


def test_a_coarse_place_tells_nothing_that_leads_to_it():
    hidden = hidden_facts(Precision.CELL_100M, Standing("commercial_unit"), "confirmed_vacant")
    assert {"name", "street", "number", "photos", "description", "source_key", "vacant_since", "hazards"} <= hidden


def test_a_street_tells_its_name_and_nothing_else_of_the_address():
    cell, street = (
        hidden_facts(precision, Standing("commercial_unit"), "confirmed_vacant")
        for precision in (Precision.CELL_100M, Precision.STREET)
    )
    assert cell - street == {"street"}


def test_an_exact_place_without_consent_keeps_its_inside_and_since_when_until_confirmed():
    shop, school = Standing("commercial_unit"), Standing("school", "municipality")
    before = hidden_facts(Precision.EXACT, shop, "probable_vacant")
    after = hidden_facts(Precision.EXACT, shop, "confirmed_vacant")
    public = hidden_facts(Precision.EXACT, school, "unverified")
    assert {"vacant_since", "photos_interior", "hazards", "owner_contact"} <= before
    assert "vacant_since" not in after
    assert "photos_interior" in after
    assert not {"vacant_since", "photos_interior", "street"} & public
    assert {"hazards", "certificates", "owner_contact"} <= public


def test_states():
    assert [s for s in ("submitted", "published", "rejected", "merged", "hidden", "archived") if is_public(s)] == [
        "published"
    ]
    assert has_public_page("archived")
    assert not has_public_page("hidden")
