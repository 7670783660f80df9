"""Maps of groups and their embeds: who may change them, what they show to whom, and that they know no cookies."""

import html
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from mapsvc.bootstrap import Services, build
from mapsvc.config import Settings
from mapsvc.domain.errors import Forbidden, Invalid, NotFound, Stale
from mapsvc.domain.groups import Group
from mapsvc.domain.maps import CuratedMap
from mapsvc.domain.people import Actor, Grant, Role
from mapsvc.usecases import seeding
from mapsvc.usecases.decisions import Decision, decide
from mapsvc.usecases.group_requests import GroupRequest, request_group
from mapsvc.usecases.maps import MapDraft, create_map, edit_map
from mapsvc.usecases.spaces import add_space
from mapsvc.web.app import create_app

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
BOX = "7.6,45.0,7.8,45.1"
HOSTILE = ("{{7*7}}", "${alert(1)}", "<img src=x onerror=alert(1)>", "50% {% of", "</script><script>alert(1)</script>")
ADMINISTRATOR = Actor(user_id=1, grants=(Grant(Role.ADMINISTRATOR),))
CURATOR_MAIL = "curator@example.org"


@dataclass
class World:
    """An application with one approved group, its curator and a few spaces."""

    services: Services
    app: Flask
    group: Group
    curator: Actor

    def make(self, **changes: object) -> CuratedMap:
        values = {"title": "Our map", "intro": "", "filters": {}, "view": {}, "state": "public"} | changes
        draft = MapDraft(**values)  # type: ignore[arg-type]
        return create_map(self.services.unit_of_work(), self.curator, self.group.slug, uuid4(), draft, NOW)

    def space(self, name: str, lon: float = 7.68, lat: float = 45.05, **changes: object) -> str:
        values = {"name": name, "lon": lon, "lat": lat, "publication_precision": "exact"} | changes
        return add_space(self.services.unit_of_work(), ADMINISTRATOR, values, NOW).slug

    def client(self, signed_in: bool = False) -> FlaskClient:
        client = self.app.test_client()
        if signed_in:
            with self.services.engine.connect() as connection:
                query = text("SELECT fs_uniquifier FROM users WHERE email = :mail")
                key = connection.execute(query, {"mail": CURATOR_MAIL}).scalar_one()
            with client.session_transaction() as session:
                session.update(_user_id=key, _fresh=True, _id="test")
        return client


@pytest.fixture
def world(settings: Settings) -> Iterator[World]:
    services = build(replace(settings, today="2026-11-22"))
    seeding.prepare_city(services.unit_of_work(), seeding.DEMONSTRATION_CITY, NOW)
    with services.unit_of_work() as uow:
        group = Group(uuid4(), "neighbours", "Neighbours", "We look after shops.", None, None, "approved", None, NOW)
        uow.groups.add(group)
        user = uow.people.add(CURATOR_MAIL, "Cora", None, None, NOW, demonstration=False)
        uow.people.grant(user, Role.CURATOR, group_id=group.id, granted_by=None, at=NOW)
        uow.commit()
    curator = Actor(user_id=user, grants=(Grant(Role.CURATOR, group_id=group.id),))
    yield World(services, create_app(services), group, curator)
    services.engine.dispose()


def doors(slug: str) -> list[str]:
    return [f"/embed/{slug}", f"/embed/{slug}/map.js", f"/embed/{slug}/places.json?bbox={BOX}&zoom=15"]


def first_view(page: TestResponse) -> dict[str, object]:
    """Return the data block from which the browser draws."""
    found = re.search(r'<script type="application/json" id="view">(.*?)</script>', page.text, re.S)
    assert found
    block: dict[str, object] = json.loads(found[1])
    return block


def names(block: dict[str, object]) -> set[str]:
    return {place["name"] for place in block["places"]}  # type: ignore[attr-defined]


# No cookies, the same bytes ------------------------------------------------------------------------------------------


def test_an_embed_is_the_same_for_an_officer_and_a_stranger_and_knows_no_cookie(world: World) -> None:
    world.space("Via Nizza 1")
    slug = world.make().slug
    stranger, known = world.client(), world.client(signed_in=True)
    known.set_cookie("lang", "it")
    assert known.get(f"/maps/{slug}/edit").status_code == 200, "the account is signed in"
    for address in doors(slug):
        theirs, ours = stranger.get(address), known.get(address)
        assert theirs.status_code == ours.status_code == 200
        assert theirs.data == ours.data, address
        for answer in (theirs, ours):
            assert "Set-Cookie" not in answer.headers
            assert "cookie" not in answer.headers["Vary"].lower()
            assert "Accept-Language" in answer.headers["Vary"]
            kept = "no-cache" if "places.json" in address else "max-age=60"
            assert answer.headers["Cache-Control"] == f"public, {kept}"


