"""Moving a call from one state to the next: the only place that does, whoever asks.

Who may, and what has to be true, is the table of `domain.call_states`; what follows for premises, mail and the public
timeline is here. Also here are the two changes that an open call allows: more time, and the numbers of the draw.
"""

import hashlib
import re
from dataclasses import replace
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from mapsvc.domain.application_states import ApplicationState
from mapsvc.domain.availability import Guard, Who
from mapsvc.domain.call_states import CallState, Facts, Transition, missing_for, transition
from mapsvc.domain.call_timelines import extended
from mapsvc.domain.calls import WRITING, Call, CallEvent, freeze
from mapsvc.domain.errors import Conflict, Forbidden, Invalid, Stale
from mapsvc.domain.people import SYSTEM, Action, Actor, require
from mapsvc.domain.ports import UnitOfWork
from mapsvc.domain.results import ResultKind
from mapsvc.domain.spaces import AvailabilityState
from mapsvc.domain.texts import clean_text
from mapsvc.usecases.application_mail import tell
from mapsvc.usecases.availability import move_space
from mapsvc.usecases.call_access import call_for
from mapsvc.usecases.call_lots import free_space
from mapsvc.usecases.calls import checks_of, mail_facts, write
from mapsvc.usecases.committees import tell_members
from mapsvc.usecases.publications import publish
from mapsvc.usecases.scores import conclude_when_signed

_LONGEST_REASON = 2_000
_NUMBERS = re.compile(r"[0-9]{1,6}(-[0-9]{1,6}){0,19}")
#: Changes that whoever applies hears of by mail.
_TOLD = frozenset({CallState.SUSPENDED, CallState.CANCELLED, CallState.PROVISIONAL, CallState.FINAL})
#: The steps with which a list is published.
_LISTS = {CallState.PROVISIONAL: ResultKind.PROVISIONAL, CallState.FINAL: ResultKind.FINAL}
_RUNNING = (CallState.CLOSED, CallState.ADMISSIBILITY, CallState.EVALUATION, CallState.MATCHING)


def move(uow: UnitOfWork, actor: Actor, code: str, version: int, to: str, now: datetime, *, reason: str = "") -> Call:
    """Move a call to the state `to` with everything that follows; return it as it is then.

    `version` is the one that the decision is based on. Raises NotFound, Forbidden, Stale, Invalid without a needed
    reason, and Conflict with the code of the first guard that does not hold, all of them in `missing`.
    """
    words = clean_text(reason, "/reason", _LONGEST_REASON, several_lines=True)
    with uow:
        call = call_for(uow, actor, code, Action.SEE_CALL, lock=True)
        if call.version != version:
            raise Stale("somebody else changed it first", code="stale", version=call.version)
        found = transition(call, to)
        require(actor, found.action or Action.RUN_CALL, uow.areas.path(call.area_id))
        if found.reason and not words:
            raise Invalid("a reason is needed", "/reason", code="reason_required")
        changed = _moved(uow, actor, call, found, words, now)
        uow.commit()
    return changed


def step_to(uow: UnitOfWork, actor: Actor, call: Call, to: CallState, now: datetime) -> Call:
    """Move a call that the caller has locked, inside its transaction and after its permission check; as `move`."""
    return _moved(uow, actor, call, transition(call, to), "", now)


def missing_guards(uow: UnitOfWork, call: Call, found: Transition, now: datetime) -> tuple[str, ...]:
    """Return the codes of what a change of state still lacks, inside the caller's transaction."""
    return missing_for(found, _facts(uow, call, now))


def close_due(uow: UnitOfWork, now: datetime) -> list[str]:
    """Close every open call whose deadline has passed; return their codes. Doing it again changes nothing."""
    closed = []
    with uow:
        for due in uow.calls.due(now):
            call = uow.calls.get(due.id, lock=True)
            if call is None or call.state != CallState.OPEN or call.closes_at is None or call.closes_at > now:
                continue
            _moved(uow, SYSTEM, call, transition(call, CallState.CLOSED), "", now)
            closed.append(call.code)
        uow.commit()
    return closed


