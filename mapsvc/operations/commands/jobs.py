"""Commands for the jobs that the worker does by its timetable."""

from __future__ import annotations

import click

from mapsvc.operations import console
from mapsvc.operations.deployment import Deployment


@click.group()
def jobs() -> None:
    """Look at the jobs of the timetable, or do one at once."""


@jobs.command("list")
def list_jobs() -> None:
    """Show every job, how often it runs, and how its last run ended."""
    from mapsvc.jobs.schedule import TIMETABLE
    from mapsvc.operations.connections import fetch

    deployment = Deployment.here()
    deployment.ensure_database()
    last = fetch(
        deployment.settings.database_url,
        "SELECT DISTINCT ON (name) name, finished_at, coalesce(error, report::text) FROM job_runs"
        " WHERE finished_at IS NOT NULL ORDER BY name, finished_at DESC",
    )
    ended = {name: f"{at:%Y-%m-%d %H:%M} UTC  {outcome}" for name, at, outcome in last}
    for entry in TIMETABLE:
        click.echo(f"{entry.name:<12} every {entry.every}  {entry.purpose}")
        click.echo(f"{'':<12} last run: {ended.get(entry.name, 'none yet')}")


@jobs.command()
@click.argument("name")
@click.option("--dry-run", is_flag=True, help="Print what the job would do now, and change nothing; only for tidy.")
def run(name: str, dry_run: bool) -> None:
    """Do the job NAME now and print what it did."""
    from mapsvc import bootstrap
    from mapsvc.jobs.worker import preview_now, run_now

    deployment = Deployment.here()
    deployment.ensure_database()
    report = (preview_now if dry_run else run_now)(bootstrap.build(deployment.settings), name)
    words = f"{name} would do" if dry_run else name
    console.done(f"{words}: " + (", ".join(f"{what} {count}" for what, count in report.items()) or "done"))
