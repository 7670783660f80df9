"""No second door: what is not public is absent from every answer. The matrix is made from the URL map."""

from __future__ import annotations

import difflib
import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote, unquote_plus
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from mapsvc.bootstrap import build
from mapsvc.config import Settings
from mapsvc.operations.cluster import Urls
from mapsvc.web.app import create_app
from tests.builders import PASSWORD, TODAY, Builder
from tests.conftest import empty, settings_for
from tests.db.doors import DOORS, Door
from tests.doors_world import World, seed_public, seed_secrets

UNKNOWN = {
    "photo": UUID(int=1),
    "observation": UUID(int=1),
    "batch": UUID(int=1),
    "group_id": UUID(int=1),
    "appeal": UUID(int=1),
    "user": 999999,
    "owner_claim": UUID(int=1),
    "office_message": UUID(int=1),
    "merge": UUID(int=1),
}
#: Figures by year of what came in and was decided, over everything: reports that are not public belong to them.
COUNTS_WORK = "/transparency"
#: Headers that could tell what the body does not.
TOLD = ("Location", "ETag", "Last-Modified", "Content-Disposition", "Link", "Retry-After", "X-Robots-Tag")
NOBODY = "group@example.org collective@example.org nobody@example.org".split()
#: What is another one in each answer: nonces, tokens, keys, and identifiers of elements.
CHANGING = re.compile(
    r'nonce="[^"]*"|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|\b[a-z_]*[0-9a-f]{32}\b'
    r"|\b[\w-]{40,}\.[\w-]{6}\.[\w-]{27}\b"
)
DENIED = {302, 303, 401, 403, 404}
#: Searches ask for every fifth secret word; pages that only repeat them for a few.
SEARCHES = {"places.search", "spaces.catalogue", "pacts.catalogue", "initiatives.catalogue", "collectives.catalogue"}


def get_rules(app: Flask) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())]


class Visitor:
    """A client that knows how to fill a rule of the URL map."""

    def __init__(self, app: Flask, email: str = "") -> None:
        self.app = app
        self.client: FlaskClient = app.test_client()
        if email:
            answer = self.client.post("/login", data={"email": email, "password": PASSWORD})
            assert answer.status_code == 302, "the account signs in"

    def address(self, rule: Rule, value: object) -> str:
        door = DOORS[rule.endpoint]
        values = {name: door.other.get(name, value) for name in rule.arguments}
        with self.app.test_request_context():
            built = rule.build(values, append_unknown=False)
        assert built is not None, rule
        return built[1]

    def text(self, address: str) -> str:
        with self.client.session_transaction() as session:
            # A message of the page before would stand on this one.
            session.pop("_flashes", None)
        # A door may be asked for in another language, which is remembered.
        self.client.delete_cookie("lang")
        answer = self.client.get(address)
        assert answer.status_code < 500, address
        body = answer.get_data()
        if body.startswith(b"PK"):
            with zipfile.ZipFile(io.BytesIO(body)) as sheets:
                body = b"\n".join(sheets.read(name) for name in sheets.namelist())
        told = [f"{name}: {answer.headers[name]}" for name in TOLD if name in answer.headers]
        return f"{answer.status_code} {told}\n" + CHANGING.sub("·", body.decode("utf-8", "replace"))


def queries(door: Door, world: World, step: int = 0) -> Iterator[str]:
    """Yield what stands behind the question mark: each query of the door, for every `step`-th secret (0: for few)."""
    for query in door.queries or ("",):
        if "{word}" in query and step:
            yield from (query.format(word=quote(word), lon=7.61, lat=45.06) for word in world.words[::step])
        elif "{lon}" in query or "{box}" in query or "{slug}" in query:
            slugs = [slug for noun in ("space", "map") for slug in world.secret.get(noun, [])]
            places = world.places[::3] if step else world.places[:3]
            for number, (lon, lat) in enumerate(places):
                slug = slugs[number % len(slugs)] if slugs else "none"
                box = f"{lon - 0.0021:.3f},{lat - 0.0021:.3f},{lon + 0.0031:.3f},{lat + 0.0031:.3f}"
                # Never the secret place itself: the page may repeat what it was asked.
                near = {"lon": f"{lon + 0.0007:.3f}", "lat": f"{lat + 0.0007:.3f}"}
                yield query.format(**near, box=box, slug=slug, word=quote(world.words[number]))
        else:
            yield query.format(word="open")


