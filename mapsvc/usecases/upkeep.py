"""What has served its time is deleted or made coarser, as the privacy notice promises."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import Protocol
from uuid import UUID

from mapsvc.domain.ids import new_token
from mapsvc.domain.retention import DAYS, Keep

KINDS: dict[str, Keep] = {
    "device_points": Keep.DEVICE_POINT,
    "sender_keys": Keep.KEYS,
    "rejected_notes": Keep.REJECTED,
    "rejected_photos": Keep.REJECTED,
    "rejected_spaces": Keep.REJECTED,
    "office_messages": Keep.MESSAGES,
    "proofs": Keep.PROOFS,
    "settled_flags": Keep.SETTLED,
    "settled_appeals": Keep.SETTLED,
    "private_links": Keep.LINKS,
    "invitations": Keep.INVITATIONS,
    "unopened_accounts": Keep.UNOPENED,
    "rate_counters": Keep.COUNTERS,
    "unconfirmed_subscriptions": Keep.UNCONFIRMED,
    "reminders": Keep.REMINDERS,
    "application_drafts": Keep.DRAFTS,
    "withdrawn_applications": Keep.WITHDRAWN,
    "papers_of_calls": Keep.PAPERS,
    "collective_drafts": Keep.DRAFTS,
    "rejected_organisations": Keep.REJECTED,
    "rejected_initiatives": Keep.REJECTED,
    "rejected_pacts": Keep.REJECTED,
    "refused_comments": Keep.REJECTED,
    "relayed_messages": Keep.RELAYED,
    "addresses": Keep.UNUSED,
    "idempotency_keys": Keep.ANSWERS,
    "previews": Keep.PREVIEWS,
    "source_runs": Keep.PREVIEWS,
    "source_rows": Keep.PREVIEWS,
    "runs": Keep.RUNS,
    "mails": Keep.MAILS,
}
"""What is tidied, in this order, and the rule that says when: addresses go after everything that refers to them."""

#: These rows carry their own end, so that nothing is added to it.
_BY_THEIR_OWN_END = frozenset({Keep.LINKS, Keep.INVITATIONS, Keep.COUNTERS, Keep.UNUSED})


class Upkeep(Protocol):
    """Deletions by date; what is counted is what was touched."""

    def tidy(self, kind: str, before: datetime, salt: str) -> int:
        """Delete or blank the rows of one kind whose time ended before this instant; return their number.

        `salt` is a secret of this run: old keys of senders become values that nobody can make again.
        """
        ...

    def released_photos(self) -> Sequence[UUID]:
        """Return the photos whose rows were deleted in this transaction."""
        ...

    def released_proofs(self) -> Sequence[str]:
        """Return the names of the proofs that rows forgot in this transaction."""
        ...

    def released_documents(self) -> Sequence[UUID]:
        """Return the documents that were deleted or ended in this transaction."""
        ...

    def known_photos(self) -> set[UUID]:
        """Return the photos that still have a row."""
        ...


class UpkeepTransaction(Protocol):
    """A transaction with these deletions on it; without `commit` all of it is undone."""

    @property
    def upkeep(self) -> Upkeep:
        """The deletions."""
        ...

    def commit(self) -> None:
        """Make them lasting."""
        ...


class KeptFiles(Protocol):
    """The files of photos, of owners' proofs and of applications' documents."""

    def present(self, photo_ids: Sequence[UUID], proof_files: Sequence[str], document_ids: Sequence[UUID]) -> int:
        """Count the files that these leave behind."""
        ...

    def delete(self, photo_ids: Sequence[UUID], proof_files: Sequence[str], document_ids: Sequence[UUID]) -> int:
        """Delete those files; return how many there were."""
        ...

    def strays(self, known: set[UUID]) -> list[UUID]:
        """Return photos that lie there for more than a day without a row, as a crash in between may leave them."""
        ...


def tidy(
    begin: Callable[[], AbstractContextManager[UpkeepTransaction]],
    files: KeptFiles,
    now: datetime,
    *,
    dry_run: bool = False,
) -> dict[str, int]:
    """Delete and round what has served its time; return the numbers by kind, `files` last.

    A dry run does the very same in a transaction that is undone, so that its numbers are those of a run.
    """
    salt = new_token()
    with begin() as uow:
        counts = {kind: uow.upkeep.tidy(kind, _end(keep, now), salt) for kind, keep in KINDS.items()}
        photos, proofs = uow.upkeep.released_photos(), uow.upkeep.released_proofs()
        documents = uow.upkeep.released_documents()
        strays = files.strays(uow.upkeep.known_photos() | set(photos))
        if dry_run:
            return counts | {"files": files.present([*photos, *strays], proofs, documents)}
        uow.commit()
    # After the commit: a file without a row is found again tomorrow, a row without its file would be a broken picture.
    return counts | {"files": files.delete([*photos, *strays], proofs, documents)}


def _end(keep: Keep, now: datetime) -> datetime:
    """Return the instant before which things of a kind have served their time."""
    end = now if keep in _BY_THEIR_OWN_END else now - timedelta(days=DAYS[keep])
    if keep is Keep.UNOPENED:
        # Stored is when somebody was invited; the invitation held a while longer.
        return end - timedelta(days=DAYS[Keep.INVITATIONS])
    if keep is Keep.KEYS:
        # A key belongs to one UTC day; it must change everywhere at once, or one sender would become two.
        return end.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return end
