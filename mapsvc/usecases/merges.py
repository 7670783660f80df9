"""Joining two records of one place, agreeing to it where two people are needed, and taking it back within 90 days.

Which value is kept and what comes back is the rule of `domain.merges`; here it is permitted, written and told.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from uuid import UUID

from mapsvc.domain import merges as rules
from mapsvc.domain.duplicates import Comparison, Verdict, candidate, compare
from mapsvc.domain.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from mapsvc.domain.geometry import distance_m
from mapsvc.domain.ids import new_id
from mapsvc.domain.merges import Merge, Party, Plan
from mapsvc.domain.moderation import StateChange, check_change
from mapsvc.domain.people import Action, Actor, require
from mapsvc.domain.ports import UnitOfWork
from mapsvc.domain.spaces import Evidence, RecordState, Space
from mapsvc.domain.texts import clean_text
from mapsvc.usecases.evidence import conclude, refresh
from mapsvc.usecases.observations import digest
from mapsvc.usecases.rulings import pronounce
from mapsvc.usecases.spaces import without_address

_LONGEST_REASON = 300
#: After a merge the two records are one for so many days at least; then it is too late to take it back.
UNDO_DAYS = 90


@dataclass(frozen=True, slots=True)
class Pair:
    """Two records to look at or to join, by their slugs; `keep` names the one that lives on, empty for the rule's.

    `choices` name the slug whose value a field keeps; fields that are not named keep the better one.
    """

    one: str
    other: str
    keep: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Wish:
    """A pair to join, based on a version of each record, with the key that makes sending twice harmless."""

    pair: Pair
    version: int
    other_version: int
    key: UUID
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """What joining would do: the plan, how alike the two are, the evidence afterwards, what moves, what forbids it.

    `by_rule` is the slug that would live on by the rule; `obstacle` is the code of what stands against joining.
    """

    plan: Plan
    comparison: Comparison
    by_rule: str
    evidence: Evidence
    moving: Mapping[str, int]
    obstacle: str = ""
    waiting: Merge | None = None
    judged_different: bool = False


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a wish: the merge, whether it waits for a second person, and the slugs of both records."""

    merge_id: UUID
    state: str
    survivor: str
    loser: str
    kept: tuple[str, ...] = ()


def preview_merge(uow: UnitOfWork, actor: Actor, pair: Pair, today: date) -> Preview:
    """Return what joining these two would do, without doing it; raise NotFound, Forbidden, Invalid."""
    with uow:
        one, other = _both(uow, actor, pair, lock=False)
        survivor, loser = _ordered(pair, one, other)
        planned = rules.plan(survivor, loser, _sides(pair, survivor), uow.freshness_policy)
        seen = uow.observations.counted(one.space.id) + uow.observations.counted(other.space.id)
        seen.sort(key=lambda said: (said.observed_at, said.submitted_at, said.id))
        waiting = next((merge for merge in _standing(uow, one, other) if merge.state == "proposed"), None)
        comparison = _compared(uow, one.space, other.space)
        return Preview(
            plan=planned,
            comparison=comparison,
            by_rule=rules.survivor_first(one, other)[0].space.slug,
            evidence=conclude(seen, today, uow.freshness_policy),
            moving=uow.merges.counts(loser.space.id),
            obstacle=_obstacle(planned, comparison, waiting),
            waiting=waiting,
            judged_different=uow.merges.judged_different(one.space.id, other.space.id),
        )


def merge_spaces(uow: UnitOfWork, actor: Actor, wish: Wish, now: datetime) -> Done:
    """Join two records, or propose it where pacts, applications or lots hang on one of them; the same key counts once.

    Raises Forbidden, NotFound, Invalid, Stale when a record changed since it was looked at, Conflict when the rules or
    a proposal that waits stand against it.
    """
    reason = clean_text(wish.reason, "/reason", _LONGEST_REASON)
    with uow:
        body = digest(json.dumps([wish.pair.one, wish.pair.other, wish.pair.keep, sorted(wish.pair.choices.items())]))
        before = uow.idempotency.claim(wish.key, "merge", body, now)
        if before is not None:
            return Done(UUID(before["id"]), before["state"], before["survivor"], before["loser"])
        one, other = _both(uow, actor, wish.pair, lock=True)
        if (one.space.version, other.space.version) != (wish.version, wish.other_version):
            raise Stale("a record changed since it was looked at", code="stale", state=one.space.record_state)
        survivor, loser = _ordered(wish.pair, one, other)
        swapped = rules.survivor_first(one, other)[0].space.id != survivor.space.id
        if swapped and not reason:
            raise Invalid("say why the other record lives on", "/reason", code="swap_reason")
        sides = _sides(wish.pair, survivor)
        planned = rules.plan(survivor, loser, sides, uow.freshness_policy)
        _check(uow, actor, planned, one, other)
        merge = Merge(new_id(), loser.space.id, survivor.space.id, "proposed", sides, actor.user_id, now,
                      swap_reason=reason if swapped else None)  # fmt: skip
        if planned.needs_second_person:
            uow.merges.add(merge)
            told: dict[str, object] = {"survivor_id": str(survivor.space.id), "loser_id": str(loser.space.id)}
            for space in (survivor.space, loser.space):
                uow.audit.add(actor, "merge_proposed", "space", space.id, after=told, at=now)
        else:
            uow.merges.add(merge)
            merge = _carry_out(uow, actor, merge, planned, now)
        done = Done(merge.id, merge.state, _slug(uow, survivor), loser.space.slug)
        uow.idempotency.keep(
            wish.key, {"id": str(done.merge_id), "state": done.state, "survivor": done.survivor, "loser": done.loser}
        )
        uow.commit()
    return done


