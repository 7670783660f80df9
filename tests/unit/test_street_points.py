"""The point of a street that stands for a place along it."""

from __future__ import annotations

from math import cos, radians

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapsvc.domain.publication import Precision, cell_centre, cell_of, public_place
from mapsvc.domain.street_points import StreetLine, street_point

LAT = 45.07
#: Degrees of longitude and latitude of one metre there, on the sphere of web mercator.
ACROSS, UP = 1 / (111319.49 * cos(radians(LAT))), 1 / 111319.49


def street(name, *metres):
    """A stretch through points given in metres east and north of the middle of the map."""
    return StreetLine(name, tuple((7.68 + x * ACROSS, LAT + y * UP) for x, y in metres))


def at(x, y):
    return 7.68 + x * ACROSS, LAT + y * UP


ALTA = street("Via Alta", (-100, 0), (100, 0))


def test_the_middle_of_the_nearest_street_stands_for_the_place():
    found = street_point(*at(70, 12), [ALTA, street("Via Bassa", (-100, 40), (100, 40))])
    assert found.name == "Via Alta"
    assert found.middle == pytest.approx(at(0, 0), abs=1e-7)


def test_the_middle_is_reckoned_along_the_line():
    bent = street("Via Storta", (0, 0), (60, 0), (60, 140))
    assert street_point(*at(1, 1), [bent]).middle == pytest.approx(at(60, 40), abs=1e-7)


def test_far_and_short_streets_hide_nobody():
    assert street_point(*at(0, 99), [ALTA]).name == "Via Alta"
    assert street_point(*at(0, 101), [ALTA]) is None
    assert street_point(*at(0, 2), [street("Vicolo", (-29, 0), (29, 0))]) is None
    assert street_point(*at(0, 2), [street("Vicolo", (-31, 0), (31, 0))]).name == "Vicolo"
    # The next street that is long enough counts.
    assert street_point(*at(0, 2), [street("Vicolo", (-5, 0), (5, 0)), ALTA]).name == "Via Alta"
    assert street_point(*at(0, 2), []) is None


def test_of_two_that_are_equally_near_the_first_by_name_counts():
    crossing = street("Corso Primo", (0, -50), (0, 50))
    for streets in ([ALTA, crossing], [crossing, ALTA]):
        assert street_point(*at(0, 0), streets).name == "Corso Primo"


def test_where_no_street_hides_a_place_its_cell_does():
    lon, lat = at(3, 7)
    assert public_place(lon, lat, Precision.STREET, streets=[ALTA]).precision is Precision.STREET
    alone = public_place(lon, lat, Precision.STREET)
    assert (alone.precision, alone.street, alone.point) == (Precision.CELL_100M, None, cell_centre(*cell_of(lat, lon)))


@given(st.floats(-99, 99), st.floats(-30, 30), st.floats(-99, 99), st.floats(-30, 30))
def test_all_places_along_a_street_show_the_same_point(x, y, other_x, other_y):
    assert street_point(*at(x, y), [ALTA]) == street_point(*at(other_x, other_y), [ALTA])
