"""What fits: order and reasons, who sees what, changed needs, and how fast it is on a real database."""

from __future__ import annotations

import html
import json
import re
from dataclasses import replace

import pytest

from mapsvc.bootstrap import build
from mapsvc.domain.collectives import CollectiveDraft
from mapsvc.domain.errors import Forbidden, Invalid, NotFound, Stale
from mapsvc.domain.imports import AreaRecord, Batch, CollectiveRecord
from mapsvc.domain.people import Actor, Grant, Role
from mapsvc.usecases.collectives import edit_collective
from mapsvc.usecases.market import Market
from mapsvc.usecases.matching import choices, collectives_for, one_pair, spaces_for
from mapsvc.web.app import create_app
from tests.builders import NOW, SOURCE, TODAY, Builder, square

READY = {
    "usable_area_m2": 60, "rent_cents": 20_000, "deposit_cents": 20_000, "hazards": [], "condition": "ready",
    "windows": [{"from": "2027-01-01", "to": "2030-01-01"}], "legal_route": "no_change_needed",
    "permitted_uses": ["dance", "visual"], "max_occupancy": 20, "energy_class": "B", "daylight_level": 2,
}  # fmt: skip
NEEDS = {"area_min_m2": 40, "area_ideal_m2": 60, "budget_max_cents": 30_000, "start_latest": "2027-06-01",
         "term_min_days": 365}  # fmt: skip
WEST, EAST = (7.62, 45.02), (7.67, 45.02)
HOSTILE = "{{7*7}}<img src=x onerror=alert(1)>50% {% of"


def collective(name: str, needs: dict[str, object], **values) -> CollectiveRecord:
    given = {"form": "association", "story": "", "original_lang": "en", "members_count": 5, "disciplines": ("dance",)}
    return CollectiveRecord(name.lower(), name, needs=needs, **given | values)


@pytest.fixture
def world(settings):
    services = build(replace(settings, today=TODAY.isoformat()))
    world = Builder(services)
    areas = [AreaRecord("w", "West", "neighbourhood", "w", square(7.6, 45.0)),
             AreaRecord("e", "East", "neighbourhood", "e", square(7.65, 45.0))]  # fmt: skip
    world.begin(areas)
    offered = {"availability_state": "offered", "owner_consent": True}
    for slug, at, changes in (
        ("good", WEST, {}),
        ("dear", WEST, {"rent_cents": 45_000}),
        ("small-and-dear", WEST, {"rent_cents": 45_000, "usable_area_m2": 20}),
        ("far-east", EAST, {"rent_cents": 25_000}),
    ):
        space = world.space(slug, *at, features=READY | changes, **offered)
        world.observation(space, kind="officer_visit", days_ago=20)
    world.space("not-offered", *WEST, features=READY)
    world.space("secret", *WEST, features=READY, record_state="hidden", **offered)
    world.load(Batch(SOURCE, collectives=(collective("Alfa", NEEDS), collective("Beta", {**NEEDS, "area_min_m2": 55}),
                                          collective("Gamma", NEEDS | {"budget_max_cents": 1_000}),
                                          collective("Quiet", NEEDS, state="draft"))))  # fmt: skip
    yield world
    services.engine.dispose()


def officer(area=None) -> Actor:
    return Actor(1, "officer", grants=(Grant(Role.OFFICER, area),))


def representative(world: Builder, slug: str) -> Actor:
    [row] = world.rows("SELECT id FROM collectives WHERE slug = :slug", slug=slug)
    return Actor(2, "rep", grants=(Grant(Role.COLLECTIVE_REP, collective_id=row.id),))


def ranked(world: Builder, actor: Actor, slug: str = "alfa", **kwargs):
    return spaces_for(world.services.unit_of_work(), Market(), actor, slug, TODAY, **kwargs)


def slugs(fits) -> list[str]:
    return [row.offer.space.slug for row in fits.rows]


def draft(needs: dict[str, object], **values) -> CollectiveDraft:
    given = {"name": "Alfa", "story": "", "form": "association", "disciplines": ("dance",), "members_count": 5}
    return CollectiveDraft(needs=needs, **given | values)


