"""Commands for requests of people about their data."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mapsvc.domain.erasures import SubjectKind
from mapsvc.operations import console
from mapsvc.operations.deployment import Deployment

if TYPE_CHECKING:
    from collections.abc import Callable

    from mapsvc.bootstrap import Services


def _whom(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say whom a command is about."""
    for kind, help_text in (
        ("observation", "One report, by the identifier of its observation."),
        ("contact", "What was left with a mail address without an account: the address, or the identifier of one."),
        ("user", "An account, by its address or number."),
    ):
        command = click.option(f"--{kind}", help=help_text)(command)
    return command


def _chosen(names: dict[str, str | None]) -> tuple[SubjectKind, str]:
    given = [(SubjectKind(kind), name) for kind, name in names.items() if name]
    if len(given) != 1:
        raise click.UsageError("Say whom it is about: one of --user, --contact, --observation.")
    return given[0]


def _services() -> Services:
    from mapsvc import bootstrap

    deployment = Deployment.here()
    deployment.ensure_database()
    return bootstrap.build(deployment.settings)


@click.group()
def personal() -> None:
    """Answer requests of people about their data."""


@personal.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@_whom
def export(file: Path, **names: str | None) -> None:
    """Write everything that is held about a person into the ZIP file FILE."""
    from mapsvc.usecases.personal_data import export_as_operator

    kind, name = _chosen(names)
    services = _services()
    if file.exists():
        raise click.ClickException(f"{file} exists already. Choose another name.")
    held = export_as_operator(services.unit_of_work(), kind, name, services.clock.now())
    file.touch(mode=0o600)
    with services.personal_archive(held) as archive, file.open("wb") as output:
        shutil.copyfileobj(archive, output)
    rows = sum(len(found) for found in held.rows.values())
    console.done(f"Wrote {file}: {rows:,} rows of {len(held.rows)} kinds, {len(held.photo_ids):,} photos.")


@personal.command()
@_whom
@click.option("--yes", is_flag=True, help="Do not ask again.")
def erase(yes: bool, **names: str | None) -> None:
    """Erase what is held about a person who asked for it.

    Texts, photos, addresses, mails and the account go; what somebody saw counts on without any trace of who it was.
    It cannot be undone, and holds after a restore of an older backup as well.
    """
    from mapsvc.usecases.erasures import erase_as_operator

    kind, name = _chosen(names)
    services = _services()
    if not yes:
        click.confirm(f"Did the person ask for it, and is {name} right? This cannot be undone.", abort=True)
    erased = erase_as_operator(services.unit_of_work(), services, kind, name, services.clock.now())
    for what, count in erased.counts.items():
        click.echo(f"{what.replace('_', ' '):<18} {count:>6,}")
    console.done("Erased. Backups made before are cleaned when they are restored.")


@personal.command()
def erasures() -> None:
    """Print the list of erasures, for a restore on another machine: identifiers and times, nothing else."""
    from mapsvc.store.erasure_list import line_of
    from mapsvc.usecases.erasures import note_missing

    services = _services()
    note_missing(services.unit_of_work(), services)
    for erasure in services.erasure_list.read():
        click.echo(line_of(erasure))
