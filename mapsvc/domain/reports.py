"""A report as its reporter follows it by the private link: the place, what was said, and what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Said:
    """One answer of the reporter about the place."""

    claim: str
    at: datetime
    state: str


@dataclass(frozen=True, slots=True)
class FollowedReport:
    """What a private link opens; for the reporter's eyes only, since the place may not be public.

    `answers` are the reporter's own, the oldest first; `others` counts the reporters who said something besides.
    `joined` says that the record was joined with another one, to which the link leads since; `merged_slug` names the
    public record of a joining that left the link behind, `counted_for` the one whose evidence the answers are now.
    `name` is empty where the place is shown coarsely and this reader is not who marked it.
    """

    space_id: UUID
    counted_for: UUID
    slug: str
    name: str
    area_name: str | None
    asset_kind: str
    record_state: str
    state_reason: str | None
    merged_slug: str | None
    joined: bool
    publication_precision: str
    status: str
    band: str
    observation_id: UUID
    reporter: str
    cluster_key: str | None
    user_id: int | None
    observation_state: str
    note: str | None
    note_state: str
    photo_id: UUID | None
    photo_state: str | None
    others: int
    answers: Sequence[Said]
    mailed: bool
    created_at: datetime
    expires_at: datetime

    @property
    def withdrawn(self) -> bool:
        """Tell whether the reporter took it back."""
        return self.observation_state == "withdrawn"

    @property
    def is_open(self) -> bool:
        """Tell whether the reporter can still add to it: it was not taken back, and the place waits or is public."""
        return not self.withdrawn and self.record_state in {"submitted", "published"}


class Reports(Protocol):
    """Reports by the hash of their token."""

    def get(self, token_hash: str) -> FollowedReport | None:
        """Return the report of a link, expired or not."""
        ...

    def correct_note(self, observation_id: UUID, note: str | None, at: datetime) -> None:
        """Replace the text of an observation; a new text waits for a look."""
        ...

    def take_back(self, report: FollowedReport) -> None:
        """Withdraw everything that the reporter said about the place since the link was made, texts and photos too."""
        ...


@dataclass(frozen=True, slots=True)
class FollowLink:
    """What a private link opens."""

    space_id: UUID
    observation_id: UUID | None
    created_at: datetime
    expires_at: datetime