def agree(uow: UnitOfWork, actor: Actor, merge_id: UUID, versions: tuple[int, int], now: datetime) -> Done:
    """Carry out what somebody else proposed, based on the versions of survivor and loser.

    Raises Forbidden for whoever proposed it, Stale when a record changed since, Conflict when it was decided before.
    """
    with uow:
        merge, survivor, loser = _known(uow, actor, merge_id)
        if merge.state != "proposed":
            raise Conflict("this was decided before", code="decided_before", state=merge.state)
        if actor.user_id is None or actor.user_id == merge.asked_by:
            raise Forbidden("a second person has to agree", code="second_person")
        if (survivor.version, loser.version) != versions:
            raise Stale("a record changed since it was looked at", code="stale", state=loser.record_state)
        parties = uow.merges.party(survivor), uow.merges.party(loser)
        planned = rules.plan(*parties, merge.choices, uow.freshness_policy)
        _check(uow, actor, planned, planned.survivor, planned.loser, proposal=merge.id)
        _carry_out(uow, actor, replace(merge, agreed_by=actor.user_id), planned, now)
        done = Done(merge.id, "done", _slug(uow, planned.survivor), loser.slug)
        uow.commit()
    return done


def refuse(uow: UnitOfWork, actor: Actor, merge_id: UUID, now: datetime) -> Done:
    """Put a proposal away; whoever made it may do so as well. Raises Conflict when it was decided before."""
    with uow:
        merge, survivor, loser = _known(uow, actor, merge_id)
        if merge.state != "proposed":
            raise Conflict("this was decided before", code="decided_before", state=merge.state)
        uow.merges.update(replace(merge, state="refused", refused_by=actor.user_id))
        for space in (survivor, loser):
            uow.audit.add(actor, "merge_refused", "space", space.id, at=now)
        uow.commit()
    return Done(merge.id, "refused", survivor.slug, loser.slug)


def undo_merge(uow: UnitOfWork, actor: Actor, merge_id: UUID, now: datetime) -> Done:
    """Separate two records again: what moved goes back, the survivor's own values too unless edited since (`kept`).

    Doing it twice changes nothing. Raises Forbidden, NotFound, and Conflict after 90 days, while the survivor is joined
    with a third record, or while it is not public.
    """
    with uow:
        merge, survivor, loser = _known(uow, actor, merge_id)
        if merge.state == "undone":
            return Done(merge.id, "undone", survivor.slug, loser.slug)
        if merge.agreed_by is not None:
            require(actor, Action.EDIT_SPACE, uow.areas.path(survivor.area_id))
        _check_undo(actor, merge, survivor, now)
        back, kept = rules.restored(survivor, merge.memory)
        back = _own_address(uow, survivor, back, merge)
        uow.merges.move_back(merge.memory.moved, survivor.id, loser.id)
        separated = replace(_as_careful(uow, loser, survivor, merge), updated_at=now)
        for changed in (replace(back, updated_at=now), separated):
            if not uow.spaces.update(changed):
                raise Stale("a record changed in between", code="stale", state=changed.record_state)
        for later in uow.merges.touching(survivor.id):
            if later.survivor_id == survivor.id and _came_later(later, merge):
                uow.merges.update(replace(later, memory=rules.without(later.memory, merge.memory)))
        uow.merges.update(replace(merge, state="undone", undone_by=actor.user_id, undone_at=now))
        uow.merges.judge_different(survivor.id, loser.id, actor.user_id, now)
        told: dict[str, object] = {"survivor_id": str(survivor.id), "loser_id": str(loser.id)}
        for space, state in ((survivor, survivor.record_state), (loser, separated.record_state)):
            refresh(uow, space.id, now.date())
            uow.audit.add(actor, "merge_undone", "space", space.id, after=told | {"state": state}, at=now)
        uow.commit()
    return Done(merge.id, "undone", back.slug, separated.slug, kept)


