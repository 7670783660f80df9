"""Appeals against refusing and hiding: asked for by the private page, decided at the desk by another moderator."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID

from mapsvc.domain.appeals import Appeal, check_appeal, check_other_person
from mapsvc.domain.errors import Conflict, Invalid, NotFound
from mapsvc.domain.ids import new_id
from mapsvc.domain.moderation import StateChange, check_change
from mapsvc.domain.people import Action, Actor, require
from mapsvc.domain.ports import UnitOfWork
from mapsvc.domain.reports import FollowedReport
from mapsvc.domain.rulings import Ruling, Subject
from mapsvc.domain.screening import redact
from mapsvc.domain.spaces import RecordState, Space
from mapsvc.domain.texts import clean_text
from mapsvc.usecases.evidence import refresh
from mapsvc.usecases.reports import as_reporter, followed
from mapsvc.usecases.rulings import fresh_link, place_for

LONGEST_TEXT = 2000


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision about a report or a part of it, with the appeal against it; `open` while one can be sent."""

    ruling: Ruling
    appeal: Appeal | None
    open: bool


def decisions_on(uow: UnitOfWork, report: FollowedReport, now: datetime) -> Sequence[Decided]:
    """Return the decisions that stand about a report, its text and its photo, the latest first."""
    with uow:
        return [_decided(uow, ruling, report, now) for ruling in uow.rulings.newest(_records(report))]


def _records(report: FollowedReport) -> list[UUID]:
    photo = [report.photo_id] if report.photo_id is not None else []
    return [report.space_id, report.observation_id, *photo]


def _decided(uow: UnitOfWork, ruling: Ruling, report: FollowedReport, now: datetime) -> Decided:
    appeal = uow.appeals.of_ruling(ruling.id)
    possible = ruling.appealable and appeal is None and now <= ruling.appeal_until and not report.withdrawn
    return Decided(ruling, appeal, possible)


def appeal(uow: UnitOfWork, token: str, ruling_id: UUID, text: str, now: datetime) -> Appeal:
    """Ask by a private link to have a decision about one's own report looked at again, once and within 30 days.

    Raises NotFound for an unknown link or a decision about something else, Invalid for an empty text, Conflict when the
    time is over, when the decision does not stand any more, and when somebody appealed before.
    """
    words = clean_text(text, "/text", LONGEST_TEXT, several_lines=True)
    if not words:
        raise Invalid("say what is wrong with the decision", "/text", code="required")
    with uow:
        report = followed(uow, token, now)
        # Nobody decides about the place while it is asked what stands.
        uow.spaces.get(report.space_id, lock=True)
        ruling = uow.rulings.get(ruling_id)
        if ruling is None or ruling.record_id not in _records(report) or report.withdrawn:
            raise NotFound("there is no such decision")
        check_appeal(ruling, _standing(uow, ruling), uow.appeals.of_ruling(ruling.id), now)
        asked = Appeal(new_id(), ruling.id, report.space_id, report.observation_id, words, now)
        uow.appeals.add(asked)
        uow.audit.add(as_reporter(report), "appealed", "space", report.space_id, after=_about(ruling), at=now)
        uow.commit()
    return asked


def decide_appeal(uow: UnitOfWork, actor: Actor, appeal_id: UUID, uphold: bool, answer: str, now: datetime) -> Space:
    """Grant an appeal, so that the record goes back to where it was, or refuse it with an answer; mail either.

    Raises NotFound, Forbidden (also for whoever took the decision), Invalid for a refusal without an answer, Conflict
    when it was decided already or the record changed since.
    """
    words = clean_text(answer, "/answer", LONGEST_TEXT, several_lines=True)
    if not uphold and not words:
        raise Invalid("a reason is needed", "/answer", code="reason_required")
    with uow:
        asked, ruling, space = _open(uow, actor, appeal_id)
        if uphold:
            _take_back(uow, actor, ruling, space, asked, now)
        state = "upheld" if uphold else "refused"
        closed = replace(asked, state=state, answer=words or None, decided_by=actor.user_id, decided_at=now)
        uow.appeals.close(closed)
        uow.audit.add(actor, f"appeal_{state}", "space", space.id, after=_about(ruling), reason=words or None, at=now)
        _answer(uow, space, closed, ruling, now)
        uow.commit()
    return space


