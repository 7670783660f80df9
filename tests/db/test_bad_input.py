"""Bad input of every kind answers 4xx with a plain sentence and harms nothing; a database that is away answers 503."""

from __future__ import annotations

import io
import json
import socket
import uuid
import zlib
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, ClassVar
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.test import TestResponse

from mapsvc.bootstrap import build
from mapsvc.config import Settings
from mapsvc.domain.imports import AreaRecord, Batch, StreetRecord
from mapsvc.operations.cluster import Urls
from mapsvc.web.app import create_app
from tests.builders import PASSWORD, SOURCE, Builder, square
from tests.conftest import empty, settings_for
from tests.db.doors import DOORS

JSON = {"Accept": "application/json"}
NUL, HALF = "a\x00b", "%ED%A0%80"
#: Values that a number, a box, a code, a page or a text must survive.
NASTY = (
    "",
    " ",
    "NaN",
    "nan",
    "inf",
    "-Infinity",
    "1e400",
    "-1",
    "0x10",
    "٣",
    "1,5",
    "9" * 30,
    "0000000001" + "9" * 5000,
    "²",
    NUL,
    "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"),
    "\u2028",
    "\u202etxt",
    "'; DROP TABLE spaces;--",
    "%",
    "_",
    "\\",
    "{{7*7}}",
    "50% {% of",
    "x" * 20_000,
    "null",
    "[]",
    "a,b,c,d",
    "7,45,8,46,9",
    "8,46,7,45",
    "-181,0,0,0",
    "nan,nan,nan,nan",
    "7,45,7,45",
    "true",
    "\r\nX-Evil: 1",
    "../../etc/passwd",
)
FILTERS = ("kinds", "status", "age", "category", "area", "min_m2", "max_m2", "q")
NAMES = (
    *FILTERS,
    "bbox",
    "zoom",
    "z",
    "lat",
    "lon",
    "page",
    "lang",
    "theme",
    "url",
    "address",
    "placed",
    "space",
    "key",
)
VALID_BOX = {"bbox": "7.6,45.0,7.7,45.1", "zoom": "14"}


