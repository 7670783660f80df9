"""Scoring: each member alone until everybody has signed; then means, thresholds and merit of all at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID

from mapsvc.domain import scores as rules
from mapsvc.domain.application_states import ApplicationState, By, check_move
from mapsvc.domain.applications import Application
from mapsvc.domain.calls import Call, Lot
from mapsvc.domain.committees import CommitteeMember, ConflictOfInterest
from mapsvc.domain.errors import Conflict, Forbidden, NotFound, Stale
from mapsvc.domain.people import Action, Actor
from mapsvc.domain.ports import UnitOfWork
from mapsvc.domain.scores import Grid, Scored, ScoreSheet
from mapsvc.matching.priority import merit
from mapsvc.usecases.call_access import call_for, call_of_member, check_state, stage

#: Steps of a call after the evaluation.
AFTER_SCORES = frozenset({"matching", "provisional", "observations", "final", "contracting", "concluded"})
#: States of an application that was scored; a group that withdrew later keeps its sheets and shows nowhere.
_UNSCORED = frozenset({"draft", "submitted", "integration_requested", "inadmissible", "withdrawn"})


@dataclass(frozen=True, slots=True)
class Task:
    """An application as one member sees it in the list: their own state only."""

    code: str
    title: str
    group: str
    sheet: ScoreSheet | None
    conflict: ConflictOfInterest | None
    missing: int

    @property
    def state(self) -> str:
        """Return conflict, signed, complete, begun or open."""
        if self.conflict is not None:
            return "conflict"
        if self.sheet is None:
            return "open"
        if self.sheet.signed:
            return "signed"
        return "begun" if self.missing else "complete"


@dataclass(frozen=True, slots=True)
class MyCall:
    """A call as one member of its committee sees it."""

    call: Call
    seat: CommitteeMember
    members: int
    tasks: tuple[Task, ...]
    open_for_scoring: bool
    all_signed: bool

    def count(self, *states: str) -> int:
        """Return how many applications are in one of these states for this member."""
        return sum(one.state in states for one in self.tasks)


@dataclass(frozen=True, slots=True)
class MySheet:
    """One application with the member's own sheet; `result` is there once everybody has signed."""

    mine: MyCall
    application: Application
    lots: tuple[Lot, ...]
    sheet: ScoreSheet
    conflict: ConflictOfInterest | None
    result: Scored | None


@dataclass(frozen=True, slots=True)
class Result:
    """An application after the signatures: mean, spread and every sheet by member."""

    application: Application
    scored: Scored
    sheets: tuple[ScoreSheet, ...]


def grid_of(call: Call) -> Grid:
    """Return what the members of a committee may give in a call."""
    criteria = call.definition.criteria
    return Grid(
        most={one.code: one.max_points for one in criteria},
        least_total=call.definition.threshold_total,
        least={one.code: one.least for one in criteria if one.least},
    )


def all_signed(uow: UnitOfWork, call: Call) -> bool:
    """Tell whether every sheet of a call is signed, so that scores may be shown."""
    step = stage(call)
    return step in AFTER_SCORES or (step == "evaluation" and uow.scores.unsigned(call.id) == 0)


def my_calls(uow: UnitOfWork, actor: Actor) -> list[MyCall]:
    """Return the calls in whose committee the actor is, the latest first; drafts are nobody's business yet."""
    if actor.user_id is None:
        raise Forbidden("sign in first", code="forbidden")
    with uow:
        found = [uow.calls.get(one) for one in uow.committees.calls_of(actor.user_id)]
        return [
            _mine(uow, call, seat)
            for call in found
            if call is not None and call.state not in ("draft", "approved")
            for seat in uow.committees.members(call.id)
            if seat.user_id == actor.user_id
        ]


def my_call(uow: UnitOfWork, actor: Actor, code: str) -> MyCall:
    """Return the applications of one call with the member's own progress; raises NotFound for everybody else."""
    with uow:
        return _mine(uow, *call_of_member(uow, actor, code))


