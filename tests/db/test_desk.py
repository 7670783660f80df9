"""The desk through the web: who gets in, what the queue holds for whom, decisions, the register, files."""

import csv
import io
import json
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from mapsvc.bootstrap import Services, build
from mapsvc.config import Settings
from mapsvc.domain.groups import Group
from mapsvc.domain.ids import new_id
from mapsvc.domain.observations import Claim
from mapsvc.domain.people import Actor, Grant, Role
from mapsvc.domain.photos import CheckedPhoto
from mapsvc.usecases import seeding
from mapsvc.usecases.marking import Report, report_space
from mapsvc.usecases.observations import Answer, add_observation
from mapsvc.usecases.spaces import add_space, edit_space
from mapsvc.web.app import create_app

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ADMINISTRATOR = Actor(user_id=None, grants=(Grant(Role.ADMINISTRATOR),))
EAST, WEST = (7.69, 45.05), (7.66, 45.05)
PHOTO = CheckedPhoto(b"jpeg", b"small", 4, 3, "0" * 64)
PAGES = ["/desk", "/desk/premises", "/desk/premises.csv", "/desk/premises.xlsx", "/desk/premises/new", "/desk/imports",
         "/desk/people"]  # fmt: skip
HOSTILE = ("{{7*7}}", "${alert(1)}", "<img src=x onerror=alert(1)>", "50% {% of")


@dataclass
class World:
    """An application with two areas, east and west, and an account for each kind of visitor."""

    services: Services
    app: Flask
    areas: dict[str, UUID]
    users: dict[str, int] = field(default_factory=dict)

    def person(self, name: str, role: Role | None, area: str | None = None) -> Actor:
        with self.services.unit_of_work() as uow:
            user = uow.people.add(f"{name}@example.org", name, "en", None, NOW, demonstration=False)
            area_id = self.areas[area] if area else None
            if role is not None:
                uow.people.grant(user, role, area_id=area_id, granted_by=None, at=NOW)
            uow.commit()
        self.users[name] = user
        return Actor(user_id=user, name=name, grants=(Grant(role, area_id),) if role else ())

    def client(self, name: str = "") -> FlaskClient:
        client = self.app.test_client()
        if name:
            with self.services.engine.connect() as connection:
                query = text("SELECT fs_uniquifier FROM users WHERE id = :id")
                key = connection.execute(query, {"id": self.users[name]}).scalar_one()
            with client.session_transaction() as session:
                session.update(_user_id=key, _fresh=True, _id="test")
        return client

    def report(self, street: str, at: tuple[float, float] = EAST, number: str = "1", photo: bool = False) -> str:
        actor = Actor(device=uuid4().hex)
        report = Report(uuid4(), uuid4().hex, *at, Claim.VACANT, street=street, number=number, note="shutter down",
                        photo=PHOTO if photo else None)  # fmt: skip
        done = report_space(self.services.unit_of_work(), self.services.photos, actor, report, NOW)
        return done.slug

    def space(self, name: str, at: tuple[float, float] = EAST, **values: object) -> str:
        wanted = {"name": name, "lon": at[0], "lat": at[1]} | values
        return add_space(self.services.unit_of_work(), ADMINISTRATOR, wanted, NOW).slug

    def row(self, slug: str) -> dict[str, object]:
        with self.services.engine.connect() as connection:
            row = connection.execute(text("SELECT * FROM spaces WHERE slug = :slug"), {"slug": slug}).one()
        return dict(row._mapping)

    def say(self, slug: str, claim: Claim, actor: Actor, days_ago: int) -> None:
        answer, now = Answer(uuid4(), claim, photo=PHOTO), NOW - timedelta(days=days_ago)
        add_observation(self.services.unit_of_work(), self.services.photos, actor, slug, answer, now)


