"""What an area decided is put back like any other fact, and its shops follow at once."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from sqlalchemy import text

from mapsvc.config import Settings
from mapsvc.domain.area_policies import OwnPolicy
from mapsvc.domain.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from mapsvc.domain.people import Actor, Grant, Role
from mapsvc.usecases import area_policies
from tests.desk_world import ADMINISTRATOR, NOW, World, found

COARSE, MIXED = OwnPolicy("cell_100m"), OwnPolicy("exact", "after")


@pytest.fixture
def world(settings: Settings) -> Iterator[World]:
    for one in found(settings):
        one.space("Bottega")
        for version, own in enumerate((COARSE, MIXED), 1):
            area_policies.decide_policy(one.services.unit_of_work(), ADMINISTRATOR, "east", own, version, NOW)
        yield one


def entries(world: World) -> list[tuple[int, str]]:
    query = text("SELECT id, action FROM audit_log WHERE noun = 'area' AND record_id = :id ORDER BY id")
    with world.services.engine.connect() as connection:
        rows = connection.execute(query, {"id": str(world.areas["east"])})
        return [(row.id, row.action) for row in rows if row.action in ("policy_decided", "rolled_back")]


def shown(world: World) -> str:
    query = text("SELECT publication_precision FROM spaces WHERE name = 'Bottega'")
    with world.services.engine.connect() as connection:
        return str(connection.execute(query).scalar_one())


def own(world: World) -> OwnPolicy:
    return area_policies.preview(world.services.unit_of_work(), ADMINISTRATOR, "east", None).listed.area.own


def back(world: World, entry: int, version: int = 3, why: str = "too early", actor: Actor = ADMINISTRATOR) -> None:
    area_policies.roll_back_policy(world.services.unit_of_work(), actor, "east", entry, version, why, NOW)


def test_a_policy_goes_back_and_its_shops_follow(world: World) -> None:
    assert shown(world) == "exact"
    (first, _), (second, _) = entries(world)
    plan, effects = area_policies.plan_policy_roll_back(world.services.unit_of_work(), ADMINISTRATOR, "east", second)
    assert plan.values == {"commercial_precision": "cell_100m", "moderation": None}
    assert (effects.to_coarse, effects.to_exact) == (1, 0)
    back(world, second)
    assert (own(world), shown(world)) == (COARSE, "cell_100m")
    assert entries(world)[-1][1] == "rolled_back"
    back(world, first, version=4)
    assert own(world) == OwnPolicy()
    back(world, entries(world)[-1][0], version=5)
    assert own(world) == COARSE, "putting back can be put back"


def test_what_is_refused_changes_nothing(world: World) -> None:
    second, _action = entries(world)[-1]
    west = Actor(user_id=1, grants=(Grant(Role.OFFICER, world.areas["west"]),))
    for error, entry, version, why, actor in (
        (Invalid, second, 3, "", ADMINISTRATOR),
        (Stale, second, 2, "too early", ADMINISTRATOR),
        (NotFound, second + 1000, 3, "too early", ADMINISTRATOR),
        (Forbidden, second, 3, "too early", west),
    ):
        with pytest.raises(error):
            back(world, entry, version, why, actor)
    back(world, second)
    with pytest.raises(Conflict):
        back(world, second, version=4)
    assert own(world) == COARSE
    assert len(entries(world)) == 3


def test_the_desk_shows_what_was_decided_and_puts_it_back(world: World) -> None:
    world.person("chief", Role.ADMINISTRATOR)
    client = world.client("chief")
    listed = client.get("/desk/areas/east/history")
    assert listed.status_code == 200
    for words in ("Rules of the area changed", "As around it", "Put back to before"):
        assert words in listed.text
    for code in ("cell_100m", "commercial_precision"):
        assert code not in listed.text
    address = f"/desk/areas/east/history/{entries(world)[-1][0]}"
    page = client.get(address).text
    assert "1 shop is shown within 100 m from then on" in page
    token = re.search(r'name="csrf_token" [^>]*value="([^"]+)"', page)
    form = {"version": "3", "reason": "too early", "csrf_token": token[1] if token else ""}
    assert client.post(address, data=form | {"version": "2"}).status_code == 412
    assert client.post(address, data=form | {"reason": ""}).status_code == 422
    assert client.post(address, data=form).status_code == 302
    assert shown(world) == "cell_100m"
    assert "too early" in client.get("/desk/areas/east/history").text
