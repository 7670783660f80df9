"""Counts of a few coarse places are not shown, and no subtraction finds them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mapsvc.domain.small_groups import AreaCount, ShownCount, folded, public_count, shown_count, together


def test_one_or_two_coarse_places_are_not_counted():
    assert [public_count(n) for n in (0, 1, 2, 3)] == [0, None, None, 3]
    assert shown_count(7, 0) == ShownCount(7)
    assert shown_count(7, 2) == ShownCount(7, few=True)
    assert shown_count(7, 3) == ShownCount(10)
    assert together([ShownCount(7, few=True), ShownCount(2)]) == ShownCount(9, few=True)


def test_a_few_fold_into_the_area_around_them():
    areas = {
        "city": AreaCount(None, exact=1),
        "north": AreaCount("city", exact=4, coarse=1),
        "south": AreaCount("city", exact=2, coarse=2),
        "east": AreaCount("city", exact=5, coarse=3),
    }
    assert folded(areas) == {
        "north": ShownCount(4, few=True),
        "south": ShownCount(2, few=True),
        "east": ShownCount(8),
        "city": ShownCount(18),
    }


def test_a_city_with_two_does_not_say_two():
    areas = {"city": AreaCount(None), "north": AreaCount("city", exact=4, coarse=2)}
    assert folded(areas) == {"city": ShownCount(4, few=True), "north": ShownCount(4, few=True)}


parents = st.integers(0, 9).flatmap(lambda n: st.tuples(*(st.integers(-1, at - 1) for at in range(n))))


@given(parents, st.data())
def test_no_subtraction_finds_fewer_than_three(parents, data):
    numbers = st.integers(0, 5)
    areas = {
        str(at): AreaCount(str(up) if up >= 0 else None, data.draw(numbers), data.draw(numbers))
        for at, up in enumerate(parents)
    }
    shown = folded(areas)
    assert set(shown) == set(areas)
    for key, area in areas.items():
        parts = [shown[part].count for part, other in areas.items() if other.parent == key]
        assert shown[key].count - sum(parts) - area.exact not in (1, 2)
    roots = [key for key, area in areas.items() if area.parent is None]
    everything = sum(area.exact + area.coarse for area in areas.values())
    assert everything - sum(shown[root].count for root in roots) <= 2 * len(roots)
