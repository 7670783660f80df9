"""Applying in a call on the real database: saved part by part, sent with a receipt, withdrawn, completed."""

from __future__ import annotations

import hashlib
import io
import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient

from mapsvc.bootstrap import build
from mapsvc.config import Settings
from mapsvc.domain.application_drafts import GroupFacts, Step
from mapsvc.domain.canonical import sha256
from mapsvc.domain.errors import Conflict, DomainError, Forbidden, Invalid, NotFound, Stale
from mapsvc.domain.people import Actor, Grant, Role
from mapsvc.usecases import application_documents, application_lots, application_sending, applications
from mapsvc.usecases.application_sending import Completion
from mapsvc.usecases.applications import Beginning
from mapsvc.web.app import create_app
from tests.application_world import ANYBODY, CLOSES, NEEDS, PDF, ApplicationWorld, build_applications
from tests.builders import NOW, Builder
from tests.evaluation_world import CODE


@pytest.fixture
def world(settings: Settings) -> ApplicationWorld:
    return build_applications(Builder(build(settings)))


@pytest.fixture
def client(world: ApplicationWorld) -> FlaskClient:
    app = create_app(world.make.services)
    app.config["WTF_CSRF_ENABLED"] = False
    world.make.services.clock.day = NOW.date()
    return app.test_client()


def code_of(call: Callable[[], object]) -> str:
    """Return the code of the error that a call raises, `done` without any."""
    try:
        call()
    except DomainError as error:
        return error.code
    return "done"


def together(*calls: Callable[[], object]) -> list[str]:
    """Run calls at the same moment, each on its own connection; return what each one said, sorted."""
    gate = threading.Barrier(len(calls))

    def run(call: Callable[[], object]) -> str:
        gate.wait()
        return code_of(call)

    with ThreadPoolExecutor(len(calls)) as pool:
        return sorted(one.result() for one in [pool.submit(run, call) for call in calls])


def test_begun_twice_with_one_key_is_begun_once(world: ApplicationWorld) -> None:
    beginning = Beginning(uuid4(), GroupFacts("Officina"), email="we@example.org")
    token_of = world.make.services.application_token
    first, second = (applications.begin(world.uow(), ANYBODY, token_of, CODE, beginning, NOW) for _time in range(2))
    assert first == second
    assert world.mails() == [("we@example.org", "application_link")]
    other = replace(beginning, group=GroupFacts("Others"))
    with pytest.raises(Conflict):
        applications.begin(world.uow(), ANYBODY, token_of, CODE, other, NOW)


def test_nothing_of_a_draft_is_in_the_fields_that_others_read(world: ApplicationWorld) -> None:
    key = world.begin()
    world.fill(key)
    one = world.application(key)
    assert (one.needs, one.project, one.facts, one.lots, one.declarations, one.code) == ({}, {}, {}, (), (), None)
    with world.uow() as uow:
        assert one.id not in {sent.id for sent in uow.applications.of_call(world.call_id)}
        assert uow.applications.documents(one.id, sent=True) == []


def test_sending_freezes_what_was_written_and_gives_a_receipt(world: ApplicationWorld) -> None:
    key = world.begin(email="we@example.org")
    world.fill(key)
    receipt = world.send(key)
    one = world.application(key)
    assert (one.state, one.code, one.lots) == ("submitted", receipt.code, (world.lots[1], world.lots[0]))
    assert one.needs == NEEDS
    assert one.content is not None
    assert hashlib.sha256(one.content.encode()).hexdigest() == receipt.sha256 == sha256(json.loads(one.content))
    assert json.loads(one.content)["lots"] == [2, 1]
    assert world.mails()[-1] == ("we@example.org", "application_received")
    with world.uow() as uow:
        collective = uow.collectives.get(one.collective_id) if one.collective_id else None
        assert collective is not None
        # A group is not published because it applied.
        assert (collective.name, collective.state) == ("Officina", "draft")
        assert [paper.kind for paper in uow.applications.documents(one.id, sent=True)] == ["plan"]


def test_needs_stay_as_they_were_sent_when_the_collective_changes(world: ApplicationWorld) -> None:
    key = world.sent()
    one = world.application(key)
    world.make.write("UPDATE collectives SET needs = '{\"area_min_m2\": 9}' WHERE id = :id", id=one.collective_id)
    assert world.application(key).needs == NEEDS


