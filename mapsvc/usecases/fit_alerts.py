"""Alerts: a collective is told by mail when a new space fits it; each space once, on and off as it likes."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from mapsvc.domain.collectives import ALERTED_STATES, Collective
from mapsvc.domain.errors import Conflict, NotFound, Stale
from mapsvc.domain.fit_alerts import MOST_TOLD
from mapsvc.domain.matches import PairResult
from mapsvc.domain.people import Actor
from mapsvc.domain.ports import UnitOfWork
from mapsvc.matching.rank import rank_spaces
from mapsvc.usecases.collectives import own_collective
from mapsvc.usecases.market import Market, Ready
from mapsvc.usecases.matching import compared_needs

TokenOf = Callable[[UUID], str]


def set_alerts(uow: UnitOfWork, market: Market, actor: Actor, slug: str, *, wanted: bool, now: datetime) -> Collective:
    """Turn the alerts of a collective on or off for whoever speaks for it; what fits now is on the page and known.

    Raises NotFound, Forbidden, and Conflict with code `collective_state` for one that is suspended or dissolved.
    """
    with uow:
        stored = own_collective(uow, actor, slug)
        if wanted and stored.state not in ALERTED_STATES:
            raise Conflict("this collective is in another state", code="collective_state", state=stored.state)
        if stored.alerts == wanted:
            return stored
        if wanted:
            uow.fit_alerts.note(
                stored.id, [one for one, _ in _fitting(market.ready(uow, exact=False), stored, now)], now
            )
        changed = _switched(uow, actor, stored, wanted, now)
        uow.commit()
    return changed


def end_alerts(uow: UnitOfWork, collective_id: UUID, now: datetime) -> Collective:
    """Turn the alerts off by the link of a mail; sent twice it answers the same. Raises NotFound."""
    with uow:
        stored = uow.collectives.get(collective_id, lock=True)
        if stored is None:
            raise NotFound("there is no such collective")
        if stored.alerts:
            stored = _switched(uow, Actor(), stored, False, now)
            uow.commit()
    return stored


def find(uow: UnitOfWork, collective_id: UUID) -> Collective:
    """Return the collective of a mail's link; raise NotFound."""
    with uow:
        stored = uow.collectives.get(collective_id)
    if stored is None:
        raise NotFound("there is no such collective")
    return stored


def tell(
    begin: Callable[[], AbstractContextManager[UnitOfWork]], market: Market, token_of: TokenOf, now: datetime
) -> dict[str, int]:
    """Queue a mail for every collective that a space fits which it was not told of; return how many mails and spaces.

    The mail and the note that it was told are one transaction, so that each space is told once.
    """
    counts = {"told": 0, "spaces": 0}
    with begin() as uow:
        ready = market.ready(uow, exact=False)
        wanted = uow.collectives.alerted()
    for collective in wanted:
        fitting = _fitting(ready, collective, now)
        with begin() as uow:
            recipients = uow.collectives.recipients(collective.id)
            new = uow.fit_alerts.note(collective.id, [one for one, _ in fitting], now) if recipients else set()
            if not new:
                continue
            told = [(one, pair) for one, pair in fitting if one in new]
            params = _params(ready, collective, token_of(collective.id), told)
            for one in recipients:
                uow.outbox.add(one.email, "fit_alert", one.lang, params | {"signs_in": one.signs_in}, now)
            after = {"count": len(told)}
            uow.audit.add(Actor(machine="system"), "told_of_spaces", "collective", collective.id, after=after, at=now)
            uow.commit()
        counts["told"] += 1
        counts["spaces"] += len(told)
    return counts


def _switched(uow: UnitOfWork, actor: Actor, stored: Collective, wanted: bool, now: datetime) -> Collective:
    changed = replace(stored, alerts=wanted, heard_at=now, noticed_at=None)
    if not uow.collectives.update(changed, now):
        raise Stale("somebody else changed it first", code="stale", version=stored.version)
    before, after = {"alerts": stored.alerts}, {"alerts": wanted}
    uow.audit.add(actor, "edited", "collective", stored.id, before=before, after=after, at=now)
    return replace(changed, version=stored.version + 1)


def _fitting(ready: Ready, collective: Collective, now: datetime) -> list[tuple[UUID, PairResult]]:
    """Return the spaces that fit a collective now, the best first; as long as it needs nothing, nothing fits."""
    if not collective.needs:
        return []
    needs, today = compared_needs(collective), now.date()
    ranking = rank_spaces(needs, ready.table, today, limit=0)
    ranking = rank_spaces(needs, ready.table, today, limit=ranking.feasible) if ranking.feasible else ranking
    return [(ready.rows[pair.offer_id].space.id, pair) for pair in ranking.rows if pair.feasible]


def _params(ready: Ready, collective: Collective, token: str, told: list[tuple[UUID, PairResult]]) -> dict[str, object]:
    """Return the values of the mail, as public as its page; spaces beyond `MOST_TOLD` are only counted."""
    return {
        "token": token,
        "collective": collective.name,
        "slug": collective.slug,
        "count": len(told),
        "spaces": [
            {
                "slug": ready.rows[pair.offer_id].space.slug,
                "name": ready.rows[pair.offer_id].space.name,
                "area": ready.rows[pair.offer_id].area_name or "",
                "fit": round(pair.fit / 10_000),
                "verify": len(pair.conditional_on),
            }
            for _, pair in told[:MOST_TOLD]
        ],
    }