def judge_different(uow: UnitOfWork, actor: Actor, pair: Pair, now: datetime) -> None:
    """Remember that two records are two places, so that they are not suggested again; raise NotFound, Forbidden."""
    with uow:
        one, other = _both(uow, actor, pair, lock=False)
        if one.space.id == other.space.id:
            raise Invalid("a record is the same as itself", "/b", code="same_record")
        uow.merges.judge_different(one.space.id, other.space.id, actor.user_id, now)
        for space, against in ((one.space, other.space), (other.space, one.space)):
            uow.audit.add(actor, "judged_different", "space", space.id, after={"target": str(against.id)}, at=now)
        uow.commit()


def _both(uow: UnitOfWork, actor: Actor, pair: Pair, *, lock: bool) -> tuple[Party, Party]:
    """Return both records in the order of the pair; locked in the order of their ids, so that none waits in a ring."""
    found = [uow.spaces.by_slug(slug) for slug in (pair.one, pair.other)]
    spaces = {space.id: space for space in found if space is not None}
    if None in found:
        raise NotFound("there is no such space")
    for space in spaces.values():
        require(actor, Action.MODERATE, uow.areas.path(space.area_id))
    if lock:
        locked = {key: uow.spaces.get(key, lock=True) for key in sorted(spaces)}
        spaces = {key: space for key, space in locked.items() if space is not None}
    one, other = (uow.merges.party(spaces[space.id]) for space in found if space is not None)
    return one, other


def _ordered(pair: Pair, one: Party, other: Party) -> tuple[Party, Party]:
    if pair.keep and pair.keep not in (one.space.slug, other.space.slug):
        raise Invalid("choose one of the two records", "/keep", code="unknown_value", value=pair.keep)
    if not pair.keep:
        return rules.survivor_first(one, other)
    return (one, other) if pair.keep == one.space.slug else (other, one)


def _sides(pair: Pair, survivor: Party) -> dict[str, str]:
    for name, slug in pair.choices.items():
        if slug not in (pair.one, pair.other):
            raise Invalid("choose one of the two records", f"/{name}", code="unknown_value", value=slug)
    return {
        name: (rules.Side.SURVIVOR if slug == survivor.space.slug else rules.Side.LOSER).value
        for name, slug in pair.choices.items()
    }


def _standing(uow: UnitOfWork, one: Party, other: Party) -> list[Merge]:
    return uow.merges.touching(one.space.id, other.space.id)


def _compared(uow: UnitOfWork, one: Space, other: Space) -> Comparison:
    sides = []
    for space in (one, other):
        fields = {name: getattr(space, name) for name in ("street", "number", "name", "floor", "external_ids")}
        area = space.features.get("usable_area_m2")
        known = float(area) if isinstance(area, int | float) else None
        sides.append(candidate(fields, known, uow.merges.image_hashes(space.id)))
    return compare(sides[0], sides[1], distance_m((one.lon, one.lat), (other.lon, other.lat)))


def _obstacle(planned: Plan, comparison: Comparison, waiting: Merge | None) -> str:
    """Return the code of what stands against joining, empty for nothing."""
    if comparison.verdict is Verdict.SIBLINGS:
        return "siblings"
    try:
        rules.check_pair(planned.survivor, planned.loser)
    except (Invalid, Conflict) as error:
        return error.code
    return "merge_waits" if waiting is not None else ""


def _check(
    uow: UnitOfWork, actor: Actor, planned: Plan, one: Party, other: Party, proposal: UUID | None = None
) -> None:
    rules.check_pair(planned.survivor, planned.loser)
    if _compared(uow, one.space, other.space).verdict is Verdict.SIBLINGS:
        raise Conflict("these are two units of one building", code="siblings")
    if any(merge.state == "proposed" and merge.id != proposal for merge in _standing(uow, one, other)):
        raise Conflict("a proposal about one of them waits", code="merge_waits")
    if planned.looser:
        # To show a place more exactly, or to say that its owner agrees, is an officer's decision wherever it is taken.
        require(actor, Action.EDIT_SPACE, uow.areas.path(planned.survivor.space.area_id))
    check_change(
        StateChange(
            before=RecordState(planned.loser.space.record_state),
            after=RecordState.MERGED,
            roles=actor.roles,
            target=planned.survivor.space.id,
            needs_second_person=proposal is not None,
            second_person=proposal is not None,
        )
    )


