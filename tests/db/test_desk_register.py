"""The register of premises at the desk: forms, places, filters, files to take away."""

import csv
import io
import re
from collections.abc import Iterator

import pytest

from mapsvc.config import Settings
from mapsvc.domain.people import Actor, Grant, Role
from mapsvc.usecases.spaces import edit_space
from tests.desk_world import (
    ADMINISTRATOR,
    EAST,
    HOSTILE,
    NOW,
    WEST,
    World,
    form_of,
    found,
    page,
    send,
)


@pytest.fixture
def world(settings: Settings) -> Iterator[World]:
    yield from found(settings)


def test_the_form_keeps_unknown_unknown_and_changes_what_was_typed(world: World) -> None:
    slug, client = world.space("Via Nizza 18", features={"wc_count": 0, "gas": False}), world.client("officer")
    fields = form_of(page(client.get(f"/desk/premises/{slug}")))
    assert fields["f-wc_count"] == "0"
    assert fields["f-gas"] == "no"
    assert fields["f-water"] == ""
    sent = fields | {"f-usable_area_m2": "68,5", "f-rent_cents": "280", "f-windows-from-0": "2027-03-01",
                     "f-hours_allowed-mon": "8-20", "f-hazards-known": "1", "description-it": "Serranda"}  # fmt: skip
    assert send(client, f"/desk/premises/{slug}", sent).status_code == 302
    row = world.row(slug)
    assert row["features"] == {
        "usable_area_m2": 68.5, "gas": False, "wc_count": 0, "hazards": [], "rent_cents": 28000,
        "hours_allowed": {"mon": [["08:00", "20:00"]]}, "windows": [{"from": "2027-03-01", "to": None}],
    }  # fmt: skip
    assert row["description"] == {"en": "", "it": "Serranda"} or row["description"] == {"it": "Serranda"}
    assert row["version"] == 2
    shown = re.sub(r"<[^>]*>", "", page(client.get(f"/desk/premises/{slug}")))
    assert re.search(r"Usable area\s*not known → 68.5 m²", shown)


def test_a_faulty_field_is_named_and_nothing_typed_is_lost(world: World) -> None:
    slug, client = world.space("Via Nizza 18"), world.client("officer")
    fields = form_of(page(client.get(f"/desk/premises/{slug}"))) | {
        "f-usable_area_m2": "big", "f-rent_cents": "-4", "lat": "north", "f-former_use": "bakery",
    }  # fmt: skip
    answer = send(client, f"/desk/premises/{slug}", fields)
    assert answer.status_code == 422
    assert answer.text.count("This is not a number.") >= 2
    assert 'value="bakery"' in answer.text
    assert 'value="north"' in answer.text
    assert world.row(slug)["version"] == 1


def test_a_record_changed_in_between_shows_the_difference_and_keeps_what_was_typed(world: World) -> None:
    slug, client = world.space("Via Nizza 18"), world.client("officer")
    fields = form_of(page(client.get(f"/desk/premises/{slug}"))) | {"street": "Via Nizza", "f-wc_count": "2"}
    edit_space(world.services.unit_of_work(), ADMINISTRATOR, slug, 1, {"features": {"wc_count": 1}}, NOW)
    answer = send(client, f"/desk/premises/{slug}", fields)
    assert answer.status_code == 412
    assert "Somebody else saved this in between" in answer.text
    again = form_of(answer.text) | {"keep-features.wc_count": "yours"}
    assert again["version"] == "2"
    assert again["street"] == "Via Nizza"
    assert send(client, f"/desk/premises/{slug}", again).status_code == 302
    assert world.row(slug)["features"] == {"wc_count": 2}


def test_an_area_officer_edits_at_home_and_cannot_move_a_place_away(world: World) -> None:
    slug, client = world.space("Via Occidentale 1", WEST), world.client("officer_west")
    assert send(client, f"/desk/premises/{slug}/place",
                {"version": 1, "lon": EAST[0], "lat": EAST[1]}).status_code == 403  # fmt: skip
    assert send(client, f"/desk/premises/{slug}/place",
                {"version": 1, "lon": WEST[0] + 0.001, "lat": WEST[1]}).status_code == 302  # fmt: skip
    other = world.space("Via Orientale 1", EAST)
    assert client.get(f"/desk/premises/{other}").status_code == 404


