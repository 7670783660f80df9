"""Keeps registers in step: fetches those whose time has come, compares, and writes what was accepted."""

from datetime import datetime

from mapsvc.bootstrap import Services
from mapsvc.usecases import source_runs, source_worker


def run(services: Services, now: datetime) -> dict[str, int]:
    """Do all that waits and return how many runs were asked for, ended, wait for somebody, and failed."""
    asked = source_runs.ask_due_runs(services.unit_of_work(), now)
    done = source_worker.work(services.unit_of_work, services.source_files, services.fetch_file, now)
    return {"asked": asked, **done}
