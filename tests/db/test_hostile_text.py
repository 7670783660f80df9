"""Hostile text as names, descriptions, notes, searches and imports: shown as text, run nowhere, never a 500."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient

from mapsvc.bootstrap import build
from mapsvc.domain.imports import AreaRecord
from mapsvc.operations.cluster import Urls
from mapsvc.web.app import create_app
from tests.builders import PASSWORD, Builder, square
from tests.conftest import empty, settings_for
from tests.db.doors import DOORS
from tests.hostile import EVERYTHING, SEARCHED, TEXTS, fill


class Watch(HTMLParser):
    """Collects what would run or load: elements and attributes that only hostile text could have brought."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.bad: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name.startswith("on") or (
                name in {"href", "src", "action"} and (value or "").strip().lower().startswith("javascript:")
            ):
                self.bad.append(f"<{tag} {name}={value}>")
        names = dict(attrs)
        if (
            tag == "script"
            and "nonce" not in names
            and not names.get("src")
            and names.get("type") != "application/json"
        ):
            self.bad.append("<script> without nonce")
        if tag == "img" and names.get("src") == "x":
            self.bad.append("<img src=x>")


def harmless(page: str) -> list[str]:
    """Return what in a page would run; empty for a good page."""
    watch = Watch()
    watch.feed(page)
    for block in re.findall(r"<script[^>]*>(.*?)</script>", page, re.S | re.I):
        if "alert(1)" in block and re.search(r"(?<!\\u003c)</?(?:script|img|svg)", block):
            watch.bad.append("a tag inside a script")
        if re.search(r"`[^`]*\$\{alert", block):
            watch.bad.append("text inside a template literal")
    return watch.bad


