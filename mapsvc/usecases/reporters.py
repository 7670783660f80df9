"""The reliability of reporters as the years go by; what a single check changes at once is in `evidence`."""

from collections.abc import Callable
from datetime import datetime

from mapsvc.domain.ports import UnitOfWork
from mapsvc.usecases.evidence import reckon_reporters, refresh

ROWS_PER_STEP = 500


def reckon(begin: Callable[[], UnitOfWork], now: datetime) -> dict[str, int]:
    """Reckon every tally again and conclude again wherever a changed one counts; return the numbers by kind.

    Each step is a transaction of its own; one that is broken off is done by the next run, and a second run changes
    nothing.
    """
    today = now.date()
    counts = {"reporters": 0, "spaces": 0}
    last = ""
    while True:
        with begin() as uow:
            names = uow.reporters.known(last, ROWS_PER_STEP)
            counts["reporters"] += reckon_reporters(uow, names, today)
            uow.commit()
        if len(names) < ROWS_PER_STEP:
            break
        last = names[-1]
    with begin() as uow:
        waiting = uow.reporters.waiting()
    for name, factor in waiting.items():
        counts["spaces"] += _conclude_everywhere(begin, name, factor, now)
    return counts


def _conclude_everywhere(begin: Callable[[], UnitOfWork], name: str, factor: float, now: datetime) -> int:
    with begin() as uow:
        places = uow.reporters.spaces_of(name)
    for place in places:
        with begin() as uow:
            uow.spaces.get(place, lock=True)
            refresh(uow, place, now.date())
            uow.commit()
    with begin() as uow:
        uow.reporters.settle(name, factor)
        uow.commit()
    return len(places)
