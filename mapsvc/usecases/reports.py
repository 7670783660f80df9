"""What a reporter can do with the private link, without an account: look, answer again, correct, withdraw."""

from dataclasses import replace
from datetime import datetime

from mapsvc.domain.errors import Conflict, NotFound
from mapsvc.domain.ids import token_hash
from mapsvc.domain.people import Actor
from mapsvc.domain.ports import PhotoFiles, UnitOfWork
from mapsvc.domain.reports import FollowedReport
from mapsvc.domain.spaces import RecordState, Space
from mapsvc.domain.texts import clean_text
from mapsvc.usecases.evidence import refresh
from mapsvc.usecases.observations import LONGEST_NOTE, Answer, digest, store_observation

#: The reason of a record that its own reporter took back, beside those of `domain.moderation`.
WITHDRAWN = "withdrawn"


def follow(uow: UnitOfWork, token: str, now: datetime) -> FollowedReport:
    """Return the report of a private link; raise NotFound, with code `expired` when its time is over."""
    with uow:
        return followed(uow, token, now)


def followed(uow: UnitOfWork, token: str, now: datetime) -> FollowedReport:
    """Return the report of a private link inside the caller's transaction; raise NotFound as `follow` does."""
    report = uow.reports.get(token_hash(token))
    if report is None:
        raise NotFound("there is no such link")
    if report.expires_at <= now:
        raise NotFound("the time of this link is over", code="expired")
    return report


def open_report(uow: UnitOfWork, token: str, now: datetime) -> tuple[FollowedReport, Space]:
    """Return a report that can still be changed, its space locked."""
    report, space = _locked(uow, token, now)
    if space is None or not report.is_open:
        raise Conflict("this report is closed", code="wrong_state")
    return report, space


def _locked(uow: UnitOfWork, token: str, now: datetime) -> tuple[FollowedReport, Space | None]:
    """Return a report and its space, read under the space's lock.

    Somebody may have decided, or joined the space with another one, between reading and locking; then the link leads to
    that other one by now.
    """
    report = followed(uow, token, now)
    while True:
        space = uow.spaces.get(report.space_id, lock=True)
        report = followed(uow, token, now)
        if space is None or space.id == report.space_id:
            return report, space


def as_reporter(report: FollowedReport) -> Actor:
    """Return the one who sent the report, so that a second answer replaces the first instead of adding a vote."""
    return Actor(
        user_id=report.user_id, device=report.reporter.removeprefix("device:"), network=report.cluster_key or ""
    )


def answer_again(uow: UnitOfWork, files: PhotoFiles, token: str, answer: Answer, now: datetime) -> FollowedReport:
    """Add what the reporter sees now; the same key is stored once.

    Raises NotFound for an unknown link, Conflict when the report is closed or the key was used for something else.
    """
    with uow:
        report, space = open_report(uow, token, now)
        body = digest(f"{report.observation_id}|{answer.claim}")
        if uow.idempotency.claim(answer.key, "report_answer", body, now) is None:
            add_answer(uow, files, report, space, answer, now)
            uow.commit()
        return followed(uow, token, now)


def add_answer(
    uow: UnitOfWork, files: PhotoFiles, report: FollowedReport, space: Space, answer: Answer, now: datetime
) -> None:
    """Add what the reporter sees now, inside the caller's transaction."""
    actor = as_reporter(report)
    store_observation(uow, files, actor, space, answer, now)
    evidence = refresh(uow, space.id, now.date())
    told = {"claim": answer.claim, "status": evidence.status_on(now.date())}
    uow.audit.add(actor, "observed", "space", space.id, after=told, at=now)


def correct_note(uow: UnitOfWork, token: str, note: str, now: datetime) -> FollowedReport:
    """Replace the note of the report; the new one waits for a look. Raises NotFound, Conflict, and Invalid."""
    note = clean_text(note, "/note", LONGEST_NOTE, several_lines=True)
    with uow:
        report, space = open_report(uow, token, now)
        if note != (report.note or ""):
            uow.reports.correct_note(report.observation_id, note or None, now)
            uow.audit.add(as_reporter(report), "note_corrected", "space", space.id, at=now)
            uow.commit()
        return followed(uow, token, now)


def withdraw(uow: UnitOfWork, token: str, now: datetime) -> FollowedReport:
    """Take the report back; a place that waits for a look and that nobody else saw goes with it.

    Doing it twice changes nothing. Raises NotFound for an unknown link.
    """
    with uow:
        report, space = _locked(uow, token, now)
        if space is None or report.withdrawn:
            return report
        actor = as_reporter(report)
        # After a joining of records the answers lie with another one, which nobody may conclude at the same time.
        uow.spaces.get(report.counted_for, lock=True)
        uow.reports.take_back(report)
        refresh(uow, report.counted_for, now.date())
        states: dict[str, dict[str, object]] = {"after": {"observation_id": str(report.observation_id)}}
        if space.record_state == RecordState.SUBMITTED and not uow.observations.counted(space.id):
            taken = replace(space, record_state=RecordState.REJECTED, state_reason=WITHDRAWN, updated_at=now)
            uow.spaces.update(taken)
            states["before"] = {"state": space.record_state}
            states["after"]["state"] = taken.record_state
        uow.audit.add(actor, "observation_withdrawn", "space", space.id, **states, reason=WITHDRAWN, at=now)
        uow.commit()
        return followed(uow, token, now)