@pytest.fixture(scope="module")
def app(database_urls: Urls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    empty(database_urls.owner)
    services = build(settings_for(database_urls, tmp_path_factory.mktemp("var")))
    make = Builder(services)
    make.begin((AreaRecord("n", "North", "neighbourhood", "", square(7.6, 45.05)),))
    make.load(Batch(SOURCE, streets=(StreetRecord("st", "Via Alta", (((7.61, 45.06), (7.63, 45.08)),)),)))
    make.observation(make.space("via-alta-9", 7.62, 45.07, name="Via Alta 9", street="Via Alta", number="9"))
    make.map("a-map", make.group("a-group"))
    make.account("admin@example.org", "administrator")
    make.account("group@example.org", "curator", group_id=make.rows("SELECT id FROM groups")[0].id)
    made = create_app(services)
    made.config["WTF_CSRF_ENABLED"] = False
    made.test_client_class = Reader
    yield made
    services.engine.dispose()


class Reader(FlaskClient):
    """Reads every answer to its end, as a server does; a stream that nobody reads keeps its request open."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        return super().open(*args, buffered=True, **kwargs)


def client_of(app: Flask, email: str = "") -> FlaskClient:
    client = app.test_client()
    if email:
        assert client.post("/login", data={"email": email, "password": PASSWORD}).status_code == 302
    return client


@pytest.fixture(scope="module")
def visitor(app: Flask) -> FlaskClient:
    return client_of(app)


@pytest.fixture(scope="module")
def admin(app: Flask) -> FlaskClient:
    return client_of(app, "admin@example.org")


@pytest.fixture(autouse=True)
def database_answers(app: Flask) -> Iterator[None]:
    """Whatever a test sends, the database is there afterwards."""
    yield
    assert app.test_client().get("/health").status_code == 200
    assert app.test_client().get("/spaces/via-alta-9").status_code == 200


def refused(answer: TestResponse, *statuses: int) -> None:
    """Fail unless the answer refuses with one plain sentence."""
    assert answer.status_code in (statuses or range(400, 500)), f"{answer.status_code} {answer.get_data()[:300]!r}"
    if answer.mimetype == "application/problem+json":
        body = json.loads(answer.data)
        assert body["status"] == answer.status_code
        assert body["detail"].rstrip().endswith((".", "!", "?")), body
        assert "Traceback" not in body["detail"]
    else:
        assert b"Traceback" not in answer.data


def get_paths(app: Flask) -> list[str]:
    found = []
    values = {
        "space": "via-alta-9",
        "map": "a-map",
        "group": "a-group",
        "area": "north",
        "dataset": "spaces",
        "kind": "csv",
        "token": "x",
        "photo": uuid.UUID(int=1),
        "batch": uuid.UUID(int=1),
    }
    for rule in app.url_map.iter_rules():
        if "GET" in rule.methods and rule.endpoint not in {"static_files.serve", "security.static"}:
            door = DOORS[rule.endpoint]
            with app.test_request_context():
                built = rule.build(
                    {name: door.other.get(name, values.get(door.noun, "x")) for name in rule.arguments},
                    append_unknown=False,
                )
            found.append(built[1])
    return found


class Recording(ImmutableMultiDict[str, str]):
    """Parameters that remember under which names they were asked for; whoever takes all of them takes the filters."""

    asked: ClassVar[set[str]] = set()

    def get(self, key: str, default: Any = None, type: Any = None) -> Any:
        self.asked.add(key)
        return super().get(key, default, type)

    def getlist(self, key: str, type: Any = None) -> list[Any]:
        self.asked.add(key)
        return super().getlist(key, type)

    def to_dict(self, flat: bool = True) -> Any:
        self.asked.update(FILTERS)
        return super().to_dict(flat)


def test_no_value_of_a_parameter_gives_a_500(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each address gets nasty values for the parameters that it reads, a third of them each."""
    monkeypatch.setattr(app.request_class, "parameter_storage_class", Recording)
    faults, tried = [], 0
    visitor, admin = client_of(app), client_of(app, "admin@example.org")
    for path in get_paths(app):
        client = admin if path.startswith(("/desk", "/account", "/groups/new", "/collectives")) else visitor
        valid = VALID_BOX if path.endswith("places.json") else {}
        Recording.asked.clear()
        client.get(path, query_string=valid)
        for name in sorted(Recording.asked | {"lang"}):
            for value in NASTY[zlib.crc32(f"{path} {name}".encode()) % 3 :: 3]:
                answer = client.get(path, query_string={**valid, name: value})
                tried += 1
                if answer.status_code >= 500 and answer.status_code != 501:
                    faults.append((path, name, value[:40], answer.status_code))
    assert faults == []
    assert tried > 500


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.sampled_from(
        ["/", "/places.json", "/search.json", "/spaces", "/mark/near", "/embed/a-map/places.json", "/oembed"]
    ),
    st.dictionaries(st.sampled_from(NAMES), st.text(max_size=30) | st.floats().map(str), max_size=5),
)
def test_no_mixture_of_parameters_gives_a_500(visitor: FlaskClient, path: str, query: dict[str, str]) -> None:
    encoded = "&".join(f"{name}={quote(value.encode('utf-8', 'surrogatepass'))}" for name, value in query.items())
    answer = visitor.get(f"{path}?{encoded}", headers=JSON)
    assert answer.status_code < 500 or answer.status_code == 501


@pytest.mark.parametrize(
    "query",
    [
        {**VALID_BOX, "bbox": "8,46,7,45"},
        {**VALID_BOX, "bbox": "nan,45,8,46"},
        {**VALID_BOX, "bbox": "7,45,Infinity,46"},
        {**VALID_BOX, "bbox": "7,45,8"},
        {**VALID_BOX, "zoom": "deep"},
        {**VALID_BOX, "kinds": "ghost"},
        {**VALID_BOX, "status": "haunted"},
        {**VALID_BOX, "age": "old"},
        {**VALID_BOX, "category": NUL},
        {**VALID_BOX, "area": NUL},
        {**VALID_BOX, "min_m2": "-1"},
        {**VALID_BOX, "max_m2": "nan"},
        {**VALID_BOX, "q": NUL},
    ],
)
def test_a_wrong_parameter_is_named(visitor: FlaskClient, query: dict[str, str]) -> None:
    answer = visitor.get("/places.json", query_string=query)
    refused(answer, 400, 422)
    body = json.loads(answer.data)
    wrong = next(name for name, value in query.items() if VALID_BOX.get(name) != value)
    assert [fault["pointer"] for fault in body["errors"]] == [f"/{wrong}"]


