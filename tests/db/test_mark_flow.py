"""Marking a space without JavaScript, from an address to the thanks, on a small town in a real database."""

import io
import re
import struct
import uuid
import zlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient
from mark_town import fields, found, hidden, page, rows, title
from PIL import Image
from werkzeug.test import TestResponse

from mapsvc.web.app import create_app


@pytest.fixture
def town(settings):
    yield from found(settings)


@pytest.fixture
def visitor(town):
    return create_app(town).test_client()


def last_step(client: FlaskClient, address: str = "Via Madama Cristina 7") -> TestResponse:
    first = client.get("/mark")
    response = client.get("/mark/near", query_string=hidden(first) | {"address": address})
    assert title(response) == "What do you see?"
    return response


def send(client: FlaskClient, form: dict[str, object], **changes: object) -> TestResponse:
    return client.post("/mark/send", data=form | changes, content_type="multipart/form-data")


def token_of(response: TestResponse) -> str:
    assert response.status_code == 303, page(response)
    return parse_qs(urlsplit(response.location).query)["r"][0]


def jpeg() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (64, 48), "teal").save(buffer, "JPEG")
    return buffer.getvalue()


def test_from_an_address_to_the_thanks_without_javascript(visitor, town):
    third = last_step(visitor, "via madama cristna 7/b")
    form = fields(third)
    assert (form["street"], form["number"], form["placed"]) == ("Via Madama Cristina", "7/B", "address")

    sent = send(visitor, form, claim="vacant", kind="commercial_unit", note="Shutter down", email="anna@example.org")
    thanks = visitor.get(sent.location)

    token = token_of(sent)
    assert re.fullmatch(r"[\w-]{22}", token)
    assert f"/r/{token}" in page(thanks)
    assert "It waits for a look" in page(thanks)
    space = rows(town, "SELECT * FROM spaces WHERE street = 'Via Madama Cristina'")[0]
    assert (space.name, space.number, space.geocode_precision) == ("Via Madama Cristina 7/B", "7/B", "street")
    assert (space.record_state, space.status_codes) == ("submitted", ["unverified"])
    assert rows(town, "SELECT note, note_state, claim FROM observations") == [("Shutter down", "queued", "vacant")]
    assert rows(town, "SELECT recipient, template, params ->> 'token' FROM outbox") == [
        ("anna@example.org", "follow_link", token)
    ]
    assert token not in str(rows(town, "SELECT token_hash FROM follow_links"))


def test_several_streets_are_offered_to_choose_from(visitor):
    choice = visitor.get("/mark/near", query_string={"address": "nizza 4"})

    assert choice.status_code == 200
    assert "Which street do you mean?" in page(choice)
    ids = re.findall(r'name="street_id" value="(\d+)"><span><b>([^<]+)', page(choice))
    assert {name for _, name in ids} == {"Via Nizza", "Piazza Nizza"}
    chosen = visitor.get(
        "/mark/near", query_string={"address": "nizza 4", "street_id": dict(map(reversed, ids))["Piazza Nizza"]}
    )
    assert fields(chosen)["street"] == "Piazza Nizza"


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ({"address": "Xyzzy Boulevard 9"}, "We do not know this street"),
        ({}, "Type an address"),
        ({"address": "a\x07b"}, "character that cannot be stored"),
        ({"address": "Via " + "x" * 3000}, "At most 160"),
        ({"placed": "map", "lon": "nan", "lat": "45"}, "is not a number"),
        ({"placed": "map", "lon": "1e999", "lat": "45"}, "is not a number"),
        ({"placed": "map", "lon": "7.67", "lat": "145"}, "outside the map"),
        ({"placed": "map", "lon": "45.05", "lat": "7.67"}, "swapped"),
        ({"placed": "map", "lon": "0", "lat": "0"}, "0, 0"),
        ({"placed": "device", "lon": "", "lat": ""}, "is not a number"),
    ],
)
def test_a_place_that_cannot_be_is_answered_with_a_sentence(visitor, query, says):
    response = visitor.get("/mark/near", query_string=query)

    assert response.status_code == 422
    assert title(response) == "Where is it?"
    message = re.search(r'role="alert".*?</div>', page(response), re.DOTALL)[0]
    assert says in message or says.replace("At most 160", "too long") in message


