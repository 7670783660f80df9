"""Putting a space back to before an entry: what it shows, what it needs, what it refuses."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from mapsvc.config import Settings
from mapsvc.domain.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from mapsvc.domain.people import Actor, Grant, Role
from mapsvc.usecases import history, seals, spaces
from mapsvc.usecases.history import plan_roll_back
from tests.desk_world import EAST, NOW, World, decision, found, page, send

OFFICER = Actor(user_id=1, grants=(Grant(Role.OFFICER),))


@pytest.fixture
def world(settings: Settings) -> Iterator[World]:
    yield from found(settings)


def version(world: World, slug: str) -> int:
    stored = world.row(slug)["version"]
    assert isinstance(stored, int)
    return stored


def edit(world: World, slug: str, **changes: object) -> int:
    """Change a space and return the number of the entry."""
    spaces.edit_space(world.services.unit_of_work(), OFFICER, slug, version(world, slug), changes, NOW)
    return entries(world, slug)[-1][0]


def entries(world: World, slug: str) -> list[tuple[int, str]]:
    query = "SELECT id, action FROM audit_log WHERE noun = 'space' AND record_id = :id ORDER BY id"
    with world.services.reading() as connection:
        rows = connection.execute(text(query), {"id": str(world.row(slug)["id"])}).all()
    return [(row.id, row.action) for row in rows]


def back(world: World, slug: str, entry: int, at: int | None = None, reason: str = "a mistake") -> None:
    based = version(world, slug) if at is None else at
    history.roll_back(world.services.unit_of_work(), OFFICER, slug, entry, based, reason, NOW)


def test_facts_go_back_and_the_history_gets_one_more_entry(world: World) -> None:
    slug = world.space("Bottega", owner_type="municipality", description={"en": "two windows"})
    before = world.row(slug)
    first = edit(world, slug, asset_kind="office", description={"en": "three windows"}, features={"wc_count": 2})
    edit(world, slug, lon=EAST[0] + 0.001, lat=EAST[1], owner_type="church")
    told = entries(world, slug)
    back(world, slug, first)
    now = world.row(slug)
    for name in ("asset_kind", "owner_type", "description", "features", "point"):
        assert now[name] == before[name], name
    assert entries(world, slug)[:-1] == told
    assert entries(world, slug)[-1][1] == "rolled_back"
    seals.seal(world.services.unit_of_work, NOW)
    assert seals.verify(world.services.unit_of_work).broken is None


def test_a_roll_back_can_itself_be_put_back(world: World) -> None:
    slug = world.space("Bottega")
    entry = edit(world, slug, asset_kind="office")
    back(world, slug, entry)
    assert world.row(slug)["asset_kind"] == "commercial_unit"
    back(world, slug, entries(world, slug)[-1][0])
    assert world.row(slug)["asset_kind"] == "office"


def test_what_was_erased_and_what_follows_its_own_states_stays(world: World) -> None:
    slug = world.space("Bottega", description={"en": "call Ada"})
    entry = edit(world, slug, description={"en": "x"}, availability_state="offered", asset_kind="office")
    with world.services.unit_of_work() as uow:
        uow.personal_values.erase(NOW, noun="space", record_id=str(world.row(slug)["id"]))
        uow.commit()
    plan = plan_roll_back(world.services.unit_of_work(), OFFICER, slug, entry)
    assert plan.values == {"asset_kind": "commercial_unit"}
    assert {name for name, _ in plan.stays} == {"description.en", "availability_state"}
    back(world, slug, entry)
    assert world.row(slug)["description"] == {"en": "x"}
    assert world.row(slug)["availability_state"] == "offered"


def test_what_is_refused(world: World) -> None:
    slug, other = world.space("Bottega"), world.space("Other")
    entry, foreign = edit(world, slug, asset_kind="office"), edit(world, other, asset_kind="office")
    uow = world.services.unit_of_work
    with pytest.raises(Invalid):
        back(world, slug, entry, reason="  ")
    with pytest.raises(Stale):
        back(world, slug, entry, at=version(world, slug) - 1)
    with pytest.raises(NotFound):
        back(world, slug, foreign)
    with pytest.raises(Conflict):
        back(world, slug, entries(world, slug)[0][0])
    moderator = Actor(user_id=5, grants=(Grant(Role.MODERATOR),))
    with pytest.raises(Forbidden):
        history.roll_back(uow(), moderator, slug, entry, version(world, slug), "no", NOW)
    back(world, slug, entry)
    with pytest.raises(Conflict):
        back(world, slug, entry)
    decision(world.client("officer"), slug, "hide", version(world, slug), reason="private")
    hidden = entries(world, slug)[-1]
    with pytest.raises(Conflict):
        back(world, slug, hidden[0])


def test_the_page_shows_what_will_change_and_does_it(world: World) -> None:
    slug = world.space("Bottega", owner_type="municipality")
    entry = edit(world, slug, owner_type="church")
    client = world.client("officer")
    address = f"/desk/premises/{slug}/history/{entry}"
    shown = page(client.get(address))
    assert "Church" in shown
    assert "City property" in shown
    missing = send(client, address, {"version": version(world, slug), "reason": ""})
    assert missing.status_code == 422
    stale = send(client, address, {"version": 1, "reason": "my words are kept"})
    assert stale.status_code == 412
    assert "my words are kept" in stale.text
    assert world.row(slug)["owner_type"] == "church"
    done = send(client, address, {"version": version(world, slug), "reason": "wrong building"})
    assert done.status_code == 302
    assert world.row(slug)["owner_type"] == "municipality"
    listed = page(client.get(f"/desk/premises/{slug}/history"))
    assert "Put back" in listed
    assert "wrong building" in listed
    assert "wrong building" not in page(client.get(f"/spaces/{slug}"))
    again = send(client, address, {"version": version(world, slug), "reason": "twice"})
    assert again.status_code == 409
    for bad in ("0", "99999999999999999999999"):
        assert client.get(f"/desk/premises/{slug}/history/{bad}").status_code == 404
    assert world.client("officer_west").get(address).status_code == 404
    assert world.client("moderator_east").get(address).status_code == 403


def test_the_history_of_a_record_is_filtered_and_paged(world: World) -> None:
    slug = world.space("Bottega")
    for number in range(45):
        edit(world, slug, number=str(number))
    decision(world.client("officer"), slug, "hide", version(world, slug), reason="private")
    client = world.client("officer")
    first = page(client.get(f"/desk/premises/{slug}/history?kind=facts"))
    assert "1 to 40 of 46" in first
    assert "Hidden" not in first
    assert "41 to 46 of 46" in page(client.get(f"/desk/premises/{slug}/history?kind=facts&page=2"))
    assert "Hidden" in page(client.get(f"/desk/premises/{slug}/history?kind=decisions"))
    for bad in ("kind=x", "page=0", "page=x"):
        assert client.get(f"/desk/premises/{slug}/history?{bad}").status_code == 422


def test_moves_show_their_distance_and_texts_their_words(world: World) -> None:
    slug = world.space("Bottega", description={"en": "A bakery on the corner with two windows and a cellar " * 2})
    edit(world, slug, description={"en": "A bakery on the corner with ten windows and a cellar " * 2})
    edit(world, slug, lon=EAST[0] + 0.001, lat=EAST[1])
    shown = page(world.client("officer").get(f"/desk/premises/{slug}/history"))
    assert "moved by 79 m" in shown
    assert "<del>two</del><ins>ten</ins>" in shown