def test_spaces_that_fit_come_first_then_those_with_the_fewest_things_missing(world):
    fits = ranked(world, representative(world, "alfa"))
    assert slugs(fits) == ["good", "far-east", "dear", "small-and-dear"]
    assert (fits.total, fits.feasible) == (4, 2)
    dear = fits.rows[2].pair
    assert [(one.key, one.required, one.actual, one.gap) for one in dear.blocking] == [
        ("H06.budget", 30_000, 45_000, 15_000)
    ]
    assert {(one.field, one.after) for one in dear.changes if one.makes_feasible} >= {
        ("budget_max_cents", 45_000), ("rent_cents", 30_000)
    }  # fmt: skip


def test_pages_of_a_ranking_continue_it(world):
    actor = representative(world, "alfa")
    assert slugs(ranked(world, actor, first=1, limit=2)) == ["far-east", "dear"]
    assert slugs(ranked(world, actor, first=4)) == []


def test_activities_follow_from_the_disciplines_when_none_are_stated(world):
    world.write("UPDATE collectives SET disciplines = '{ceramics}' WHERE slug = 'alfa'")
    fits = ranked(world, representative(world, "alfa"))
    assert fits.needs.activities == ("ceramics",)
    world.write("UPDATE collectives SET needs = needs || '{\"activities\": [\"visual\"]}' WHERE slug = 'alfa'")
    assert ranked(world, representative(world, "alfa")).needs.activities == ("visual",)


def test_collectives_are_ranked_for_a_space_and_a_pair_says_the_same(world):
    fits = collectives_for(world.services.unit_of_work(), officer(), "good", TODAY)
    assert [row.collective.slug for row in fits.rows][-1] == "gamma"
    assert (fits.total, fits.feasible) == (3, 2)
    for row in fits.rows:
        pair = one_pair(world.services.unit_of_work(), officer(), "good", row.collective.slug, TODAY)
        assert pair.pair == row.pair


def test_a_representative_sees_only_its_own_collective(world):
    stranger = representative(world, "beta")
    for actor in (stranger, Actor(), Actor(3, "resident"), Actor(4, "m", grants=(Grant(Role.MODERATOR),))):
        with pytest.raises(Forbidden):
            ranked(world, actor)
        with pytest.raises(Forbidden):
            collectives_for(world.services.unit_of_work(), actor, "good", TODAY)
        with pytest.raises(Forbidden):
            one_pair(world.services.unit_of_work(), actor, "good", "alfa", TODAY)
        with pytest.raises(Forbidden):
            choices(world.services.unit_of_work(), Market(), actor)
        with pytest.raises(Forbidden):
            edit_collective(world.services.unit_of_work(), actor, "alfa", 1, draft(NEEDS), NOW)
    with pytest.raises(Forbidden):
        edit_collective(world.services.unit_of_work(), officer(), "alfa", 1, draft(NEEDS), NOW)


def test_an_officer_of_an_area_sees_the_spaces_of_the_area(world):
    east = officer(world.areas["east"])
    assert slugs(ranked(world, east)) == ["far-east"]
    assert [row.space.slug for row in choices(world.services.unit_of_work(), Market(), east)[0]] == ["far-east"]
    with pytest.raises(Forbidden):
        collectives_for(world.services.unit_of_work(), east, "good", TODAY)
    with pytest.raises(Forbidden):
        one_pair(world.services.unit_of_work(), east, "good", "alfa", TODAY)


def test_what_is_not_there_is_not_found(world):
    for slug in ("nobody", "quiet"):
        with pytest.raises(NotFound):
            ranked(world, officer(), slug)
    for slug in ("nowhere", "secret"):
        with pytest.raises(NotFound):
            collectives_for(world.services.unit_of_work(), officer(), slug, TODAY)