def test_a_place_outside_the_area_is_asked_about_and_accepted(visitor, town):
    response = visitor.get("/mark/near", query_string={"placed": "map", "lon": "9.19", "lat": "45.46"})
    assert "outside the area of this map" in page(response)

    asked = send(visitor, fields(response), claim="vacant", note="Shutter down")

    assert asked.status_code == 422
    assert "Is the point right?" in page(asked)
    assert "Shutter down" in page(asked)
    assert not rows(town, "SELECT 1 FROM spaces WHERE ST_X(point) > 9")

    token_of(send(visitor, fields(asked), claim="vacant", right_place="1"))

    query = "SELECT name, record_state, hold_rules FROM spaces WHERE ST_X(point) > 9"
    assert rows(town, query) == [("Spazi Torino", "submitted", ["M10"])]


def test_known_places_come_first_and_one_tap_leads_to_them(visitor, town):
    near = visitor.get(
        "/mark/near", query_string={"placed": "map", "lon": "7.67011", "lat": "45.05201", "accuracy_m": "9"}
    )
    names = re.findall(r'<h2 class="h3">([^<]+)</h2>', page(near))
    assert names[:2] == ["Via Nizza 18", "Via Nizza 18/B"]
    assert "Via Nizza 20" not in page(near), "a record that is not public is no candidate"
    coarse = page(near).split("Space in San Salvario")[1].split("</li>")[0]
    assert "within 100 m" in coarse
    assert re.findall(r"\d+ m\b", coarse) == ["100 m"], "nobody can measure their way to a coarse place"

    slug = re.search(r'name="space" value="([^"]+)"', page(near))[1]
    third = visitor.get("/mark/see", query_string=hidden(near) | {"space": slug})
    assert "Via Nizza 18" in page(third)
    thanks = visitor.get(send(visitor, fields(third), claim="vacant").location)

    assert "It is on the map" in page(thanks)
    assert rows(town, "SELECT count(*) FROM spaces") == [(4,)]
    assert rows(town, "SELECT s.name, o.claim FROM observations o JOIN spaces s ON s.id = o.space_id") == [
        ("Via Nizza 18", "vacant")
    ]


def test_an_address_finds_what_is_known_at_it_wherever_the_street_has_its_middle(visitor):
    near = visitor.get("/mark/near", query_string={"address": "Via Nizza 18"})

    assert title(near) == "Is it one of these?"
    assert re.findall(r'<h2 class="h3">([^<]+)</h2>', page(near))[:2] == ["Via Nizza 18", "Via Nizza 18/B"]
    assert not re.search(
        r"\b\d+ m\b", re.sub("within 100 m", "", page(near).split('class="cand"')[1].split("</ul>")[0])
    )


def test_another_unit_of_a_known_building_takes_its_address(visitor, town):
    near = visitor.get("/mark/near", query_string={"address": "Via Nizza 18"})
    beside = re.search(r'name="beside" value="([^"]+)">([^<]+)', page(near))
    assert beside[2] == "Add a unit to number 18"

    third = visitor.get("/mark/see", query_string=hidden(near) | {"beside": beside[1]})
    token_of(send(visitor, fields(third), claim="vacant", number="18/C"))

    added = rows(town, "SELECT name, ST_X(point), ST_Y(point) FROM spaces WHERE number = '18/C'")
    assert added == [("Via Nizza 18/C", 7.6701, 45.0520)]


def test_going_back_keeps_everything_and_shows_nothing_in_an_address(visitor):
    form = fields(last_step(visitor)) | {"claim": "gone", "note": "Only a wall", "email": "anna@example.org"}

    back = visitor.post("/mark/near", data=form)
    assert title(back) == "What do you see?", "there was no second step to go back to"
    first = visitor.post("/mark", data=form)
    again = visitor.post("/mark/near", data=hidden(first) | {"address": "Via Nizza 16", "placed": ""})
    assert title(again) == "Is it one of these?"
    third = visitor.post("/mark/see", data=hidden(again))

    assert 'method="post"' in page(first)
    assert re.search(r'value="gone" checked', page(third))
    assert "Only a wall" in page(third)
    assert 'value="anna@example.org"' in page(third)
    assert hidden(third)["key"] == form["key"]
    assert hidden(third)["street"] == "Via Nizza"


def test_sent_fifty_times_it_is_stored_once_with_the_same_link(visitor, town):
    form = fields(last_step(visitor)) | {"claim": "vacant", "email": "anna@example.org"}

    answers = {token_of(send(visitor, form)) for _ in range(50)}

    assert len(answers) == 1
    assert rows(town, "SELECT count(*) FROM spaces WHERE street = 'Via Madama Cristina'") == [(1,)]
    assert rows(town, "SELECT count(*) FROM observations") == [(1,)]
    assert rows(town, "SELECT count(*) FROM outbox") == [(1,)]


