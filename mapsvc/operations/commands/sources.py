"""Commands about registers that are kept in step with their files."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mapsvc.operations import console
from mapsvc.operations.connections import refresh_statistics
from mapsvc.operations.deployment import Deployment
from mapsvc.operations.errors import OperationError

if TYPE_CHECKING:
    from mapsvc.bootstrap import Services
    from mapsvc.domain.sources import RefusedRow, SyncReport

LISTS = ("new", "changed", "moved", "vanished", "reused_ids", "conflicts", "refused")
_MOST_NAMED = 20
_RHYTHMS = ["irregular", "daily", "weekly", "monthly", "yearly"]
_SENTENCES = {
    "missing_id": "has no Id, so nobody can tell which record it is",
    "unknown_status": "has a state that is not known: {value}",
    "double_row": "has the key of another row that says something else: {key}",
    "dwelling": "is a home; homes are not stored",
    "too_many_cells": "has more cells than the header",
    "cell_too_long": "has a cell that is too long",
    "no_position": "has no position",
    "swapped_axes": "has longitude and latitude the wrong way round",
    "not_an_option": "has a word that is not known: {value}",
}

#: Standard output belongs to the JSON object.
_aside = partial(click.echo, err=True)


@click.group()
def sources() -> None:
    """Keep registers in step with their files."""


@sources.command()
@click.argument("name")
@click.option("--file", "path", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would happen and write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--accept-removals", is_flag=True, help="Go on although more rows are missing than may be at once.")
@click.option("--column", "columns", multiple=True, help='What a renamed column is, once: --column "New=Known".')
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="Date of the file; else the one in its name.")
def sync(
    name: str,
    path: Path,
    dry_run: bool,
    as_json: bool,
    accept_removals: bool,
    columns: tuple[str, ...],
    as_of: datetime | None,
) -> None:
    """Compare a file with what is stored of the register NAME, and take over what differs.

    All of it is written, or nothing. What was edited here stays and is named as a conflict; a missing row deletes
    nothing. When too many rows are missing, or a column has a new name, nothing is written and the command asks; its
    exit code is 0 all the same. The same file again changes nothing.

    \b
    mapsvc sources sync palermo-pacts --file current_2026-06-12.csv --dry-run --json
    """
    from mapsvc.operations import keeping_in_step
    from mapsvc.usecases.sources import Asked

    asked = Asked(dry_run, accept_removals, dict(_answer(one) for one in columns))
    services = _services()
    report = keeping_in_step.sync(services, name, path, asked, as_of.date() if as_of else None)
    if report.written:
        refresh_statistics(services.settings.owner_url)
    for line in _remarks(report):
        _aside(line)
    lists = {one: list(getattr(report, one)) for one in LISTS}
    if as_json:
        click.echo(json.dumps({**lists, "stopped_to_ask": report.stopped_to_ask}, ensure_ascii=False, indent=2))
        return
    found = ", ".join(f"{len(keys):,} {one.replace('_', ' ')}" for one, keys in lists.items() if keys)
    console.done(found or "Everything is as in the file.")
    if not report.written:
        click.echo("Nothing was written.")


@sources.command("add")
@click.argument("name")
@click.option("--title", required=True, help="What the register is called.")
@click.option("--licence", required=True, help="Under which it may be shown, as in CC-BY-4.0.")
@click.option("--attribution", required=True, help="Who keeps it.")
@click.option("--url", default="", help="Where it is published.")
@click.option(
    "--mapping",
    default="premises",
    show_default=True,
    type=click.Choice(["premises", "openstreetmap", "palermo", "san_francisco"]),
    help="How it is read: premises, Overpass JSON, pacts as in Palermo, filings as in San Francisco.",
)
@click.option("--rhythm", default="irregular", show_default=True, type=click.Choice(_RHYTHMS))
@click.option(
    "--removal-share",
    default=0.2,
    show_default=True,
    type=click.FloatRange(0, 1),
    help="A run in which more than this share of the rows is missing stops and asks.",
)
@click.option("--grid", type=int, help="EPSG number of x and y where they are metres on a national grid.")
def add_source(
    name: str,
    title: str,
    licence: str,
    attribution: str,
    url: str,
    mapping: str,
    rhythm: str,
    removal_share: float,
    grid: int | None,
) -> None:
    """Name a register that is kept in step from now on: CSV, XLSX, GeoJSON, GeoPackage, Shapefile or Overpass JSON."""
    from mapsvc.domain.imports import SourceInfo
    from mapsvc.domain.people import OPERATOR
    from mapsvc.domain.sources import MAPPINGS, Register, Rhythm
    from mapsvc.usecases.sources import add_register

    services = _services()
    info = SourceInfo(name, title, licence, attribution, url)
    register = Register(info, MAPPINGS[mapping], mapping, Rhythm(rhythm), removal_share, grid=grid)
    add_register(services.unit_of_work(), OPERATOR, register, services.clock.now())
    console.done(f"Added. Now: mapsvc sources sync {name} --file FILE --dry-run")


@sources.command("list")
def list_sources() -> None:
    """Name the registers that are kept in step, each with its last run."""
    from mapsvc.domain.people import OPERATOR
    from mapsvc.usecases.sources import registers

    for register, run in registers(_services().unit_of_work(), OPERATOR):
        last = f"last run {run.ran_at:%Y-%m-%d %H:%M} UTC" if run else "no run yet"
        info = register.info
        click.echo(f"{info.code}: {info.title}, {info.licence}, {register.rhythm.value}, {last}")


def _services() -> Services:
    from mapsvc import bootstrap
    from mapsvc.operations import startup

    deployment = Deployment.here()
    startup.prepare(deployment, lambda text: _aside(f"· {text}"))
    return bootstrap.build(deployment.settings)


def _answer(text: str) -> tuple[str, str]:
    found, equals, known = (part.strip() for part in text.partition("="))
    if not (found and equals and known):
        raise OperationError(f'{text} is no answer about a column. Write --column "New name=Known name".')
    return found, known


def _remarks(report: SyncReport) -> list[str]:
    lines = [_sentence(one) for one in report.refusals[:_MOST_NAMED]]
    lines += [
        f"Conflict in {key}: changed here and in the register, kept as it is here: {', '.join(fields)}."
        for key, fields in list(report.disputed.items())[:_MOST_NAMED]
    ]
    lines += [
        f'The column {one.found} is new and {one.missing} is missing. If it is the same: --column "{one.found}='
        f'{one.missing}"'
        for one in report.questions
    ]
    if report.stopped_to_ask and not report.questions:
        lines.append(
            f"{len(report.vanished):,} rows are missing, more than may be at once. If that is right: --accept-removals"
        )
    return lines


def _sentence(one: RefusedRow) -> str:
    where = f"Row {one.number}" if one.number else one.key
    said = _SENTENCES.get(one.code)
    if said is None:
        return f"{where} cannot be used: {one.column or 'row'}, {one.code}."
    return f"{where} {said.format_map({'value': '', 'key': one.key, **asdict(one)['params']})}."
