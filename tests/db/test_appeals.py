"""Appeals: once for each decision, within 30 days, by the private page, decided by another one than the first."""

import re
import threading
from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import psycopg2
import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from werkzeug.test import TestResponse

from mapsvc.config import Settings
from mapsvc.domain.ids import new_token
from mapsvc.domain.observations import Claim
from mapsvc.domain.people import Actor, Grant, Role
from mapsvc.notify.messages import compose
from mapsvc.usecases import reports
from mapsvc.usecases.follow_links import Follow
from mapsvc.usecases.holds import decide_held
from mapsvc.usecases.marking import Report, report_space
from mapsvc.usecases.observations import Answer, add_observation
from tests.builders import jpeg
from tests.desk_world import EAST, NOW, World, as_json, decision, found, page

TEXT = "It stands empty, I work next door"


@pytest.fixture
def world(settings: Settings) -> Iterator[World]:
    for one in found(settings):
        one.person("second", Role.MODERATOR, "east")
        yield one


def rows(world: World, query: str, **params: object) -> list[Any]:
    with world.services.engine.connect() as connection:
        return list(connection.execute(text(query), params))


def report(world: World, number: str = "1") -> tuple[str, str]:
    """Mark a place with a text and a photo; return its slug and the token of the private link."""
    token = new_token()
    marked = Report(
        uuid4(), token, *EAST, Claim.VACANT, street="Via Nizza", number=number, email="ada@example.org",
        note="Shutter down", photo=world.services.check_photo(jpeg()),
    )  # fmt: skip
    files = world.services.photos
    return report_space(world.services.unit_of_work(), files, Actor(device=uuid4().hex), marked, NOW).slug, token


def ruling(world: World, subject: str = "space") -> UUID:
    query = "SELECT id FROM rulings WHERE subject = :subject ORDER BY decided_at DESC, id DESC LIMIT 1"
    found_id: UUID = rows(world, query, subject=subject)[0].id
    return found_id


def token_of_form(client: FlaskClient) -> str:
    form = client.get("/mark/see?placed=map&lon=7.69&lat=45.05").text
    found_token = re.search(r'name="csrf_token" value="([^"]+)"', form)
    assert found_token is not None
    return found_token.group(1)


def object_to(world: World, link: str, about: object, words: str = TEXT, json: bool = True) -> TestResponse:
    client = world.client()
    fields = {"csrf_token": token_of_form(client), "ruling": str(about), "text": words}
    headers = {"Accept": "application/json"} if json else {}
    return client.post(f"/r/{link}/appeal", data=fields, headers=headers)


def appeal_id(world: World) -> UUID:
    found_id: UUID = rows(world, "SELECT id FROM appeals")[0].id
    return found_id


def answer(client: FlaskClient, appeal: UUID, verb: str, words: str = "") -> TestResponse:
    return as_json(client, f"/desk/appeals/{appeal}/decision", {"verb": verb, "answer": words})


def at(world: World, day: date) -> None:
    """Set the day of the service."""
    world.services.clock.day = day


def test_an_objection_against_a_refusal_is_granted_by_somebody_else_and_the_place_waits_again(world: World) -> None:
    slug, link = report(world)
    decision(world.client("moderator_east"), slug, "reject", reason="in_use")
    assert object_to(world, link, ruling(world)).status_code == 303

    queue = page(world.client("second").get("/desk?kind=appeal"))
    assert TEXT in queue
    assert "Grant the appeal" in queue
    assert answer(world.client("second"), appeal_id(world), "grant", "You are right.").status_code == 200

    assert world.row(slug)["record_state"] == "submitted"
    assert [tuple(row) for row in rows(world, "SELECT o.note_state, f.state FROM observations o, photos f")] == [
        ("queued", "submitted")
    ]
    shown = page(world.client().get(f"/r/{link}"))
    assert "Your objection was granted." in shown
    assert "You are right." in shown
    assert "It waits for a look" in shown
    [mail] = rows(world, "SELECT * FROM outbox WHERE template = 'appeal_decided'")
    message = compose(mail.recipient, mail.template, mail.lang, mail.params, public_url="https://m.example", city="T")
    words = message.body
    assert "was granted" in words
    assert "You are right." in words


