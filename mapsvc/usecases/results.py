"""What one group is told about its result, once the list is published; nothing is written here."""

import json
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from threading import Lock as Mutex
from uuid import UUID
from zoneinfo import ZoneInfo

from mapsvc.domain.call_observations import CallObservation, window_open
from mapsvc.domain.calls import Call, Lot
from mapsvc.domain.match_locks import Lock
from mapsvc.domain.match_runs import MatchRun
from mapsvc.domain.pair_details import detail_from_json
from mapsvc.domain.people import Actor
from mapsvc.domain.ports import UnitOfWork
from mapsvc.domain.results import PUBLISHED, OwnResult, PublishedResult
from mapsvc.matching.outcomes import Solved, solve_run
from mapsvc.matching.results import ResultReader
from mapsvc.matching.run_files import read_run
from mapsvc.usecases.applications import opened
from mapsvc.usecases.call_access import stage

_MOST_RUNS, _MOST_RESULTS = 4, 1_000


@dataclass(frozen=True, slots=True)
class GroupResult:
    """The result of a group with what it may read beside: the lots by number, the decisions that concern it.

    ``own`` is None where the group did not take part in the run: not admitted, below the threshold, or gone.
    """

    call: Call
    published: PublishedResult
    own: OwnResult | None
    lots: Mapping[str, Lot]
    decisions: tuple[Lock, ...]
    observations: tuple[CallObservation, ...]
    may_observe: bool


class _Kept:
    """Runs and explanations of this process: an archived run never changes, so neither does what follows from it.

    A group of an ordinary call is explained in milliseconds; one of 500 at 300 lots in about 0.1 s,
    and in up to two seconds where it has no lot and many lots are tried for it.
    """

    def __init__(self) -> None:
        self._mutex = Mutex()
        self._runs: OrderedDict[UUID, Solved] = OrderedDict()
        self._results: OrderedDict[tuple[UUID, str], OwnResult] = OrderedDict()

    def own(self, record: MatchRun, code: str) -> OwnResult | None:
        """Return what one application of a run is told, None where it is not in the run."""
        with self._mutex:
            found = self._results.get((record.id, code))
        if found is not None:
            return found
        solved = self._solved(record)
        if code not in solved.run.applications:
            return None
        details = {lot: detail_from_json(one) for lot, one in record.pair_details.get(code, {}).items()}
        result = ResultReader(solved).own(code, details)
        with self._mutex:
            self._results[record.id, code] = result
            while len(self._results) > _MOST_RESULTS:
                self._results.popitem(last=False)
        return result

    def _solved(self, record: MatchRun) -> Solved:
        with self._mutex:
            found = self._runs.get(record.id)
        if found is None:
            found = solve_run(read_run(json.loads(record.snapshot or "{}")["run"]))
            with self._mutex:
                self._runs[record.id] = found
                while len(self._runs) > _MOST_RUNS:
                    self._runs.popitem(last=False)
        return found


_KEPT = _Kept()


def of_group(uow: UnitOfWork, actor: Actor, key: str, now: datetime) -> GroupResult | None:
    """Return the result of the group of a private page, None before the list is published; raise NotFound."""
    with uow:
        application = opened(uow, actor, key)
        call = uow.calls.get(application.call_id)
        if call is None or stage(call) not in PUBLISHED or application.code is None:
            return None
        published = next(iter(uow.results.of_call(call.id)), None)
        record = None if published is None else uow.match_runs.get(published.run_id)
        if published is None or record is None or record.snapshot is None:
            return None
        observations = uow.call_observations.of_application(application.id)
        lots = {str(one.number): one for one in uow.calls.lots(call.id)}
        locks = [one for one in uow.match_locks.of_call(call.id) if one.counts]
        may_observe = window_open(call, now.astimezone(ZoneInfo(call.timeline.zone)).date())
    own = _KEPT.own(record, application.code)
    return GroupResult(
        call=call,
        published=published,
        own=own,
        lots=lots,
        decisions=tuple(one for one in locks if one.application_id == application.id),
        observations=tuple(observations),
        may_observe=may_observe,
    )
