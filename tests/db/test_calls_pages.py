"""The pages of a call: what an officer types is kept when it is wrong, and what was published can be recomputed."""

import hashlib
import re
from dataclasses import replace

import pytest

from mapsvc.bootstrap import build
from mapsvc.web.app import create_app
from tests.builders import PASSWORD, TODAY, Builder
from tests.call_world import CODE, build_call_world


class Visitor:
    """A browser without JavaScript."""

    def __init__(self, app, email=""):
        self.client = app.test_client()
        if email:
            answer = self.post("/login", email=email, password=PASSWORD)
            assert answer.status_code == 302

    def get(self, address):
        return self.client.get(address)

    def post(self, address, page="/login", **form):
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', self.client.get(page).text)
        return self.client.post(address, data=form | {"csrf_token": token[1] if token else ""})


@pytest.fixture
def services(settings):
    services = build(replace(settings, today=TODAY.isoformat()))
    yield services
    services.engine.dispose()


@pytest.fixture
def world(services):
    return build_call_world(Builder(services), passwords=True)


@pytest.fixture
def app(services):
    return create_app(services)


def form_of(page):
    """Return what a page would send if nothing was typed."""
    values = {}
    for tag in re.findall(r"<input[^>]*>", page):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and ('type="checkbox"' not in tag or " checked" in tag):
            values[name[1]] = value[1] if value else ""
    for name, text in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>\n?(.*?)</textarea>', page, re.S):
        values[name] = text
    for name, body in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', page, re.S):
        chosen = re.search(r'value="([^"]*)" selected', body)
        values[name] = chosen[1] if chosen else re.search(r'value="([^"]*)"', body)[1]
    return values


def test_an_officer_writes_a_call_from_nothing(world, app):
    officer = Visitor(app, "officer@example.org")
    new = officer.post(
        "/desk/calls/new", "/desk/calls/new", code="CB-9", title="Nine", area=str(world.make.areas["north"])
    )
    assert new.status_code == 303
    rules = officer.get("/desk/calls/CB-9/rules")
    form = form_of(rules.text) | {"office": "Urban commons", "weight_merit": "60", "weight_owner": "0", "members": "3"}
    assert officer.client.post("/desk/calls/CB-9/rules", data=form).status_code == 303
    definition = world.call("CB-9").definition
    assert (definition.weights.merit, definition.weights.owner) == (60, 0)
    assert [rule.kind.value for rule in definition.eligibility] == ["members"]
    assert sum(one.max_points for one in definition.criteria) == 100


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"weight_merit": "51"}, "weights have to add to 100"),
        ({"criterion_0_points": "31"}, "criteria have to add to 100"),
        ({"max_preferences": "5"}, "too small or too large"),
        ({"closes_on": "2027-02-30"}, "Write a day"),
        ({"threshold_total": "９"}, "whole number"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(world, app, typed, words):
    world.draft()
    officer = Visitor(app, "officer@example.org")
    form = form_of(officer.get(f"/desk/calls/{CODE}/rules").text) | {"office": "Typed just now"} | typed
    answer = officer.client.post(f"/desk/calls/{CODE}/rules", data=form)
    assert answer.status_code == 422
    assert words in answer.text
    assert 'value="Typed just now"' in answer.text
    assert world.call().office == "Urban commons"


def test_somebody_who_was_overtaken_keeps_what_they_typed(world, app):
    world.draft()
    officer = Visitor(app, "officer@example.org")
    form = form_of(officer.get(f"/desk/calls/{CODE}/rules").text)
    assert officer.client.post(f"/desk/calls/{CODE}/rules", data=form | {"office": "First"}).status_code == 303
    late = officer.client.post(f"/desk/calls/{CODE}/rules", data=form | {"office": "Second"})
    assert late.status_code == 412
    assert 'value="Second"' in late.text
    assert world.call().office == "First"


def test_the_call_is_approved_and_opened_by_two_people_and_checked_by_anybody(world, app):
    world.ready()
    officer, director, visitor = (Visitor(app, one) for one in ("officer@example.org", "director@example.org", ""))
    assert visitor.get(f"/calls/{CODE}").status_code == 404
    page = f"/desk/calls/{CODE}"
    assert officer.post(page + "/move", page, version=world.call().version, to="approved").status_code == 403
    assert director.post(page + "/move", page, version=world.call().version, to="approved").status_code == 303
    world.move("open")
    shown = visitor.get(f"/calls/{CODE}")
    frozen = visitor.get(f"/calls/{CODE}/definition.json")
    assert hashlib.sha256(frozen.data).hexdigest() == world.call().frozen_sha256
    for text in (world.call().frozen_sha256, world.call().seed_commitment, "wheel of Torino", "Quality of the project"):
        assert text in shown.text
    assert "officer@example.org" not in shown.text


def test_what_is_missing_stands_on_the_page(world, app):
    world.draft(draw_description="")
    page = Visitor(app, "officer@example.org").get(f"/desk/calls/{CODE}").text
    for words in ("which public draw decides ties", "no lot yet", "somebody has to look at the norms"):
        assert words in page


def test_a_lot_that_ends_before_it_begins_is_refused_with_what_was_typed(world, app):
    world.draft()
    world.premises("alta-1", 1)
    officer = Visitor(app, "officer@example.org")
    typed = {"version": "1", "space": "alta-1", "starts_on": "2028-03-01", "ends_on": "2027-03-01", "unit": "Room A"}
    answer = officer.post(f"/desk/calls/{CODE}/lots", f"/desk/calls/{CODE}/lots", **typed)
    assert answer.status_code == 422
    assert "ends before it begins" in answer.text
    assert 'value="Room A"' in answer.text
    with world.uow() as uow:
        assert uow.calls.lots(world.call().id) == []


def test_an_auditor_sees_the_list_and_no_call(world, app):
    world.opened()
    auditor = Visitor(app, "auditor@example.org")
    assert f"/desk/calls/{CODE}/archive" in auditor.get("/desk/calls").text
    for page in ("", "/rules", "/lots", "/copy"):
        assert auditor.get(f"/desk/calls/{CODE}{page}").status_code == 403


def test_officers_of_another_area_see_nothing_of_it(world, app):
    world.draft()
    far = Visitor(app, "far@example.org")
    assert CODE not in far.get("/desk/calls").text
    for page in ("", "/rules", "/lots", "/copy"):
        assert far.get(f"/desk/calls/{CODE}{page}").status_code == 403
    for action, form in (
        ("move", {"to": "approved"}), ("legal", {"done": "1"}), ("rules", {}), ("lots/1/remove", {}),
        ("extend", {"closes_on": "2027-05-01", "closes_at": "12:00", "reason": "x"}),
    ):  # fmt: skip
        answer = far.post(f"/desk/calls/{CODE}/{action}", "/desk/calls", version="1", **form)
        assert answer.status_code == 403, action
    assert world.call().version == 1
