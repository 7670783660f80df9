"""Results of a call: hidden until they are published, then by codes, to each group its own, and on the record."""

from __future__ import annotations

import hashlib
import io
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy.exc import DBAPIError

from mapsvc.bootstrap import Services, build
from mapsvc.config import Settings
from mapsvc.domain.errors import Conflict, Forbidden, NotFound
from mapsvc.domain.match_runs import RunKind
from mapsvc.domain.people import Actor, Role
from mapsvc.matching.run_files import replay
from mapsvc.usecases import awards, call_observations, call_states, decision_records, results
from mapsvc.web.app import create_app
from tests.award_world import AwardWorld, build_awards
from tests.builders import NOW, PASSWORD, TODAY, Builder
from tests.evaluation_world import CODE

PUBLIC, JSON = f"/calls/{CODE}", f"/calls/{CODE}/results.json"
DESK = f"/desk/calls/{CODE}"
NAMES = ("Officina Rumore", "Radio Marconi")


@pytest.fixture
def services(settings: Settings) -> Iterator[Services]:
    services = build(replace(settings, today=TODAY.isoformat()))
    yield services
    services.engine.dispose()


@pytest.fixture
def world(services: Services) -> AwardWorld:
    return build_awards(Builder(services), state="matching", passwords=True)


def client(world: AwardWorld, name: str = "") -> FlaskClient:
    app = create_app(world.make.services)
    app.config["WTF_CSRF_ENABLED"] = False
    visitor = app.test_client()
    if name:
        assert visitor.post("/login", data={"email": f"{name}@example.org", "password": PASSWORD}).status_code == 302
    return visitor