def test_sent_again_with_changes_the_last_one_counts(world: ApplicationWorld) -> None:
    key = world.sent()
    first = world.application(key)
    same = world.send(key, NOW + timedelta(hours=1))
    assert (same.number, same.again) == (first.receipt, True)
    world.save(key, Step.PLACES, lots=(world.lots[2],))
    seen = world.look(key)
    assert application_sending.has_unsent(seen)
    assert seen.application.lots == first.lots
    again = world.send(key, NOW + timedelta(hours=2))
    second = world.application(key)
    assert (second.lots, second.code, again.again) == ((world.lots[2],), first.code, True)
    assert again.number != first.receipt
    assert again.sha256 != first.receipt_sha256
    assert second.collective_id == first.collective_id


def test_an_incomplete_application_is_not_sent(world: ApplicationWorld) -> None:
    key = world.begin()
    with pytest.raises(Invalid) as found:
        world.send(key)
    assert (found.value.code, found.value.pointer) == ("incomplete", "/needs/area_min_m2")
    assert world.application(key).state == "draft"
    assert world.application(key).collective_id is None


def test_two_tabs_of_one_part_the_second_learns_of_the_first(world: ApplicationWorld) -> None:
    key = world.begin()
    base = world.draft(key).mark(Step.NEEDS)

    def save(area: float, step: Step = Step.NEEDS) -> str:
        return applications.save_part(world.uow(), ANYBODY, key, step, base, {"needs": {"area_min_m2": area}}, {}, NOW)

    save(40.0)
    with pytest.raises(Stale):
        save(50.0)
    assert world.draft(key).needs == {"area_min_m2": 40.0}
    # The same content is no conflict: it may be a request that was sent twice.
    save(40.0)
    # Another part is another matter.
    world.save(key, Step.PLACES, lots=(world.lots[0],))
    assert together(lambda: save(60.0), lambda: save(70.0)) == ["stale", "stale"]


def test_a_wrong_ranking_leaves_everything_as_it_was(world: ApplicationWorld) -> None:
    key = world.begin()
    world.save(key, Step.PLACES, lots=(world.lots[0],))
    for lots, code in (((uuid4(),), "lot_foreign"), ((world.lots[0], world.lots[0]), "lot_repeated")):
        assert code_of(lambda lots=lots: world.save(key, Step.PLACES, lots=lots)) == code
    world.make.write(
        "UPDATE lots SET withdrawn_at = :at, withdrawn_reason = 'fire' WHERE id = :id", at=NOW, id=world.lots[1]
    )
    assert code_of(lambda: world.save(key, Step.PLACES, lots=(world.lots[1],))) == "lot_foreign"
    assert world.draft(key).lots == (world.lots[0],)
    assert code_of(lambda: world.save(key, Step.PLACES, CLOSES, lots=(world.lots[2],))) == "call_closed"


def test_a_lot_that_was_withdrawn_meanwhile_is_named_before_sending(world: ApplicationWorld) -> None:
    key = world.begin()
    world.fill(key)
    world.make.write(
        "UPDATE lots SET withdrawn_at = :at, withdrawn_reason = 'fire' WHERE id = :id", at=NOW, id=world.lots[1]
    )
    assert code_of(lambda: world.send(key)) == "lot_foreign"
    assert world.application(key).state == "draft"


def test_the_deadline_is_an_instant(world: ApplicationWorld) -> None:
    key = world.begin()
    world.fill(key)
    assert code_of(lambda: world.send(key, CLOSES)) == "call_closed"
    assert code_of(lambda: world.send(key, CLOSES - timedelta(microseconds=1))) == "done"
    assert code_of(lambda: world.begin("Late group")) == "done"
    world.move("closed")
    assert code_of(lambda: world.begin("Later group")) == "call_closed"


def test_sent_while_the_call_closes_it_is_in_time_or_refused(world: ApplicationWorld) -> None:
    key = world.begin()
    world.fill(key)

    def close() -> None:
        with world.uow() as uow:
            call = uow.calls.get(world.call_id, lock=True)
            assert call is not None
            uow.calls.update(replace(call, state="closed"), NOW)
            uow.commit()

    said = together(lambda: world.send(key), close)
    one = world.application(key)
    assert said in (["done", "done"], ["call_closed", "done"])
    assert (one.state == "submitted") == (said == ["done", "done"])
    assert (one.receipt is None) == (one.state == "draft")


def test_sent_twice_at_once_there_is_one_receipt(world: ApplicationWorld) -> None:
    key = world.begin(email="we@example.org")
    world.fill(key)
    assert together(lambda: world.send(key), lambda: world.send(key)) == ["done", "done"]
    assert [template for _who, template in world.mails()] == ["application_link", "application_received"]
    assert len(world.make.rows("SELECT 1 FROM collectives WHERE name = 'Officina'")) == 1


