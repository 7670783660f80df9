"""The worker: each due moment once, whatever dies or fails; mail that leaves; what is tidied up."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from mapsvc import bootstrap
from mapsvc.bootstrap import Services
from mapsvc.config import Settings
from mapsvc.domain.errors import NotFound
from mapsvc.domain.retention import DAYS, Keep
from mapsvc.jobs import schedule, worker
from mapsvc.jobs.schedule import Entry
from mapsvc.notify.mailers import MemoryMailer
from mapsvc.operations.connections import connect, fetch
from mapsvc.usecases import upkeep

NOW = datetime(2026, 11, 22, 14, 7, 31, tzinfo=UTC)


@pytest.fixture
def services(settings: Settings) -> Services:
    """Services on the clean database with mails kept in memory."""
    return bootstrap.build(settings)


def runs(services: Services) -> list[tuple[object, ...]]:
    """Return name, report and error of every finished run."""
    return fetch(
        services.settings.database_url,
        "SELECT name, report, error FROM job_runs WHERE finished_at IS NOT NULL ORDER BY id",
    )


def only(monkeypatch: pytest.MonkeyPatch, *entries: Entry) -> None:
    """Make these the whole timetable."""
    monkeypatch.setattr(schedule, "TIMETABLE", entries)
    monkeypatch.setattr(worker, "TIMETABLE", entries)


def queue_mail(services: Services, recipient: str = "a@city.example") -> None:
    """Queue the mail with the private link of a report."""
    with services.unit_of_work() as uow:
        uow.outbox.add(recipient, "follow_link", "en", {"token": "t0ken", "place": "Via Saluzzo 42"}, NOW)
        uow.commit()


def test_due_moments_are_the_same_for_every_worker() -> None:
    entry = Entry("x", timedelta(minutes=15), lambda *_: {}, "")
    assert entry.latest_due(NOW) == datetime(2026, 11, 22, 14, 0, tzinfo=UTC)
    assert entry.latest_due(NOW + timedelta(minutes=7)) == entry.latest_due(NOW)


def test_two_workers_do_a_due_job_once(services: Services) -> None:
    worker.enter_due(services)
    worker.enter_due(services)
    with services.unit_of_work() as first, services.unit_of_work() as second:
        taken = [one.jobs.take(services.clock.now(), "tidy") for one in (first, second)]
        assert [run.name for run in taken if run] == ["tidy"]
        other = second.jobs.take(services.clock.now())
        assert other is not None
        assert other.name != "tidy"


def test_a_worker_that_dies_gives_its_run_back(services: Services) -> None:
    worker.enter_due(services)
    with services.unit_of_work() as dying:
        lost = dying.jobs.take(services.clock.now(), "tidy")
    with services.unit_of_work() as next_one:
        assert next_one.jobs.take(services.clock.now(), "tidy") == lost


def test_a_job_that_fails_is_noted_and_stops_nothing(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_services: Services, _now: datetime) -> dict[str, int]:
        raise RuntimeError("no luck")

    hour = timedelta(hours=1)
    only(monkeypatch, Entry("broken", hour, broken, ""), Entry("fine", hour, lambda *_: {"done": 1}, ""))
    worker.enter_due(services)
    while worker.run_next(services):
        pass
    assert runs(services) == [("broken", None, "RuntimeError: no luck"), ("fine", {"done": 1}, None)]


def test_the_loop_ends_when_it_is_asked_to(services: Services) -> None:
    finished = threading.Event()
    thread = threading.Thread(target=worker.work, args=(services, finished))
    thread.start()
    finished.set()
    thread.join(timeout=20)
    assert not thread.is_alive()


def test_a_waiting_mail_leaves_once_and_its_token_is_forgotten(services: Services) -> None:
    queue_mail(services)
    assert worker.run_now(services, "send-mail") == {"sent": 1, "failed": 0}
    assert worker.run_now(services, "send-mail") == {"sent": 0, "failed": 0}
    mailer = services.mailer
    assert isinstance(mailer, MemoryMailer)
    assert [mail.recipient for mail in mailer.sent] == ["a@city.example"]
    assert "/r/t0ken" in mailer.sent[0].body
    kept = fetch(services.settings.database_url, "SELECT recipient || params::text FROM outbox")
    assert "t0ken" not in kept[0][0]
    assert "a@city.example" not in kept[0][0]


def test_a_mail_server_that_is_away_loses_no_mail(settings: Settings) -> None:
    # Nothing listens on port 1: the connection is refused at once.
    away = bootstrap.build(replace(settings, mail="smtp", mail_host="127.0.0.1", mail_port=1))
    queue_mail(away)
    assert worker.run_now(away, "send-mail") == {"sent": 0, "failed": 1}
    assert fetch(settings.database_url, "SELECT attempts, sent_at FROM outbox") == [(1, None)]
    assert worker.run_now(bootstrap.build(settings), "send-mail") == {"sent": 1, "failed": 0}


def test_one_mail_that_cannot_be_written_does_not_send_the_others_again(settings: Settings) -> None:
    services = bootstrap.build(replace(settings, mail="file", mail_from="city@example.org"))
    queue_mail(services)
    queue_mail(services, "a@b\ncity.example")
    assert worker.run_now(services, "send-mail") == {"sent": 1, "failed": 1}
    assert worker.run_now(services, "send-mail") == {"sent": 0, "failed": 1}
    assert len(list((settings.var / "mail").iterdir())) == 1


def test_an_error_of_the_database_repeats_no_value_in_the_log(services: Services) -> None:
    with pytest.raises(DBAPIError) as error, services.engine.begin() as connection:
        connection.execute(text("INSERT INTO rate_counters (key) VALUES (:secret)"), {"secret": "t0ken"})
    assert "[SQL parameters hidden" in str(error.value)


def test_an_unknown_job_is_named_with_those_that_exist(services: Services) -> None:
    with pytest.raises(NotFound, match="send-mail"):
        worker.run_now(services, "make-coffee")


def test_what_has_served_its_time_goes_and_the_rest_stays(services: Services) -> None:
    url = services.settings.database_url
    with connect(url) as connection, connection.cursor() as cursor:
        for name, age in (("old", DAYS[Keep.ANSWERS] + 1), ("new", 0)):
            cursor.execute(
                "INSERT INTO idempotency_keys (key, scope, body_sha256, result, created_at)"
                " VALUES (gen_random_uuid(), %s, '', '{}', %s)",
                (name, NOW - timedelta(days=age)),
            )
        for name, days in (("over", -1), ("open", 1)):
            cursor.execute("INSERT INTO rate_counters VALUES (%s, 1, %s)", (name, NOW + timedelta(days=days)))
    counts = upkeep.tidy(services.unit_of_work, services.kept_files, NOW)
    assert (counts["idempotency_keys"], counts["rate_counters"]) == (1, 1)
    assert fetch(url, "SELECT scope FROM idempotency_keys") == [("new",)]
    assert fetch(url, "SELECT key FROM rate_counters") == [("open",)]


def test_old_device_positions_are_rounded_to_about_a_kilometre(services: Services) -> None:
    url = services.settings.database_url
    with connect(url) as connection, connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO sources (code, title, licence, attribution) VALUES ('s', 't', 'x', 'a') RETURNING id"
        )
        source = cursor.fetchone()[0]
        cursor.execute(
            "INSERT INTO spaces (id, slug, name, point, source_id, source_key, created_at, updated_at)"
            " VALUES (gen_random_uuid(), 'a', 'A', 'SRID=4326;POINT(7.68 45.05)', %s, 'a', now(), now()) RETURNING id",
            (source,),
        )
        space = cursor.fetchone()[0]
        for age in (1, DAYS[Keep.DEVICE_POINT] + 1):
            at = NOW - timedelta(days=age)
            cursor.execute(
                "INSERT INTO observations (id, space_id, claim, source_kind, quality, observed_at, submitted_at,"
                " reporter, device_point, source_id) VALUES (gen_random_uuid(), %s, 'vacant', 'anonymous',"
                " 'onsite_no_photo', %s, %s, 'r', 'SRID=4326;POINT(7.683456 45.054321)', %s)",
                (space, at, at, source),
            )
    assert upkeep.tidy(services.unit_of_work, services.kept_files, NOW)["device_points"] == 1
    assert upkeep.tidy(services.unit_of_work, services.kept_files, NOW)["device_points"] == 0
    points = fetch(url, "SELECT ST_AsText(device_point, 6) FROM observations ORDER BY submitted_at")
    assert points == [("POINT(7.68 45.05)",), ("POINT(7.683456 45.054321)",)]