def test_whoever_decided_first_is_sent_away_with_a_clear_sentence(world: World) -> None:
    slug, link = report(world)
    first = world.client("moderator_east")
    decision(first, slug, "reject", reason="in_use")
    object_to(world, link, ruling(world))

    told = answer(first, appeal_id(world), "refuse", "No.")

    assert told.status_code == 403
    assert told.json is not None
    assert told.json["detail"] == "You took the decision yourself. Another moderator decides about the appeal."
    assert "Another moderator decides" in page(first.get("/desk?kind=appeal"))
    assert "Grant the appeal" not in page(first.get("/desk?kind=appeal"))
    assert rows(world, "SELECT state FROM appeals") == [("open",)]


def test_the_database_itself_lets_nobody_decide_twice(world: World) -> None:
    slug, link = report(world)
    decision(world.client("moderator_east"), slug, "reject", reason="in_use")
    object_to(world, link, ruling(world))
    first = world.users["moderator_east"]
    assert rows(world, "SELECT first_decided_by FROM appeals") == [(first,)]

    for change in ("decided_by = :user", "first_decided_by = NULL, decided_by = :user"):
        statement = text(f"UPDATE appeals SET state = 'refused', decided_at = now(), {change}")
        with pytest.raises(IntegrityError) as refused, world.services.engine.begin() as connection:
            connection.execute(statement, {"user": first})
        assert isinstance(refused.value.orig, psycopg2.errors.CheckViolation)
    with pytest.raises(IntegrityError), world.services.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO appeals SELECT gen_random_uuid(), ruling_id, space_id, observation_id, text, created_at"
                " FROM appeals"
            )
        )


def test_a_refused_objection_needs_an_answer_which_is_mailed(world: World) -> None:
    slug, link = report(world)
    decision(world.client("officer"), slug, "publish")
    decision(world.client("officer"), slug, "hide", 2, reason="wrong")
    object_to(world, link, ruling(world))
    second = world.client("second")

    assert answer(second, appeal_id(world), "refuse").status_code == 422
    assert answer(second, appeal_id(world), "perhaps").status_code == 422
    assert answer(second, appeal_id(world), "refuse", "We went there.").status_code == 200
    assert answer(second, appeal_id(world), "grant").status_code == 409

    assert world.row(slug)["record_state"] == "hidden"
    shown = page(world.client().get(f"/r/{link}"))
    assert "Your objection was not granted." in shown
    assert "We went there." in shown
    answers = rows(world, "SELECT params ->> 'answer' FROM outbox WHERE template = 'appeal_decided'")
    assert answers == [("We went there.",)]


def test_a_hidden_place_comes_back_when_the_objection_is_granted(world: World) -> None:
    slug, link = report(world)
    decision(world.client("officer"), slug, "publish")
    decision(world.client("officer"), slug, "hide", 2, reason="wrong")
    visitor = world.client()
    assert visitor.get(f"/spaces/{slug}").status_code == 404
    object_to(world, link, ruling(world))

    answer(world.client("second"), appeal_id(world), "grant")

    assert visitor.get(f"/spaces/{slug}").status_code == 200
    assert world.row(slug)["state_reason"] is None


@pytest.mark.parametrize("subject", ["note", "photo"])
def test_a_refused_text_and_a_refused_photo_are_shown_when_granted(world: World, subject: str) -> None:
    slug, link = report(world)
    officer = world.client("officer")
    decision(officer, slug, "publish", seen_at="2026-11-22T00:00:00+00:00")
    observation, photo = rows(world, "SELECT observation_id, id FROM photos")[0]
    address = f"/desk/notes/{observation}" if subject == "note" else f"/desk/photos/{photo}"
    as_json(officer, f"{address}/decision", {"verb": "refuse", "reason": "personal_data", "version": 1})
    assert object_to(world, link, ruling(world, subject)).status_code == 303

    answer(world.client("second"), appeal_id(world), "grant")

    table, column = ("observations", "note_state") if subject == "note" else ("photos", "state")
    assert rows(world, f"SELECT {column} FROM {table}") == [("published",)]
    if subject == "photo":
        assert world.client().get(f"/photos/{photo}.jpg").status_code == 200


