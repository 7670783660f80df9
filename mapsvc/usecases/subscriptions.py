"""News of an area by mail: asked for, confirmed by the address itself, told, changed, ended; without any account."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from mapsvc.domain.errors import NotFound
from mapsvc.domain.ids import new_id, token_hash
from mapsvc.domain.ports import UnitOfWork
from mapsvc.domain.subscriptions import (
    ASK_AGAIN_AFTER,
    MOST_ASKED_A_DAY,
    MOST_TOLD,
    News,
    Rhythm,
    Subscription,
    by_day,
    digest,
    news_day,
)

#: Subscriptions of one transaction: a worker that dies repeats at most these, and tells none of them twice.
BATCH = 50
#: Returns the token of a subscription; see `domain.subscriptions.subscription_token`.
TokenOf = Callable[[UUID], str]


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody asks for on the page of an area; the address has been checked for its form."""

    area_slug: str
    email: str
    rhythm: Rhythm
    lang: str


def ask(uow: UnitOfWork, token_of: TokenOf, wish: Wish, now: datetime) -> None:
    """Queue a mail that asks the address whether it wants the news; what happened before is told to the address only.

    Raises NotFound for an unknown area. Asking again within a day, or too often a day, sends nothing.
    """
    with uow:
        area_id = uow.subscriptions.area(wish.area_slug)
        if area_id is None:
            raise NotFound("there is no such area")
        uow.subscriptions.hold_address(wish.email)
        known = uow.subscriptions.of_address(wish.email, area_id)
        # Whoever asks may be a stranger to the address, whether it said yes before or not.
        if known is not None and now - known.asked_at < ASK_AGAIN_AFTER:
            return
        if uow.subscriptions.asked_since(wish.email, now - ASK_AGAIN_AFTER) >= MOST_ASKED_A_DAY:
            return
        if known is not None:
            uow.subscriptions.ask_again(known, wish.rhythm, wish.lang, now)
        else:
            new = new_id()
            hashed = token_hash(token_of(new))
            uow.subscriptions.add(new, area_id, wish.email, wish.lang, wish.rhythm, hashed, now)
            known = uow.subscriptions.by_token(hashed)
        if known is not None:
            _write(uow, token_of, known, wish, now)
        uow.commit()


def _write(uow: UnitOfWork, token_of: TokenOf, known: Subscription, wish: Wish, now: datetime) -> None:
    template = "subscription_ask" if known.confirmed_at is None else "subscription_known"
    params = {"token": token_of(known.id), "area": known.area_name}
    uow.outbox.add(known.email, template, wish.lang, params, now)


def find(uow: UnitOfWork, token: str) -> Subscription:
    """Return the subscription of a private page; raise NotFound for an unknown token."""
    with uow:
        return _found(uow, token)


def _found(uow: UnitOfWork, token: str) -> Subscription:
    known = uow.subscriptions.by_token(token_hash(token), lock=True)
    if known is None:
        raise NotFound("there is no such subscription")
    return known


def confirm(uow: UnitOfWork, token: str, now: datetime) -> Subscription:
    """Say yes: from now on the news come. Saying it twice changes nothing."""
    with uow:
        known = _found(uow, token)
        if known.confirmed_at is None:
            uow.subscriptions.confirm(known.id, now, news_day(now))
            uow.commit()
        return known


def change_rhythm(uow: UnitOfWork, token: str, rhythm: Rhythm) -> Subscription:
    """Let the news come more or less often."""
    with uow:
        known = _found(uow, token)
        uow.subscriptions.set_rhythm(known.id, rhythm)
        uow.commit()
        return known


def end(uow: UnitOfWork, token: str) -> None:
    """End a subscription and forget its address; an unknown token changes nothing, since it may have ended before."""
    with uow:
        known = uow.subscriptions.by_token(token_hash(token), lock=True)
        if known is not None:
            uow.subscriptions.end(known)
            uow.commit()


def tell(begin: Callable[[], AbstractContextManager[UnitOfWork]], token_of: TokenOf, now: datetime) -> dict[str, int]:
    """Queue the mails with news for everybody whose rhythm asks for it; return how many, and how many had nothing.

    The mails and the note that they were told are one transaction, so that each thing is told once.
    """
    counts = {"told": 0, "nothing": 0}
    while True:
        with begin() as uow:
            until = uow.subscriptions.settled_until()
            due = uow.subscriptions.take_due(now, until, BATCH)
            for one in due:
                news = digest(uow.subscriptions.news(one.area_id, one.told_until, until))
                token = token_of(one.id)
                if news:
                    uow.outbox.add(one.email, "news", one.lang, _params(one, token, news), now)
                counts["told" if news else "nothing"] += 1
                uow.subscriptions.told(one.id, until, news_day(now), token_hash(token))
            uow.commit()
        if len(due) < BATCH:
            return counts


def _params(one: Subscription, token: str, news: list[News]) -> dict[str, Any]:
    """Return the values of the mail; the newest come first, and those beyond `MOST_TOLD` are only counted."""
    shown = news[::-1][:MOST_TOLD]
    return {
        "token": token,
        "area": one.area_name,
        "slug": one.area_slug,
        "rhythm": one.rhythm.value,
        "since": one.confirmed_at.date().isoformat() if one.confirmed_at else "",
        "count": len(news),
        "days": [
            {
                "day": day.isoformat(),
                "places": [
                    {
                        "slug": item.slug,
                        "name": item.name,
                        "street": item.street,
                        "area": item.area_name,
                        "kind": item.kind,
                    }
                    | {"before": item.before, "after": item.after}
                    for item in items
                ],
            }
            for day, items in by_day(shown)
        ],
    }