def my_sheet(uow: UnitOfWork, actor: Actor, code: str, application: str) -> MySheet:
    """Return one application with the member's own sheet, empty before they begin; raises NotFound."""
    with uow:
        call, seat = call_of_member(uow, actor, code)
        mine = _mine(uow, call, seat)
        one = _to_score(uow, call, application)
        task = next(task for task in mine.tasks if task.code == one.code)
        sheets = uow.scores.of_application(one.id) if mine.all_signed else []
        result = rules.summed_up(sheets, grid_of(call)) if any(it.signed for it in sheets) else None
        sheet = task.sheet or ScoreSheet(one.id, seat.user_id, {}, one.updated_at)
        return MySheet(mine, one, tuple(uow.calls.lots(call.id)), sheet, task.conflict, result)


def _mine(uow: UnitOfWork, call: Call, seat: CommitteeMember) -> MyCall:
    grid = grid_of(call)
    sheets = {one.application_id: one for one in uow.scores.of_member(call.id, seat.user_id)}
    near = {one.application_id: one for one in uow.committees.conflicts(call.id) if one.user_id == seat.user_id}
    begun = stage(call) == "evaluation" or stage(call) in AFTER_SCORES
    applications = [one for one in uow.applications.of_call(call.id) if one.state not in _UNSCORED] if begun else []
    tasks = tuple(
        Task(
            one.code or "",
            str(one.project.get("title", "")),
            str(one.facts.get("name", "")),
            sheets.get(one.id),
            near.get(one.id),
            len(rules.missing(sheets[one.id].marks, grid)) if one.id in sheets else len(grid.most),
        )
        for one in applications
    )
    members = len(uow.committees.members(call.id))
    return MyCall(call, seat, members, tasks, call.state == "evaluation", begun and all_signed(uow, call))


def _to_score(uow: UnitOfWork, call: Call, code: str) -> Application:
    one = uow.applications.by_code(call.id, code)
    begun = stage(call) == "evaluation" or stage(call) in AFTER_SCORES
    if one is None or one.state in _UNSCORED or not begun:
        raise NotFound("there is no such application", code="application_unknown")
    return one


def save_sheet(uow: UnitOfWork, actor: Actor, code: str, application: str, marks: object, version: int, now: datetime,
               ) -> ScoreSheet:  # fmt: skip
    """Keep what a member has written so far; nobody else sees it.

    Raises NotFound for whoever is not in the committee, Forbidden after a declaration of conflict, Invalid with a
    pointer, Conflict for a signed sheet or outside of the evaluation, Stale where the sheet changed since `version`.
    """
    with uow:
        call, seat = call_of_member(uow, actor, code, share=True)
        kept = _write(uow, call, seat, application, marks, version, now)
        if version == 0:
            # What is typed afterwards is a draft of its own; the signature is what the history keeps.
            after: Mapping[str, object] = {"user_id": seat.user_id}
            uow.audit.add(actor, "sheet_begun", "application", kept.application_id, after=after, at=now)
        uow.commit()
    return kept


def sign_sheet(uow: UnitOfWork, actor: Actor, code: str, application: str, marks: object, version: int, now: datetime,
               ) -> ScoreSheet:  # fmt: skip
    """Sign one's own sheet with what the page shows; with the last signature of the call the scores are concluded.

    Raises what `save_sheet` does, and Invalid with a pointer where a criterion lacks points or a reason.
    """
    with uow:
        # One signature after the other: the last one must see all others.
        call, seat = call_of_member(uow, actor, code, lock=True)
        draft = _write(uow, call, seat, application, marks, version, now)
        rules.check_complete(draft.marks, grid_of(call))
        # The time stands on the sheet to the second, as the hash has it.
        at = now.astimezone(UTC).replace(microsecond=0)
        digest = rules.signing_hash(call.code, application, seat.user_id, draft.marks, at)
        signed = replace(draft, signed_at=at, signed_sha256=digest, updated_at=now)
        if not uow.scores.save(signed):
            raise Stale("this sheet changed meanwhile", code="stale")
        after: Mapping[str, object] = {"signed_sha256": digest}
        uow.audit.add(actor, "sheet_signed", "application", signed.application_id, after=after, at=now)
        conclude_when_signed(uow, actor, call, now)
        uow.commit()
    return replace(signed, version=signed.version + 1)


