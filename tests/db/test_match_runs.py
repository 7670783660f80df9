"""Runs of a call: looking, trying out, freezing, adopting; who may, and what the database refuses."""

from __future__ import annotations

import json
from dataclasses import replace
from threading import Barrier, Thread

import pytest
from click.testing import CliRunner
from sqlalchemy.exc import IntegrityError

from mapsvc.bootstrap import build
from mapsvc.cli import main
from mapsvc.domain.canonical import canonical
from mapsvc.domain.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from mapsvc.domain.match_locks import LockKind, LockReason
from mapsvc.domain.match_runs import RunKind, RunState
from mapsvc.domain.people import Role
from mapsvc.domain.run_changes import Changes
from mapsvc.matching.run_files import replay, run_to_json
from mapsvc.usecases import match_locks, match_runs
from tests.builders import NOW, TODAY, Builder
from tests.evaluation_world import CODE
from tests.run_world import NEEDS, build_run_world, score

EXPECTED = {"APP-0101": "1", "APP-0102": "2", "APP-0103": None}


@pytest.fixture
def services(settings):
    services = build(replace(settings, today=TODAY.isoformat()))
    yield services
    services.engine.dispose()


@pytest.fixture
def world(services):
    return build_run_world(Builder(services))


def frozen(world):
    return match_runs.freeze(world.uow(), world.people["officer"], CODE, NOW)


def reviewed(world, note="Looked at."):
    run = frozen(world)
    run = match_runs.compute(world.uow(), world.people["officer"], run.id, run.version, NOW)
    return match_runs.review(world.uow(), world.people["officer"], run.id, run.version, note, NOW)


def adopted(world):
    run = reviewed(world)
    return match_runs.adopt(world.uow(), world.people["director"], run.id, run.version, "DD 12/2026", NOW)


def states(world):
    return {row.code: row.state for row in world.make.rows("SELECT code, state FROM applications")}


