"""What was decided about a place, an answer, a text or a photo, as its sender reads it, and whether one can appeal.

How a record's state may change is in `moderation`; the words for verdicts and reasons are the mail's and the web's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from mapsvc.domain.moderation import HidingReason, RejectionReason

#: Days within which whoever sent something can appeal (publication 5.2).
APPEAL_DAYS = 30


class Subject(StrEnum):
    """What a decision was about."""

    SPACE = "space"
    ANSWER = "answer"
    NOTE = "note"
    PHOTO = "photo"


class Verdict(StrEnum):
    """What was decided; the verbs of the desk."""

    PUBLISH = "publish"
    REJECT = "reject"
    HIDE = "hide"
    ARCHIVE = "archive"
    SAME_AS = "same_as"


_R = RejectionReason
#: The reasons for which a text is not shown, in the order in which the desk offers them.
NOTE_REASONS = (_R.PERSONAL_DATA, _R.ACCUSATION, _R.OFFENSIVE, _R.WRONG_PLACE, _R.NOT_ENOUGH, _R.SPAM)
#: The reasons for which a photo is not shown.
PHOTO_REASONS = (
    _R.PEOPLE_INSIDE, _R.PERSONAL_DATA, _R.LIVED_IN, _R.COPIED_MEDIA, _R.OFFENSIVE, _R.WRONG_PLACE, _R.NOT_ENOUGH,
    _R.SPAM,
)  # fmt: skip
#: The reasons for which a place does not come onto the map.
SPACE_REASONS = tuple(reason for reason in RejectionReason if reason is not _R.PEOPLE_INSIDE)

REASONS: dict[Subject, tuple[RejectionReason, ...]] = {
    Subject.SPACE: SPACE_REASONS,
    Subject.ANSWER: SPACE_REASONS,
    Subject.NOTE: NOTE_REASONS,
    Subject.PHOTO: PHOTO_REASONS,
}


@dataclass(frozen=True, slots=True)
class Ruling:
    """One decision: about which record of which place, what, why (a code), by which account, and when."""

    id: UUID
    space_id: UUID
    subject: Subject
    record_id: UUID
    verdict: Verdict
    reason: str | None
    decided_by: int | None
    decided_at: datetime

    @property
    def appealable(self) -> bool:
        """Tell whether this kind of decision can be appealed against: refusing and hiding.

        An owner's objection is decided with the owner, by two people, and not a second time by this way.
        """
        if self.verdict is Verdict.HIDE:
            return self.reason != HidingReason.OWNER_OBJECTION
        return self.verdict is Verdict.REJECT

    @property
    def appeal_until(self) -> datetime:
        """Return the instant until which an appeal is taken."""
        return self.decided_at + timedelta(days=APPEAL_DAYS)


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody who left an address with a report about a place; the name is theirs to know if they marked it."""

    contact_id: UUID
    email: str
    lang: str
    space_id: UUID
    observation_id: UUID | None
    created_at: datetime
    expires_at: datetime
    marked_it: bool


@dataclass(frozen=True, slots=True)
class Waiting:
    """A text or a photo that waits for a look, with the observation it came with; `text` is None for a photo."""

    subject: Subject
    record_id: UUID
    observation_id: UUID | None
    text: str | None = None


class Rulings(Protocol):
    """Decisions about places, texts and photos."""

    def add(self, ruling: Ruling) -> None:
        """Keep a decision."""
        ...

    def get(self, ruling_id: UUID) -> Ruling | None:
        """Return a decision."""
        ...

    def newest(self, record_ids: Sequence[UUID]) -> list[Ruling]:
        """Return the newest decision about each of these records, by subject, the latest first."""
        ...