def test_a_moderator_reads_a_record_and_cannot_change_it(world: World) -> None:
    slug, client = world.space("Via Nizza 18"), world.client("moderator_east")
    shown = page(client.get(f"/desk/premises/{slug}"))
    assert "can read this record" in shown
    fields = {"version": 1, "name": "Mine", "asset_kind": "office", "owner_type": "unknown", "lon": "7.69",
              "lat": "45.05", "publication_precision": "exact", "availability_state": "offered"}  # fmt: skip
    assert send(client, f"/desk/premises/{slug}", fields).status_code == 403
    assert world.row(slug)["name"] == "Via Nizza 18"


def test_new_premises_from_typed_degrees(world: World) -> None:
    client = world.client("officer")
    fields = {"street": "Via Nizza", "number": "7", "lon": "7,69", "lat": "45.05", "asset_kind": "workshop",
              "owner_type": "municipality", "publication_precision": "exact"}  # fmt: skip
    answer = send(client, "/desk/premises/new", fields)
    assert answer.headers["Location"] == "/desk/premises/via-nizza-7"
    assert world.row("via-nizza-7")["record_state"] == "published"
    for lon, lat in (("0", "0"), ("45.05", "97"), ("NaN", "1"), ("", "")):
        assert send(client, "/desk/premises/new", fields | {"lon": lon, "lat": lat, "street": "x"}).status_code == 422


def test_the_register_filters_sorts_and_forgives_nothing_strange(world: World) -> None:
    world.space("Alfa", features={"usable_area_m2": 30})
    world.space("Beta", WEST, features={"usable_area_m2": 90}, owner_type="municipality")
    client = world.client("officer")
    names = lambda address: re.findall(r'<a href="/desk/premises/[^"]+">([^<]+)</a>', page(client.get(address)))  # noqa: E731
    assert names("/desk/premises") == ["Alfa", "Beta"]
    assert names("/desk/premises?sort=-size") == ["Beta", "Alfa"]
    assert names("/desk/premises?area=west") == ["Beta"]
    assert names("/desk/premises?owner=municipality&complete=little") == ["Beta"]
    assert names("/desk/premises?q=alf") == ["Alfa"]
    assert names("/desk/premises?q=%25") == []
    assert names("/desk/premises?page=99999999999") == ["Alfa", "Beta"]
    assert client.get("/desk/premises?sort=password").status_code == 422
    assert client.get("/desk/premises?q=%00").status_code == 422


def test_hostile_names_are_text_everywhere_and_cells_do_not_run(world: World) -> None:
    for words in HOSTILE:
        world.space(words)
    slug = world.space("=HYPERLINK(1)")
    client = world.client("officer")
    for address in ("/desk/premises", f"/desk/premises/{slug}", f"/desk?item={slug}"):
        shown = page(client.get(address))
        assert "<img src=x" not in shown
        assert "<ins>49" not in shown
    assert "&lt;img src=x" in page(client.get("/desk/premises"))
    rows = list(csv.DictReader(io.StringIO(client.get("/desk/premises.csv").data.decode("utf-8-sig"))))
    assert {row["name"] for row in rows} == {*HOSTILE, "'=HYPERLINK(1)"}
    assert client.get("/desk/premises.xlsx").data.startswith(b"PK")


def test_a_place_that_becomes_coarse_loses_the_address_in_its_own_address(world: World) -> None:
    slug = world.space("Via Saluzzo 42")
    assert slug == "via-saluzzo-42"
    actor = Actor(user_id=world.users["officer"], grants=(Grant(Role.OFFICER),))

    changed = edit_space(world.services.unit_of_work(), actor, slug, 1, {"publication_precision": "cell_100m"}, NOW)

    visitor = world.client()
    assert changed.slug == f"space-{changed.id.hex[-6:]}"
    assert visitor.get(f"/spaces/{changed.slug}").status_code == 200
    assert visitor.get("/spaces/via-saluzzo-42").status_code == 404
