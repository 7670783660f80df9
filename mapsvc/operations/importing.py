"""Importing a file from the command line: the same use cases as the desk, with the operator as the actor."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from mapsvc.bootstrap import Services
from mapsvc.domain.ids import slugify
from mapsvc.domain.imports import Batch, SourceInfo, Upload
from mapsvc.domain.people import OPERATOR
from mapsvc.exchange.boundaries import read_areas
from mapsvc.operations.console import Report
from mapsvc.usecases import imports
from mapsvc.usecases.seeding import load_batches


@dataclass(frozen=True)
class Origin:
    """Where a file comes from and of which day it is."""

    title: str
    licence: str
    attribution: str
    as_of: date | None


@dataclass(frozen=True)
class Outcome:
    """What an import did or would do: numbers by kind, and a line for each thing to look at."""

    counts: dict[str, int]
    remarks: tuple[str, ...] = ()


def import_spaces(services: Services, file: Path, origin: Origin, report: Report, *, dry_run: bool) -> Outcome:
    """Import premises; with `dry_run` the preview is made, told, and put away."""
    now, step = services.clock.now(), f"Reading {file.name}"
    report(step, 0, 0)
    upload = Upload(file.name, file.read_bytes(), origin.title, origin.licence, origin.attribution, origin.as_of)
    batch_id = imports.preview_import(services.unit_of_work(), services.register_files, OPERATOR, upload, now)
    preview = imports.read_preview(services.unit_of_work(), OPERATOR, batch_id)
    report(step, len(preview.rows), len(preview.rows))
    counts = dict(Counter(row.kind for row in preview.rows))
    remarks = [f"Column not understood, left out: {name}" for name in preview.not_understood]
    for row in preview.rows:
        remarks += [f"Row {row.number}, {fault.column}: {fault.code}" for fault in row.problems]
    if dry_run or not counts.keys() & {"new", "changed"}:
        imports.discard_import(services.unit_of_work(), OPERATOR, batch_id, now)
    else:
        step = "Writing"
        report(step, 0, 0)
        done = imports.apply_import(services.unit_of_work(), OPERATOR, batch_id, None, now)
        report(step, sum(done.values()), sum(done.values()))
    return Outcome(counts, tuple(remarks))


def import_areas(
    services: Services,
    file: Path,
    origin: Origin,
    level: str,
    name_column: str | None,
    report: Report,
    *,
    dry_run: bool,
) -> Outcome:
    """Import areas below the city that is there; names that are known in this source are left alone."""
    areas = read_areas(file.read_bytes(), level, name_column, None)
    if dry_run:
        return Outcome({"areas": len(areas)}, tuple(area.name for area in areas))
    source = SourceInfo(f"areas-{slugify(origin.title)}", origin.title, origin.licence, origin.attribution, "")
    batches = [(file.name, lambda: Batch(source, areas=areas))]
    added = load_batches(services.unit_of_work(), batches, services.clock.now(), report)
    return Outcome({"areas added": added.get("areas", 0), "areas known": len(areas) - added.get("areas", 0)})