def together(*works):
    """Run pieces of work in threads that begin together; return what each gave or raised."""
    barrier, results = Barrier(len(works)), [None] * len(works)

    def run(place, work):
        barrier.wait()
        try:
            results[place] = work()
        except Exception as error:
            results[place] = error

    threads = [Thread(target=run, args=pair) for pair in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_the_workspace_shows_the_match_as_it_would_come_out_now(world):
    shown = match_runs.workspace(world.uow(), world.people["officer"], CODE, NOW)
    assert dict(shown.solved.assignment) == EXPECTED
    assert shown.market.provisional_seed is False
    assert shown.runs == []
    pair = match_runs.pair(world.uow(), world.people["director"], CODE, "APP-0103", "2", NOW)
    assert pair.feasible
    assert {one.key for one in pair.constraints} >= {"H01.admitted", "H01.rules", "H20.practices", "H21.forbidden"}
    with pytest.raises(NotFound):
        match_runs.pair(world.uow(), world.people["officer"], CODE, "APP-0103", "9", NOW)


@pytest.mark.parametrize("name", ["far", "auditor", "ada", "stranger"])
def test_nobody_else_sees_the_match(world, name):
    with pytest.raises(Forbidden):
        match_runs.workspace(world.uow(), world.people[name], CODE, NOW)
    with pytest.raises(Forbidden):
        match_runs.freeze(world.uow(), world.people[name], CODE, NOW)


def test_a_director_adopts_and_does_not_freeze(world):
    with pytest.raises(Forbidden):
        match_runs.freeze(world.uow(), world.people["director"], CODE, NOW)
    run = reviewed(world)
    with pytest.raises(Forbidden):
        match_runs.adopt(world.uow(), world.people["officer"], run.id, run.version, "DD 12/2026", NOW)


def test_nobody_sees_a_match_before_all_scores_are_signed(world):
    world.move("evaluation")
    for look in (match_runs.workspace, match_runs.freeze):
        with pytest.raises(Conflict) as refused:
            look(world.uow(), world.people["officer"], CODE, NOW)
        assert refused.value.code in ("scores_unsigned", "call_not_matching")


def test_the_way_from_freezing_to_adoption(world):
    run = adopted(world)
    assert run.state is RunState.ADOPTED
    kept = json.loads(run.snapshot)
    assert kept["result"]["assignment"] == EXPECTED
    assert kept["run"]["lottery_seed"].startswith("CB-2027|")
    assert run.trace[0] == ["APP-0101", "1", None]
    assert run.diagnostics["comparison"]["stable"]["filled"] == 2
    assert states(world) == {"APP-0101": "matched", "APP-0102": "matched", "APP-0103": "waiting"}
    rows = world.make.rows("SELECT basis, rank, priority_micro, cutoff_micro FROM assignments ORDER BY rank, basis")
    assert [(row.basis, row.rank) for row in rows] == [("open", 1), ("open", 1)]
    actions = [
        row.action for row in world.make.rows("SELECT action FROM audit_log WHERE noun = 'match_run' ORDER BY id")
    ]
    assert actions == ["run_frozen", "run_computed", "run_reviewed", "run_adopted"]


def test_what_the_database_kept_is_replayed_by_the_command_and_one_changed_byte_is_refused(world, tmp_path):
    run = adopted(world)
    assert replay(json.loads(run.snapshot))["same"] is True
    file = tmp_path / "run.json"
    file.write_text(run.snapshot, encoding="utf-8")
    assert CliRunner().invoke(main, ["match", "replay", str(file)]).exit_code == 0
    file.write_text(run.snapshot.replace('"merit_micro":900000', '"merit_micro":900001'), encoding="utf-8")
    assert CliRunner().invoke(main, ["match", "replay", str(file)]).exit_code == 2


def test_the_command_prints_what_was_archived_byte_by_byte(world, services, monkeypatch, tmp_path):
    for name, value in (
        ("DATABASE_URL", services.settings.database_url), ("OWNER_URL", services.settings.owner_url),
        ("SECRET_KEY", services.settings.secret_key), ("PASSWORD_SALT", services.settings.password_salt),
        ("VAR", str(tmp_path)),
    ):  # fmt: skip
        monkeypatch.setenv(f"MAPSVC_{name}", value)
    assert CliRunner().invoke(main, ["match", "snapshot", CODE]).exit_code == 2
    run = adopted(world)
    printed = CliRunner().invoke(main, ["match", "snapshot", CODE])
    assert (printed.exit_code, printed.stdout) == (0, run.snapshot)
    assert CliRunner().invoke(main, ["match", "snapshot", CODE, "--run", str(run.id)]).stdout == run.snapshot
    assert CliRunner().invoke(main, ["match", "replay", "-"], input=printed.stdout).exit_code == 0
    with pytest.raises(Forbidden):
        match_runs.archived(world.uow(), world.people["ada"], CODE)


def test_the_seed_is_needed_for_an_official_run_and_marked_in_a_simulation(services):
    world = build_run_world(Builder(services), seed=None)
    shown = match_runs.workspace(world.uow(), world.people["officer"], CODE, NOW)
    assert shown.market.provisional_seed
    assert shown.market.run.seed == f"PROVISIONAL|{CODE}"
    with pytest.raises(Conflict) as refused:
        frozen(world)
    assert refused.value.code == "seed_missing"


def test_a_simulation_shows_old_and_new_and_is_never_adopted(world):
    changes = Changes(exclude=frozenset({"APP-0101"}))
    tried = match_runs.simulate(world.uow(), world.people["officer"], CODE, changes, NOW)
    assert dict(tried.before.assignment) == EXPECTED
    assert dict(tried.after.assignment) == {"APP-0101": None, "APP-0102": "2", "APP-0103": "1"}
    record = tried.record
    assert (record.kind, record.state, record.changes) == (
        RunKind.SIMULATION, RunState.COMPUTED, {"exclude": ["APP-0101"]},
    )  # fmt: skip
    shown = match_runs.show(world.uow(), world.people["auditor"], record.id)
    assert (shown.applicants, shown.result["assignment"]["APP-0103"]) == ({}, "1")
    with pytest.raises(Conflict) as refused:
        match_runs.review(world.uow(), world.people["officer"], record.id, record.version, "", NOW)
    assert refused.value.code == "run_is_simulation"
    assert states(world)["APP-0103"] == "scored"


def test_more_can_be_tried_out(world):
    officer = world.people["officer"]

    def after(**changes):
        result = match_runs.simulate(world.uow(), officer, CODE, Changes(**changes), NOW, keep=False)
        assert result.record is None
        return dict(result.after.assignment)

    assert after(seats={"1": 1})["APP-0103"] == "1"
    assert after(require=(("APP-0103", "1"),))["APP-0103"] == "1"
    assert after(mechanism="optimal")["APP-0101"] in ("1", "2")
    assert after(weights={"merit": 100, "impact": 0, "fit": 0, "owner": 0}) == EXPECTED
    world.make.space("extra", 7.62, 45.06, owner_consent=True, availability_state="offered",
                     features={"usable_area_m2": 60})  # fmt: skip
    assert after(add_space="extra") == EXPECTED
    assert after(add_space="lot-3", relax=frozenset({"H17.check"}))["APP-0103"] == "+"
    for wrong in ({"seats": {"9": 1}}, {"exclude": frozenset({"APP-9999"})}, {"require": (("APP-0103", "2"),)}):
        with pytest.raises(Invalid):
            after(**wrong)
    with pytest.raises(NotFound):
        after(add_space="nowhere")
    assert world.make.rows("SELECT 1 FROM match_runs") == []


def test_a_relaxed_rule_lets_groups_in(world):
    world.make.write("UPDATE spaces SET features = features || '{\"usable_area_m2\": 30}' WHERE slug = 'lot-1'")
    officer = world.people["officer"]
    tried = match_runs.simulate(
        world.uow(), officer, CODE, Changes(relax=frozenset({"H02.min"})), NOW, keep=False
    )  # fmt: skip
    assert tried.before.assignment["APP-0103"] is None
    assert dict(tried.after.assignment) == EXPECTED
    pair = match_runs.pair(world.uow(), officer, CODE, "APP-0103", "1", NOW)
    assert [one.key for one in pair.blocking] == ["H02.min"]


def test_two_officers_freeze_at_once_and_the_second_is_told(world):
    other = world.person("other", Role.OFFICER)
    results = together(
        lambda: frozen(world), lambda: match_runs.freeze(world.uow(), other, CODE, NOW), lambda: frozen(world)
    )
    refused = [one for one in results if isinstance(one, Exception)]
    assert len(refused) == 2
    assert all(isinstance(one, Conflict) and one.code == "run_under_way" for one in refused)
    assert len(world.make.rows("SELECT 1 FROM match_runs")) == 1


def test_two_directors_adopt_at_once_and_the_second_is_told(world):
    other, run = world.person("other", Role.DIRECTOR), reviewed(world)
    results = together(*(
        lambda who=who: match_runs.adopt(world.uow(), who, run.id, run.version, "DD 12/2026", NOW)
        for who in (world.people["director"], other)
    ))  # fmt: skip
    assert sorted(isinstance(one, (Conflict, Stale)) for one in results) == [False, True]
    assert len(world.make.rows("SELECT 1 FROM assignments")) == 2


def test_whoever_withdraws_is_wholly_in_a_run_or_wholly_out_and_such_a_run_is_not_adopted(world):
    withdraw = "UPDATE applications SET state = 'withdrawn' WHERE code = 'APP-0101'"
    run, _ = together(lambda: frozen(world), lambda: world.make.write(withdraw))
    codes = set(json.loads(run.snapshot)["run"]["applications"])
    assert codes in ({"APP-0101", "APP-0102", "APP-0103"}, {"APP-0102", "APP-0103"})
    assert set(run.ids["applications"]) == codes
    run = match_runs.compute(world.uow(), world.people["officer"], run.id, run.version, NOW)
    run = match_runs.review(world.uow(), world.people["officer"], run.id, run.version, "Looked at.", NOW)
    if "APP-0101" in codes:
        with pytest.raises(Conflict) as refused:
            match_runs.adopt(world.uow(), world.people["director"], run.id, run.version, "DD 12/2026", NOW)
        assert (refused.value.code, refused.value.params["applications"]) == ("run_outdated", ["APP-0101"])
    else:
        assert match_runs.adopt(world.uow(), world.people["director"], run.id, run.version, "DD 1", NOW).adopted_by


def test_a_run_that_somebody_left_is_refused_until_it_is_frozen_anew(world):
    run = reviewed(world)
    world.make.write("UPDATE applications SET state = 'withdrawn' WHERE code = 'APP-0101'")
    with pytest.raises(Conflict) as refused:
        match_runs.adopt(world.uow(), world.people["director"], run.id, run.version, "DD 12/2026", NOW)
    assert refused.value.code == "run_outdated"
    match_runs.discard(world.uow(), world.people["officer"], run.id, run.version, "Somebody withdrew.", NOW)
    again = adopted(world)
    assert json.loads(again.snapshot)["result"]["assignment"] == {"APP-0102": "2", "APP-0103": "1"}


def test_a_lot_that_was_withdrawn_goes_to_nobody(world):
    world.make.write("UPDATE lots SET withdrawn_at = now(), withdrawn_reason = 'unsafe' WHERE number = 1")
    shown = match_runs.workspace(world.uow(), world.people["officer"], CODE, NOW)
    assert dict(shown.solved.assignment) == {"APP-0101": "2", "APP-0102": None, "APP-0103": None}
    assert shown.solved.run.applications["APP-0103"].pairs["1"].blocked_by == ("H21.withdrawn",)


def test_a_superseded_run_is_not_adopted_again_and_its_states_have_an_order(world):
    run = adopted(world)
    for move in (
        lambda: match_runs.adopt(world.uow(), world.people["director"], run.id, run.version, "DD 13", NOW),
        lambda: match_runs.discard(world.uow(), world.people["officer"], run.id, run.version, "No.", NOW),
        lambda: match_runs.compute(world.uow(), world.people["officer"], run.id, run.version, NOW),
    ):
        with pytest.raises(Conflict) as refused:
            move()
        assert refused.value.code == "run_adopted"


@pytest.mark.parametrize(
    "change",
    [
        "state = 'reviewed'",
        "snapshot = replace(snapshot, 'APP-0101', 'APP-0109')",
        "input_sha256 = repeat('0', 64)",
        "ids = '{}'",
        "adopted_by = frozen_by",
    ],
)
def test_the_database_keeps_an_adopted_run_as_it_is_whoever_writes(world, change):
    adopted(world)
    with pytest.raises(IntegrityError):
        world.make.write(f"UPDATE match_runs SET {change}")


def test_a_call_that_was_suspended_stands_still(world):
    run = reviewed(world)
    world.move("suspended")
    with pytest.raises(Conflict) as refused:
        match_runs.adopt(world.uow(), world.people["director"], run.id, run.version, "DD 12/2026", NOW)
    assert refused.value.code == "call_not_matching"
    assert match_runs.discard(world.uow(), world.people["officer"], run.id, run.version, "Suspended.", NOW).ended_at


def test_freezing_with_an_old_version_is_stale(world):
    run = frozen(world)
    with pytest.raises(Stale):
        match_runs.compute(world.uow(), world.people["officer"], run.id, run.version + 1, NOW)
    with pytest.raises(Invalid):
        match_runs.discard(world.uow(), world.people["officer"], run.id, run.version, " ", NOW)


def test_a_rerun_starts_from_what_was_adopted_and_helps_who_waits(world):
    first = adopted(world)
    world.make.write("UPDATE applications SET state = 'withdrawn' WHERE code = 'APP-0101'")
    # What is known of premises may change meanwhile; the archived input stands.
    world.make.write("UPDATE spaces SET features = features || '{\"usable_area_m2\": 10}' WHERE slug = 'lot-1'")
    officer = world.people["officer"]
    run = match_runs.freeze(world.uow(), officer, CODE, NOW, RunKind.RERUN)
    assert run.previous_id == first.id
    run = match_runs.compute(world.uow(), officer, run.id, run.version, NOW)
    run = match_runs.review(world.uow(), officer, run.id, run.version, "Looked at.", NOW)
    run = match_runs.adopt(world.uow(), world.people["director"], run.id, run.version, "DD 14/2026", NOW)
    assert json.loads(run.snapshot)["result"]["assignment"] == {"APP-0102": "2", "APP-0103": "1"}
    rows = world.make.rows("SELECT basis FROM assignments WHERE run_id = :id ORDER BY basis", id=run.id)
    assert [row.basis for row in rows] == ["open", "waiting_list"]
    assert {row.state for row in world.make.rows("SELECT state FROM match_runs")} == {"adopted", "superseded"}


def propose(world, kind, application=None, lot=None, **more):
    given = {"reason": LockReason.CONTINUITY, "norm": "Art. 12", "text": "They hold a signed pact there.", **more}
    return match_locks.propose(world.uow(), world.people["officer"], CODE, kind, application, lot, now=NOW, **given)


def test_a_lock_counts_when_a_second_person_signed_it(world):
    lock = propose(world, LockKind.REQUIRE, "APP-0103", "1")
    assert dict(match_runs.workspace(world.uow(), world.people["officer"], CODE, NOW).solved.assignment) == EXPECTED
    with pytest.raises(Conflict) as refused:
        match_locks.sign(world.uow(), world.people["officer"], lock.id, NOW)
    assert refused.value.code == "lock_four_eyes"
    with pytest.raises(Forbidden):
        match_locks.sign(world.uow(), world.people["far"], lock.id, NOW)
    match_locks.sign(world.uow(), world.people["director"], lock.id, NOW)
    run = reviewed(world)
    result = json.loads(run.snapshot)["result"]
    assert result["assignment"]["APP-0103"] == "1"
    assert result["assignment_without_locks"] == EXPECTED
    assert result["seats"]["APP-0103"] == "lock"
    match_locks.lift(world.uow(), world.people["officer"], lock.id, "It ended.", NOW)
    assert dict(match_runs.workspace(world.uow(), world.people["officer"], CODE, NOW).solved.assignment) == EXPECTED


def test_a_lock_overrides_no_law_and_is_not_said_twice(world):
    world.make.write("UPDATE spaces SET features = features || '{\"condition\": \"unsafe\"}' WHERE slug = 'lot-1'")
    with pytest.raises(Conflict) as refused:
        propose(world, LockKind.REQUIRE, "APP-0103", "1")
    assert (refused.value.code, refused.value.params["rule"]) == ("lock_overrides", "H16.condition")
    propose(world, LockKind.FORBID, "APP-0101", "2")
    for again in ((LockKind.FORBID, "APP-0101", "2"), (LockKind.REQUIRE, "APP-0101", "2")):
        with pytest.raises(Conflict):
            propose(world, *again)
    for wrong in (
        {"kind": LockKind.FORBID, "application": "APP-0101"},
        {"kind": LockKind.EXCLUDE, "application": "APP-9999"},
        {"kind": LockKind.HOLD_OUT, "lot": "1", "text": " "},
    ):
        with pytest.raises(Invalid):
            propose(world, **wrong)


def test_owners_ranks_count_for_all_or_for_none(world):
    lot, codes = world.lots[0], list(world.applications)
    for rank, code in enumerate(codes, start=1):
        world.make.write(
            "INSERT INTO owner_ranks (lot_id, application_id, rank, noted_at) VALUES (:lot, :one, :rank, now())",
            lot=lot, one=world.applications[code], rank=rank,
        )  # fmt: skip
    run = match_runs.workspace(world.uow(), world.people["officer"], CODE, NOW).market.run
    assert [run.applications[code].pairs["1"].owner for code in codes] == [1_000_000, 500_000, 0]
    assert run.applications[codes[0]].pairs["2"].owner is None
    world.make.write("DELETE FROM owner_ranks WHERE application_id = :one", one=world.applications[codes[2]])
    run = match_runs.workspace(world.uow(), world.people["officer"], CODE, NOW).market.run
    assert run.applications[codes[0]].pairs["1"].owner is None


def test_a_reserve_goes_to_those_who_meet_its_rule(world):
    rule = {"seats": 1, "rule": {"kind": "under_age", "least": 50, "age": 30}, "label": {"en": "Under 30"}}
    world.make.write("UPDATE lots SET reserve = :rule WHERE number = 1", rule=json.dumps(rule))
    world.make.write(
        "UPDATE applications SET facts = facts || CAST(:facts AS jsonb) WHERE code = 'APP-0103'",
        facts=json.dumps({"members_count": 8, "members_under_30": 5, "members_under_35": 5}),
    )
    shown = match_runs.workspace(world.uow(), world.people["officer"], CODE, NOW)
    assert shown.market.run.lots["1"].reserve.eligible == {"APP-0103"}
    assert shown.solved.assignment["APP-0103"] == "1"


def test_missing_data_that_could_turn_the_result_need_a_note(world):
    world.make.write("UPDATE spaces SET features = features - 'daylight_level' WHERE slug = 'lot-1'")
    for code, merit in (("APP-0101", 700_001), ("APP-0103", 700_000)):
        score(world, code, merit, {**NEEDS, "daylight_min": 2})
    score(world, "APP-0102", 100_000)
    run = frozen(world)
    run = match_runs.compute(world.uow(), world.people["officer"], run.id, run.version, NOW)
    assert match_runs.rank_sensitive_of(run)
    with pytest.raises(Invalid) as refused:
        match_runs.review(world.uow(), world.people["officer"], run.id, run.version, " ", NOW)
    assert refused.value.code == "run_rank_sensitive"
    match_runs.review(world.uow(), world.people["officer"], run.id, run.version, "The owner measured it.", NOW)


def test_the_same_call_gives_the_same_bytes(world):
    one = match_runs.workspace(world.uow(), world.people["officer"], CODE, NOW).market.run
    run = frozen(world)
    assert canonical({"run": run_to_json(one)}).decode() == run.snapshot
