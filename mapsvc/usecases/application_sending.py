"""Sending an application, withdrawing it, and answering what the office asks to be completed.

Sending freezes what the group wrote: it is copied into the fields that the office, the committee and the matching read,
and its canonical JSON is kept with its hash, which is the receipt.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from mapsvc.domain.application_drafts import ApplicationDraft, GroupFacts
from mapsvc.domain.application_states import WITHDRAWABLE, ApplicationState, By, check_move
from mapsvc.domain.applications import Application, ApplicationDocument, IntegrationRequest
from mapsvc.domain.calls import Call, Lot
from mapsvc.domain.canonical import canonical, sha256
from mapsvc.domain.collectives import CollectiveDraft, CollectiveState
from mapsvc.domain.errors import Conflict, Invalid, NotFound, Stale
from mapsvc.domain.people import SYSTEM, Actor
from mapsvc.domain.ports import UnitOfWork
from mapsvc.domain.texts import clean_text
from mapsvc.usecases.application_mail import tell
from mapsvc.usecases.applications import Opened, check_lots, check_writable, locked, shown
from mapsvc.usecases.collectives import add_collective, change_collective
from mapsvc.usecases.scores import conclude_when_signed

LONGEST_ANSWER = 4_000
FORMAT = "mapsvc.application/1"
#: Signs of a receipt that nobody confuses when reading it aloud.
_SIGNS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
#: After the final list a group declines its offer instead (domain.md 2.5).
_TOO_LATE_TO_WITHDRAW = frozenset({"final", "contracting", "concluded"})
_FIRST_CODES = 9_000


@dataclass(frozen=True, slots=True)
class Receipt:
    """What somebody gets for a sent application: number, time, and the SHA-256 of its canonical content."""

    number: str
    at: datetime
    sha256: str
    code: str
    again: bool


@dataclass(frozen=True, slots=True)
class Completion:
    """A group's answer to a request: words, and facts or declarations that were not stated before."""

    text: str
    declarations: tuple[str, ...] = ()
    legal_id: str = ""
    members_count: int | None = None
    members_under_30: int | None = None
    members_under_35: int | None = None


def content_of(call: Call, lots: Sequence[Lot], draft: ApplicationDraft,
               documents: Sequence[ApplicationDocument]) -> dict[str, object]:  # fmt: skip
    """Return what a submission consists of, as JSON whose canonical form is hashed; lots by their numbers."""
    number = {lot.id: lot.number for lot in lots}
    return {
        "format": FORMAT,
        "call": call.code,
        "call_sha256": call.frozen_sha256,
        "group": draft.group.to_json(),
        "needs": dict(draft.needs),
        "project": draft.project.to_json(),
        "lots": [number[one] for one in draft.lots if one in number],
        "accepts_other_lots": draft.accepts_other_lots,
        "accepts_upgrade": draft.accepts_upgrade,
        "declarations": sorted(draft.declarations),
        "documents": sorted(
            ({"kind": one.kind, "name": one.name, "bytes": one.bytes, "sha256": one.sha256} for one in documents),
            key=lambda one: (str(one["kind"]), str(one["sha256"]), str(one["name"])),
        ),
    }


def has_unsent(seen: Opened) -> bool:
    """Tell whether the group changed something since it sent its application."""
    if seen.application.content is None or not seen.writable:
        return False
    now = content_of(seen.call, seen.lots, seen.draft, seen.package)
    return canonical(now).decode() != seen.application.content or bool(seen.draft.typed)