def _open(uow: UnitOfWork, actor: Actor, appeal_id: UUID) -> tuple[Appeal, Ruling, Space]:
    """Return a locked appeal that waits, its decision and its locked space, for an actor who may decide about it."""
    seen = uow.appeals.get(appeal_id)
    space = uow.spaces.get(seen.space_id, lock=True) if seen is not None else None
    asked = uow.appeals.get(appeal_id, lock=True)
    ruling = uow.rulings.get(asked.ruling_id) if asked is not None else None
    if asked is None or ruling is None or space is None:
        raise NotFound("there is no such appeal")
    require(actor, Action.MODERATE, uow.areas.path(space.area_id))
    check_other_person(ruling, actor.user_id)
    if asked.state != "open":
        raise Conflict("this appeal was decided already", code="decided_before")
    return asked, ruling, space


def _standing(uow: UnitOfWork, ruling: Ruling) -> Ruling:
    """Return the newest decision about what a decision was about."""
    return next(one for one in uow.rulings.newest([ruling.record_id]) if one.subject is ruling.subject)


def _take_back(uow: UnitOfWork, actor: Actor, ruling: Ruling, space: Space, asked: Appeal, now: datetime) -> None:
    """Undo the decision: a refused place waits again, a hidden one, a text or a photo is shown, an answer counts."""
    if _standing(uow, ruling).id != ruling.id:
        raise Conflict("the record was decided again since", code="state")
    if ruling.subject is Subject.NOTE:
        text = uow.observations.refused_note(ruling.record_id)
        if text is None:
            raise Conflict("the text was taken back or changed", code="state")
        uow.observations.settle_note(ruling.record_id, "published", redact(text), now)
    elif ruling.subject is Subject.ANSWER:
        if uow.observations.state_of(ruling.record_id) != "rejected":
            raise Conflict("the answer was taken back", code="state")
        uow.holds.decide([ruling.record_id], "counted", None, now)
        refresh(uow, space.id, now.date())
    elif ruling.subject is Subject.PHOTO:
        photo = uow.photos.get(ruling.record_id, lock=True)
        sender = photo.observation_id if photo is not None else None
        kept = sender is None or uow.observations.state_of(sender) != "withdrawn"
        if photo is None or photo.state != "rejected" or not kept:
            raise Conflict("the photo was taken back", code="state")
        uow.observations.settle_photo(photo.id, "published", None, now)
    else:
        _move_back(uow, actor, ruling, space, asked, now)


def _move_back(uow: UnitOfWork, actor: Actor, ruling: Ruling, space: Space, asked: Appeal, now: datetime) -> None:
    before = RecordState(space.record_state)
    after = {"reject": RecordState.SUBMITTED, "hide": RecordState.PUBLISHED}[ruling.verdict.value]
    check_change(
        StateChange(
            before=before,
            after=after,
            roles=[grant.role.value for grant in actor.grants],
            # The time for an appeal was kept when it was sent; the answer may take longer.
            today=asked.created_at.astimezone(UTC).date(),
            decided_on=ruling.decided_at.astimezone(UTC).date(),
        )
    )
    if after is RecordState.SUBMITTED:
        uow.observations.wait_again(space.id)
    uow.spaces.update(replace(space, record_state=after, state_reason=None, updated_at=now))
    uow.audit.add(
        actor, "decision_taken_back", "space", space.id, before={"state": before}, after={"state": after}, at=now
    )


def _answer(uow: UnitOfWork, space: Space, closed: Appeal, ruling: Ruling, now: datetime) -> None:
    """Queue the mail with the answer to whoever appealed, if they left an address."""
    for recipient in uow.follow_links.recipients(space.id, now, closed.observation_id):
        params = {
            "token": fresh_link(uow, recipient, now),
            "place": place_for(uow, space, recipient),
            "subject": ruling.subject.value,
            "upheld": closed.state == "upheld",
            "answer": closed.answer or "",
        }
        uow.outbox.add(recipient.email, "appeal_decided", recipient.lang, params, now)


def _about(ruling: Ruling) -> dict[str, object]:
    return {"subject": ruling.subject.value, "verdict": ruling.verdict.value, "ruling": str(ruling.id)}
