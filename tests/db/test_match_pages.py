"""The pages of the workspace of a call: who sees them and when, trying out, the way of a run, decisions beforehand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from mapsvc.bootstrap import build
from mapsvc.config import Settings
from mapsvc.domain.people import Role
from mapsvc.web.app import create_app
from tests.builders import TODAY, Builder
from tests.evaluation_world import CODE, EvaluationWorld
from tests.hostile import TEXTS
from tests.run_world import build_run_world

HOME = f"/desk/calls/{CODE}/match"
PAGES = (HOME, f"{HOME}/about", f"{HOME}/try", f"{HOME}/runs", f"{HOME}/locks")
WEIGHTS = {"w_merit": "50", "w_impact": "20", "w_fit": "20", "w_owner": "10"}


@dataclass
class Site:
    """The application with the small call at its matching; every person has a browser that is signed in."""

    app: Flask
    world: EvaluationWorld
    #: The browser of each person with the token of its forms.
    forms: dict[str, tuple[FlaskClient, str]] = field(default_factory=dict)

    def client(self, name: str = "") -> FlaskClient:
        client = self.app.test_client()
        if name:
            query = text("SELECT fs_uniquifier FROM users WHERE id = :id")
            with self.world.make.services.engine.connect() as connection:
                key = connection.execute(query, {"id": self.world.people[name].user_id}).scalar_one()
            with client.session_transaction() as session:
                session.update(_user_id=key, _fresh=True, _id="test")
        return client

    def get(self, address: str, name: str = "officer") -> TestResponse:
        return self.client(name).get(address)

    def post(self, address: str, fields: dict[str, object], name: str = "officer") -> TestResponse:
        if name not in self.forms:
            client = self.client(name)
            found = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/desk/premises").text)
            self.forms[name] = client, found.group(1) if found else ""
        client, token = self.forms[name]
        return client.post(address, data={"csrf_token": token, **fields})

    def simulated(self, **fields: object) -> str:
        answer = self.post(f"{HOME}/try", WEIGHTS | fields)
        assert answer.status_code == 303, answer.text[:2_000]
        return answer.location

    def frozen(self) -> str:
        answer = self.post(f"{HOME}/freeze", {})
        assert answer.status_code == 303
        return answer.location


@pytest.fixture
def site(settings: Settings) -> Iterator[Site]:
    services = build(replace(settings, today=TODAY.isoformat()))
    yield Site(create_app(services), build_run_world(Builder(services)))
    services.engine.dispose()


def version(page: str) -> str:
    found = re.search(r'name="version" value="(\d+)"', page)
    assert found
    return found.group(1)


def states(site: Site) -> list[str]:
    return [row.state for row in site.world.make.rows("SELECT state FROM match_runs ORDER BY started_at")]


def test_every_page_opens_for_the_office_and_names_groups_and_lots(site: Site) -> None:
    for address in PAGES:
        for who in ("officer", "director"):
            assert site.get(address, who).status_code == 200, (address, who)
    page = site.get(HOME).text
    assert "Officina Rumore, lot 1: gets the lot, priority" in page
    assert "Why Officina Rumore gets lot 1" in page
    assert site.get(f"{HOME}?mechanism=optimal").status_code == 200


def test_nobody_else_sees_them(site: Site) -> None:
    site.world.name_committee("ada", "bruno")
    run = site.simulated(drop_locks="1")
    for address in (*PAGES, run):
        assert site.get(address, "").status_code == 302, address
        for who in ("ada", "stranger", "far", "auditor"):
            answer = site.get(address, who)
            assert answer.status_code in (403, 404), (address, who)
            assert "Officina Rumore" not in answer.text


def test_nobody_sees_a_match_before_every_score_is_signed(site: Site) -> None:
    site.world.move("evaluation")
    for address in PAGES:
        for who in ("officer", "director"):
            answer = site.get(address, who)
            assert answer.status_code == 409, (address, who)
            assert "APP-0101" not in answer.text
    for address, fields in ((f"{HOME}/try", WEIGHTS | {"drop_locks": "1"}), (f"{HOME}/freeze", {})):
        assert site.post(address, fields).status_code in (303, 409)
    assert states(site) == []


def test_the_chosen_pair_stands_in_the_address(site: Site) -> None:
    page = site.get(f"{HOME}?group=APP-0103&lot=1").text
    assert "Why Radio Marconi does not get lot 1" in page
    assert "is below the cut-off of" in page
    assert re.search(r'<td class="[^"]*cur[^"]*"><a href="[^"]+" aria-label="Radio Marconi, lot 1', page)
    assert "Rules for this pair" in page
    for address in ("?group=APP-9999", "?lot=99", "?group=APP-0101&lot=99"):
        assert site.get(HOME + address).status_code == 404, address
    for address in ("?mechanism=best", "?show=all"):
        assert site.get(HOME + address).status_code == 422, address
    for address in ("?page=0", "?page=x", "?lots=99999999999", "?q=radio"):
        assert site.get(HOME + address).status_code == 200, address


def test_a_simulation_is_kept_beside_the_trial_run_and_marked_everywhere(site: Site) -> None:
    run = site.simulated(exclude="APP-0101")
    page = site.get(run).text
    assert "It is not the result of the call and binds nobody." in page
    assert "Without Officina Rumore" in page
    assert "was lot 1" in page
    assert "Adopt the result" not in page
    listed = site.get(f"{HOME}/runs").text
    assert run.rsplit("/", 1)[1] in listed
    assert 'class="tag warn">simulation' in listed
    assert "Why Officina Rumore gets lot 1" in site.get(HOME).text, "the call itself stays as it is"
    assert states(site) == ["computed"]


def test_a_simulation_that_cannot_be_computed_keeps_what_was_typed(site: Site) -> None:
    for fields, says in (
        ({"w_merit": "60"}, "The weights must add to 100."),
        ({"w_merit": "-1"}, "A whole number from 0 to 100 is needed."),
        ({"w_merit": "many"}, "A whole number from 0 to 100 is needed."),
        ({}, "Change something first"),
        ({"exclude": "APP-9999"}, "There is no such application"),
        ({"hold_out": "99"}, "There is no such lot"),
        ({"mechanism": "best"}, ""),
    ):
        answer = site.post(f"{HOME}/try", WEIGHTS | {"pair_lot": "2"} | fields)
        assert answer.status_code == 422, fields
        assert says in answer.text, fields
        assert '<option value="2" selected>' in answer.text, fields
        if "w_merit" in fields:
            assert f'step="1" value="{fields["w_merit"]}"' in answer.text
    assert states(site) == []


def test_only_an_officer_tries_out(site: Site) -> None:
    assert site.post(f"{HOME}/try", WEIGHTS | {"drop_locks": "1"}, "director").status_code == 403
    assert site.post(f"{HOME}/try", WEIGHTS | {"drop_locks": "1"}, "far").status_code == 403
    assert states(site) == []


def test_a_simulation_can_be_put_aside_with_a_reason_and_never_adopted(site: Site) -> None:
    run = site.simulated(drop_locks="1")
    page = site.get(run).text
    refused = site.post(f"{run}/discard", {"version": version(page), "reason": " "})
    assert refused.status_code == 422
    for step, more in (("review", {"note": "x"}), ("adopt", {"act": "DD 1"})):
        answer = site.post(f"{run}/{step}", {"version": version(page), **more},
                           "director" if step == "adopt" else "officer")  # fmt: skip
        assert answer.status_code == 409, step
        assert "A simulation is never made official" in answer.text
    assert site.post(f"{run}/discard", {"version": version(page), "reason": "Seen."}).status_code == 303
    assert states(site) == ["discarded"]


def test_the_way_of_a_run_takes_two_people(site: Site) -> None:
    run = site.frozen()
    page = site.get(run).text
    assert "Send for adoption" in page
    assert "Adopt the result" not in page
    sent = site.post(f"{run}/review", {"version": version(page), "note": "Looked at."})
    assert sent.status_code == 303
    assert "A director adopts it" in site.get(run).text
    page = site.get(run, "director").text
    assert "Adopt the result" in page
    assert site.post(f"{run}/adopt", {"version": version(page), "act": "DD 1"}).status_code == 403
    empty = site.post(f"{run}/adopt", {"version": version(page), "act": ""}, "director")
    assert empty.status_code == 422
    done = site.post(f"{run}/adopt", {"version": version(page), "act": "DD 12/2026"}, "director")
    assert done.status_code == 303
    assert states(site) == ["adopted"]
    assert "DD 12/2026" in site.get(run).text


def test_two_officers_at_once_are_told_who_was_first(site: Site) -> None:
    run = site.frozen()
    page = site.get(run).text
    again = site.post(f"{HOME}/freeze", {})
    assert again.status_code == 303
    assert again.location == HOME
    assert site.post(f"{run}/review", {"version": version(page), "note": "First."}).status_code == 303
    late = site.post(f"{run}/discard", {"version": version(page), "reason": "Kept words."})
    assert late.status_code == 412
    assert "Kept words." in late.text
    assert site.post(f"{run}/discard", {"reason": "x"}).status_code == 422
    assert states(site) == ["reviewed"]


def test_a_run_of_another_call_or_none_is_not_found(site: Site) -> None:
    run = site.frozen().rsplit("/", 1)[1]
    assert site.get(f"/desk/calls/CB-OTHER/match/runs/{run}").status_code == 404
    assert site.get(f"{HOME}/runs/{uuid4()}").status_code == 404
    assert site.get("/desk/calls/CB-OTHER/match").status_code == 404


def test_a_decision_counts_once_a_second_person_signed_it(site: Site) -> None:
    wish = {
        "kind": "require",
        "application": "APP-0103",
        "lot": "1",
        "reason": "continuity",
        "text": "The pact goes on.",
    }
    assert site.post(f"{HOME}/locks", wish).status_code == 303
    page = site.get(f"{HOME}/locks").text
    assert "Lot 1 goes to Radio Marconi" in page
    assert "waits for a second signature" in page
    assert "You proposed it, so somebody else signs it." in page
    lock = site.world.make.rows("SELECT id FROM match_locks")[0].id
    assert site.post(f"{HOME}/locks/{lock}/sign", {}).status_code == 409
    assert "Why Officina Rumore gets lot 1" in site.get(f"{HOME}?group=APP-0101&lot=1").text
    assert site.post(f"{HOME}/locks/{lock}/sign", {}, "director").status_code == 303
    changed = site.get(f"{HOME}?group=APP-0101&lot=1").text
    assert "A decision of the office keeps them apart." in changed
    about = site.get(f"{HOME}/about").text
    assert "Passed over because of a decision" in about
    assert site.post(f"{HOME}/locks/{lock}/lift", {"reason": ""}).status_code == 422
    assert site.post(f"{HOME}/locks/{lock}/lift", {"reason": "No longer."}).status_code == 303
    assert "Why Officina Rumore gets lot 1" in site.get(f"{HOME}?group=APP-0101&lot=1").text


def test_a_decision_that_cannot_be_taken_keeps_what_was_typed(site: Site) -> None:
    wish = {"kind": "forbid", "application": "APP-0102", "lot": "2", "reason": "safety", "text": "Wet cellar.",
            "norm": "D.Lgs. 81/2008"}  # fmt: skip
    for wrong in (
        {"kind": "give"}, {"reason": "friends"}, {"reason": ""}, {"text": " "}, {"application": ""}, {"lot": ""},
        {"application": "APP-9999"}, {"lot": "99"},
    ):  # fmt: skip
        answer = site.post(f"{HOME}/locks", wish | wrong)
        assert answer.status_code == 422, wrong
        assert "D.Lgs. 81/2008" in answer.text, wrong
    assert site.world.make.rows("SELECT id FROM match_locks") == []


def test_only_an_officer_proposes_a_decision(site: Site) -> None:
    wish = {"kind": "exclude", "application": "APP-0102", "reason": "safety", "text": "x"}
    for who in ("director", "far", "ada"):
        assert site.post(f"{HOME}/locks", wish, who).status_code == 403, who
    assert "Propose a decision" not in site.get(f"{HOME}/locks", "director").text


def test_hostile_names_are_shown_as_text(site: Site) -> None:
    for name in TEXTS[:6]:
        site.world.make.write("UPDATE collectives SET name = :name WHERE slug = 'group-app-0101'", name=name)
        for address in PAGES:
            page = site.get(address).text
            assert "<img src=x" not in page, (name, address)
    site.world.make.write("UPDATE collectives SET name = '{{7*7}} <b>' WHERE slug = 'group-app-0101'")
    page = site.get(HOME).text
    assert "{{7*7}} &lt;b&gt;" in page
    block = re.search(r'id="match-lines">(.*?)</script>', page, re.DOTALL)
    assert block
    assert "<b>" not in block.group(1)


def test_a_director_with_an_area_of_their_own_sees_no_other_call(site: Site) -> None:
    site.world.person("elsewhere", Role.DIRECTOR, "south")
    assert site.get(HOME, "elsewhere").status_code == 403


def test_no_value_of_any_field_gives_a_500(site: Site) -> None:
    run, lock = site.frozen(), f"{HOME}/locks/{uuid4()}"
    forms = {
        f"{HOME}/try": [*WEIGHTS, "mechanism", "relax", "add_space", "seat", "pair_group", "pair_lot", "pair_kind",
                        "exclude", "hold_out", "drop_locks"],
        f"{HOME}/locks": ["kind", "application", "lot", "reason", "norm", "text"],
        f"{lock}/lift": ["reason"],
        f"{run}/review": ["note"],
        f"{run}/adopt": ["act"],
        f"{run}/discard": ["reason"],
    }  # fmt: skip
    good = {f"{HOME}/locks": {"kind": "hold_out", "lot": "1", "reason": "safety", "text": "x"},
            f"{HOME}/try": dict(WEIGHTS)}  # fmt: skip
    for address, names in forms.items():
        for name in names:
            for value in ("\x00", "9" * 40, "[]", "x" * 20_000):
                # A wrong version lets no run move on, so that every value meets the same state.
                fields = {"version": "99"} | good.get(address, {}) | {name: value}
                status = site.post(address, fields, "director" if address.endswith("adopt") else "officer").status_code
                assert status < 500, (address, name, value[:20], status)
