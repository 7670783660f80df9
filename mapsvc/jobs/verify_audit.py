"""Checks the chain of the history once a day, so that the page about it can say when it last held."""

from datetime import datetime

from mapsvc.bootstrap import Services
from mapsvc.usecases import seals


def run(services: Services, now: datetime) -> dict[str, int]:  # noqa: ARG001 - every job is told the time
    """Check every link; return how many hold, how many entries are not sealed, and the place of the first broken one.

    `broken_at` is 0 where the chain holds.
    """
    verdict = seals.verify(services.unit_of_work)
    broken = verdict.broken.seq if verdict.broken else 0
    return {"sealed": verdict.sealed, "tail": verdict.tail, "broken_at": broken}
