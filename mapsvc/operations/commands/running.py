"""Commands that start, stop and look at an installation."""

from __future__ import annotations

import json
import signal
import threading

import click

from mapsvc.operations import console
from mapsvc.operations.deployment import Deployment


@click.command()
@click.option(
    "--data/--no-data", default=True, help="Load the example data of fixtures/ into an empty database (the default)."
)
@click.option("--foreground", is_flag=True, help="Stay until Ctrl-C and then stop everything, as a container wants it.")
def up(data: bool, foreground: bool) -> None:
    """Start everything: database, server, job worker.

    Creates what is missing, brings the schema up to date, loads the example data into an empty database, starts the
    server and one job worker in the background, and returns when the server is healthy. Run again, it changes nothing
    that is already well. Logs are in var/log.
    """
    from mapsvc.operations import startup
    from mapsvc.operations.commands.data import load_example_data

    deployment = Deployment.here()
    startup.prepare(deployment, console.say)
    if data and not startup.has_city(deployment):
        load_example_data(deployment)
    startup.start_services(deployment, console.say)
    _welcome(deployment)
    if foreground:
        _stay(deployment)


def _welcome(deployment: Deployment) -> None:
    """Print the address, the demonstration accounts and how to go on."""
    click.echo()
    console.done(f"The map is at {deployment.address}")
    accounts = _demonstration_accounts(deployment)
    if accounts:
        click.echo("\nDemonstration accounts, for this machine only:")
        click.echo("\n".join(f"  {line}" for line in accounts))
    click.echo("\nStop: make stop    Look: .venv/bin/mapsvc status    Something is wrong: .venv/bin/mapsvc doctor")


def _demonstration_accounts(deployment: Deployment) -> list[str]:
    """Return one line for each demonstration account that is in the database: address, password, purpose."""
    from mapsvc.exchange.demonstration_accounts import ACCOUNTS
    from mapsvc.operations.connections import fetch

    rows = fetch(deployment.settings.database_url, "SELECT email FROM users WHERE demonstration AND active")
    there = {email for (email,) in rows}
    return [f"{a.email:<24} {a.password:<15} {a.purpose}" for a in ACCOUNTS if a.email in there]


def _stay(deployment: Deployment) -> None:
    """Wait for Ctrl-C or a polite kill, then stop everything."""
    from mapsvc.operations import startup

    finished = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: finished.set())
    finished.wait()
    startup.stop_everything(deployment)


@click.command()
def down() -> None:
    """Stop the server, the job worker and the private database.

    Requests and jobs that are under way are finished first. Nothing is deleted: `mapsvc up` continues where this ended.
    """
    from mapsvc.operations import startup

    stopped = startup.stop_everything(Deployment.here())
    console.done(f"Stopped: {', '.join(stopped)}." if stopped else "Nothing was running.")


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object for programs.")
def status(as_json: bool) -> None:
    """Show the address, what runs, versions and numbers of records."""
    from mapsvc.operations.status import status as look

    found = look(Deployment.here())
    if as_json:
        click.echo(json.dumps(found, indent=2))
        return
    click.echo(f"Address   {found['address']}")
    for part, well in found["running"].items():
        click.echo(f"{part.capitalize():<9} {'running' if well else 'not running'}")
    click.echo("Versions  " + ", ".join(f"{name} {number}" for name, number in found["versions"].items() if number))
    click.echo("Records   " + ", ".join(f"{count:,} {noun}" for noun, count in found["records"].items()))
    if "problem" in found:
        click.echo(f"Problem   {found['problem']}")


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the checks as JSON for programs.")
def doctor(as_json: bool) -> None:
    """Check the whole installation and say what to do about each fault.

    Ends with code 1 when something does not work; warnings alone end with 0.
    """
    from mapsvc.operations import doctor as checks

    found = checks.examine(Deployment.here())
    if as_json:
        click.echo(json.dumps([check.as_dict() for check in found], indent=2))
    else:
        for check in found:
            click.echo(f"{checks.SIGNS[check.grade]}  {check.name:<22} {check.sentence}")
        click.echo()
        console.done(checks.verdict(found))
    if any(check.grade == "fault" for check in found):
        raise SystemExit(1)


@click.command()
def worker() -> None:
    """Run the job worker in the foreground, as `mapsvc up` and systemd do."""
    from mapsvc import bootstrap
    from mapsvc.jobs import worker as loop

    finished = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: finished.set())
    loop.work(bootstrap.build(Deployment.here().settings), finished)
