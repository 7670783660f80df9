"""Joins the readers of registers with the use case that keeps them in step."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from mapsvc.bootstrap import Services
from mapsvc.domain.errors import TooLarge
from mapsvc.domain.imports import Upload
from mapsvc.domain.people import OPERATOR
from mapsvc.domain.sources import SyncReport
from mapsvc.exchange import palermo
from mapsvc.exchange.uploads import MAX_BYTES
from mapsvc.usecases import sources
from mapsvc.usecases.sources import Asked


def sync(services: Services, name: str, path: Path, asked: Asked, as_of: date | None) -> SyncReport:
    """Bring a register in step with a file, by the operator; the day of the file is told, or stands in its name."""
    # A file that is too large is not read into memory first.
    if path.stat().st_size > MAX_BYTES:
        raise TooLarge(f"The file is larger than {MAX_BYTES // 1_000_000} MB.", code="file_size", limit=MAX_BYTES)
    upload = Upload(path.name, path.read_bytes(), as_of=as_of or palermo.date_of_file(path.name))
    now = services.clock.now()
    return sources.sync(services.unit_of_work(), services.source_files, OPERATOR, name, upload, asked, now)


def begin(services: Services, name: str, path: Path) -> None:
    """Bring a register that has no run yet in step with its first file; later files are the operator's to send."""
    known = {one.info.code for one, run in sources.registers(services.unit_of_work(), OPERATOR) if run is not None}
    if name not in known:
        sync(services, name, path, Asked(), None)