def test_a_program_gets_201_and_then_200(visitor):
    form = fields(last_step(visitor)) | {"claim": "vacant"}
    headers = {"Accept": "application/json"}

    first = visitor.post("/mark/send", data=form, headers=headers)
    second = visitor.post("/mark/send", data=form, headers=headers)

    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json == second.json


def test_another_body_under_the_same_key_is_refused(visitor, town):
    form = fields(last_step(visitor)) | {"claim": "vacant"}
    token_of(send(visitor, form))

    other = send(visitor, form, claim="gone")

    assert other.status_code == 409
    assert "already used for something else" in page(other)
    assert rows(town, "SELECT claim FROM observations") == [("vacant",)]


def test_what_is_missing_or_wrong_is_said_and_the_rest_is_kept(visitor, town):
    form = fields(last_step(visitor)) | {"note": "Shutter down", "email": "no address", "floor": "1"}

    answer = send(visitor, form, photo=(io.BytesIO(jpeg()), "a.jpg"))

    assert answer.status_code == 422
    for part in ("Choose what you see.", "no e-mail address", "choose it again", "Shutter down", 'value="1"'):
        assert part in page(answer)
    assert rows(town, "SELECT count(*) FROM observations") == [(0,)]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"note": "a\x00b"}, "character that cannot be stored"),
        ({"note": "x" * 3000}, "2000"),
        ({"number": "9" * 40}, "20"),
        ({"claim": "nonsense"}, "Choose what you see."),
        ({"key": "not-a-uuid"}, "Open it again"),
        ({"lon": "NaN"}, "number"),
        ({"lat": "0", "lon": "0"}, "0, 0"),
        ({"placed": "elsewhere"}, "elsewhere"),
        ({"street": "\ufdd0"}, "character that cannot be stored"),
    ],
)
def test_bad_values_are_answered_with_4xx_and_nothing_is_stored(visitor, town, changes, says):
    answer = send(visitor, fields(last_step(visitor)) | {"claim": "vacant"} | changes)

    assert answer.status_code == 422
    assert rows(town, "SELECT count(*) FROM observations") == [(0,)]
    assert says in page(answer) or "too long" in page(answer)


def test_lone_surrogates_and_broken_utf8_never_fail(visitor, town):
    form = fields(last_step(visitor)) | {"claim": "vacant"}
    body = "&".join(f"{name}={value}" for name, value in form.items()).replace("/", "%2F") + "&note=%ED%A0%80%FF"

    answer = visitor.post("/mark/send", data=body, content_type="application/x-www-form-urlencoded")

    assert answer.status_code < 500


def test_hostile_text_is_shown_as_text(visitor):
    hostile = "{{7*7}} ${alert(1)} <img src=x onerror=alert(1)> 50% {% of"
    form = fields(last_step(visitor)) | {"claim": "vacant", "number": hostile[:12], "note": hostile}

    token = token_of(send(visitor, form))
    private = visitor.get(f"/r/{token}").get_data(as_text=True)

    assert "<img src=x" not in private
    assert "{{7*7}} ${alert(1)} &lt;img" in private


def huge_png() -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 12_000, 12_000, 1, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"\0" * 18_012_000)) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("data", "says", "status"),
    [
        (huge_png(), "too many pixels", 413),
        (b"%PDF-1.7 nothing to see", "no picture that can be read", 415),
        (jpeg()[:200], "no picture that can be read", 422),
    ],
)
def test_a_file_that_is_no_good_picture_is_refused_with_a_sentence(visitor, town, data, says, status):
    form = fields(last_step(visitor)) | {"claim": "vacant"}

    answer = send(visitor, form, photo=(io.BytesIO(data), "photo.jpg"))
    program = visitor.post(
        "/mark/send", data=form | {"photo": (io.BytesIO(data), "photo.jpg")}, headers={"Accept": "application/json"}
    )

    assert (answer.status_code, program.status_code) == (422, status)
    assert says in page(answer)
    assert says in program.json["detail"]
    assert rows(town, "SELECT count(*) FROM observations") == [(0,)]


def test_a_photo_is_stored_stripped_and_waits_for_a_look(visitor, town):
    form = fields(last_step(visitor)) | {"claim": "vacant"}

    token = token_of(send(visitor, form, photo=(io.BytesIO(jpeg()), "Maria at home.jpg")))

    ((photo_id, state, width),) = rows(town, "SELECT id, state, width FROM photos")
    assert (state, width) == ("submitted", 64)
    assert Image.open(town.photos.path(photo_id, small=False)).format == "JPEG"
    assert visitor.get(f"/photos/{photo_id}.jpg").status_code == 404
    own = visitor.get(f"/r/{token}/photo.jpg")
    assert (own.status_code, own.mimetype) == (200, "image/jpeg")
    assert own.headers["Cache-Control"] == "no-store"


