"""News of an area by mail: who asked for it, how often it comes, and which of the news a mail tells.

What counts as news is written down by the database when it happens (``space_news``); how a mail reads is in ``notify``.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from mapsvc.domain.errors import Invalid


class Rhythm(StrEnum):
    """How often the news come."""

    IMMEDIATE = "immediate"
    DAILY = "daily"
    WEEKLY = "weekly"


#: Daily and weekly news come from this hour (UTC) on, which is early morning in Italy.
MORNING_HOUR = 5
#: Most places that one mail names; a link leads to the others.
MOST_TOLD = 20
#: An answer can be taken back for two minutes; news younger than that wait, so that no mail tells what is undone.
SETTLING = timedelta(minutes=2)
#: Between two mails that ask the same address about the same area.
ASK_AGAIN_AFTER = timedelta(days=1)
#: Mails that ask one address within a day: nobody fills a foreign letter box through us.
MOST_ASKED_A_DAY = 5
_TOKEN_BYTES = 16


def rhythm_of(code: str) -> Rhythm:
    """Return the rhythm with this code; raise Invalid for any other."""
    try:
        return Rhythm(code)
    except ValueError:
        raise Invalid("choose how often", "/rhythm", code="unknown_value", value=code) from None


@dataclass(frozen=True, slots=True)
class Subscription:
    """What somebody asked for, last at `asked_at`.

    `told_until` is an instant of the database's clock, `told_on` a day of the service.
    """

    id: UUID
    area_id: UUID
    area_slug: str
    area_name: str
    contact_id: UUID
    email: str
    lang: str
    rhythm: Rhythm
    asked_at: datetime
    confirmed_at: datetime | None
    told_until: datetime
    told_on: date


@dataclass(frozen=True, slots=True)
class News:
    """One thing that happened to a public place, called as its page calls it.

    `name` is empty for a coarse place, `street` too unless its street is shown.
    """

    space_id: UUID
    slug: str
    name: str
    street: str
    area_name: str
    kind: str
    before: str | None
    after: str
    on_day: date


def news_day(now: datetime) -> date:
    """Return the day whose news are told: it begins at `MORNING_HOUR`."""
    return (now - timedelta(hours=MORNING_HOUR)).date()


def is_due(rhythm: Rhythm, told_on: date, now: datetime) -> bool:
    """Tell whether the rhythm asks for news again; `told_on` is the `news_day` of the last time."""
    waited = (news_day(now) - told_on).days
    return waited >= {Rhythm.IMMEDIATE: 0, Rhythm.DAILY: 1, Rhythm.WEEKLY: 7}[rhythm]


def digest(news: Iterable[News]) -> list[News]:
    """Return one item for each place, in the order of its last news: what is true now against before the first.

    A status that went and came back is no news; a new place stays one whatever happened to it afterwards.
    """
    merged: dict[UUID, News] = {}
    for one in news:
        earlier = merged.pop(one.space_id, None)
        if earlier is None:
            merged[one.space_id] = one
        elif one.kind == "archived":
            # A place that came and went between two mails was never told of.
            if earlier.kind != "new":
                merged[one.space_id] = replace(one, before=earlier.before)
        elif earlier.kind == "new" or one.kind == "new":
            merged[one.space_id] = replace(one, kind="new", before=None)
        elif earlier.before != one.after:
            merged[one.space_id] = replace(one, before=earlier.before)
    return list(merged.values())


def by_day(news: Sequence[News]) -> list[tuple[date, list[News]]]:
    """Return the news grouped by their day, the newest day first."""
    days: dict[date, list[News]] = {}
    for one in news:
        days.setdefault(one.on_day, []).append(one)
    return sorted(days.items(), reverse=True)


def subscription_token(secret: str, subscription_id: UUID) -> str:
    """Return the 128-bit secret of a subscription's private page, the same in every mail.

    It is derived from the service's secret key (HMAC-SHA256), so that it stands nowhere: the table holds its hash only.
    """
    seal = hmac.new(secret.encode(), b"subscription " + subscription_id.bytes, hashlib.sha256).digest()
    return base64.urlsafe_b64encode(seal[:_TOKEN_BYTES]).rstrip(b"=").decode()


class Subscriptions(Protocol):
    """Subscriptions, and the news they tell."""

    def by_token(self, token_hash: str, *, lock: bool = False) -> Subscription | None:
        """Return the subscription of a private page."""
        ...

    def of_address(self, email: str, area_id: UUID) -> Subscription | None:
        """Return what an address asked for about an area, locked."""
        ...

    def area(self, slug: str) -> UUID | None:
        """Return the area with this slug."""
        ...

    def asked_since(self, email: str, since: datetime) -> int:
        """Return how many subscriptions of an address were asked for since an instant, for the first time or again."""
        ...

    def hold_address(self, email: str) -> None:
        """Let nobody else ask for the same address before this transaction ends."""
        ...

    def add(
        self, subscription_id: UUID, area_id: UUID, email: str, lang: str, rhythm: Rhythm, token_hash: str, at: datetime
    ) -> None:
        """Add an unconfirmed subscription."""
        ...

    def ask_again(self, known: Subscription, rhythm: Rhythm, lang: str, at: datetime) -> None:
        """Note that a subscription was asked for again; what its address said yes to stays as it is."""
        ...

    def confirm(self, subscription_id: UUID, now: datetime, told_on: date) -> None:
        """Begin to tell: what happens from now on."""
        ...

    def set_rhythm(self, subscription_id: UUID, rhythm: Rhythm) -> None:
        """Change how often."""
        ...

    def end(self, subscription: Subscription) -> None:
        """Delete a subscription and its address."""
        ...

    def settled_until(self) -> datetime:
        """Return the instant before which no transaction can note news any more, by the database's clock."""
        ...

    def take_due(self, now: datetime, until: datetime, limit: int) -> list[Subscription]:
        """Return confirmed subscriptions that are due, locked against other workers."""
        ...

    def news(self, area_id: UUID, since: datetime, until: datetime) -> list[News]:
        """Return what happened in an area and its parts, the oldest first; `since` included, `until` not."""
        ...

    def told(self, subscription_id: UUID, until: datetime, on: date, token_hash: str) -> None:
        """Note that everything before `until` was told, and under which token the mail's link is found."""
        ...
