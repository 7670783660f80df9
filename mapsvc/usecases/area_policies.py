"""Deciding how an area shows its shops and when somebody looks; a new precision holds for what is there at once."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from mapsvc.domain.area_policies import DecidingArea, OwnPolicy, effective
from mapsvc.domain.errors import Forbidden, NotFound, Stale
from mapsvc.domain.people import Action, Actor, allows, holds_anywhere, require
from mapsvc.domain.ports import UnitOfWork
from mapsvc.domain.publication import AreaPolicy, Precision, follows_policy, precision_for
from mapsvc.domain.rollback import OF_POLICIES, RollBack, put_back
from mapsvc.usecases.history import checked_reason, need_changes, note


@dataclass(frozen=True, slots=True)
class Listed:
    """An area that somebody may decide about, with what holds there and the area that it takes over from."""

    area: DecidingArea
    holds: AreaPolicy
    inherited: AreaPolicy


@dataclass(frozen=True, slots=True)
class Preview:
    """What a policy would change: how many shops become coarse or exact, and how many do not follow the policy."""

    listed: Listed
    becomes: AreaPolicy
    to_coarse: int
    to_exact: int
    keep_theirs: int
    heirs: int


def decidable(uow: UnitOfWork, actor: Actor) -> list[Listed]:
    """Return the areas whose policy `actor` may set, the largest levels first; raise Forbidden where there is none."""
    if not holds_anywhere(actor, Action.SET_POLICY):
        raise Forbidden("this account may not do that", code="forbidden", action=Action.SET_POLICY.value)
    with uow:
        areas = {area.id: area for area in uow.area_policies.all()}
        return [
            _listed(uow, area) for area in areas.values() if allows(actor, Action.SET_POLICY, uow.areas.path(area.id))
        ]


def preview(uow: UnitOfWork, actor: Actor, slug: str, own: OwnPolicy | None) -> Preview:
    """Return what deciding `own` for an area would change, None standing for what it decided already.

    Raises NotFound, and Forbidden outside one's areas.
    """
    with uow:
        area = _allowed(uow, actor, slug)
        return _preview(uow, area, own or area.own)


def decide_policy(uow: UnitOfWork, actor: Actor, slug: str, own: OwnPolicy, version: int, now: datetime) -> Preview:
    """Decide the policy of an area, based on `version`, and show its shops accordingly; return what was changed.

    Raises NotFound, Forbidden, and Stale when somebody else decided in between.
    """
    with uow:
        area = _allowed(uow, actor, slug, lock=True)
        found, count = _set(uow, actor, area, own, version, now)
        uow.audit.add(actor, "policy_decided", "area", area.id, before=_words(area.own),
                      after=_words(own) | {"count": count}, at=now)  # fmt: skip
        uow.commit()
    return found


def plan_policy_roll_back(uow: UnitOfWork, actor: Actor, slug: str, entry_id: int) -> tuple[RollBack, Preview]:
    """Return what putting an area's policy back to before an entry would change, for the area and for its shops.

    Raises NotFound, Forbidden, and Conflict for an entry that decided nothing.
    """
    with uow:
        area = _allowed(uow, actor, slug)
        plan = _planned(uow, area, entry_id)
        return plan, _preview(uow, area, _former(area, plan))


def roll_back_policy(
    uow: UnitOfWork, actor: Actor, slug: str, entry_id: int, version: int, reason: str, now: datetime
) -> Preview:
    """Put an area's policy back to before an entry, based on `version`, and show its shops accordingly.

    Raises as `plan_policy_roll_back`, Stale when somebody decided in between, Invalid without a reason.
    """
    words = checked_reason(reason)
    with uow:
        area = _allowed(uow, actor, slug, lock=True)
        if area.version != version:
            raise Stale("somebody else decided first", code="stale", version=area.version)
        plan = _planned(uow, area, entry_id)
        need_changes(plan)
        found, _count = _set(uow, actor, area, _former(area, plan), version, now)
        note(uow, actor, "area", area.id, plan, words, now)
        uow.commit()
    return found


def _planned(uow: UnitOfWork, area: DecidingArea, entry_id: int) -> RollBack:
    policy = _words(area.own)
    return put_back(uow.audit.entries("area", area.id, entry_id), entry_id, policy, tuple(policy), OF_POLICIES)


def _former(area: DecidingArea, plan: RollBack) -> OwnPolicy:
    values = _words(area.own) | plan.values
    return OwnPolicy(values["commercial_precision"], values["moderation"])


def _set(
    uow: UnitOfWork, actor: Actor, area: DecidingArea, own: OwnPolicy, version: int, now: datetime
) -> tuple[Preview, int]:
    """Write a policy and show the shops accordingly; return what it changes and how many shops were shown otherwise."""
    found = _preview(uow, area, own)
    if area.version != version or not uow.area_policies.decide(area, own):
        raise Stale("somebody else decided first", code="stale", version=area.version)
    changes = _changes(uow, area, found.becomes, lock=True)
    for precision, space_ids in changes.items():
        uow.area_policies.show_as(space_ids, precision, now)
        for space_id in space_ids:
            uow.audit.add(actor, "precision_by_policy", "space", space_id,
                          after={"publication_precision": precision}, at=now)  # fmt: skip
    return found, sum(map(len, changes.values()))


def _allowed(uow: UnitOfWork, actor: Actor, slug: str, *, lock: bool = False) -> DecidingArea:
    area = uow.area_policies.by_slug(slug, lock=lock)
    if area is None:
        raise NotFound("there is no such area")
    require(actor, Action.SET_POLICY, uow.areas.path(area.id))
    return area


def _listed(uow: UnitOfWork, area: DecidingArea) -> Listed:
    inherited = uow.areas.policy(uow.areas.path(area.parent_id))
    return Listed(area, _with(area.own, inherited), inherited)


def _with(own: OwnPolicy, inherited: AreaPolicy) -> AreaPolicy:
    return effective((own, OwnPolicy(inherited.commercial_precision, inherited.moderation)))


def _preview(uow: UnitOfWork, area: DecidingArea, own: OwnPolicy) -> Preview:
    listed = _listed(uow, area)
    becomes = _with(own, listed.inherited)
    changes = {precision: len(found) for precision, found in _changes(uow, area, becomes).items()}
    heirs = uow.area_policies.heirs(area.id)
    shops = uow.area_policies.shops(heirs)
    return Preview(
        listed,
        becomes,
        to_coarse=changes.get(Precision.CELL_100M, 0),
        to_exact=changes.get(Precision.EXACT, 0),
        keep_theirs=sum(not follows_policy(shop.standing) for shop in shops),
        heirs=len(heirs) - 1,
    )


def _changes(uow: UnitOfWork, area: DecidingArea, policy: AreaPolicy, *, lock: bool = False) -> dict[str, list[UUID]]:
    """Return the places that are to be shown otherwise under `policy`, by the precision that they get."""
    changed: dict[str, list[UUID]] = {}
    for shop in uow.area_policies.shops(uow.area_policies.heirs(area.id), lock=lock):
        wanted = precision_for(shop.standing, policy)
        if follows_policy(shop.standing) and wanted != shop.precision:
            changed.setdefault(wanted, []).append(shop.space_id)
    return changed


def _words(own: OwnPolicy) -> dict[str, Any]:
    return {"commercial_precision": own.commercial_precision, "moderation": own.moderation}
