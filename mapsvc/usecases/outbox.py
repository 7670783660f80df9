"""Mail that waits is sent here, after the transactions that asked for it have been committed."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, Protocol

from mapsvc.domain.reminders import DueReminder

BATCH = 20
"""Mails of one transaction: few enough that a crash between sending and noting repeats little."""

Deliver = Callable[[str, str, str, Mapping[str, object]], None]
"""Sends one mail: recipient, template, language, values; raises when it cannot."""


class WaitingMail(Protocol):
    """The outbox as the sender sees it."""

    def take(self, limit: int) -> Sequence[dict[str, Any]]:
        """Return waiting mails, locked against other senders."""
        ...

    def sent(self, mail_id: int, at: datetime) -> None:
        """Note that a mail has left."""
        ...

    def failed(self, mail_id: int, error: str) -> None:
        """Note a failed attempt."""
        ...


class HeldMail(Protocol):
    """The outbox as the operator sees it after a restore."""

    def hold(self) -> int:
        """Hold everything that waits; return how many mails that are."""
        ...

    def waiting(self) -> Sequence[dict[str, Any]]:
        """Return the mails that wait, the oldest first, without what they carry."""
        ...

    def release(self, mail_ids: Sequence[int] | None) -> int:
        """Let held mails leave: those named, or with None all of them; return how many."""
        ...

    def drop(self, mail_ids: Sequence[int] | None) -> int:
        """Delete held mails: those named, or with None all of them; return how many."""
        ...


class ToldNews(Protocol):
    """Subscriptions as the operator sees them after a restore."""

    def begin_anew(self) -> int:
        """Tell subscribers only what happens from now on; return how many there are."""
        ...


class NotedReminders(Protocol):
    """Reminders as the operator sees them after a restore."""

    def take_due(self, now: datetime, limit: int) -> Sequence[DueReminder]:
        """Return what is due, the longest first, the places locked against other workers."""
        ...

    def note(self, reminder: DueReminder, at: datetime) -> bool:
        """Note a reminder; tell whether it is the first for this place, address and day."""
        ...


class HeldMailTransaction(AbstractContextManager["HeldMailTransaction"], Protocol):
    """A transaction with the outbox on it, for the operator."""

    @property
    def outbox(self) -> HeldMail:
        """The outbox."""
        ...

    @property
    def subscriptions(self) -> ToldNews:
        """The subscriptions."""
        ...

    @property
    def reminders(self) -> NotedReminders:
        """The reminders."""
        ...

    def commit(self) -> None:
        """Make what was done lasting."""
        ...


class MailTransaction(Protocol):
    """A transaction with the outbox on it."""

    @property
    def outbox(self) -> WaitingMail:
        """The outbox."""
        ...

    def commit(self) -> None:
        """Make what was noted lasting."""
        ...


def send_waiting(
    begin: Callable[[], AbstractContextManager[MailTransaction]], deliver: Deliver, now: datetime
) -> dict[str, int]:
    """Send one batch of waiting mails and return how many were sent and how many failed."""
    counts = {"sent": 0, "failed": 0}
    with begin() as uow:
        for mail in uow.outbox.take(BATCH):
            try:
                deliver(mail["recipient"], mail["template"], mail["lang"], mail["params"])
            except Exception as error:
                # Whatever is wrong with one mail, those before it have left and must be noted as sent.
                uow.outbox.failed(mail["id"], f"{type(error).__name__}: {error}")
                counts["failed"] += 1
            else:
                uow.outbox.sent(mail["id"], now)
                counts["sent"] += 1
        uow.commit()
    return counts


def hold(uow: HeldMailTransaction, now: datetime) -> int:
    """Hold every mail that waits, as after a restore, and return their number: it may have left since the backup.

    News of areas and reminders may have left as well, and nothing here remembers it: news are told from now on, and
    every reminder that is due counts as sent.
    """
    with uow:
        count = uow.outbox.hold()
        uow.subscriptions.begin_anew()
        while due := uow.reminders.take_due(now, BATCH):
            for one in due:
                uow.reminders.note(one, now)
        uow.commit()
    return count


def release(uow: HeldMailTransaction, mail_ids: Sequence[int] | None) -> int:
    """Let held mails leave with the next run of the job, all of them with None; return how many."""
    with uow:
        count = uow.outbox.release(mail_ids)
        uow.commit()
    return count


def drop(uow: HeldMailTransaction, mail_ids: Sequence[int] | None) -> int:
    """Delete held mails unsent, all of them with None; return how many."""
    with uow:
        count = uow.outbox.drop(mail_ids)
        uow.commit()
    return count
