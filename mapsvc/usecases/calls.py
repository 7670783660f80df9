"""Writing a call: a new one, one after the blueprint of a past one, changes of the draft, the legal check.

Its lots are in `call_lots`, every change of state in `call_states`.
"""

import re
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from mapsvc.domain.area_policies import DecidingArea
from mapsvc.domain.call_checks import Check, call_checks
from mapsvc.domain.call_definition_files import definition_to_json
from mapsvc.domain.call_definitions import CallDefinition, Text
from mapsvc.domain.call_states import EDITABLE, CallState, Facts, Transition, missing_for
from mapsvc.domain.call_timelines import ORDER, Timeline, moved, read_timeline, timeline_to_json
from mapsvc.domain.calls import WRITING, Call, CallEvent, CallKind, CallProgress, Lot, collides
from mapsvc.domain.canonical import sha256
from mapsvc.domain.errors import Conflict, Invalid, Stale
from mapsvc.domain.ids import new_id
from mapsvc.domain.people import Action, Actor, allows, holds_anywhere, require
from mapsvc.domain.ports import UnitOfWork
from mapsvc.domain.texts import clean_text
from mapsvc.usecases.call_access import call_for
from mapsvc.usecases.observations import OWN_SOURCE

_CODE = re.compile(r"[A-Z0-9][A-Z0-9-]{1,38}[A-Z0-9]")
_LONGEST_DRAW = 600


@dataclass(frozen=True, slots=True)
class CallDraft:
    """What an officer writes about a call before it is approved."""

    title: Text
    summary: Text
    kind: str
    office: str
    definition: CallDefinition
    timeline: Timeline
    draw_description: str = ""


@dataclass(frozen=True, slots=True)
class CallView:
    """A call as the desk sees it, with its lots, what happened, how far the work is, and the check list.

    The list is empty once the call was opened: nothing of it can change any more. `areas` are those that a rule about
    the seat of a group can name.
    """

    call: Call
    lots: tuple[Lot, ...]
    events: tuple[CallEvent, ...]
    progress: CallProgress
    unsigned: int
    checks: tuple[Check, ...]
    area_name: str
    areas: tuple[DecidingArea, ...]
    may_run: bool
    may_approve: bool

    def missing_for(self, step: Transition, now: datetime) -> tuple[str, ...]:
        """Return the codes of what a change of state still lacks."""
        today = now.astimezone(ZoneInfo(self.call.timeline.zone)).date()
        failed = tuple(check.code for check in self.checks if not check.passed)
        return missing_for(step, Facts(self.call, self.progress, self.unsigned, failed, now, today))


@dataclass(frozen=True, slots=True)
class ListedCall:
    """A call in the list of the desk; `whole` tells whether the account sees more of it than its archived runs."""

    call: Call
    area_name: str
    lots: int
    applications: int
    whole: bool


def list_calls(uow: UnitOfWork, actor: Actor) -> list[ListedCall]:
    """Return the calls of one's areas, the newest first; raise Forbidden for whoever sees none anywhere."""
    if not holds_anywhere(actor, Action.READ_RUNS):
        require(actor, Action.READ_RUNS)
    with uow:
        listed = []
        for call in uow.calls.all():
            path = uow.areas.path(call.area_id)
            if allows(actor, Action.READ_RUNS, path):
                sent = uow.calls.progress(call.id)
                listed.append(
                    ListedCall(
                        call=call,
                        area_name=uow.areas.name(call.area_id),
                        lots=sum(lot.withdrawn_at is None for lot in uow.calls.lots(call.id)),
                        applications=sum(sent.applications.values()) - sent.count("draft", "withdrawn"),
                        whole=allows(actor, Action.SEE_CALL, path),
                    )
                )
        return listed


def find_call(uow: UnitOfWork, actor: Actor, code: str, now: datetime) -> CallView:
    """Return a call for the desk; raises NotFound, and Forbidden outside one's areas."""
    with uow:
        call = call_for(uow, actor, code, Action.SEE_CALL)
        path = uow.areas.path(call.area_id)
        lots = tuple(uow.calls.lots(call.id))
        return CallView(
            call=call,
            lots=lots,
            events=tuple(uow.calls.events(call.id)),
            progress=uow.calls.progress(call.id),
            unsigned=uow.scores.unsigned(call.id),
            checks=checks_of(uow, call, now.date()) if call.frozen is None else (),
            area_name=uow.areas.name(call.area_id),
            areas=tuple(one for one in uow.area_policies.all() if one.level != "country"),
            may_run=allows(actor, Action.RUN_CALL, path),
            may_approve=allows(actor, Action.APPROVE_CALL, path),
        )


