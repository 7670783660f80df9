"""The lots of a call as a group sees them: each with how it fits and what would fail. Nothing is written here."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from mapsvc.domain.application_drafts import ApplicationDraft
from mapsvc.domain.call_market import MarketLot
from mapsvc.domain.matches import Candidate, PairResult
from mapsvc.domain.needs import NeedsProfile
from mapsvc.domain.people import Actor
from mapsvc.domain.ports import UnitOfWork
from mapsvc.matching.rank import explain
from mapsvc.usecases.applications import Opened, look
from mapsvc.usecases.call_market import lot_offer, policy_of
from mapsvc.usecases.market import public_side

#: What the city has to verify before a run is no fault of a lot while groups choose.
_CITY = frozenset({"H17"})
_UNLISTED = 1_000_000


@dataclass(frozen=True, slots=True)
class LotFit:
    """A lot as exactly as the public sees it, with what the comparison found; `rank` from 1, 0 where it is not listed.

    `pair` is None as long as no needs are stated.
    """

    lot: MarketLot
    pair: PairResult | None
    rank: int


def lots_to_rank(uow: UnitOfWork, actor: Actor, key: str, now: datetime) -> tuple[Opened, list[LotFit]]:
    """Return an application and the lots of its call that are still there: its ranking first, then what fits best.

    Raises NotFound. Distances and facts are as exact as the public sees them.
    """
    seen = look(uow, actor, key, now)
    lots = [lot for lot in public_lots(uow, seen.call.id) if not lot.withdrawn]
    needs = compared_needs(seen.draft)
    policy = replace(policy_of(seen.call.definition), warn_only=_CITY)
    rank = {lot: place for place, lot in enumerate(seen.draft.lots, 1)}
    found = []
    for lot in lots:
        pair = explain(Candidate("", needs), lot_offer(lot), now.date(), policy) if needs is not None else None
        found.append(LotFit(lot, pair, rank.get(lot.id, 0)))
    return seen, sorted(found, key=_order)


def public_lots(uow: UnitOfWork, call_id: UUID) -> list[MarketLot]:
    """Return the lots of a call as exactly as the public sees them, withdrawn ones too."""
    with uow:
        return [replace(lot, space=public_side(lot.space)) for lot in uow.call_market.lots(call_id)]


def compared_needs(draft: ApplicationDraft) -> NeedsProfile | None:
    """Return the needs of a draft, None where none are stated; without activities the disciplines say what is done."""
    if not draft.needs:
        return None
    needs = NeedsProfile.from_json(dict(draft.needs))
    if needs.activities is None and draft.group.disciplines:
        return replace(needs, activities=draft.group.disciplines)
    return needs


def _order(one: LotFit) -> tuple[int, int, int, int]:
    listed = one.rank or _UNLISTED
    if one.pair is None:
        return listed, 0, 0, int(one.lot.number)
    return listed, len(one.pair.blocking), -one.pair.fit, int(one.lot.number)
