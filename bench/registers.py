"""Measure a register of 100,000 rows: read, compared and written, as the command line and as the desk's worker do it.

    python -m bench.registers [--rows 100000]

Writes into the deployment's database, under a name of its own each time; afterwards it looks whether clusters and
search find the new records. Prints seconds, the processor time of this process (not that of the database), the
most memory that the process had, and the load of the machine.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from time import perf_counter, process_time

from sqlalchemy import text

from mapsvc.bootstrap import Services, build
from mapsvc.domain.imports import SourceInfo, Upload
from mapsvc.domain.people import OPERATOR
from mapsvc.domain.sources import HARMLESS, Register, SourceNoun
from mapsvc.operations.deployment import Deployment
from mapsvc.usecases import source_runs, source_worker
from mapsvc.usecases.sources import Asked, add_register, sync

HEADER = "code,name,lon,lat,street,number,area_m2,kind,owner,seen,seen_on\n"
TODAY = date(2026, 11, 1)


def edition(rows: int, seen_on: date) -> bytes:
    """Return a register as a file; another day changes what was seen of every row, and the size of one in ten."""
    chance = random.Random(7)  # noqa: S311 - measurements need the same rows each time
    lines = [HEADER]
    for number in range(rows):
        street, civic = f"Via Misurata {chance.randrange(900)}", chance.randrange(1, 300)
        lon, lat = 7.6 + chance.random() * 0.12, 45.0 + chance.random() * 0.12
        size = chance.randrange(20, 300) + (seen_on != TODAY and number % 10 == 0)
        state = "vacant" if number % 3 else "occupied"
        lines.append(
            f"A-{number},{street} {civic},{lon:.6f},{lat:.6f},{street},{civic},{size},shop,private,{state},{seen_on}\n"
        )
    return "".join(lines).encode()


def measure(name: str, work: Callable[[], object]) -> None:
    """Print how long something took, by the clock and by our processor, and the most memory until then."""
    begin, processor = perf_counter(), process_time()
    found = work()
    seconds, processor = perf_counter() - begin, process_time() - processor
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{name:<52} {seconds:6.1f} s, of it {processor:5.1f} s of our processor  {memory:5.0f} MB"
        f"  load {os.getloadavg()[0]:.1f}  {found}",
        flush=True,
    )


def at_once(services: Services, code: str, data: bytes) -> dict[str, int]:
    """Bring the register in step as the command does; return the rows by list."""
    upload = Upload("register.csv", data, as_of=TODAY)
    report = sync(services.unit_of_work(), services.source_files, OPERATOR, code, upload, Asked(), services.clock.now())
    return {"new": len(report.new), "changed": len(report.changed), "refused": len(report.refused)}


def by_the_worker(services: Services, code: str, data: bytes) -> dict[str, int]:
    """Bring the register in step as the worker does for the desk, its rules accepting all; return what was written."""
    uow, files, now = services.unit_of_work, services.source_files, services.clock.now()
    register = source_runs.read_register(uow(), OPERATOR, code, 1).register
    if not register.accepts:
        with uow() as changing:
            changing.sources.set(replace(register, accepts=frozenset(HARMLESS)))
            changing.commit()
    run_id = source_runs.ask_run(uow(), files, OPERATOR, code, Upload("register.csv", data, as_of=TODAY), now)
    source_worker.work(uow, files, services.fetch_file, now)
    return dict(source_runs.read_run(uow(), OPERATOR, run_id)[1].written or {})


def current(services: Services, code: str) -> str:
    """Return how many of the records the public views of map and search have."""
    query = (
        "SELECT (SELECT count(*) FROM public_places p JOIN spaces s ON s.slug = p.slug"
        " JOIN sources c ON c.id = s.source_id WHERE c.code = :code),"
        " (SELECT count(*) FROM public_spaces WHERE source_code = :code AND search_text IS NOT NULL)"
    )
    with services.reading() as connection:
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        places, found = connection.execute(text(query), {"code": code}).one()
    return f"{places} on the map, {found} with their words"


def main() -> None:
    """Measure a first edition, the same again, and a later one; then the first one through the worker."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--only", choices=("command", "worker"))
    asked = parser.parse_args()
    services = build(Deployment.here().settings)
    stamp = services.clock.now().strftime("%H%M%S")
    for name, run in (("command", at_once), ("worker", by_the_worker)):
        if asked.only in (None, name):
            _measure_all(services, f"bench-{name}-{stamp}", run, asked.rows)


def _measure_all(services: Services, code: str, run: Callable[[Services, str, bytes], object], rows: int) -> None:
    info = SourceInfo(code, "Measured", "CC0-1.0", "Invented", "", demonstration=True)
    register = Register(info, SourceNoun.SPACES, "premises")
    add_register(services.unit_of_work(), OPERATOR, register, services.clock.now())
    first, later = edition(rows, TODAY), edition(rows, TODAY + timedelta(days=14))
    measure(f"{code}: {rows} new rows", lambda: run(services, code, first))
    measure("  clusters and search", lambda: current(services, code))
    measure("  the same file again", lambda: run(services, code, first))
    measure("  a later edition: all seen again, a tenth changed", lambda: run(services, code, later))


if __name__ == "__main__":
    main()
