"""Applying in a call: beginning, finding again, saving one part after the other.

Sending and withdrawing are in `application_sending`, files in `application_documents`, lots with their fit in
`application_lots`. Whoever holds the private link acts for the group; so do its representatives and who filed it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from mapsvc.domain.application_drafts import PARTS, ApplicationDraft, GroupFacts, Step, check_ranking
from mapsvc.domain.application_states import ApplicationState
from mapsvc.domain.applications import Application, ApplicationDocument, IntegrationRequest, TokenOf
from mapsvc.domain.calls import Call, Lot
from mapsvc.domain.collectives import Collective
from mapsvc.domain.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from mapsvc.domain.ids import new_id, token_hash
from mapsvc.domain.people import Action, Actor, Role, allows, holds_anywhere
from mapsvc.domain.ports import UnitOfWork
from mapsvc.usecases.application_mail import address_of, tell
from mapsvc.usecases.follow_links import may_write_to
from mapsvc.usecases.observations import digest

#: A token is 16 bytes in base64url, an id 36 signs; anything else is not looked up.
_LONGEST_KEY = 64
#: States of a call that nobody outside of the office knows yet.
_UNPUBLISHED = frozenset({"draft", "approved"})
OPEN = "open"
_WRITABLE = frozenset({ApplicationState.DRAFT, ApplicationState.SUBMITTED})


@dataclass(frozen=True, slots=True)
class Beginning:
    """What somebody sends to begin: who applies, or which collective of theirs, and where to mail the link.

    `on_behalf` says that a broker files for a group that asked for it.
    """

    key: UUID
    group: GroupFacts
    collective_slug: str = ""
    on_behalf: bool = False
    email: str = ""
    lang: str = "en"


@dataclass(frozen=True, slots=True)
class Opened:
    """An application as its group sees it; `lots` are those of the call that are still there, by number.

    `writable` says that the call is open and the parts can be changed; `wanted` are codes and whether each is needed.
    """

    application: Application
    draft: ApplicationDraft
    call: Call
    lots: tuple[Lot, ...]
    documents: tuple[ApplicationDocument, ...]
    requests: tuple[IntegrationRequest, ...]
    collective: Collective | None
    writable: bool

    @property
    def request(self) -> IntegrationRequest | None:
        """Return the open request for completion."""
        return next((one for one in self.requests if one.answered_at is None), None)

    @property
    def package(self) -> tuple[ApplicationDocument, ...]:
        """Return the documents that a submission would carry."""
        return tuple(one for one in self.documents if one.id in self.draft.documents)

    def missing(self) -> dict[Step, tuple[str, ...]]:
        """Return by part what a submission still needs."""
        wanted = self.call.definition
        return self.draft.missing(
            documents=[one.code for one in wanted.documents if one.required],
            declarations=[one.code for one in wanted.declarations if one.required],
            has={one.kind for one in self.package},
        )


def call_to_apply(uow: UnitOfWork, code: str, now: datetime) -> Call:
    """Return a call to which one can apply; raise NotFound, and Conflict before and after its time."""
    with uow:
        return open_call(uow, code, now)


def open_call(uow: UnitOfWork, code: str, now: datetime, *, lock: bool = False) -> Call:
    """Return an open call inside the caller's transaction, as `call_to_apply`."""
    call = uow.calls.by_code(code, lock=lock)
    if call is None or call.state in _UNPUBLISHED:
        raise NotFound("there is no such call")
    check_open(call, now)
    return call


def check_open(call: Call, now: datetime) -> None:
    """Raise Conflict unless applications can still be sent."""
    if not is_open(call, now):
        raise Conflict("the time for applications is over", code="call_closed")


def is_open(call: Call, now: datetime) -> bool:
    """Tell whether applications can be written and sent: the state and the clock both have to say so."""
    return call.state == OPEN and (call.closes_at is None or now < call.closes_at)


def own_collectives(uow: UnitOfWork, actor: Actor) -> list[Collective]:
    """Return the collectives that the account speaks for."""
    ids = [one.collective_id for one in actor.grants if one.role is Role.COLLECTIVE_REP and one.collective_id]
    with uow:
        found = [uow.collectives.get(one) for one in ids]
    return [one for one in found if one is not None and one.state not in ("suspended", "dissolved")]


