"""What fits: spaces for a collective, collectives for a space, one pair in full. Nothing is written here."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from mapsvc.domain.collectives import PUBLIC_STATES, Collective, CollectiveState
from mapsvc.domain.errors import Forbidden, NotFound
from mapsvc.domain.matches import Candidate, PairResult
from mapsvc.domain.needs import NeedsProfile
from mapsvc.domain.offers import OfferRow
from mapsvc.domain.people import Action, Actor, allows, holds_anywhere, require
from mapsvc.domain.ports import UnitOfWork
from mapsvc.domain.spaces import RecordState
from mapsvc.matching.pairs import OfferTable
from mapsvc.matching.rank import SHOWN, explain, rank_collectives, rank_spaces
from mapsvc.usecases.market import Market, Ready, offer_of

_LOOKED_AT = frozenset({RecordState.PUBLISHED, RecordState.SUBMITTED})


@dataclass(frozen=True, slots=True)
class Fitting:
    """One space and one collective, with what the comparison found."""

    offer: OfferRow
    collective: Collective
    pair: PairResult


@dataclass(frozen=True, slots=True)
class Fits:
    """A part of a ranking, best first, beginning at place `first`; `total` and `feasible` count all pairs.

    `office` tells that the reader works for the city and sees exact places; `needs` is the profile that was compared,
    where the ranking is of one collective.
    """

    rows: tuple[Fitting, ...]
    total: int
    feasible: int
    first: int
    office: bool
    collective: Collective | None = None
    needs: NeedsProfile | None = None
    offer: OfferRow | None = None


def compared_needs(collective: Collective) -> NeedsProfile:
    """Return the stored needs; where no activity is stated, the disciplines say what would be done in the space."""
    needs = NeedsProfile.from_json(collective.needs)
    if needs.activities is None and collective.disciplines:
        return replace(needs, activities=tuple(collective.disciplines))
    return needs


def spaces_for(
    uow: UnitOfWork, market: Market, actor: Actor, slug: str, today: date, *, first: int = 0, limit: int = SHOWN
) -> Fits:
    """Return what fits a collective now, for its representative or for the office.

    The office sees the spaces of its own areas; a representative sees all that are public, no closer than the public
    does. Raises NotFound, and Forbidden for everybody else.
    """
    with uow:
        collective = _to_compare(uow, actor, slug)
        office = _reads(actor, collective)
        ready = market.ready(uow, exact=office)
    if office:
        ready = _within(ready, actor)
    needs = compared_needs(collective)
    ranking = rank_spaces(needs, ready.table, today, first=first, limit=limit)
    rows = tuple(Fitting(ready.rows[pair.offer_id], collective, pair) for pair in ranking.rows)
    return Fits(rows, ranking.total, ranking.feasible, first, office, collective=collective, needs=needs)


def collectives_for(
    uow: UnitOfWork, actor: Actor, slug: str, today: date, *, first: int = 0, limit: int = SHOWN
) -> Fits:
    """Return the collectives that look for a place, ranked for one space; raise NotFound or Forbidden."""
    with uow:
        offer = _space(uow, actor, slug)
        looking = {str(one.id): one for one in uow.collectives.looking()}
    candidates = [Candidate(key, compared_needs(one)) for key, one in looking.items()]
    ranking = rank_collectives(offer_of(offer), candidates, today, first=first, limit=limit)
    rows = tuple(Fitting(offer, looking[pair.candidate_id], pair) for pair in ranking.rows)
    return Fits(rows, ranking.total, ranking.feasible, first, office=True, offer=offer)


def one_pair(uow: UnitOfWork, actor: Actor, space_slug: str, collective_slug: str, today: date) -> Fitting:
    """Return everything about one space and one collective, for the office; raise NotFound or Forbidden."""
    with uow:
        offer = _space(uow, actor, space_slug)
        collective = _collective(uow, collective_slug)
    candidate = Candidate(str(collective.id), compared_needs(collective))
    return Fitting(offer, collective, explain(candidate, offer_of(offer), today))


def choices(uow: UnitOfWork, market: Market, actor: Actor) -> tuple[Sequence[OfferRow], Sequence[Collective]]:
    """Return the offered spaces of the office's areas and the collectives that look for one, each by name."""
    if not holds_anywhere(actor, Action.MATCH):
        raise Forbidden("matching is for the office", code="forbidden")
    with uow:
        ready = _within(market.ready(uow, exact=True), actor)
        looking = uow.collectives.looking()
    offers = sorted(ready.rows.values(), key=lambda row: (row.space.name.casefold(), str(row.space.id)))
    return offers, sorted(looking, key=lambda one: (one.name.casefold(), str(one.id)))


def _collective(uow: UnitOfWork, slug: str) -> Collective:
    collective = uow.collectives.by_slug(slug)
    if collective is None or collective.state not in PUBLIC_STATES:
        raise NotFound("there is no such collective")
    return collective


def _to_compare(uow: UnitOfWork, actor: Actor, slug: str) -> Collective:
    """Return a collective that looks for a place; whoever speaks for it sees its own in every state but dissolved."""
    collective = uow.collectives.by_slug(slug)
    if collective is None or collective.state == CollectiveState.DISSOLVED:
        raise NotFound("there is no such collective")
    if allows(actor, Action.EDIT_COLLECTIVE, collective_id=collective.id):
        return collective
    return _collective(uow, slug)


def _space(uow: UnitOfWork, actor: Actor, slug: str) -> OfferRow:
    if not holds_anywhere(actor, Action.MATCH):
        # Before anything is looked up: whether a space exists is none of their business.
        raise Forbidden("matching is for the office", code="forbidden")
    offer = uow.offers.by_slug(slug)
    if offer is None or offer.space.record_state not in _LOOKED_AT:
        raise NotFound("there is no such space")
    require(actor, Action.MATCH, offer.area_ids)
    return offer


def _reads(actor: Actor, collective: Collective) -> bool:
    """Tell whether the actor reads for the office; raise Forbidden for whoever may not read at all.

    Somebody who speaks for the collective reads as its representative even where the account also works for the city:
    what is shown to a group must not depend on who else it is.
    """
    if allows(actor, Action.EDIT_COLLECTIVE, collective_id=collective.id):
        return False
    if holds_anywhere(actor, Action.MATCH):
        return True
    raise Forbidden("only its own representative and the office see this", code="forbidden")


def _within(ready: Ready, actor: Actor) -> Ready:
    """Return the part of the offers that lies in the areas of the actor."""
    if allows(actor, Action.MATCH):
        return ready
    rows = {key: row for key, row in ready.rows.items() if allows(actor, Action.MATCH, row.area_ids)}
    return Ready(rows, OfferTable([offer for offer in ready.table.subjects if offer.id in rows]))