@pytest.fixture
def world(settings: Settings) -> Iterator[World]:
    services = build(replace(settings, today="2026-11-22", pool_size=8))
    seeding.prepare_city(services.unit_of_work(), seeding.DEMONSTRATION_CITY, NOW)
    areas = {"east": (7.675, 7.72), "west": (7.63, 7.675)}
    ids = {}
    with services.engine.begin() as connection:
        for name, (west, east) in areas.items():
            ids[name] = new_id()
            connection.execute(
                text(
                    "INSERT INTO areas (id, slug, name, level, level_rank, geom, geom_3857, label_point, source_id,"
                    " source_key) SELECT :id, :name, initcap(:name), 'neighbourhood', 40, g, ST_Transform(g, 3857),"
                    " ST_PointOnSurface(g), (SELECT id FROM sources LIMIT 1), :name"
                    " FROM (SELECT ST_Multi(ST_MakeEnvelope(:west, 45.0, :east, 45.1, 4326)) AS g) box"
                ),
                {"id": ids[name], "name": name, "west": west, "east": east},
            )
    world = World(services, create_app(services), ids)
    world.person("officer", Role.OFFICER)
    world.person("moderator_east", Role.MODERATOR, "east")
    world.person("moderator_west", Role.MODERATOR, "west")
    world.person("officer_west", Role.OFFICER, "west")
    world.person("resident", None)
    yield world
    services.engine.dispose()


def page(answer: TestResponse) -> str:
    assert answer.status_code == 200, answer.text[:400]
    return answer.text


