"""Keeping what was decided and telling whoever sent it: what, why, what is kept, and where one can appeal.

Changing the record itself is the affair of the use case that calls; all of it is one transaction.
"""

from datetime import datetime, timedelta
from uuid import UUID

from mapsvc.domain.ids import new_id, new_token, token_hash
from mapsvc.domain.people import Actor
from mapsvc.domain.ports import UnitOfWork
from mapsvc.domain.publication import Precision
from mapsvc.domain.rulings import APPEAL_DAYS, Recipient, Ruling, Subject, Verdict
from mapsvc.domain.spaces import RecordState, Space
from mapsvc.usecases.follow_links import mailed_name

_NEVER_SHOWN = (RecordState.SUBMITTED, RecordState.REJECTED)


def pronounce(uow: UnitOfWork, actor: Actor, space: Space, verdict: str, reason: str | None, now: datetime) -> Ruling:
    """Keep a decision about a place and queue a mail to everybody who left an address with a report of it."""
    ruling = keep(uow, actor, space, Subject.SPACE, space.id, verdict, reason, now)
    tell(uow, space, ruling, Subject.SPACE.value, None, now)
    return ruling


def pronounce_on_part(
    uow: UnitOfWork, actor: Actor, space: Space, parts: list[tuple[Subject, UUID]], observation_id: UUID | None,
    verdict: str, reason: str | None, now: datetime,
) -> None:  # fmt: skip
    """Keep decisions about the text and the photo of one observation; its sender gets one mail about both."""
    rulings = [keep(uow, actor, space, subject, record_id, verdict, reason, now) for subject, record_id in parts]
    if rulings and observation_id is not None:
        subject = rulings[0].subject.value if len(rulings) == 1 else "both"
        tell(uow, space, rulings[0], subject, observation_id, now)


def keep(
    uow: UnitOfWork, actor: Actor, space: Space, subject: Subject, record_id: UUID, verdict: str,
    reason: str | None, now: datetime,
) -> Ruling:  # fmt: skip
    """Keep a decision without telling anybody yet."""
    ruling = Ruling(new_id(), space.id, subject, record_id, Verdict(verdict), reason or None, actor.user_id, now)
    uow.rulings.add(ruling)
    return ruling


def tell(
    uow: UnitOfWork, space: Space, ruling: Ruling, subject: str, observation_id: UUID | None, now: datetime
) -> None:
    """Queue the mail about a decision; each carries a link of its own, since only hashes of earlier ones are kept."""
    for recipient in uow.follow_links.recipients(space.id, now, observation_id):
        params = {
            "token": fresh_link(uow, recipient, now),
            "place": place_for(uow, space, recipient),
            "subject": subject,
            "verdict": ruling.verdict.value,
            "reason": ruling.reason or "",
            "appeal": ruling.appealable,
        }
        uow.outbox.add(recipient.email, "ruling", recipient.lang, params, now)


def fresh_link(uow: UnitOfWork, recipient: Recipient, now: datetime) -> str:
    """Return the token of a new private link to the same report; it holds at least as long as an appeal is taken."""
    token = new_token()
    uow.follow_links.renew(token_hash(token), recipient, now + timedelta(days=APPEAL_DAYS + 1))
    return token


def place_for(uow: UnitOfWork, space: Space, recipient: Recipient) -> str:
    """Return what a mail may call the place: its name for whoever marked it, else as coarse as the public sees it."""
    if recipient.marked_it or space.publication_precision == Precision.EXACT:
        # Nobody agreed to the address of a place that was never shown.
        return mailed_name(uow, space) if space.record_state in _NEVER_SHOWN else space.name
    return uow.areas.name(space.area_id)