def call_to_write(uow: UnitOfWork, actor: Actor, code: str, version: int) -> Call:
    """Return a draft, locked, for an officer of its area; raises Conflict once approved, Stale for another version."""
    call = call_for(uow, actor, code, Action.RUN_CALL, lock=True)
    if call.state not in EDITABLE:
        raise Conflict("the call can no longer be changed", code="call_not_draft", state=call.state)
    if call.version != version:
        raise Stale("somebody else changed it first", code="stale", version=call.version)
    return call


def checks_of(uow: UnitOfWork, call: Call, today: date) -> tuple[Check, ...]:
    """Return the check list of a call, inside the caller's transaction."""
    lots = uow.calls.lots(call.id)
    offers = {offer.space.slug: offer for offer in uow.offers.of_ids({lot.space_id for lot in lots}).values()}
    return call_checks(call, lots, offers, today)


def areas_to_run(uow: UnitOfWork, actor: Actor) -> list[DecidingArea]:
    """Return the areas in which the actor may begin a call, the largest first; raise Forbidden where there is none."""
    if not holds_anywhere(actor, Action.RUN_CALL):
        require(actor, Action.RUN_CALL)
    with uow:
        return [area for area in uow.area_policies.all() if allows(actor, Action.RUN_CALL, uow.areas.path(area.id))]


def create_call(
    uow: UnitOfWork, actor: Actor, code: str, area_id: UUID | None, draft: CallDraft, now: datetime
) -> Call:
    """Begin a call as a draft in an area; raises Forbidden, and Conflict where the code is taken."""
    with uow:
        require(actor, Action.RUN_CALL, uow.areas.path(area_id))
        call = _new(uow, actor, code, area_id, draft, now)
        _note(uow, actor, call, "created", now)
        uow.audit.add(actor, "call_created", "call", call.id, after=_facts(call), at=now)
        uow.commit()
    return call


def save_call(uow: UnitOfWork, actor: Actor, code: str, version: int, draft: CallDraft, now: datetime) -> Call:
    """Write the draft of a call; a changed rule takes the legal check away. Raises as `call_to_write`, and Invalid."""
    with uow:
        call = call_to_write(uow, actor, code, version)
        changed = replace(
            call,
            title=draft.title,
            summary=draft.summary,
            kind=_kind(draft.kind),
            office=clean_text(draft.office, "/office", 200),
            definition=draft.definition,
            timeline=draft.timeline,
            draw_description=clean_text(draft.draw_description, "/draw_description", _LONGEST_DRAW, several_lines=True),
        )
        before, after = _facts(call), _facts(changed)
        names = [name for name in after if before[name] != after[name]]
        if "definition" in names or "kind" in names:
            changed = replace(changed, legal_checked_by=None, legal_checked_at=None)
        write(uow, changed, now)
        sign_as_author(uow, actor, call, now)
        uow.audit.add(actor, "call_edited", "call", call.id, before={name: before[name] for name in names},
                      after={name: after[name] for name in names}, at=now)  # fmt: skip
        uow.commit()
    return replace(changed, version=version + 1)


def check_legally(uow: UnitOfWork, actor: Actor, code: str, version: int, done: bool, now: datetime) -> Call:
    """Note that somebody looked at the norms, or take that back; raises as `call_to_write`."""
    with uow:
        call = call_to_write(uow, actor, code, version)
        by, at = (actor.user_id, now) if done else (None, None)
        changed = replace(call, legal_checked_by=by, legal_checked_at=at)
        write(uow, changed, now)
        uow.audit.add(actor, "call_legal_check", "call", call.id, after={"legal_checked_at": _at(at)}, at=now)
        uow.commit()
    return replace(changed, version=version + 1)


