"""Commands for the mails that wait, above all for those that a restore held."""

from __future__ import annotations

import click

from mapsvc.operations import console
from mapsvc.operations.deployment import Deployment

ALL = click.option("--all", "everything", is_flag=True, help="All held mails.")


@click.group()
def mail() -> None:
    """Look at waiting mails; release or drop those that a restore held."""


@mail.command()
def waiting() -> None:
    """List the mails that wait: number, day, kind and to whom; what they say is not shown."""
    from mapsvc import bootstrap

    deployment = Deployment.here()
    deployment.ensure_database()
    with bootstrap.build(deployment.settings).unit_of_work() as uow:
        mails = uow.outbox.waiting()
    for one in mails:
        state = "held" if one["held"] else f"tried {one['attempts']} times" if one["attempts"] else "leaves next"
        when = f"{one['created_at']:%Y-%m-%d %H:%M}"
        click.echo(f"{one['id']:>6}  {when}  {one['template']:<16} {state:<14} {one['recipient']}")
    held = sum(one["held"] for one in mails)
    console.done(f"{len(mails):,} mails wait, {held:,} of them held." if mails else "No mail waits.")


@mail.command()
@click.argument("numbers", type=int, nargs=-1)
@ALL
def release(numbers: tuple[int, ...], everything: bool) -> None:
    """Let held mails leave, by their NUMBERS or with --all."""
    from mapsvc.usecases import outbox

    count = outbox.release(_begin(), _chosen(numbers, everything))
    console.done(f"Released {count:,} mails; the job worker sends them within a minute.")


@mail.command()
@click.argument("numbers", type=int, nargs=-1)
@ALL
def drop(numbers: tuple[int, ...], everything: bool) -> None:
    """Delete held mails unsent, by their NUMBERS or with --all."""
    from mapsvc.usecases import outbox

    count = outbox.drop(_begin(), _chosen(numbers, everything))
    console.done(f"Deleted {count:,} mails. They are not sent.")


def _begin():  # type: ignore[no-untyped-def]  # loading the store for its type would slow every command down
    from mapsvc import bootstrap

    deployment = Deployment.here()
    deployment.ensure_database()
    return bootstrap.build(deployment.settings).unit_of_work()


def _chosen(numbers: tuple[int, ...], everything: bool) -> list[int] | None:
    """Return the named mails, or None for all; raise where neither or both were asked for."""
    if bool(numbers) == everything:
        raise click.UsageError("Name the mails by their numbers, or say --all.")
    return None if everything else list(numbers)