@pytest.mark.parametrize(
    "path",
    [
        "/spaces/{}",
        "/spaces/{}.json",
        "/areas/{}",
        "/initiatives/{}",
        "/pacts/{}",
        "/maps/{}",
        "/collectives/{}",
        "/calls/{}",
        "/groups/{}",
        "/embed/{}",
        "/embed/{}/map.js",
        "/r/{}",
        "/embed/{}/places.json",
        "/invitation/{}",
        "/photos/{}.jpg",
        "/desk/premises/{}",
        "/maps/{}/edit",
        "/groups/{}/maps/new",
        "/collectives/{}/fits",
        "/collectives/{}/edit",
        "/static/{}/css/app.css",
        "/static/0/{}",
        "/background/{}/0/0.json",
        "/desk/imports/{}",
        "/desk/matching/spaces/{}",
        "/desk/photos/{}.jpg",
        "/r/{}/photo.jpg",
    ],
)
def test_a_path_that_cannot_be_is_not_found(app: Flask, path: str) -> None:
    for email in ("", "admin@example.org"):
        client = client_of(app, email)
        for value in (
            "%00",
            "a%00b",
            HALF,
            "%FF",
            "..%2f..%2fetc%2fpasswd",
            "x" * 3000,
            "%E2%80%AE",
            "9" * 40,
            "-1",
            "%0d%0aX: 1",
        ):
            answer = client.get(path.format(value))
            assert answer.status_code in (200, 301, 302, 308, 400, 403, 404, 422), (path, value, answer.status_code)
            assert "X" not in answer.headers


POSTS: tuple[tuple[str, dict[str, str]], ...] = (
    ("/spaces/via-alta-9/observations", {"claim": "vacant", "note": "seen"}),
    (
        "/mark/send",
        {
            "claim": "vacant",
            "lon": "7.62",
            "lat": "45.07",
            "placed": "map",
            "street": "Via Alta",
            "number": "9",
            "floor": "1",
            "note": "n",
            "email": "a@example.org",
            "kind": "office",
            "address": "Via Alta 9",
        },
    ),
    ("/mark/near", {"address": "Via Alta 9", "lon": "7.6", "lat": "45.0", "placed": "map", "street_id": "1"}),
    ("/mark/see", {"space": "via-alta-9", "beside": "via-alta-9", "lon": "7.6", "lat": "45.0", "placed": "map"}),
    ("/login", {"email": "a@example.org", "password": "x" * 12, "next": "/"}),
    ("/invitation/x", {"password": "x" * 12, "again": "x" * 12}),
    ("/r/x/answers", {"claim": "vacant", "key": "x"}),
    ("/r/x/note", {"note": "n"}),
)
DESK_POSTS: tuple[tuple[str, dict[str, str]], ...] = (
    (
        "/desk/premises/new",
        {"name": "n", "street": "Via Alta", "number": "1", "lon": "7.62", "lat": "45.07", "asset_kind": "office"},
    ),
    (
        "/desk/premises/via-alta-9",
        {
            "version": "99",
            "name": "n",
            "street": "s",
            "features.usable_area_m2": "1",
            "feature_usable_area_m2": "1",
            "usable_area_m2": "1",
        },
    ),
    ("/desk/premises/via-alta-9/place", {"version": "99", "lon": "7.62", "lat": "45.07"}),
    (
        "/desk/spaces/via-alta-9/decision",
        {"version": "99", "verb": "hide", "reason": "wrong", "same_as": "x", "same_as_words": "x"},
    ),
    ("/desk/spaces/via-alta-9/finding", {"claim": "vacant", "key": "x"}),
    ("/desk/spaces/via-alta-9/texts", {"version": "99", "show": "1"}),
    ("/desk/people", {"email": "b@example.org", "name": "n", "role": "officer", "scope": "area:x", "lang": "en"}),
    ("/desk/people/1", {"verb": "grant", "role": "officer", "scope": ""}),
    ("/desk/people/99999999999999999999", {"verb": "close"}),
    ("/desk/imports/00000000-0000-0000-0000-000000000001", {"verb": "discard", "row": "1", "take_new": "1"}),
    ("/groups/new", {"name": "n", "about": "a", "website": "https://a.example", "area": "north", "key": "x"}),
    ("/account/language", {"lang": "it"}),
)
GROUP_POSTS = (
    (
        "/groups/a-group/maps/new",
        {
            "title": "t",
            "intro": "i",
            "view": "7,45,8,46",
            "state": "public",
            "kinds": "space",
            "q": "x",
            "min_m2": "1",
            "area": "north",
            "category": "office",
            "key": str(uuid.UUID(int=5)),
        },
    ),
    (
        "/maps/a-map/edit",
        {"title": "t", "intro": "i", "view": "7,45,8,46", "state": "public", "version": "99", "age": "fresh"},
    ),
)


