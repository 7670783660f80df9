"""Backup and restore with compared counts, and what is refused."""

from __future__ import annotations

import json
import tarfile
from dataclasses import replace
from pathlib import Path

import pytest

from mapsvc import bootstrap
from mapsvc.config import Settings
from mapsvc.domain.people import SYSTEM
from mapsvc.operations import backups, migrations
from mapsvc.operations.backups import MANIFEST
from mapsvc.operations.cluster import Urls
from mapsvc.operations.connections import connect, fetch
from mapsvc.operations.deployment import Deployment
from mapsvc.operations.errors import OperationError
from mapsvc.usecases import seals

PHOTO = b"not really a picture, but these very bytes"


@pytest.fixture
def filled(settings: Settings) -> Deployment:
    """An installation with records of several kinds, an audit entry and two photo files."""
    migrations.upgrade(settings.owner_url, settings.database_url)
    with connect(settings.database_url) as connection, connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO sources (code, title, licence, attribution) VALUES ('s', 't', 'CC0-1.0', 'a') RETURNING id"
        )
        source = cursor.fetchone()[0]
        for number in range(40):
            cursor.execute(
                "INSERT INTO spaces (id, slug, name, point, source_id, source_key, created_at, updated_at)"
                " VALUES (gen_random_uuid(), %s, 'Perché no', 'SRID=4326;POINT(7.68 45.05)', %s, %s, now(), now())",
                (f"via-{number}", source, str(number)),
            )
        cursor.execute(
            "INSERT INTO audit_log (actor_kind, action, noun, record_id) VALUES ('officer', 'publish', 'space', '1')"
        )
    for name in ("ab/one.jpg", "cd/two.jpg"):
        file = settings.photo_folder / name
        file.parent.mkdir(parents=True)
        file.write_bytes(PHOTO)
    return Deployment.of(settings)


@pytest.fixture
def other_machine(fresh_database: Urls, tmp_path: Path) -> Deployment:
    """An installation where nothing is yet."""
    return Deployment.of(
        Settings(
            database_url=fresh_database.app, owner_url=fresh_database.owner, var=tmp_path / "other", secret_key="k" * 32
        )
    )


def spaces_of(deployment: Deployment) -> list[tuple[object, ...]]:
    """Return what a space page shows of each space, geometry and derived columns included."""
    return fetch(
        deployment.settings.database_url,
        "SELECT slug, name, ST_AsEWKT(point), ST_AsEWKT(published_3857), search_text FROM spaces ORDER BY slug",
    )


def test_an_empty_machine_gets_everything_back(filled: Deployment, other_machine: Deployment, tmp_path: Path) -> None:
    archive = tmp_path / "city.tar"
    made = backups.backup(filled, archive)
    assert made.rows["spaces"] == 40
    assert made.photos == 2

    restored = backups.restore(other_machine, archive)

    assert restored == backups.Restored(made, erased=0, held=0)
    assert spaces_of(other_machine) == spaces_of(filled)
    photos = other_machine.settings.photo_folder
    assert sorted(path.relative_to(photos).as_posix() for path in photos.rglob("*.jpg")) == ["ab/one.jpg", "cd/two.jpg"]
    assert (photos / "ab/one.jpg").read_bytes() == PHOTO
    assert migrations.current(other_machine.settings.database_url) == migrations.newest()


def test_passwords_hold_on_another_machine(filled: Deployment, other_machine: Deployment, tmp_path: Path) -> None:
    """Each installation draws its own salt, and the restored accounts were hashed with the old one."""
    drawn = Deployment.of(replace(filled.settings, password_salt=""))
    assert drawn.settings.password_salt != other_machine.settings.password_salt
    archive = tmp_path / "city.tar"
    backups.backup(drawn, archive)
    backups.restore(other_machine, archive)
    assert other_machine.installation.secrets().password_salt == drawn.settings.password_salt


def test_a_salt_that_was_given_stays_out_of_the_archive(filled: Deployment, tmp_path: Path) -> None:
    archive = tmp_path / "city.tar"
    backups.backup(filled, archive)
    assert filled.settings.password_salt.encode() not in archive.read_bytes()


