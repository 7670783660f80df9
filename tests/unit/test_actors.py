"""Who counts as what, and where."""

from uuid import uuid4

from mapsvc.domain.observations import SourceKind
from mapsvc.domain.people import Actor, Grant, Role


def test_an_officer_of_one_area_is_a_neighbour_elsewhere():
    here, elsewhere = uuid4(), uuid4()
    officer = Actor(user_id=1, grants=(Grant(Role.OFFICER, area_id=here),))
    assert officer.source_kind((here,)) is SourceKind.OFFICER_VISIT
    assert officer.source_kind((elsewhere,)) is SourceKind.REGISTERED_USER
    assert officer.source_kind(()) is SourceKind.REGISTERED_USER


def test_an_officer_of_the_whole_city_is_one_everywhere():
    assert Actor(user_id=1, grants=(Grant(Role.OFFICER),)).source_kind(()) is SourceKind.OFFICER_VISIT


def test_somebody_without_an_account_is_anonymous():
    assert Actor(device="d").source_kind((uuid4(),)) is SourceKind.ANONYMOUS