@pytest.mark.parametrize(
    ("email", "posts"), [("", POSTS), ("admin@example.org", DESK_POSTS), ("group@example.org", GROUP_POSTS)]
)
def test_no_value_of_any_field_gives_a_500(app: Flask, email: str, posts: tuple) -> None:
    client = client_of(app, email)
    faults = []
    for path, form in posts:
        for name in form:
            for value in {*NASTY[zlib.crc32(f"{path} {name}".encode()) % 3 :: 3], NUL}:
                sent = {"key": str(uuid.uuid4()), **form, name: value}
                answer = client.post(path, data=sent)
                if answer.status_code >= 500:
                    faults.append((path, name, value[:40], answer.status_code))
                if value == NUL:
                    assert answer.status_code == 422, (path, name)
    assert faults == []


def test_a_text_with_nul_or_too_long_is_refused_with_its_field(visitor: FlaskClient) -> None:
    for note in (NUL, "x" * 20_000):
        form = {"claim": "vacant", "note": note, "key": str(uuid.uuid4())}
        answer = visitor.post("/spaces/via-alta-9/observations", data=form, headers=JSON)
        refused(answer, 422)
        assert json.loads(answer.data)["errors"][0]["pointer"] == "/note"


def test_headers_and_cookies_of_every_kind_are_survived(app: Flask) -> None:
    for value in (
        "\xff\xfe",
        "it;q=9999",
        "*" * 5000,
        "xx-YY-zz;q=nan",
        "en;q=1e400",
        ",,;;==",
        "zh-Hant-CN-x-private1-private2",
    ):
        for name in (
            "Accept-Language",
            "Accept",
            "User-Agent",
            "Referer",
            "If-None-Match",
            "Range",
            "Cookie",
            "If-Modified-Since",
            "X-Forwarded-For",
            "Accept-Encoding",
        ):
            for path in (
                "/",
                "/spaces",
                "/places.json?bbox=7.6,45.0,7.7,45.1&zoom=3",
                "/data/spaces.csv",
                "/embed/a-map",
            ):
                answer = app.test_client().get(path, headers={name: value})
                assert answer.status_code < 500, (path, name, value)
    for cookie in ("session=garbage", "session=" + "x" * 5000, "remember_token=1|x", "lang=\x01", "session=.eJ.x.y"):
        assert app.test_client().get("/account", headers={"Cookie": cookie}).status_code in {302, 303}


def test_bodies_that_are_no_form_are_refused(visitor: FlaskClient) -> None:
    path = "/spaces/via-alta-9/observations"
    broken = b'--x\r\nContent-Disposition: form-data; name="photo"; filename="a"\r\n\r\nabc'
    bodies = (
        ("application/json", b"{"),
        ("application/json", b'{"claim": NaN}'),
        ("text/plain", b"claim=vacant"),
        ("multipart/form-data; boundary=x", broken),
        ("multipart/form-data", broken),
        ("", b"\x00\xff"),
        ("application/x-www-form-urlencoded; charset=utf-16", "claim=vacant".encode("utf-16")),
        ("multipart/form-data; boundary=" + "y" * 5000, broken),
    )
    for kind, body in bodies:
        refused(visitor.post(path, data=body, content_type=kind, headers=JSON))


