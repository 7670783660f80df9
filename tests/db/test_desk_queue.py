"""The queue of the desk: what it holds for whom, and decisions about places and groups."""

import re
import threading
from collections.abc import Iterator
from uuid import uuid4

import pytest
from sqlalchemy import text

from mapsvc.config import Settings
from mapsvc.domain.groups import Group
from mapsvc.domain.observations import Claim
from mapsvc.domain.people import Actor, Grant, Role
from mapsvc.usecases.observations import Answer, add_observation
from tests.desk_world import EAST, NOW, WEST, World, as_json, decision, found, page, send


@pytest.fixture
def world(settings: Settings) -> Iterator[World]:
    yield from found(settings)


def test_the_queue_holds_only_what_lies_in_the_areas_of_the_account(world: World) -> None:
    world.report("Via Orientale", EAST)
    world.report("Via Occidentale", WEST)
    east, both = page(world.client("moderator_east").get("/desk")), page(world.client("officer").get("/desk"))
    assert "Via Orientale" in east
    assert "Via Occidentale" not in east
    assert "1 thing needs a decision" in east
    assert "2 things need a decision" in both


def test_another_areas_moderator_neither_sees_nor_decides(world: World) -> None:
    slug = world.report("Via Orientale", EAST)
    client = world.client("moderator_west")
    assert decision(client, slug, "publish").status_code == 404
    assert "Via Orientale" not in page(client.get(f"/desk?item={slug}"))
    assert client.get(f"/desk/premises/{slug}").status_code == 404
    assert "Via Orientale" not in client.get("/desk/premises.csv").text
    assert world.row(slug)["record_state"] == "submitted"


def test_a_report_is_published_once_and_the_second_decision_is_told_so(world: World) -> None:
    slug = world.report("Via Nizza")
    first, second = world.client("officer"), world.client("moderator_east")
    assert decision(first, slug, "publish").status_code == 200
    late = decision(second, slug, "reject", reason="spam")
    assert late.status_code == 412
    assert world.row(slug)["record_state"] == "published"
    plain = send(second, f"/desk/spaces/{slug}/decision", {"verb": "reject", "version": 1, "reason": "spam"})
    assert plain.status_code == 412
    assert "Somebody else decided first" in plain.text


