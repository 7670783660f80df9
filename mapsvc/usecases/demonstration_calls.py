"""Making the invented calls complete: rules, the frozen notice, applications, a committee with signed scores.

A call is completed once; a second run changes nothing.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from mapsvc.domain.application_drafts import GroupFacts
from mapsvc.domain.application_states import ApplicationState
from mapsvc.domain.applications import Application, TokenOf
from mapsvc.domain.calls import Call, CallEvent, freeze
from mapsvc.domain.canonical import canonical
from mapsvc.domain.collectives import Collective
from mapsvc.domain.committees import CommitteeMember
from mapsvc.domain.demonstrations import InventedApplication, InventedCall
from mapsvc.domain.ids import new_id, token_hash
from mapsvc.domain.people import OPERATOR
from mapsvc.domain.ports import UnitOfWork
from mapsvc.domain.projects import Project, shares_of
from mapsvc.domain.scores import Mark, ScoreSheet, signing_hash
from mapsvc.usecases.call_states import commitment
from mapsvc.usecases.scores import conclude

_SPREAD = (1, 0, -1)
"""How far each member's points lie from the mean, in turn."""
_REASON = "Invented for the demonstration."


def complete_calls(uow: UnitOfWork, calls: Sequence[InventedCall], token_of: TokenOf, now: datetime) -> int:
    """Complete the invented calls that were loaded; return how many were new."""
    done = 0
    with uow:
        for given in calls:
            call = uow.calls.by_code(given.code, lock=True)
            if call is None or not call.demonstration or call.frozen is not None:
                continue
            _complete(uow, call, given, token_of, now)
            done += 1
        uow.commit()
    return done


def _complete(uow: UnitOfWork, call: Call, given: InventedCall, token_of: TokenOf, now: datetime) -> None:
    seal = commitment(given.draw_description)
    written = replace(
        call,
        office=given.office,
        definition=given.definition,
        timeline=given.timeline,
        draw_description=given.draw_description,
        seed_commitment=seal,
        lottery_seed=given.lottery_seed,
        state="evaluation" if given.members else given.happened[-1][0],
    )
    frozen = freeze(written, uow.calls.lots(call.id), seal)
    digest = hashlib.sha256(frozen.encode()).hexdigest()
    written = replace(written, frozen=frozen, frozen_sha256=digest)
    uow.calls.update(written, now)
    written = replace(written, version=written.version + 1)
    for state, at in given.happened:
        details: dict[str, object] = {"sha256": digest} if state == "open" else {}
        uow.calls.add_event(CallEvent(call.id, at, "moved", state, details=details))
    if given.lottery_seed is not None:
        seed = given.lottery_seed
        details = {"seed": seed, "sha256": hashlib.sha256(seed.encode()).hexdigest()}
        state, at = given.happened[2]
        uow.calls.add_event(CallEvent(call.id, at + timedelta(days=5), "drawn", state, details=details))
    if given.members:
        members = _seat(uow, written, given, now)
        ids = _apply(uow, written, given, token_of, now)
        _score(uow, written, given, ids, members, now)
        uow.calls.update(replace(written, state=given.happened[-1][0]), now)
    uow.audit.add(OPERATOR, "loaded", "call", call.id, after={"code": call.code, "frozen_sha256": digest}, at=now)


def _seat(uow: UnitOfWork, call: Call, given: InventedCall, now: datetime) -> list[int]:
    found = []
    for index, email in enumerate(given.members):
        account = uow.people.by_email(email)
        if account is not None:
            uow.committees.add(CommitteeMember(call.id, account.id, index == 0, account.name, email), None, now)
            found.append(account.id)
    return found


def _apply(uow: UnitOfWork, call: Call, given: InventedCall, token_of: TokenOf, now: datetime) -> Mapping[str, UUID]:
    lots = {lot.number: lot.id for lot in uow.calls.lots(call.id)}
    ids: dict[str, UUID] = {}
    for index, one in enumerate(given.applications):
        collective = uow.collectives.by_slug(one.collective)
        if collective is None:
            continue
        application = _application(call, given, one, collective, lots, now - timedelta(days=60, hours=index))
        uow.applications.add(application, token_hash(token_of(application.id)))
        ids[one.code] = application.id
    return ids


def _application(
    call: Call,
    given: InventedCall,
    one: InventedApplication,
    collective: Collective,
    lots: Mapping[int, UUID],
    at: datetime,
) -> Application:
    project = Project(title=one.title, summary=one.summary, themes=shares_of(one.themes)).to_json()
    members = collective.members_count or 1
    facts = GroupFacts(
        name=collective.name,
        story=collective.story,
        form=collective.form,
        disciplines=collective.disciplines,
        members_count=members,
        members_under_30=members // 2,
        members_under_35=members - members // 4,
        legal_id="" if collective.form in ("individual", "informal_group") else "97800010012",
        seat=given.seat,
    ).to_json()
    needs = dict(collective.needs)
    content = canonical({"call": call.code, "facts": facts, "needs": needs, "project": project}).decode()
    digest = hashlib.sha256(content.encode()).hexdigest()
    return Application(
        id=new_id(),
        call_id=call.id,
        lang="it",
        created_at=at,
        updated_at=at,
        collective_id=collective.id,
        code=one.code,
        state=ApplicationState.ADMITTED if one.points else ApplicationState.INADMISSIBLE,
        lots=tuple(lots[number] for number in one.ranking),
        needs=needs,
        project=project,
        facts=facts,
        declarations=tuple(it.code for it in given.definition.declarations),
        content=content,
        receipt=f"DEMO-{one.code}",
        receipt_sha256=digest,
        submitted_at=at,
        decision_reason=one.refusal or None,
        decision_norm=one.norm or None,
        decided_at=at + timedelta(days=20),
    )


def _score(
    uow: UnitOfWork,
    call: Call,
    given: InventedCall,
    ids: Mapping[str, UUID],
    members: Sequence[int],
    now: datetime,
) -> None:
    most = {criterion.code: criterion.max_points for criterion in given.definition.criteria}
    signed_at = now.replace(microsecond=0) - timedelta(days=2)
    for one in given.applications:
        if not one.points or one.code not in ids:
            continue
        for index, user_id in enumerate(members):
            marks = {
                code: Mark(max(0, min(most[code], points + _SPREAD[(index + turn) % len(_SPREAD)])), _REASON)
                for turn, (code, points) in enumerate(one.points.items())
            }
            seal = signing_hash(call.code, one.code, user_id, marks, signed_at)
            uow.scores.save(ScoreSheet(ids[one.code], user_id, marks, signed_at, signed_at, seal))
    conclude(uow, OPERATOR, call, now)