def send(client: FlaskClient, address: str, fields: dict[str, object], **more: object) -> TestResponse:
    """Send a form with the token of the page it would stand on."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/desk/premises").text)
    token = found.group(1) if found else ""
    return client.post(address, data={"csrf_token": token, **fields}, **more)


def as_json(client: FlaskClient, address: str, fields: dict[str, object]) -> TestResponse:
    return send(client, address, fields, headers={"Accept": "application/json"})


def decision(client: FlaskClient, slug: str, verb: str, version: int = 1, **fields: object) -> TestResponse:
    return as_json(client, f"/desk/spaces/{slug}/decision", {"verb": verb, "version": version, **fields})


@pytest.mark.parametrize("address", PAGES)
def test_a_visitor_signs_in_first(world: World, address: str) -> None:
    answer = world.client().get(address)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/login?next=%2Fdesk")


@pytest.mark.parametrize("address", PAGES)
def test_an_account_without_a_role_of_the_desk_gets_nothing(world: World, address: str) -> None:
    assert world.client("resident").get(address).status_code == 403


def test_a_program_without_an_account_gets_401(world: World) -> None:
    world.report("Via Nizza")
    answer = world.client().get("/desk", headers={"Accept": "application/json"})
    assert answer.status_code == 401
    assert answer.content_type == "application/problem+json"


def test_a_moderator_may_neither_import_nor_manage_people_nor_add(world: World) -> None:
    client = world.client("moderator_east")
    for address in ("/desk/imports", "/desk/people", "/desk/premises/new"):
        assert client.get(address).status_code == 403, address


def test_the_queue_holds_only_what_lies_in_the_areas_of_the_account(world: World) -> None:
    world.report("Via Orientale", EAST)
    world.report("Via Occidentale", WEST)
    east, both = page(world.client("moderator_east").get("/desk")), page(world.client("officer").get("/desk"))
    assert "Via Orientale" in east
    assert "Via Occidentale" not in east
    assert "1 thing needs a decision" in east
    assert "2 things need a decision" in both


def test_another_areas_moderator_neither_sees_nor_decides(world: World) -> None:
    slug = world.report("Via Orientale", EAST)
    client = world.client("moderator_west")
    assert decision(client, slug, "publish").status_code == 404
    assert "Via Orientale" not in page(client.get(f"/desk?item={slug}"))
    assert client.get(f"/desk/premises/{slug}").status_code == 404
    assert "Via Orientale" not in client.get("/desk/premises.csv").text
    assert world.row(slug)["record_state"] == "submitted"


def test_a_report_is_published_once_and_the_second_decision_is_told_so(world: World) -> None:
    slug = world.report("Via Nizza")
    first, second = world.client("officer"), world.client("moderator_east")
    assert decision(first, slug, "publish").status_code == 200
    late = decision(second, slug, "reject", reason="spam")
    assert late.status_code == 412
    assert world.row(slug)["record_state"] == "published"
    plain = send(second, f"/desk/spaces/{slug}/decision", {"verb": "reject", "version": 1, "reason": "spam"})
    assert plain.status_code == 412
    assert "Somebody else decided first" in plain.text


def test_two_decisions_at_the_same_moment_leave_one(world: World) -> None:
    slug = world.report("Via Nizza")
    clients = [world.client("officer"), world.client("moderator_east")]
    tokens = [re.search(r'name="csrf_token" value="([^"]+)"', one.get("/desk/premises").text) for one in clients]
    start, codes = threading.Barrier(2), [0, 0]

    def decide(place: int) -> None:
        found = tokens[place]
        assert found is not None
        fields = {"csrf_token": found.group(1), "version": 1, "reason": "spam", "verb": ("publish", "reject")[place]}
        start.wait()
        codes[place] = (
            clients[place]
            .post(f"/desk/spaces/{slug}/decision", data=fields, headers={"Accept": "application/json"})
            .status_code
        )

    threads = [threading.Thread(target=decide, args=(place,)) for place in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(codes) == [200, 412]
    assert world.row(slug)["record_state"] == ("published" if codes[0] == 200 else "rejected")


def test_a_decision_needs_a_version_and_a_reason_of_the_list(world: World) -> None:
    slug, client = world.report("Via Nizza"), world.client("officer")
    assert as_json(client, f"/desk/spaces/{slug}/decision", {"verb": "publish"}).status_code == 428
    assert decision(client, slug, "reject").status_code == 422
    assert decision(client, slug, "reject", reason="because").status_code == 422
    assert decision(client, slug, "archive everything").status_code == 422
    assert world.row(slug)["record_state"] == "submitted"


def test_hiding_can_be_taken_back_by_the_same_person(world: World) -> None:
    slug, client = world.space("Via Nizza 18"), world.client("officer")
    hidden = decision(client, slug, "hide", reason="private")
    assert hidden.json == {"message": "Via Nizza 18 is hidden.", "undo": "/desk/undo"}
    assert world.row(slug)["record_state"] == "hidden"
    assert as_json(client, "/desk/undo", {}).status_code == 200
    assert world.row(slug)["record_state"] == "published"
    assert as_json(client, "/desk/undo", {}).status_code == 404


def test_an_officers_finding_counts_as_a_visit_and_can_be_taken_back(world: World) -> None:
    slug, client = world.space("Via Nizza 18"), world.client("officer")
    done = as_json(client, f"/desk/spaces/{slug}/finding", {"claim": "vacant", "key": str(uuid4())})
    assert done.json == {"message": "Via Nizza 18: Confirmed vacant.", "undo": "/desk/undo"}
    assert world.row(slug)["status_codes"][0] == "confirmed_vacant"
    as_json(client, "/desk/undo", {})
    assert world.row(slug)["status_codes"] == ["unverified"]


def test_joining_needs_a_say_over_both_records(world: World) -> None:
    mine, theirs = world.report("Via Nizza", EAST), world.space("Via Po 3", WEST)

    answer = decision(world.client("moderator_east"), mine, "same_as", same_as=theirs)

    assert answer.status_code == 403
    assert world.row(mine)["record_state"] == "submitted"


def test_a_place_that_becomes_coarse_loses_the_address_in_its_own_address(world: World) -> None:
    slug = world.space("Via Saluzzo 42")
    assert slug == "via-saluzzo-42"
    actor = Actor(user_id=world.users["officer"], grants=(Grant(Role.OFFICER),))

    changed = edit_space(world.services.unit_of_work(), actor, slug, 1, {"publication_precision": "cell_100m"}, NOW)

    visitor = world.client()
    assert changed.slug == f"space-{changed.id.hex[-6:]}"
    assert visitor.get(f"/spaces/{changed.slug}").status_code == 200
    assert visitor.get("/spaces/via-saluzzo-42").status_code == 404


def test_same_as_takes_a_neighbour_or_a_name_but_offers_no_sibling(world: World) -> None:
    world.space("Via Nizza 18", street="Via Nizza", number="18")
    world.space("Via Nizza 18/B", (EAST[0] + 0.00002, EAST[1]), street="Via Nizza", number="18/B")
    slug, client = world.report("Via Nizza", EAST, "18"), world.client("officer")
    shown = page(client.get(f"/desk?item={slug}"))
    offered = re.findall(r'name="same_as" value="([^"]+)"', shown)
    assert offered == ["via-nizza-18"]
    assert "other units" in shown
    assert decision(client, slug, "same_as", same_as_words="via nizza 1 bis").status_code == 422
    assert decision(client, slug, "same_as", same_as_words="via nizza 18").status_code == 200
    assert world.row(slug)["record_state"] == "merged"
    assert world.row("via-nizza-18")["observation_count"] == 1


def test_texts_of_a_public_place_wait_in_the_queue_until_somebody_looks(world: World) -> None:
    slug = world.space("Via Nizza 18")
    answer = Answer(uuid4(), Claim.VACANT, note="padlock on the door")
    add_observation(world.services.unit_of_work(), world.services.photos, Actor(device="d"), slug, answer, NOW)
    client = world.client("moderator_east")
    assert "Text or photo to look at" in page(client.get("/desk?kind=texts"))
    done = as_json(client, f"/desk/spaces/{slug}/texts", {"version": 1, "show": "1"})
    assert done.status_code == 200
    with world.services.engine.connect() as connection:
        assert connection.execute(text("SELECT note_state FROM observations")).scalar_one() == "published"
    assert "Via Nizza 18" not in page(client.get("/desk?kind=texts"))


def test_a_text_that_came_after_the_page_was_made_goes_on_waiting(world: World) -> None:
    slug = world.space("Via Nizza 18")
    answer = Answer(uuid4(), Claim.VACANT, note="padlock on the door")
    add_observation(world.services.unit_of_work(), world.services.photos, Actor(device="d"), slug, answer, NOW)
    client = world.client("moderator_east")
    seen = "2026-11-22T00:00:00+00:00"
    as_json(client, f"/desk/spaces/{slug}/texts", {"version": 1, "show": "1", "seen_at": seen})
    with world.services.engine.connect() as connection:
        assert connection.execute(text("SELECT note_state FROM observations")).scalar_one() == "queued"


def test_two_answers_come_with_who_says_what(world: World) -> None:
    slug = world.space("Via Nizza 18")
    for place, (name, claim) in enumerate([("a", "vacant"), ("b", "vacant"), ("c", "occupied"), ("d", "occupied")]):
        world.say(slug, Claim(claim), world.person(name, None), days_ago=4 - place)
    shown = page(world.client("officer").get("/desk?kind=disputed"))
    assert "2 say vacant, 2 say in use." in shown
    assert "Two answers" in shown


def test_what_is_said_to_be_gone_is_archived_by_an_officer_alone(world: World) -> None:
    slug = world.space("Via Nizza 18")
    officer = Actor(user_id=world.users["officer"], grants=(Grant(Role.OFFICER),))
    world.say(slug, Claim.GONE, officer, days_ago=1)
    moderator = world.client("moderator_east")
    assert "Said to be gone" in page(moderator.get("/desk"))
    assert 'value="archive"' not in page(moderator.get(f"/desk?item={slug}"))
    assert decision(moderator, slug, "archive").status_code == 403
    client = world.client("officer")
    assert 'value="archive"' in page(client.get(f"/desk?item={slug}"))
    assert decision(client, slug, "archive").json == {"message": "Via Nizza 18 is archived.", "undo": None}
    assert world.row(slug)["record_state"] == "archived"


def test_records_outside_every_area_are_no_checks_and_stand_last(world: World) -> None:
    world.space("Abroad", (-122.4, 37.7))
    inside = world.space("Home")
    with world.services.engine.begin() as connection:
        connection.execute(text("UPDATE spaces SET next_check_due = '2026-01-01'"))
    client = world.client("officer")
    shown = page(client.get("/desk?kind=check"))
    assert re.findall(r'data-item="([^"]+)"', shown) == [inside]
    listed = page(client.get("/desk/premises?sort=name"))
    assert listed.index("Home</a>") < listed.index("Abroad</a>")


def test_photos_are_seen_by_the_moderators_of_the_place_alone(world: World) -> None:
    world.report("Via Nizza", EAST, photo=True)
    with world.services.engine.connect() as connection:
        photo = connection.execute(text("SELECT id FROM photos")).scalar_one()
    address = f"/desk/photos/{photo}.jpg"
    assert world.client("moderator_east").get(address).data == b"jpeg"
    assert world.client("moderator_west").get(address).status_code == 404
    assert world.client().get(address).status_code == 302


def form_of(text_of_page: str) -> dict[str, str]:
    """Return what stands in the controls of the record's form, as a browser would send it."""
    form = text_of_page.split("novalidate>", 1)[1].split("</form>", 1)[0]
    inputs = [one for one in re.findall(r"<input[^>]*>", form) if 'type="checkbox"' not in one]
    fields = dict(re.findall(r'name="([^"]+)" value="([^"]*)"', " ".join(inputs)))
    for name, options in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', form, re.S):
        chosen = re.search(r'value="([^"]*)" selected', options)
        fields[name] = chosen.group(1) if chosen else ""
    for name, words in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>\n?(.*?)</textarea>', form, re.S):
        fields[name] = words
    return fields


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
    assert "Usable area: not known → 68.5 m²" in page(client.get(f"/desk/premises/{slug}"))


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
    assert "Somebody else changed this record in between" in answer.text
    assert "<del>1</del>" in answer.text
    assert "<ins>2</ins>" in answer.text
    again = form_of(answer.text)
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


