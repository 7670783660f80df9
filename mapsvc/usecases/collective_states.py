"""The states of collectives: shown, verified, suspended, dissolved; by whom, with which reason, and after silence.

Changing a profile is in `collectives`.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from mapsvc.domain.collectives import (
    NOTICE,
    PUBLIC_STATES,
    SILENCE,
    Collective,
    CollectiveState,
    Endorsement,
    Move,
    Trust,
    is_due_for_dissolution,
    is_due_for_notice,
    state_after,
)
from mapsvc.domain.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from mapsvc.domain.ids import new_id
from mapsvc.domain.people import SYSTEM, Action, Actor, Role, allows, holds_anywhere
from mapsvc.domain.ports import UnitOfWork
from mapsvc.domain.texts import clean_text
from mapsvc.usecases.collectives import activate_collective, own_collective

#: Returns the secret of the links in mails to a collective; see `domain.collectives.collective_token`.
TokenOf = Callable[[UUID], str]
_LONGEST_REASON = 1000
_LONGEST_ORGANISATION = 120
#: Why the service dissolves a collective by itself.
SILENT = "silence"
_ACTIONS = {
    Move.VERIFY: Action.VERIFY_COLLECTIVE,
    Move.SUSPEND: Action.SUSPEND_COLLECTIVE,
    Move.LIFT: Action.SUSPEND_COLLECTIVE,
    Move.DISSOLVE: Action.SUSPEND_COLLECTIVE,
}
_WORDS = {Move.VERIFY: "verified", Move.SUSPEND: "suspended", Move.LIFT: "lifted", Move.DISSOLVE: "dissolved"}
_WITH_REASON = frozenset({Move.SUSPEND, Move.DISSOLVE})


def publish_collective(uow: UnitOfWork, actor: Actor, slug: str, now: datetime) -> Collective:
    """Show a draft to everybody, by whoever speaks for it; raise NotFound, Forbidden, or Conflict for another state."""
    with uow:
        shown = activate_collective(uow, actor, own_collective(uow, actor, slug), now)
        uow.commit()
    return shown


def dissolve_own(uow: UnitOfWork, actor: Actor, slug: str, now: datetime) -> Collective:
    """Dissolve a collective by whoever speaks for it; raise NotFound, Forbidden, or Conflict for another state."""
    with uow:
        stored = own_collective(uow, actor, slug)
        dissolved = _moved(uow, actor, stored, Move.DISSOLVE, "own_wish", now)
        uow.commit()
    return dissolved


def decide(
    uow: UnitOfWork, actor: Actor, slug: str, move: Move, version: int, reason: str, now: datetime
) -> Collective:
    """Verify, suspend, lift or dissolve for the office, and tell the group by mail.

    Raises NotFound, Forbidden, Invalid without a reason where one is needed, Stale, and Conflict where the state does
    not allow it or the actor speaks for the group (code `own_collective`).
    """
    words = clean_text(reason, "/reason", _LONGEST_REASON, several_lines=True)
    if move in _WITH_REASON and not words:
        raise Invalid("a reason is needed", "/reason", code="reason_required")
    with uow:
        stored = seen(uow, actor, slug)
        if move not in _ACTIONS:
            raise Invalid("choose one of the listed values", "/verb", code="unknown_value", value=move)
        _require(uow, actor, _ACTIONS[move], stored)
        if allows(actor, Action.EDIT_COLLECTIVE, collective_id=stored.id):
            raise Conflict("nobody decides about a group they speak for", code="own_collective")
        if stored.version != version:
            raise Stale("somebody else decided first", code="stale", version=stored.version)
        changed = _moved(uow, actor, stored, move, words if move in _WITH_REASON else "", now)
        _tell(uow, changed, move, words if move in _WITH_REASON else "", now)
        uow.commit()
    return changed


def desk_collective(uow: UnitOfWork, actor: Actor, slug: str) -> tuple[Collective, list[Endorsement]]:
    """Return a collective and what is said for it to the desk; raise Forbidden or NotFound."""
    with uow:
        stored = seen(uow, actor, slug)
        return stored, uow.collectives.endorsements(stored.id)


def endorse(uow: UnitOfWork, actor: Actor, slug: str, organisation: str, words: str, now: datetime) -> Endorsement:
    """Publish what an organisation says for a collective; raise NotFound, Forbidden, Conflict or Invalid."""
    name = clean_text(organisation, "/organisation", _LONGEST_ORGANISATION)
    said = clean_text(words, "/text", _LONGEST_REASON, several_lines=True)
    for field, value in (("organisation", name), ("text", said)):
        if not value:
            raise Invalid("something needed is missing", f"/{field}", code="required")
    with uow:
        stored = seen(uow, actor, slug)
        _require(uow, actor, Action.VERIFY_COLLECTIVE, stored)
        if allows(actor, Action.EDIT_COLLECTIVE, collective_id=stored.id):
            raise Conflict("nobody endorses a group they speak for", code="own_collective")
        endorsement = Endorsement(new_id(), stored.id, name, said, actor.user_id, now)
        uow.collectives.endorse(endorsement)
        after = {"endorsement": str(endorsement.id), "organisation": name, "text": said}
        uow.audit.add(actor, "endorsed", "collective", stored.id, after=after, at=now)
        uow.commit()
    return endorsement


def withdraw_endorsement(uow: UnitOfWork, actor: Actor, slug: str, endorsement_id: UUID, now: datetime) -> None:
    """Take an endorsement away; raise NotFound or Forbidden."""
    with uow:
        stored = seen(uow, actor, slug)
        _require(uow, actor, Action.VERIFY_COLLECTIVE, stored)
        if not uow.collectives.withdraw_endorsement(endorsement_id, stored.id):
            raise NotFound("there is no such endorsement")
        before = {"endorsement": str(endorsement_id)}
        uow.audit.add(actor, "endorsement_withdrawn", "collective", stored.id, before=before, at=now)
        uow.commit()


def still_here(uow: UnitOfWork, collective_id: UUID, now: datetime) -> Collective:
    """Note that a collective exists, said by the private link of its mail; raise NotFound for one that is closed."""
    with uow:
        stored = uow.collectives.get(collective_id, lock=True)
        if stored is None or stored.state not in PUBLIC_STATES:
            raise NotFound("there is no such collective")
        heard = replace(stored, heard_at=now, noticed_at=None)
        uow.collectives.update(heard, now)
        uow.audit.add(Actor(), "confirmed", "collective", stored.id, at=now)
        uow.commit()
    return heard


def watch_silence(
    begin: Callable[[], AbstractContextManager[UnitOfWork]], token_of: TokenOf, now: datetime
) -> dict[str, int]:
    """Ask collectives that were silent for a year whether they still exist, and dissolve those that did not answer.

    Returns how many were asked and dissolved. Each is one transaction, so that a mail and its note belong together.
    """
    counts = {"asked": 0, "dissolved": 0}
    with begin() as uow:
        silent = [one.id for one in uow.collectives.silent(now - SILENCE)]
    for collective_id in silent:
        with begin() as uow:
            one = uow.collectives.get(collective_id, lock=True)
            if one is None:
                continue
            if is_due_for_dissolution(one, now):
                dissolved = _moved(uow, SYSTEM, one, Move.DISSOLVE, SILENT, now)
                _tell(uow, dissolved, Move.DISSOLVE, "", now)
                counts["dissolved"] += 1
            elif is_due_for_notice(one, now):
                uow.collectives.update(replace(one, noticed_at=now), now)
                until = (now + NOTICE).date().isoformat()
                params = {"token": token_of(one.id), "collective": one.name, "until": until}
                for to in uow.collectives.recipients(one.id):
                    uow.outbox.add(to.email, "collective_silent", to.lang, params, now)
                uow.audit.add(SYSTEM, "asked_whether_active", "collective", one.id, at=now)
                counts["asked"] += 1
            uow.commit()
    return counts


def seen(uow: UnitOfWork, actor: Actor, slug: str) -> Collective:
    """Return a collective to the desk, in the caller's transaction; raise Forbidden, or NotFound outside its areas."""
    if not holds_anywhere(actor, Action.SEE_COLLECTIVES):
        raise Forbidden("this is for the office and brokers", code="forbidden")
    stored = uow.collectives.by_slug(slug)
    if stored is None or not _in_areas(uow, actor, Action.SEE_COLLECTIVES, stored):
        raise NotFound("there is no such collective")
    return stored


