"""Mail that waits is sent here, after the transactions that asked for it have been committed."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, Protocol

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