def _carry_out(uow: UnitOfWork, actor: Actor, merge: Merge, planned: Plan, now: datetime) -> Merge:
    """Write a merge: mails first, since they go by the links that are about to move."""
    survivor, loser = planned.survivor.space, planned.loser.space
    result = without_address(uow, survivor, rules.joined(planned, now))
    pronounce(uow, actor, loser, "same_as", None, now)
    moved = uow.merges.move(loser.id, survivor.id)
    gone = replace(loser, record_state=RecordState.MERGED, merged_into=survivor.id, updated_at=now)
    if not (uow.spaces.update(result) and uow.spaces.update(gone)):
        raise Stale("a record changed in between", code="stale", state=loser.record_state)
    uow.merges.carry_over(loser.id, survivor.id)
    memory = rules.remember(survivor, result, loser, moved)
    merge = replace(merge, state="done", done_at=now, memory=memory)
    uow.merges.update(merge)
    told: dict[str, object] = {"survivor_id": str(survivor.id), "loser_id": str(loser.id)}
    before = {"state": loser.record_state} | told
    uow.audit.add(actor, "same_as", "space", loser.id, before=before, after=told | {"state": "merged"}, at=now)
    uow.audit.add(actor, "same_as", "space", survivor.id, before=rules.columns(memory.before),
                  after={**rules.columns(memory.after), **told, "state": survivor.record_state}, at=now)  # fmt: skip
    for space in (survivor, loser):
        refresh(uow, space.id, now.date())
    return merge


def _slug(uow: UnitOfWork, party: Party) -> str:
    stored = uow.spaces.get(party.space.id)
    return stored.slug if stored else party.space.slug


def _known(uow: UnitOfWork, actor: Actor, merge_id: UUID) -> tuple[Merge, Space, Space]:
    """Return a merge with its survivor and loser, all three locked."""
    merge = uow.merges.get(merge_id)
    if merge is None:
        raise NotFound("there is no such merge")
    spaces = {key: uow.spaces.get(key, lock=True) for key in sorted((merge.survivor_id, merge.loser_id))}
    survivor, loser = spaces[merge.survivor_id], spaces[merge.loser_id]
    # Read again under the locks: somebody may have decided in between.
    merge = uow.merges.get(merge_id, lock=True)
    if merge is None or survivor is None or loser is None:
        raise NotFound("there is no such merge")
    for space in (survivor, loser):
        require(actor, Action.MODERATE, uow.areas.path(space.area_id))
    return merge, survivor, loser


def _check_undo(actor: Actor, merge: Merge, survivor: Space, now: datetime) -> None:
    if merge.state != "done" or merge.done_at is None:
        raise Conflict("this was decided before", code="decided_before", state=merge.state)
    check_change(
        StateChange(
            before=RecordState.MERGED,
            after=RecordState(merge.memory.loser_state),
            roles=actor.roles,
            today=now.date(),
            decided_on=merge.done_at.date(),
        )
    )
    if survivor.record_state == RecordState.MERGED:
        raise Conflict("the survivor was joined with a third record since", code="joined_since")
    if survivor.record_state in (RecordState.HIDDEN, RecordState.REJECTED):
        raise Conflict("the survivor was hidden since", code="hidden_since")


def _came_later(other: Merge, merge: Merge) -> bool:
    if other.done_at is None or merge.done_at is None:
        return False
    return (other.done_at, other.id) > (merge.done_at, merge.id)


def _own_address(uow: UnitOfWork, now: Space, back: Space, merge: Merge) -> Space:
    """Return the survivor with its own slug back where the merge had made it coarse and it is exact again."""
    if back.publication_precision == now.publication_precision or uow.spaces.slug_taken(merge.memory.slug):
        return back
    return replace(back, slug=merge.memory.slug)


def _as_careful(uow: UnitOfWork, loser: Space, survivor: Space, merge: Merge) -> Space:
    """Return the loser in its own state, never shown more exactly than somebody decided for the survivor since."""
    memory = merge.memory
    own = replace(loser, record_state=memory.loser_state, state_reason=memory.loser_reason, merged_into=None)
    since = rules.more_careful(memory.precision, survivor.publication_precision)
    if since == memory.precision:
        return own
    precision = rules.more_careful(own.publication_precision, since)
    return without_address(uow, own, replace(own, publication_precision=precision))
