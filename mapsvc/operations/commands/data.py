"""Commands that fill the database: example data, files, generated records."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from mapsvc.operations import console
from mapsvc.operations.connections import refresh_statistics
from mapsvc.operations.deployment import Deployment

LEVELS = ["country", "city", "municipality", "district", "neighbourhood", "custom"]


def load_example_data(deployment: Deployment) -> None:
    """Load the data of fixtures/ with progress bars; a repeated load changes nothing."""
    from mapsvc import bootstrap
    from mapsvc.operations import seeding

    console.say("Loading the example data of fixtures/")
    with console.progress() as report:
        seeding.seed(bootstrap.build(deployment.settings), report)
    refresh_statistics(deployment.settings.owner_url)


@click.command()
def seed() -> None:
    """Load the example data of fixtures/ and the demonstration accounts.

    Torino's areas and streets, San Francisco's premises, Palermo's pacts, initiatives of Italy and Switzerland, and an
    invented call for Torino that every page labels as a demonstration. Loading twice changes nothing.
    """
    from mapsvc.operations import startup
    from mapsvc.operations.status import records

    deployment = Deployment.here()
    startup.prepare(deployment, console.say)
    load_example_data(deployment)
    console.done(", ".join(f"{count:,} {noun}" for noun, count in records(deployment.settings.database_url).items()))


@click.group()
def generate() -> None:
    """Make invented records, to see how the service behaves with many."""


@generate.command()
@click.option("--count", default=100_000, show_default=True, type=click.IntRange(1, 5_000_000), help="How many spaces.")
@click.option("--seed", "seed_number", default=1, show_default=True, help="The same number gives the same spaces.")
@click.option(
    "--observations", default=2, show_default=True, type=click.IntRange(1, 50), help="How many each has on average."
)
def spaces(count: int, seed_number: int, observations: int) -> None:
    """Add COUNT invented spaces around Torino, with observations, marked as demonstration data."""
    from mapsvc import bootstrap
    from mapsvc.operations import seeding, startup

    deployment = Deployment.here()
    startup.prepare(deployment, console.say)
    with console.progress() as report:
        added = seeding.generate_spaces(bootstrap.build(deployment.settings), count, seed_number, report, observations)
    refresh_statistics(deployment.settings.owner_url)
    console.done(f"Added {added:,} invented spaces.")


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--kind", type=click.Choice(["spaces", "areas"]), default="spaces", show_default=True, help="What a row is."
)
@click.option(
    "--title", help="Name of the source; the next edition of a file under the same name finds its rows again."
)
@click.option("--licence", default="", help="Under which the file may be shown, as in CC-BY-4.0.")
@click.option("--attribution", default="", help="Who made the file.")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="Date of the file, for rows without one: 2026-03-31.")
@click.option(
    "--level", default="custom", show_default=True, type=click.Choice(LEVELS), help="For areas: what they are."
)
@click.option("--name-column", help="For areas: the column with the names, where it has an unusual name.")
@click.option("--dry-run", is_flag=True, help="Say what would happen, row by row, and write nothing.")
def import_file(
    file: Path,
    kind: str,
    title: str | None,
    licence: str,
    attribution: str,
    as_of: datetime | None,
    level: str,
    name_column: str | None,
    dry_run: bool,
) -> None:
    """Import a file of premises or areas.

    Premises come from CSV, XLSX, GeoJSON or GeoPackage, areas from GeoJSON or GeoPackage.

    Rows are compared with what is stored: new ones are added, changed ones updated, refused ones named with the reason.
    All of it is written, or nothing. Importing the same file again changes nothing. The desk does the same with a
    preview at /desk/imports.

    \b
    mapsvc import premises.xlsx --title "Register of premises" --licence CC-BY-4.0 --dry-run
    """
    from mapsvc import bootstrap
    from mapsvc.operations import importing, startup

    deployment = Deployment.here()
    startup.prepare(deployment, console.say)
    services = bootstrap.build(deployment.settings)
    day = as_of.date() if as_of else None
    source = importing.Origin(title or file.stem, licence, attribution, day)
    with console.progress() as report:
        if kind == "areas":
            outcome = importing.import_areas(services, file, source, level, name_column, report, dry_run=dry_run)
        else:
            outcome = importing.import_spaces(services, file, source, report, dry_run=dry_run)
    if not dry_run:
        refresh_statistics(deployment.settings.owner_url)
    for line in outcome.remarks:
        click.echo(line)
    console.done(", ".join(f"{count:,} {what}" for what, count in outcome.counts.items()) or "Nothing to do.")
    if dry_run:
        click.echo("Nothing was written.")
