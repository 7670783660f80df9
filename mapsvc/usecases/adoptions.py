"""What becomes of applications when a run is adopted: assignments, and who is matched, waits or got nothing."""

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from mapsvc.domain.application_states import ApplicationState, By, check_move
from mapsvc.domain.awards import Assignment, Basis, standing
from mapsvc.domain.call_market import CallHead
from mapsvc.domain.errors import Conflict
from mapsvc.domain.ids import new_id
from mapsvc.domain.match_runs import MatchRun
from mapsvc.domain.people import Actor
from mapsvc.domain.ports import UnitOfWork
from mapsvc.matching.call_rules import WITHDRAWN
from mapsvc.matching.runs import Run
from mapsvc.usecases.award_runs import follow_adoption

#: Whoever holds an offer keeps its state here; what happens to offers is decided with the awards.
_UNDECIDED = frozenset(
    {ApplicationState.SCORED, ApplicationState.MATCHED, ApplicationState.WAITING, ApplicationState.UNMATCHED}
)


def carry_out(
    uow: UnitOfWork, actor: Actor, call: CallHead, record: MatchRun, run: Run, before: MatchRun | None, now: datetime
) -> None:
    """Write what an adopted run gave, move the applications, and let offers and premises follow; no commit."""
    result = json.loads(record.snapshot or "{}")["result"]
    had = set() if before is None else _placed(before)
    given = [
        _assignment(record, run, result, code, lot, waited=before is not None and code not in had)
        for code, lot in result["assignment"].items()
        if lot is not None
    ]
    uow.awards.add_assignments(given)
    for code in run.applications:
        state = _state_of(run, result, code)
        application = uow.applications.get(record.application_id(code), lock=True)
        if application is not None and application.state in _UNDECIDED and application.state != state:
            uow.applications.set_state(application.id, check_move(application.state, state, By.SYSTEM), now)
            uow.audit.add(actor, "application_matched", "application", application.id,
                          after={"state": state.value, "run_id": str(record.id)}, at=now)  # fmt: skip
    follow_adoption(uow, actor, call.id, record.id, now)


def check_nobody_left(uow: UnitOfWork, record: MatchRun, run: Run, now: datetime) -> None:
    """Raise Conflict when somebody left or a lot went away that the run still counts on."""
    withdrawn, lots_gone = uow.match_runs.gone(record)
    left = _left(uow, record, now)
    applications = sorted({*withdrawn, *(code for code in run.applications if record.application_id(code) in left)})
    lots = [lot for lot in lots_gone if any(WITHDRAWN not in one.pairs[lot].blocked_by
                                            for one in run.applications.values() if lot in one.pairs)]  # fmt: skip
    if applications or lots:
        raise Conflict("somebody withdrew since the run was frozen", code="run_outdated",
                       applications=applications, lots=lots)  # fmt: skip


def _left(uow: UnitOfWork, record: MatchRun, now: datetime) -> frozenset[UUID]:
    """The applications that are out of the call by what became of their offers."""
    offers, conditions = uow.awards.offers_of(record.call_id), uow.awards.conditions_of(record.call_id)
    return standing(offers, uow.awards.upgradable(record.call_id), conditions, now).gone


def _placed(record: MatchRun) -> set[str]:
    result = json.loads(record.snapshot or "{}").get("result") or {}
    return {code for code, lot in result.get("assignment", {}).items() if lot is not None}


def _state_of(run: Run, result: dict[str, Any], code: str) -> ApplicationState:
    """Matched, or waiting where a listed lot was open to it and could become free, or unmatched."""
    if result["assignment"][code] is not None:
        return ApplicationState.MATCHED
    waits = any(run.is_open(code, lot) for lot in run.wishes_of(code))
    return ApplicationState.WAITING if waits else ApplicationState.UNMATCHED


def _assignment(record: MatchRun, run: Run, result: dict[str, Any], code: str, lot: str, *, waited: bool) -> Assignment:
    seat = result["seats"][code]
    cutoff = result["cutoffs"][lot]["reserve" if seat == "reserve" else "open"]
    return Assignment(
        id=new_id(),
        run_id=record.id,
        call_id=record.call_id,
        application_id=record.application_id(code),
        lot_id=record.lot_id(lot),
        basis=Basis.WAITING_LIST if waited else Basis(seat),
        priority_micro=run.priority_of(code, lot),
        rank=result["rank"][code],
        cutoff_micro=None if seat == "lock" else cutoff,
        conditional_on=tuple(result["conditional_on"].get(code, ())),
    )