def extend(
    uow: UnitOfWork,
    actor: Actor,
    code: str,
    version: int,
    closes_on: date,
    closes_at: time,
    reason: str,
    now: datetime,
) -> Call:
    """Give an open call more time, for a reason that is published and mailed; later dates move by as many days.

    Raises NotFound, Forbidden, Stale, Invalid for an earlier deadline or without a reason, Conflict once it closed.
    """
    words = clean_text(reason, "/reason", _LONGEST_REASON, several_lines=True)
    if not words:
        raise Invalid("a reason is needed", "/reason", code="reason_required")
    with uow:
        call = call_for(uow, actor, code, Action.RUN_CALL, lock=True)
        if call.version != version:
            raise Stale("somebody else changed it first", code="stale", version=call.version)
        before = call.closes_at
        if call.state != CallState.OPEN or before is None or before <= now:
            raise Conflict("the call is not open any more", code="call_not_open", state=call.state)
        changed = replace(call, timeline=extended(call.timeline, closes_on, closes_at))
        after = changed.closes_at
        if after is None or after <= before:
            raise Invalid("An extension ends later.", "/closes_on", code="call_not_later")
        details = {"from": before.isoformat(), "to": after.isoformat()}
        write(uow, changed, now)
        uow.calls.add_event(CallEvent(call.id, now, "extended", call.state, words, details, actor.user_id))
        uow.audit.add(actor, "call_extended", "call", call.id, before={"closes_at": before.isoformat()},
                      after={"closes_at": after.isoformat()}, reason=words, at=now)  # fmt: skip
        _tell_all(uow, call, "call_extended", {"until": after.isoformat(), "reason": words}, now)
        uow.commit()
    return replace(changed, version=version + 1)


def enter_draw(
    uow: UnitOfWork, actor: Actor, code: str, version: int, drawn_on: date, numbers: str, now: datetime
) -> Call:
    """Note the numbers of the public draw after the deadline and publish the seed of the lottery; once only.

    The seed is `CALL|draw:date|numbers` (matching 3.8). Raises NotFound, Forbidden, Stale, Invalid with a pointer, and
    Conflict before the deadline, after the run, done twice, or where the description is not what was committed to.
    """
    given = "-".join(numbers.replace(",", " ").replace("-", " ").split())
    if not _NUMBERS.fullmatch(given):
        raise Invalid("Numbers are needed, such as 81-7-45-12-66.", "/numbers", code="draw_numbers", value=numbers)
    with uow:
        call = call_for(uow, actor, code, Action.RUN_CALL, lock=True)
        if call.version != version:
            raise Stale("somebody else changed it first", code="stale", version=call.version)
        _check_draw(call, drawn_on, now)
        seed = f"{call.code}|draw:{drawn_on.isoformat()}|{given}"
        digest = hashlib.sha256(seed.encode()).hexdigest()
        changed = replace(call, lottery_seed=seed)
        write(uow, changed, now)
        details = {"seed": seed, "sha256": digest}
        uow.calls.add_event(CallEvent(call.id, now, "drawn", call.state, details=details, user_id=actor.user_id))
        uow.audit.add(actor, "call_drawn", "call", call.id, after={"lottery_seed": seed}, at=now)
        uow.commit()
    return replace(changed, version=version + 1)


def commitment(description: str) -> str:
    """Return the SHA-256 of the description of the draw, which is published at the opening (matching 3.8)."""
    return hashlib.sha256(description.encode()).hexdigest()


def _check_draw(call: Call, drawn_on: date, now: datetime) -> None:
    if call.lottery_seed is not None:
        raise Conflict("the numbers were noted", code="call_drawn_before")
    if call.state not in _RUNNING or call.closes_at is None or call.closes_at > now:
        raise Conflict("numbers are noted between the deadline and the run", code="call_step", state=call.state)
    if commitment(call.draw_description) != call.seed_commitment:
        raise Conflict("the description is not what was committed to", code="call_commitment")
    planned, closed = call.timeline.draw_on, call.timeline.closes_on
    if closed is None or drawn_on <= closed or (planned is not None and drawn_on < planned):
        raise Invalid("The draw comes after the deadline.", "/drawn_on", code="draw_too_early")
    if drawn_on > now.astimezone(ZoneInfo(call.timeline.zone)).date():
        raise Invalid("This draw was not held yet.", "/drawn_on", code="draw_in_future")


