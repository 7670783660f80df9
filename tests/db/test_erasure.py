"""Erasing finds everything of a person, and nothing of anybody else; what was seen counts on."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from mapsvc.bootstrap import Services, build
from mapsvc.config import Settings
from mapsvc.domain.erasures import TOMBSTONE, SubjectKind
from mapsvc.domain.errors import Conflict, Forbidden, Invalid, NotFound
from mapsvc.domain.people import Actor, Grant, Role
from mapsvc.store.erasure_list import ErasureList
from mapsvc.usecases import erasures, personal_data, reports, seals
from mapsvc.web.app import create_app
from tests.builders import NOW, PASSWORD
from tests.personal_world import HER_ADDRESS, HER_KEY, HERS, HIS, HIS_ADDRESS, People, populate, where

EVIDENCE = (
    "SELECT slug, status_from::text, status_codes::text, band_codes::text, last_confirmed_on, observation_count"
    " FROM spaces ORDER BY slug"
)


@pytest.fixture
def people(settings: Settings) -> Iterator[People]:
    services = build(settings)
    yield populate(services)
    services.engine.dispose()


def refreshed(people: People) -> list[tuple[object, ...]]:
    """Conclude everything anew and return what follows."""
    from mapsvc.usecases.evidence import refresh

    with people.make.services.unit_of_work() as uow:
        for space in people.spaces.values():
            refresh(uow, space, NOW.date())
        uow.commit()
    return [tuple(row) for row in people.make.rows(EVIDENCE)]


def files(services: Services) -> set[str]:
    """Return the names of all photo and proof files."""
    folders = (services.settings.photo_folder, services.settings.proof_folder)
    return {path.name for folder in folders for path in folder.glob("*")}


def test_the_world_has_something_in_every_place_that_can_name_somebody(people: People) -> None:
    found = {column.split(".")[0] for column in where(people.make.services, HERS)}
    assert found >= {
        "users", "contacts", "observations", "outbox", "flags", "appeals", "owner_claims", "office_messages",
        "groups", "collectives", "spaces", "personal_values",
    }  # fmt: skip


def test_an_erased_account_leaves_no_trace_and_everybody_else_untouched(people: People) -> None:
    services = people.make.services
    before, his, evidence = files(services), where(services, HIS), refreshed(people)
    erased = erasures.erase_account(services.unit_of_work(), services, Actor(user_id=people.anna), NOW)
    # The collective's and the group's keys are names that were public or asked for; nothing else may hold the word.
    assert [column for column in where(services, HERS) if column != "collectives.source_key"] == []
    assert where(services, HER_KEY) == []
    assert where(services, HIS) == his
    gone = {f"{people.photos[name]}{end}" for name in ("hers", "visitor") for end in (".jpg", "-small.jpg")}
    assert before - files(services) == gone | {f"{HERS}.pdf"}
    assert refreshed(people) == evidence
    assert erased.counts["photos"] == 2
    for key, document in people.documents.items():
        assert services.documents.path(document).exists() == (not key.endswith(HERS)), key
    assert people.one("SELECT count(*) FROM observations WHERE user_id = :id", id=people.bruno) == 2
    for table in ("role_grants", "invitations"):
        assert people.one(f"SELECT count(*) FROM {table} WHERE user_id = :id", id=people.anna) == 0
    assert people.one("SELECT count(*) FROM subscriptions") == 1
    assert people.one("SELECT count(*) FROM rate_counters") == 1


def test_the_record_of_a_procedure_stays_under_its_code(people: People) -> None:
    """A draft goes; what was decided about a code, its ranking and its receipt stay without a word of hers."""
    services = people.make.services
    table = (
        "SELECT code, state, receipt IS NOT NULL, submitted_at, needs::text FROM applications"
        " WHERE code IS NOT NULL ORDER BY code"
    )
    before = [tuple(row) for row in people.make.rows(table)]
    drafts = people.one("SELECT count(*) FROM applications WHERE state = 'draft'")
    erasures.erase_account(services.unit_of_work(), services, Actor(user_id=people.anna), NOW)
    assert [tuple(row) for row in people.make.rows(table)] == before
    assert people.one("SELECT count(*) FROM applications WHERE state = 'draft'") == drafts - 1
    for table in ("application_lots", "award_offers", "assignments", "score_sheets", "committee_members"):
        assert people.one(f"SELECT count(*) FROM {table}") == 2, table
    hers = people.make.rows(
        "SELECT a.project, a.facts, a.contact_id, a.filed_by, a.token_hash FROM applications a"
        " JOIN collectives c ON c.id = a.collective_id WHERE c.state = 'dissolved'"
    )
    assert [(row.project, row.facts, row.contact_id, row.filed_by) for row in hers] == [({}, {}, None, None)]
    assert hers[0].token_hash.startswith(TOMBSTONE)


def test_what_others_keep_loses_her_and_what_nobody_saw_goes(people: People) -> None:
    services = people.make.services
    states = (
        "SELECT 'initiative', record_state, name, created_by FROM initiatives UNION ALL"
        " SELECT 'organisation', record_state, name, created_by FROM organisations UNION ALL"
        " SELECT 'pact', record_state, title, created_by FROM pacts UNION ALL"
        " SELECT 'keeper', noun, '', user_id FROM keepers UNION ALL"
        " SELECT 'comment', state, text, NULL FROM comments"
    )
    before = Counter(tuple(row) for row in people.make.rows(states))
    erasures.erase_account(services.unit_of_work(), services, Actor(user_id=people.anna), NOW)
    after = Counter(tuple(row) for row in people.make.rows(states))
    nouns = ("initiative", "organisation", "pact")
    anna = people.anna
    assert before - after == Counter(
        [(noun, "published", "something", anna) for noun in nouns]
        + [(noun, "submitted", HERS, None) for noun in nouns]
        + [(noun, "rejected", HERS, anna) for noun in nouns]
        + [("keeper", noun, "", anna) for noun in nouns]
        + [("comment", "published", HERS, None), ("comment", "refused", HERS, None)]
    )
    assert after - before == Counter(
        [(noun, "published", "something", None) for noun in nouns]
        + [(noun, state, "–", None) for noun in nouns for state in ("submitted", "rejected")]
        + [("comment", "hidden", None, None), ("comment", "refused", None, None)]
    )


def test_the_group_of_somebody_who_leaves_keeps_its_application(people: People) -> None:
    services, make = people.make.services, people.make
    group = people.one("SELECT id FROM collectives WHERE source_key = :key", key=HERS)
    with services.unit_of_work() as uow:
        uow.people.grant(people.bruno, "collective_rep", collective_id=group, granted_by=None, at=NOW)
        uow.commit()
    erasures.erase_account(services.unit_of_work(), services, Actor(user_id=people.anna), NOW)
    query = "SELECT project, contact_id, filed_by, state FROM applications WHERE collective_id = :id"
    found = make.rows(query, id=group)
    assert [tuple(row) for row in found] == [({"title": HERS}, None, None, "declined")]


def test_who_applied_for_others_is_not_the_applicant(people: People) -> None:
    """A broker who filed for a group neither gets its application in an export nor takes it along."""
    services, make = people.make.services, people.make
    make.write("UPDATE applications SET filed_by = :anna, on_behalf = true WHERE filed_by = :bruno",
               anna=people.anna, bruno=people.bruno)  # fmt: skip
    held = personal_data.export_account(services.unit_of_work(), Actor(user_id=people.anna), NOW)
    assert {row["project"].get("title", HERS) for row in held.rows["applications"]} == {HERS}
    erasures.erase_account(services.unit_of_work(), services, Actor(user_id=people.anna), NOW)
    assert people.one("SELECT count(*) FROM applications WHERE project ->> 'title' = :his", his=HIS) == 3


def test_one_vote_stays_one_vote(people: People) -> None:
    """Two of her answers about one place stay those of one sender, under a key that leads nowhere."""
    services = people.make.services
    people.make.observation(
        people.spaces["both"], kind="registered_user", days_ago=5, reporter=f"user:{people.anna}", user_id=people.anna
    )
    erasures.erase_account(services.unit_of_work(), services, Actor(user_id=people.anna), NOW)
    keys = people.make.rows(
        "SELECT reporter, count(*) AS n FROM observations WHERE reporter LIKE :like AND source_kind = 'registered_user'"
        " GROUP BY 1", like=TOMBSTONE + "%",
    )  # fmt: skip
    assert [row.n for row in keys] == [3]
    assert people.one("SELECT upheld FROM reporters WHERE reporter = :key", key=keys[0].reporter) == 4
    network = people.make.rows(
        "SELECT cluster_key FROM observations WHERE id IN (:a, :b)",
        a=people.observations["visitor"], b=people.observations["neighbour"],
    )  # fmt: skip
    assert network[0].cluster_key == network[1].cluster_key
    assert network[0].cluster_key.startswith(TOMBSTONE)


def test_a_report_is_erased_by_its_link_and_the_account_beside_it_stays(people: People) -> None:
    services = people.make.services
    evidence = refreshed(people)
    erased = erasures.erase_report(services.unit_of_work(), services, people.token, NOW)
    left = where(services, HERS)
    assert "observations.note" in left, "her account's own notes stay"
    assert people.make.rows(
        "SELECT note, user_id, device_point FROM observations WHERE id = :id", id=people.observations["visitor"]
    ) == [(None, None, None)]
    assert where(services, HER_KEY) == []
    assert refreshed(people) == evidence
    assert erased.photo_ids == (people.photos["visitor"],)
    with pytest.raises(NotFound):
        reports.follow(services.unit_of_work(), people.token, NOW)
    with pytest.raises(NotFound):
        erasures.erase_report(services.unit_of_work(), services, people.token, NOW)
    assert people.one("SELECT count(*) FROM users WHERE email = :email", email=HER_ADDRESS) == 1


def test_a_report_of_today_is_withdrawn_so_that_nobody_counts_twice(people: People) -> None:
    services = people.make.services
    key = "device:" + "11" * 16
    seen = people.make.observation(people.spaces["his"], days_ago=0, reporter=key, note="new", note_state="queued")
    elsewhere = people.make.observation(people.spaces["hers"], days_ago=0, reporter=key)
    token = people.make.follow_link(people.spaces["his"], seen)
    erasures.erase_report(services.unit_of_work(), services, token, NOW)
    assert people.one("SELECT state || coalesce(note, '') FROM observations WHERE id = :id", id=seen) == "withdrawn"
    # The other answer of the same sender is another matter, and keeps the key that makes it one vote.
    assert people.one("SELECT reporter FROM observations WHERE id = :id", id=elsewhere) == key


def test_a_report_with_an_account_behind_it_is_withdrawn(people: People) -> None:
    services = people.make.services
    erasures.erase_report(services.unit_of_work(), services, people.his_token, NOW)
    row = people.make.rows("SELECT state, reporter, user_id, note FROM observations WHERE id = :id",
                           id=people.observations["his"])[0]  # fmt: skip
    assert (row.state, row.user_id, row.note) == ("withdrawn", None, None)
    assert row.reporter.startswith(TOMBSTONE)
    assert people.one("SELECT count(*) FROM users WHERE email = :email", email=HIS_ADDRESS) == 1


def test_a_waiting_place_that_nobody_else_saw_goes_with_its_report(people: People) -> None:
    services = people.make.services
    space = people.make.space("new", 7.615, 45.065, record_state="submitted")
    seen = people.make.observation(space, days_ago=0, reporter="device:" + "22" * 16)
    erasures.erase_report(services.unit_of_work(), services, people.make.follow_link(space, seen), NOW)
    assert people.one("SELECT record_state || ' ' || state_reason FROM spaces WHERE id = :id", id=space) == (
        "rejected withdrawn"
    )


def test_an_expired_link_erases_nothing(people: People) -> None:
    services = people.make.services
    with pytest.raises(NotFound) as error:
        erasures.erase_report(services.unit_of_work(), services, people.token, NOW + timedelta(days=91))
    assert error.value.code == "expired"
    assert people.one("SELECT count(*) FROM erasures") == 0


def test_the_last_administrator_stays(people: People) -> None:
    services = people.make.services
    only = people.one("SELECT id FROM users WHERE email = 'city@people.example'")
    with pytest.raises(Conflict) as error:
        erasures.erase_account(services.unit_of_work(), services, Actor(user_id=only), NOW)
    assert error.value.code == "last_administrator"
    assert people.one("SELECT email FROM users WHERE id = :id", id=only) == "city@people.example"


def test_the_office_erases_on_request_only_and_with_the_right_to(people: People) -> None:
    services = people.make.services
    whole, part = Grant(Role.ADMINISTRATOR), Grant(Role.ADMINISTRATOR, people.make.areas["north"])

    def erase(actor: Actor, kind: SubjectKind, name: str, reason: str = erasures.ASKED) -> None:
        erasures.erase_for_the_office(services.unit_of_work(), services, actor, kind, name, reason, NOW)

    for actor in (
        Actor(),
        Actor(user_id=people.bruno, grants=(Grant(Role.OFFICER),)),
        Actor(user_id=1, grants=(part,)),
    ):
        with pytest.raises(Forbidden):
            erase(actor, SubjectKind.USER, HER_ADDRESS)
    clerk = Actor(user_id=people.bruno, grants=(whole,))
    with pytest.raises(Invalid):
        erase(clerk, SubjectKind.USER, HER_ADDRESS, "")
    with pytest.raises(NotFound):
        erase(clerk, SubjectKind.CONTACT, "nobody@people.example")
    erase(clerk, SubjectKind.CONTACT, HER_ADDRESS)
    assert people.one("SELECT count(*) FROM contacts WHERE lower(email) = :email", email=HER_ADDRESS) == 0
    assert people.one("SELECT count(*) FROM users WHERE email = :email", email=HER_ADDRESS) == 1
    erase(clerk, SubjectKind.USER, HER_ADDRESS)
    assert [column for column in where(services, HERS) if column != "collectives.source_key"] == []


def test_what_is_remembered_names_nobody(people: People) -> None:
    services = people.make.services
    erasures.erase_account(services.unit_of_work(), services, Actor(user_id=people.anna), NOW)
    kept = services.erasure_list.read()
    assert [(one.kind, one.subject_id) for one in kept] == [(SubjectKind.USER, str(people.anna))]
    assert HERS not in (services.settings.var / "erasures.jsonl").read_text()
    erasures.note_missing(services.unit_of_work(), services)
    assert services.erasure_list.read() == kept


def test_a_crash_between_commit_and_list_is_made_good_by_the_next_tidying(people: People) -> None:
    services = people.make.services
    erasures.erase_account(services.unit_of_work(), services, Actor(user_id=people.anna), NOW)
    file = services.settings.var / "erasures.jsonl"
    kept = file.read_text()
    file.write_text(kept[:20])
    erasures.note_missing(services.unit_of_work(), services)
    assert [one.subject_id for one in ErasureList(file).read()] == [str(people.anna)]


def test_the_history_is_not_touched(people: People) -> None:
    services = people.make.services
    assert seals.seal(services.unit_of_work, NOW) > 0
    before = people.make.rows("SELECT * FROM audit_log ORDER BY id")
    erasures.erase_account(services.unit_of_work(), services, Actor(user_id=people.anna), NOW)
    after = people.make.rows("SELECT * FROM audit_log ORDER BY id")
    assert after[: len(before)] == before
    assert [(row.action, row.noun, row.record_id) for row in after[len(before) :]] == [
        ("erased", "user", str(people.anna))
    ]
    assert (
        people.one("SELECT count(*) FROM personal_values WHERE user_id = :id AND value IS NOT NULL", id=people.anna)
        == 0
    )
    assert seals.seal(services.unit_of_work, NOW) == 1
    verdict = seals.verify(services.unit_of_work)
    assert (verdict.broken, verdict.tail) == (None, 0)


# What follows comes through the doors.


def client(people: People, user_id: int | None = None) -> FlaskClient:
    app = create_app(people.make.services)
    found = app.test_client()
    if user_id is not None:
        key = people.one("SELECT fs_uniquifier FROM users WHERE id = :id", id=user_id)
        with found.session_transaction() as session:
            session.update(_user_id=key, _fresh=True, _id="test")
    return found


def send(browser: FlaskClient, page: str, address: str, **fields: str) -> object:
    found = re.search(r'name="csrf_token" value="([^"]+)"', browser.get(page).text)
    return browser.post(address, data={"csrf_token": found.group(1) if found else "", **fields})


def test_the_account_page_asks_for_the_password(people: People) -> None:
    browser = client(people, people.anna)
    for wrong in ("", "not it", PASSWORD + "x"):
        answer = send(browser, "/account/data", "/account/erase", password=wrong)
        assert answer.status_code == 422  # type: ignore[attr-defined]
    assert people.one("SELECT count(*) FROM erasures") == 0
    answer = send(browser, "/account/data", "/account/erase", password=PASSWORD)
    assert answer.status_code == 303  # type: ignore[attr-defined]
    assert browser.get("/account").status_code in {302, 401}
    assert browser.get("/erased").status_code == 200
    assert people.one("SELECT count(*) FROM erasures") == 1


def test_the_private_page_erases_its_own_report_only(people: People) -> None:
    browser = client(people)
    page = f"/r/{people.token}"
    assert "/r/" + people.token + "/erase" in browser.get(page).text
    answer = send(browser, page, f"{page}/erase", sure="yes")
    assert answer.status_code == 303  # type: ignore[attr-defined]
    assert browser.get(page).status_code == 404
    assert browser.get(f"/r/{people.his_token}").status_code == 200
    other = send(browser, f"/r/{people.his_token}", f"/r/{'x' * 22}/erase", sure="yes")
    assert other.status_code == 404  # type: ignore[attr-defined]


def test_the_desk_erases_with_a_reason(people: People) -> None:
    clerk = people.one("SELECT id FROM users WHERE email = 'city@people.example'")
    browser = client(people, clerk)
    address = f"/desk/people/{people.anna}/erase"
    assert send(browser, "/desk/people", address).status_code == 422  # type: ignore[attr-defined]
    assert send(client(people, people.bruno), "/account", address, reason=erasures.ASKED).status_code == 403  # type: ignore[attr-defined]
    assert send(browser, "/desk/people", address, reason=erasures.ASKED).status_code == 303  # type: ignore[attr-defined]
    assert HERS not in browser.get("/desk/people").text
    found = send(browser, "/desk/people", "/desk/people/erase-address", email=HIS_ADDRESS, reason=erasures.ASKED)
    assert found.status_code == 303  # type: ignore[attr-defined]
    assert people.one("SELECT count(*) FROM contacts") == 0
