"""What has served its time goes, a dry run says so before with the same numbers, and nothing else goes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from mapsvc.bootstrap import build
from mapsvc.config import Settings
from mapsvc.domain.ids import new_id, token_hash
from mapsvc.domain.people import Actor
from mapsvc.domain.retention import DAYS, Keep
from mapsvc.jobs import worker
from mapsvc.usecases import upkeep
from mapsvc.usecases.evidence import refresh
from mapsvc.usecases.people import Invitation, Scope
from mapsvc.usecases.people import invite as invite_account
from tests.builders import NOW, SOURCE
from tests.personal_world import HERS, HIS, People, populate, where

#: Somebody who was invited and never came.
NEVER = "zqnever@people.example"
#: Only tables that the tidying may change; whatever else differs is a fault.
TABLES = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY 1"


@pytest.fixture
def people(settings: Settings) -> Iterator[People]:
    services = build(settings)
    found = populate(services)
    _settle(found)
    yield found
    services.engine.dispose()


def _settle(people: People) -> None:
    """Bring everything into the state in which its time begins to run."""
    make, write = people.make, people.make.write
    rejected = make.space("refused", 7.6161234, 45.0662345, record_state="rejected", state_reason="spam",
                          street="Via X", number="7", description={"en": f"words of {HERS}"},
                          updated_at=NOW)  # fmt: skip
    seen = make.observation(rejected, days_ago=1, note=f"refused {HERS}", reporter="device:" + "33" * 16)
    photo = make.photo(rejected)
    write("UPDATE photos SET observation_id = :seen WHERE id = :id", seen=seen, id=photo)
    people.spaces["refused"], people.photos["refused"] = rejected, photo
    write("UPDATE observations SET note_state = 'rejected', decided_at = :at WHERE id = :id",
          at=NOW, id=people.observations["visitor"])  # fmt: skip
    write("UPDATE photos SET state = 'rejected', decided_at = :at WHERE id = :id", at=NOW, id=people.photos["visitor"])
    write("UPDATE office_messages SET state = 'closed', closed_at = :at", at=NOW)
    write("UPDATE owner_claims SET state = 'refused', decided_at = :at", at=NOW)
    write("UPDATE flags SET state = 'dismissed', settled_at = :at", at=NOW)
    write("UPDATE appeals SET state = 'refused', decided_at = :at, decided_by = NULL", at=NOW)
    write("UPDATE outbox SET sent_at = :at, recipient = '', params = '{}'", at=NOW)
    invite(people, NEVER)
    area, contact = make.areas["north"], new_id()
    write("INSERT INTO contacts VALUES (:id, 'unconfirmed@people.example', 'en', :at)", id=contact, at=NOW)
    write("INSERT INTO subscriptions (id, area_id, contact_id, rhythm, token_hash, created_at, told_until, told_on)"
          " VALUES (:id, :area, :contact, 'weekly', :token, :at, :at, :at)",
          id=new_id(), area=area, contact=contact, token=token_hash("never said yes"), at=NOW)  # fmt: skip
    run = new_id()
    write("INSERT INTO source_runs (id, source_id, file_sha256, file_as_of, ran_at, counts, state)"
          " SELECT :id, id, 'x', :on, :at, '{}', 'waiting' FROM sources ORDER BY id LIMIT 1",
          id=run, on=NOW.date(), at=NOW)  # fmt: skip
    write("INSERT INTO source_files VALUES (:run, 'a file')", run=run)
    write("INSERT INTO source_run_rows (run_id, row_key, kind, mark) VALUES (:run, '1', 'new', 'x')", run=run)
    with make.services.unit_of_work() as uow:
        uow.idempotency.claim(new_id(), "report", "", NOW)
        uow.jobs.note("tidy", NOW, NOW, {})
        uow.commit()


def invite(people: People, address: str, days: int = 0) -> int:
    """Invite somebody as the administrator does, days after the beginning."""
    make = people.make
    with make.services.unit_of_work() as uow:
        found = uow.people.by_email("city@people.example")
        assert found is not None
        admin = Actor(user_id=found.id, grants=uow.people.grants_of(found.id))
    at = NOW + timedelta(days=days)
    invitation = Invitation(address, "Zqnever Opened", "moderator", Scope(area_id=make.areas["north"]))
    return invite_account(make.services.unit_of_work(), admin, invitation, at)


def tidy(people: People, days: float, *, dry_run: bool = False) -> dict[str, int]:
    services = people.make.services
    now = NOW + timedelta(days=days)
    return upkeep.tidy(services.unit_of_work, services.kept_files, now, dry_run=dry_run)


def picture(people: People) -> list[object]:
    """Return every row of the database and every file, to see whether anything changed."""
    seen: list[object] = [sorted(path.name for path in people.make.services.settings.var.rglob("*"))]
    for (table,) in people.make.rows(TABLES):
        if table not in {"spatial_ref_sys"}:
            seen.append((table, sorted(str(row) for row in people.make.rows(f'SELECT t::text FROM "{table}" t'))))
    return seen


@pytest.mark.parametrize("days", [0, 8, 31, 91, 98, 800])
def test_a_dry_run_changes_nothing_and_tells_what_a_run_then_does(people: People, days: int) -> None:
    before = picture(people)
    told = tidy(people, days, dry_run=True)
    assert picture(people) == before
    assert tidy(people, days) == told
    again = tidy(people, days)
    assert {kind: count for kind, count in again.items() if count} == {}
    if days == 800:
        assert [kind for kind, count in told.items() if not count] == []


def test_each_kind_waits_for_its_day(people: People) -> None:
    """One day before its time a kind is left alone, one day after it is gone; nothing else is asked of it."""
    for kind, keep in upkeep.KINDS.items():
        if keep in {Keep.REJECTED, Keep.MESSAGES, Keep.PROOFS, Keep.SETTLED, Keep.ANSWERS, Keep.RUNS, Keep.MAILS}:
            early, late = (tidy(people, DAYS[keep] + days, dry_run=True)[kind] for days in (-1, 1))
            assert (kind, early, late > 0) == (kind, 0, True)


def test_refused_words_pictures_and_places_go_after_ninety_days(people: People) -> None:
    services = people.make.services
    tidy(people, 91)
    row = people.make.rows("SELECT *, ST_X(point) AS lon FROM spaces WHERE id = :id", id=people.spaces["refused"])[0]
    assert (row.name, row.street, row.number, row.description, row.reported_by) == ("–", None, None, {}, None)
    assert row.slug == f"rejected-{row.id}"
    assert abs(row.lon - 7.6161234) > 1e-6, "only the cell is left of the place"
    for name in ("refused", "visitor"):
        assert not services.photos.path(people.photos[name], small=False).exists()
    assert services.photos.path(people.photos["hers"], small=False).exists()
    assert not list(services.settings.proof_folder.glob("*"))
    left = where(services, HERS)
    assert not {
        "flags.note",
        "appeals.text",
        "owner_claims.proof_text",
        "spaces.description",
        "office_messages.note",
    } & {*left}
    assert people.one("SELECT note FROM observations WHERE id = :id", id=people.observations["hers"]) is not None
    assert people.one("SELECT owner_note FROM spaces WHERE slug = 'both'") is not None, "a public word stays"


def test_papers_of_calls_go_each_on_its_day_and_the_record_stays(people: People) -> None:
    services = people.make.services
    there = {key.split()[0]: True for key in people.documents if key.endswith(HERS)}
    for days, gone in ((29, ""), (31, "draft"), (89, ""), (91, "withdrawn"), (364, ""), (366, "over")):
        tidy(people, days)
        there |= {gone: False} if gone else {}
        found = {key.split()[0]: services.documents.path(one).exists() for key, one in people.documents.items()}
        assert {key: found[key] for key in there} == there, days
    kept = people.make.rows(
        "SELECT a.state, a.code, a.project ->> 'title' AS title, a.contact_id, left(a.token_hash, 5) AS link, d.name"
        " FROM applications a JOIN application_documents d ON d.application_id = a.id WHERE code IS NOT NULL"
        " ORDER BY 1, 2"
    )
    assert {(row.state, row.title) for row in kept} == {("declined", HERS), ("declined", HIS), ("withdrawn", None)}
    assert {(row.contact_id, row.link, row.name) for row in kept} == {(None, "over:", "–")}
    assert people.one("SELECT count(*) FROM applications WHERE state = 'draft'") == 0
    assert people.one("SELECT count(*) FROM integration_requests WHERE answer IS NOT NULL OR asked <> '–'") == 0


def test_documents_of_a_contract_stay_with_it(people: People) -> None:
    people.make.write("UPDATE applications SET state = 'contracted' WHERE state = 'declined'")
    tidy(people, 366)
    assert people.make.services.documents.path(people.documents[f"over {HERS}"]).exists()
    assert people.one("SELECT name FROM application_documents WHERE id = :id",
                      id=people.documents[f"over {HERS}"]) == f"{HERS}.pdf"  # fmt: skip


def test_an_account_that_is_never_opened_goes_ninety_days_after_its_invitation(people: People) -> None:
    services = people.make.services
    others = people.one("SELECT count(*) FROM users WHERE erased_at IS NULL") - 1
    assert tidy(people, 96)["unopened_accounts"] == 0
    assert where(services, NEVER) != []
    assert tidy(people, 98)["unopened_accounts"] == 1
    for word in (NEVER, "zqnever opened"):
        assert where(services, word) == []
    assert people.one("SELECT count(*) FROM users WHERE erased_at IS NULL") == others, "who signed in stays"
    assert (
        people.one("SELECT count(*) FROM role_grants g JOIN users u ON u.id = g.user_id WHERE u.erased_at IS NOT NULL")
        == 0
    )
    again = invite(people, NEVER, 99)
    assert people.one("SELECT email FROM users WHERE id = :id", id=again) == NEVER, "the address is free again"


def test_a_new_invitation_begins_the_time_anew(people: People) -> None:
    invite(people, NEVER, 60)
    assert tidy(people, 60 + 96)["unopened_accounts"] == 0
    assert tidy(people, 60 + 98)["unopened_accounts"] == 1


def test_what_an_open_appeal_may_bring_back_stays(people: People) -> None:
    people.make.write("UPDATE appeals SET state = 'open', decided_at = NULL")
    tidy(people, 120)
    assert people.make.services.photos.path(people.photos["visitor"], small=False).exists()
    assert people.one("SELECT note FROM observations WHERE id = :id", id=people.observations["visitor"]) is not None


def test_an_address_that_anything_needs_stays(people: People) -> None:
    tidy(people, 8)
    used = people.make.rows("SELECT DISTINCT lower(email) AS email FROM contacts ORDER BY 1")
    assert [row.email for row in used] == ["zqannawx@people.example", "zqbrunowx@people.example"]
    assert people.one("SELECT count(*) FROM subscriptions") == 2


def test_old_keys_are_forgotten_and_one_sender_stays_one(people: People) -> None:
    make = people.make
    keys = ("device:" + "44" * 16, "55" * 16)
    for slug in ("hers", "his"):
        seen = make.observation(people.spaces[slug], days_ago=30, reporter=keys[0])
        make.write("UPDATE observations SET cluster_key = :key WHERE id = :id", key=keys[1], id=seen)
    before = concluded(people)
    tidy(people, 89 - 30)
    assert len(make.rows("SELECT 1 FROM observations WHERE reporter = :key", key=keys[0])) == 2
    tidy(people, 92)
    for key in (keys[0].removeprefix("device:"), keys[1]):
        assert where(make.services, key) == []
    new = make.rows("SELECT reporter, cluster_key, count(*) AS n FROM observations WHERE reporter LIKE 'device:past:%'"
                    " GROUP BY 1, 2")  # fmt: skip
    assert sorted(row.n for row in new)[-1] == 2
    assert concluded(people) == before


def concluded(people: People) -> list[object]:
    """Conclude the places of both people anew and return what follows."""
    with people.make.services.unit_of_work() as uow:
        for space in people.spaces.values():
            refresh(uow, space, NOW.date())
        uow.commit()
    query = (
        "SELECT id, status_codes::text, status_from::text FROM spaces WHERE slug IN ('hers', 'his', 'both') ORDER BY 1"
    )
    return list(people.make.rows(query))


def test_keys_of_imports_are_left_alone(people: People) -> None:
    make = people.make
    make.observation(
        people.spaces["his"], kind="import_official", quality="register", days_ago=200, reporter=SOURCE.code
    )
    tidy(people, 100)
    assert people.one("SELECT count(*) FROM observations WHERE reporter = :key", key=SOURCE.code) == 1


def test_a_file_that_nobody_decided_about_is_forgotten_after_a_week(people: People) -> None:
    query = "SELECT (SELECT count(*) FROM source_files), (SELECT count(*) FROM source_run_rows), state FROM source_runs"
    for days, left in ((6, (1, 1, "waiting")), (8, (0, 0, "put_away"))):
        tidy(people, days)
        assert [tuple(row) for row in people.make.rows(query)] == [left]


def test_words_on_the_board_and_refused_records_go_and_what_is_published_stays(people: People) -> None:
    tidy(people, 91)
    for table, name in (("organisations", "name"), ("initiatives", "name"), ("pacts", "title")):
        left = people.make.rows(f"SELECT record_state AS state, {name} AS name FROM {table} ORDER BY 1, 2")
        assert [row.name for row in left if row.state == "rejected"] == ["–", "–"], table
        assert {row.name for row in left if row.state == "published"} == {"something"}, table
        assert {row.name for row in left if row.state == "submitted"} == {HERS, HIS}, table
    comments = people.make.rows("SELECT state, text, contact_id FROM comments ORDER BY 1, 2")
    assert {row.text for row in comments if row.state == "published"} == {HERS, HIS}
    assert {(row.text, row.contact_id) for row in comments if row.state == "refused"} == {(None, None)}
    for days, left in ((364, 2), (366, 0)):
        tidy(people, days)
        assert people.one("SELECT count(*) FROM relayed_messages") == left


def test_the_job_and_its_dry_run_by_name(people: People) -> None:
    services = people.make.services
    told = worker.preview_now(services, "tidy")
    assert worker.run_now(services, "tidy") == told