def _write(uow: UnitOfWork, call: Call, seat: CommitteeMember, application: str, marks: object, version: int,
           now: datetime) -> ScoreSheet:  # fmt: skip
    check_state(call, "evaluation")
    one = _to_score(uow, call, application)
    # The application's row, so that two pages of one member that begin a sheet at once come one after the other.
    uow.applications.get(one.id, lock=True)
    if any(it.user_id == seat.user_id and it.application_id == one.id for it in uow.committees.conflicts(call.id)):
        raise Forbidden("you declared a conflict of interest", code="conflict_declared")
    read = rules.read_marks(marks, grid_of(call), "/marks")
    stored = uow.scores.sheet(one.id, seat.user_id, lock=True)
    sheet = stored or ScoreSheet(one.id, seat.user_id, {}, now)
    rules.check_unsigned(sheet)
    if one.state != ApplicationState.ADMITTED:
        raise Conflict("this application is scored", code="sheet_signed")
    kept = replace(sheet, marks=read, updated_at=now)
    if sheet.version != version or not uow.scores.save(kept):
        raise Stale("this sheet changed meanwhile", code="stale")
    return replace(kept, version=version + 1)


def conclude_when_signed(uow: UnitOfWork, actor: Actor, call: Call, now: datetime) -> None:
    """Give every admitted application its merit once the last open sheet of a call in evaluation is gone.

    Runs inside the caller's transaction, who holds the lock of the call. Calling it twice changes nothing.
    """
    if call.state == "evaluation" and uow.scores.unsigned(call.id) == 0:
        conclude(uow, actor, call, now)


def conclude(uow: UnitOfWork, actor: Actor, call: Call, now: datetime) -> None:
    """Write merit and state of every admitted application: scored, or below a threshold.

    Runs inside the caller's transaction, who holds the lock of the call; raises Conflict where a sheet is open.
    """
    if uow.scores.unsigned(call.id):
        raise Conflict("not every score is signed", code="scores_unsigned")
    grid = grid_of(call)
    sheets: dict[UUID, list[ScoreSheet]] = {}
    for sheet in uow.scores.of_call(call.id):
        if sheet.signed:
            sheets.setdefault(sheet.application_id, []).append(sheet)
    results: dict[UUID, tuple[str, int]] = {}
    for one in uow.applications.of_call(call.id, {ApplicationState.ADMITTED}):
        found = rules.summed_up(sheets[one.id], grid)
        state: str = check_move(one.state, ApplicationState.SCORED, By.COMMITTEE)
        if not found.reached:
            state = check_move(state, ApplicationState.BELOW_THRESHOLD, By.SYSTEM)
        results[one.id] = (state, merit([sheet.total for sheet in sheets[one.id]]))
    uow.scores.conclude(results, now)
    for application_id, (state, micro) in results.items():
        after: Mapping[str, object] = {"state": str(state), "merit_micro": micro}
        before: Mapping[str, object] = {"state": ApplicationState.ADMITTED.value}
        uow.audit.add(actor, "scored", "application", application_id, before=before, after=after, at=now)


def results(uow: UnitOfWork, actor: Actor, code: str) -> list[Result]:
    """Return mean, spread and sheets of every scored application, the highest mean first, for the office.

    Raises NotFound, Forbidden, and Conflict as long as a sheet is open.
    """
    with uow:
        call = call_for(uow, actor, code, Action.SEE_CALL)
        if not all_signed(uow, call):
            raise Conflict("not every score is signed", code="scores_unsigned")
        return results_of(uow, call)


def results_of(uow: UnitOfWork, call: Call) -> list[Result]:
    """Return the same inside the caller's transaction, who has asked whether all sheets are signed."""
    by_id: dict[UUID, list[ScoreSheet]] = {}
    for sheet in uow.scores.of_call(call.id):
        by_id.setdefault(sheet.application_id, []).append(sheet)
    found = [
        Result(one, rules.summed_up(by_id[one.id], grid_of(call)), tuple(it for it in by_id[one.id] if it.signed))
        for one in uow.applications.of_call(call.id)
        if one.state not in _UNSCORED and any(it.signed for it in by_id.get(one.id, []))
    ]
    return sorted(found, key=lambda one: (-one.scored.total.mean, one.application.code or ""))


def result_of(uow: UnitOfWork, call: Call, application: Application) -> Scored | None:
    """Return mean, spread and missed thresholds of one application, or None as long as a sheet of the call is open.

    For explanations inside the caller's transaction; who may read them is the caller's question.
    """
    signed: Sequence[ScoreSheet] = [it for it in uow.scores.of_application(application.id) if it.signed]
    if not signed or not all_signed(uow, call):
        return None
    return rules.summed_up(signed, grid_of(call))
