"""Held answers, flags and trusted organisations at the desk: what the queue shows to whom, and what a page decides."""

import re
from collections.abc import Iterator
from uuid import uuid4

import pytest
from sqlalchemy import text

from mapsvc.config import Settings
from mapsvc.domain.observations import Claim
from mapsvc.domain.people import Actor, Role
from mapsvc.usecases.flags import NewFlag, flag
from mapsvc.usecases.observations import Answer, add_observation
from tests.desk_world import EAST, NOW, WEST, World, as_json, decision, found, page, send


@pytest.fixture
def world(settings: Settings) -> Iterator[World]:
    yield from found(settings)


def say(world: World, slug: str, claim: str = "gone", note: str = "", device: str = "") -> None:
    """Add an answer of a passer-by; `gone` is held (M4)."""
    actor = Actor(device=device or uuid4().hex, network="one network" if device else uuid4().hex)
    answer = Answer(uuid4(), Claim(claim), note)
    add_observation(world.services.unit_of_work(), world.services.photos, actor, slug, answer, NOW)


def items(answer_text: str) -> list[str]:
    return re.findall(r'data-item="([^"]+)"', answer_text)


def held_form(world: World, name: str, slug_in: str = "") -> dict[str, object]:
    """Return the fields of the first held item of an account's queue."""
    client = world.client(name)
    key = items(page(client.get("/desk?kind=held")))[0]
    text_of = page(client.get(f"/desk?item={key}"))
    return {"item": key, "id": re.findall(r'name="id" value="([^"]+)"', text_of)}


def states(world: World) -> list[str]:
    with world.services.engine.connect() as connection:
        return list(connection.execute(text("SELECT state FROM observations ORDER BY submitted_at, id")).scalars())


def test_held_answers_wait_by_place_for_the_moderators_of_the_area(world: World) -> None:
    east, west = world.space("Via Est 1", EAST), world.space("Via Ovest 1", WEST)
    for slug in (east, east, west):
        say(world, slug)
    shown = page(world.client("moderator_east").get("/desk?kind=held"))
    assert len(items(shown)) == 1
    assert "2 answers wait: it says that the place is gone." in shown
    assert "Via Ovest" not in shown
    assert len(items(page(world.client("officer").get("/desk?kind=held")))) == 2


def test_several_are_decided_at_once_and_the_second_moderator_is_told(world: World) -> None:
    slug = world.space("Via Est 1", EAST)
    say(world, slug)
    say(world, slug)
    form = held_form(world, "moderator_east")
    assert len(form["id"]) == 2
    client = world.client("moderator_east")
    assert as_json(client, "/desk/held/decision", {**form, "verb": "reject"}).status_code == 422
    assert as_json(client, "/desk/held/decision", {**form, "verb": "reject", "reason": "burn"}).status_code == 422
    assert as_json(client, "/desk/held/decision", {"verb": "count"}).status_code == 422
    assert as_json(client, "/desk/held/decision", {"verb": "count", "id": "x"}).status_code == 422
    assert as_json(world.client("moderator_west"), "/desk/held/decision", {**form, "verb": "count"}).status_code == 403
    assert states(world) == ["held", "held"]

    done = as_json(client, "/desk/held/decision", {**form, "verb": "reject", "reason": "in_use"})

    assert done.get_json()["message"] == "2 answers were refused."
    second = send(world.client("officer"), "/desk/held/decision", {**form, "verb": "count"})
    assert second.status_code == 412
    assert "Somebody else decided first" in second.text
    assert states(world) == ["rejected", "rejected"]


def test_one_network_with_the_same_words_is_one_decision(world: World) -> None:
    slugs = [world.space(f"Via Est {number}", EAST, street="Via Est", number=str(number)) for number in range(3)]
    for number, slug in enumerate(slugs):
        say(world, slug, "vacant", "Sfitto da anni", device=f"phone {number}")
    shown = page(world.client("officer").get("/desk?kind=held"))
    assert len(items(shown)) == 1
    form = held_form(world, "officer")
    assert len(form["id"]) == 2
    done = as_json(world.client("officer"), "/desk/held/decision", {**form, "verb": "reject", "reason": "repeated"})
    assert done.status_code == 200
    assert states(world).count("counted") == 1


def test_nothing_counts_before_the_visit(world: World) -> None:
    slug = world.space("Via Est 1", EAST)
    say(world, slug)
    with world.services.engine.begin() as connection:
        connection.execute(text("UPDATE spaces SET frozen_at = :at"), {"at": NOW})
    officer = world.client("officer")
    shown = page(officer.get("/desk"))
    assert "Visit asked for" in shown
    form = held_form(world, "officer")
    assert "Let it count" not in page(officer.get(f"/desk?item={form['item']}"))
    assert as_json(officer, "/desk/held/decision", {**form, "verb": "count"}).status_code == 409
    visit = as_json(officer, f"/desk/spaces/{slug}/finding", {"claim": "vacant", "key": str(uuid4())})
    assert visit.status_code == 200
    assert world.row(slug)["frozen_at"] is None
    assert "Visit asked for" not in page(officer.get("/desk"))
    assert as_json(officer, "/desk/held/decision", {**form, "verb": "count"}).status_code == 200


