"""A curator puts a map of the group back; nobody else sees its history, and who sees the map is not put back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from mapsvc.config import Settings
from mapsvc.domain.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from mapsvc.domain.groups import Group
from mapsvc.domain.maps import CuratedMap
from mapsvc.domain.people import Actor, Grant, Role
from mapsvc.usecases.maps import MapDraft, create_map, edit_map, plan_map_roll_back, roll_back_map
from tests.desk_world import HOSTILE, NOW, World, found

FIRST = MapDraft("Empty shops", "Around the market", {"status": ["probable_vacant"], "q": "via"}, {}, "public")
SECOND = MapDraft("Shops", "Words of Cora", {"kinds": ["space"]}, {"bounds": [7.6, 45.0, 7.7, 45.1]}, "unlisted")


@pytest.fixture
def world(settings: Settings) -> Iterator[World]:
    yield from found(settings)


@pytest.fixture
def curator(world: World) -> Actor:
    """The curator of the group "neighbours"; another group has one as well."""
    actors = {}
    for name in ("others", "neighbours"):
        group = Group(uuid4(), name, name, "We look after shops.", None, None, "approved", None, NOW)
        actor = world.person(f"curator_{name}", None)
        with world.services.unit_of_work() as uow:
            uow.groups.add(group)
            assert actor.user_id is not None
            uow.people.grant(actor.user_id, Role.CURATOR, group_id=group.id, granted_by=None, at=NOW)
            uow.commit()
        actors[name] = replace(actor, grants=(Grant(Role.CURATOR, group_id=group.id),))
    return actors["neighbours"]


@pytest.fixture
def changed(world: World, curator: Actor) -> CuratedMap:
    """A map that was made and then changed in everything."""
    made = create_map(world.services.unit_of_work(), curator, "neighbours", uuid4(), FIRST, NOW)
    return edit_map(world.services.unit_of_work(), curator, made.slug, 1, SECOND, NOW)


def entries(world: World, stored: CuratedMap) -> list[tuple[int, str]]:
    query = text("SELECT id, action FROM audit_log WHERE noun = 'map' AND record_id = :id ORDER BY id")
    with world.services.engine.connect() as connection:
        return [(row.id, row.action) for row in connection.execute(query, {"id": str(stored.id)})]


def back(
    world: World, actor: Actor, stored: CuratedMap, entry: int, version: int = 2, why: str = "a slip"
) -> CuratedMap:
    return roll_back_map(world.services.unit_of_work(), actor, stored.slug, entry, version, why, NOW)


def facts(one: CuratedMap | MapDraft) -> tuple[object, ...]:
    return one.title, one.intro, dict(one.filters), dict(one.view)


def test_a_map_goes_back_but_not_who_sees_it(world: World, curator: Actor, changed: CuratedMap) -> None:
    told = entries(world, changed)
    restored = back(world, curator, changed, told[-1][0])
    assert facts(restored) == facts(FIRST)
    assert restored.state == "unlisted"
    with world.services.unit_of_work() as uow:
        assert uow.maps.by_slug(changed.slug) == restored
    assert entries(world, changed)[:-1] == told
    newest = entries(world, changed)[-1]
    assert newest[1] == "rolled_back"
    assert facts(back(world, curator, changed, newest[0], version=3)) == facts(SECOND), "putting back can be put back"


def test_what_is_refused_changes_nothing(world: World, curator: Actor, changed: CuratedMap) -> None:
    made, edited = (entry for entry, _ in entries(world, changed))
    for error, actor, entry, version, why in (
        (Invalid, curator, edited, 2, " "),
        (Stale, curator, edited, 1, "a slip"),
        (Conflict, curator, made, 2, "a slip"),
        (NotFound, curator, edited + 1000, 2, "a slip"),
        (Forbidden, Actor(user_id=1, grants=(Grant(Role.ADMINISTRATOR),)), edited, 2, "a slip"),
    ):
        with pytest.raises(error):
            back(world, actor, changed, entry, version, why)
    with pytest.raises(Forbidden):
        plan_map_roll_back(world.services.unit_of_work(), Actor(), changed.slug, edited)
    assert len(entries(world, changed)) == 2


def test_what_was_erased_stays_away(world: World, curator: Actor, changed: CuratedMap) -> None:
    with world.services.unit_of_work() as uow:
        uow.personal_values.erase(NOW, noun="map", record_id=str(changed.id))
        uow.commit()
    restored = back(world, curator, changed, entries(world, changed)[-1][0])
    assert (restored.title, restored.intro) == (SECOND.title, SECOND.intro)
    assert restored.filters == {"status": ["probable_vacant"]}, "the words of the search are text that somebody typed"


def test_the_history_is_readable_and_for_curators_of_the_group(world: World, changed: CuratedMap) -> None:
    address = f"/maps/{changed.slug}/history"
    page = world.client("curator_neighbours").get(address)
    assert page.status_code == 200
    for words in ("{&#39;", "probable_vacant", "view.bounds", "curator_neighbours,"):
        assert words not in page.text
    for words in ("Empty shops", "Shops", "All places fit", "from 45.0000°, 7.6000° to 45.1000°, 7.7000°", "Made"):
        assert words in page.text
    for name in ("curator_others", "officer"):
        assert world.client(name).get(address).status_code == 404
        assert world.client(name).get(f"{address}/1").status_code == 404
    assert world.client().get(address).status_code == 302


def post(client: FlaskClient, address: str, **data: str) -> int:
    token = re.search(r'name="csrf_token" [^>]*value="([^"]+)"', client.get(address).text)
    return client.post(address, data=data | {"csrf_token": token[1] if token else ""}).status_code


def test_the_page_puts_back_once(world: World, curator: Actor, changed: CuratedMap) -> None:
    client = world.client("curator_neighbours")
    address = f"/maps/{changed.slug}/history/{entries(world, changed)[-1][0]}"
    assert "Around the market" in client.get(address).text
    assert post(client, address, version="2", reason="") == 422
    assert post(client, address, version="1", reason="a slip") == 412
    assert post(client, address, version="2", reason=HOSTILE[2]) == 302
    page = client.get(f"/maps/{changed.slug}/history").text
    assert "Put back" in page
    assert HOSTILE[2] not in page
    assert post(client, address, version="2", reason="a slip") == 412
    assert len(entries(world, changed)) == 3
    assert client.get(f"/maps/{changed.slug}/history/{2**63}").status_code == 404