def test_a_body_that_is_too_large_is_refused(visitor: FlaskClient) -> None:
    form = {"claim": "vacant", "photo": (io.BytesIO(b"x" * (28 * 1024 * 1024)), "a.jpg")}
    refused(visitor.post("/spaces/via-alta-9/observations", data=form, headers=JSON), 413)
    refused(visitor.post("/mark/send", data={"note": "x" * 700_000, "claim": "vacant"}, headers=JSON), 413)


def test_keys_are_uuids_and_belong_to_one_body(visitor: FlaskClient) -> None:
    path, key = "/spaces/via-alta-9/observations", str(uuid.uuid4())
    refused(visitor.post(path, data={"claim": "vacant", "key": "no"}, headers=JSON), 422)
    first = visitor.post(path, data={"claim": "vacant", "key": key}, headers=JSON)
    again = visitor.post(path, data={"claim": "vacant", "key": key}, headers=JSON)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json["undo"] == again.json["undo"]
    refused(visitor.post(path, data={"claim": "occupied", "key": key}, headers=JSON), 409)
    refused(visitor.post(path, data={"claim": "haunted", "key": str(uuid.uuid4())}, headers=JSON), 422)


def test_a_version_is_needed_and_must_hold(admin: FlaskClient) -> None:
    form = {"lon": "7.62", "lat": "45.07"}
    refused(admin.post("/desk/premises/via-alta-9/place", data=form, headers=JSON), 428)
    refused(admin.post("/desk/premises/via-alta-9/place", data={**form, "version": "77"}, headers=JSON), 412)


def test_a_post_without_its_token_is_refused(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    try:
        client = app.test_client()
        for path, form in POSTS:
            answer = client.post(path, data=form, headers=JSON)
            refused(answer, 400)
            assert answer.mimetype == "application/problem+json"
    finally:
        app.config["WTF_CSRF_ENABLED"] = False


def test_a_database_that_is_away_answers_503_and_says_so(
    database_urls: Urls, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    there: Settings = settings_for(database_urls, tmp_path_factory.mktemp("away"))
    away = create_app(build(replace(there, database_url=f"postgresql://nobody@127.0.0.1:{port}/none")))
    away.config["WTF_CSRF_ENABLED"] = False
    away.test_client_class = Reader
    client = away.test_client()
    for path in (
        "/",
        "/health",
        "/spaces",
        "/spaces/via-alta-9",
        "/places.json?bbox=7,45,8,46&zoom=9",
        "/embed/a-map",
        "/embed/a-map/places.json?bbox=7,45,8,46&zoom=9",
        "/desk",
        "/login",
        "/data/spaces.csv",
        "/r/x",
    ):
        answer = client.get(path)
        # The form to sign in and the way to it need no database.
        if path in {"/login", "/desk"} and answer.status_code in {200, 302}:
            continue
        assert answer.status_code == 503, (path, answer.status_code)
        assert int(answer.headers["Retry-After"]) > 0, path
    sent = {"claim": "vacant", "key": str(uuid.uuid4())}
    answer = client.post("/spaces/via-alta-9/observations", data=sent, headers=JSON)
    assert (answer.status_code, answer.mimetype) == (503, "application/problem+json")
    assert "Not confirmed as saved; send again" in answer.json["detail"]


@pytest.mark.parametrize(
    "value", ["%0a'; SELECT pg_sleep(1); --", "x%0aUNION SELECT 1 --", "x%0d%0aX: 1", "'%0a--", "%5c'%0aX"]
)
def test_no_value_ends_a_comment_or_a_text_of_a_statement(visitor: FlaskClient, value: str) -> None:
    for path in ("/groups/", "/spaces/", "/maps/", "/areas/", "/pacts/", "/initiatives/", "/collectives/", "/calls/"):
        assert visitor.get(path + value).status_code == 404, path
    for path in ("/search.json?q=", "/mark/streets.json?q=", "/spaces?q=", "/mark/near?address=", "/groups?q="):
        assert visitor.get(path + value).status_code in {200, 422}, path