def test_two_decisions_at_the_same_moment_leave_one(world: World) -> None:
    slug = world.report("Via Nizza")
    clients = [world.client("officer"), world.client("moderator_east")]
    tokens = [re.search(r'name="csrf_token" value="([^"]+)"', one.get("/desk/premises").text) for one in clients]
    start, codes = threading.Barrier(2), [0, 0]

    def decide(place: int) -> None:
        found = tokens[place]
        assert found is not None
        fields = {"csrf_token": found.group(1), "version": 1, "reason": "spam", "verb": ("publish", "reject")[place]}
        start.wait()
        codes[place] = (
            clients[place]
            .post(f"/desk/spaces/{slug}/decision", data=fields, headers={"Accept": "application/json"})
            .status_code
        )

    threads = [threading.Thread(target=decide, args=(place,)) for place in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(codes) == [200, 412]
    assert world.row(slug)["record_state"] == ("published" if codes[0] == 200 else "rejected")


def test_a_decision_needs_a_version_and_a_reason_of_the_list(world: World) -> None:
    slug, client = world.report("Via Nizza"), world.client("officer")
    assert as_json(client, f"/desk/spaces/{slug}/decision", {"verb": "publish"}).status_code == 428
    assert decision(client, slug, "reject").status_code == 422
    assert decision(client, slug, "reject", reason="because").status_code == 422
    assert decision(client, slug, "archive everything").status_code == 422
    assert world.row(slug)["record_state"] == "submitted"


def test_hiding_can_be_taken_back_by_the_same_person(world: World) -> None:
    slug, client = world.space("Via Nizza 18"), world.client("officer")
    hidden = decision(client, slug, "hide", reason="private")
    assert hidden.json == {"message": "Via Nizza 18 is hidden.", "undo": "/desk/undo"}
    assert world.row(slug)["record_state"] == "hidden"
    assert as_json(client, "/desk/undo", {}).status_code == 200
    assert world.row(slug)["record_state"] == "published"
    assert as_json(client, "/desk/undo", {}).status_code == 404


def test_an_officers_finding_counts_as_a_visit_and_can_be_taken_back(world: World) -> None:
    slug, client = world.space("Via Nizza 18"), world.client("officer")
    done = as_json(client, f"/desk/spaces/{slug}/finding", {"claim": "vacant", "key": str(uuid4())})
    assert done.json == {"message": "Via Nizza 18: Confirmed vacant.", "undo": "/desk/undo"}
    assert world.row(slug)["status_codes"][0] == "confirmed_vacant"
    as_json(client, "/desk/undo", {})
    assert world.row(slug)["status_codes"] == ["unverified"]


def test_texts_of_a_public_place_wait_in_the_queue_until_somebody_looks(world: World) -> None:
    slug = world.space("Via Nizza 18")
    answer = Answer(uuid4(), Claim.VACANT, note="padlock on the door")
    add_observation(world.services.unit_of_work(), world.services.photos, Actor(device="d"), slug, answer, NOW)
    client = world.client("moderator_east")
    assert "Text or photo to look at" in page(client.get("/desk?kind=texts"))
    done = as_json(client, f"/desk/spaces/{slug}/texts", {"version": 1, "show": "1"})
    assert done.status_code == 200
    with world.services.engine.connect() as connection:
        assert connection.execute(text("SELECT note_state FROM observations")).scalar_one() == "published"
    assert "Via Nizza 18" not in page(client.get("/desk?kind=texts"))


def test_a_text_that_came_after_the_page_was_made_goes_on_waiting(world: World) -> None:
    slug = world.space("Via Nizza 18")
    answer = Answer(uuid4(), Claim.VACANT, note="padlock on the door")
    add_observation(world.services.unit_of_work(), world.services.photos, Actor(device="d"), slug, answer, NOW)
    client = world.client("moderator_east")
    seen = "2026-11-22T00:00:00+00:00"
    as_json(client, f"/desk/spaces/{slug}/texts", {"version": 1, "show": "1", "seen_at": seen})
    with world.services.engine.connect() as connection:
        assert connection.execute(text("SELECT note_state FROM observations")).scalar_one() == "queued"


def test_two_answers_come_with_who_says_what(world: World) -> None:
    slug = world.space("Via Nizza 18")
    for place, (name, claim) in enumerate([("a", "vacant"), ("b", "vacant"), ("c", "occupied"), ("d", "occupied")]):
        world.say(slug, Claim(claim), world.person(name, None), days_ago=4 - place)
    shown = page(world.client("officer").get("/desk?kind=disputed"))
    assert "2 say vacant, 2 say in use." in shown
    assert "Two answers" in shown


def test_what_is_said_to_be_gone_is_archived_by_an_officer_alone(world: World) -> None:
    slug = world.space("Via Nizza 18")
    officer = Actor(user_id=world.users["officer"], grants=(Grant(Role.OFFICER),))
    world.say(slug, Claim.GONE, officer, days_ago=1)
    moderator = world.client("moderator_east")
    assert "Said to be gone" in page(moderator.get("/desk"))
    assert 'value="archive"' not in page(moderator.get(f"/desk?item={slug}"))
    assert decision(moderator, slug, "archive").status_code == 403
    client = world.client("officer")
    assert 'value="archive"' in page(client.get(f"/desk?item={slug}"))
    assert decision(client, slug, "archive").json == {"message": "Via Nizza 18 is archived.", "undo": None}
    assert world.row(slug)["record_state"] == "archived"


def test_records_outside_every_area_are_no_checks_and_stand_last(world: World) -> None:
    world.space("Abroad", (-122.4, 37.7))
    inside = world.space("Home")
    with world.services.engine.begin() as connection:
        connection.execute(text("UPDATE spaces SET next_check_due = '2026-01-01'"))
    client = world.client("officer")
    shown = page(client.get("/desk?kind=check"))
    assert re.findall(r'data-item="([^"]+)"', shown) == [inside]
    listed = page(client.get("/desk/premises?sort=name"))
    assert listed.index("Home</a>") < listed.index("Abroad</a>")


def test_photos_are_seen_by_the_moderators_of_the_place_alone(world: World) -> None:
    world.report("Via Nizza", EAST, photo=True)
    with world.services.engine.connect() as connection:
        photo = connection.execute(text("SELECT id FROM photos")).scalar_one()
    address = f"/desk/photos/{photo}.jpg"
    assert world.client("moderator_east").get(address).data == b"jpeg"
    assert world.client("moderator_west").get(address).status_code == 404
    assert world.client().get(address).status_code == 302


def test_a_group_is_approved_by_its_area_and_its_asker_becomes_curator(world: World) -> None:
    with world.services.unit_of_work() as uow:
        group = Group(
            uuid4(), "vicini", "Vicini", "", None, world.areas["east"], "requested", world.users["resident"], NOW
        )
        uow.groups.add(group)
        uow.commit()
    west, officer = world.client("officer_west"), world.client("officer")
    assert "Vicini" not in page(west.get("/desk"))
    address = f"/desk/groups/{group.id}/decision"
    assert as_json(west, address, {"verb": "approve", "version": 1}).status_code == 403
    assert as_json(world.client("moderator_east"), address, {"verb": "approve", "version": 1}).status_code == 403
    assert "Vicini" in page(officer.get("/desk?kind=group"))
    assert as_json(officer, address, {"verb": "refuse", "version": 1}).status_code == 422
    assert as_json(officer, address, {"verb": "approve", "version": 1}).status_code == 200
    assert as_json(officer, address, {"verb": "refuse", "version": 1, "reason": "no"}).status_code == 412
    with world.services.unit_of_work() as uow:
        account = uow.people.get(world.users["resident"])
        mails = [(mail["template"], mail["params"]) for mail in uow.outbox.take(9)]
    assert account is not None
    assert [(grant[1], grant[3]) for grant in account.grants] == [("curator", group.id)]
    assert mails[0] == ("group_approved", {"group": "Vicini", "slug": "vicini"})
