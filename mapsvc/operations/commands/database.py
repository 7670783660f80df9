"""Commands that care for the database and its copies."""

from __future__ import annotations

from pathlib import Path

import click

from mapsvc.operations import console
from mapsvc.operations.deployment import Deployment


@click.group()
def db() -> None:
    """Care for the database schema."""


@db.command()
def upgrade() -> None:
    """Bring the schema to the newest version and grant the service role its rights."""
    from mapsvc.operations import migrations, startup

    deployment = Deployment.here()
    startup.prepare(deployment, console.say)
    console.done(f"The schema is at version {migrations.current(deployment.settings.owner_url)}.")


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--force", is_flag=True, help="Overwrite FILE when it exists.")
def backup(file: Path, force: bool) -> None:
    """Write database and photos into one archive FILE.

    Works while the server runs: everything in the archive is of one moment. The archive holds personal data; keep it
    as carefully as the database itself.
    """
    from mapsvc.operations import backups

    if file.exists() and not force:
        raise click.ClickException(f"{file} exists already. Choose another name, or overwrite it with --force.")
    deployment = Deployment.here()
    deployment.ensure_database()
    manifest = backups.backup(deployment, file)
    rows = sum(manifest.rows.values())
    console.done(f"Wrote {file}: {rows:,} rows in {len(manifest.rows)} tables, {manifest.photos:,} photo files.")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="Delete everything that is in the database and the photo folder first.")
@click.option(
    "--erasures",
    "erasure_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A list of erasures from another machine, as `mapsvc personal erasures` prints it.",
)
def restore(file: Path, replace: bool, erasure_file: Path | None) -> None:
    """Bring back database and photos from FILE, into an empty installation.

    Creates the private database when there is none, compares the number of rows of every table and of photos with
    those noted in the archive, and starts nothing. A database that holds records is refused unless --replace is given.

    Whoever was erased after the archive was made is erased again, by the list in MAPSVC_VAR/erasures.jsonl and by
    --erasures. Mails that wait are held, because they may have left already: see `mapsvc mail`.
    """
    from mapsvc.operations import backups, startup
    from mapsvc.store.erasure_list import read_lines

    deployment = Deployment.here()
    deployment.ensure_database()
    if replace:
        startup.stop_services(deployment)
    listed = read_lines(erasure_file.read_text()) if erasure_file else []
    restored = backups.restore(deployment, file, replace=replace, erasures=listed)
    manifest = restored.manifest
    rows = sum(manifest.rows.values())
    console.done(
        f"Restored {rows:,} rows in {len(manifest.rows)} tables and {manifest.photos:,} photo files; "
        "all counts are as in the archive. Start with: mapsvc up"
    )
    if restored.erased:
        console.say(f"Erased again {restored.erased:,} people or reports that were erased after the archive was made.")
    if restored.held:
        console.say(f"{restored.held:,} mails are held, since they may have left already. Look: mapsvc mail waiting")