@pytest.fixture(scope="module")
def app(database_urls: Urls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    empty(database_urls.owner)
    services = build(settings_for(database_urls, tmp_path_factory.mktemp("var")))
    make = Builder(services)
    make.begin((AreaRecord("n", f"North {EVERYTHING}", "neighbourhood", "", square(7.6, 45.05)),))
    make.write("UPDATE areas SET slug = 'north'")
    make.areas = {"north": next(iter(make.areas.values()))}
    fill(make)
    made = create_app(services)
    made.config["WTF_CSRF_ENABLED"] = False
    yield made
    services.engine.dispose()


def sign_in(app: Flask, email: str) -> FlaskClient:
    client = app.test_client()
    assert client.post("/login", data={"email": email, "password": PASSWORD}).status_code == 302
    return client


def paths(app: Flask, who: tuple[str, ...]) -> Iterator[str]:
    nouns = {
        "space": "space",
        "initiative": "initiative",
        "pact": "pact",
        "collective": "collective",
        "call": "call",
        "group": "group",
        "map": "map",
    }
    for rule in app.url_map.iter_rules():
        door = DOORS[rule.endpoint]
        if "GET" not in (rule.methods or ()) or door.who not in who or rule.endpoint == "static_files.serve":
            continue
        values = [f"{nouns[door.noun]}-{number}" for number in range(len(SEARCHED))] if door.noun in nouns else None
        values = values or {
            "area": ["north"],
            "dataset": ["spaces", "initiatives", "pacts"],
            "kind": ["csv", "xlsx"],
        }.get(door.noun)
        if values is None and rule.arguments and not door.other:
            continue
        for value in values or ["x"]:
            with app.test_request_context():
                built = rule.build({name: door.other.get(name, value) for name in rule.arguments}, append_unknown=False)
            assert built is not None
            yield built[1] + ("?bbox=7.5,44.9,7.8,45.2&zoom=19" if built[1].endswith("places.json") else "")


def check(client: FlaskClient, path: str) -> list[str]:
    """Return what is wrong with an answer: a 500, text that was computed, text that would run, JSON that is none."""
    answer = client.get(path, buffered=True)
    if answer.status_code >= 500:
        return [f"{path}: {answer.status_code}"]
    found = []
    body = answer.get_data()
    if answer.mimetype == "text/html":
        page = body.decode()
        found += [f"{path}: {one}" for one in harmless(page)]
        if re.search(
            r"(?<![\w.,:-])49(?![\w.,:%-])",
            re.sub(r"<[^>]*>", " ", re.sub(r"<script.*?</script>", "", page, flags=re.S)),
        ):
            found.append(f"{path}: 49")
    if answer.mimetype.endswith("json"):
        json.loads(body, parse_constant=lambda name: found.append(f"{path}: {name}"))
        if b"<script" in body and "json" not in answer.mimetype:
            found.append(f"{path}: script")
        if answer.headers.get("X-Content-Type-Options") != "nosniff":
            found.append(f"{path}: a browser may guess")
    return found


@pytest.mark.parametrize("lang", ["en", "it"])
def test_every_page_shows_hostile_text_as_text(app: Flask, lang: str) -> None:
    client = app.test_client()
    client.get(f"/?lang={lang}")
    faults = [
        fault
        for path in paths(app, ("anyone",))
        for fault in check(client, path + ("&" if "?" in path else "?") + f"lang={lang}")
    ]
    assert not faults, "\n".join(faults)


def test_the_desk_shows_hostile_text_as_text(app: Flask) -> None:
    client = sign_in(app, "admin@example.org")
    faults = [fault for path in paths(app, ("desk", "account")) for fault in check(client, path)]
    for number in range(len(SEARCHED)):
        for path in (f"/desk?item=new-{number}", f"/desk?item=group:asked-{number}", f"/desk/premises/new-{number}"):
            faults += check(client, path)
    assert not faults, "\n".join(faults)


def test_the_editor_of_a_map_shows_hostile_text_as_text(app: Flask) -> None:
    client = sign_in(app, "group@example.org")
    for word in SEARCHED:
        form = {"title": word, "intro": word, "state": "public", "version": str(_version(app)), "q": word[:90]}
        answer = client.post("/maps/map-0/edit", data=form)
        assert answer.status_code in {302, 422}, (word, answer.status_code)
        assert harmless(answer.get_data(as_text=True)) == []
        assert check(client, "/maps/map-0/edit") == []
        assert check(client, "/embed/map-0") == []


def _version(app: Flask) -> int:
    with app.extensions["mapsvc"].unit_of_work() as uow:
        return uow.maps.by_slug("map-0").version


def test_the_pages_are_there_to_be_looked_at(app: Flask) -> None:
    client = app.test_client()
    answers = [client.get(path, buffered=True).status_code for path in paths(app, ("anyone",))]
    assert answers.count(200) > 12 * len(SEARCHED), "each noun has a page for each text"
    for bad in ("<p onclick=x>", "<a href=' javascript:x'>", "<script>x</script>", "<img src=x>"):
        assert harmless(bad)


def test_the_text_is_shown_and_not_lost(app: Flask) -> None:
    page = app.test_client().get("/spaces/space-0").get_data(as_text=True)
    assert "{{7*7}}" in page
    found = app.test_client().get("/spaces/space-2").get_data(as_text=True)
    assert "&lt;img src=x onerror=alert(1)&gt;" in found


@pytest.mark.parametrize("word", SEARCHED)
def test_searches_and_filters_repeat_hostile_text_as_text(app: Flask, word: str) -> None:
    client = app.test_client()
    asked = quote(word[:90])
    found = []
    for path in (
        "/",
        "/spaces",
        "/initiatives",
        "/pacts",
        "/collectives",
        "/calls",
        "/search.json",
        "/mark/streets.json",
    ):
        found += check(client, f"{path}?q={asked}")
    for path in (
        f"/mark/near?address={asked}",
        f"/mark?address={asked}&note={asked}&street={asked}",
        f"/mark/see?street={asked}&number={asked}&note={asked}&email={asked}&lon=7.6&lat=45.06&placed=map",
        f"/spaces?status={asked}",
        f"/?area={asked}&category={asked}",
        f"/spaces?page={asked}",
        f"/oembed?url={asked}",
        f"/login?next={asked}",
        f"/spaces/{asked}",
        f"/embed/{asked}",
        f"/embed/map-0?theme={asked}",
        f"/?lang={asked}",
        f"/r/{asked}",
        f"/initiatives?kind={asked}&theme={asked}",
        f"/pacts?state={asked}",
        f"/collectives?discipline={asked}",
    ):
        found += check(client, path)
    assert not found, "\n".join(found)


def test_what_is_sent_is_stored_and_shown_as_text(app: Flask) -> None:
    client = app.test_client()
    for number, word in enumerate(TEXTS):
        form = {
            "claim": "vacant",
            "note": word,
            "placed": "map",
            "lon": "7.6205",
            "lat": f"45.0{70 + number}1",
            "street": word[:60],
            "number": word[:10],
            "floor": word[:5],
            "key": f"00000000-0000-4000-8000-0000000000{number:02d}",
        }
        answer = client.post("/mark/send", data=form)
        assert answer.status_code in {303, 422}, (word, answer.status_code)
        if answer.status_code == 303:
            assert check(client, answer.headers["Location"]) == []
    admin = sign_in(app, "admin@example.org")
    assert check(admin, "/desk") == []


def test_an_import_of_hostile_values_is_shown_and_stored_as_text(app: Flask) -> None:
    client = sign_in(app, "admin@example.org")
    stream = io.StringIO()
    writer = csv.writer(stream)
    writer.writerow(["name", "street", "number", "lat", "lon", "former_use", EVERYTHING])
    writer.writerows(
        [word, word[:50], "1", "45.08", f"7.6{number:02d}", word, word] for number, word in enumerate(TEXTS)
    )
    form = {
        "file": (io.BytesIO(stream.getvalue().encode()), "<img src=x onerror=alert(1)>{{7*7}}.csv"),
        "title": EVERYTHING[:100],
        "licence": "CC0-1.0",
        "attribution": EVERYTHING[:100],
    }
    answer = client.post("/desk/imports", data=form)
    assert answer.status_code in {302, 422}
    assert harmless(answer.get_data(as_text=True)) == []
    if answer.status_code == 302:
        assert check(client, answer.headers["Location"]) == []
        rows = [str(number + 1) for number in range(len(TEXTS))]
        done = client.post(answer.headers["Location"], data={"verb": "apply", "take_new": "1", "row": rows})
        assert done.status_code in {302, 422}
        assert check(client, answer.headers["Location"]) == []
    assert check(client, "/desk/imports") == []
    assert check(client, "/desk/premises") == []
    assert check(client, "/data") == []


def test_files_for_spreadsheets_hold_no_formula(app: Flask) -> None:
    admin, visitor = sign_in(app, "admin@example.org"), app.test_client()
    for client, path in (
        (admin, "/desk/premises.csv"),
        *((visitor, f"/data/{name}.csv") for name in ("spaces", "pacts", "initiatives")),
    ):
        text = client.get(path, buffered=True).get_data().decode("utf-8-sig")
        cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
        assert len(cells) > 50
        assert [
            cell for cell in cells if cell.startswith(("=", "+", "@", "\t", "\r")) or re.match(r"-(?!\d)", cell)
        ] == [], path
    with zipfile.ZipFile(io.BytesIO(admin.get("/desk/premises.xlsx").get_data())) as book:
        for name in book.namelist():
            assert b"<f>" not in book.read(name), name


def test_files_for_maps_are_strict_json(app: Flask) -> None:
    client = app.test_client()
    for name in ("spaces", "pacts", "initiatives"):
        data = json.loads(
            client.get(f"/data/{name}.geojson", buffered=True).get_data(),
            parse_constant=pytest.fail,
        )
        assert len(data["features"]) >= len(SEARCHED)
        assert any("{{7*7}}" in str(feature["properties"].get("name")) for feature in data["features"])
