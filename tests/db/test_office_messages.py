"""A home is no vacancy: marking one stores a message to the office and nothing else."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from uuid import uuid4

import pytest
from flask.testing import FlaskClient

from mapsvc.bootstrap import Services, build
from mapsvc.config import Settings
from mapsvc.domain.imports import AreaRecord
from mapsvc.web.app import create_app
from tests.builders import PASSWORD, TODAY, Builder, jpeg, square

HERE = {"placed": "map", "lon": "7.6205", "lat": "45.0705", "street": "Via Alta", "number": "9"}
TABLES = "observations photos follow_links contacts outbox".split()


@pytest.fixture
def services(settings: Settings) -> Iterator[Services]:
    services = build(replace(settings, today=TODAY.isoformat()))
    yield services
    services.engine.dispose()


@pytest.fixture
def make(services: Services) -> Builder:
    make = Builder(services)
    make.begin((AreaRecord("n", "North", "neighbourhood", "", square(7.6, 45.05)),))
    return make


@pytest.fixture
def visitor(services: Services, make: Builder) -> FlaskClient:
    return client_of(services)


def client_of(services: Services, email: str = "") -> FlaskClient:
    app = create_app(services)
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    if email:
        assert client.post("/login", data={"email": email, "password": PASSWORD}).status_code == 302
    return client


@pytest.mark.parametrize("said", [{"claim": "lived_in"}, {"claim": "vacant", "kind": "house"}])
def test_a_home_becomes_a_message_and_leaves_no_other_trace(visitor: FlaskClient, make: Builder, said: dict) -> None:
    form = HERE | said | {"key": str(uuid4()), "note": "A light is on", "email": "me@example.org"}
    photo = (io.BytesIO(jpeg()), "a.jpg")
    answer = visitor.post("/mark/send", data=form | {"photo": photo}, content_type="multipart/form-data")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/mark/home")
    assert "A home is no vacant space" in visitor.get("/mark/home").get_data(as_text=True)
    stored = make.rows("SELECT note, state, kind, ST_X(point) AS lon FROM office_messages")
    assert [(row.note, row.state, row.kind, row.lon) for row in stored] == [
        ("A light is on", "open", "lived_in", 7.6205)
    ]
    assert make.rows("SELECT id FROM spaces") == []
    assert [make.rows(f"SELECT count(*) AS n FROM {table}")[0].n for table in TABLES] == [0] * len(TABLES)
    assert "Via Alta" not in str(make.rows("SELECT before, after, reason FROM audit_log"))


def test_sent_twice_is_told_once(visitor: FlaskClient, make: Builder) -> None:
    form = HERE | {"claim": "lived_in", "key": str(uuid4())}
    for _ in range(2):
        answer = visitor.post("/mark/send", data=form, headers={"Accept": "application/json"})
        assert (answer.status_code, answer.get_json()) == (201, {"url": "/mark/home"})
    assert len(make.rows("SELECT id FROM office_messages")) == 1


def test_a_known_place_may_be_somebodys_home(visitor: FlaskClient, make: Builder) -> None:
    space = make.space("via-alta-9", 7.62, 45.07)
    make.space("secret", 7.63, 45.08, record_state="hidden")
    form = {"space": "via-alta-9", "claim": "lived_in", "key": str(uuid4())}
    assert visitor.post("/mark/send", data=form).status_code == 303
    assert make.rows("SELECT space_id FROM office_messages")[0].space_id == space
    assert visitor.post("/mark/send", data=form | {"space": "secret", "key": str(uuid4())}).status_code == 404
    assert make.rows("SELECT id FROM observations") == []


@pytest.mark.parametrize(
    "wrong", [{"lon": "999"}, {"lat": "NaN"}, {"key": "x"}, {"note": "a\x00b"}, {"note": "x" * 3000}]
)
def test_bad_values_are_answered_and_nothing_is_stored(visitor: FlaskClient, make: Builder, wrong: dict) -> None:
    answer = visitor.post("/mark/send", data=HERE | {"claim": "lived_in", "key": str(uuid4())} | wrong)
    assert answer.status_code == 422
    assert make.rows("SELECT id FROM office_messages") == []


def test_officers_of_the_area_read_and_close_it(visitor: FlaskClient, make: Builder, services: Services) -> None:
    visitor.post("/mark/send", data=HERE | {"claim": "lived_in", "key": str(uuid4()), "note": "<i>Curtains</i>"})
    make.account("officer@example.org", "officer", area_id=make.areas["north"])
    make.account("moderator@example.org", "moderator", area_id=make.areas["north"])
    message = make.rows("SELECT id FROM office_messages")[0].id
    officer, moderator = (client_of(services, f"{name}@example.org") for name in ("officer", "moderator"))
    address = f"/desk/messages/{message}/close"
    assert "&lt;i&gt;Curtains&lt;/i&gt;" in officer.get(f"/desk?item=message:{message}").get_data(as_text=True)
    assert "Curtains" not in moderator.get(f"/desk?item=message:{message}").get_data(as_text=True)
    assert moderator.post(address).status_code == 403
    assert officer.post(address).status_code == 302
    assert officer.post(address).status_code == 409
    closed = make.rows("SELECT state, closed_at, closed_by FROM office_messages")[0]
    assert closed.state == "closed"
    assert closed.closed_at is not None
    assert client_of(services).get(f"/desk?item=message:{message}").status_code == 302
