"""Places that need a look: the most urgent exact ones nearby, and answers that are given inside an embed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from mapsvc.config import Settings
from mapsvc.domain.ids import new_id
from mapsvc.domain.imports import Batch, CallRecord, LotRecord, StreetRecord
from tests.builders import NOW, PASSWORD, SOURCE, Builder
from tests.db.fresh_town import app_of, found

HERE = "lat=45.07&lon=7.62"


@pytest.fixture
def make(settings: Settings) -> Iterator[Builder]:
    yield from found(settings)


@pytest.fixture
def client(make: Builder) -> FlaskClient:
    return app_of(make).test_client()


@pytest.fixture
def places(make: Builder) -> dict[str, UUID]:
    """One place for each degree of urgency, and some that need no look or are too far."""
    made = {name: make.space(name, 7.62 + number * 0.0005, 45.07, name=name.title()) for number, name in
            enumerate(("differ", "unknown", "old", "fresh", "lately"))}  # fmt: skip
    make.observation(made["differ"], kind="officer_visit", days_ago=30, reporter="user:1")
    make.observation(made["differ"], kind="registered_user", claim="occupied", days_ago=20, reporter="user:2")
    make.observation(made["differ"], kind="trust_broker", claim="occupied", days_ago=20, reporter="user:3")
    make.observation(made["old"], kind="officer_visit", days_ago=200)
    make.observation(made["fresh"], kind="officer_visit", days_ago=20)
    make.observation(made["lately"], days_ago=2)
    made["far"] = make.space("far", 7.64, 45.07)
    return made


def slugs(client: FlaskClient, query: str = HERE) -> list[str]:
    answer = client.get(f"/look.json?{query}")
    assert answer.status_code == 200
    return [one["url"].rsplit("/", 1)[1] for one in answer.get_json()["places"]]


def call(make: Builder, space: str, days: int) -> None:
    """Make a place a lot of a call that opens in so many days."""
    opens = NOW.date() + timedelta(days=days)
    lot = LotRecord("l", 1, space, opens + timedelta(days=90), opens + timedelta(days=400))
    title = {"en": "Call"}
    record = CallRecord("c", "C-1", title, title, "open", opens, opens + timedelta(days=30), (lot,))
    make.load(Batch(SOURCE, calls=(record,)))


def test_the_most_urgent_places_nearby_come_first(client: FlaskClient, places: dict[str, UUID]) -> None:
    # Nobody knows anything of “unknown”: age 0.35 and doubt 0.30. An old answer is more urgent than two fresh ones that
    # differ, since freshness 4.2 gives age the larger share.
    assert slugs(client) == ["unknown", "old", "differ"]


def test_a_coming_call_makes_a_fresh_place_urgent(make: Builder, client: FlaskClient, places: dict[str, UUID]) -> None:
    call(make, "fresh", 40)
    page = client.get("/look?space=unknown").get_data(as_text=True)
    assert "A call opens on 30 Dec 2026" in page


def test_coarse_places_are_never_asked_about(make: Builder, client: FlaskClient, places: dict[str, UUID]) -> None:
    make.write("UPDATE spaces SET publication_precision = 'cell_100m' WHERE slug IN ('unknown', 'old')")
    assert slugs(client) == ["differ"]
    assert "data-look-item" not in client.get("/look?space=unknown").get_data(as_text=True)


def test_it_works_by_address_area_and_place_without_scripts(
    make: Builder, client: FlaskClient, places: dict[str, UUID]
) -> None:
    make.load(Batch(SOURCE, streets=(StreetRecord("st", "Via Alta", (((7.615, 45.07), (7.625, 45.07)),)),)))
    for query in (HERE, "address=Via+Alta+3", "area=north", "area=testville"):
        text = client.get(f"/look?{query}").get_data(as_text=True)
        assert text.count("data-look-item") == 3, query
        assert 'action="/spaces/unknown/observations"' in text
    assert "data-look-item" not in client.get("/look?area=south").get_data(as_text=True)
    assert "We do not know this street" in client.get("/look?address=zzzzzz").get_data(as_text=True)
    assert client.get("/areas/north").get_data(as_text=True).count("data-look-item") == 3


def test_after_an_answer_the_next_places_are_shown(client: FlaskClient, places: dict[str, UUID]) -> None:
    answer = client.post("/spaces/unknown/observations", data={"claim": "vacant", "key": str(new_id())})
    text = client.get(answer.headers["Location"]).get_data(as_text=True)
    assert text.count("data-look-item") == 2
    assert slugs(client) == ["old", "differ"], "somebody has just looked there"


@pytest.mark.parametrize(
    "query", ["", "lat=45", "lon=7", "lat=x&lon=7", "lat=91&lon=7", "lat=45&lon=181", "lat=nan&lon=7", "lat=inf&lon=1"]
)
def test_a_position_that_cannot_be_is_named(client: FlaskClient, query: str) -> None:
    answer = client.get(f"/look.json?{query}")
    assert answer.status_code == 422
    assert answer.get_json()["errors"][0]["pointer"] in {"/lat", "/lon"}


@pytest.fixture
def curated(make: Builder) -> str:
    make.map("our-map", make.group("us"))
    return "/embed/our-map/spaces/unknown/observations"


def test_an_answer_inside_an_embed_needs_no_cookie(make: Builder, places: dict[str, UUID], curated: str) -> None:
    from mapsvc.web.app import create_app

    strict = create_app(make.services).test_client()
    form = {"claim": "vacant", "key": str(new_id())}
    headers = {"Origin": "http://127.0.0.1:8000", "Accept": "application/json"}
    answers = [strict.post(curated, data=form, headers=headers) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 200]
    for answer in answers:
        assert "Set-Cookie" not in answer.headers
        assert "Cookie" not in answer.headers.get("Vary", "")
        assert answer.get_json()["place"]["status"] == "unverified"
    undo = answers[0].get_json()["undo"]
    assert strict.post(undo, headers=headers).status_code == 200
    assert make.rows("SELECT state FROM observations ORDER BY submitted_at DESC LIMIT 1")[0].state == "withdrawn"


def test_an_officer_answers_inside_an_embed_as_a_stranger(
    make: Builder, client: FlaskClient, places: dict[str, UUID], curated: str
) -> None:
    make.account("officer@example.org", "officer")
    client.post("/login", data={"email": "officer@example.org", "password": PASSWORD})
    form = {"claim": "vacant", "key": str(new_id())}
    assert client.post(curated, data=form, headers={"Origin": "http://127.0.0.1:8000"}).status_code == 201
    newest = make.rows("SELECT source_kind, user_id FROM observations ORDER BY submitted_at DESC LIMIT 1")[0]
    assert (newest.source_kind, newest.user_id) == ("anonymous", None)


@pytest.mark.parametrize(
    "origin", ["", "null", "https://evil.example", "http://127.0.0.1:8000.evil.example", "http://127.0.0.1:8001"]
)
def test_an_answer_from_another_page_is_refused(
    make: Builder, client: FlaskClient, places: dict[str, UUID], curated: str, origin: str
) -> None:
    before = make.rows("SELECT count(*) AS n FROM observations")[0].n
    headers = {"Origin": origin, "Accept": "application/json"} if origin else {"Accept": "application/json"}
    answer = client.post(curated, data={"claim": "vacant", "key": str(new_id())}, headers=headers)
    assert answer.status_code == 403
    assert make.rows("SELECT count(*) AS n FROM observations")[0].n == before


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"claim": "vacant"}, 422),
        ({"claim": "x", "key": str(UUID(int=5))}, 422),
        ({"claim": "vacant", "key": "x"}, 422),
    ],
)
def test_bad_answers_inside_an_embed_are_named(
    client: FlaskClient, places: dict[str, UUID], curated: str, form: dict[str, str], status: int
) -> None:
    headers = {"Origin": "http://127.0.0.1:8000", "Accept": "application/json"}
    assert client.post(curated, data=form, headers=headers).status_code == status
    assert client.post(curated.replace("unknown", "nobody"), headers=headers,
                       data={"claim": "vacant", "key": str(new_id())}).status_code == 404  # fmt: skip
    assert client.post(curated.replace("our-map", "no-map"), headers=headers,
                       data={"claim": "vacant", "key": str(new_id())}).status_code == 404  # fmt: skip


def checks(make: Builder, client: FlaskClient) -> list[str]:
    """Return what the desk is asked to check, after signing in as an officer of everything."""
    if not make.rows("SELECT FROM users"):
        make.account("officer@example.org", "officer")
        client.post("/login", data={"email": "officer@example.org", "password": PASSWORD})
    return re.findall(r'data-item="([^"]+)"', client.get("/desk?kind=check").get_data(as_text=True))


def test_several_who_were_not_sure_ask_for_a_visit(make: Builder, client: FlaskClient) -> None:
    place = make.space("seen", 7.62, 45.07)
    make.observation(place, kind="officer_visit", days_ago=20, reporter="user:1")
    make.observation(place, claim="unsure", days_ago=5, reporter="device:a")
    make.observation(place, claim="unsure", days_ago=4, reporter="device:a")
    make.observation(place, claim="unsure", days_ago=61, reporter="device:b")
    assert checks(make, client) == [], "one device counts once, and an old doubt no more"
    make.observation(place, claim="unsure", days_ago=3, reporter="device:c")
    assert checks(make, client) == ["seen"]
    assert "Several people were not sure" in client.get("/desk?kind=check").get_data(as_text=True)


def test_a_place_is_looked_at_before_its_call_opens(make: Builder, client: FlaskClient) -> None:
    place = make.space("lot", 7.62, 45.07)
    make.observation(place, kind="officer_visit", days_ago=20, reporter="user:1")
    call(make, "lot", 40)
    assert checks(make, client) == []
    make.write("UPDATE calls SET opens_on = :day", day=NOW.date() + timedelta(days=10))
    assert checks(make, client) == [], "looked at within 30 days before it opens"
    make.write("UPDATE observations SET observed_at = observed_at - interval '15 days'")
    make.write("UPDATE spaces SET last_confirmed_on = last_confirmed_on - 15")
    assert checks(make, client) == ["lot"]
