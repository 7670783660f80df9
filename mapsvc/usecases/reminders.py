"""Reminding whoever marked a place that it needs a look, and taking the one answer that the mail's link is good for."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime

from mapsvc.domain.errors import Conflict, NotFound
from mapsvc.domain.ids import new_token, token_hash
from mapsvc.domain.ports import PhotoFiles, UnitOfWork
from mapsvc.domain.reminders import LINK_LIFE
from mapsvc.domain.reports import FollowedReport
from mapsvc.usecases.observations import Answer
from mapsvc.usecases.reports import add_answer, follow, open_report

#: Reminders of one transaction, and of one run of the job: the mail server of a small city is not flooded.
BATCH, MOST_OF_A_RUN = 25, 200


def remind(begin: Callable[[], AbstractContextManager[UnitOfWork]], now: datetime) -> dict[str, int]:
    """Queue a mail for each place whose check is due; return how many.

    The note that somebody was reminded, the link and the mail are one transaction: a worker that dies leaves none of
    them, and a second worker finds the places locked or noted.
    """
    reminded = 0
    while reminded < MOST_OF_A_RUN:
        with begin() as uow:
            due = uow.reminders.take_due(now, BATCH)
            noted = [one for one in due if uow.reminders.note(one, now)]
            for one in noted:
                token = new_token()
                uow.reminders.add_link(token_hash(token), one, min(now + LINK_LIFE, one.link_expires_at))
                params = {
                    "token": token,
                    "place": one.name,
                    "area": one.area_name,
                    "status": one.status,
                    "confirmed": one.last_confirmed_on.isoformat() if one.last_confirmed_on else "",
                }
                uow.outbox.add(one.email, "reminder", one.lang, params, now)
            uow.commit()
        reminded += len(noted)
        if len(due) < BATCH or not noted:
            break
    return {"reminded": reminded}


def find(uow: UnitOfWork, token: str, now: datetime) -> tuple[FollowedReport, bool]:
    """Return the report that a reminder asks about, and whether its answer was given.

    Raises NotFound for a token that is no reminder's, with code `expired` when its time is over.
    """
    with uow:
        link = uow.reminders.link(token_hash(token))
    if link is None:
        raise NotFound("there is no such link")
    return follow(uow, token, now), link.used_at is not None


def answer(uow: UnitOfWork, files: PhotoFiles, token: str, said: Answer, now: datetime) -> FollowedReport:
    """Take the answer of a reminder, once; it replaces what its reporter said before, as their own private page does.

    Raises NotFound for an unknown link or one whose time is over, Conflict when the place is closed or the answer was
    given.
    """
    hashed = token_hash(token)
    with uow:
        link = uow.reminders.link(hashed)
        if link is None:
            raise NotFound("there is no such link")
        report, space = open_report(uow, token, now)
        if link.used_at is not None:
            raise Conflict("this link was used", code="link_used")
        add_answer(uow, files, report, space, said, now)
        uow.reminders.use(hashed, now)
        uow.commit()
    return report
