"""Concludes every space again, several processes side by side; what is done stands in `usecases.evidence_parts`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from datetime import date
from functools import partial
from multiprocessing import get_context
from typing import Any

from mapsvc import bootstrap
from mapsvc.config import Settings
from mapsvc.domain.evidence_parts import Part
from mapsvc.usecases import evidence_parts as work

Report = Callable[[str, int, int], None]
Run = Callable[[Callable[..., Any], list[Any], Callable[[], None]], list[Any]]

_own: bootstrap.Services | None = None
"""The services of a process that helps; a connection cannot be shared between processes."""


def recompute(settings: Settings, report: Report, processes: int = 2) -> dict[str, int]:
    """Judge every observation, reckon every reporter and conclude every space again; return the numbers by kind."""
    services = bootstrap.build(settings)
    today = services.clock.today()
    parts = work.parts(services.unit_of_work())
    done = 0

    def one_more() -> None:
        nonlocal done
        done += 1
        report("parts of the evidence", done, max(done, len(parts)))

    waiting = work.waiting(services.unit_of_work())
    with _hands(settings, min(processes, len(parts))) as run:
        results = run(partial(_conclude, today), parts, one_more)
        names = {name for result in results for name in result.reporters}
        reporters = work.reckon(services.unit_of_work(), names, today)
        changed = sum(result.changed for result in results)
        if reporters:
            done, waiting = 0, work.waiting(services.unit_of_work())
            again = run(partial(_conclude, today), parts, one_more)
            changed = max(changed, sum(result.changed for result in again))
    work.settle(services.unit_of_work(), waiting)
    services.engine.dispose()
    return {"spaces": sum(result.spaces for result in results), "changed": changed, "reporters": reporters}


@contextmanager
def _hands(settings: Settings, processes: int) -> Iterator[Run]:
    """Give a function that does a task for each part, in this process or in several."""
    if processes <= 1:
        _open(settings)
        try:
            yield _in_turn
        finally:
            _close()
        return
    # Started afresh, not forked: a copied connection would be two processes' one.
    pool = ProcessPoolExecutor(processes, get_context("spawn"), initializer=_open, initargs=(settings,))
    with pool:
        yield partial(_side_by_side, pool)


def _in_turn(task: Callable[..., Any], parts: list[Any], done: Callable[[], None]) -> list[Any]:
    results = []
    for part in parts:
        results.append(task(part))
        done()
    return results


def _side_by_side(
    pool: ProcessPoolExecutor, task: Callable[..., Any], parts: list[Any], done: Callable[[], None]
) -> list[Any]:
    results = []
    for future in as_completed([pool.submit(task, part) for part in parts]):
        results.append(future.result())
        done()
    return results


def _open(settings: Settings) -> None:
    global _own  # noqa: PLW0603 - a process pool hands its workers nothing else that lasts
    _own = bootstrap.build(settings)


def _close() -> None:
    global _own  # noqa: PLW0603 - as above
    if _own is not None:
        _own.engine.dispose()
    _own = None


def _services() -> bootstrap.Services:
    assert _own is not None
    return _own


def _conclude(today: date, part: Part) -> work.Concluded:
    return work.conclude_part(_services().unit_of_work(), part, today)
