"""The loop of the job worker: enters what is due, does one run at a time, and survives a database that is away."""

import threading
from datetime import datetime

import structlog

from mapsvc.bootstrap import Services
from mapsvc.domain.errors import Invalid, NotFound
from mapsvc.jobs.schedule import TIMETABLE, Entry, named

PAUSE_SECONDS = 2.0
log = structlog.get_logger("mapsvc.worker")


def work(services: Services, finished: threading.Event) -> None:
    """Do what is due until `finished` is set; the run under way is ended first."""
    log.info("worker started", jobs=[entry.name for entry in TIMETABLE])
    while not finished.is_set():
        try:
            enter_due(services)
            while not finished.is_set() and run_next(services):
                pass
        except Exception:
            # The database may be restarting. Nothing is lost: what was under way is due again.
            log.exception("worker could not look for jobs")
        finished.wait(PAUSE_SECONDS)
    log.info("worker ended")


def enter_due(services: Services) -> None:
    """Note every job that has become due; one that was missed while nothing ran is due once, not often."""
    now = services.clock.now()
    with services.unit_of_work() as uow:
        for entry in TIMETABLE:
            uow.jobs.enter(entry.name, entry.latest_due(now))
        uow.commit()


def run_next(services: Services, name: str | None = None) -> bool:
    """Do the oldest due run, of one job or of any; tell whether there was one.

    The row of the run stays locked while the job works: no second worker takes it, and one that dies gives it back.
    """
    with services.unit_of_work() as uow:
        run = uow.jobs.take(services.clock.now(), name)
        if run is None:
            return False
        started_at = services.clock.now()
        entry = named(run.name)
        report, error = (None, "no such job") if entry is None else _outcome(services, entry, started_at)
        uow.jobs.finish(run.id, started_at, services.clock.now(), report, error)
        uow.commit()
    return True


def run_now(services: Services, name: str) -> dict[str, int]:
    """Do a job at once, as the command line asks, and return its report; raises what stops it."""
    entry = named(name)
    if entry is None:
        raise NotFound(f"There is no job {name}. Jobs: {', '.join(entry.name for entry in TIMETABLE)}.")
    now = services.clock.now()
    report = entry.run(services, now)
    with services.unit_of_work() as uow:
        uow.jobs.note(name, now, services.clock.now(), report)
        uow.commit()
    return report


def preview_now(services: Services, name: str) -> dict[str, int]:
    """Return what a job would do now; nothing is changed or noted. Raises Invalid for one without a dry run."""
    entry = named(name)
    if entry is None or entry.preview is None:
        raise Invalid(f"There is no dry run of {name}.", "/name", code="no_dry_run")
    return entry.preview(services, services.clock.now())


def _outcome(services: Services, entry: Entry, now: datetime) -> tuple[dict[str, int] | None, str | None]:
    """Run a job and return its report, or the error that stopped it: one broken job must not stop the others."""
    try:
        return entry.run(services, now), None
    except Exception as error:
        log.exception("job failed", job=entry.name)
        return None, f"{type(error).__name__}: {error}"