def test_what_published_itself_is_looked_at_once(world: World) -> None:
    slug = world.space("Via Est 1", EAST)
    with world.services.engine.begin() as connection:
        connection.execute(text("UPDATE spaces SET hold_rules = '{M6}'"))
    moderator = world.client("moderator_east")
    assert "Published by itself" in page(moderator.get("/desk?kind=sample"))
    assert world.client("moderator_west").get("/desk?kind=sample").text.count("Via Est 1") == 0
    assert as_json(world.client("moderator_west"), f"/desk/spaces/{slug}/look", {}).status_code == 404
    assert as_json(moderator, f"/desk/spaces/{slug}/look", {}).status_code == 200
    assert as_json(moderator, f"/desk/spaces/{slug}/look", {}).status_code == 412


def test_flags_wait_by_record_and_are_settled_once(world: World) -> None:
    slug = world.space("Via Est 1", EAST)
    record = world.row(slug)["id"]
    for name, kind in (("a", "wrong"), ("b", "private")):
        actor = Actor(device=name, network=name)
        flag(world.services.unit_of_work(), actor, NewFlag("space", record, kind, f"words of {name}"), NOW)
    moderator = world.client("moderator_east")
    shown = page(moderator.get(f"/desk?item=flag:space:{record}"))
    assert "words of a" in shown
    assert "A flag hid it at once" in shown
    assert "24 h left of 24 h" in shown
    assert world.client("moderator_west").get(f"/desk?item=flag:space:{record}").text.count("words of") == 0
    address = f"/desk/flags/space/{record}/decision"
    seen = {"flag": re.findall(r'name="flag" value="([^"]+)"', shown)}
    assert as_json(moderator, address, {**seen, "verb": "hide"}).status_code == 422
    assert as_json(moderator, address, {"verb": "dismiss"}).status_code == 412
    assert as_json(moderator, address, {"flag": "x", "verb": "dismiss"}).status_code == 422
    assert (
        as_json(moderator, "/desk/flags/burn/" + str(record) + "/decision", {**seen, "verb": "keep"}).status_code == 404
    )
    assert as_json(world.client("moderator_west"), address, {**seen, "verb": "dismiss"}).status_code == 403
    assert as_json(moderator, address, {**seen, "verb": "dismiss"}).status_code == 200
    assert world.row(slug)["record_state"] == "published"
    again = send(world.client("officer"), address, {**seen, "verb": "hide", "reason": "private"})
    assert again.status_code == 412
    assert world.row(slug)["record_state"] == "published"


def test_a_trusted_organisation_publishes_in_its_area_and_no_more(world: World) -> None:
    world.person("broker", Role.TRUST_BROKER, "east")
    east, west = world.report("Via Est", EAST), world.report("Via Ovest", WEST)
    client = world.client("broker")
    queue = page(client.get(f"/desk?item={east}"))
    assert items(queue) == [east]
    assert "Publish" in queue
    for word in ("Do not accept", "Same as another record", "Hide it"):
        assert word not in queue, word
    assert decision(client, west, "publish").status_code == 404
    assert decision(client, east, "reject", reason="spam").status_code == 403
    assert decision(client, east, "publish").status_code == 200
    assert world.row(east)["record_state"] == "published"
    assert decision(client, east, "hide", version=2, reason="wrong").status_code == 403
    visit = as_json(client, f"/desk/spaces/{east}/finding", {"claim": "vacant", "key": str(uuid4())})
    assert visit.status_code == 200
    with world.services.engine.connect() as connection:
        kinds = set(
            connection.execute(text("SELECT source_kind FROM observations WHERE user_id IS NOT NULL")).scalars()
        )
    assert kinds == {"trust_broker"}
    for address in ("/desk/people", "/desk/imports", "/desk/premises/new"):
        assert client.get(address).status_code == 403, address


def test_new_roles_are_given_by_area(world: World) -> None:
    world.person("admin", Role.ADMINISTRATOR)
    admin = world.client("admin")
    shown = page(admin.get("/desk/people"))
    assert 'value="trust_broker"' in shown
    assert 'value="auditor"' in shown
    area = world.areas["east"]
    form = {"verb": "grant", "role": "trust_broker", "scope": f"area:{area}"}
    assert send(admin, f"/desk/people/{world.users['resident']}", form).status_code == 302
    with world.services.engine.connect() as connection:
        query = text("SELECT role, area_id FROM role_grants WHERE user_id = :id")
        assert connection.execute(query, {"id": world.users["resident"]}).all() == [("trust_broker", area)]


def test_an_auditor_sees_no_place_of_the_desk(world: World) -> None:
    world.person("auditor", Role.AUDITOR)
    world.report("Via Est", EAST)
    client = world.client("auditor")
    for address in ("/desk", "/desk/premises", "/desk/premises.csv"):
        answer = client.get(address)
        assert "Via Est" not in answer.text, address
    assert client.get("/desk/people").status_code == 403
