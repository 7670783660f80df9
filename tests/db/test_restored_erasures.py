"""A backup made before an erasure brings nothing back, and no mail leaves twice after a restore."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from mapsvc.bootstrap import Services, build
from mapsvc.cli import main
from mapsvc.config import Settings
from mapsvc.domain.erasures import Erasure, SubjectKind
from mapsvc.domain.ids import new_id
from mapsvc.domain.people import Actor
from mapsvc.jobs import worker
from mapsvc.operations import backups, migrations
from mapsvc.operations.cluster import Urls
from mapsvc.operations.connections import fetch
from mapsvc.operations.deployment import Deployment
from mapsvc.store.erasure_list import line_of
from mapsvc.usecases import erasures
from tests.builders import NOW
from tests.personal_world import HER_ADDRESS, HERS, HIS, People, populate, where


@dataclass
class Installed:
    """An installation with both people in it, and a backup of that moment."""

    deployment: Deployment
    people: People
    archive: Path

    @property
    def services(self) -> Services:
        return self.people.make.services

    def command(self, *words: str) -> str:
        """Run a command of the operator in this installation and return what it prints."""
        environment = self.deployment.environment(with_owner=True) | {"MAPSVC_MAIL": "memory"}
        result = CliRunner().invoke(main, list(words), env=environment)
        assert result.exit_code == 0, result.output
        return result.output


@pytest.fixture
def installed(settings: Settings, tmp_path: Path) -> Iterator[Installed]:
    migrations.upgrade(settings.owner_url, settings.database_url)
    services = build(settings)
    people = populate(services)
    deployment = Deployment.of(settings)
    archive = tmp_path / "before.tar"
    backups.backup(deployment, archive)
    yield Installed(deployment, people, archive)
    services.engine.dispose()


def left(services: Services) -> list[str]:
    return where(services, HERS)


def pictures(services: Services, people: People) -> list[bool]:
    return [services.photos.path(people.photos[name], small=False).exists() for name in ("hers", "visitor", "his")]


def test_what_was_erased_stays_gone_after_an_older_backup(installed: Installed) -> None:
    services, people = installed.services, installed.people
    erasures.erase_account(services.unit_of_work(), services, Actor(user_id=people.anna), services.clock.now())
    gone = left(services)
    restored = backups.restore(installed.deployment, installed.archive, replace=True)
    assert restored.manifest.rows["users"] == 3, "the counts are compared before anything is erased again"
    assert restored.erased == 1
    assert left(services) == gone
    assert pictures(services, people) == [False, False, True]
    assert "users.email" in where(services, HIS)
    assert fetch(services.settings.owner_url, "SELECT count(*) FROM audit_log WHERE action = 'erased'") == [(1,)]
    # A second restore of the same archive meets the same list.
    assert backups.restore(installed.deployment, installed.archive, replace=True).erased == 1


def test_the_list_of_a_database_that_goes_is_saved_first(installed: Installed) -> None:
    """Even when the file beside the photos is lost, replacing a database does not lose what it remembers."""
    services, people = installed.services, installed.people
    erasures.erase_report(services.unit_of_work(), services, people.token, services.clock.now())
    (services.settings.var / "erasures.jsonl").unlink()
    assert backups.restore(installed.deployment, installed.archive, replace=True).erased == 1
    assert pictures(services, people) == [True, False, True]


def test_another_machine_takes_the_list_along(installed: Installed, fresh_database: Urls, tmp_path: Path) -> None:
    services, people = installed.services, installed.people
    erasures.erase_account(services.unit_of_work(), services, Actor(user_id=people.anna), services.clock.now())
    printed = tmp_path / "list.jsonl"
    printed.write_text(installed.command("personal", "erasures"))
    assert printed.read_text().strip() == line_of(services.erasure_list.read()[0])
    settings = replace(
        installed.deployment.settings, database_url=fresh_database.app, owner_url=fresh_database.owner,
        var=tmp_path / "other",
    )  # fmt: skip
    other = Installed(Deployment.of(settings), people, installed.archive)
    said = other.command("restore", str(installed.archive), "--erasures", str(printed))
    assert "Erased again 1 people or reports" in said
    there = build(settings)
    assert "users.email" not in left(there)
    there.engine.dispose()


def test_a_number_that_somebody_else_got_later_is_left_alone(installed: Installed) -> None:
    services, people = installed.services, installed.people
    long_ago = Erasure(new_id(), SubjectKind.USER, str(people.bruno), NOW - timedelta(days=4000))
    unknown = Erasure(new_id(), SubjectKind.OBSERVATION, str(new_id()), NOW)
    counts = erasures.replay(services.unit_of_work, services, [long_ago, unknown], NOW)
    assert counts == {"subjects": 0, "rows": 0}
    assert "users.email" in where(services, HIS)


def test_waiting_mails_are_held_after_a_restore(installed: Installed) -> None:
    services = installed.services
    # They leave after the backup was made: sending them again would tell people twice.
    assert worker.run_now(services, "send-mail") == {"sent": 2, "failed": 0}
    restored = backups.restore(installed.deployment, installed.archive, replace=True)
    assert restored.held == 2
    assert worker.run_now(services, "send-mail") == {"sent": 0, "failed": 0}
    assert installed.people.one("SELECT count(*) FROM subscriptions WHERE told_until < now() - interval '1 hour'") == 0
    waiting = installed.command("mail", "waiting")
    assert "2 mails wait, 2 of them held." in waiting
    assert HER_ADDRESS in waiting
    numbers = [line.split()[0] for line in waiting.splitlines() if "held" in line and "@" in line]
    assert "Deleted 1 mails" in installed.command("mail", "drop", numbers[0])
    assert "Released 1 mails" in installed.command("mail", "release", "--all")
    assert worker.run_now(services, "send-mail") == {"sent": 1, "failed": 0}
    assert "No mail waits." in installed.command("mail", "waiting")


def test_reminders_that_left_after_the_backup_do_not_leave_again(installed: Installed, tmp_path: Path) -> None:
    services, make = installed.services, installed.people.make
    today = services.clock.now().date()
    make.write("DELETE FROM reminders")
    make.write("UPDATE follow_links SET expires_at = :until", until=services.clock.now() + timedelta(days=50))
    make.write("UPDATE spaces SET next_check_due = :day WHERE slug IN ('his', 'both')", day=today)
    make.write("UPDATE observations SET observed_at = :at, submitted_at = :at", at=NOW - timedelta(days=60))
    archive = tmp_path / "due.tar"
    backups.backup(installed.deployment, archive)
    assert worker.run_now(services, "remind") == {"reminded": 2}
    backups.restore(installed.deployment, archive, replace=True)
    assert worker.run_now(services, "remind") == {"reminded": 0}
    # What becomes due afterwards is asked as ever.
    make.write("UPDATE reminders SET sent_at = sent_at - interval '61 days'")
    assert worker.run_now(services, "remind") == {"reminded": 0}, "about the same day nobody is asked twice"
    make.write("UPDATE spaces SET next_check_due = :day WHERE slug = 'his'", day=today - timedelta(days=1))
    assert worker.run_now(services, "remind") == {"reminded": 1}


def test_the_operator_answers_requests(installed: Installed, tmp_path: Path) -> None:
    file = tmp_path / "anna.zip"
    assert "rows of" in installed.command("personal", "export", str(file), "--user", HER_ADDRESS)
    assert file.stat().st_mode & 0o077 == 0
    said = installed.command("personal", "erase", "--contact", HER_ADDRESS, "--yes")
    assert "Erased." in said
    assert fetch(installed.services.settings.owner_url, "SELECT count(*) FROM contacts WHERE lower(email) = %s",
                 (HER_ADDRESS,)) == [(0,)]  # fmt: skip
    result = CliRunner().invoke(main, ["personal", "erase"], env=installed.deployment.environment(with_owner=True))
    assert result.exit_code == 2
    assert "one of --user, --contact, --observation" in result.output
    assert "tidy would do: " in installed.command("jobs", "run", "tidy", "--dry-run")