def test_withdrawn_twice_is_withdrawn_once(world: ApplicationWorld) -> None:
    key = world.sent(email="we@example.org")

    def withdraw() -> None:
        application_sending.withdraw(world.uow(), ANYBODY, key, NOW)

    assert together(withdraw, withdraw) == ["done", "done"]
    assert world.application(key).state == "withdrawn"
    assert [template for _who, template in world.mails()].count("application_withdrawn") == 1
    assert code_of(lambda: world.send(key)) == "application_state"
    # The group may begin another one while the call is open.
    assert code_of(lambda: world.sent(name="Officina")) == "done"


def test_it_is_too_late_to_withdraw_once_the_list_is_final(world: ApplicationWorld) -> None:
    key = world.sent()
    for state, said in (("final", "withdraw_late"), ("observations", "done")):
        world.move(state)
        assert code_of(lambda: application_sending.withdraw(world.uow(), ANYBODY, key, NOW)) == said


def test_the_office_asks_and_the_group_completes(world: ApplicationWorld) -> None:
    key = world.sent()
    world.ask(key)
    fresh = world.document(key, PDF + b"more\n%%EOF")
    assert fresh.sent_at is None
    completion = Completion("Here it is.", legal_id="97800010012", members_count=99)
    application_sending.answer(world.uow(), ANYBODY, key, completion, NOW)
    one = world.application(key)
    # What was stated before stays; what was missing is added.
    assert (one.state, one.facts["members_count"], one.facts["legal_id"]) == ("submitted", 5, "97800010012")
    with world.uow() as uow:
        assert fresh.id in {paper.id for paper in uow.applications.documents(one.id, sent=True)}
        assert uow.applications.requests(one.id)[0].answer == "Here it is."
    assert code_of(lambda: application_sending.answer(world.uow(), ANYBODY, key, completion, NOW)) == "no_request"
    assert code_of(lambda: world.document(key, b"%PDF-1.7 late %%EOF")) == "call_closed"


def test_an_answer_after_its_day_is_refused(world: ApplicationWorld) -> None:
    key = world.sent()
    world.ask(key, due=NOW.date() - timedelta(days=1))
    assert (
        code_of(lambda: application_sending.answer(world.uow(), ANYBODY, key, Completion("x"), NOW)) == "request_over"
    )
    assert code_of(lambda: world.document(key, b"%PDF-1.7 late %%EOF")) == "request_over"


def test_a_document_has_a_receipt_and_is_kept_once(world: ApplicationWorld) -> None:
    key = world.begin()
    first, second = world.document(key), world.document(key)
    assert first.id == second.id
    assert first.sha256 == hashlib.sha256(PDF).hexdigest()
    assert world.make.services.documents.path(first.id).read_bytes() == PDF
    assert code_of(lambda: world.document(key, kind="magic")) == "unknown_value"
    application_documents.remove_document(world.uow(), ANYBODY, key, first.id, NOW)
    application_documents.remove_document(world.uow(), ANYBODY, key, first.id, NOW)
    assert world.look(key).package == ()
    assert code_of(lambda: application_documents.document_to_read(world.uow(), ANYBODY, key, first.id)) != "done"


def test_a_sent_document_stays_with_the_office_until_the_package_is_sent_again(world: ApplicationWorld) -> None:
    key = world.sent()
    old = world.look(key).package[0]
    new = world.document(key, PDF + b"second\n%%EOF")
    application_documents.remove_document(world.uow(), ANYBODY, key, old.id, NOW)

    def office() -> set[UUID]:
        with world.uow() as uow:
            return {one.id for one in uow.applications.documents(old.application_id, sent=True)}

    assert office() == {old.id}
    world.send(key, NOW + timedelta(hours=1))
    assert office() == {new.id}


def test_only_the_group_opens_its_application(world: ApplicationWorld) -> None:
    key, other = world.sent(), world.sent(name="Others")
    one = world.application(key)
    document = world.look(key).package[0]
    for actor in (ANYBODY, *world.people.values()):
        assert code_of(lambda actor=actor: applications.look(world.uow(), actor, str(one.id), NOW)) != "done"
    for wrong in ("", "x", "é" * 22, key[:-1], "A" * 65, str(uuid4())):
        with pytest.raises(NotFound):
            applications.look(world.uow(), ANYBODY, wrong, NOW)
    with pytest.raises(NotFound):
        application_documents.document_to_read(world.uow(), ANYBODY, other, document.id)
    with pytest.raises(NotFound):
        application_documents.remove_document(world.uow(), ANYBODY, other, document.id, NOW)
    representative = Actor(user_id=world.people["carla"].user_id,
                           grants=(Grant(Role.COLLECTIVE_REP, collective_id=one.collective_id),))  # fmt: skip
    assert applications.look(world.uow(), representative, str(one.id), NOW).application.id == one.id