def test_what_an_embed_loads_besides_sets_no_cookie(world: World) -> None:
    page = world.client().get(f"/embed/{world.make().slug}?lang=it").text
    files = re.findall(r'(?:src|href)="(/(?:static|accent)[^"]+)"', page)
    assert len(files) > 8
    for address in [*files, "/background/14/8540/5890.json"]:
        answer = world.client(signed_in=True).get(address)
        assert answer.status_code == 200, address
        assert "Set-Cookie" not in answer.headers
        assert "cookie" not in answer.headers.get("Vary", "").lower()


def test_an_embed_that_is_not_there_knows_no_cookie_either(world: World) -> None:
    stranger, known = world.client(), world.client(signed_in=True)
    for address, status in [("/embed/none", 404), ("/embed/none/places.json", 404)]:
        theirs, ours = stranger.get(address), known.get(address)
        assert theirs.status_code == ours.status_code == status
        assert theirs.data == ours.data
        assert "Set-Cookie" not in ours.headers
        assert "cookie" not in ours.headers.get("Vary", "").lower()


def test_an_embed_runs_files_of_its_own_host_only_and_may_be_framed_by_anybody(world: World) -> None:
    page, script, data = (world.client().get(address) for address in doors(world.make().slug))
    rules = dict(rule.strip().split(" ", 1) for rule in page.headers["Content-Security-Policy"].split(";"))
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == "'self'"
    assert rules["style-src"] == "'self'"
    assert rules["connect-src"] == "'self'"
    assert rules["frame-ancestors"] == "*"
    assert "X-Frame-Options" not in page.headers
    assert "frame-ancestors 'self'" in script.headers["Content-Security-Policy"]
    assert "frame-ancestors 'self'" in data.headers["Content-Security-Policy"]
    assert "nonce" not in page.text
    assert not re.search(r"\sstyle=|\son\w+=", page.text)
    for tag in re.findall(r"<script[^>]*>", page.text):
        assert 'src="/' in tag or 'type="application/json"' in tag, tag
    assert script.mimetype == "text/javascript"
    assert "mapsvcMaps" in script.text


def test_the_page_of_a_map_may_not_be_framed(world: World) -> None:
    answer = world.client().get(f"/maps/{world.make().slug}")
    assert "frame-ancestors 'self'" in answer.headers["Content-Security-Policy"]


# What is shown -------------------------------------------------------------------------------------------------------


def test_a_private_map_is_behind_no_door(world: World) -> None:
    slug = world.make(title="Secret plan", state="private").slug
    for address in [*doors(slug), f"/maps/{slug}", f"/oembed?url=http://localhost/maps/{slug}"]:
        for client in (world.client(), world.client(signed_in=True)):
            assert client.get(address).status_code == 404, address
    assert "Secret plan" not in world.client().get("/groups/neighbours").text
    assert "Secret plan" in world.client(signed_in=True).get("/groups/neighbours").text


def test_an_unlisted_map_is_found_by_its_address_only(world: World) -> None:
    slug = world.make(title="Only with the link", state="unlisted").slug
    assert [world.client().get(address).status_code for address in doors(slug)] == [200, 200, 200]
    assert 'content="noindex"' in world.client().get(f"/maps/{slug}").text
    assert "Only with the link" not in world.client().get("/groups/neighbours").text


def test_the_maps_of_a_closed_group_are_gone(world: World) -> None:
    slug = world.make().slug
    with world.services.unit_of_work() as uow:
        uow.groups.update(replace(world.group, state="closed"))
        uow.commit()
    for address in [*doors(slug), f"/maps/{slug}", "/groups/neighbours"]:
        assert world.client(signed_in=True).get(address).status_code == 404, address