def _require(uow: UnitOfWork, actor: Actor, action: Action, stored: Collective) -> None:
    if not _in_areas(uow, actor, action, stored):
        raise Forbidden("this account may not do that here", code="forbidden")


def _in_areas(uow: UnitOfWork, actor: Actor, action: Action, stored: Collective) -> bool:
    """Tell whether an account may act on a collective; one that names no place may be anywhere, so any area will do."""
    areas = uow.collectives.area_ids(stored.id)
    return allows(actor, action, areas) if areas else holds_anywhere(actor, action)


def _moved(uow: UnitOfWork, actor: Actor, stored: Collective, move: Move, reason: str, now: datetime) -> Collective:
    changed = replace(stored, state=state_after(stored, move), state_reason=reason or None)
    if move is Move.VERIFY:
        broker = not any(grant.role in (Role.OFFICER, Role.ADMINISTRATOR) for grant in actor.grants)
        changed = replace(changed, trust=Trust.VERIFIED_BY_BROKER if broker else Trust.VERIFIED_IDENTITY)
    if changed.state == CollectiveState.DISSOLVED:
        changed = replace(changed, alerts=False)
    if not uow.collectives.update(changed, now):
        raise Stale("somebody else decided first", code="stale", version=stored.version)
    uow.audit.add(
        actor, f"collective_{_WORDS[move]}", "collective", stored.id, before={"state": stored.state},
        after={"state": changed.state, "trust": changed.trust}, reason=reason or None, at=now,
    )  # fmt: skip
    return replace(changed, version=stored.version + 1)


def _tell(uow: UnitOfWork, changed: Collective, move: Move, reason: str, now: datetime) -> None:
    params = {"collective": changed.name, "slug": changed.slug, "move": move.value, "reason": reason}
    for to in uow.collectives.recipients(changed.id):
        uow.outbox.add(to.email, "collective_decided", to.lang, params, now)