def test_a_coarse_place_gives_a_representative_nothing_but_what_is_public(world):
    needs = NEEDS | {"anchor_point": [7.62, 45.02], "max_distance_m": 1000, "frontage_wanted_m": 4}
    world.write("UPDATE collectives SET needs = CAST(:needs AS jsonb) WHERE slug = 'alfa'", needs=json.dumps(needs))
    world.write(
        "UPDATE spaces SET publication_precision = 'cell_100m', name = 'Via Segreta 7', street = 'Via Segreta',"
        ' number = \'7\', features = features || \'{"frontage_m": 9, "former_use": "forno"}\', version = version + 1'
        " WHERE slug = 'good'"
    )
    own = next(row for row in ranked(world, representative(world, "alfa")).rows if row.offer.space.slug == "good")
    [public] = world.rows("SELECT ST_X(point) AS lon, ST_Y(point) AS lat FROM public_spaces WHERE slug = 'good'")
    assert (own.offer.space.lon, own.offer.space.lat) == (public.lon, public.lat) != WEST
    assert own.offer.space.name == ""
    assert own.offer.space.street is None
    assert not {"frontage_m", "former_use"} & set(own.offer.space.features)
    exact = next(row for row in ranked(world, officer()).rows if row.offer.space.slug == "good")
    near = {one.key: one.actual for one in own.pair.constraints}["H19.distance"]
    assert {one.key: one.actual for one in exact.pair.constraints}["H19.distance"] == 0 < near
    assert "frontage" not in json.dumps([dict(one.params) for one in own.pair.fits], default=str)
    world.write("UPDATE spaces SET publication_precision = 'hidden', version = version + 1 WHERE slug = 'good'")
    assert "good" not in slugs(ranked(world, representative(world, "alfa")))
    assert "good" in slugs(ranked(world, officer()))


def test_what_is_kept_ready_follows_every_change(world):
    market, actor = Market(), representative(world, "alfa")

    def order() -> list[str]:
        return slugs(spaces_for(world.services.unit_of_work(), market, actor, "alfa", TODAY))

    assert order()[0] == "good"
    world.write(
        "UPDATE spaces SET features = features || '{\"rent_cents\": 90000}', version = version + 1 WHERE slug = 'good'"
    )
    assert order()[0] == "far-east"
    world.write("UPDATE spaces SET availability_state = 'assigned', version = version + 1 WHERE slug = 'far-east'")
    assert "far-east" not in order()
    [row] = world.rows("SELECT id FROM spaces WHERE slug = 'dear'")
    fits = spaces_for(world.services.unit_of_work(), market, actor, "alfa", TODAY)
    before = next(one for one in fits.rows if one.offer.space.slug == "dear").offer.status
    for number in range(3):
        world.observation(row.id, claim="occupied", kind="officer_visit", days_ago=1, reporter=f"user:{number}")
    fits = spaces_for(world.services.unit_of_work(), market, actor, "alfa", TODAY)
    assert next(one for one in fits.rows if one.offer.space.slug == "dear").offer.status != before


def test_changed_needs_are_stored_with_their_history_and_change_the_ranking(world):
    actor = representative(world, "alfa")
    needs = NEEDS | {"budget_max_cents": 50_000, "anchor_point": [7.62, 45.02]}
    changed = edit_collective(world.services.unit_of_work(), actor, "alfa", 1, draft(needs), NOW)
    assert changed.version == 2
    assert ranked(world, actor).feasible == 3
    [row] = world.rows("SELECT version, ST_X(anchor) AS lon FROM collectives WHERE slug = 'alfa'")
    assert (row.version, row.lon) == (2, 7.62)
    [entry] = world.rows("SELECT action, actor_user_id, before, after FROM audit_log WHERE noun = 'collective'")
    assert (entry.action, entry.actor_user_id) == ("edited", 2)
    assert "30000" not in repr(entry.before), "what a group can pay stands apart"
    with world.services.unit_of_work() as uow:
        kept = uow.audit.entries("collective", changed.id)[-1]
    assert kept.before["needs"]["budget_max_cents"] == 30_000
    assert kept.after["needs"]["budget_max_cents"] == 50_000


def test_the_second_of_two_changes_is_refused_and_nothing_is_lost(world):
    actor = representative(world, "alfa")
    edit_collective(world.services.unit_of_work(), actor, "alfa", 1, draft(NEEDS, name="First"), NOW)
    with pytest.raises(Stale):
        edit_collective(world.services.unit_of_work(), actor, "alfa", 1, draft(NEEDS, name="Second"), NOW)
    assert world.rows("SELECT name FROM collectives WHERE slug = 'alfa'")[0].name == "First"