def test_hidden_records_and_those_outside_the_filters_are_absent(world: World) -> None:
    world.space("Via Nizza 1", features={"usable_area_m2": 40})
    world.space("Via Nizza 2", features={"usable_area_m2": 400})
    hidden = world.space("Via Nizza 3", features={"usable_area_m2": 40})
    with world.services.unit_of_work() as uow:
        stored = uow.spaces.by_slug(hidden)
    assert stored is not None
    decide(world.services.unit_of_work(), ADMINISTRATOR, hidden, Decision("hide", stored.version, "private"), NOW)
    slug = world.make(filters={"kinds": ["space"], "max_m2": "100"}).slug
    page, _, data = (world.client().get(address) for address in doors(slug))
    assert names(first_view(page)) == {"Via Nizza 1"}
    assert names(data.get_json()) == {"Via Nizza 1"}
    # A visitor cannot widen the filters of the group.
    wider = world.client().get(f"/embed/{slug}/places.json?bbox={BOX}&zoom=15&max_m2=1000&kinds=space")
    assert names(wider.get_json()) == {"Via Nizza 1"}
    for answer in (page, data):
        assert "Via Nizza 2" not in answer.text
        assert "Via Nizza 3" not in answer.text


def test_without_scripts_the_list_stands_in_the_page(world: World) -> None:
    space = world.space("Via Nizza 1")
    page = world.client().get(f"/embed/{world.make().slug}").text
    assert re.search(rf'<a class="rec[^>]*href="/spaces/{space}"', page)
    assert "1 place" in page
    assert "Data of 22 Nov 2026, 12:00." in page


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_text_is_shown_as_text(world: World, hostile: str) -> None:
    world.space(f"Shop {hostile}")
    slug = world.make(title=f"Map {hostile}", intro=f"About {hostile}").slug
    page, script, data = (world.client().get(address) for address in doors(slug))
    pages = [page, world.client().get(f"/maps/{slug}"), world.client(signed_in=True).get(f"/maps/{slug}/edit"),
             world.client().get("/groups/neighbours")]  # fmt: skip
    for answer in pages:
        assert answer.status_code == 200
        assert f"Map {hostile}" in html.unescape(answer.text)
        assert "49" not in re.findall(r"Map (\S+)", answer.text)
        assert "<img src=x" not in answer.text
        assert "<script>alert" not in answer.text
    assert names(first_view(page)) == {f"Shop {hostile}"} == names(data.get_json())
    assert hostile not in script.text
    answer = world.client().get(f"/oembed?url=http://localhost/maps/{slug}").get_json()
    assert answer["title"] == f"Map {hostile}"
    assert html.unescape(answer["html"]).count(hostile) == 1
    assert "<img src=x" not in answer["html"]


def test_languages_come_from_the_address_then_from_the_browser(world: World) -> None:
    slug = world.make().slug
    italian = {"Accept-Language": "it,en;q=0.5"}
    assert '<html lang="en"' in world.client().get(f"/embed/{slug}").text
    assert '<html lang="it"' in world.client().get(f"/embed/{slug}", headers=italian).text
    assert '<html lang="en"' in world.client().get(f"/embed/{slug}?lang=en", headers=italian).text
    answer = world.client().get(f"/embed/{slug}?lang=it")
    assert '<html lang="it"' in answer.text
    assert "map.js?lang=it" in answer.text


def test_theme_and_box_of_the_address(world: World) -> None:
    slug = world.make(view={"bounds": [7.6, 45.0, 7.7, 45.1]}).slug
    assert 'data-bs-theme="dark"' in world.client().get(f"/embed/{slug}?theme=dark").text
    assert "theme.js" in world.client().get(f"/embed/{slug}").text
    assert "theme.js" not in world.client().get(f"/embed/{slug}?theme=light").text
    script = world.client().get(f"/embed/{slug}/map.js?bbox=7.61,45.01,7.62,45.02").text
    assert "[7.61, 45.01, 7.62, 45.02]" in script
    assert "[7.6, 45.0, 7.7, 45.1]" in world.client().get(f"/embed/{slug}/map.js").text
    for wrong in ("?bbox=1,2,3", "?bbox=nan,0,1,1", "?theme=pink", "/places.json", "/places.json?bbox=9,9,1,1&zoom=3"):
        answer = world.client().get(f"/embed/{slug}{wrong}")
        assert answer.status_code == 422, wrong
        assert "Set-Cookie" not in answer.headers