FILE = (
    "street,number,lon,lat,kind,area,seen,date\n"
    "Via Nizza,1,7.69,45.05,negozio,64,vuoto,2026-11-01\n"
    "Via Saluzzo,2,7.691,45.051,negozio,72,,\n"
    "Via Ormea,3,0,0,negozio,50,,\n"
    "{{7*7}},4,7.692,45.05,<img src=x onerror=alert(1)>,50,,\n"
)


def upload(client: FlaskClient, content: str | bytes = FILE, **fields: str) -> TestResponse:
    data = content.encode() if isinstance(content, str) else content
    return send(
        client, "/desk/imports",
        {"title": "Comune 2026", "licence": "CC0-1.0", "file": (io.BytesIO(data), "premises.csv")} | fields,
        content_type="multipart/form-data",
    )  # fmt: skip


def count(world: World) -> int:
    with world.services.engine.connect() as connection:
        return int(connection.execute(text("SELECT count(*) FROM spaces")).scalar_one())


def test_a_file_is_previewed_row_by_row_and_only_ticked_rows_are_written(world: World) -> None:
    client = world.client("officer")
    address = upload(client).headers["Location"]
    shown = page(client.get(address))
    assert count(world) == 0
    assert re.findall(r'name="row" value="(\d+)"', shown) == ["1", "2"]
    assert "The position 0, 0 stands for a missing one." in shown
    assert "is not one of the words that are understood here." in shown
    assert "<img src=x" not in shown
    none = send(client, address, {"verb": "apply", "take_new": "1"})
    assert none.status_code == 422
    assert send(client, address, {"verb": "apply", "take_new": "1", "row": ["2"]}).status_code == 302
    assert count(world) == 1
    assert "1 new and 0 changed" in page(client.get(address))
    assert send(client, address, {"verb": "apply", "take_new": "1", "row": ["1"]}).status_code in (409, 422)
    assert count(world) == 1