def _facts(uow: UnitOfWork, call: Call, now: datetime) -> Facts:
    today = now.astimezone(ZoneInfo(call.timeline.zone)).date()
    missing: tuple[str, ...] = ()
    if call.frozen is None:
        missing = tuple(check.code for check in checks_of(uow, call, today) if not check.passed)
    return Facts(call, uow.calls.progress(call.id), uow.scores.unsigned(call.id), missing, now, today)


def _moved(uow: UnitOfWork, actor: Actor, call: Call, found: Transition, words: str, now: datetime) -> Call:
    """Write a change of state and what follows from it, inside the caller's transaction."""
    if found.end is CallState.APPROVED and _wrote(uow, actor, call):
        raise Forbidden("a second person approves", code="second_person")
    missing = missing_guards(uow, call, found, now)
    if missing:
        raise Conflict("something is still missing", code=missing[0], missing=missing)
    if found.end is CallState.MATCHING:
        conclude_when_signed(uow, actor, call, now)
    changed = replace(_with_effects(uow, actor, call, found, now), state=found.end)
    write(uow, changed, now)
    if found.end is CallState.OPEN and call.frozen is None:
        for lot in uow.calls.lots(call.id):
            move_space(uow, actor, lot.space_id, AvailabilityState.IN_CALL, Who.OFFICER, (Guard.LOT_OF_CALL,), now)
    if found.end is CallState.EVALUATION and found.start is CallState.ADMISSIBILITY:
        tell_members(uow, call, now)
    if found.end in _LISTS and found.start is not CallState.SUSPENDED:
        publish(uow, actor, changed, _LISTS[found.end], now)
    if found.end in (CallState.CANCELLED, CallState.CONCLUDED):
        for lot in uow.calls.lots(call.id):
            free_space(uow, actor, lot, now)
    details = {} if changed.frozen_sha256 == call.frozen_sha256 else {"sha256": changed.frozen_sha256}
    uow.calls.add_event(CallEvent(call.id, now, "moved", found.end, words, details, actor.user_id))
    uow.audit.add(actor, "call_moved", "call", call.id, before={"state": call.state}, after={"state": found.end.value},
                  reason=words or None, at=now)  # fmt: skip
    if found.end in _TOLD or found.start is CallState.SUSPENDED:
        _tell_all(uow, call, "call_moved", {"state": found.end.value, "reason": words}, now)
    return replace(changed, version=call.version + 1)


def _with_effects(uow: UnitOfWork, actor: Actor, call: Call, found: Transition, now: datetime) -> Call:
    if found.end is CallState.APPROVED:
        return replace(call, approved_by=actor.user_id)
    if found.end is CallState.DRAFT:
        return replace(call, approved_by=None)
    if found.end is CallState.OPEN and call.frozen is None:
        seal = commitment(call.draw_description)
        frozen = freeze(call, uow.calls.lots(call.id), seal)
        digest = hashlib.sha256(frozen.encode()).hexdigest()
        return replace(call, frozen=frozen, frozen_sha256=digest, seed_commitment=seal)
    if found.end is CallState.OBSERVATIONS:
        return _with_window(call, now)
    if found.end in (CallState.SUSPENDED, CallState.CANCELLED):
        kept = call.state_before if found.start is CallState.SUSPENDED else call.state
        return replace(call, state_before=kept)
    return replace(call, state_before=None) if found.start is CallState.SUSPENDED else call


def _with_window(call: Call, now: datetime) -> Call:
    """Return the call with a window for observations as long as its rules promise, however late it begins."""
    today = now.astimezone(ZoneInfo(call.timeline.zone)).date()
    least = date.fromordinal(today.toordinal() + call.definition.observation_days)
    until = max(least, call.timeline.observations_until or least)
    final = max(until, call.timeline.final_on or until)
    return replace(call, timeline=replace(call.timeline, observations_until=until, final_on=final))


def _wrote(uow: UnitOfWork, actor: Actor, call: Call) -> bool:
    if actor.user_id is None or actor.user_id == call.created_by:
        return True
    return any(event.user_id == actor.user_id and event.action in WRITING for event in uow.calls.events(call.id))


def _tell_all(uow: UnitOfWork, call: Call, template: str, facts: dict[str, object], now: datetime) -> None:
    states = [state.value for state in ApplicationState if state is not ApplicationState.WITHDRAWN]
    for application in uow.applications.of_call(call.id, states):
        tell(uow, application, template, mail_facts(call) | facts, now)
