"""Who counts as what, and where."""

from uuid import uuid4

from mapsvc.domain.observations import SourceKind
from mapsvc.domain.people import Action, Actor, Grant, Role, allows


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


def test_a_trusted_organisation_counts_as_one_in_its_area_and_publishes_there():
    here, elsewhere = uuid4(), uuid4()
    broker = Actor(user_id=1, grants=(Grant(Role.TRUST_BROKER, area_id=here),))
    assert broker.source_kind((here,)) is SourceKind.TRUST_BROKER
    assert broker.source_kind((elsewhere,)) is SourceKind.REGISTERED_USER
    assert broker.kind == "trust_broker"
    may = {action for action in Action if allows(broker, action, (here,))}
    assert may == {
        Action.PUBLISH, Action.SEE_REGISTER, Action.SEE_COLLECTIVES, Action.VERIFY_COLLECTIVE, Action.FILE_ON_BEHALF,
    }  # fmt: skip
    assert not any(allows(broker, action, (elsewhere,)) for action in Action)


def test_who_is_an_officer_too_counts_as_an_officer():
    both = Actor(user_id=1, grants=(Grant(Role.TRUST_BROKER), Grant(Role.OFFICER)))
    assert both.source_kind(()) is SourceKind.OFFICER_VISIT


def test_an_auditor_reads_the_log_and_archived_runs_and_nothing_else():
    auditor = Actor(user_id=1, grants=(Grant(Role.AUDITOR),))
    assert {action for action in Action if allows(auditor, action)} == {Action.READ_AUDIT, Action.READ_RUNS}
    assert auditor.source_kind(()) is SourceKind.REGISTERED_USER
