"""Collectives: groups that look for a place, the states they go through, and what of their numbers is published.

What they need is in `mapsvc.domain.needs`.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from mapsvc.domain.errors import Conflict

_TOKEN_BYTES = 16

#: A smaller number would point at people; it is published as "fewer than 5".
SMALLEST_COUNT = 5
#: After this long without a sign of life a collective is asked whether it still exists (domain.md 2.3).
SILENCE = timedelta(days=365)
#: After the question it has this long to answer, before it counts as dissolved.
NOTICE = timedelta(days=30)


class CollectiveState(StrEnum):
    """What a collective is at present (domain.md 2.3)."""

    DRAFT = "draft"
    ACTIVE = "active"
    VERIFIED = "verified"
    SUSPENDED = "suspended"
    DISSOLVED = "dissolved"


class Trust(StrEnum):
    """What is known of who a collective is."""

    NEW = "new"
    VERIFIED_IDENTITY = "verified_identity"
    VERIFIED_BY_BROKER = "verified_by_broker"


class Move(StrEnum):
    """What changes the state of a collective."""

    ACTIVATE = "activate"
    VERIFY = "verify"
    SUSPEND = "suspend"
    LIFT = "lift"
    DISSOLVE = "dissolve"


#: Everybody may see these, and spaces are sought for them; others are known to whoever speaks for them and the office.
PUBLIC_STATES = frozenset({CollectiveState.ACTIVE, CollectiveState.VERIFIED})
#: A draft may be waiting for a call; whoever is suspended or dissolved is told of nothing.
ALERTED_STATES = PUBLIC_STATES | {CollectiveState.DRAFT}
_D, _A, _V, _S = CollectiveState.DRAFT, CollectiveState.ACTIVE, CollectiveState.VERIFIED, CollectiveState.SUSPENDED
_FROM: Mapping[Move, frozenset[CollectiveState]] = {
    Move.ACTIVATE: frozenset({_D}),
    Move.VERIFY: frozenset({_A}),
    Move.SUSPEND: frozenset({_D, _A, _V}),
    Move.LIFT: frozenset({_S}),
    Move.DISSOLVE: frozenset({_D, _A, _V, _S}),
}


@dataclass(frozen=True, slots=True)
class Collective:
    """A group that looks for a place, with its needs as JSON of `mapsvc.domain.needs`.

    `legal_id` (tax code, register number) is for the group and the office. `state_reason` says why it was suspended or
    dissolved. `heard_at` is when somebody last spoke for it, `noticed_at` when it was asked whether it still exists.
    """

    id: UUID
    slug: str
    name: str
    story: str
    original_lang: str
    form: str
    disciplines: tuple[str, ...]
    members_count: int | None
    needs: Mapping[str, object]
    state: str
    anchor_lon: float | None
    anchor_lat: float | None
    version: int = 1
    demonstration: bool = False
    members_under_30: int | None = None
    members_under_35: int | None = None
    legal_id: str = ""
    website: str | None = None
    alerts: bool = False
    trust: str = Trust.NEW
    state_reason: str | None = None
    created_by: int | None = None
    created_at: datetime | None = None
    heard_at: datetime | None = None
    noticed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class CollectiveDraft:
    """What a representative decides; `needs` as JSON of `mapsvc.domain.needs`."""

    name: str
    story: str
    form: str
    disciplines: tuple[str, ...]
    members_count: int | None
    needs: Mapping[str, object] = field(default_factory=dict)
    members_under_30: int | None = None
    members_under_35: int | None = None
    legal_id: str = ""
    website: str = ""


def state_after(collective: Collective, move: Move) -> CollectiveState:
    """Return the state to which a move leads; raise Conflict with code `collective_state` where it leads nowhere.

    A suspension that is lifted leaves a verified collective verified: who it is was not in doubt.
    """
    state = CollectiveState(collective.state)
    if state not in _FROM[move]:
        raise Conflict("this collective is in another state", code="collective_state", state=state.value)
    if move in (Move.ACTIVATE, Move.LIFT):
        return CollectiveState.VERIFIED if collective.trust != Trust.NEW else CollectiveState.ACTIVE
    return {
        Move.VERIFY: CollectiveState.VERIFIED,
        Move.SUSPEND: CollectiveState.SUSPENDED,
        Move.DISSOLVE: CollectiveState.DISSOLVED,
    }[move]


def moves_from(collective: Collective) -> tuple[Move, ...]:
    """Return the moves that the state of a collective allows."""
    return tuple(move for move in Move if collective.state in _FROM[move])


def published_count(count: int | None) -> int | None:
    """Return a number of people as everybody may see it: None where it is unknown or would point at somebody."""
    return count if count is not None and count >= SMALLEST_COUNT else None


def silent_since(collective: Collective) -> datetime | None:
    """Return when somebody last spoke for a collective, None where nothing is known."""
    return collective.heard_at or collective.created_at


def is_due_for_notice(collective: Collective, now: datetime) -> bool:
    """Tell whether a collective that was silent for a year is to be asked whether it still exists."""
    heard = silent_since(collective)
    asked = collective.noticed_at
    silent = heard is not None and heard <= now - SILENCE
    return silent and collective.state in PUBLIC_STATES and (asked is None or (heard is not None and asked < heard))


def is_due_for_dissolution(collective: Collective, now: datetime) -> bool:
    """Tell whether a collective was asked, said nothing since, and its time to answer is over."""
    heard, asked = silent_since(collective), collective.noticed_at
    if heard is None or asked is None or asked < heard:
        return False
    return collective.state in PUBLIC_STATES and heard <= now - SILENCE and asked <= now - NOTICE


def collective_token(secret: str, collective_id: UUID) -> str:
    """Return the secret in the links of mails to a collective: it ends its alerts and says that it still exists.

    It holds the id and 128 bits that are derived from the service's secret key (HMAC-SHA256), and stands nowhere.
    """
    return base64.urlsafe_b64encode(collective_id.bytes + _seal(secret, collective_id)).rstrip(b"=").decode()


def collective_of_token(secret: str, token: str) -> UUID | None:
    """Return the collective whose token this is, None for any other text."""
    try:
        held = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except ValueError:
        return None
    if len(held) != 2 * _TOKEN_BYTES:
        return None
    collective_id = UUID(bytes=held[:_TOKEN_BYTES])
    return collective_id if hmac.compare_digest(held[_TOKEN_BYTES:], _seal(secret, collective_id)) else None


def _seal(secret: str, collective_id: UUID) -> bytes:
    return hmac.new(secret.encode(), b"collective " + collective_id.bytes, hashlib.sha256).digest()[:_TOKEN_BYTES]


@dataclass(frozen=True, slots=True)
class Endorsement:
    """What an organisation of the neighbourhood says for a collective; it is read, and never counted."""

    id: UUID
    collective_id: UUID
    organisation: str
    text: str
    user_id: int | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Recipient:
    """Where somebody who speaks for a collective is written to; `signs_in` tells that there is an account behind it."""

    email: str
    lang: str
    signs_in: bool


class Collectives(Protocol):
    """Collectives."""

    def get(self, collective_id: UUID, *, lock: bool = False) -> Collective | None:
        """Return the collective."""
        ...

    def by_slug(self, slug: str) -> Collective | None:
        """Return the collective with this slug."""
        ...

    def looking(self) -> list[Collective]:
        """Return all active collectives in the order of their ids."""
        ...

    def add(self, collective: Collective, source_code: str, now: datetime) -> None:
        """Add a collective of a source; its id is its key there."""
        ...

    def update(self, collective: Collective, now: datetime) -> bool:
        """Write all fields but who made it if the version still holds; tell whether it did."""
        ...

    def silent(self, before: datetime) -> list[Collective]:
        """Return the public collectives that nobody spoke for since this instant, in the order of their ids."""
        ...

    def area_ids(self, collective_id: UUID) -> tuple[UUID, ...]:
        """Return the areas in which it is or looks for a place, with everything that these lie in."""
        ...

    def recipients(self, collective_id: UUID) -> list[Recipient]:
        """Return where whoever speaks for a collective is written to, without closed accounts.

        An account that represents it counts before the address that stands in its latest application.
        """
        ...

    def alerted(self) -> list[Collective]:
        """Return those that want to be told of spaces that fit, in the order of their ids."""
        ...

    def endorse(self, endorsement: Endorsement) -> None:
        """Keep what an organisation says."""
        ...

    def endorsements(self, collective_id: UUID) -> list[Endorsement]:
        """Return what organisations say, the latest first."""
        ...

    def withdraw_endorsement(self, endorsement_id: UUID, collective_id: UUID) -> bool:
        """Take it away; tell whether it was there."""
        ...
