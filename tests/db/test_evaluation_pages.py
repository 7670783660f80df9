"""The pages of checks, committee and scores: who may open them, what they say, what bad forms get."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from mapsvc.bootstrap import Services, build
from mapsvc.config import Settings
from mapsvc.notify.messages import compose
from mapsvc.usecases import committees, scores
from mapsvc.web.app import create_app
from tests.builders import NOW, PASSWORD, TODAY, Builder
from tests.evaluation_world import CODE, EvaluationWorld, build_world, marks

DESK = f"/desk/calls/{CODE}"
ONE = f"{DESK}/applications/APP-0101"
SHEET = f"/committee/{CODE}/APP-0101"


@pytest.fixture
def services(settings: Settings) -> Iterator[Services]:
    services = build(replace(settings, today=TODAY.isoformat()))
    yield services
    services.engine.dispose()


@pytest.fixture
def world(services: Services) -> EvaluationWorld:
    return build_world(Builder(services), passwords=True)


@pytest.fixture
def scoring(world: EvaluationWorld) -> EvaluationWorld:
    world.admit_all()
    world.name_committee("ada", "bruno")
    return world


def client(world: EvaluationWorld, name: str = "") -> FlaskClient:
    app = create_app(world.make.services)
    app.config["WTF_CSRF_ENABLED"] = False
    visitor = app.test_client()
    if name:
        answer = visitor.post("/login", data={"email": f"{name}@example.org", "password": PASSWORD})
        assert answer.status_code == 302
    return visitor


def form(quality: object = 40, benefit: object = 30, version: int = 0, **more: object) -> dict[str, object]:
    given = {
        "points-quality": quality,
        "reason-quality": "Clear.",
        "points-benefit": benefit,
        "reason-benefit": "Much.",
    }
    return given | {"version": version, "verb": "save"} | more


@pytest.mark.parametrize(("name", "led"), [("ada", True), ("stranger", False)])
def test_the_menu_of_a_member_leads_to_the_committee(scoring: EvaluationWorld, name: str, led: bool) -> None:
    assert ('href="/committee"' in client(scoring, name).get("/account").text) is led


def test_the_list_has_the_worst_first(world: EvaluationWorld) -> None:
    world.apply("APP-0104", facts={"name": "Four"}, plan=False)
    world.apply("APP-0105", facts={"name": "Five", "seat": "south"})
    page = client(world, "officer").get(f"{DESK}/applications").get_data(as_text=True)
    places = [page.index(code) for code in ("APP-0105", "APP-0104", "APP-0101")]
    assert places == sorted(places)
    assert "5 wait for the office" in page
    assert "Brings: Plan of activities" in page


def test_an_officer_admits_and_goes_on_to_the_next(world: EvaluationWorld) -> None:
    officer = client(world, "officer")
    assert "Open to:" in officer.get(ONE).get_data(as_text=True)
    answer = officer.post(f"{ONE}/decision", data={"verb": "admit", "version": 1, "next": 1})
    assert answer.status_code == 303
    assert answer.headers["Location"].endswith("/applications/APP-0102")
    again = officer.post(f"{ONE}/decision", data={"verb": "admit", "version": 1})
    assert again.status_code == 409
    assert "Somebody has decided" in again.get_data(as_text=True)


@pytest.mark.parametrize(
    ("data", "status", "says"),
    [
        ({"verb": "refuse", "reason": "Because", "norm": ""}, 422, "Name the norm"),
        ({"verb": "refuse", "reason": "", "norm": "Art. 3"}, 422, "Write a reason"),
        ({"verb": "ask", "asked": "The plan", "due_on": "2026-11-21"}, 422, "at least 10 days"),
        ({"verb": "ask", "asked": "The plan", "due_on": "soon"}, 422, "at least 10 days"),
        ({"verb": "dance"}, 422, "dance"),
        ({"verb": "admit", "version": "x"}, 428, "version"),
        ({"verb": "admit", "version": "7"}, 412, "in between"),
    ],
)
def test_a_decision_with_a_fault_keeps_what_was_typed(
    world: EvaluationWorld, data: dict, status: int, says: str
) -> None:
    answer = client(world, "officer").post(f"{ONE}/decision", data={"version": 1} | data)
    page = answer.get_data(as_text=True)
    assert answer.status_code == status
    assert says in page
    assert data.get("asked", "") in page
    assert world.stored("APP-0101").version == 1


def test_a_finding_needs_words(world: EvaluationWorld) -> None:
    officer = client(world, "officer")
    data = {"rule": "seat", "state": "fail", "note": ""}
    assert officer.post(f"{ONE}/check", data=data).status_code == 422
    assert officer.post(f"{ONE}/check", data=data | {"note": "They moved away."}).status_code == 303
    assert "They moved away." in officer.get(ONE).get_data(as_text=True)
    assert officer.post(f"{ONE}/check", data=data | {"rule": "other", "note": "x"}).status_code == 404


@pytest.mark.parametrize(
    ("name", "status"),
    [("officer", 200), ("director", 200), ("far", 403), ("auditor", 403), ("ada", 403), ("stranger", 403), ("", 302)],
)
def test_who_opens_the_pages_of_the_desk(scoring: EvaluationWorld, name: str, status: int) -> None:
    visitor = client(scoring, name)
    for address in (f"{DESK}/applications", ONE, f"{DESK}/committee", f"{DESK}/owners"):
        answer = visitor.get(address)
        assert answer.status_code == status, address
        if status != 200:
            assert "Officina Rumore" not in answer.get_data(as_text=True)


@pytest.mark.parametrize("name", ["far", "director", "auditor", "ada", "stranger", ""])
def test_nobody_else_decides_at_the_desk(world: EvaluationWorld, name: str) -> None:
    visitor = client(world, name)
    posts = {
        f"{ONE}/decision": {"verb": "admit", "version": 1},
        f"{ONE}/check": {"rule": "seat", "state": "pass", "note": "x"},
        f"{DESK}/committee": {"verb": "add", "email": "carla@example.org"},
        f"{DESK}/owners": {"lot": 1},
    }
    for address, data in posts.items():
        assert visitor.post(address, data=data).status_code in (302, 403), address
    assert world.stored("APP-0101").version == 1
    assert world.make.rows("SELECT 1 FROM committee_members") == []


def test_a_document_is_saved_and_never_opened(world: EvaluationWorld, services: Services) -> None:
    paper = world.make.rows("SELECT id FROM application_documents WHERE receipt = 'D-APP-0101'")[0].id
    services.documents.save(paper, b"%PDF-1.4 plan")
    answer = client(world, "officer").get(f"{ONE}/documents/{paper}")
    assert answer.data == b"%PDF-1.4 plan"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    foreign = f"{DESK}/applications/APP-0102/documents/{paper}"
    assert client(world, "officer").get(foreign).status_code == 404
    assert client(world, "far").get(f"{ONE}/documents/{paper}").status_code == 403


def test_members_read_documents_unless_they_are_too_near(scoring: EvaluationWorld, services: Services) -> None:
    paper = scoring.make.rows("SELECT id FROM application_documents WHERE receipt = 'D-APP-0101'")[0].id
    services.documents.save(paper, b"%PDF-1.4 plan")
    address = f"{SHEET}/documents/{paper}"
    assert client(scoring, "ada").get(address).status_code == 200
    assert client(scoring, "stranger").get(address).status_code == 404
    committees.declare_conflict(scoring.uow(), scoring.people["ada"], CODE, "APP-0101", "My sister", NOW)
    assert client(scoring, "ada").get(address).status_code == 404


def test_a_member_is_named_by_the_address_of_an_account(world: EvaluationWorld) -> None:
    officer = client(world, "officer")
    for email, says in (
        ("nobody@example.org", "no open account"),
        ("director@example.org", "A director adopts"),
        ("", "Write the address"),
    ):
        answer = officer.post(f"{DESK}/committee", data={"verb": "add", "email": email})
        assert answer.status_code in (409, 422)
        assert says in answer.get_data(as_text=True)
    assert officer.post(f"{DESK}/committee", data={"verb": "add", "email": "ada@example.org"}).status_code == 303
    assert "Chair" in officer.get(f"{DESK}/committee").get_data(as_text=True)
    mail = world.make.rows("SELECT recipient, template, lang, params FROM outbox")[0]
    assert (mail.recipient, mail.template) == ("ada@example.org", "committee_named")
    written = compose(mail.recipient, mail.template, mail.lang, mail.params, public_url="https://map.example", city="T")
    assert f"https://map.example/committee/{CODE}" in written.body
    assert officer.post(f"{DESK}/committee", data={"verb": "remove", "user_id": "9" * 30}).status_code == 404


def test_refusals_say_why_and_how_to_object(world: EvaluationWorld) -> None:
    data = {"verb": "refuse", "version": 1, "reason": "The plan is for another city.", "norm": "Art. 3 of the notice"}
    assert client(world, "officer").post(f"{ONE}/decision", data=data).status_code == 303
    mail = world.make.rows("SELECT recipient, template, lang, params FROM outbox")[0]
    for lang in ("en", "it"):
        written = compose(mail.recipient, mail.template, lang, {"token": "t" * 22, **mail.params},
                          public_url="https://map.example", city="T")  # fmt: skip
        assert "The plan is for another city." in written.body
        assert "Art. 3 of the notice" in written.body
        assert "Urban commons" in written.body
        assert "https://map.example/a/" in written.body
    assert "10 days" in compose(mail.recipient, mail.template, "en", {"token": "t", **mail.params},
                                public_url="https://map.example", city="T").body  # fmt: skip


def test_a_sheet_saves_itself_and_is_signed_with_a_tick(scoring: EvaluationWorld) -> None:
    ada = client(scoring, "ada")
    assert "Your sheet" in ada.get(SHEET).get_data(as_text=True)
    answer = ada.post(SHEET, data=form(benefit=""), headers={"Accept": "application/json"})
    assert answer.json["version"] == 1
    unsure = ada.post(SHEET, data=form(version=1, verb="sign"))
    assert unsure.status_code == 422
    assert "Tick the box" in unsure.get_data(as_text=True)
    gap = ada.post(SHEET, data=form(benefit="", version=1, verb="sign", sure=1))
    assert gap.status_code == 422
    assert "Give points for every criterion" in gap.get_data(as_text=True)
    assert ada.post(SHEET, data=form(version=1, verb="sign", sure=1)).status_code == 303
    page = ada.get(SHEET).get_data(as_text=True)
    assert "It cannot change any more" in page
    assert "SHA-256" in page
    assert ada.post(SHEET, data=form(version=3)).status_code == 409


@pytest.mark.parametrize(
    ("data", "status"),
    [
        ({"points-quality": "61"}, 422),
        ({"points-quality": "-1"}, 422),
        ({"points-quality": "4.5"}, 422),
        ({"points-quality": "many"}, 422),
        ({"points-beauty": "1"}, 422),
        ({"version": "5"}, 412),
        ({"version": ""}, 428),
    ],
)
def test_bad_points_keep_what_was_typed(scoring: EvaluationWorld, data: dict, status: int) -> None:
    answer = client(scoring, "ada").post(SHEET, data=form() | {"reason-quality": "Typed with care"} | data)
    assert answer.status_code == status
    if status != 428:
        assert "Typed with care" in answer.get_data(as_text=True)
    assert scoring.make.rows("SELECT 1 FROM score_sheets") == []


def test_nobody_reads_what_another_member_gave(scoring: EvaluationWorld) -> None:
    given = {"quality": {"points": 57, "reason": "Secret words of Bruno"}, "benefit": {"points": 3, "reason": "More"}}
    scores.sign_sheet(scoring.uow(), scoring.people["bruno"], CODE, "APP-0101", given, 0, NOW)
    for name in ("ada", "officer", "director"):
        visitor = client(scoring, name)
        pages = [SHEET, f"/committee/{CODE}", f"{DESK}/committee", ONE, f"{DESK}/applications"]
        text = "".join(visitor.get(address).get_data(as_text=True) for address in pages)
        assert "Secret words" not in text
        # As a number on the page: the address of a style sheet may hold the same digits.
        assert [sign for sign in (">57", "57 of", '"57"', "57 to", "to 57") if sign in text] == []
        assert "60 of 100" not in text


def test_after_the_last_signature_means_are_shown_and_words_stay_with_their_author(scoring: EvaluationWorld) -> None:
    for name, quality in (("ada", 40), ("bruno", 20)):
        for code in ("APP-0101", "APP-0102", "APP-0103"):
            scores.sign_sheet(scoring.uow(), scoring.people[name], CODE, code, marks(quality, 25), 0, NOW)
    page = client(scoring, "officer").get(f"{DESK}/committee").get_data(as_text=True)
    assert "What they gave together" in page
    assert "from 45 to 65" in page
    assert "below" in page
    own = client(scoring, "ada").get(SHEET).get_data(as_text=True)
    assert "55 points together; the call asks for 60." in own
    assert client(scoring, "stranger").get(SHEET).status_code == 404


@pytest.mark.parametrize("name", ["stranger", "officer", "director", "auditor", "far"])
def test_the_committee_is_closed_to_everybody_else(scoring: EvaluationWorld, name: str) -> None:
    visitor = client(scoring, name)
    assert "You are in no committee" in visitor.get("/committee").get_data(as_text=True)
    for address in (f"/committee/{CODE}", SHEET):
        answer = visitor.get(address)
        assert answer.status_code == 404
        assert "Officina" not in answer.get_data(as_text=True)
    assert visitor.post(SHEET, data=form()).status_code == 404
    assert visitor.post(f"{SHEET}/conflict", data={"reason": "near"}).status_code == 404


def test_visitors_sign_in_first(scoring: EvaluationWorld) -> None:
    answer = client(scoring).get(SHEET)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/login?next=")
    assert client(scoring).post(SHEET, data=form(), headers={"Accept": "application/json"}).status_code == 401


def test_the_committee_sees_neither_addresses_nor_codes_of_registers(scoring: EvaluationWorld) -> None:
    text = client(scoring, "ada").get(SHEET).get_data(as_text=True)
    assert "group@example.org" not in text
    assert "97800010012" not in text
    assert client(scoring, "ada").get(SHEET).headers["Cache-Control"] == "no-store"


def test_a_conflict_is_declared_on_the_page(scoring: EvaluationWorld) -> None:
    ada = client(scoring, "ada")
    assert ada.post(f"{SHEET}/conflict", data={"reason": " "}).status_code == 422
    assert ada.post(f"{SHEET}/conflict", data={"reason": "My brother plays there"}).status_code == 303
    page = ada.get(SHEET).get_data(as_text=True)
    assert "You do not score this application" in page
    assert "points-quality" not in page
    assert "My brother plays there" in client(scoring, "officer").get(f"{DESK}/committee").get_data(as_text=True)


def test_owners_orders_are_noted_by_numbers(scoring: EvaluationWorld) -> None:
    officer = client(scoring, "officer")
    address = f"{DESK}/owners"
    partial = {"lot": 2, "rank-APP-0101": "1", "rank-APP-0102": ""}
    answer = officer.post(address, data=partial)
    assert answer.status_code == 422
    assert "every application" in answer.get_data(as_text=True)
    assert officer.post(address, data=partial | {"rank-APP-0102": "1"}).status_code == 422
    assert officer.post(address, data=partial | {"rank-APP-0102": "2"}).status_code == 303
    assert "noted" in officer.get(address).get_data(as_text=True)
    assert officer.post(address, data={"lot": "99", "rank-APP-0101": "1"}).status_code == 404


def test_hostile_words_stay_words(world: EvaluationWorld) -> None:
    world.apply("APP-0666", facts={"name": "<script>alert(1)</script>{{ 7 * 7 }}"},
                project={"title": "<b>x</b>", "summary": "{% raw %}", "themes": {"art": 1_000_000}})  # fmt: skip
    officer = client(world, "officer")
    for address in (f"{DESK}/applications", f"{DESK}/applications/APP-0666"):
        page = officer.get(address).get_data(as_text=True)
        assert "<script>alert" not in page
        assert "{{ 7 * 7 }}" in page


def test_a_day_that_has_passed_reopens_the_decision(world: EvaluationWorld) -> None:
    officer = client(world, "officer")
    due = (TODAY + timedelta(days=10)).isoformat()
    data = {"verb": "ask", "asked": "The plan", "due_on": due, "version": 1}
    assert officer.post(f"{ONE}/decision", data=data).status_code == 303
    assert "The group is completing it" in officer.get(ONE).get_data(as_text=True)
    world.make.write("UPDATE integration_requests SET due_on = '2026-11-01'")
    page = officer.get(ONE).get_data(as_text=True)
    assert "The group is completing it" not in page
    assert officer.post(f"{ONE}/decision", data={"verb": "admit", "version": 2}).status_code == 303
