"""The pages of awards: what the office does at a lot, what a group answers, and what each of them is told."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from mapsvc.bootstrap import Services, build
from mapsvc.config import Settings
from mapsvc.usecases import awards
from mapsvc.web.app import create_app
from tests.award_world import AwardWorld, build_awards
from tests.builders import NOW, PASSWORD, TODAY, Builder
from tests.evaluation_world import CODE

BOARD = f"/desk/calls/{CODE}/awards"


@pytest.fixture
def services(settings: Settings) -> Iterator[Services]:
    services = build(replace(settings, today=TODAY.isoformat()))
    yield services
    services.engine.dispose()


@pytest.fixture
def world(services: Services) -> AwardWorld:
    return build_awards(Builder(services), passwords=True)


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


def test_a_group_hears_of_its_result_with_the_list_and_not_before(world: AwardWorld) -> None:
    visitor, private = client(world), f"/a/{world.key('APP-0101')}"
    world.move("matching")
    before = text_of(visitor.get(private))
    assert "The committee has signed its points" in before
    assert "A place is meant for you" not in before
    world.move("provisional")
    assert "The list is provisional until it is final." in text_of(visitor.get(private))
    world.move("contracting")
    assert "The list is final. The offer comes next." in text_of(visitor.get(private))


def test_the_office_goes_from_sending_to_the_keys(world: AwardWorld) -> None:
    officer, visitor = client(world, "officer"), client(world)
    page = text_of(officer.get(BOARD))
    assert "Send 2 offers" in page
    assert "Noise after 20:00" in page
    assert officer.post(f"{BOARD}/send", data={"days": "12"}).status_code == 303
    assert (world.offer("APP-0101").expires_at - NOW).days == 12
    assert "Next in line: Radio Marconi" in text_of(officer.get(BOARD))

    private = f"/a/{world.key('APP-0102')}"
    seen = text_of(visitor.get(private))
    assert "Yes, we take it" in seen
    assert "Via Alta 2" in seen
    offer = str(world.offer("APP-0102").id)
    said = visitor.post(f"{private}/award", data={"offer": offer, "verb": "accept"})
    assert said.status_code == 303
    assert "You said yes on" in text_of(visitor.get(private))

    lot = f"{BOARD}/2"
    assert "The contract opens when 1 rule is verified." in text_of(officer.get(lot))
    with world.uow() as uow:
        given = uow.awards.standing_assignments(world.call_id)[1]
    found = {"assignment": str(given.id), "rule": "H09.evening", "verb": "met", "note": "Measured at 21:00"}
    assert officer.post(f"{lot}/condition", data=found).status_code == 303
    contract = {"offer": offer, "version": world.offer("APP-0102").version, "act": "REP 7", "signed_on": "2026-11-20"}
    assert officer.post(f"{lot}/contract", data=contract).status_code == 303
    report = {"offer": offer, "done_on": "2026-11-20", "keys": "2", "report": "Clean and dry.", "meters": ""}
    assert officer.post(f"{lot}/handover", data=report).status_code == 303
    assert "Clean and dry." in text_of(visitor.get(private))
    assert world.premises(2) == "in_use"
    back = report | {"report": "As it was.", "after": "offered"}
    assert officer.post(f"{lot}/return", data=back).status_code == 303
    assert world.premises(2) == "offered"
    assert "Given back" in text_of(officer.get(BOARD))


def test_a_group_that_declines_says_that_it_is_sure(world: AwardWorld) -> None:
    world.send()
    visitor, private = client(world), f"/a/{world.key('APP-0101')}"
    given = {"offer": str(world.offer("APP-0101").id), "verb": "decline", "reason": "We found another room"}
    refused = visitor.post(f"{private}/award", data=given)
    assert refused.status_code == 422
    assert "Tick the box" in text_of(refused)
    assert visitor.post(f"{private}/award", data=given | {"sure": "1"}).status_code == 303
    assert "You said no on" in text_of(visitor.get(private))
    again = visitor.post(f"{private}/award", data=given | {"verb": "accept"})
    assert (again.status_code, "This offer was declined before" in text_of(again)) == (409, True)
    board = text_of(client(world, "officer").get(BOARD))
    assert "Free again" in board
    assert "Compute the match again" in board
    assert "We found another room" not in text_of(visitor.get(f"/a/{world.key('APP-0103')}"))


def test_computing_again_leads_to_the_run_that_a_director_adopts(world: AwardWorld) -> None:
    world.send()
    world.decline("APP-0102")
    officer = client(world, "officer")
    answer = officer.post(f"{BOARD}/rerun")
    assert answer.status_code == 303
    assert "/match/runs/" in answer.location
    assert "Open the run" in text_of(officer.get(BOARD))
    again = officer.post(f"{BOARD}/rerun")
    assert (again.status_code, "Another run of this call is under way" in text_of(again)) == (409, True)


@pytest.mark.parametrize(
    ("path", "given", "fault"),
    [
        ("contract", {"act": "", "signed_on": "2026-11-20"}, "Something needed is missing"),
        ("contract", {"act": "REP 7", "signed_on": "2027-01-01"}, "This day has not come yet"),
        ("contract", {"act": "REP 7", "signed_on": "tomorrow"}, "Give a day"),
        ("handover", {"done_on": "2026-11-20", "keys": "many", "report": "x"}, "is not a number"),
        ("handover", {"done_on": "2026-11-20", "keys": "2", "report": ""}, "Something needed is missing"),
        ("revoke", {"reason": ""}, "Something needed is missing"),
    ],
)
def test_what_cannot_be_is_refused_with_what_was_typed(
    world: AwardWorld, path: str, given: dict[str, str], fault: str
) -> None:
    world.send()
    world.accept("APP-0101")
    offer = world.offer("APP-0101")
    values = {"offer": str(offer.id), "version": str(offer.version)} | given
    answer = client(world, "officer").post(f"{BOARD}/1/{path}", data=values)
    assert answer.status_code == 422
    assert fault in text_of(answer)
    assert world.offer("APP-0101") == offer
    if path == "contract":
        assert given["act"] in answer.get_data(as_text=True)


def test_somebody_who_was_overtaken_is_told(world: AwardWorld) -> None:
    world.send()
    offer = world.offer("APP-0101")
    awards.revoke(world.uow(), world.officer, offer.id, offer.version, "A false declaration", NOW)
    given = {"offer": str(offer.id), "version": str(offer.version), "reason": "Me too"}
    answer = client(world, "officer").post(f"{BOARD}/1/revoke", data=given)
    assert answer.status_code == 412
    assert world.offer("APP-0101").reason == "A false declaration"


def test_an_award_of_another_lot_is_not_reached_through_this_one(world: AwardWorld) -> None:
    world.send()
    offer = world.offer("APP-0102")
    given = {"offer": str(offer.id), "version": str(offer.version), "reason": "Wrong door"}
    assert client(world, "officer").post(f"{BOARD}/1/revoke", data=given).status_code == 404
    assert world.offer("APP-0102").state == "pending"


@pytest.mark.parametrize(
    ("name", "seen", "sends"),
    [("far", 403, 403), ("stranger", 403, 403), ("auditor", 403, 403), ("director", 200, 403)],
)
def test_the_office_of_the_area_sees_and_only_its_officer_acts(
    world: AwardWorld, name: str, seen: int, sends: int
) -> None:
    visitor = client(world, name)
    assert visitor.get(BOARD).status_code == seen
    assert visitor.get(f"{BOARD}/1").status_code == seen
    assert visitor.post(f"{BOARD}/send").status_code == sends
    assert "Send 2 offers" not in text_of(visitor.get(BOARD))
    assert world.states()["APP-0101"] == "matched"


def test_a_lot_is_taken_out_from_its_page_and_the_group_reads_why(world: AwardWorld) -> None:
    world.send()
    officer = client(world, "officer")
    with world.uow() as uow:
        stored = uow.calls.get(world.call_id).version
    given = {"version": str(stored), "reason": "The roof came down", "premises": "gone"}
    assert officer.post(f"{BOARD}/1/withdraw", data=given).status_code == 303
    assert "Taken out" in text_of(officer.get(BOARD))
    private = text_of(client(world).get(f"/a/{world.key('APP-0101')}"))
    assert "The roof came down" in private
    assert world.premises(1) == "withdrawn"


def test_unsafe_premises_are_shown_with_what_to_do(world: AwardWorld) -> None:
    world.make.write("UPDATE spaces SET features = features || '{\"condition\": \"unsafe\"}' WHERE slug = 'lot-2'")
    page = text_of(client(world, "officer").get(BOARD))
    assert "The premises are marked as unsafe." in page
    assert "take the lot out" in page