def test_the_next_edition_shows_changes_field_by_field(world: World) -> None:
    client = world.client("officer")
    send(client, upload(client).headers["Location"], {"verb": "apply", "take_new": "1", "row": ["1", "2"]})
    address = upload(client, FILE.replace("64", "70")).headers["Location"]
    shown = page(client.get(address))
    assert "<del>64 m²</del>" in shown
    assert "<ins>70 m²</ins>" in shown
    edited = world.row("via-nizza-1")
    edit_space(
        world.services.unit_of_work(), ADMINISTRATOR, "via-nizza-1", int(str(edited["version"])), {"floor": "1"}, NOW
    )
    late = send(client, address, {"verb": "apply", "take_changed": "1", "row": ["1"]})
    assert late.status_code == 412
    assert world.row("via-nizza-1")["features"] == edited["features"]


def test_a_file_of_another_account_or_of_an_area_stays_closed(world: World) -> None:
    address = upload(world.client("officer")).headers["Location"]
    assert world.client("officer_west").get(address).status_code == 403
    assert world.client("moderator_east").get(address).status_code == 403
    west = world.client("officer_west")
    shown = page(west.get(upload(west).headers["Location"]))
    assert "It lies outside the areas of your account." in shown
    assert 'name="row"' not in shown


@pytest.mark.parametrize(
    ("content", "status", "words"),
    [
        (b"", 422, "The file is empty."),
        (b"street;na\xefve\n\xc3\xa8;\xff\x81", 422, "UTF-8"),
        (b"colour,weight\nred,3\n", 422, "Nothing says where the places are."),
        (b"\x89PNG\r\n\x1a\n" + b"0" * 40, 415, "This is not a table."),
        (b'{"type": "FeatureCollection", "features": []}', 422, "has a header but no rows"),
        (b"PK\x03\x04 broken", 422, "broken"),
    ],
)
def test_a_file_that_cannot_be_used_says_why(world: World, content: bytes, status: int, words: str) -> None:
    answer = upload(world.client("officer"), content)
    assert answer.status_code == status
    assert words in answer.text
    assert "Nothing was written." in answer.text