def probes(visitor: Visitor, world: World, *, full: bool) -> Iterator[str]:
    """Yield every address that a visitor can ask for by GET."""
    for rule in get_rules(visitor.app):
        door = DOORS[rule.endpoint]
        if door.who == "desk":
            continue
        step = 0 if not full else 5 if rule.endpoint in SEARCHES else 40
        for value in world.public.get(door.noun, ["unknown"]):
            address = visitor.address(rule, UNKNOWN.get(door.noun, value) if value == "unknown" else value)
            for query in queries(door, world, step):
                yield f"{address}?{query}" if query else address


@pytest.fixture(scope="module")
def scene(database_urls: Urls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Flask, World, dict]]:
    """The world with its secrets, and what everybody was answered before and after they were added."""
    empty(database_urls.owner)
    settings: Settings = settings_for(database_urls, tmp_path_factory.mktemp("var"))
    services = build(replace(settings, today=TODAY.isoformat()))
    app = create_app(services)
    app.config["WTF_CSRF_ENABLED"] = False
    assert _without_entry(app) == [], "add an entry to tests/db/doors.py"
    # A rehearsal tells the words and places that the visitors ask for before these exist.
    rehearsal = World(Builder(services))
    seed_public(rehearsal)
    seed_secrets(rehearsal)
    empty(database_urls.owner)
    world = World(Builder(services))
    seed_public(world)
    _accounts(world)
    known = replace(rehearsal, builder=world.builder, public=world.public)
    asking = {email: Visitor(app, email) for email in ("", *NOBODY)}
    before = {email: _answers(visitor, known, full=email == "") for email, visitor in asking.items()}
    again = {address: asking[""].text(address) for address in list(before[""])[::7]}
    seed_secrets(world)
    assert (world.words, world.places) == (rehearsal.words, rehearsal.places)
    after = {email: {address: asking[email].text(address) for address in found} for email, found in before.items()}
    yield app, world, {"before": before, "again": again, "after": after}
    services.engine.dispose()


def _answers(visitor: Visitor, world: World, *, full: bool) -> dict[str, str]:
    return {address: visitor.text(address) for address in probes(visitor, world, full=full)}


def _accounts(world: World) -> None:
    make = world.builder
    group = make.group("their-group")
    own = make.rows("SELECT id FROM collectives WHERE slug = 'open-collective'")[0].id
    make.write("INSERT INTO collectives (id, slug, name, source_id, source_key, created_at, updated_at)"
               " SELECT :id, 'their-collective', 'Their collective', source_id, 'tc', created_at, updated_at"
               " FROM collectives WHERE id = :own", id=UUID(int=11), own=own)  # fmt: skip
    make.account("group@example.org", "curator", group_id=group)
    make.account("collective@example.org", "collective_rep", collective_id=UUID(int=11))
    make.account("nobody@example.org")
    make.account("north@example.org", "moderator", area_id=make.areas["north"])
    make.account("officer@example.org", "officer", area_id=make.areas["north"])


def _without_entry(app: Flask) -> list[str]:
    return sorted({rule.endpoint for rule in app.url_map.iter_rules()} - set(DOORS))


def test_every_rule_of_the_url_map_has_an_entry_and_every_entry_a_rule(database_urls: Urls, tmp_path: Path) -> None:
    app = create_app(build(settings_for(database_urls, tmp_path)))
    assert _without_entry(app) == [], "add an entry to tests/db/doors.py"
    assert sorted(set(DOORS) - {rule.endpoint for rule in app.url_map.iter_rules()}) == []


def test_the_world_is_seen_by_visitors_at_all(scene: tuple) -> None:
    _app, world, seen = scene
    shown = "".join(seen["after"][""].values())
    for text in (
        "Via Alta 9",
        "A plain note",
        "Open initiative",
        "Open pact",
        "Open collective",
        "Open call",
        "Open map",
    ):
        assert text in shown
    addresses = [f"/spaces/{slug}" for slug in world.public["space"]]
    assert all(seen["after"][""][address].startswith("200") for address in addresses)


