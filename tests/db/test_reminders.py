"""Reminders: the right person, at the right time, once; one tap answers; nothing that opens a link changes anything."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from mapsvc.config import Settings
from mapsvc.domain.ids import token_hash
from mapsvc.jobs import worker
from mapsvc.usecases import reminders
from tests.builders import NOW, Builder
from tests.db.fresh_town import app_of, found, sent

ADDRESS = "ada@example.org"


@pytest.fixture
def make(settings: Settings) -> Iterator[Builder]:
    yield from found(settings)


@pytest.fixture
def client(make: Builder) -> FlaskClient:
    return app_of(make).test_client()


@pytest.fixture
def place(make: Builder) -> UUID:
    """A place that somebody marked 200 days ago, leaving an address; its check is due."""
    return marked(make, "via-alta-1", name="Via Alta 1")


def marked(make: Builder, slug: str, **values: object) -> UUID:
    begun = NOW - timedelta(days=200)
    space = make.space(slug, 7.62, 45.07, created_at=begun, updated_at=begun, **values)
    seen = make.observation(space, kind="registered_user", quality="photo_onsite", days_ago=200, reporter="device:ada")
    make.follow_link(space, seen, ADDRESS)
    make.write(
        "UPDATE follow_links SET created_at = :at, expires_at = :until WHERE space_id = :id",
        at=begun, until=NOW + timedelta(days=500), id=space,
    )  # fmt: skip
    make.write("UPDATE spaces SET next_check_due = :day WHERE id = :id", day=NOW.date() - timedelta(days=3), id=space)
    return space


def remind(make: Builder) -> int:
    return worker.run_now(make.services, "remind")["reminded"]


def links(make: Builder) -> tuple[str, str, str]:
    """Return still true, gone and edit, as the mail has them."""
    body = sent(make)[-1].body
    token = re.search(r"/r/([\w-]{22})", body)
    assert token
    expected = (f"/still/{token[1]}", f"/still/{token[1]}?say=gone", f"/r/{token[1]}")
    assert all(f"http://127.0.0.1:8000{path}" in body for path in expected)
    return expected


def observations(make: Builder) -> int:
    return make.rows("SELECT count(*) AS n FROM observations WHERE state = 'counted'")[0].n


def test_whoever_marked_a_place_is_asked_when_its_check_is_due(make: Builder, place: UUID) -> None:
    assert remind(make) == 1
    mail = sent(make)[-1]
    assert mail.recipient == ADDRESS
    assert mail.subject == "Still true? Via Alta 1"
    assert "You marked Via Alta 1 on the map of Testville." in mail.body
    assert "at most every 60 days" in mail.body


def test_once_for_each_day_it_is_due_and_never_within_sixty_days(make: Builder, place: UUID) -> None:
    assert remind(make) == 1
    assert remind(make) == 0
    make.write("UPDATE spaces SET next_check_due = next_check_due + 1")
    assert remind(make) == 0, "another due day, but too soon"
    make.write("UPDATE reminders SET sent_at = sent_at - interval '60 days'")
    assert remind(make) == 1
    make.write("UPDATE reminders SET sent_at = sent_at - interval '60 days'")
    assert remind(make) == 0, "told about this due day already"


def test_those_who_were_told_do_not_stand_in_the_way_of_others(make: Builder) -> None:
    for number in range(reminders.BATCH):
        marked(make, f"via-alta-{number}")
    assert remind(make) == reminders.BATCH
    make.write("UPDATE reminders SET sent_at = sent_at - interval '60 days'")
    later = marked(make, "via-bassa-1")
    make.write("UPDATE spaces SET next_check_due = next_check_due + 1 WHERE id = :id", id=later)
    assert remind(make) == 1


def test_not_when_somebody_else_looked_meanwhile(make: Builder, place: UUID) -> None:
    make.observation(place, kind="registered_user", days_ago=1, reporter="user:9")
    make.write("UPDATE spaces SET next_check_due = :day", day=NOW.date() - timedelta(days=2))
    assert remind(make) == 0


@pytest.mark.parametrize("state", ["submitted", "rejected", "hidden", "archived"])
def test_not_about_a_place_that_is_not_public(make: Builder, place: UUID, state: str) -> None:
    make.state("spaces", "via-alta-1", state)
    assert remind(make) == 0


def test_not_without_an_address_nor_after_the_report_was_taken_back(make: Builder, place: UUID) -> None:
    make.write("UPDATE observations SET state = 'withdrawn'")
    assert remind(make) == 0
    make.write("UPDATE observations SET state = 'counted'")
    make.write("UPDATE follow_links SET contact_id = NULL")
    assert remind(make) == 0


def test_several_workers_remind_once(make: Builder) -> None:
    for number in range(6):
        marked(make, f"via-alta-{number}")
    with ThreadPoolExecutor(3) as pool:
        runs = [pool.submit(reminders.remind, make.services.unit_of_work, NOW) for _ in range(3)]
        assert sum(run.result()["reminded"] for run in runs) == 6
    assert make.rows("SELECT count(*) AS n FROM outbox WHERE template = 'reminder'")[0].n == 6


def test_opening_the_links_changes_nothing(make: Builder, client: FlaskClient, place: UUID) -> None:
    remind(make)
    before = make.rows("SELECT version, status_from::text, observation_count FROM spaces")
    for path in links(make):
        for _ in range(2):
            answer = client.get(path)
            assert answer.status_code == 200
            assert answer.headers["Cache-Control"] == "no-store"
            assert client.head(path).status_code == 200
    assert make.rows("SELECT version, status_from::text, observation_count FROM spaces") == before
    assert make.rows("SELECT used_at FROM follow_links WHERE purpose = 'reminder'")[0].used_at is None


def test_one_tap_answers_once(make: Builder, client: FlaskClient, place: UUID) -> None:
    remind(make)
    still, _gone, edit = links(make)
    assert client.post(still, data={"claim": "vacant"}).status_code == 200
    assert observations(make) == 2
    newest = make.rows("SELECT claim, quality, reporter FROM observations ORDER BY submitted_at DESC LIMIT 1")[0]
    assert (newest.claim, newest.quality, newest.reporter) == ("vacant", "remote", "device:ada")
    again = client.post(still, data={"claim": "gone"})
    assert again.status_code == 409
    assert "You have answered already" in again.get_data(as_text=True)
    assert observations(make) == 2
    assert client.get(edit).status_code == 200, "the private page still opens"


def test_two_taps_at_once_are_one_answer(make: Builder, place: UUID) -> None:
    remind(make)
    still = links(make)[0]
    app = app_of(make)
    with ThreadPoolExecutor(2) as pool:
        taps = [pool.submit(app.test_client().post, still, data={"claim": "vacant"}) for _ in range(2)]
        assert sorted(tap.result().status_code for tap in taps) == [200, 409]
    assert observations(make) == 2


def test_gone_waits_for_a_moderator(make: Builder, client: FlaskClient, place: UUID) -> None:
    remind(make)
    assert client.post(links(make)[0], data={"claim": "gone"}).status_code == 200
    assert make.rows("SELECT record_state FROM spaces")[0].record_state == "published"


def test_the_private_page_tells_of_the_first_report(make: Builder, client: FlaskClient, place: UUID) -> None:
    remind(make)
    page = client.get(links(make)[2]).get_data(as_text=True)
    assert "Via Alta 1" in page
    assert "You saw: " in page


def test_a_link_whose_time_is_over_says_so_and_loses_nothing(make: Builder, client: FlaskClient, place: UUID) -> None:
    remind(make)
    still = links(make)[0]
    make.write("UPDATE follow_links SET expires_at = :at WHERE purpose = 'reminder'", at=NOW - timedelta(seconds=1))
    for answer in (client.get(still), client.post(still, data={"claim": "vacant"})):
        assert answer.status_code == 410
        assert "60 days" in answer.get_data(as_text=True)
    assert observations(make) == 1


def test_a_link_of_something_else_answers_nothing(make: Builder, client: FlaskClient, place: UUID) -> None:
    seen = make.observation(place, days_ago=5, reporter="device:b")
    report = make.follow_link(place, seen, "b@example.org")
    for token in (report, "unknown", "x" * 300, "%00", "à"):
        assert client.get(f"/still/{token}").status_code == 404
        assert client.post(f"/still/{token}", data={"claim": "vacant"}).status_code == 404
    assert observations(make) == 2


def test_a_place_that_was_closed_meanwhile_takes_no_answer(make: Builder, client: FlaskClient, place: UUID) -> None:
    remind(make)
    still = links(make)[0]
    make.state("spaces", "via-alta-1", "archived")
    assert "This place is closed" in client.get(still).get_data(as_text=True)
    assert client.post(still, data={"claim": "vacant"}).status_code == 409
    assert observations(make) == 1


def test_an_unknown_claim_is_named(make: Builder, client: FlaskClient, place: UUID) -> None:
    remind(make)
    assert client.post(links(make)[0], data={"claim": "on fire"}).status_code == 422


def test_who_did_not_mark_a_coarse_place_is_not_told_its_name(make: Builder) -> None:
    space = make.space("space-1", 7.62, 45.07, name="Via Segreta 9", publication_precision="cell_100m")
    seen = make.observation(space, days_ago=200)
    make.follow_link(space, seen, ADDRESS)
    make.write("UPDATE follow_links SET created_at = created_at - interval '30 days'")
    make.write("UPDATE spaces SET next_check_due = :day", day=NOW.date())
    assert remind(make) == 1
    mail = sent(make)[-1]
    assert "Segreta" not in mail.subject + mail.body
    assert "Space in North" in mail.subject


def test_only_the_hash_of_the_token_is_kept(make: Builder, place: UUID) -> None:
    remind(make)
    token = links(make)[2].removeprefix("/r/")
    hashes = [row.token_hash for row in make.rows("SELECT token_hash FROM follow_links WHERE purpose = 'reminder'")]
    assert hashes == [token_hash(token)]
    assert not make.rows("SELECT FROM outbox WHERE params::text LIKE '%' || :token || '%'", token=token)


def test_without_any_job_every_door_shows_the_day(make: Builder, place: UUID) -> None:
    """No job has run here: what time alone changes is in the views already."""
    row = make.rows("SELECT status, band FROM public_spaces")[0]
    assert (row.status, row.band) == ("unverified", "ageing")