def begin(uow: UnitOfWork, actor: Actor, token_of: TokenOf, code: str, beginning: Beginning, now: datetime) -> UUID:
    """Begin an application and return its id; the same key is stored once.

    Raises NotFound, Conflict when the call is closed (`call_closed`) or the collective applies already
    (`applied_before`), Forbidden for a collective of others or a broker's mandate that the account does not have.
    """
    group = beginning.group
    if not group.name and not beginning.collective_slug:
        raise Invalid("a group needs a name", "/name", code="required")
    if beginning.on_behalf and not holds_anywhere(actor, Action.FILE_ON_BEHALF):
        raise Forbidden("only a trust broker files for others", code="forbidden")
    with uow:
        body = digest("|".join((code, beginning.collective_slug, str(group.to_json()), str(beginning.on_behalf))))
        before = uow.idempotency.claim(beginning.key, "application", body, now)
        if before is not None:
            return UUID(str(before["id"]))
        call = open_call(uow, code, now, lock=True)
        collective = _chosen(uow, actor, beginning.collective_slug)
        if collective is not None:
            _check_first(uow, call, collective)
        draft = ApplicationDraft(group) if collective is None else from_profile(collective)
        application = Application(
            id=new_id(),
            call_id=call.id,
            lang=beginning.lang,
            created_at=now,
            updated_at=now,
            collective_id=collective.id if collective else None,
            filed_by=actor.user_id,
            on_behalf=beginning.on_behalf,
            working=draft.to_json(),
        )
        uow.applications.add(application, token_hash(token_of(application.id)))
        if beginning.email and may_write_to(uow, beginning.email, now):
            uow.applications.set_address(application.id, beginning.email, beginning.lang, now)
            tell(uow, application, "application_link", {"call": dict(call.title), "code": call.code}, now)
        uow.idempotency.keep(beginning.key, {"id": str(application.id)})
        after = {"state": application.state, "on_behalf": application.on_behalf, "call_id": str(call.id)}
        uow.audit.add(actor, "application_begun", "application", application.id, after=after, at=now)
        uow.commit()
    return application.id


def _chosen(uow: UnitOfWork, actor: Actor, slug: str) -> Collective | None:
    if not slug:
        return None
    collective = uow.collectives.by_slug(slug)
    if collective is None or not allows(actor, Action.EDIT_COLLECTIVE, collective_id=collective.id):
        raise NotFound("there is no such collective")
    if collective.state in ("suspended", "dissolved"):
        raise Conflict("this collective cannot apply at present", code="collective_closed")
    return collective


def _check_first(uow: UnitOfWork, call: Call, collective: Collective) -> None:
    others = uow.applications.of_people(-1, [collective.id])
    if any(one.call_id == call.id and one.state != ApplicationState.WITHDRAWN for one in others):
        raise Conflict("this group has an application in this call", code="applied_before")


def from_profile(collective: Collective) -> ApplicationDraft:
    """Return the draft that begins from what a collective stated once."""
    group = GroupFacts(
        name=collective.name,
        story=collective.story,
        form=collective.form,
        disciplines=collective.disciplines,
        members_count=collective.members_count,
        members_under_30=collective.members_under_30,
        members_under_35=collective.members_under_35,
        legal_id=collective.legal_id,
    )
    return ApplicationDraft(group, dict(collective.needs))


def opened(uow: UnitOfWork, actor: Actor, key: str, *, lock: bool = False) -> Application:
    """Return the application of a private link, or of an id for whoever filed it or speaks for its collective.

    Inside the caller's transaction; raises NotFound for everything else.
    """
    if len(key) > _LONGEST_KEY or not key.isascii():
        raise NotFound("there is no such application")
    try:
        by_id = UUID(key)
    except ValueError:
        application = uow.applications.by_token(token_hash(key), lock=lock)
        if application is None:
            raise NotFound("there is no such application") from None
        return application
    application = uow.applications.get(by_id, lock=lock) if actor.user_id is not None else None
    if application is None or not _speaks_for(actor, application):
        raise NotFound("there is no such application")
    return application


def _speaks_for(actor: Actor, application: Application) -> bool:
    if application.filed_by is not None and application.filed_by == actor.user_id:
        return True
    own = application.collective_id
    return own is not None and allows(actor, Action.EDIT_COLLECTIVE, collective_id=own)


def locked(uow: UnitOfWork, actor: Actor, key: str) -> tuple[Application, Call]:
    """Return an application and its call, both locked, the call first as every other writer does."""
    found = opened(uow, actor, key)
    call = uow.calls.get(found.call_id, lock=True)
    application = uow.applications.get(found.id, lock=True)
    if call is None or application is None:
        raise NotFound("there is no such application")
    return application, call


def look(uow: UnitOfWork, actor: Actor, key: str, now: datetime) -> Opened:
    """Return an application with everything that its group sees; raise NotFound."""
    with uow:
        application = opened(uow, actor, key)
        call = uow.calls.get(application.call_id)
        if call is None:
            raise NotFound("there is no such call")
        return shown(uow, application, call, now)