def test_a_map_opens_on_its_places_or_on_the_city_when_they_are_an_ocean_apart(world: World) -> None:
    slug = world.make(filters={"kinds": ["space"]}).slug
    world.space("Via Nizza 1")
    assert '"bounds": [7.68, 45.05, 7.68, 45.05]' in world.client().get(f"/embed/{slug}/map.js").text
    world.space("Mission Street 1", -122.41, 37.78)
    assert '"bounds": null' in world.client().get(f"/embed/{slug}/map.js").text
    assert names(first_view(world.client().get(f"/embed/{slug}"))) == {"Via Nizza 1", "Mission Street 1"}


# Who may change it ---------------------------------------------------------------------------------------------------


def test_only_curators_of_the_group_make_and_change_maps(world: World) -> None:
    made = world.make()
    draft = MapDraft("Taken over", "", {}, {}, "public")
    elsewhere, member = Grant(Role.CURATOR, group_id=uuid4()), Grant(Role.MEMBER, group_id=world.group.id)
    others = [Actor(), Actor(user_id=7), ADMINISTRATOR, Actor(user_id=8, grants=(elsewhere, member))]
    for actor in others:
        with pytest.raises(Forbidden):
            create_map(world.services.unit_of_work(), actor, "neighbours", uuid4(), draft, NOW)
        with pytest.raises(Forbidden):
            edit_map(world.services.unit_of_work(), actor, made.slug, made.version, draft, NOW)
    secret = world.make(state="private")
    with pytest.raises(NotFound):
        edit_map(world.services.unit_of_work(), ADMINISTRATOR, secret.slug, secret.version, draft, NOW)
    for address in ("/groups/neighbours/maps/new", f"/maps/{made.slug}/edit"):
        assert "/login" in world.client().get(address).headers["Location"]


def test_whoever_comes_second_learns_it_and_keeps_their_words(world: World) -> None:
    made = world.make()
    edit_map(world.services.unit_of_work(), world.curator, made.slug, 1, MapDraft("First", "", {}, {}, "public"), NOW)
    with pytest.raises(Stale):
        edit_map(world.services.unit_of_work(), world.curator, made.slug, 1, MapDraft("X", "", {}, {}, "public"), NOW)
    world.app.config["WTF_CSRF_ENABLED"] = False
    form = {"title": "My own words", "intro": "", "state": "public", "view": "", "version": "1"}
    answer = world.client(signed_in=True).post(f"/maps/{made.slug}/edit", data=form)
    assert answer.status_code == 412
    assert 'value="My own words"' in answer.text
    assert 'name="version" value="2"' in answer.text
    assert "First" in world.client().get(f"/maps/{made.slug}").text
    del form["version"]
    assert world.client(signed_in=True).post(f"/maps/{made.slug}/edit", data=form).status_code == 428


def test_the_same_form_sent_twice_makes_one_map(world: World) -> None:
    key, draft = uuid4(), MapDraft("Twice", "", {}, {}, "public")
    made = [create_map(world.services.unit_of_work(), world.curator, "neighbours", key, draft, NOW) for _ in range(2)]
    assert made[0].id == made[1].id
    other = create_map(world.services.unit_of_work(), world.curator, "neighbours", uuid4(), draft, NOW)
    assert other.slug != made[0].slug
    with world.services.unit_of_work() as uow:
        assert len(uow.maps.of_group(world.group.id)) == 2


@pytest.mark.parametrize(
    ("field", "value"),
    [("title", " "), ("title", "x" * 121), ("title", "a\x07b"), ("intro", "\x07"), ("kinds", "houses"),
     ("age", "old"), ("min_m2", "many"), ("view", "1,2,3"), ("view", "nan,0,1,1"), ("view", "9,9,1,1"),
     ("state", "archived"), ("category", "<b>"), ("key", "none")],
)  # fmt: skip
def test_what_cannot_be_stored_is_named_and_nothing_is_saved(world: World, field: str, value: str) -> None:
    world.app.config["WTF_CSRF_ENABLED"] = False
    form = {"title": "A map", "intro": "Words", "state": "public", "view": "", "key": str(uuid4())} | {field: value}
    data = "&".join(f"{name}={_quoted(text)}" for name, text in form.items())
    answer = world.client(signed_in=True).post(
        "/groups/neighbours/maps/new", data=data, content_type="application/x-www-form-urlencoded"
    )
    assert answer.status_code == 422
    assert "Nothing was saved yet" in answer.text
    with world.services.unit_of_work() as uow:
        assert uow.maps.of_group(world.group.id) == []


