"""What has served its time is deleted or made coarser, as the privacy notice promises."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Protocol

DEVICE_POINT_DAYS = 30
"""After this many days the position of a reporter's device is only kept to about a kilometre (safety.md, privacy)."""
IDEMPOTENCY_DAYS = 7
"""A phone that was offline for a week may still send twice without harm."""
PREVIEW_DAYS = 7
"""An import preview nobody decided on for a week is out of date."""
RUN_DAYS = 3
"""Runs of jobs are kept for some days, to see what a job did lately; a mail run every half minute makes 9,000 rows."""
MAIL_DAYS = 7
"""Sent mails are kept for a week without their content, to answer whether one left."""


class Upkeep(Protocol):
    """Deletions by date; each returns how many rows it touched."""

    def round_device_points(self, before: datetime) -> int:
        """Round the device positions of observations sent before this instant."""
        ...

    def delete_idempotency_keys(self, before: datetime) -> int:
        """Delete the keys made before this instant."""
        ...

    def delete_expired(self, now: datetime) -> int:
        """Delete private links, invitations and rate counters whose time is over, and contacts nothing refers to."""
        ...

    def delete_previews(self, before: datetime) -> int:
        """Delete import previews made before this instant that were not applied."""
        ...

    def delete_runs(self, before: datetime) -> int:
        """Delete finished runs of jobs from before this instant."""
        ...

    def delete_mails(self, before: datetime) -> int:
        """Delete mails sent before this instant."""
        ...


class UpkeepTransaction(Protocol):
    """A transaction with these deletions on it."""

    @property
    def upkeep(self) -> Upkeep:
        """The deletions."""
        ...

    def commit(self) -> None:
        """Make them lasting."""
        ...


def tidy(begin: Callable[[], AbstractContextManager[UpkeepTransaction]], now: datetime) -> dict[str, int]:
    """Delete and round what has served its time; return the numbers by kind."""

    def days_ago(days: int) -> datetime:
        return now - timedelta(days=days)

    with begin() as uow:
        counts = {
            "device_points": uow.upkeep.round_device_points(days_ago(DEVICE_POINT_DAYS)),
            "idempotency_keys": uow.upkeep.delete_idempotency_keys(days_ago(IDEMPOTENCY_DAYS)),
            "expired": uow.upkeep.delete_expired(now),
            "previews": uow.upkeep.delete_previews(days_ago(PREVIEW_DAYS)),
            "runs": uow.upkeep.delete_runs(days_ago(RUN_DAYS)),
            "mails": uow.upkeep.delete_mails(days_ago(MAIL_DAYS)),
        }
        uow.commit()
    return counts
