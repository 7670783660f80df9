"""What the rules of moderation hold: contributions that wait for somebody, and what has to be known to hold them.

The rules themselves are in ``moderation_rules``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Standing:
    """How a space stands: whether a call is open on it, and since when its evidence is frozen."""

    call_open: bool = False
    frozen_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """What an account contributed so far; ``published`` and ``rejected_lately`` count places."""

    contributions: int = 0
    published: int = 0
    rejected_lately: int = 0
    reliability: float = 1.0


@dataclass(frozen=True, slots=True)
class Held:
    """A held observation, locked against other deciders."""

    id: UUID
    space_id: UUID
    state: str


class Holds(Protocol):
    """What is held, and what the rules count."""

    def one_at_a_time(self, who: str) -> None:
        """Let the same contributor's other requests wait for this transaction, so that counting holds."""
        ...

    def places(self, user_id: int | None, cluster_key: str, since: datetime) -> int:
        """Return how many places the account, or without one the network, marked since then."""
        ...

    def record(self, user_id: int, lately: datetime) -> Record:
        """Return what the account contributed; refusals count from ``lately`` on."""
        ...

    def same_words(self, cluster_key: str, street: str, words: str, since: datetime) -> list[UUID]:
        """Return the observations of the network with these words on this street since then, the oldest first."""
        ...

    def standing(self, space_id: UUID, today: date) -> Standing:
        """Return whether a call is open on the space today, and whether its evidence is frozen."""
        ...

    def claims(self, space_id: UUID, since: datetime) -> dict[str, str]:
        """Return the latest claim of each account or network about the space since then, held ones included."""
        ...

    def note_rules(self, observation_id: UUID, rules: Sequence[str]) -> None:
        """Keep which rules hold an observation or its text."""
        ...

    def hold(self, observation_ids: Sequence[UUID], rule: str) -> list[UUID]:
        """Hold observations that count; return the spaces whose evidence changes by it."""
        ...

    def hold_space(self, space_id: UUID, rules: Sequence[str]) -> None:
        """Keep which rules hold a space, or picked it for a look."""
        ...

    def freeze(self, space_id: UUID, at: datetime | None) -> None:
        """Freeze the evidence of a space, or with None thaw it."""
        ...

    def spaces_of(self, observation_ids: Sequence[UUID]) -> list[UUID]:
        """Return the spaces of these observations, in the order in which they are locked."""
        ...

    def chosen(self, observation_ids: Sequence[UUID]) -> list[Held]:
        """Return these observations in the order of their spaces, locked."""
        ...

    def decide(self, observation_ids: Sequence[UUID], state: str, reason: str | None, at: datetime) -> None:
        """Let held observations count, or reject them."""
        ...

    def looked_at(self, space_id: UUID) -> bool:
        """Take a published space off the list of those picked for a look; tell whether it was on it."""
        ...
