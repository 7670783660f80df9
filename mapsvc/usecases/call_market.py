"""From what the store knows of a call to the input of a run: pairs compared, terms reckoned, locks taken over.

Nothing is written here, and every function works within a unit of work that its caller entered.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from mapsvc.domain.call_definition_files import read_definition, read_reserve
from mapsvc.domain.call_definitions import CallDefinition, Mechanism, UnknownEffect
from mapsvc.domain.call_market import MATCHABLE, Applicant, CallHead, MarketLot, MarketRows
from mapsvc.domain.eligibility import check
from mapsvc.domain.errors import Conflict, NotFound
from mapsvc.domain.features import Features
from mapsvc.domain.fields import Window
from mapsvc.domain.match_locks import Lock, LockKind
from mapsvc.domain.match_runs import RunKind
from mapsvc.domain.matches import Candidate, Effect, Offer, PairResult, State
from mapsvc.domain.needs import NeedsProfile
from mapsvc.domain.owner_ranks import standing
from mapsvc.domain.ports import UnitOfWork
from mapsvc.matching.arrays import score_pairs
from mapsvc.matching.call_rules import UNIT_TAGS, CallRules, SharedLot, Standing
from mapsvc.matching.market import Reserve
from mapsvc.matching.pair_tables import Keys, PairTable, impacts
from mapsvc.matching.pairs import NeedsTable, OfferTable
from mapsvc.matching.policy import Policy
from mapsvc.matching.priority import owner_terms
from mapsvc.matching.rank import explain
from mapsvc.matching.runs import ApplicationInput, Locks, LotInput, Run
from mapsvc.usecases.indicators import need_of
from mapsvc.usecases.market import offer_of

#: Stands in for the seed until the draw; a run with it is a simulation only.
PROVISIONAL_SEED = "PROVISIONAL"
_KEPT_APART = (Effect.BLOCK, Effect.CONDITIONAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallMarket:
    """A call at one moment as the engine reads it; applications by code, lots by number.

    `table` holds every compared pair; `run` is the input of the engine, with the locks that two people signed.
    `provisional_seed` tells that no draw has been entered, `unscored` names applications without merit.
    """

    call: CallHead
    definition: CallDefinition
    today: date
    applications: Mapping[str, Applicant]
    lots: Mapping[str, MarketLot]
    locks: Sequence[Lock]
    candidates: Mapping[str, Candidate]
    offers: Mapping[str, Offer]
    policy: Policy
    rules: CallRules
    table: PairTable
    run: Run
    provisional_seed: bool
    unscored: tuple[str, ...]


def head_of(uow: UnitOfWork, call_code: str) -> CallHead:
    """Return the call; raises NotFound."""
    head = uow.call_market.head(call_code)
    if head is None:
        raise NotFound("there is no such call")
    return head


def check_matchable(call: CallHead) -> None:
    """Raise Conflict before all scores are signed: until then nobody sees a match (domain 2.4)."""
    if call.state not in MATCHABLE:
        raise Conflict("the matching is seen once all scores are signed", code="scores_unsigned", state=call.state)


def check_call(call: CallHead, kind: RunKind) -> None:
    """Raise Conflict unless the call is at its matching, or for a re-run anywhere from there to its contracts."""
    steps = {"matching"} if kind is RunKind.OFFICIAL else MATCHABLE - {"concluded"}
    if call.state not in steps:
        raise Conflict("the call is not at its matching", code="call_not_matching", state=call.state)


def gather(uow: UnitOfWork, call: CallHead, now: datetime) -> CallMarket:
    """Return the call as it stands at `now`, ready for the engine."""
    rows = uow.call_market.rows(call)
    definition = read_definition(dict(call.definition))
    policy = policy_of(definition)
    applications = {one.code: one for one in rows.applicants}
    lots = {lot.number: lot for lot in rows.lots}
    candidates = {code: Candidate(code, needs_of(one)) for code, one in applications.items()}
    offers = {number: lot_offer(lot) for number, lot in lots.items()}
    locks = [lock for lock in rows.locks if lock.counts]
    rules = _rules(rows, locks)
    needs = need_of(uow, {lot.space.space.area_id for lot in rows.lots if lot.space.space.area_id is not None})
    table = PairTable(
        applications={code: place for place, code in enumerate(applications)},
        lots={number: place for place, number in enumerate(lots)},
        scored=score_pairs(
            NeedsTable([one.needs for one in candidates.values()]),
            OfferTable(list(offers.values())),
            now.date(),
            policy,
        ),
        impact=impacts(
            [one.themes for one in applications.values()],
            [need_at(lot, needs) for lot in lots.values()],
        ),
        owner=_owner(uow, call.id, rows, definition.mechanism),
        extra=_extra(rules, candidates, lots),
    )
    return CallMarket(
        call=call,
        definition=definition,
        today=now.date(),
        applications=applications,
        lots=lots,
        locks=rows.locks,
        candidates=candidates,
        offers=offers,
        policy=policy,
        rules=rules,
        table=table,
        run=_run(call, definition, applications, lots, table, locks),
        provisional_seed=call.lottery_seed is None,
        unscored=tuple(code for code, one in applications.items() if one.merit_micro is None),
    )


def pair_of(market: CallMarket, application: str, lot: str) -> PairResult:
    """Return everything about one pair under the rules of the call; raises NotFound for a foreign one."""
    if application not in market.candidates or lot not in market.offers:
        raise NotFound("there is no such pair")
    candidate = market.candidates[application]
    result = explain(candidate, market.offers[lot], market.today, market.policy)
    more = market.rules.judge(application, lot, candidate.needs)
    blocked = any(one.effect is Effect.BLOCK for one in more)
    return replace(result, constraints=(*result.constraints, *more), feasible=result.feasible and not blocked)


def policy_of(definition: CallDefinition) -> Policy:
    """Return how a call judges pairs: nothing only warns in a run, and lots have to be in the call (H17, H18)."""
    effects = {UnknownEffect.BLOCK: Effect.BLOCK, UnknownEffect.CONDITIONAL: Effect.CONDITIONAL}
    return Policy(
        unknown={rule: effects[effect] for rule, effect in definition.unknown_policy.items()},
        warn_only=frozenset(),
        accepted_states=frozenset({"in_call"}),
        prior=definition.prior_micro,
        grant_cents=definition.grant.max_cents if definition.grant else 0,
    )


def needs_of(applicant: Applicant) -> NeedsProfile:
    """Return the frozen needs; where no activity was stated, the disciplines say what would be done in the lot."""
    needs = NeedsProfile.from_json(applicant.needs)
    if needs.activities is None and applicant.disciplines:
        return replace(needs, activities=applicant.disciplines)
    return needs


def lot_offer(lot: MarketLot) -> Offer:
    """Return a lot as the engine reads it: its own period, and the facts of the unit instead of those of the space."""
    facts: dict[str, Any] = {**lot.space.space.features, **lot.overrides}
    if lot.pre_access_from is not None:
        facts["fit_out_access_from"] = lot.pre_access_from.isoformat()
    offer = offer_of(lot.space, Features.from_json(facts))
    return replace(offer, id=lot.number, windows=(Window(lot.starts_on, lot.ends_on),))


def locks_of(locks: Sequence[Lock]) -> Locks:
    """Return signed locks as the engine reads them; those that name somebody who does not take part are left out."""

    def pairs(kind: LockKind) -> list[tuple[str, str]]:
        return [(one.application or "", one.lot or "") for one in locks if one.kind is kind]

    return Locks(
        require=dict(pairs(LockKind.REQUIRE)),
        forbid=frozenset(pairs(LockKind.FORBID)),
        hold_out=frozenset(lot for _, lot in pairs(LockKind.HOLD_OUT)),
        exclude=frozenset(application for application, _ in pairs(LockKind.EXCLUDE)),
    )


def within(locks: Locks, applications: Mapping[str, object], lots: Mapping[str, object]) -> Locks:
    """Return the locks about these applications and lots only: whoever withdrew takes a lock along."""
    return Locks(
        require={name: lot for name, lot in locks.require.items() if name in applications and lot in lots},
        forbid=frozenset(pair for pair in locks.forbid if pair[0] in applications and pair[1] in lots),
        hold_out=locks.hold_out & frozenset(lots),
        exclude=locks.exclude & frozenset(applications),
    )


def _run(
    call: CallHead,
    definition: CallDefinition,
    applications: Mapping[str, Applicant],
    lots: Mapping[str, MarketLot],
    table: PairTable,
    locks: Sequence[Lock],
) -> Run:
    return Run(
        call=call.code,
        mechanism=definition.mechanism,
        weights=definition.weights,
        seed=call.lottery_seed if call.lottery_seed is not None else f"{PROVISIONAL_SEED}|{call.code}",
        lots={number: LotInput(lot.capacity, _reserve(lot, applications)) for number, lot in lots.items()},
        applications={
            code: ApplicationInput(one.ranking, one.merit_micro or 0, table.row(code), one.accepts_other_lots)
            for code, one in applications.items()
        },
        locks=within(locks_of(locks), applications, lots),
    )


def _reserve(lot: MarketLot, applications: Mapping[str, Applicant]) -> Reserve | None:
    """The reserved seats with everybody who meets their rule: what is not known does not make eligible."""
    reserve = read_reserve(lot.reserve, lot.capacity, "/reserve")
    if reserve is None:
        return None
    met = (code for code, one in applications.items() if check(reserve.rule, one.eligibility_facts).state is State.PASS)
    return Reserve(reserve.seats, frozenset(met))


def _rules(rows: MarketRows, locks: Sequence[Lock]) -> CallRules:
    given = locks_of(locks)
    return CallRules(
        # Whoever competes was admitted, which the office may do only when every rule of eligibility is met.
        standings={one.code: Standing() for one in rows.applicants},
        lots={
            lot.number: SharedLot(
                shared=lot.unit is not None or lot.capacity > 1 or lot.number in rows.neighbours,
                neighbours=rows.neighbours.get(lot.number, ()),
                tag=unit_tag(lot.overrides),
                withdrawn=lot.withdrawn,
            )
            for lot in rows.lots
        },
        forbidden=given.forbid,
        held_out=given.hold_out,
    )


def unit_tag(overrides: Mapping[str, Any]) -> str | None:
    """Return for which kind of work a unit is, by what is tolerated there; None where the call says nothing of it."""
    noise = [overrides[name] for name in overrides if name.startswith("noise_tolerance_")]
    dust = overrides.get("dust_odour_tolerance")
    if not noise and dust is None:
        return None
    if (dust or 0) >= 2:
        return UNIT_TAGS[2]
    return UNIT_TAGS[1] if max((level or 0 for level in noise), default=0) >= 2 else UNIT_TAGS[0]


def _extra(
    rules: CallRules, candidates: Mapping[str, Candidate], lots: Mapping[str, MarketLot]
) -> dict[tuple[str, str], tuple[Keys, Keys]]:
    """What the rules of the call add, for lots where they can: shared ones and those that were withdrawn."""
    touched = [number for number in lots if rules.lots[number].shared or rules.lots[number].withdrawn]
    found: dict[tuple[str, str], tuple[Keys, Keys]] = {}
    for code, candidate in candidates.items():
        for number in touched:
            results = tuple(rules.effects(code, number, candidate.needs))
            if results:
                blocked, conditional = (
                    tuple(one.key for one in results if one.effect is effect) for effect in _KEPT_APART
                )
                found[code, number] = blocked, conditional
    return found


def need_at(lot: MarketLot, needs: Mapping[UUID, Mapping[str, int]]) -> Mapping[str, int]:
    """Return the need by theme around a lot; nothing where it lies in no area."""
    area = lot.space.space.area_id
    return {} if area is None else needs.get(area, {})


def _owner(uow: UnitOfWork, call_id: UUID, rows: MarketRows, mechanism: Mechanism) -> dict[str, dict[str, int]]:
    """The owner's term of every lot whose owner ranked all who compete there; lots without it are left out (3.3)."""
    ranks_of = uow.owner_ranks.of_call(call_id)
    code = {one.id: one.code for one in rows.applicants}
    found = {}
    for lot in rows.lots:
        ranks = ranks_of.get(lot.id)
        if not ranks:
            continue
        competing = [
            one.id
            for one in rows.applicants
            if lot.number in one.ranking or (mechanism is Mechanism.OPTIMAL and one.accepts_other_lots)
        ]
        standing_ranks = standing(ranks, competing)
        if standing_ranks is not None:
            by_code = {code[one]: rank for one, rank in standing_ranks.items()}
            found[lot.number] = owner_terms(by_code, list(by_code)) or {}
    return found