def test_a_granted_refusal_brings_no_text_back_that_was_refused_by_itself(world: World) -> None:
    slug, link = report(world)
    officer = world.client("officer")
    observation = rows(world, "SELECT id FROM observations")[0].id
    as_json(officer, f"/desk/notes/{observation}/decision", {"verb": "refuse", "reason": "offensive"})
    decision(officer, slug, "reject", reason="in_use")
    object_to(world, link, ruling(world))

    answer(world.client("second"), appeal_id(world), "grant")

    assert [tuple(row) for row in rows(world, "SELECT o.note_state, f.state FROM observations o, photos f")] == [
        ("rejected", "submitted")
    ]


def test_one_objects_once_and_within_30_days(world: World) -> None:
    slug, link = report(world)
    decision(world.client("officer"), slug, "reject", reason="in_use")
    about = ruling(world)
    assert "Object to this decision" in page(world.client().get(f"/r/{link}"))

    at(world, date(2026, 12, 23))
    late = object_to(world, link, about)
    assert (late.status_code, late.json and late.json["code"]) == (409, "appeal_over")
    assert "Object to this decision" not in page(world.client().get(f"/r/{link}"))

    at(world, date(2026, 12, 22))
    assert object_to(world, link, about).status_code == 303
    again = object_to(world, link, about)
    assert (again.status_code, again.json and again.json["code"]) == (409, "appealed_before")
    assert "Somebody has already objected" in object_to(world, link, about, json=False).text
    assert "Somebody else looks at it now" in page(world.client().get(f"/r/{link}"))

    # The answer may take longer than the time for asking.
    at(world, date(2027, 2, 1))
    assert answer(world.client("second"), appeal_id(world), "grant").status_code == 200
    assert world.row(slug)["record_state"] == "submitted"