def _quoted(value: str) -> str:
    return "".join(f"%{byte:02x}" for byte in value.encode("utf-8", "surrogatepass"))


def test_a_change_stands_in_the_audit(world: World) -> None:
    made = world.make()
    edit_map(world.services.unit_of_work(), world.curator, made.slug, 1, MapDraft("New", "", {}, {}, "public"), NOW)
    with world.services.engine.connect() as connection:
        rows = connection.execute(
            text("SELECT id, action, before, after FROM audit_log WHERE noun = 'map' ORDER BY id")
        ).all()
    assert [row.action for row in rows] == ["made", "edited"]
    assert "New" not in repr(rows), "a title can name a person and stands apart"
    with world.services.unit_of_work() as uow:
        entry = uow.audit.entries("map", made.id)[-1]
    assert entry.before == {"title": "Our map"}
    assert entry.after == {"title": "New"}


# Groups and oEmbed ---------------------------------------------------------------------------------------------------


def test_a_group_is_asked_for_with_an_account_and_waits(world: World) -> None:
    wish = GroupRequest(uuid4(), "Friends of the shutters", "We walk on Sundays.", "example.org")
    with pytest.raises(Forbidden):
        request_group(world.services.unit_of_work(), Actor(), wish, NOW)
    asked = request_group(world.services.unit_of_work(), world.curator, wish, NOW)
    assert (asked.state, asked.website, asked.requested_by) == (
        "requested",
        "https://example.org",
        world.curator.user_id,
    )
    assert request_group(world.services.unit_of_work(), world.curator, wish, NOW).id == asked.id
    assert world.client().get(f"/groups/{asked.slug}").status_code == 404
    assert "Friends of the shutters" not in world.client().get("/groups").text
    assert "Friends of the shutters" in world.client(signed_in=True).get("/groups").text


def test_the_form_for_a_group_keeps_what_was_typed(world: World) -> None:
    world.app.config["WTF_CSRF_ENABLED"] = False
    form = {"name": "Friends", "about": "We walk.", "website": "javascript:alert(1)", "area": "", "key": str(uuid4())}
    answer = world.client(signed_in=True).post("/groups/new", data=form)
    assert answer.status_code == 422
    assert 'value="Friends"' in answer.text
    assert "/login" in world.client().post("/groups/new", data=form).headers["Location"]
    answer = world.client(signed_in=True).post("/groups/new", data=form | {"website": ""}, follow_redirects=True)
    assert "Waits for an officer" in answer.text


@pytest.mark.parametrize("website", ["javascript:alert(1)", "https://", "http://a b.org", 'https://a.org/"x', "ftp://a.org",
                                     "https://me@a.org", "https://localhost"])  # fmt: skip
def test_a_web_site_is_a_web_address(world: World, website: str) -> None:
    with pytest.raises(Invalid, match="web address"):
        request_group(world.services.unit_of_work(), world.curator, GroupRequest(UUID(int=1), "A", "B", website), NOW)


def test_oembed_answers_for_our_own_maps_only(world: World) -> None:
    slug = world.make(title='A "quoted" map').slug
    ask: Callable[..., TestResponse] = lambda **query: world.client().get("/oembed", query_string=query)  # noqa: E731
    own = f"http://127.0.0.1:8000/maps/{slug}"
    answer = ask(url=own, format="json", maxwidth="320", maxheight="240").get_json()
    assert (answer["type"], answer["version"], answer["width"], answer["height"]) == ("rich", "1.0", 320, 240)
    assert (
        f'<iframe src="http://127.0.0.1:8000/embed/{slug}" title="A &#34;quoted&#34; map" width="320"' in answer["html"]
    )
    assert ask(url=own, format="xml").status_code == 501
    for foreign in (
        "",
        f"https://elsewhere.example/maps/{slug}",
        "http://127.0.0.1:8000/maps/",
        own + "/edit",
    ):
        assert ask(url=foreign).status_code == 404, foreign
    assert ask(url=own, maxwidth="wide").status_code == 422
    assert ask(url=own + "\x00").status_code == 422
    page = world.client().get(f"/maps/{slug}").text
    found = re.search(r'<link rel="alternate" type="application/json\+oembed" href="([^"]+)"', page)
    assert found
    assert world.client().get(html.unescape(found[1])).get_json()["title"] == 'A "quoted" map'
