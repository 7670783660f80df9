"""Asking the rules of moderation about a contribution, and deciding about what they held."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from mapsvc.domain.errors import Conflict, Invalid, NotFound, Stale, TooMany
from mapsvc.domain.freshness import assess
from mapsvc.domain.moderation import RejectionReason
from mapsvc.domain.moderation_rules import (
    Contribution,
    Contributor,
    Do,
    Judgement,
    ModerationPolicy,
    Part,
    Site,
    What,
    judge,
    wait_seconds,
)
from mapsvc.domain.observations import Claim, SourceKind
from mapsvc.domain.people import SYSTEM, Action, Actor, allows, require
from mapsvc.domain.ports import UnitOfWork
from mapsvc.domain.rulings import Subject
from mapsvc.domain.spaces import RecordState, Space
from mapsvc.usecases.evidence import refresh
from mapsvc.usecases.rulings import pronounce_on_part

#: The most held answers that one decision is about.
MOST_AT_ONCE = 50


class SlowDown(TooMany):
    """The contributor has to wait before one more place (M7); ``places`` is how many there are already."""

    def __init__(self, wait_s: int, places: int) -> None:
        super().__init__("wait a little before the next place", wait_s)
        self.code = "slow_down"
        self.places = places


@dataclass(frozen=True, slots=True)
class NewPlace:
    """What the rules need to know of a new place; ``waited_for`` is the number of places a wait was served for."""

    id: UUID
    areas: tuple[UUID, ...]
    has_areas: bool
    street: str
    address: str
    text: str
    photo: bool
    claim: Claim
    confirmed: bool
    waited_for: int | None


@dataclass(frozen=True, slots=True)
class Screened:
    """What the rules say about an answer or a place, and the earlier observations that it repeats.

    `text_waits` says that the text waits whatever the rules say, because the place does.
    """

    judgement: Judgement
    repeats: tuple[UUID, ...] = ()
    text_waits: bool = False

    @property
    def answer_rules(self) -> tuple[str, ...]:
        """Return the rules that keep the answer from counting."""
        return self.judgement.rules(Do.HOLD, Part.ANSWER)

    @property
    def text_rules(self) -> tuple[str, ...]:
        """Return the rules that keep the text from being shown."""
        return self.judgement.rules(Do.HOLD, Part.TEXT)


def screen_place(uow: UnitOfWork, actor: Actor, place: NewPlace, now: datetime, policy: ModerationPolicy) -> Screened:
    """Ask the rules about a new place; other places of the same contributor wait for this transaction.

    Raises SlowDown after too many places (M7), and Invalid with the code ``outside`` for a place off the map that was
    not confirmed (M10).
    """
    uow.holds.one_at_a_time(f"user:{actor.user_id}" if actor.signed_in else actor.network)
    hour = uow.holds.places(actor.user_id, actor.network, now - timedelta(hours=1))
    day = uow.holds.places(actor.user_id, actor.network, now - timedelta(days=1))
    repeats = _repeats(uow, actor, place.street, place.text, now, policy)
    said = Contribution(
        What.PLACE,
        by=_contributor(
            uow, actor, place.areas, now, policy, hour=hour, day=day, waited=place.waited_for == day, repeats=repeats
        ),
        site=Site(in_territory=bool(place.areas) or not place.has_areas, confirmed=place.confirmed),
        id=place.id,
        claim=place.claim,
        source_kind=actor.source_kind(place.areas),
        text=place.text,
        address=place.address,
        photo=place.photo,
    )
    found = judge(said, policy)
    if found.rules(Do.ASK):
        raise Invalid("the place lies outside the area of this map", "/right_place", code="outside")
    if found.rules(Do.SLOW_DOWN):
        allowed = policy.places_an_hour if actor.signed_in else policy.anonymous_places_an_hour
        raise SlowDown(wait_seconds(hour, allowed, policy), day)
    return Screened(found, tuple(repeats))


def screen_answer(
    uow: UnitOfWork, actor: Actor, space: Space, claim: Claim, text: str, photo: bool, now: datetime,
    policy: ModerationPolicy,
) -> Screened:  # fmt: skip
    """Ask the rules about an answer at a known space, which the caller has locked."""
    areas = uow.areas.path(space.area_id)
    standing = uow.holds.standing(space.id, now.date())
    repeats = _repeats(uow, actor, space.street or "", text, now, policy)
    contradicting = _contradicting(uow, actor, space, claim, now, policy) if standing.call_open else 0
    said = Contribution(
        What.ANSWER,
        by=_contributor(uow, actor, areas, now, policy, repeats=repeats),
        site=Site(
            call_open=standing.call_open, frozen=standing.frozen_at is not None, contradicting=contradicting
        ),
        claim=claim,
        source_kind=actor.source_kind(areas),
        text=text,
        photo=photo,
    )  # fmt: skip
    return Screened(judge(said, policy), tuple(repeats))


def follow_up(
    uow: UnitOfWork, actor: Actor, space: Space, observation_id: UUID, screened: Screened, areas: Sequence[UUID],
    now: datetime,
) -> None:  # fmt: skip
    """Do inside the caller's transaction what the rules want besides: hold the repetitions, freeze, thaw."""
    rules = screened.judgement.rules(Do.HOLD)
    kept = tuple(rule for rule in rules if rule in (*screened.answer_rules, *screened.text_rules))
    if kept:
        uow.holds.note_rules(observation_id, kept)
    if "M8" in screened.answer_rules:
        # The first of them goes on counting.
        for space_id in uow.holds.hold(screened.repeats[1:], "M8"):
            refresh(uow, space_id, now.date())
    if screened.judgement.rules(Do.FREEZE):
        uow.holds.freeze(space.id, now)
        uow.audit.add(SYSTEM, "frozen", "space", space.id, reason="flip", at=now)
    if actor.source_kind(areas) is SourceKind.OFFICER_VISIT and uow.holds.standing(space.id, now.date()).frozen_at:
        uow.holds.freeze(space.id, None)
        uow.audit.add(actor, "thawed", "space", space.id, at=now)