def text_of(answer: object) -> str:
    """Return the words of a page without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)))  # type: ignore[attr-defined]


def go(world: AwardWorld, *steps: str, now: object = NOW) -> None:
    """Move the call by the real way, with all that follows."""
    for step in steps:
        with world.uow() as uow:
            version = uow.calls.by_code(CODE).version
        call_states.move(world.uow(), world.officer, CODE, version, step, now)  # type: ignore[arg-type]


def private(world: AwardWorld, code: str) -> str:
    return f"/a/{world.key(code)}"


def test_nothing_is_told_before_the_list_is_published(world: AwardWorld) -> None:
    visitor = client(world)
    assert "Your result" not in text_of(visitor.get(private(world, "APP-0101")))
    assert 'id="results"' not in visitor.get(PUBLIC).get_data(as_text=True)
    assert visitor.get(JSON).status_code == 404
    assert results.of_group(world.uow(), Actor(), world.key("APP-0101"), NOW) is None
    go(world, "provisional")
    assert "Your result" in text_of(visitor.get(private(world, "APP-0101")))
    assert visitor.get(JSON).status_code == 200


def test_each_group_reads_its_own_result_and_nothing_of_others(world: AwardWorld) -> None:
    go(world, "provisional")
    visitor = client(world)
    first, second, third = (text_of(visitor.get(private(world, code))) for code in sorted(world.applications))
    assert "You got Lot 1" in first
    assert "Your 1st choice of 2." in first
    assert "You got Lot 2" in second
    assert "below the cut-off" in second
    assert "number 1 in its waiting list" in second
    assert "on the waiting list" in third
    assert "you would have been placed there" in third
    for own, page in (("APP-0101", first), ("APP-0102", second), ("APP-0103", third)):
        assert "No lot that you wanted more went to a group with a lower priority." in page
        assert not [code for code in world.applications if code != own and code in page]
    with pytest.raises(NotFound):
        results.of_group(world.uow(), Actor(), "x" * 22, NOW)
    with pytest.raises(NotFound):
        results.of_group(world.uow(), world.people["ada"], str(world.applications["APP-0101"]), NOW)


def test_a_stopped_call_goes_on_showing_what_it_published(world: AwardWorld) -> None:
    go(world, "provisional")
    world.make.write(
        "UPDATE calls SET state = 'suspended', state_before = 'provisional' WHERE id = :id", id=world.call_id
    )
    assert "Your result" in text_of(client(world).get(private(world, "APP-0101")))
    assert client(world).get(JSON).status_code == 200


def test_the_public_list_has_codes_and_the_published_hash(world: AwardWorld) -> None:
    go(world, "provisional")
    visitor = client(world)
    data, page = visitor.get(JSON).data, visitor.get(PUBLIC).get_data(as_text=True)
    content = json.loads(data)
    assert hashlib.sha256(data).hexdigest() in page
    assert [[one["application"] for one in lot["placed"]] for lot in content["lots"]] == [
        ["APP-0101"],
        ["APP-0102"],
        [],
    ]
    assert content["lots"][0]["waiting"] == [{"application": "APP-0102", "has": "2"}]
    assert content["without_lot"] == ["APP-0103"]
    assert content["kind"] == "provisional"
    for name in NAMES:
        assert name not in page
        assert name not in data.decode()
    # What is verified tells about the needs of a group: only that there is something.
    assert content["lots"][1]["placed"][0]["to_verify"] is True
    assert "H09" not in data.decode()


def test_a_published_list_stands(world: AwardWorld) -> None:
    go(world, "provisional")
    with pytest.raises(DBAPIError, match="published list cannot change"):
        world.make.write("UPDATE call_results SET content = '{}'")
    before = client(world).get(JSON).data
    go(world, "observations")
    world.make.write("UPDATE lots SET withdrawn_at = now(), withdrawn_reason = 'x' WHERE id = :id", id=world.lots[2])
    assert client(world).get(JSON).data == before


def test_the_final_list_and_the_waiting_list_are_published_anew(world: AwardWorld) -> None:
    go(world, "provisional", "observations")
    go(world, "final", now=NOW + timedelta(days=40))
    go(world, "contracting", now=NOW + timedelta(days=40))
    later = NOW + timedelta(days=41)
    world.send(later)
    awards.decline(world.uow(), Actor(), world.key("APP-0101"), world.offer("APP-0101").id, "", later)
    world.adopt(RunKind.RERUN, later)
    with world.uow() as uow:
        kinds = [one.kind.value for one in uow.results.of_call(world.call_id)]
    assert kinds == ["waiting_list", "final", "provisional"]
    newest = json.loads(client(world).get(JSON).data)
    assert newest["lots"][0]["placed"][0]["application"] == "APP-0102"
    told = results.of_group(world.uow(), Actor(), world.key("APP-0102"), later)
    assert told is not None
    assert told.own is not None
    assert told.own.award is not None
    assert told.own.award.lot == "1"
    gone = results.of_group(world.uow(), Actor(), world.key("APP-0101"), later)
    assert gone is not None
    assert gone.own is None


def test_observations_are_sent_in_their_window_answered_once_and_needed_for_the_final_list(world: AwardWorld) -> None:
    visitor, officer = client(world), client(world, "officer")
    page, key = private(world, "APP-0102"), str(uuid4())
    go(world, "provisional")
    early = visitor.post(f"{page}/observation", data={"observation": "Wrong", "key": key})
    assert early.status_code == 409
    assert "not open for observations" in text_of(early)
    go(world, "observations")
    assert visitor.post(f"{page}/observation", data={"observation": " ", "key": key}).status_code == 422
    for _ in range(2):
        assert (
            visitor.post(f"{page}/observation", data={"observation": "<b>We</b> are nine", "key": key}).status_code
            == 303
        )
    with world.uow() as uow:
        (sent,) = uow.call_observations.of_call(world.call_id)
    shown = officer.get(f"{DESK}/observations")
    assert "&lt;b&gt;We&lt;/b&gt; are nine" in shown.get_data(as_text=True)
    with pytest.raises(Conflict, match="still missing") as refused:
        go(world, "final", now=NOW + timedelta(days=40))
    assert refused.value.code == "call_unanswered"
    answer = {"answer": "We counted again: eight."}
    assert officer.post(f"{DESK}/observations/{sent.id}", data={"answer": ""}).status_code == 422
    assert officer.post(f"{DESK}/observations/{sent.id}", data=answer).status_code == 303
    again = officer.post(f"{DESK}/observations/{sent.id}", data={"answer": "Other words"})
    assert again.status_code == 409
    assert "Somebody answered this before" in text_of(again)
    assert "We counted again: eight." in text_of(visitor.get(page))
    assert "We counted again" not in text_of(visitor.get(private(world, "APP-0101")))
    assert "nine" not in text_of(visitor.get(PUBLIC))
    go(world, "final", now=NOW + timedelta(days=40))
    late = visitor.post(f"{page}/observation", data={"observation": "Too late", "key": str(uuid4())})
    assert late.status_code == 409


def test_a_group_sends_only_so_many_observations(world: AwardWorld) -> None:
    go(world, "provisional", "observations")
    for number in range(5):
        call_observations.observe(world.uow(), Actor(), world.key("APP-0101"), uuid4(), f"Number {number}", NOW)
    with pytest.raises(Conflict) as refused:
        call_observations.observe(world.uow(), Actor(), world.key("APP-0101"), uuid4(), "One more", NOW)
    assert refused.value.code == "observations_many"


def test_the_record_holds_what_the_act_rests_on(world: AwardWorld) -> None:
    go(world, "provisional")
    officer = client(world, "officer")
    page = text_of(officer.get(f"{DESK}/record"))
    with world.uow() as uow:
        run = uow.match_runs.adopted(world.call_id)
        call = uow.calls.by_code(CODE)
    for words in (run.input_sha256, run.result_sha256, "DD 12/2026", "Looked at", call.lottery_seed, "Officina Rumore",
                  "Optimal, for comparison", "None: no lot went to a lower priority"):  # fmt: skip
        assert words in page
    book = load_workbook(io.BytesIO(officer.get(f"{DESK}/record.xlsx").data))
    cells = [str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert run.result_sha256 in cells
    assert "APP-0101, Officina Rumore" in cells


def test_a_formula_in_the_record_stays_text(world: AwardWorld) -> None:
    go(world, "provisional")
    world.make.write("UPDATE calls SET office = '=1+1' WHERE id = :id", id=world.call_id)
    book = load_workbook(io.BytesIO(client(world, "officer").get(f"{DESK}/record.xlsx").data))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert "'=1+1" in [cell.value for cell in cells]


def test_an_auditor_replays_the_archived_run_and_reads_no_name(world: AwardWorld) -> None:
    go(world, "provisional")
    world.person("audit", Role.AUDITOR, None)
    # The hash of another account: a good one is slow to make.
    world.make.write(
        "UPDATE users SET password = (SELECT password FROM users WHERE email = 'officer@example.org')"
        " WHERE email = 'audit@example.org'"
    )
    auditor = client(world, "audit")
    assert f"{DESK}/archive" in auditor.get("/desk/calls").get_data(as_text=True)
    archive = auditor.get(f"{DESK}/archive").get_data(as_text=True)
    (address,) = set(re.findall(rf"{DESK}/archive/[0-9a-f-]+\.json", archive))
    snapshot = auditor.get(address).data
    assert replay(json.loads(snapshot))["same"] is True
    record = auditor.get(f"{DESK}/record").get_data(as_text=True)
    assert "APP-0101" in record
    sheets = load_workbook(io.BytesIO(auditor.get(f"{DESK}/record.xlsx").data))
    cells = " ".join(str(cell.value) for sheet in sheets for row in sheet.iter_rows() for cell in row)
    for name in (*NAMES, "Looked at", ">officer<", "officer,"):
        assert name not in archive + record + cells + snapshot.decode()
    for closed in (f"{DESK}/observations", DESK, f"{DESK}/match"):
        assert auditor.get(closed).status_code == 403


def test_who_has_no_business_with_the_record_gets_none(world: AwardWorld) -> None:
    go(world, "provisional", "observations")
    with world.uow() as uow:
        run = uow.match_runs.adopted(world.call_id)
    doors = ("archive", "record", "record.xlsx", "observations", f"archive/{run.id}.json")
    for who in ("ada", "far", "stranger"):
        visitor = client(world, who)
        assert {visitor.get(f"{DESK}/{door}").status_code for door in doors} == {403}, who
    assert {client(world).get(f"{DESK}/{door}").status_code for door in doors} == {302, 401}
    with pytest.raises(Forbidden):
        decision_records.record_of(world.uow(), world.people["ada"], CODE)
    with pytest.raises(Forbidden):
        call_observations.answer(world.uow(), world.people["ada"], CODE, uuid4(), "x", NOW)


def test_a_record_is_not_there_before_a_run_is_adopted(world: AwardWorld) -> None:
    world.make.write("UPDATE match_runs SET state = 'superseded' WHERE call_id = :id", id=world.call_id)
    assert client(world, "officer").get(f"{DESK}/record").status_code == 404
    assert client(world, "officer").get(f"{DESK}/archive").status_code == 200


def test_days_without_use_stand_on_the_page_after_the_end(world: AwardWorld) -> None:
    go(world, "provisional")
    world.make.write(
        'UPDATE spaces SET features = features || \'{"vacant_since": "2026-01-01"}\', owner_consent = true'
        " WHERE slug = 'lot-1'"
    )
    world.move("final")
    world.send()
    world.accept("APP-0101")
    offer = world.offer("APP-0101")
    world.make.write(
        "INSERT INTO handovers (offer_id, kind, done_on, keys, report, noted_at)"
        " VALUES (:id, 'handover', '2026-11-12', 2, 'Done', now())",
        id=offer.id,
    )
    page = text_of(client(world).get(PUBLIC))
    assert "after at least 315 days empty" in page
    assert "average choice" in page