def test_without_a_file_the_form_says_so(world: World) -> None:
    answer = send(world.client("officer"), "/desk/imports", {"title": "x"})
    assert answer.status_code == 422
    assert "Choose a file first." in answer.text


def test_a_group_is_approved_by_its_area_and_its_asker_becomes_curator(world: World) -> None:
    with world.services.unit_of_work() as uow:
        group = Group(
            uuid4(), "vicini", "Vicini", "", None, world.areas["east"], "requested", world.users["resident"], NOW
        )
        uow.groups.add(group)
        uow.commit()
    west, officer = world.client("officer_west"), world.client("officer")
    assert "Vicini" not in page(west.get("/desk"))
    address = f"/desk/groups/{group.id}/decision"
    assert as_json(west, address, {"verb": "approve", "version": 1}).status_code == 403
    assert as_json(world.client("moderator_east"), address, {"verb": "approve", "version": 1}).status_code == 403
    assert "Vicini" in page(officer.get("/desk?kind=group"))
    assert as_json(officer, address, {"verb": "refuse", "version": 1}).status_code == 422
    assert as_json(officer, address, {"verb": "approve", "version": 1}).status_code == 200
    assert as_json(officer, address, {"verb": "refuse", "version": 1, "reason": "no"}).status_code == 412
    with world.services.unit_of_work() as uow:
        account = uow.people.get(world.users["resident"])
        mails = [(mail["template"], mail["params"]) for mail in uow.outbox.take(9)]
    assert account is not None
    assert [(grant[1], grant[3]) for grant in account.grants] == [("curator", group.id)]
    assert mails[0] == ("group_approved", {"group": "Vicini", "slug": "vicini"})


def test_decisions_need_the_token_of_the_form(world: World) -> None:
    slug = world.report("Via Nizza")
    answer = world.client("officer").post(f"/desk/spaces/{slug}/decision", data={"verb": "publish", "version": 1})
    assert answer.status_code == 400
    assert world.row(slug)["record_state"] == "submitted"


def test_nothing_of_the_desk_is_kept_by_browsers(world: World) -> None:
    answer = world.client("officer").get("/desk")
    assert answer.headers["Cache-Control"] == "no-store"
    assert json.loads(as_json(world.client("officer"), "/desk/undo", {}).data)["status"] == 404