def _contributor(
    uow: UnitOfWork, actor: Actor, areas: Sequence[UUID], now: datetime, policy: ModerationPolicy,
    *, hour: int = 0, day: int = 0, waited: bool = False, repeats: Sequence[UUID] = (),
) -> Contributor:  # fmt: skip
    """Return the actor as the rules see them at a place in these areas."""
    seen = Contributor(
        named=actor.signed_in,
        office=allows(actor, Action.EDIT_SPACE, areas),
        desk=allows(actor, Action.PUBLISH, areas),
        places_last_hour=hour,
        places_last_day=day,
        waited=waited,
        same_reports=len(repeats),
    )
    if actor.user_id is None or seen.desk:
        return seen
    record = uow.holds.record(actor.user_id, now - timedelta(days=policy.trusted_days))
    return replace(
        seen,
        contributions=record.contributions,
        published=record.published,
        rejected_lately=record.rejected_lately,
        reliability=record.reliability,
    )


def _repeats(
    uow: UnitOfWork, actor: Actor, street: str, words: str, now: datetime, policy: ModerationPolicy
) -> list[UUID]:
    """Return what the network said with these words on this street lately; nothing said is never a repetition."""
    if not (words and street and actor.network):
        return []
    since = now - timedelta(minutes=policy.same_report_minutes)
    return uow.holds.same_words(actor.network, street, words, since)


def _contradicting(
    uow: UnitOfWork, actor: Actor, space: Space, claim: Claim, now: datetime, policy: ModerationPolicy
) -> int:
    """Return how many reporters of the last 24 hours, this one included, contradict what the evidence says."""
    counted = uow.observations.counted(space.id)
    if not counted:
        return 0
    said = assess(counted, now.date(), uow.freshness_policy).p
    leading = max(said, key=lambda one: said[one])
    who = actor.reporter if actor.signed_in else actor.network or actor.reporter
    claims = uow.holds.claims(space.id, now - timedelta(hours=policy.flip_hours)) | {who: claim.value}
    return sum(one not in (leading.value, Claim.UNSURE.value) for one in claims.values())


def decide_held(
    uow: UnitOfWork, actor: Actor, observation_ids: Sequence[UUID], verb: str, reason: str, now: datetime
) -> int:
    """Let held answers count, or refuse them with a reason of the closed list; all or none; return how many.

    Raises Forbidden, NotFound, Invalid, Stale when somebody decided about one of them first, and Conflict with the code
    ``frozen`` where an officer has to look before anything counts (M9).
    """
    if verb not in ("count", "reject"):
        raise Invalid("there is no such decision", "/verb", code="unknown_value", value=verb[:40])
    if verb == "reject" and reason not in set(RejectionReason):
        raise Invalid("a reason from the list is needed", "/reason", code="reason")
    if not 0 < len(observation_ids) <= MOST_AT_ONCE:
        raise Invalid("choose what you decide about", "/id", code="required")
    with uow:
        # The spaces are locked before their observations, as everybody does who adds one.
        for space_id in uow.holds.spaces_of(observation_ids):
            space = uow.spaces.get(space_id, lock=True)
            require(actor, Action.MODERATE, uow.areas.path(space.area_id if space else None))
            if verb == "count" and uow.holds.standing(space_id, now.date()).frozen_at is not None:
                raise Conflict("an officer has to look first", code="frozen")
        held = uow.holds.chosen(observation_ids)
        if len(held) != len(set(observation_ids)):
            raise NotFound("there is no such observation")
        if any(one.state != "held" for one in held):
            raise Stale("somebody else decided first", code="stale")
        state = "counted" if verb == "count" else "rejected"
        uow.holds.decide([one.id for one in held], state, reason if verb == "reject" else None, now)
        for one in held:
            action = "observation_counted" if verb == "count" else "observation_rejected"
            after = {"observation_id": str(one.id)}
            uow.audit.add(actor, action, "space", one.space_id, after=after, reason=reason or None, at=now)
            space = uow.spaces.get(one.space_id)
            if verb == "reject" and space is not None:
                pronounce_on_part(uow, actor, space, [(Subject.ANSWER, one.id)], one.id, "reject", reason, now)
        for space_id in dict.fromkeys(one.space_id for one in held):
            refresh(uow, space_id, now.date())
        uow.commit()
    return len(held)


def look(uow: UnitOfWork, actor: Actor, slug: str, now: datetime) -> None:
    """Say that a place which was published by itself is fine (M6); raise Stale when somebody said so first."""
    with uow:
        space = uow.spaces.by_slug(slug, lock=True)
        if space is None or space.record_state != RecordState.PUBLISHED:
            raise NotFound("there is no such space")
        require(actor, Action.MODERATE, uow.areas.path(space.area_id))
        if not uow.holds.looked_at(space.id):
            raise Stale("somebody else decided first", code="stale")
        uow.audit.add(actor, "looked_at", "space", space.id, at=now)
        uow.commit()
