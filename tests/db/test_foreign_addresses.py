"""Nobody fills a foreign letter box through us, and nobody has words of theirs brought there."""

from __future__ import annotations

from uuid import uuid4

import pytest
from sqlalchemy import text

from mapsvc.usecases import subscriptions
from mapsvc.web.app import create_app
from tests.mark_town import found, rows

VICTIM = "ada@example.org"
HOME = "via-nizza-18"
#: Mails that one address gets in a day because a form names it.
MOST = 10


@pytest.fixture
def town(settings):
    yield from found(settings)


@pytest.fixture
def client(town):
    app = create_app(town)
    app.config["WTF_CSRF_ENABLED"] = False
    return app.test_client()


def mails(town, template: str = "") -> list:
    about = f" WHERE template = '{template}'" if template else ""
    return rows(town, f"SELECT recipient, params FROM outbox{about} ORDER BY id")


def mark(client, network: int, **values: str):
    form = {"key": str(uuid4()), "claim": "vacant", "email": VICTIM} | values
    return client.post("/mark/send", data=form, environ_base={"REMOTE_ADDR": f"203.0.113.{network}"})


def test_answers_that_name_one_address_write_to_it_a_few_times_a_day(town, client):
    for number in range(MOST + 5):
        address = VICTIM if number % 2 else VICTIM.upper()
        told = mark(client, number, placed="map", space=HOME, lon="7.67", lat="45.05", email=address)
        assert told.status_code == 303
        assert client.get(told.location).status_code == 200, "the link is on the page, whatever is mailed"
    assert len(mails(town)) == MOST
    assert mark(client, 99, space=HOME, email="bob@example.org").status_code == 303
    assert len(mails(town)) == MOST + 1, "another address is another letter box"


def test_owners_forms_that_name_one_address_write_to_it_a_few_times_a_day(town, client):
    for number in range(MOST + 3):
        form = {"key": str(uuid4()), "wish": "object", "email": VICTIM}
        told = client.post(f"/spaces/{HOME}/owner", data=form, environ_base={"REMOTE_ADDR": f"203.0.113.{number}"})
        assert told.status_code in (303, 404)
    assert len(mails(town)) <= MOST


def test_news_that_an_address_has_already_are_told_it_once_a_day(town, client):
    assert ask(client, 1).status_code == 200
    token = mails(town, "subscription_ask")[0].params["token"]
    subscriptions.confirm(town.unit_of_work(), token, town.clock.now())
    for number in range(2, 10):
        assert ask(client, number).status_code == 200
    assert len(mails(town)) == 1, "asked today already"


def ask(client, network: int):
    form = {"email": VICTIM, "rhythm": "immediate"}
    return client.post("/areas/san-salvario/news", data=form, environ_base={"REMOTE_ADDR": f"203.0.113.{network}"})


HOSTILE = ["Win at http://evil.example now", "www.evil.example", "evil.example/win", "call 011 555 1234"]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_no_mail_carries_words_of_whoever_marked_a_place(town, client, hostile):
    told = mark(client, 1, placed="map", lon="7.67", lat="45.051", street=hostile, number="1")
    assert told.status_code in (303, 422)
    for mail in mails(town):
        assert hostile not in str(mail.params)


def test_a_known_street_is_named_in_the_mail(town, client):
    assert mark(client, 1, placed="map", lon="7.67", lat="45.051", street="Via Nizza", number="7").status_code == 303
    assert mails(town)[0].params["place"] == "Via Nizza 7"


@pytest.mark.parametrize("number", ["7 evil.example", "http://x.it", "1 www.x.it"])
def test_neither_does_the_field_of_the_number(town, client, number):
    form = {"placed": "map", "lon": "7.67", "lat": "45.051", "street": "Via Nizza", "number": number}
    assert mark(client, 1, **form).status_code == 303
    assert mails(town)[0].params["place"] == "San Salvario"


@pytest.mark.parametrize("values", [{"street": HOSTILE[1]}, {"number": HOSTILE[1]}, {"floor": HOSTILE[1]}])
def test_no_such_words_are_on_the_map_before_somebody_read_them(town, client, values):
    """Where an area shows new places at once, only their texts wait; an address that nobody knows is a text."""
    with town.engine.begin() as connection:
        connection.execute(text("UPDATE areas SET moderation = 'after'"))
    form = {"placed": "map", "lon": "7.67", "lat": "45.051", "street": "Via Nizza", "number": "7", "floor": "PT"}
    assert mark(client, 1, **form).status_code == 303
    assert mark(client, 2, **form | values).status_code == 303
    states = rows(
        town, "SELECT record_state FROM spaces WHERE created_at = updated_at ORDER BY created_at DESC LIMIT 2"
    )
    assert sorted(row[0] for row in states) == ["published", "submitted"]
