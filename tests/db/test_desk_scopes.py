"""A role for the west at the desk: of the east nothing can be seen and nothing decided, by any route.

The routes come from the URL map: a new one without an entry fails.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from mapsvc.config import Settings
from mapsvc.domain.ids import new_token
from mapsvc.domain.observations import Claim
from mapsvc.domain.people import Actor, Role
from mapsvc.usecases import appeals
from mapsvc.usecases.marking import Report, report_space
from mapsvc.usecases.observations import Answer, add_observation
from tests.builders import jpeg
from tests.desk_world import EAST, NOW, World, decision, found, send

WORD = "Orientale"
KEY = str(UUID(int=7))
#: Each route that names a record: its address, and the form that a POST sends. {names} are records of the east.
ROUTES: dict[str, tuple[str, dict[str, str]]] = {
    "desk.queue": ("/desk?item={slug}", {}),
    "desk.decide": ("/desk/spaces/{slug}/decision", {"verb": "hide", "reason": "wrong", "version": "{version}"}),
    "desk.finding": ("/desk/spaces/{slug}/finding", {"claim": "occupied", "key": KEY}),
    "desk.look": ("/desk/spaces/{slug}/look", {}),
    "desk.texts": ("/desk/spaces/{slug}/texts", {"show": "1", "version": "{version}"}),
    "desk.decide_note": ("/desk/notes/{note}/decision", {"verb": "show"}),
    "desk.photo": ("/desk/photos/{photo}.jpg", {}),
    "desk.decide_photo": ("/desk/photos/{photo}/decision", {"verb": "show", "version": "1"}),
    "desk.blur_page": ("/desk/photos/{photo}/blur", {}),
    "desk.blur": (
        "/desk/photos/{photo}/blur",
        {"version": "1", "marks": '{"boxes": [{"x": 0, "y": 0, "width": 1, "height": 1}]}'},
    ),
    "desk.decide_appeal": ("/desk/appeals/{appeal}/decision", {"verb": "refuse", "answer": "no"}),
    "desk.settle_flags": (
        "/desk/flags/space/{space}/decision",
        {"verb": "hide", "flag": "{flag}", "reason": "wrong", "version": "{version}"},
    ),
    "desk.decide_held": ("/desk/held/decision", {"verb": "count", "id": "{held}"}),
    "desk.decide_group": ("/desk/groups/{group}/decision", {"verb": "approve", "version": "1"}),
    "desk.decide_owner": ("/desk/owners/{claim}/decision", {"verb": "verify"}),
    "desk.owner_proof": ("/desk/owners/{claim}/proof", {}),
    "desk.close_message": ("/desk/messages/{message}/close", {}),
    "desk.merges_new": ("/desk/merges/new?a={slug}&b={waiting}", {}),
    "desk.merges_make": (
        "/desk/merges",
        {"a": "{slug}", "b": "{waiting}", "version_a": "1", "version_b": "1", "key": KEY},
    ),
    "desk.merges_different": ("/desk/merges/different", {"a": "{slug}", "b": "{waiting}"}),
    "desk.merges_show": ("/desk/merges/{merge}", {}),
    "desk.merges_decide": ("/desk/merges/{merge}/decision", {"verb": "undo"}),
    "desk.premises_edit": ("/desk/premises/{slug}", {"version": "{version}", "name": "taken over"}),
    "desk.premises_place": ("/desk/premises/{slug}/place", {"version": "{version}", "lon": "7.66", "lat": "45.05"}),
    "desk.premises_history": ("/desk/premises/{slug}/history", {}),
    "desk.premises_roll_back": ("/desk/premises/{slug}/history/{entry}", {"version": "{version}"}),
    "desk.areas": ("/desk/areas", {}),
    "desk.area": ("/desk/areas/east", {}),
    "desk.area_history": ("/desk/areas/east/history", {}),
    "desk.area_roll_back": ("/desk/areas/east/history/1", {"version": "1"}),
    "desk.area_decide": ("/desk/areas/east", {"commercial_precision": "district", "moderation": "before"}),
    "desk.premises": ("/desk/premises?q=" + WORD, {}),
    "desk.premises_export": ("/desk/premises.csv", {}),
    "desk.collectives": ("/desk/collectives?q=" + WORD, {}),
    "desk.collective": ("/desk/collectives/{collective}", {}),
    "desk.collective_decide": ("/desk/collectives/{collective}/decision", {"verb": "verify", "version": "1"}),
    "desk.collective_endorse": ("/desk/collectives/{collective}/endorsements", {"organisation": "A", "text": "B"}),
    "desk.merges": ("/desk/merges", {}),
    "desk.stickers": ("/desk/stickers", {}),
    "desk.audit": ("/desk/audit", {}),
    "desk.audit_export": ("/desk/audit.csv", {}),
}
#: What names no record of an area, or belongs to the account itself; held by tests of their own.
PLAIN = frozenset(
    "desk.sources desk.source_new desk.source_connect desk.source desk.source_set desk.source_compare desk.source_run"
    " desk.source_progress desk.source_rows desk.source_choose desk.source_decide "
    "desk.undo desk.needs desk.needs_weigh desk.needs_load desk.imports desk.imports_upload desk.imports_show"
    " desk.imports_decide desk.premises_new"
    " desk.calls desk.call_new desk.call desk.call_rules desk.call_lots desk.call_lot_save desk.call_lot_remove"
    " desk.call_lot_withdraw desk.call_copy desk.call_move desk.call_legal desk.call_extend desk.call_draw"
    " desk.call_applications desk.call_application desk.call_document desk.call_application_check"
    " desk.call_application_decide desk.call_committee desk.call_committee_change desk.call_owners"
    " desk.call_archive desk.call_snapshot desk.call_record desk.call_record_xlsx desk.call_observations"
    " desk.call_observation_answer"
    " desk.awards desk.awards_send desk.awards_rerun desk.award desk.award_condition desk.award_revoke"
    " desk.award_contract desk.award_handover desk.award_return desk.award_withdraw"
    " desk.call_owners_note desk.match desk.match_about desk.match_try desk.match_simulate desk.match_runs"
    " desk.match_run desk.match_freeze"
    " desk.match_compute desk.match_review desk.match_adopt desk.match_discard desk.match_locks"
    " desk.match_locks_propose desk.match_lock_sign desk.match_lock_lift"
    " desk.people desk.people_invite desk.people_change desk.people_erase desk.people_erase_address".split()
)
#: The tables that a decision could change.
KEPT = (
    "spaces observations photos appeals rulings flags groups owner_claims office_messages merges areas role_grants"
    " outbox collectives collective_endorsements"
)


@pytest.fixture
def world(settings: Settings) -> Iterator[World]:
    for one in found(settings):
        for name in ("administrator", "trust_broker", "auditor"):
            one.person(f"{name}_west", Role(name), "west")
        yield one


def rows(world: World, query: str, **params: object) -> list[Any]:
    with world.services.engine.connect() as connection:
        return list(connection.execute(text(query), params))


def write(world: World, statement: str, **params: object) -> None:
    with world.services.engine.begin() as connection:
        connection.execute(text(statement), params)


def report(world: World, number: str) -> tuple[str, str]:
    token = new_token()
    marked = Report(
        uuid4(), token, *EAST, Claim.VACANT, street=f"Via {WORD}", number=number, email="ada@example.org",
        note=f"{WORD} shutter", photo=world.services.check_photo(jpeg()),
    )  # fmt: skip
    made = report_space(world.services.unit_of_work(), world.services.photos, Actor(device=uuid4().hex), marked, NOW)
    return made.slug, token


def east(world: World) -> dict[str, str]:
    """Fill the east with one of everything that waits, and return what the routes are filled with."""
    waiting, _ = report(world, "1")
    refused, link = report(world, "2")
    decision(world.client("officer"), refused, "reject", reason="in_use")
    slug = world.space(f"Via {WORD} 18")
    uow, files = world.services.unit_of_work(), world.services.photos
    said = Answer(uuid4(), Claim.VACANT, f"{WORD} padlock", world.services.check_photo(jpeg("blue")))
    shown = add_observation(uow, files, Actor(device="one"), slug, said, NOW - timedelta(days=1))
    held = add_observation(uow, files, Actor(device="two"), slug, Answer(uuid4(), Claim.GONE), NOW)
    ruling = rows(world, "SELECT id FROM rulings")[0].id
    appeal = appeals.appeal(uow, link, ruling, f"{WORD} is empty", NOW)
    space = world.row(slug)["id"]
    made = {name: uuid4() for name in ("flag", "claim", "message", "merge", "group")}
    write(world, "INSERT INTO flags (id, noun, record_id, area_id, kind, reporter, created_at)"
                 " VALUES (:id, 'space', :space, :area, 'wrong', 'device:f', :at)",
          id=made["flag"], space=space, area=world.areas["east"], at=NOW)  # fmt: skip
    write(world, "INSERT INTO owner_claims (id, space_id, wish, reporter, token_hash, created_at, proof_text)"
                 " VALUES (:id, :space, 'object', 'device:o', 'x', :at, :words)",
          id=made["claim"], space=space, at=NOW, words=WORD)  # fmt: skip
    write(world, "INSERT INTO office_messages (id, kind, area_id, point, note, reporter, created_at) VALUES"
                 " (:id, 'lived_in', :area, ST_SetSRID(ST_MakePoint(7.69, 45.05), 4326), :words, 'device:m', :at)",
          id=made["message"], area=world.areas["east"], at=NOW, words=WORD)  # fmt: skip
    write(world, "INSERT INTO merges (id, loser_id, survivor_id, state, choices, asked_at) SELECT :id, l.id, :space,"
                 " 'proposed', '{}', :at FROM spaces l WHERE l.slug = :loser",
          id=made["merge"], space=space, loser=waiting, at=NOW)  # fmt: skip
    write(world, "INSERT INTO groups (id, slug, name, about, area_id, state, requested_by, created_at) VALUES"
                 " (:id, 'g', :words, '', :area, 'requested', :user, :at)",
          id=made["group"], words=WORD, area=world.areas["east"], user=world.users["resident"], at=NOW)  # fmt: skip
    write(world, "INSERT INTO collectives (id, slug, name, anchor, source_id, source_key, created_at, updated_at)"
                 " SELECT :id, 'coro', :words, ST_SetSRID(ST_MakePoint(7.69, 45.05), 4326), id, 'coro', :at, :at"
                 " FROM sources LIMIT 1", id=uuid4(), words=f"Coro {WORD}", at=NOW)  # fmt: skip
    photo = rows(world, "SELECT id FROM photos WHERE observation_id = :id", id=shown.observation_id)[0].id
    entry = rows(world, "SELECT id FROM audit_log WHERE record_id = :id ORDER BY id LIMIT 1", id=str(space))[0].id
    found_names = {
        "slug": slug, "waiting": waiting, "space": space, "note": shown.observation_id, "photo": photo,
        "held": held.observation_id, "appeal": appeal.id, "entry": entry, "version": world.row(slug)["version"],
        "collective": "coro",
    }  # fmt: skip
    return {name: str(value) for name, value in (found_names | made).items()}


def stored(world: World) -> dict[str, str]:
    """Return the contents of every table that a decision could change, as digests."""
    query = "SELECT coalesce(md5(string_agg(CAST(t AS text), '|' ORDER BY CAST(t AS text))), '') FROM {} t"
    return {table: rows(world, query.format(table))[0][0] for table in KEPT.split()}


def test_every_route_of_the_desk_has_an_entry(world: World) -> None:
    endpoints = {rule.endpoint for rule in world.app.url_map.iter_rules() if rule.endpoint.startswith("desk.")}
    assert endpoints - PLAIN == set(ROUTES)


@pytest.mark.parametrize(
    "who", ["moderator_west", "officer_west", "administrator_west", "trust_broker_west", "auditor_west"]
)
def test_nothing_of_another_area_is_seen_or_decided(world: World, who: str) -> None:
    names = east(world)
    before, client = stored(world), world.client(who)
    for rule in world.app.url_map.iter_rules():
        if rule.endpoint not in ROUTES:
            continue
        path, form = ROUTES[rule.endpoint]
        address = path.format(**names)
        if "GET" in (rule.methods or ()):
            answer = client.get(address)
            assert answer.status_code in {200, 302, 403, 404, 422}, address
            assert WORD not in answer.text.replace(f"?q={WORD}", "").replace(f'value="{WORD}"', ""), address
        if "POST" in (rule.methods or ()):
            fields = {name: value if value.startswith('{"') else value.format(**names) for name, value in form.items()}
            answer = send(client, address, fields, headers={"Accept": "application/json"})
            assert answer.status_code in {403, 404, 422}, (address, answer.status_code)
            assert WORD not in answer.text, address
        assert stored(world) == before, address


def test_the_same_routes_open_for_the_officer_of_everything(world: World) -> None:
    """Without this the test above could pass because its records are not there."""
    names, client = east(world), world.client("officer")
    for endpoint in ("desk.queue", "desk.photo", "desk.blur_page", "desk.premises_edit", "desk.premises_history"):
        assert client.get(ROUTES[endpoint][0].format(**names)).status_code == 200, endpoint
    assert WORD in client.get(ROUTES["desk.collectives"][0]).text.replace(f'value="{WORD}"', "")
    for kind in ("appeal", "group", "flag", "held"):
        assert WORD in client.get(f"/desk?kind={kind}").text, kind