@pytest.mark.parametrize(
    ("needs", "values", "pointer"),
    [
        ({"area_min_m2": 60, "area_ideal_m2": 40}, {}, "/needs/area_ideal_m2"),
        ({"area_min_m2": float("nan")}, {}, "/needs/area_min_m2"),
        ({"water": "perhaps"}, {}, "/needs/water"),
        ({"wings": 2}, {}, "/needs/wings"),
        ({"max_distance_m": 500}, {}, "/needs/anchor_point"),
        ({}, {"name": " "}, "/name"),
        ({}, {"name": "a\x00b"}, "/name"),
        ({}, {"form": "cult"}, "/form"),
        ({}, {"disciplines": ("dance", "war")}, "/disciplines"),
        ({}, {"members_count": 0}, "/members_count"),
    ],
)
def test_needs_that_cannot_be_stored_say_where(world, needs, values, pointer):
    with pytest.raises(Invalid) as error:
        edit_collective(
            world.services.unit_of_work(), representative(world, "alfa"), "alfa", 1, draft(needs, **values), NOW
        )
    assert error.value.pointer == pointer
    assert world.rows("SELECT version FROM collectives WHERE slug = 'alfa'")[0].version == 1


@pytest.fixture
def app(world):
    app = create_app(world.services)
    app.config["WTF_CSRF_ENABLED"] = False
    [row] = world.rows("SELECT id FROM collectives WHERE slug = 'alfa'")
    accounts = {"rep": world.account("rep@example.org", "collective_rep", collective_id=row.id),
                "officer": world.account("officer@example.org", "officer"),
                "moderator": world.account("moderator@example.org", "moderator")}  # fmt: skip

    def client(name: str = ""):
        client = app.test_client()
        if name:
            key = world.rows("SELECT fs_uniquifier FROM users WHERE id = :id", id=accounts[name])[0][0]
            with client.session_transaction() as session:
                session.update(_user_id=key, _fresh=True, _id="test")
        return client

    return client


PAGES = {
    "/collectives/alfa/fits": {"rep", "officer"},
    "/collectives/alfa/fits.json": {"rep", "officer"},
    "/collectives/beta/fits": {"officer"},
    "/collectives/beta/fits.json": {"officer"},
    "/collectives/alfa/edit": {"rep"},
    "/collectives/beta/edit": set(),
    "/desk/matching": {"officer"},
    "/desk/matching/spaces/good": {"officer"},
    "/desk/matching/spaces/good.json": {"officer"},
    "/desk/matching/spaces/good/alfa": {"officer"},
    "/desk/matching/spaces/good/alfa.json": {"officer"},
}


@pytest.mark.parametrize("address", PAGES)
def test_each_page_opens_for_those_it_is_for(app, address):
    for name in ("rep", "officer", "moderator"):
        answer = app(name).get(address)
        assert answer.status_code == (200 if name in PAGES[address] else 403), (name, answer.text[:300])
        assert answer.headers["Cache-Control"] == "no-store"
    visitor = app().get(address)
    assert visitor.status_code == (401 if address.endswith(".json") else 302)
    assert "Gamma" not in visitor.text


def test_the_data_of_a_ranking_are_whole_numbers_and_codes(app):
    body = app("officer").get("/desk/matching/spaces/good.json").json
    assert (body["total"], body["feasible"]) == (3, 2)
    pair = app("officer").get("/desk/matching/spaces/good/gamma.json").json
    assert pair.pop("as_of")
    assert pair == body["rows"][-1]
    assert all(isinstance(one["value"], int) and 0 <= one["value"] <= 1_000_000 for one in pair["fits"])
    total = sum(one["weight"] for one in pair["fits"])
    assert abs(pair["fit"] - sum(one["weight"] * one["value"] for one in pair["fits"]) / total) <= 0.5
    budget = next(one for one in pair["constraints"] if one["code"] == "H06" and one["part"] == "budget")
    assert budget == {"code": "H06", "part": "budget", "state": "fail", "effect": "block", "required": 1_000,
                      "actual": 20_000, "gap": 19_000, "unit": "cents_month",
                      "fixable_by": ["applicant", "owner", "city"]}  # fmt: skip


def form(**values) -> dict[str, object]:
    return {"version": "1", "do": "save", "name": "Alfa", "form": "association", "disciplines": ["dance"],
            "members_count": "5", "area_min_m2": "40", "budget_max_cents": "300"} | values  # fmt: skip