def test_the_restored_audit_log_is_as_protected_as_before(
    filled: Deployment, other_machine: Deployment, tmp_path: Path
) -> None:
    archive = tmp_path / "city.tar"
    backups.backup(filled, archive)
    backups.restore(other_machine, archive)
    for statement in ("UPDATE audit_log SET reason = 'x'", "DELETE FROM audit_log", "TRUNCATE audit_log"):
        with (
            pytest.raises(Exception, match="permission denied"),
            connect(other_machine.settings.database_url) as connection,
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


def test_an_installation_with_records_is_refused_unless_replacing_is_asked_for(
    filled: Deployment, tmp_path: Path
) -> None:
    archive = tmp_path / "city.tar"
    backups.backup(filled, archive)
    with connect(filled.settings.database_url) as connection, connection.cursor() as cursor:
        cursor.execute("UPDATE spaces SET name = 'changed later'")
    before = spaces_of(filled)
    with pytest.raises(OperationError, match="already holds records"):
        backups.restore(filled, archive)
    assert spaces_of(filled) == before

    backups.restore(filled, archive, replace=True)
    assert {row[1] for row in spaces_of(filled)} == {"Perché no"}


def test_an_archive_whose_numbers_do_not_agree_is_told(
    filled: Deployment, other_machine: Deployment, tmp_path: Path
) -> None:
    archive = tmp_path / "city.tar"
    backups.backup(filled, archive)
    folder = tmp_path / "opened"
    with tarfile.open(archive) as opened:
        opened.extractall(folder, filter="data")
    manifest = json.loads((folder / MANIFEST).read_text())
    manifest["rows"]["spaces"] += 1
    (folder / MANIFEST).write_text(json.dumps(manifest))
    forged = tmp_path / "forged.tar"
    with tarfile.open(forged, "w") as writing:
        for path in sorted(folder.iterdir()):
            writing.add(path, path.name)
    with pytest.raises(OperationError, match="spaces: 40 instead of 41"):
        backups.restore(other_machine, forged)


def test_a_file_that_is_no_archive_changes_nothing(filled: Deployment, tmp_path: Path) -> None:
    file = tmp_path / "holiday.tar"
    file.write_bytes(b"hello")
    before = spaces_of(filled)
    with pytest.raises(OperationError, match="not an archive"):
        backups.restore(filled, file, replace=True)
    assert spaces_of(filled) == before


def test_a_damaged_dump_deletes_nothing_of_what_it_was_to_replace(filled: Deployment, tmp_path: Path) -> None:
    archive = tmp_path / "city.tar"
    manifest = backups.backup(filled, archive)
    with tarfile.open(archive) as opened:
        opened.extract(backups.DATABASE, tmp_path, filter="data")
    dump = tmp_path / backups.DATABASE
    dump.write_bytes(dump.read_bytes()[: dump.stat().st_size * 3 // 4])
    damaged = tmp_path / "damaged.tar"
    backups._write(damaged, replace(manifest, photos=0), dump, filled.settings.photo_folder, [], None)
    before = spaces_of(filled)

    with pytest.raises(OperationError, match="nothing was changed"):
        backups.restore(filled, damaged, replace=True)

    assert spaces_of(filled) == before


def test_an_archive_of_a_newer_schema_is_refused(filled: Deployment, other_machine: Deployment, tmp_path: Path) -> None:
    archive = tmp_path / "city.tar"
    manifest = backups.backup(filled, archive)
    newer = tmp_path / "newer.tar"
    dump = tmp_path / "dump"
    dump.write_bytes(b"whatever")
    backups._write(newer, replace(manifest, schema="9999"), dump, filled.settings.photo_folder, [], None)
    with pytest.raises(OperationError, match="newer schema 9999"):
        backups.restore(other_machine, newer)


def test_names_inside_an_archive_never_leave_the_photo_folder(
    filled: Deployment, other_machine: Deployment, tmp_path: Path
) -> None:
    archive = tmp_path / "city.tar"
    backups.backup(filled, archive)
    evil = tmp_path / "evil"
    evil.write_bytes(b"evil")
    with tarfile.open(archive, "a") as writing:
        writing.add(evil, "photos/../../outside.jpg")
    backups.restore(other_machine, archive)
    assert not list(tmp_path.rglob("outside.jpg"))


def test_the_chain_of_the_history_holds_after_a_restore(
    filled: Deployment, other_machine: Deployment, tmp_path: Path
) -> None:
    """Instants, numbers and JSON come back to the last digit, or the hashes would not fit."""
    services = bootstrap.build(filled.settings)
    with services.unit_of_work() as uow:
        after = {"area": 68.50, "many": 1e22, "text": "Perché “no”\n", "name": "Ada"}
        uow.audit.add(SYSTEM, "edited", "space", "2", after=after, at=services.clock.now())
        uow.commit()
    assert seals.seal(services.unit_of_work, services.clock.now()) == 2
    head = seals.verify(services.unit_of_work)
    archive = tmp_path / "city.tar"
    backups.backup(filled, archive)
    backups.restore(other_machine, archive)
    restored = bootstrap.build(other_machine.settings)
    assert seals.verify(restored.unit_of_work, (head.sealed, head.head)) == head
    for one in (services, restored):
        one.engine.dispose()