def send(uow: UnitOfWork, actor: Actor, key: str, now: datetime) -> Receipt:
    """Send an application, or send it again with its changes; return the receipt. The last one before the close counts.

    Raises NotFound, Conflict when the call is closed or the group applies already, and Invalid (`incomplete`) with a
    pointer to the first thing that is missing. Sending the same again returns the receipt that there is.
    """
    with uow:
        application, call = locked(uow, actor, key)
        check_writable(application, call, now)
        state = check_move(application.state, ApplicationState.SUBMITTED, By.GROUP)
        seen = shown(uow, application, call, now)
        _check_complete(seen)
        check_lots(uow, call, seen.draft)
        content = content_of(call, seen.lots, seen.draft, seen.package)
        text = canonical(content).decode()
        if application.content == text and application.receipt and application.submitted_at:
            return _receipt(application, again=True)
        again = application.receipt is not None
        sent = _frozen(uow, actor, replace(application, state=state), seen, now)
        sent = replace(
            sent,
            code=application.code or _new_code(uow.applications.codes(call.id)),
            content=text,
            receipt=_new_receipt(),
            receipt_sha256=sha256(content),
            submitted_at=now,
        )
        _write(uow, sent, now)
        kept = {one.id for one in seen.package}
        uow.applications.send_documents(kept, now)
        uow.applications.remove_documents({one.id for one in seen.documents} - kept, now)
        tell(uow, sent, "application_received", _told(call, sent), now)
        uow.audit.add(
            actor, "application_sent", "application", sent.id, before={"state": application.state},
            after={"state": sent.state, "receipt": sent.receipt, "receipt_sha256": sent.receipt_sha256}, at=now,
        )  # fmt: skip
        uow.commit()
    return _receipt(sent, again=again)


def _check_complete(seen: Opened) -> None:
    missing = seen.missing()
    if missing:
        step, names = next(iter(missing.items()))
        raise Invalid("something is still missing", f"/{step.value}/{names[0]}", code="incomplete")


def _frozen(uow: UnitOfWork, actor: Actor, application: Application, seen: Opened, now: datetime) -> Application:
    """Return the application with the group's draft in the fields that others read, and its collective."""
    draft = seen.draft
    return replace(
        application,
        collective_id=_collective(uow, actor, application, seen, now),
        needs=draft.needs,
        project=draft.project.to_json(),
        facts=draft.group.to_json(),
        lots=draft.lots,
        declarations=draft.declarations,
        accepts_other_lots=draft.accepts_other_lots,
        accepts_upgrade=draft.accepts_upgrade,
    )


def _collective(uow: UnitOfWork, actor: Actor, application: Application, seen: Opened, now: datetime) -> UUID:
    """Return the collective that applies; a group that has no record yet gets one that only it and the office see.

    A record that came from this application follows it; the profile of a collective that was there before is its own.
    """
    draft, stored = seen.draft, seen.collective
    profile = CollectiveDraft(
        name=draft.group.name,
        story=draft.group.story,
        form=draft.group.form,
        disciplines=draft.group.disciplines,
        members_count=draft.group.members_count,
        needs=draft.needs,
        members_under_30=draft.group.members_under_30,
        members_under_35=draft.group.members_under_35,
        legal_id=draft.group.legal_id,
    )
    if stored is None:
        return add_collective(uow, actor, profile, application.lang, now, on_behalf=application.on_behalf).id
    came_later = stored.created_at is not None and stored.created_at >= application.created_at
    if stored.state == CollectiveState.DRAFT and came_later:
        change_collective(uow, actor, stored, profile, now)
    return stored.id


def _write(uow: UnitOfWork, application: Application, now: datetime) -> None:
    if not uow.applications.update(application, now):
        raise Stale("somebody else changed it first", code="stale", version=application.version)


def _new_code(taken: set[str]) -> str:
    """Return a free pseudonym that says nothing about the order of arrival; the call is locked."""
    digits = 4 if len(taken) < _FIRST_CODES else 6
    while True:
        code = f"APP-{secrets.randbelow(10**digits):0{digits}d}"
        if code not in taken:
            return code


def _new_receipt() -> str:
    signs = [secrets.choice(_SIGNS) for _place in range(8)]
    return f"R-{''.join(signs[:4])}-{''.join(signs[4:])}"