def test_documents_are_for_the_office_of_the_call_once_they_are_sent(world: ApplicationWorld) -> None:
    key = world.begin()
    world.fill(key)
    paper = world.look(key).package[0]
    officer, far = world.people["officer"], world.people["far"]
    read = application_documents.document_for_office
    assert code_of(lambda: read(world.uow(), officer, paper.id)) != "done"
    world.send(key)
    assert read(world.uow(), officer, paper.id).id == paper.id
    for stranger in (far, ANYBODY, world.people["stranger"]):
        with pytest.raises(NotFound):
            read(world.uow(), stranger, paper.id)


def test_a_broker_files_on_behalf_and_finds_it_again(world: ApplicationWorld) -> None:
    broker = world.person("broker", Role.TRUST_BROKER)
    key = world.begin(actor=broker, on_behalf=True)
    world.fill(key)
    world.send(key)
    one = world.application(key)
    assert (one.on_behalf, one.filed_by) == (True, broker.user_id)
    assert [found.id for found, _call in applications.own_applications(world.uow(), broker)] == [one.id]
    assert applications.look(world.uow(), broker, str(one.id), NOW).application.id == one.id
    # A broker does not become the representative of the group.
    grants = world.make.rows("SELECT 1 FROM role_grants WHERE collective_id = :id", id=one.collective_id)
    assert grants == []
    with pytest.raises(Forbidden):
        world.begin(actor=world.people["stranger"], on_behalf=True)


def test_a_collective_applies_once_with_its_own_profile(world: ApplicationWorld) -> None:
    row = world.make.rows("SELECT id, slug FROM collectives WHERE slug = 'group-app-0101'")[0]
    world.make.write("UPDATE collectives SET needs = '{\"area_min_m2\": 33}' WHERE id = :id", id=row.id)
    rea = Actor(user_id=world.people["ada"].user_id, grants=(Grant(Role.COLLECTIVE_REP, collective_id=row.id),))
    assert code_of(lambda: world.begin(actor=rea, collective_slug=row.slug)) == "applied_before"
    world.make.write("UPDATE applications SET state = 'withdrawn' WHERE collective_id = :id", id=row.id)
    key = world.begin(actor=rea, collective_slug=row.slug)
    assert world.draft(key).needs == {"area_min_m2": 33.0}
    assert code_of(lambda: world.begin(collective_slug=row.slug)) == ""


def test_lots_are_shown_with_their_fit_the_ranking_first(world: ApplicationWorld) -> None:
    key = world.begin()
    _seen, before = application_lots.lots_to_rank(world.uow(), ANYBODY, key, NOW)
    assert [one.pair for one in before] == [None, None, None]
    world.fill(key, lots=(3, 1))
    _seen, fits = application_lots.lots_to_rank(world.uow(), ANYBODY, key, NOW)
    assert [(one.lot.number, one.rank) for one in fits] == [("3", 1), ("1", 2), ("2", 0)]
    assert all(one.pair is not None for one in fits)


def form_of(client: FlaskClient, key: str, step: str) -> dict[str, Any]:
    """Return the mark that the page of a part carries."""
    text = client.get(f"/a/{key}/{step}").get_data(as_text=True)
    return {"base": text.split('name="base" value="')[1].split('"')[0]}