class Watch:
    """A clock that goes on when the test says so."""

    def __init__(self) -> None:
        self.at = datetime.now(UTC)

    def now(self) -> datetime:
        return self.at

    def wait(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@pytest.fixture
def watch():
    return Watch()


@pytest.fixture
def hurried(town, watch):
    """A visitor whom the limits of rate hold."""
    limited = replace(town, settings=replace(town.settings, rate_limits=True), clock=watch)
    return create_app(limited).test_client()


def another(client, form, number: int, **changes):
    return send(client, form, key=str(uuid.UUID(int=number + 1)), number=str(number), **changes)


def test_the_sixth_place_in_an_hour_waits_and_nothing_typed_is_lost(hurried, town, watch):
    form = fields(last_step(hurried)) | {"claim": "vacant"}
    for number in range(5):
        token_of(another(hurried, form, number))
        token_of(another(hurried, form, number))  # sent twice, counted once

    slow = another(hurried, form, 5, note="Shutter down", email="me@example.org", photo=(io.BytesIO(jpeg()), "a.jpg"))

    assert slow.status_code == 429
    assert 0 < int(slow.headers["Retry-After"]) <= 21
    text = page(slow)
    assert "That is a lot in a short time" in text
    assert "Shutter down" in text
    assert "me@example.org" in text
    assert "choose it again; nothing else was lost" in text
    assert rows(town, "SELECT count(*) FROM observations") == [(5,)]
    pause = hidden(slow)["pause"]
    assert another(hurried, form, 5, pause=pause).status_code == 429, "too early"
    watch.wait(22)
    assert another(hurried, form, 6, pause=pause).status_code == 429, "the note of another form"
    for forged in ("5.0.x", pause[:-1] + ("0" if pause[-1] != "0" else "1"), "x" * 5000, "٥.٥.٥"):
        assert another(hurried, form, 5, pause=forged).status_code == 429
    token_of(another(hurried, form, 5, pause=pause))
    assert rows(town, "SELECT record_state, hold_rules FROM spaces WHERE number = '5'") == [("submitted", ["M7"])]
    assert another(hurried, form, 6, pause=pause).status_code == 429, "a wait is good for one place"


def test_programs_read_how_long_to_wait(hurried, watch):
    form = fields(last_step(hurried)) | {"claim": "vacant"}
    for number in range(5):
        another(hurried, form, number)
    headers = {"Accept": "application/json"}
    slow = hurried.post("/mark/send", data=form | {"key": str(uuid.UUID(int=99)), "number": "9"}, headers=headers)
    told = slow.get_json(force=True)
    assert (slow.status_code, slow.content_type) == (429, "application/problem+json")
    assert (told["code"], told["wait"]) == ("slow_down", int(slow.headers["Retry-After"]))
    early = send(hurried, form, key=str(uuid.UUID(int=99)), number="9", pause=told["pause"])
    assert early.status_code == 429
    watch.wait(told["wait"])
    done = {"key": str(uuid.UUID(int=99)), "number": "9", "pause": told["pause"]}
    assert hurried.post("/mark/send", data=form | done, headers=headers).status_code == 201


def test_nobody_marks_more_than_thirty_places_an_hour_however_long_they_wait(hurried, town, watch):
    form = fields(last_step(hurried)) | {"claim": "vacant"}
    for number in range(30):
        response = another(hurried, form, number)
        if response.status_code == 429:
            watch.wait(int(response.headers["Retry-After"]))
            response = another(hurried, form, number, pause=hidden(response)["pause"])
        token_of(response)
    too_many = another(hurried, form, 99)
    assert too_many.status_code == 429
    assert "pause" not in hidden(too_many)
    assert int(too_many.headers["Retry-After"]) > 0
    assert rows(town, "SELECT count(*) FROM observations") == [(30,)]


def test_the_form_needs_its_token_against_forgery(town):
    app = create_app(town)
    app.config["WTF_CSRF_ENABLED"] = True
    client = app.test_client()
    form = fields(last_step(client)) | {"claim": "vacant"}
    form.pop("csrf_token")

    assert send(client, form).status_code == 400


def test_streets_are_suggested_with_the_typed_number(visitor):
    found = visitor.get("/mark/streets.json", query_string={"q": "via nizz 18/b", "lon": 7.67, "lat": 45.052}).json

    assert found["results"][0]["name"] == "Via Nizza 18/B"
    assert found["results"][0]["lat"] == pytest.approx(45.052, abs=1e-6)
    assert visitor.get("/mark/streets.json?q=x&lon=nan").status_code == 422