def _told(call: Call, sent: Application) -> dict[str, object]:
    deadline = call.closes_at
    return {
        "call": dict(call.title),
        "code": sent.code,
        "receipt": sent.receipt,
        "at": sent.submitted_at.isoformat() if sent.submitted_at else "",
        "sha256": sent.receipt_sha256,
        "closes_at": deadline.isoformat() if deadline else "",
        "zone": call.timeline.zone,
    }


def _receipt(application: Application, *, again: bool) -> Receipt:
    if application.receipt is None or application.submitted_at is None:
        raise NotFound("there is no receipt")
    return Receipt(
        application.receipt,
        application.submitted_at,
        application.receipt_sha256 or "",
        application.code or "",
        again,
    )


def withdraw(uow: UnitOfWork, actor: Actor, key: str, now: datetime) -> Application:
    """Take an application back; doing it twice changes nothing. What was sent before keeps its receipt.

    Raises NotFound, and Conflict once the final list stands: then an offer is declined instead.
    """
    with uow:
        application, call = locked(uow, actor, key)
        if application.state == ApplicationState.WITHDRAWN:
            return application
        if application.state not in WITHDRAWABLE or call.state in _TOO_LATE_TO_WITHDRAW:
            raise Conflict("it is too late to withdraw", code="withdraw_late")
        state = check_move(application.state, ApplicationState.WITHDRAWN, By.GROUP)
        taken = replace(application, state=state)
        _write(uow, taken, now)
        if application.sent:
            tell(uow, taken, "application_withdrawn", {"call": dict(call.title), "code": application.code}, now)
        uow.audit.add(
            actor, "application_withdrawn", "application", application.id, before={"state": application.state},
            after={"state": state}, at=now,
        )  # fmt: skip
        # It may have been the last one that the committee had not signed.
        conclude_when_signed(uow, SYSTEM, call, now)
        uow.commit()
    return taken


def open_request(requests: Sequence[IntegrationRequest], today: date) -> IntegrationRequest:
    """Return the request that waits for an answer; raise Conflict where there is none or its last day is over."""
    request = next((one for one in requests if one.answered_at is None), None)
    if request is None:
        raise Conflict("nothing was asked", code="no_request")
    if today > request.due_on:
        raise Conflict("the time to answer is over", code="request_over")
    return request


def answer(uow: UnitOfWork, actor: Actor, key: str, completion: Completion, now: datetime) -> Application:
    """Answer the open request: words, the documents added since, and what was not stated before.

    What was stated already stays as it was sent. Raises NotFound, Conflict where nothing is asked or the time is over,
    and Invalid without any answer.
    """
    text = clean_text(completion.text, "/text", LONGEST_ANSWER, several_lines=True)
    with uow:
        application, call = locked(uow, actor, key)
        request = open_request(uow.applications.requests(application.id), now.date())
        state = check_move(application.state, ApplicationState.SUBMITTED, By.GROUP)
        fresh = [one for one in uow.applications.documents(application.id) if one.sent_at is None]
        if not text and not fresh:
            raise Invalid("an answer is needed", "/text", code="required")
        asked = {one.code for one in call.definition.declarations}
        declared = tuple(dict.fromkeys((*application.declarations, *completion.declarations)))
        if not set(declared) <= asked:
            raise Invalid("the call asks for no such declaration", "/declarations", code="unknown_value")
        facts = _completed(application.facts, completion)
        answered = replace(application, state=state, declarations=declared, facts=facts)
        _write(uow, answered, now)
        uow.applications.send_documents([one.id for one in fresh], now)
        uow.applications.answer_request(request.id, text, now)
        after = {"state": state, "request_id": str(request.id), "documents": len(fresh)}
        uow.audit.add(actor, "application_completed", "application", application.id, after=after, at=now)
        uow.commit()
    return answered


def _completed(facts: Mapping[str, object], completion: Completion) -> dict[str, object]:
    """Return the facts with what was missing; nothing that was sent is replaced."""
    names = ("legal_id", "members_count", "members_under_30", "members_under_35")
    added = {name: value for name in names if (value := getattr(completion, name)) not in ("", None)}
    return GroupFacts.from_json({**added, **facts}, "").to_json()
