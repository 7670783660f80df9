"""The doctor names each fault and its cure; the status counts records."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mapsvc.config import Settings
from mapsvc.operations import doctor, migrations
from mapsvc.operations.cluster import Urls
from mapsvc.operations.connections import connect
from mapsvc.operations.deployment import Deployment
from mapsvc.operations.status import NOUNS, status


@pytest.fixture
def deployment(settings: Settings) -> Deployment:
    """A migrated installation with two roles and no running server; nothing listens on its port."""
    migrations.upgrade(settings.owner_url, settings.database_url)
    return Deployment.of(replace(settings, port=1))


def by_name(checks: list[doctor.Check]) -> dict[str, doctor.Check]:
    """Return the checks by their names."""
    return {check.name: check for check in checks}


def test_a_healthy_database_has_no_fault(deployment: Deployment) -> None:
    checks = doctor.examine(deployment)
    found = by_name(checks)
    assert [check for check in checks if check.grade == "fault" and not check.name.startswith("Language")] == []
    assert found["Schema"].sentence == f"Version {migrations.newest()}, the newest."
    assert found["Roles"].sentence == "mapsvc_app serves, mapsvc_owner migrates."
    assert found["Audit log"].grade == "well"
    assert found["Server"].sentence == "Not running. Start it: mapsvc up"


def test_one_role_for_everything_is_a_warning(deployment: Deployment) -> None:
    alone = replace(deployment.settings, database_url=deployment.settings.owner_url)
    found = by_name(doctor.examine(Deployment.of(alone)))
    assert found["Roles"].grade == "warning"
    assert "UPDATE on audit_log" in found["Audit log"].sentence


def test_a_schema_that_is_missing_names_the_command(fresh_database: Urls, settings: Settings) -> None:
    empty = replace(settings, database_url=fresh_database.app, owner_url=fresh_database.owner)
    found = by_name(doctor.examine(Deployment.of(empty)))
    assert found["Schema"].grade == "fault"
    assert found["Schema"].sentence.endswith("Run: mapsvc db upgrade")


def test_a_database_that_is_away_is_a_fault(settings: Settings) -> None:
    away = replace(settings, database_url="postgresql://nobody:geheim@127.0.0.1:1/x")
    checks = doctor.examine(Deployment.of(away))
    assert by_name(checks)["Database"].grade == "fault"
    assert "geheim" not in " ".join(check.sentence for check in checks)
    assert doctor.verdict(checks).startswith("Faults: ")


def test_rights_that_were_taken_are_noticed(deployment: Deployment) -> None:
    with connect(deployment.settings.owner_url) as connection, connection.cursor() as cursor:
        cursor.execute("REVOKE SELECT ON spaces FROM mapsvc_app")
    found = by_name(doctor.examine(deployment))
    assert found["Rights"].sentence == "The service cannot read spaces. Run: mapsvc db upgrade"
    migrations.upgrade(deployment.settings.owner_url, deployment.settings.database_url)
    assert by_name(doctor.examine(deployment))["Rights"].grade == "well"


def test_status_counts_records_as_whole_numbers(deployment: Deployment) -> None:
    with connect(deployment.settings.database_url) as connection, connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO sources (code, title, licence, attribution) VALUES ('s', 't', 'CC0-1.0', 'a') RETURNING id"
        )
        cursor.execute(
            "INSERT INTO collectives (id, slug, name, source_id, source_key, created_at, updated_at)"
            " VALUES (gen_random_uuid(), 'c', 'C', %s, 'c', now(), now())",
            cursor.fetchone(),
        )
    found = status(deployment)
    assert found["records"] == {**dict.fromkeys(NOUNS, 0), "collectives": 1}
    assert found["running"] == {"server": False, "worker": False, "database": True}
    assert found["versions"]["schema"] == migrations.newest()
    assert found["versions"]["postgis"].startswith("3.")


def test_status_of_a_database_that_is_away_says_so(settings: Settings) -> None:
    found = status(Deployment.of(replace(settings, database_url="postgresql://nobody@127.0.0.1:1/x")))
    assert found["running"]["database"] is False
    assert "does not answer" in found["problem"]
