"""An edit against an old version: both changes joined, a choice where they clash, nothing lost and nothing replaced."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from mapsvc.config import Settings
from mapsvc.domain.people import Actor, Grant, Role
from mapsvc.usecases import spaces
from tests.desk_world import EAST, NOW, World, form_of, found, page, send

OFFICER = Actor(user_id=1, grants=(Grant(Role.OFFICER),))


@pytest.fixture
def world(settings: Settings) -> Iterator[World]:
    yield from found(settings)


@pytest.fixture
def slug(world: World) -> str:
    return world.space("Bottega", street="Via Nizza", number="1", description={"en": "one", "it": "uno"})


def other(world: World, slug: str, **changes: object) -> None:
    """Let a colleague save something."""
    version = world.row(slug)["version"]
    assert isinstance(version, int)
    spaces.edit_space(world.services.unit_of_work(), OFFICER, slug, version, changes, NOW)


def opened(client: FlaskClient, slug: str) -> dict[str, str]:
    return without_choices(form_of(page(client.get(f"/desk/premises/{slug}"))))


def without_choices(form: dict[str, str]) -> dict[str, str]:
    """Return a form whose radio buttons stand as they were drawn: on yours."""
    return {name: "yours" if name.startswith("keep-") else html.unescape(value) for name, value in form.items()}


def test_changes_that_fit_together_are_joined_and_saved_with_one_more_tap(world: World, slug: str) -> None:
    client = world.client("officer")
    form = opened(client, slug)
    other(world, slug, owner_type="church", features={"wc_count": 2}, description={"en": "one", "it": "due"})
    answer = send(client, f"/desk/premises/{slug}", form | {"floor": "1", "f-gas": "yes", "description-en": "two"})
    assert answer.status_code == 412
    assert "keep-" not in answer.text
    assert "Church" in answer.text
    assert world.row(slug)["floor"] is None, "nothing is stored before it is looked at"
    joined = without_choices(form_of(answer.text))
    assert (joined["floor"], joined["owner_type"], joined["f-wc_count"], joined["f-gas"]) == ("1", "church", "2", "yes")
    assert send(client, f"/desk/premises/{slug}", joined).status_code == 302
    row = world.row(slug)
    assert (row["floor"], row["owner_type"]) == ("1", "church")
    assert row["features"] == {"wc_count": 2, "gas": True}
    assert row["description"] == {"en": "two", "it": "due"}


@pytest.mark.parametrize(("choice", "stored"), [("yours", "Mine"), ("theirs", "Theirs")])
def test_a_field_that_both_changed_is_asked(world: World, slug: str, choice: str, stored: str) -> None:
    client = world.client("officer")
    form = opened(client, slug)
    other(world, slug, name="Theirs")
    answer = send(client, f"/desk/premises/{slug}", form | {"name": "Mine", "floor": "2"})
    assert answer.status_code == 412
    assert re.findall(r'name="(keep-[^"]+)" value="theirs"', answer.text) == ["keep-name"]
    assert "Mine" in answer.text
    assert "Theirs" in answer.text
    again = without_choices(form_of(answer.text)) | {"keep-name": choice}
    assert again["name"] == "Mine", "what was typed is still in the form"
    assert send(client, f"/desk/premises/{slug}", again).status_code == 302
    assert (world.row(slug)["name"], world.row(slug)["floor"]) == (stored, "2")


def test_whoever_is_overtaken_twice_is_asked_twice(world: World, slug: str) -> None:
    client = world.client("officer")
    form = opened(client, slug)
    other(world, slug, owner_type="church")
    first = send(client, f"/desk/premises/{slug}", form | {"name": "Mine"})
    other(world, slug, name="Theirs")
    second = send(client, f"/desk/premises/{slug}", without_choices(form_of(first.text)))
    assert second.status_code == 412
    assert "keep-name" in second.text
    assert world.row(slug)["name"] == "Theirs"


def test_a_fault_in_between_keeps_the_version_that_the_form_began_with(world: World, slug: str) -> None:
    client = world.client("officer")
    form = opened(client, slug)
    other(world, slug, name="Theirs")
    fault = send(client, f"/desk/premises/{slug}", form | {"lat": "north"})
    assert fault.status_code == 422
    mended = without_choices(form_of(fault.text)) | {"lat": form["lat"], "floor": "3"}
    assert send(client, f"/desk/premises/{slug}", mended).status_code == 412
    assert world.row(slug)["name"] == "Theirs"


@pytest.mark.parametrize("base", ["", "nonsense", "[1]", '{"name": [1]}', '{"point": "x"}', "{" * 5000, "null"])
def test_without_a_beginning_nothing_is_replaced_silently(world: World, slug: str, base: str) -> None:
    client = world.client("officer")
    form = opened(client, slug)
    other(world, slug, owner_type="church")
    answer = send(client, f"/desk/premises/{slug}", form | {"base": base, "floor": "1"})
    assert answer.status_code == 412
    assert "keep-owner_type" in answer.text
    assert world.row(slug)["owner_type"] == "church"


def test_a_machine_gets_412_and_a_form_without_a_version_428(world: World, slug: str) -> None:
    client = world.client("officer")
    form = opened(client, slug)
    other(world, slug, owner_type="church")
    answer = send(client, f"/desk/premises/{slug}", form, headers={"Accept": "application/json"})
    assert answer.status_code == 412
    assert answer.content_type == "application/problem+json"
    assert send(client, f"/desk/premises/{slug}", form | {"version": ""}).status_code == 428


def test_hostile_words_of_the_other_are_text(world: World, slug: str) -> None:
    client = world.client("officer")
    form = opened(client, slug)
    other(world, slug, name="<img src=x onerror=alert(1)>", floor="{{7*7}}")
    answer = send(client, f"/desk/premises/{slug}", form | {"name": '"><script>'})
    assert answer.status_code == 412
    assert "<img src=x" not in answer.text
    assert '"><script>' not in answer.text
    assert "{{7*7}}" in answer.text


def test_a_position_that_both_moved_says_how_far_apart_they_are(world: World, slug: str) -> None:
    client = world.client("officer")
    form = {"version": world.row(slug)["version"], "lon": EAST[0], "lat": EAST[1]}
    other(world, slug, lon=EAST[0] + 0.001, lat=EAST[1])
    answer = send(client, f"/desk/premises/{slug}/place", form)
    assert answer.status_code == 412
    assert "Yours is 79 m from" in answer.text
    version = re.search(r'name="version" value="(\d+)"', answer.text)
    assert version
    assert send(client, f"/desk/premises/{slug}/place", form | {"version": version.group(1)}).status_code == 302


def make_map(world: World) -> tuple[FlaskClient, str]:
    person = world.users["resident"]
    with world.services.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO groups (id, slug, name, about, state, created_at)"
                " VALUES ('00000000-0000-0000-0000-000000000009', 'g', 'G', 'a', 'approved', now())"
            )
        )
        connection.execute(
            text(
                "INSERT INTO role_grants (user_id, role, group_id, granted_at)"
                " VALUES (:id, 'curator', '00000000-0000-0000-0000-000000000009', now())"
            ),
            {"id": person},
        )
    client = world.client("resident")
    shown = page(client.get("/groups/g/maps/new"))
    fields = {name: hidden(shown, name) for name in ("csrf_token", "key")}
    sent = client.post("/groups/g/maps/new", data=fields | {"title": "Map", "intro": "words", "state": "public"})
    return client, sent.headers["Location"].split("#")[0]


def hidden(shown: str, name: str) -> str:
    """Return what stands in a hidden field of a page."""
    field = re.search(rf'name="{name}" value="([^"]*)"', shown)
    return html.unescape(field.group(1)) if field else ""


def map_form(client: FlaskClient, address: str) -> dict[str, str]:
    shown = page(client.get(address))
    fields = {name: hidden(shown, name) for name in ("csrf_token", "version", "base")}
    return fields | {"title": "Map", "intro": "words", "state": "public", "view": ""}


def test_curators_of_a_map_are_joined_too(world: World) -> None:
    client, address = make_map(world)
    mine, theirs = map_form(client, address), map_form(client, address)
    changed = theirs | {"title": "Their title", "kinds": ["pact"], "q": "bakery"}
    assert client.post(address, data=changed).status_code == 302
    answer = client.post(address, data=mine | {"title": "My title", "intro": "my words"})
    assert answer.status_code == 412
    assert re.findall(r'name="(keep-[^"]+)" value="theirs"', answer.text) == ["keep-title"]
    assert "bakery" in answer.text
    began = {name: hidden(answer.text, name) for name in ("version", "base")}
    assert json.loads(began["base"])["title"] == "Their title"
    joined = mine | began | {"title": "My title", "intro": "my words", "kinds": ["pact"], "q": "bakery"}
    assert client.post(address, data=joined | {"keep-title": "theirs"}).status_code == 302
    with world.services.reading() as connection:
        row = connection.execute(text("SELECT title, intro, filters FROM curated_maps")).one()
    assert (row.title, row.intro) == ("Their title", "my words")
    assert row.filters == {"kinds": ["pact"], "q": "bakery"}