def test_invalid_needs_answer_422_with_the_field_and_keep_what_was_typed(app, world):
    answer = app("rep").post("/collectives/alfa/edit", data=form(area_min_m2="forty", story=HOSTILE))
    assert answer.status_code == 422
    assert 'href="#f-area_min_m2"' in answer.text
    assert 'value="forty"' in answer.text
    assert "&lt;img" in answer.text
    assert "<img src=x" not in answer.text
    assert "{{7*7}}" in answer.text
    answer = app("rep").post(
        "/collectives/alfa/edit", data=form(area_ideal_m2="30"), headers={"Accept": "application/json"}
    )
    assert answer.status_code == 422
    answer = app("rep").post(
        "/collectives/alfa/edit", data=form(area_min_m2="x"), headers={"Accept": "application/json"}
    )
    assert answer.status_code == 422
    assert answer.json["errors"][0]["pointer"] == "/area_min_m2"
    assert world.rows("SELECT version FROM collectives WHERE slug = 'alfa'")[0].version == 1


def test_a_form_that_was_overtaken_keeps_what_was_typed_and_can_replace(app, world):
    assert app("rep").post("/collectives/alfa/edit", data=form(area_min_m2="45")).status_code == 302
    answer = app("rep").post("/collectives/alfa/edit", data=form(area_min_m2="52"))
    assert answer.status_code == 412
    assert 'value="52"' in answer.text
    assert 'name="version" value="2"' in answer.text
    assert "Area, at least" in answer.text
    assert app("rep").post("/collectives/alfa/edit", data=form(area_min_m2="52", version="2")).status_code == 302
    assert world.rows("SELECT needs FROM collectives WHERE slug = 'alfa'")[0].needs["area_min_m2"] == 52
    assert app("rep").post("/collectives/alfa/edit", data=form(version="")).status_code == 428


def test_two_changes_of_needs_are_joined_and_a_clash_is_asked(app, world):
    shown = app("rep").get("/collectives/alfa/edit").text
    base = html.unescape(re.search(r'name="base" value="([^"]*)"', shown).group(1))
    theirs = form(area_min_m2="45", story="Theirs", power_min_kw="3")
    assert app("rep").post("/collectives/alfa/edit", data=theirs).status_code == 302
    mine = form(base=base, area_min_m2="52", members_count="9", story=json.loads(base).get("story", [""])[0])
    answer = app("rep").post("/collectives/alfa/edit", data=mine)
    assert answer.status_code == 412
    assert "keep-area_min_m2" in re.findall(r'name="(keep-[^"]+)" value="theirs"', answer.text)
    assert "keep-story" not in answer.text
    assert "Theirs" in answer.text, "what only they changed stands in the form"
    again = mine | {"version": "2", "story": "Theirs", "power_min_kw": "3", "keep-area_min_m2": "theirs"}
    assert app("rep").post("/collectives/alfa/edit", data=again).status_code == 302
    row = world.rows("SELECT needs, story, members_count FROM collectives WHERE slug = 'alfa'")[0]
    assert (row.needs["area_min_m2"], row.needs["power_min_kw"]) == (45, 3)
    assert (row.story, row.members_count) == ("Theirs", 9)


def test_a_preset_fills_the_form_and_stores_nothing(app, world):
    answer = app("rep").post("/collectives/alfa/edit", data=form(do="preset", preset="ceramics", area_min_m2="77"))
    assert answer.status_code == 200
    assert 'value="77"' in answer.text
    assert 'value="10"' in answer.text
    assert world.rows("SELECT version FROM collectives WHERE slug = 'alfa'")[0].version == 1
    assert app("rep").post("/collectives/alfa/edit", data=form(do="preset", preset="magic")).status_code == 422


def test_without_needs_the_page_says_what_to_do_first(app, world):
    world.write("UPDATE collectives SET needs = '{}' WHERE slug = 'alfa'")
    answer = app("rep").get("/collectives/alfa/fits")
    assert "Say first what you need" in answer.text
    assert "/collectives/alfa/edit" in answer.text


@pytest.mark.parametrize("page", ["0", "-1", "x", "99999999999"])
def test_a_page_that_is_none_answers_422(app, page):
    assert app("rep").get(f"/collectives/alfa/fits?page={page}").status_code == 422