def copy_call(
    uow: UnitOfWork, actor: Actor, code: str, new_code: str, title: Text, publish_on: date, now: datetime
) -> tuple[Call, tuple[Lot, ...]]:
    """Begin a call with the rules and the lots of a past one, every date moved so that it opens on `publish_on`.

    Lots whose premises are not free then are left out; they are returned. Raises NotFound, Forbidden, Conflict.
    """
    with uow:
        past = call_for(uow, actor, code, Action.RUN_CALL)
        days = (publish_on - past.timeline.publish_on).days if past.timeline.publish_on else 0
        timeline = read_timeline(moved(timeline_to_json(past.timeline), days))
        draft = CallDraft(title, past.summary, past.kind, past.office, past.definition, timeline)
        call = _new(uow, actor, new_code, past.area_id, draft, now, copied_from=past.id)
        left_out = _copy_lots(uow, past, call, days)
        _note(uow, actor, call, "copied", now, {"from": past.code})
        uow.audit.add(actor, "call_created", "call", call.id, after=_facts(call) | {"copied_from": past.code}, at=now)
        uow.commit()
    return call, left_out


def _copy_lots(uow: UnitOfWork, past: Call, call: Call, days: int) -> tuple[Lot, ...]:
    left_out: list[Lot] = []
    number = 0
    for lot in uow.calls.lots(past.id):
        first, last = (date.fromordinal(day.toordinal() + days) for day in (lot.starts_on, lot.ends_on))
        early = date.fromordinal(lot.pre_access_from.toordinal() + days) if lot.pre_access_from else None
        copy = replace(lot, id=new_id(), call_id=call.id, number=number + 1, starts_on=first, ends_on=last,
                       pre_access_from=early, withdrawn_at=None, withdrawn_reason=None)  # fmt: skip
        if lot.withdrawn_at is not None or any(collides(copy, other) for other in uow.calls.lots_at(lot.space_id)):
            left_out.append(lot)
            continue
        number += 1
        uow.calls.add_lot(copy)
    return tuple(left_out)


def sign_as_author(uow: UnitOfWork, actor: Actor, call: Call, now: datetime) -> None:
    """Note once that this account wrote a part of the call, so that it does not approve it."""
    if not any(event.user_id == actor.user_id and event.action in WRITING for event in uow.calls.events(call.id)):
        _note(uow, actor, call, "written", now)


def write(uow: UnitOfWork, call: Call, now: datetime) -> None:
    """Write a call inside the caller's transaction; raise Stale when somebody else did."""
    if not uow.calls.update(call, now):
        raise Stale("somebody else changed it first", code="stale", version=call.version)


def mail_facts(call: Call) -> dict[str, object]:
    """Return what every mail about a call says of it."""
    return {"call": dict(call.title), "zone": call.timeline.zone}


def _new(
    uow: UnitOfWork,
    actor: Actor,
    code: str,
    area_id: UUID | None,
    draft: CallDraft,
    now: datetime,
    *,
    copied_from: UUID | None = None,
) -> Call:
    if not _CODE.fullmatch(code):
        raise Invalid("A code has capital letters, digits and hyphens.", "/code", code="call_code", value=code)
    if uow.calls.by_code(code) is not None:
        raise Conflict("this code is taken", code="call_code_taken", value=code)
    call = Call(
        id=new_id(),
        code=code,
        title=draft.title,
        summary=draft.summary,
        state=CallState.DRAFT,
        created_at=now,
        updated_at=now,
        source_code=OWN_SOURCE,
        source_key=code,
        kind=_kind(draft.kind),
        office=clean_text(draft.office, "/office", 200),
        area_id=area_id,
        definition=draft.definition,
        timeline=draft.timeline,
        draw_description=clean_text(draft.draw_description, "/draw_description", _LONGEST_DRAW, several_lines=True),
        created_by=actor.user_id,
        copied_from=copied_from,
    )
    uow.calls.add(call)
    return call


def _kind(value: str) -> CallKind:
    if value not in set(CallKind):
        raise Invalid("This is not one of the choices.", "/kind", code="unknown_value", value=value)
    return CallKind(value)


def _facts(call: Call) -> dict[str, object]:
    return {
        "code": call.code,
        "title": dict(call.title),
        "summary": dict(call.summary),
        "kind": str(call.kind),
        "office": call.office,
        "definition": definition_to_json(call.definition),
        "definition_sha256": sha256(definition_to_json(call.definition)),
        "timeline": {name: value for name, value in timeline_to_json(call.timeline).items() if value or name in ORDER},
        "draw_description": call.draw_description,
    }


def _at(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def _note(
    uow: UnitOfWork, actor: Actor, call: Call, action: str, now: datetime, details: dict[str, object] | None = None
) -> None:
    uow.calls.add_event(CallEvent(call.id, now, action, call.state, details=details or {}, user_id=actor.user_id))