def test_five_taps_at_once_are_one_objection(world: World) -> None:
    slug, link = report(world)
    decision(world.client("officer"), slug, "reject", reason="in_use")
    about, codes, start = ruling(world), [0] * 5, threading.Barrier(5)

    def tap(place: int) -> None:
        start.wait()
        codes[place] = object_to(world, link, about).status_code

    threads = [threading.Thread(target=tap, args=(place,)) for place in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(codes) == [303, 409, 409, 409, 409]


@pytest.mark.parametrize(
    ("about", "words", "status"), [("none", TEXT, 422), (str(UUID(int=1)), TEXT, 404), ("own", " ", 422)]
)
def test_an_objection_that_cannot_be_is_answered_plainly(world: World, about: str, words: str, status: int) -> None:
    slug, link = report(world)
    decision(world.client("officer"), slug, "reject", reason="in_use")
    about = str(ruling(world)) if about == "own" else about

    for json in (True, False):
        assert object_to(world, link, about, words, json).status_code == status
    assert rows(world, "SELECT FROM appeals") == []


def test_the_link_of_another_record_objects_to_nothing(world: World) -> None:
    slug, _ = report(world)
    _, other = report(world, "7")
    decision(world.client("officer"), slug, "reject", reason="in_use")

    assert object_to(world, other, ruling(world)).status_code == 404
    assert object_to(world, "no-such-link", ruling(world)).status_code == 404


def test_what_was_published_withdrawn_or_decided_again_takes_no_objection(world: World) -> None:
    slug, link = report(world)
    officer = world.client("officer")
    decision(officer, slug, "publish")
    assert object_to(world, link, ruling(world)).status_code == 409
    decision(officer, slug, "hide", 2, reason="wrong")
    hidden = ruling(world)
    decision(officer, slug, "publish", 3)
    assert object_to(world, link, hidden).status_code == 409
    decision(officer, slug, "hide", 4, reason="owner_objection")
    assert object_to(world, link, ruling(world)).status_code == 409
    reports.withdraw(world.services.unit_of_work(), link, NOW)
    assert object_to(world, link, hidden).status_code == 404


def test_what_was_decided_again_in_between_is_not_turned_back(world: World) -> None:
    slug, link = report(world)
    officer = world.client("officer")
    decision(officer, slug, "publish")
    decision(officer, slug, "hide", 2, reason="wrong")
    object_to(world, link, ruling(world))
    decision(officer, slug, "publish", 3)
    decision(officer, slug, "hide", 4, reason="dangerous")

    assert answer(world.client("second"), appeal_id(world), "grant").status_code == 409
    assert world.row(slug)["record_state"] == "hidden"


def test_appeals_of_another_area_are_neither_seen_nor_decided(world: World) -> None:
    slug, link = report(world)
    decision(world.client("officer"), slug, "reject", reason="in_use")
    object_to(world, link, ruling(world))
    west = world.client("moderator_west")

    assert TEXT not in page(west.get("/desk?kind=appeal"))
    assert TEXT not in page(west.get(f"/desk?item=appeal:{appeal_id(world)}"))
    assert answer(west, appeal_id(world), "grant").status_code == 404
    assert west.get("/desk?item=appeal:nonsense").status_code == 200
    assert rows(world, "SELECT state FROM appeals") == [("open",)]


def test_a_hostile_objection_is_text(world: World) -> None:
    slug, link = report(world)
    decision(world.client("officer"), slug, "reject", reason="in_use")
    object_to(world, link, ruling(world), "<script>alert(1)</script> {{ 7*7 }} ${alert(1)}")
    shown = page(world.client("second").get("/desk?kind=appeal"))
    assert "<script>alert" not in shown
    assert "&lt;script&gt;alert(1)&lt;/script&gt; {{ 7*7 }} ${alert(1)}" in shown


def test_a_refused_answer_counts_when_the_objection_is_granted(world: World) -> None:
    slug = world.space("Via Nizza 18")
    link = new_token()
    said = Answer(uuid4(), Claim.GONE, follow=Follow(link, "ada@example.org"))
    uow, files = world.services.unit_of_work(), world.services.photos
    kept = add_observation(uow, files, Actor(device="one"), slug, said, NOW)
    assert kept.held
    officer = Actor(user_id=world.users["officer"], grants=(Grant(Role.OFFICER),))
    decide_held(world.services.unit_of_work(), officer, [kept.observation_id], "reject", "wrong_place", NOW)
    assert "Your answer does not count." in page(world.client().get(f"/r/{link}"))

    assert object_to(world, link, ruling(world, "answer")).status_code == 303
    assert answer(world.client("second"), appeal_id(world), "grant").status_code == 200

    assert rows(world, "SELECT state FROM observations") == [("counted",)]
    assert world.row(slug)["observation_count"] == 1


def refused_part(world: World, subject: str) -> tuple[str, UUID]:
    """Publish a place, refuse its text or photo, object to that; return the private link and the observation."""
    slug, link = report(world)
    officer = world.client("officer")
    decision(officer, slug, "publish", seen_at="2026-11-22T00:00:00+00:00")
    observation, photo = rows(world, "SELECT observation_id, id FROM photos")[0]
    address = f"/desk/notes/{observation}" if subject == "note" else f"/desk/photos/{photo}"
    as_json(officer, f"{address}/decision", {"verb": "refuse", "reason": "personal_data", "version": 1})
    assert object_to(world, link, ruling(world, subject)).status_code == 303
    return link, observation


def test_a_text_that_was_changed_after_its_refusal_is_not_shown_by_granting(world: World) -> None:
    link, observation = refused_part(world, "note")
    reports.correct_note(world.services.unit_of_work(), link, "Buy at evil.example", NOW)

    assert answer(world.client("second"), appeal_id(world), "grant").status_code == 409

    assert rows(world, "SELECT note_state FROM observations WHERE id = :id", id=observation) == [("queued",)]


def test_a_photo_that_was_taken_back_is_not_shown_by_granting(world: World) -> None:
    link, _observation = refused_part(world, "photo")
    reports.withdraw(world.services.unit_of_work(), link, NOW)

    assert answer(world.client("second"), appeal_id(world), "grant").status_code == 409

    assert rows(world, "SELECT state FROM photos") == [("rejected",)]