def shown(uow: UnitOfWork, application: Application, call: Call, now: datetime) -> Opened:
    """Return what the group sees of an application inside the caller's transaction."""
    collective_id = application.collective_id
    return Opened(
        application=application,
        draft=ApplicationDraft.from_json(application.working),
        call=call,
        lots=tuple(lot for lot in uow.calls.lots(call.id) if lot.withdrawn_at is None),
        documents=tuple(uow.applications.documents(application.id)),
        requests=tuple(uow.applications.requests(application.id)),
        collective=uow.collectives.get(collective_id) if collective_id else None,
        writable=is_open(call, now) and application.state in _WRITABLE,
    )


def save_part(uow: UnitOfWork, actor: Actor, key: str, step: Step, base: str, part: Mapping[str, Any],
              typed: Mapping[str, list[str]], now: datetime) -> str:  # fmt: skip
    """Save one part of an application and return its new mark; `base` is the mark of the part it was based on.

    `part` holds checked values by the names of `PARTS`, `typed` what could not be read, by control. Raises NotFound,
    Stale when the part was saved elsewhere in between, Conflict when the call is closed, and Invalid for a ranking with
    a foreign or repeated lot or too many of them: then nothing at all is written.
    """
    with uow:
        found = opened(uow, actor, key, lock=True)
        call = uow.calls.get(found.call_id)
        if call is None:
            raise NotFound("there is no such call")
        check_writable(found, call, now)
        draft = ApplicationDraft.from_json(found.working)
        wanted = replace(draft, **{name: part[name] for name in PARTS[step] if name in part}).with_typed(step, typed)
        _check_part(uow, call, step, wanted)
        if wanted.mark(step) == draft.mark(step):
            return wanted.mark(step)
        if base != draft.mark(step):
            raise Stale("saved elsewhere in between", code="stale")
        _write(uow, replace(found, working=wanted.to_json()), now)
        uow.audit.add(actor, "application_saved", "application", found.id, after={"step": step.value}, at=now)
        uow.commit()
    return wanted.mark(step)


def check_writable(application: Application, call: Call, now: datetime) -> None:
    """Raise Conflict unless the parts of an application can still be changed."""
    if application.state not in _WRITABLE:
        raise Conflict("the application is in another state", code="application_state", state=application.state)
    check_open(call, now)


def _check_part(uow: UnitOfWork, call: Call, step: Step, draft: ApplicationDraft) -> None:
    if step is Step.PLACES:
        check_lots(uow, call, draft)
    if step is Step.DOCUMENTS:
        asked = {one.code for one in call.definition.declarations}
        for code in draft.declarations:
            if code not in asked:
                raise Invalid(
                    "the call asks for no such declaration", "/declarations", code="unknown_value", value=code
                )


def check_lots(uow: UnitOfWork, call: Call, draft: ApplicationDraft) -> None:
    """Raise Invalid unless the ranking names lots of the call that are still there, each once, and not too many."""
    offered = {lot.id for lot in uow.calls.lots(call.id) if lot.withdrawn_at is None}
    check_ranking(draft.lots, offered, call.definition.max_preferences)


def _write(uow: UnitOfWork, application: Application, now: datetime) -> None:
    if not uow.applications.update(application, now):
        raise Stale("somebody else changed it first", code="stale", version=application.version)


def set_address(uow: UnitOfWork, actor: Actor, key: str, email: str, lang: str, now: datetime) -> bool:
    """Keep where the group is written to and mail it the private link; tell whether a mail leaves.

    An address that forms named too often within a day is kept, and not written to.
    """
    with uow:
        application = opened(uow, actor, key, lock=True)
        call = uow.calls.get(application.call_id)
        mailed = bool(email) and call is not None and may_write_to(uow, email, now)
        uow.applications.set_address(application.id, email or None, lang, now)
        if mailed and call is not None:
            tell(uow, application, "application_link", {"call": dict(call.title), "code": call.code}, now)
        uow.audit.add(actor, "application_address", "application", application.id, at=now)
        uow.commit()
    return mailed


def has_address(uow: UnitOfWork, application: Application) -> bool:
    """Tell whether there is somebody to write to; the address itself is shown nowhere."""
    with uow:
        return address_of(uow, application) is not None


def own_applications(uow: UnitOfWork, actor: Actor) -> list[tuple[Application, Call]]:
    """Return what an account filed and what its collectives have, each with its call, the newest first."""
    if actor.user_id is None:
        return []
    ids = [one.collective_id for one in actor.grants if one.role is Role.COLLECTIVE_REP and one.collective_id]
    with uow:
        found = uow.applications.of_people(actor.user_id, ids)
        calls = {one.call_id: uow.calls.get(one.call_id) for one in found}
    return [(one, call) for one in found if (call := calls[one.call_id]) is not None]