def _changes(before: dict[str, str], after: dict[str, str]) -> list[str]:
    """Return each answer that is another one, with its first changed lines."""
    found = []
    for address, now in after.items():
        if now != before[address] and not address.startswith(COUNTS_WORK):
            lines = difflib.unified_diff(before[address].split("\n"), now.split("\n"), lineterm="", n=0)
            found.append(f"{address}: " + " | ".join(line[:200] for line in list(lines)[3:7]))
    return found


def test_asking_twice_gives_the_same_answer(scene: tuple) -> None:
    seen = scene[2]
    assert _changes(seen["before"][""], seen["again"]) == []


def test_secrets_change_no_answer(scene: tuple) -> None:
    """Counts, orders, clusters, searches, files: whatever a secret record changes would be seen here."""
    seen = scene[2]
    for email, before in seen["before"].items():
        assert _changes(before, seen["after"][email]) == [], email or "anonymous"


def _asked(address: str, word: str) -> bool:
    return word.lower() in unquote_plus(address).lower()


def test_no_secret_word_appears_anywhere(scene: tuple) -> None:
    _app, world, seen = scene
    everything = [(email, address, text) for email, found in seen["after"].items() for address, text in found.items()]
    faults = {
        (email, address, word)
        for email, address, text in everything
        for word in world.words
        if word in text.lower() and not _asked(address, word)
    }
    assert faults == set()


def test_no_exact_secret_place_appears_anywhere(scene: tuple) -> None:
    _app, world, seen = scene
    # Both numbers in one place of the text: a single one turns up by chance in the bounds of a map.
    patterns: list[re.Pattern[str]] = []
    for lon, lat in world.places:
        either = [f"(?:{value:.4f}|{str(value)[: str(value).index('.') + 5]})" for value in (lon, lat)]
        patterns += [re.compile(f"{one}.{{0,60}}?{two}", re.S) for one, two in (either, either[::-1])]
    faults = {
        (address, pattern.pattern)
        for found in seen["after"].values()
        for address, text in found.items()
        for pattern in patterns
        if pattern.search(text)
    }
    assert faults == set()


@pytest.mark.parametrize("email", ["", *NOBODY])
def test_a_secret_record_answers_like_one_that_does_not_exist(scene: tuple, email: str) -> None:
    app, world, _seen = scene
    visitor = Visitor(app, email)
    faults = []
    for rule in app.url_map.iter_rules():
        door = DOORS[rule.endpoint]
        for value in world.secret.get(door.noun, ()):
            for method in sorted(rule.methods or ()):
                unknown = visitor.address(rule, UNKNOWN.get(door.noun, "unknown"))
                answers = [_ask(visitor, method, one, door, value) for one in (visitor.address(rule, value), unknown)]
                if answers[0] != answers[1] or (method not in ("OPTIONS",) and answers[0][0] not in DENIED):
                    faults.append((method, rule.rule, value, answers[0][0], answers[1][0]))
    assert faults == []


def _ask(visitor: Visitor, method: str, address: str, door: Door, slug: object) -> tuple[int, str]:
    data = {name: text.replace("{slug}", str(slug)) for name, text in door.form.items()} if method == "POST" else None
    answer = visitor.client.open(address, method=method, data=data)
    text = "" if method == "HEAD" else answer.get_data().decode("utf-8", "replace")
    # The way back after signing in and the other language name the address that was asked for. It goes first: a key
    # in it is one of the things that change.
    text = re.sub(r"next=[^\"& ]*", "next", text).replace(quote(address), "").replace(address, "")
    return answer.status_code, CHANGING.sub("·", text)


def test_a_report_or_an_answer_cannot_name_a_secret_space(scene: tuple) -> None:
    app, world, _seen = scene
    visitor = Visitor(app)
    for slug in world.secret["space"]:
        for given in ({"space": slug}, {"beside": slug, "lon": "7.62", "lat": "45.07", "placed": "map"}):
            assert visitor.client.get("/mark/see", query_string=given).status_code == 404
        form = {"space": slug, "claim": "vacant", "key": str(UUID(int=77))}
        assert visitor.client.post("/mark/send", data=form).status_code == 404
    for slug in world.secret["merged"]:
        form = {"claim": "vacant", "key": str(UUID(int=78))}
        answer = visitor.client.post(f"/spaces/{slug}/observations", data=form)
        assert answer.status_code in {301, 404}


