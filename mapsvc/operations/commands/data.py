"""Commands that fill the database: example data, files, generated records."""

from __future__ import annotations

import click

from mapsvc.operations import console
from mapsvc.operations.deployment import Deployment


def load_example_data(deployment: Deployment) -> None:
    """Load the data of fixtures/ with progress bars; a repeated load changes nothing."""
    from mapsvc import bootstrap
    from mapsvc.operations import seeding

    console.say("Loading the example data of fixtures/")
    with console.progress() as report:
        seeding.seed(bootstrap.build(deployment.settings), report)


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
def spaces(count: int, seed_number: int) -> None:
    """Add COUNT invented spaces around Torino, with observations, marked as demonstration data."""
    from mapsvc import bootstrap
    from mapsvc.operations import seeding, startup

    deployment = Deployment.here()
    startup.prepare(deployment, console.say)
    with console.progress() as report:
        seeding.generate_spaces(bootstrap.build(deployment.settings), count, seed_number, report)
    console.done(f"Added {count:,} invented spaces.")
