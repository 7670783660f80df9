"""Members score alone and sign once; what they gave is known to nobody before everybody has signed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from sqlalchemy.exc import DBAPIError

from mapsvc.bootstrap import Services, build
from mapsvc.config import Settings
from mapsvc.domain.errors import DomainError, Forbidden, Invalid, NotFound, Stale
from mapsvc.domain.ids import new_token, token_hash
from mapsvc.domain.people import Actor, Role
from mapsvc.usecases import application_sending, call_market, committees, scores
from tests.builders import NOW, TODAY, Builder
from tests.evaluation_world import CODE, EvaluationWorld, build_world, marks, raw

ALL = ("APP-0101", "APP-0102", "APP-0103")


@pytest.fixture
def services(settings: Settings) -> Iterator[Services]:
    services = build(replace(settings, today=TODAY.isoformat()))
    yield services
    services.engine.dispose()


@pytest.fixture
def world(services: Services) -> EvaluationWorld:
    world = build_world(Builder(services))
    world.admit_all()
    world.name_committee("ada", "bruno")
    return world


def sign(world: EvaluationWorld, name: str, code: str, quality: int = 40, benefit: int = 30) -> None:
    scores.sign_sheet(world.uow(), world.people[name], CODE, code, marks(quality, benefit), 0, NOW)


def sign_all(world: EvaluationWorld, name: str, codes: tuple[str, ...] = ALL) -> None:
    for code in codes:
        sign(world, name, code)


def _look_at_the_match(world: EvaluationWorld) -> None:
    with world.uow() as uow:
        call_market.check_matchable(call_market.head_of(uow, CODE))


def refused(function: Callable[..., object], *arguments: object) -> str:
    with pytest.raises(DomainError) as error:
        function(*arguments)
    return error.value.code


def test_a_draft_is_kept_and_taken_up_again(world: EvaluationWorld) -> None:
    ada = world.people["ada"]
    kept = scores.save_sheet(world.uow(), ada, CODE, "APP-0101", {"quality": {"points": 40}}, 0, NOW)
    assert kept.version == 1
    again = scores.my_sheet(world.uow(), ada, CODE, "APP-0101").sheet
    assert (again.marks["quality"].points, again.version, again.signed) == (40, 1, False)
    kept = scores.save_sheet(world.uow(), ada, CODE, "APP-0101", marks(41), 1, NOW)
    assert kept.total == 71


def test_two_pages_of_one_member_do_not_overwrite_each_other(world: EvaluationWorld) -> None:
    ada = world.people["ada"]
    scores.save_sheet(world.uow(), ada, CODE, "APP-0101", marks(40), 0, NOW)
    for version in (0, 2):
        with pytest.raises(Stale):
            scores.save_sheet(world.uow(), ada, CODE, "APP-0101", marks(10), version, NOW)
    with pytest.raises(Stale):
        scores.sign_sheet(world.uow(), ada, CODE, "APP-0101", marks(10), 0, NOW)
    assert scores.my_sheet(world.uow(), ada, CODE, "APP-0101").sheet.marks["quality"].points == 40


@pytest.mark.parametrize(
    ("given", "pointer"),
    [
        ({"quality": {"points": 61}}, "/marks/quality/points"),
        ({"quality": {"points": -1}}, "/marks/quality/points"),
        ({"quality": {"points": 4.5}}, "/marks/quality/points"),
        ({"quality": {"points": True}}, "/marks/quality/points"),
        ({"beauty": {"points": 1}}, "/marks/beauty"),
        ({"quality": {"points": 1, "by": "ada"}}, "/marks/quality/by"),
        ({"quality": 4}, "/marks/quality"),
        ([], "/marks"),
    ],
)
def test_bad_points_are_refused_with_their_place(world: EvaluationWorld, given: object, pointer: str) -> None:
    with pytest.raises(Invalid) as error:
        scores.save_sheet(world.uow(), world.people["ada"], CODE, "APP-0101", given, 0, NOW)
    assert error.value.pointer == pointer
    assert world.make.rows("SELECT 1 FROM score_sheets") == []


@pytest.mark.parametrize("given", [marks(None), marks(40, None), marks(reason=""), {}])
def test_a_sheet_with_gaps_cannot_be_signed(world: EvaluationWorld, given: dict) -> None:
    with pytest.raises(Invalid):
        scores.sign_sheet(world.uow(), world.people["ada"], CODE, "APP-0101", given, 0, NOW)
    assert world.make.rows("SELECT 1 FROM score_sheets") == []


def test_a_signed_sheet_cannot_change_whoever_writes(world: EvaluationWorld) -> None:
    sign(world, "ada", "APP-0101")
    ada = world.people["ada"]
    assert refused(scores.save_sheet, world.uow(), ada, CODE, "APP-0101", marks(1), 2, NOW) == "sheet_signed"
    assert refused(scores.sign_sheet, world.uow(), ada, CODE, "APP-0101", marks(1), 2, NOW) == "sheet_signed"
    for statement in (
        """UPDATE score_sheets SET points = '{}'""",
        "UPDATE score_sheets SET signed_at = NULL, signed_sha256 = NULL",
        "DELETE FROM score_sheets",
        "DELETE FROM applications",
    ):
        with pytest.raises(DBAPIError):
            raw(world, statement)


def test_the_signature_covers_points_and_reasons(world: EvaluationWorld) -> None:
    sign(world, "ada", "APP-0101")
    sign(world, "ada", "APP-0102", 41)
    hashes = [row.signed_sha256 for row in world.make.rows("SELECT signed_sha256 FROM score_sheets")]
    assert len(set(hashes)) == 2
    assert all(len(one) == 64 for one in hashes)


def test_the_database_takes_no_sheet_from_a_stranger(world: EvaluationWorld) -> None:
    one = world.applications["APP-0101"]
    statement = "INSERT INTO score_sheets (application_id, user_id, updated_at) VALUES (:one, :user, now())"
    with pytest.raises(DBAPIError):
        raw(world, statement, one=one, user=world.people["stranger"].user_id)
    committees.declare_conflict(world.uow(), world.people["ada"], CODE, "APP-0101", "My sister plays there", NOW)
    with pytest.raises(DBAPIError):
        raw(world, statement, one=one, user=world.people["ada"].user_id)


@pytest.mark.parametrize("name", ["stranger", "officer", "director", "auditor", "far"])
def test_whoever_is_not_in_the_committee_finds_nothing(world: EvaluationWorld, name: str) -> None:
    actor = world.people[name]
    with pytest.raises(NotFound):
        scores.my_call(world.uow(), actor, CODE)
    with pytest.raises(NotFound):
        scores.my_sheet(world.uow(), actor, CODE, "APP-0101")
    with pytest.raises(NotFound):
        scores.save_sheet(world.uow(), actor, CODE, "APP-0101", marks(), 0, NOW)
    with pytest.raises(NotFound):
        scores.sign_sheet(world.uow(), actor, CODE, "APP-0101", marks(), 0, NOW)
    with pytest.raises(NotFound):
        committees.declare_conflict(world.uow(), actor, CODE, "APP-0101", "near", NOW)
    assert scores.my_calls(world.uow(), actor) == []


def test_a_member_of_another_call_finds_nothing(world: EvaluationWorld) -> None:
    with pytest.raises(NotFound):
        scores.my_call(world.uow(), world.people["ada"], "OTHER-CALL")


def test_nobody_sees_anothers_sheet_before_all_are_signed(world: EvaluationWorld) -> None:
    sign_all(world, "ada")
    sign_all(world, "bruno", ALL[:2])
    bruno = scores.my_sheet(world.uow(), world.people["bruno"], CODE, "APP-0101")
    assert bruno.result is None
    assert bruno.sheet.user_id == world.people["bruno"].user_id
    for name in ("officer", "director"):
        assert refused(scores.results, world.uow(), world.people[name], CODE) == "scores_unsigned"
    assert refused(_look_at_the_match, world) == "scores_unsigned"
    assert world.stored("APP-0101").merit_micro is None
    sign(world, "bruno", "APP-0103")
    assert scores.my_sheet(world.uow(), world.people["bruno"], CODE, "APP-0101").result is not None


def test_the_last_signature_gives_every_application_its_merit(world: EvaluationWorld) -> None:
    sign_all(world, "ada")
    sign(world, "bruno", "APP-0101", 45, 33)
    sign(world, "bruno", "APP-0102", 20, 40)
    sign(world, "bruno", "APP-0103", 29, 20)
    found = {code: (world.stored(code).state, world.stored(code).merit_micro) for code in ALL}
    assert found == {
        "APP-0101": ("scored", 740_000),
        "APP-0102": ("scored", 650_000),
        # 34.5 of 60 for the quality and 59.5 together: the total is below 60.
        "APP-0103": ("below_threshold", 595_000),
    }
    results = scores.results(world.uow(), world.people["officer"], CODE)
    assert [one.application.code for one in results] == ["APP-0101", "APP-0102", "APP-0103"]
    assert results[0].scored.total.mean == 7400
    assert [one.criterion for one in results[2].scored.shortfalls] == [None]


def test_a_threshold_of_one_criterion_counts_by_itself(world: EvaluationWorld) -> None:
    for name in ("ada", "bruno"):
        sign(world, name, "APP-0101", 29, 40)
        sign(world, name, "APP-0102", 30, 40)
        sign(world, name, "APP-0103", 60, 0)
    assert [world.stored(code).state for code in ALL] == ["below_threshold", "scored", "scored"]


def test_scores_belong_to_the_office_of_the_area(world: EvaluationWorld) -> None:
    sign_all(world, "ada")
    sign_all(world, "bruno")
    for name in ("far", "auditor", "stranger", "ada"):
        with pytest.raises(Forbidden):
            scores.results(world.uow(), world.people[name], CODE)
    assert len(scores.results(world.uow(), world.people["director"], CODE)) == 3


def test_a_conflict_refuses_the_assignment_and_drops_what_was_begun(world: EvaluationWorld) -> None:
    ada = world.people["ada"]
    scores.save_sheet(world.uow(), ada, CODE, "APP-0101", marks(), 0, NOW)
    committees.declare_conflict(world.uow(), ada, CODE, "APP-0101", "I am on their board", NOW)
    assert world.make.rows("SELECT 1 FROM score_sheets") == []
    assert refused(scores.save_sheet, world.uow(), ada, CODE, "APP-0101", marks(), 0, NOW) == "conflict_declared"
    assert refused(committees.declare_conflict, world.uow(), ada, CODE, "APP-0101", "Again", NOW) == "conflict_twice"
    sign_all(world, "ada", ALL[1:])
    sign_all(world, "bruno")
    assert world.stored("APP-0101").merit_micro == 700_000
    assert scores.results(world.uow(), world.people["officer"], CODE)[0].scored.total.members in (1, 2)


def test_after_signing_a_conflict_comes_too_late(world: EvaluationWorld) -> None:
    sign(world, "ada", "APP-0101")
    assert (
        refused(committees.declare_conflict, world.uow(), world.people["ada"], CODE, "APP-0101", "Oh", NOW)
        == "sheet_signed"
    )


def test_an_application_that_nobody_may_score_keeps_the_evaluation_open(world: EvaluationWorld) -> None:
    for name in ("ada", "bruno"):
        committees.declare_conflict(world.uow(), world.people[name], CODE, "APP-0101", "Too near", NOW)
        sign_all(world, name, ALL[1:])
    with world.uow() as uow:
        assert uow.scores.unsigned(world.call_id) == 1
    view = committees.view(world.uow(), world.people["officer"], CODE)
    assert view.alone == ("APP-0101",)
    committees.add_member(world.uow(), world.people["officer"], CODE, "Carla@example.org", False, NOW)
    for code in ALL:
        sign(world, "carla", code)
    assert world.stored("APP-0101").merit_micro == 700_000


def test_a_withdrawal_can_be_the_last_thing_that_was_open(world: EvaluationWorld) -> None:
    for name in ("ada", "bruno"):
        sign_all(world, name, ALL[1:])
    token = new_token()
    world.make.write("UPDATE applications SET token_hash = :hash WHERE code = 'APP-0101'", hash=token_hash(token))
    application_sending.withdraw(world.uow(), Actor(), token, NOW)
    assert [world.stored(code).state for code in ALL] == ["withdrawn", "scored", "scored"]
    assert world.stored("APP-0102").merit_micro == 700_000


def test_two_last_signatures_at_once_conclude_once(world: EvaluationWorld) -> None:
    sign_all(world, "ada", ALL[1:])
    sign_all(world, "bruno", ALL[1:])
    threads = [threading.Thread(target=sign, args=(world, name, "APP-0101")) for name in ("ada", "bruno")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [world.stored(code).state for code in ALL] == ["scored"] * 3
    assert len(world.make.rows("SELECT 1 FROM audit_log WHERE action = 'scored'")) == 3


def test_signing_twice_at_once_signs_once(world: EvaluationWorld) -> None:
    answers: list[str] = []

    def run() -> None:
        try:
            sign(world, "ada", "APP-0101")
            answers.append("signed")
        except DomainError as error:
            answers.append(error.code)

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["sheet_signed", "signed"]
    assert len(world.make.rows("SELECT 1 FROM audit_log WHERE action = 'sheet_signed'")) == 1


def test_the_committee_sees_nothing_before_the_evaluation(world: EvaluationWorld) -> None:
    world.move("admissibility")
    assert scores.my_call(world.uow(), world.people["ada"], CODE).tasks == ()
    with pytest.raises(NotFound):
        scores.my_sheet(world.uow(), world.people["ada"], CODE, "APP-0101")


def test_a_stopped_call_takes_no_points(world: EvaluationWorld) -> None:
    raw(world, "UPDATE calls SET state = 'suspended', state_before = 'evaluation'")
    assert (
        refused(scores.save_sheet, world.uow(), world.people["ada"], CODE, "APP-0101", marks(), 0, NOW) == "call_step"
    )
    assert len(scores.my_call(world.uow(), world.people["ada"], CODE).tasks) == 3


@pytest.mark.parametrize(
    ("name", "code"),
    [("officer", "member_runs_call"), ("author", "member_runs_call"), ("director", "member_directs"),
     ("ada", "member_twice"), ("nobody", "member_unknown")],
)  # fmt: skip
def test_who_cannot_be_a_member(world: EvaluationWorld, name: str, code: str) -> None:
    assert (
        refused(committees.add_member, world.uow(), world.people["officer"], CODE, f"{name}@example.org", False, NOW)
        == code
    )


def test_the_committee_is_named_by_an_officer_of_the_area(world: EvaluationWorld) -> None:
    for name in ("far", "director", "auditor", "ada", "stranger"):
        with pytest.raises(Forbidden):
            committees.add_member(world.uow(), world.people[name], CODE, "carla@example.org", False, NOW)
    committees.add_member(world.uow(), world.people["officer"], CODE, "carla@example.org", True, NOW)
    view = committees.view(world.uow(), world.people["officer"], CODE)
    assert [(one.member.name, one.member.chair) for one in view.members] == [
        ("carla", True), ("ada", False), ("bruno", False),
    ]  # fmt: skip


def test_a_member_leaves_only_before_signing(world: EvaluationWorld) -> None:
    officer = world.people["officer"]
    sign(world, "bruno", "APP-0101")
    assert (
        refused(committees.remove_member, world.uow(), officer, CODE, world.people["bruno"].user_id, NOW)
        == "member_signed"
    )
    scores.save_sheet(world.uow(), world.people["ada"], CODE, "APP-0102", marks(), 0, NOW)
    committees.remove_member(world.uow(), officer, CODE, world.people["ada"].user_id, NOW)
    view = committees.view(world.uow(), officer, CODE)
    assert [(one.member.name, one.member.chair) for one in view.members] == [("bruno", True)]
    assert len(world.make.rows("SELECT 1 FROM score_sheets")) == 1


def test_the_office_sees_progress_and_no_points(world: EvaluationWorld) -> None:
    sign(world, "ada", "APP-0101")
    scores.save_sheet(world.uow(), world.people["bruno"], CODE, "APP-0101", marks(), 0, NOW)
    view = committees.view(world.uow(), world.people["director"], CODE)
    assert [(one.due, one.begun, one.signed) for one in view.members] == [(3, 0, 1), (3, 1, 0)]
    assert view.unsigned == 5
    with pytest.raises(Forbidden):
        committees.view(world.uow(), world.people["far"], CODE)


def test_an_officer_of_another_office_may_sit_in_the_committee(world: EvaluationWorld) -> None:
    world.person("guest", Role.OFFICER, "south")
    member = committees.add_member(world.uow(), world.people["officer"], CODE, "guest@example.org", False, NOW)
    assert member.user_id == world.people["guest"].user_id
