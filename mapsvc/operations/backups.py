"""One archive that holds all of an installation: the database of one moment, the photos, and counts to check them by.

The archive is a plain tar: `manifest.json`, `database.dump` (pg_dump's custom format), `photos/...`, `password-salt`
where the installation drew one itself: without it nobody could sign in after a restore. Settings are not in it.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import tarfile
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path, PurePosixPath
from uuid import UUID

from mapsvc import bootstrap
from mapsvc.domain.erasures import Erasure, SubjectKind
from mapsvc.operations import dumps, migrations
from mapsvc.operations.connections import connect, fetch, refresh_statistics
from mapsvc.operations.deployment import Deployment
from mapsvc.operations.errors import OperationError
from mapsvc.store.erasure_list import NAME as ERASURE_LIST
from mapsvc.store.erasure_list import ErasureList
from mapsvc.usecases import erasures as erasures_cases
from mapsvc.usecases import outbox

FORMAT = 1
MANIFEST = "manifest.json"
DATABASE = "database.dump"
PHOTOS = "photos"
SALT = "password-salt"


@dataclass(frozen=True)
class Manifest:
    """What an archive says about itself; `rows` are numbers by table, `photos` is a number of files."""

    format: int
    made_at: str
    mapsvc: str
    schema: str
    rows: dict[str, int]
    photos: int


def backup(deployment: Deployment, file: Path) -> Manifest:
    """Write the archive; the name appears only when it is complete."""
    url = deployment.settings.owner_url
    schema = migrations.current(url)
    if schema is None:
        raise OperationError("There is nothing to back up: the database has no tables yet.")
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(file.name + ".part")
    with tempfile.TemporaryDirectory(dir=file.parent, prefix=".backup-") as folder:
        dump_file = Path(folder) / DATABASE
        with connect(url) as connection:
            # Counts and dump read one snapshot, so that writes in between do not make them differ.
            connection.set_session(isolation_level="REPEATABLE READ", readonly=True)
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_export_snapshot()")
                snapshot = str(cursor.fetchone()[0])
                rows = dumps.count_rows(cursor)
                dumps.dump(url, snapshot, dump_file)
        # Photos are only ever added, each before its row: what the snapshot knows is there by now.
        photos = _files(deployment.settings.photo_folder)
        made_at = datetime.now(UTC).isoformat(timespec="seconds")
        manifest = Manifest(FORMAT, made_at, version("mapsvc"), schema, rows, len(photos))
        salt = deployment.settings.password_salt if deployment.draws_salt else None
        _write(draft, manifest, dump_file, deployment.settings.photo_folder, photos, salt)
    draft.replace(file)
    return manifest


@dataclass(frozen=True)
class Restored:
    """What a restore brought back, and what it then took away again.

    `erased` is the number of people and reports on the list of erasures that the archive still held, `held` that of
    mails which wait for somebody to release or drop them.
    """

    manifest: Manifest
    erased: int
    held: int


def restore(deployment: Deployment, file: Path, *, replace: bool = False, erasures: Sequence[Erasure] = ()) -> Restored:
    """Bring an archive into an empty installation and compare all counts with those it notes.

    Afterwards whatever was erased since is erased again, by the list beside the photos and by `erasures`, and waiting
    mails are held. With `replace` everything that is there is deleted first, but not the list. Raises OperationError,
    having changed nothing, when the archive cannot be read or the installation holds records.
    """
    url = deployment.settings.owner_url
    photo_folder = deployment.settings.photo_folder
    with _opened(file) as archive, tempfile.TemporaryDirectory(prefix="mapsvc-restore-") as folder:
        manifest = _manifest(archive)
        _refuse_newer(manifest)
        if not replace:
            _refuse_records(url, photo_folder)
        dump_file = Path(folder) / DATABASE
        _extract(archive, DATABASE, dump_file)
        dumps.check(dump_file)
        listed = _erasures(deployment, erasures)
        dumps.clear(url)
        dumps.load(url, dump_file)
        shutil.rmtree(photo_folder, ignore_errors=True)
        photos = _extract_photos(archive, photo_folder)
        if deployment.draws_salt and SALT in archive.getnames():
            _extract(archive, SALT, Path(folder) / SALT)
            deployment.installation.adopt_password_salt((Path(folder) / SALT).read_text())
    _compare(url, manifest, photos)
    migrations.upgrade(url, deployment.settings.database_url)
    refresh_statistics(url)
    return Restored(manifest, *_clean(deployment, listed))


def _erasures(deployment: Deployment, given: Sequence[Erasure]) -> list[Erasure]:
    """Return every erasure known here and given; those of a database that is about to go are saved to the list."""
    kept = ErasureList(deployment.settings.var / ERASURE_LIST)
    url = deployment.settings.owner_url
    if fetch(url, "SELECT to_regclass('public.erasures')")[0][0] is not None:
        rows = fetch(url, "SELECT id::text, subject_kind, subject_id, at FROM erasures ORDER BY at, id")
        kept.note([Erasure(UUID(key), SubjectKind(kind), subject, at) for key, kind, subject, at in rows])
    kept.note(given)
    return kept.read()


def _clean(deployment: Deployment, listed: Sequence[Erasure]) -> tuple[int, int]:
    """Erase again what the archive brought back, and hold its mails; return both numbers."""
    services = bootstrap.build(deployment.settings)
    try:
        held = outbox.hold(services.unit_of_work(), services.clock.now())
        # The waiting mails of those who are erased go with them.
        erased = erasures_cases.replay(services.unit_of_work, services, listed, services.clock.now())
        erasures_cases.note_missing(services.unit_of_work(), services)
    finally:
        services.engine.dispose()
    return erased["subjects"], held


def _files(folder: Path) -> list[Path]:
    """Return the finished files of a folder, in order."""
    return sorted(path for path in folder.rglob("*") if path.is_file()) if folder.exists() else []


def _write(
    draft: Path, manifest: Manifest, dump_file: Path, photo_folder: Path, photos: list[Path], salt: str | None
) -> None:
    """Write the tar: readable by its owner only, since it holds personal data."""
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600)
    with draft.open("wb") as handle, tarfile.open(fileobj=handle, mode="w") as archive:
        _add_text(archive, MANIFEST, json.dumps(asdict(manifest), indent=2))
        if salt is not None:
            _add_text(archive, SALT, salt)
        archive.add(dump_file, DATABASE)
        for photo in photos:
            archive.add(photo, f"{PHOTOS}/{photo.relative_to(photo_folder).as_posix()}")
        archive.close()
        handle.flush()
        os.fsync(handle.fileno())


def _add_text(archive: tarfile.TarFile, name: str, text: str) -> None:
    """Add a small member."""
    data = text.encode()
    entry = tarfile.TarInfo(name)
    entry.size = len(data)
    archive.addfile(entry, io.BytesIO(data))


def _opened(file: Path) -> tarfile.TarFile:
    """Open an archive."""
    try:
        return tarfile.open(file)
    except (tarfile.TarError, OSError) as error:
        raise OperationError(f"{file} is not an archive of mapsvc: {error}") from error


def _manifest(archive: tarfile.TarFile) -> Manifest:
    """Read what an archive says about itself."""
    try:
        member = archive.extractfile(MANIFEST)
        if member is None:
            raise KeyError(MANIFEST)
        told = json.loads(member.read())
        if told["format"] != FORMAT:
            raise OperationError(f"This version of mapsvc does not know archives of format {told['format']}.")
        return Manifest(**told)
    except (KeyError, TypeError, ValueError, tarfile.TarError) as error:
        raise OperationError(f"The file is not an archive of mapsvc: its {MANIFEST} is missing or damaged.") from error


def _refuse_newer(manifest: Manifest) -> None:
    """Stop before an archive whose schema this program does not know."""
    if not migrations.knows(manifest.schema):
        raise OperationError(
            f"The archive was made by mapsvc {manifest.mapsvc} with the newer schema {manifest.schema}. "
            "Update mapsvc first."
        )


def _refuse_records(url: str, photo_folder: Path) -> None:
    """Stop before an installation that would lose something."""
    with connect(url) as connection, connection.cursor() as cursor:
        counts = dumps.count_rows(cursor)
    if dumps.holds_records(counts) or _files(photo_folder):
        raise OperationError(
            "This installation already holds records or photos. Restore into an empty one, "
            "or add --replace to delete them."
        )


def _extract(archive: tarfile.TarFile, name: str, target: Path) -> None:
    """Copy one member's bytes; names and links inside the archive never decide where something is written."""
    try:
        member = archive.extractfile(name)
    except KeyError:
        member = None
    if member is None:
        raise OperationError(f"The archive is damaged: {name} is missing.")
    with target.open("wb") as output:
        shutil.copyfileobj(member, output)


def _extract_photos(archive: tarfile.TarFile, folder: Path) -> int:
    """Write the photos below `folder` and return their number."""
    count = 0
    for member in archive.getmembers():
        path = PurePosixPath(member.name)
        if not member.isfile() or path.parts[0] != PHOTOS or len(path.parts) < 2 or ".." in path.parts:
            continue
        target = folder.joinpath(*path.parts[1:])
        target.parent.mkdir(parents=True, exist_ok=True)
        _extract(archive, member.name, target)
        count += 1
    return count


def _compare(url: str, manifest: Manifest, photos: int) -> None:
    """Raise when the restored numbers are not those of the archive."""
    with connect(url) as connection, connection.cursor() as cursor:
        counts = dumps.count_rows(cursor)
    wrong = [
        f"{table}: {counts.get(table, 0)} instead of {manifest.rows.get(table, 0)}"
        for table in sorted(counts.keys() | manifest.rows.keys())
        if counts.get(table, 0) != manifest.rows.get(table, 0)
    ]
    if photos != manifest.photos:
        wrong.append(f"photo files: {photos} instead of {manifest.photos}")
    if wrong:
        raise OperationError("The restored numbers differ from the archive's: " + "; ".join(wrong))
