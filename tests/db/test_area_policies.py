"""An area decides how its shops are shown: what is there follows at once, but what an owner or the office decided."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from mapsvc.bootstrap import Services, build
from mapsvc.config import Settings
from mapsvc.domain.area_policies import OwnPolicy, effective
from mapsvc.domain.errors import Forbidden, Invalid, NotFound, Stale
from mapsvc.domain.imports import AreaRecord, Batch
from mapsvc.domain.people import Actor, Grant, Role
from mapsvc.domain.publication import AreaPolicy
from mapsvc.usecases import area_policies
from mapsvc.usecases.spaces import add_space, edit_space
from mapsvc.web.app import create_app
from tests.builders import NOW, PASSWORD, SOURCE, TODAY, Builder, square

ADMIN = Actor(user_id=1, grants=(Grant(Role.ADMINISTRATOR),))
COARSE, EXACT, NOTHING = OwnPolicy("cell_100m"), OwnPolicy("exact"), OwnPolicy()


@pytest.fixture
def services(settings: Settings) -> Iterator[Services]:
    services = build(replace(settings, today=TODAY.isoformat()))
    yield services
    services.engine.dispose()


@pytest.fixture
def make(services: Services) -> Builder:
    """A city with two neighbourhoods; in North a shop of each standing."""
    make = Builder(services)
    make.begin((AreaRecord("c", "City", "city", "", square(7.6, 45.0, 0.1)),))
    parts = (
        AreaRecord("n", "North", "neighbourhood", "", square(7.6, 45.05), "c"),
        AreaRecord("s", "South", "neighbourhood", "", square(7.6, 45.0), "c"),
    )
    make.load(Batch(SOURCE, areas=parts))
    make.areas = {row.slug: row.id for row in make.rows("SELECT slug, id FROM areas")}
    make.account("admin@example.org", "administrator")
    make.space("shop", 7.61, 45.06)
    make.space("public", 7.611, 45.06, owner_type="municipality")
    make.space("agreed", 7.612, 45.06, owner_consent=True)
    make.space("workshop", 7.613, 45.06, asset_kind="workshop", publication_precision="cell_100m")
    registered = make.space("registered", 7.614, 45.06)
    make.observation(registered, kind="import_official", quality="register")
    make.space("office-says", 7.615, 45.06, office_precision="exact")
    make.space("waits", 7.616, 45.06, record_state="submitted")
    make.space("shop-south", 7.61, 45.01)
    return make


def precisions(make: Builder) -> dict[str, str]:
    return {row.name: row.publication_precision for row in make.rows("SELECT name, publication_precision FROM spaces")}


def decide(services: Services, slug: str, own: OwnPolicy, version: int = 1) -> area_policies.Preview:
    return area_policies.decide_policy(services.unit_of_work(), ADMIN, slug, own, version, NOW)


def test_the_smallest_area_that_decided_counts() -> None:
    assert effective([]) == AreaPolicy()
    assert effective([NOTHING, COARSE, EXACT]) == AreaPolicy("cell_100m")
    assert effective([OwnPolicy(moderation="after"), COARSE]) == AreaPolicy("cell_100m", "after")
    for wrong in (OwnPolicy, AreaPolicy):
        with pytest.raises(Invalid):
            wrong(commercial_precision="district")


def test_shops_become_coarse_at_once_and_lose_their_address(services: Services, make: Builder) -> None:
    before = area_policies.preview(services.unit_of_work(), ADMIN, "north", COARSE)
    assert (before.to_coarse, before.to_exact, before.keep_theirs) == (2, 0, 4)
    assert "cell_100m" not in {precisions(make)["shop"], precisions(make)["waits"]}
    decide(services, "north", COARSE)
    after = precisions(make)
    assert {name for name, code in after.items() if code == "cell_100m"} == {"shop", "waits", "workshop"}
    slugs = {row.name: row.slug for row in make.rows("SELECT name, slug FROM spaces")}
    assert slugs["shop"].startswith("space-")
    assert slugs["public"] == "public"
    client = create_app(services).test_client()
    assert client.get("/spaces/shop").status_code == 404
    assert client.get(f"/spaces/{slugs['shop']}").status_code == 200
    told = make.rows("SELECT action FROM audit_log WHERE action LIKE '%polic%' ORDER BY id")
    assert [row.action for row in told] == ["precision_by_policy"] * 2 + ["policy_decided"]


def test_back_and_forth_gives_everybody_theirs_again(services: Services, make: Builder) -> None:
    before = precisions(make)
    decide(services, "north", COARSE)
    decide(services, "north", NOTHING, version=2)
    assert precisions(make) == before


def test_a_city_decides_for_the_parts_that_decided_nothing(services: Services, make: Builder) -> None:
    decide(services, "south", EXACT)
    found = area_policies.preview(services.unit_of_work(), ADMIN, "city", COARSE)
    assert (found.to_coarse, found.heirs) == (2, 1)
    decide(services, "city", COARSE)
    assert precisions(make)["shop"] == "cell_100m"
    assert precisions(make)["shop-south"] == "exact"
    decide(services, "south", NOTHING, version=2)
    assert precisions(make)["shop-south"] == "cell_100m"


def test_new_places_follow_and_what_the_office_chose_stays(services: Services, make: Builder) -> None:
    decide(services, "city", COARSE)
    values = {"name": "New", "lon": 7.63, "lat": 45.07, "publication_precision": "exact"}
    added = add_space(services.unit_of_work(), ADMIN, values, NOW)
    assert (added.publication_precision, added.office_precision) == ("exact", "exact")
    by_rule = add_space(
        services.unit_of_work(), ADMIN, values | {"name": "Rule", "publication_precision": "cell_100m"}, NOW
    )
    assert by_rule.office_precision is None
    slug = make.rows("SELECT slug, version FROM spaces WHERE name = 'shop'")[0]
    edit_space(services.unit_of_work(), ADMIN, slug.slug, slug.version, {"publication_precision": "street"}, NOW)
    decide(services, "city", NOTHING, version=2)
    after = precisions(make)
    assert (after["shop"], after["Rule"], after["New"]) == ("street", "exact", "exact")


def test_nobody_decides_twice_or_elsewhere(services: Services, make: Builder) -> None:
    decide(services, "north", COARSE)
    with pytest.raises(Stale):
        decide(services, "north", EXACT, version=1)
    south = Actor(user_id=1, grants=(Grant(Role.OFFICER, area_id=make.areas["south"]),))
    moderator = Actor(user_id=1, grants=(Grant(Role.MODERATOR),))
    for actor in (south, moderator, Actor()):
        with pytest.raises(Forbidden):
            area_policies.decide_policy(services.unit_of_work(), actor, "north", EXACT, 2, NOW)
    assert [one.area.slug for one in area_policies.decidable(services.unit_of_work(), south)] == ["south"]
    with pytest.raises(NotFound):
        decide(services, "nowhere", EXACT)
    with pytest.raises(Forbidden):
        area_policies.decidable(services.unit_of_work(), moderator)


def test_the_screen_shows_first_and_writes_after(services: Services, make: Builder) -> None:
    app = create_app(services)
    app.config["WTF_CSRF_ENABLED"] = False
    desk = app.test_client()
    desk.post("/login", data={"email": "admin@example.org", "password": PASSWORD})
    assert "North" in desk.get("/desk/areas").get_data(as_text=True)
    wanted = {"commercial_precision": "cell_100m", "moderation": "after"}
    shown = desk.get("/desk/areas/north", query_string=wanted).get_data(as_text=True)
    assert "2 shops are shown within 100 m from then on" in shown
    assert precisions(make)["shop"] == "exact", "looking changes nothing"
    assert desk.post("/desk/areas/north", data=wanted).status_code == 428
    assert desk.post("/desk/areas/north", data=wanted | {"version": "7"}).status_code == 412
    assert desk.post("/desk/areas/north", data=wanted | {"version": "1", "moderation": "never"}).status_code == 422
    assert precisions(make)["shop"] == "exact"
    assert desk.post("/desk/areas/north", data=wanted | {"version": "1"}).status_code == 303
    assert precisions(make)["shop"] == "cell_100m"
    assert desk.get("/desk/areas/nowhere").status_code == 404