def test_the_pages_lead_from_the_first_part_to_the_receipt(client: FlaskClient, world: ApplicationWorld) -> None:
    asked = {"key": str(uuid4()), "name": "Officina <b>Rumore</b>", "members_count": "6", "form": "informal_group"}
    begun = client.post(f"/calls/{CODE}/apply", data=asked)
    assert begun.status_code == 303
    key = begun.location.split("/")[2]
    assert client.post(f"/calls/{CODE}/apply", data=asked).location == begun.location
    needs = {"area_min_m2": "40", "budget_max_cents": "350", "start_latest": "2027-06-01", "people_peak": "many"}
    wrong = client.post(f"/a/{key}/needs", data=needs | form_of(client, key, "needs") | {"go": "next"})
    assert wrong.status_code == 422
    assert 'value="many"' in wrong.get_data(as_text=True)
    # What could be read is saved, and what could not stands there again as it was typed.
    assert world.draft(key).needs["area_min_m2"] == 40.0
    assert 'value="many"' in client.get(f"/a/{key}/needs").get_data(as_text=True)
    right = needs | {"people_peak": "12"} | form_of(client, key, "needs") | {"go": "next"}
    assert client.post(f"/a/{key}/needs", data=right).location.endswith("/project")
    project = {"title": "Press", "summary": "Open doors.", "theme.art": "3"} | form_of(client, key, "project")
    assert client.post(f"/a/{key}/project", data=project).status_code == 303
    places = {"rank.1": "2", "rank.3": "1"} | form_of(client, key, "places")
    assert client.post(f"/a/{key}/places", data=places | {"move": "in:2"}).location.endswith("/places#lot-2")
    assert world.draft(key).lots == (world.lots[2], world.lots[0], world.lots[1])
    upload = {"kind": "plan", "document": (io.BytesIO(PDF), "Our plan.pdf")}
    received = client.post(f"/a/{key}/files", data=upload, headers={"Accept": "application/json"})
    assert received.status_code == 201
    assert received.get_json()["documents"][0]["receipt"].startswith("D-")
    declared = {"declarations": "no_debts"} | form_of(client, key, "documents")
    assert client.post(f"/a/{key}/documents", data=declared).location.endswith("/check")
    sent = client.post(f"/a/{key}/send", headers={"Accept": "application/json"}).get_json()
    content = client.get(f"/a/{key}/content.json")
    assert hashlib.sha256(content.data).hexdigest() == sent["sha256"]
    for page in ("", "/sent", "/check", "/places", "/documents", "/group"):
        shown = client.get(f"/a/{key}{page}")
        assert shown.status_code == 200
        assert "<b>Rumore</b>" not in shown.get_data(as_text=True)
        assert shown.headers["Cache-Control"] == "no-store"
        assert shown.headers["Referrer-Policy"] == "no-referrer"


def test_a_page_that_saves_by_itself_gets_the_new_mark(client: FlaskClient, world: ApplicationWorld) -> None:
    key = world.begin()
    headers = {"Accept": "application/json"}
    base = form_of(client, key, "needs")
    saved = client.post(f"/a/{key}/needs", data=base | {"area_min_m2": "40", "people_peak": "?"}, headers=headers)
    assert saved.status_code == 200
    assert set(saved.get_json()["faults"]) == {"people_peak"}
    stale = client.post(f"/a/{key}/needs", data=base | {"area_min_m2": "50"}, headers=headers)
    assert (stale.status_code, stale.content_type) == (412, "application/problem+json")
    page = client.post(f"/a/{key}/needs", data=base | {"area_min_m2": "50", "go": "next"})
    assert page.status_code == 412
    # What was typed stands there, and is stored when it is sent once more.
    assert 'value="50"' in page.get_data(as_text=True)
    mark = page.get_data(as_text=True).split('name="base" value="')[1].split('"')[0]
    again = client.post(f"/a/{key}/needs", data={"base": mark, "area_min_m2": "50", "go": "stay"})
    assert again.status_code == 303
    assert world.draft(key).needs == {"area_min_m2": 50.0}
    foreign = client.post(f"/a/{key}/places", data={"rank.77": "1"}, headers=headers)
    assert foreign.status_code == 422
    assert foreign.get_json()["errors"][0]["pointer"] == "/rank.77"


def test_documents_only_ever_leave_as_downloads(client: FlaskClient, world: ApplicationWorld) -> None:
    key = world.begin()
    paper = world.document(key)
    answer = client.get(f"/a/{key}/files/{paper.id}")
    assert answer.data == PDF
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    html = {"kind": "plan", "document": (io.BytesIO(b"<html>"), "plan.pdf")}
    refused = client.post(f"/a/{key}/files", data=html, headers={"Accept": "application/json"})
    assert refused.status_code == 415
    other = world.begin("Others")
    assert client.get(f"/a/{other}/files/{paper.id}").status_code == 404


def test_a_large_document_is_taken_and_a_larger_one_refused(client: FlaskClient, world: ApplicationWorld) -> None:
    key = world.begin()
    full = b"%PDF-" + b"0" * (25 * 1024 * 1024 - 12) + b"\n%%EOF\n"
    headers = {"Accept": "application/json"}
    for data, status in ((full, 201), (full + b"\n", 413)):
        sent = {"kind": "plan", "document": (io.BytesIO(data), "plan.pdf")}
        assert client.post(f"/a/{key}/files", data=sent, headers=headers).status_code == status
    assert len(world.look(key).documents) == 1