def test_a_joined_record_answers_with_its_redirect_and_an_archived_one_with_its_page(scene: tuple) -> None:
    app, world, _seen = scene
    visitor = Visitor(app)
    for slug in world.secret["merged"]:
        answer = visitor.client.get(f"/spaces/{slug}")
        assert (answer.status_code, answer.headers["Location"]) == (301, "/spaces/via-alta-9")
    for slug in world.secret["archived"]:
        assert visitor.client.get(f"/spaces/{slug}").status_code == 200
        form = {"claim": "vacant", "key": str(UUID(int=79))}
        assert visitor.client.post(f"/spaces/{slug}/observations", data=form).status_code == 404


def test_the_desk_is_closed_to_visitors_groups_and_collectives(scene: tuple) -> None:
    app, world, _seen = scene
    for email in ("", *NOBODY):
        visitor = Visitor(app, email)
        for rule in app.url_map.iter_rules():
            door = DOORS[rule.endpoint]
            if door.who not in {"desk", "account"}:
                continue
            value = UNKNOWN.get(door.noun, next(iter(world.public.get(door.noun, ["unknown"]))))
            for method in {"GET", "HEAD", "POST"} & set(rule.methods or ()):
                answer = visitor.client.open(visitor.address(rule, value), method=method, data=door.form)
                if email == "":
                    assert answer.status_code in {302, 303, 401}, rule
                    assert "/login" in answer.headers.get("Location", "/login"), rule
                elif door.who == "desk":
                    assert answer.status_code == 403, rule


def _desk(visitor: Visitor, world: World, noun_suffix: str = "") -> Iterable[tuple[str, str]]:
    for rule in get_rules(visitor.app):
        door = DOORS[rule.endpoint]
        if door.who != "desk":
            continue
        values = world.secret.get(door.noun + noun_suffix) or world.public.get(door.noun, ["unknown"])
        for value in values:
            address = visitor.address(rule, UNKNOWN.get(door.noun, value) if value == "unknown" else value)
            for query in queries(door, world):
                yield (f"{address}?{query}" if query else address), rule.endpoint


@pytest.mark.parametrize("email", ["north@example.org", "officer@example.org"])
def test_the_desk_of_an_area_shows_nothing_of_another_area(scene: tuple, email: str) -> None:
    app, world, _seen = scene
    visitor = Visitor(app, email)
    shown = {address: visitor.text(address) for address, _endpoint in _desk(visitor, world, "_south")}
    faults = {
        (address, word)
        for address, text in shown.items()
        for word in world.south_words
        if word in text.lower() and not _asked(address, word)
    }
    assert faults == set()
    assert any(word in text.lower() for text in shown.values() for word in world.words), "its own area is there"


@pytest.mark.parametrize("email", ["north@example.org", "officer@example.org"])
def test_nobody_decides_in_another_area(scene: tuple, email: str) -> None:
    app, world, _seen = scene
    visitor = Visitor(app, email)
    before = world.builder.rows("SELECT slug, version, record_state, name, point::text FROM spaces ORDER BY slug")
    for rule in app.url_map.iter_rules():
        door = DOORS[rule.endpoint]
        for value in world.secret.get(f"{door.noun}_south", ()):
            if door.who == "desk":
                for method in {"GET", "POST"} & set(rule.methods or ()):
                    answer = visitor.client.open(visitor.address(rule, value), method=method, data=door.form)
                    assert answer.status_code in {403, 404}, (rule, method)
    assert (
        world.builder.rows("SELECT slug, version, record_state, name, point::text FROM spaces ORDER BY slug") == before
    )


def test_a_private_link_opens_its_own_report_and_nothing_else(scene: tuple) -> None:
    app, world, _seen = scene
    slug = world.secret["space"][0]
    query = "SELECT s.id, o.id AS seen FROM spaces s JOIN observations o ON o.space_id = s.id WHERE slug = :slug"
    found = world.builder.rows(query, slug=slug)[0]
    token = world.builder.follow_link(found.id, found.seen)
    visitor = Visitor(app)
    assert visitor.client.get(f"/r/{token}").status_code == 200
    for wrong in (token[:-1], token + "x", token.swapcase(), "x", "%00", "é" * 9):
        assert visitor.client.get(f"/r/{wrong}").status_code == 404
        assert visitor.client.post(f"/r/{wrong}/withdraw").status_code == 404
