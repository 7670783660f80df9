"""An owner's right of reply: claiming a place, withdrawing, deciding, and lifting an objection by two people.

An objection hides the exact place in the transaction that stores it, before anybody looks at it (M12).
"""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from mapsvc.domain.errors import Conflict, Invalid, NotFound
from mapsvc.domain.ids import new_id, token_hash
from mapsvc.domain.owner_claims import (
    LINK_LIFE,
    LONGEST_NOTE,
    LONGEST_PROOF,
    CheckedProof,
    ClaimState,
    OwnerClaim,
    OwnerContact,
    ProofFiles,
    Wish,
    check_agreeing,
    check_asking,
    check_decision,
    check_wish,
)
from mapsvc.domain.people import Action, Actor, require
from mapsvc.domain.ports import UnitOfWork
from mapsvc.domain.publication import Precision, has_public_page, precision_for, standing_of
from mapsvc.domain.screening import Finding, screen
from mapsvc.domain.spaces import Space
from mapsvc.domain.texts import clean_text
from mapsvc.usecases.follow_links import may_write_to
from mapsvc.usecases.observations import digest
from mapsvc.usecases.spaces import without_address

_LONGEST_REASON = 1000


@dataclass(frozen=True, slots=True)
class Claiming:
    """What an owner sends: the wish, words for the public, proof as text or as a checked file, where to answer."""

    key: UUID
    token: str
    wish: str
    public_note: str = ""
    proof_text: str = ""
    proof: CheckedProof | None = None
    email: str = ""
    lang: str = "en"


@dataclass(frozen=True, slots=True)
class FollowedClaim:
    """A claim with its place, for whoever holds its private link or decides about it."""

    claim: OwnerClaim
    space: Space


def claim_space(uow: UnitOfWork, files: ProofFiles, actor: Actor, slug: str, claiming: Claiming, now: datetime) -> bool:
    """Store a claim about a public place; an objection hides the exact place at once. Tell whether it is new.

    Raises NotFound for a place without a public page, Invalid for what cannot be stored, Conflict for a used key.
    """
    note = _public_note(claiming.public_note)
    proof = clean_text(claiming.proof_text, "/proof_text", LONGEST_PROOF, several_lines=True)
    wish = check_wish(claiming.wish, note=note, proof=bool(proof or claiming.proof))
    with uow:
        body = digest("|".join((slug, wish, note, proof)))
        if uow.idempotency.claim(claiming.key, "owner_claim", body, now) is not None:
            return False
        space = uow.spaces.by_slug(slug, lock=True)
        if space is None or not has_public_page(space.record_state) or space.publication_precision == Precision.HIDDEN:
            raise NotFound("there is no such space")
        claim_id = new_id()
        claim = OwnerClaim(
            id=claim_id,
            space_id=space.id,
            wish=wish,
            created_at=now,
            reporter=actor.reporter,
            public_note=note or None,
            proof_text=proof or None,
            proof_file=f"{claim_id}.{claiming.proof.suffix}" if claiming.proof else None,
            user_id=actor.user_id,
            precision_before=space.publication_precision if wish is Wish.OBJECT else None,
        )
        writes = bool(claiming.email) and may_write_to(uow, claiming.email, now)
        contact = OwnerContact(claiming.email, claiming.lang) if writes else None
        uow.owner_claims.add(claim, token_hash(claiming.token), contact)
        if claiming.proof is not None and claim.proof_file:
            files.save(claim.proof_file, claiming.proof.data)
        if wish is Wish.OBJECT and not space.owner_objection:
            _republish(uow, space, replace(space, owner_objection=True), now)
        uow.audit.add(actor, "owner_claimed", "space", space.id, after={"wish": wish}, at=now)
        if contact is not None:
            uow.outbox.add(contact.email, "owner_received", contact.lang, {"token": claiming.token, "wish": wish}, now)
        uow.idempotency.keep(claiming.key, {"claim_id": str(claim.id)})
        uow.commit()
    return True


def _public_note(text: str) -> str:
    """Return the words for the public; raise Invalid where they hold personal data, which no page may show."""
    note = clean_text(text, "/public_note", LONGEST_NOTE, several_lines=True)
    if screen(note) - {Finding.ACCUSATION}:
        raise Invalid("leave out numbers and addresses", "/public_note", code="personal_data")
    return note


def follow_claim(uow: UnitOfWork, token: str, now: datetime) -> FollowedClaim:
    """Return the claim of a private link; raise NotFound, with code `expired` when its time is over."""
    with uow:
        return _of_token(uow, token, now)


def _of_token(uow: UnitOfWork, token: str, now: datetime, *, lock: bool = False) -> FollowedClaim:
    claim = uow.owner_claims.by_token(token_hash(token))
    if claim is None:
        raise NotFound("there is no such link")
    if claim.created_at + LINK_LIFE <= now:
        raise NotFound("the time of this link is over", code="expired")
    return _with_space(uow, claim.id, lock=lock)


def _with_space(uow: UnitOfWork, claim_id: UUID, *, lock: bool = False) -> FollowedClaim:
    """Return a claim and its place, locked in the order of every other writer: the place first."""
    claim = uow.owner_claims.get(claim_id)
    space = uow.spaces.get(claim.space_id, lock=lock) if claim is not None else None
    if claim is None or space is None:
        raise NotFound("there is no such claim")
    return (
        FollowedClaim(uow.owner_claims.get(claim_id, lock=True) or claim, space)
        if lock
        else FollowedClaim(claim, space)
    )


def withdraw_claim(uow: UnitOfWork, token: str, now: datetime) -> OwnerClaim:
    """Take a claim back; an objection falls, but the exact place is shown again only when two people agree.

    Doing it twice changes nothing. Raises NotFound for an unknown link, Conflict for a claim that was refused.
    """
    with uow:
        found = _of_token(uow, token, now, lock=True)
        claim, space = found.claim, found.space
        if claim.state == ClaimState.WITHDRAWN:
            return claim
        if claim.state == ClaimState.REFUSED:
            raise Conflict("this was decided already", code="decided_before")
        taken = replace(claim, state=ClaimState.WITHDRAWN, decided_at=now)
        uow.owner_claims.update(taken)
        changed = space
        if claim.wish == Wish.NOTE and space.owner_note == claim.public_note:
            changed = replace(changed, owner_note=None)
        if claim.wish == Wish.CONSENT and claim.state == ClaimState.VERIFIED:
            changed = replace(changed, owner_consent=None, owner_note=None)
        _republish(uow, space, changed, now)
        uow.audit.add(Actor(user_id=claim.user_id), "owner_withdrew", "space", space.id, after={"wish": claim.wish},
                      at=now)  # fmt: skip
        uow.commit()
    return taken


def find_claim(uow: UnitOfWork, actor: Actor, claim_id: UUID) -> FollowedClaim:
    """Return a claim for the desk; raise NotFound outside the areas of `actor`, who learns no more than that."""
    with uow:
        return _decidable(uow, actor, claim_id)


def _decidable(uow: UnitOfWork, actor: Actor, claim_id: UUID, *, lock: bool = False) -> FollowedClaim:
    found = _with_space(uow, claim_id, lock=lock)
    require(actor, Action.ANSWER_OWNERS, uow.areas.path(found.space.area_id))
    return found


def verify_claim(
    uow: UnitOfWork, actor: Actor, claim_id: UUID, now: datetime, *, show_note: bool = False
) -> OwnerClaim:
    """Say that the claim is the owner's: consent shows the place exactly, an objection stands, a note may be shown.

    Raises Forbidden, NotFound, and Conflict when it was decided already.
    """
    with uow:
        found = _decidable(uow, actor, claim_id, lock=True)
        claim, space = found.claim, found.space
        check_decision(claim)
        note = claim.public_note if show_note else space.owner_note
        changed = replace(space, owner_note=note)
        if claim.wish != Wish.NOTE:
            changed = replace(changed, owner_consent=claim.wish == Wish.CONSENT)
        decided = replace(claim, state=ClaimState.VERIFIED, decided_at=now, decided_by=actor.user_id)
        uow.owner_claims.update(decided)
        _republish(uow, space, changed, now)
        _tell(uow, actor, decided, "owner_verified", now)
        uow.commit()
    return decided


def refuse_claim(uow: UnitOfWork, actor: Actor, claim_id: UUID, reason: str, now: datetime) -> OwnerClaim:
    """Refuse a claim with a reason that its sender reads.

    Whoever refuses an objection is the first of the two people who may show the exact place again; the place stays
    coarse until the second agrees. Raises Forbidden, NotFound, Conflict, and Invalid without a reason.
    """
    words = clean_text(reason, "/reason", _LONGEST_REASON, several_lines=True)
    if not words:
        raise Invalid("a reason is needed", "/reason", code="required")
    with uow:
        claim = _decidable(uow, actor, claim_id, lock=True).claim
        check_decision(claim)
        refused = replace(
            claim, state=ClaimState.REFUSED, decided_at=now, decided_by=actor.user_id, reason=words,
            unhide_asked_by=actor.user_id if claim.wish == Wish.OBJECT else None,
        )  # fmt: skip
        uow.owner_claims.update(refused)
        _tell(uow, actor, refused, "owner_refused", now)
        uow.commit()
    return refused


def ask_to_lift(uow: UnitOfWork, actor: Actor, claim_id: UUID, now: datetime) -> OwnerClaim:
    """Ask to show the exact place again after an objection was withdrawn; a second person has to agree."""
    with uow:
        claim = _decidable(uow, actor, claim_id, lock=True).claim
        check_asking(claim)
        asked = replace(claim, unhide_asked_by=actor.user_id)
        uow.owner_claims.update(asked)
        uow.audit.add(actor, "unhide_asked", "space", claim.space_id, at=now)
        uow.commit()
    return asked


def lift_objection(uow: UnitOfWork, actor: Actor, claim_id: UUID, now: datetime) -> Space:
    """Agree, as the second person, to show the exact place again; return the place.

    Raises Forbidden for the first person, and Conflict while another objection to the place stands.
    """
    with uow:
        found = _decidable(uow, actor, claim_id, lock=True)
        claim, space = found.claim, found.space
        check_agreeing(claim, actor.user_id)
        if any(other.stands for other in uow.owner_claims.of_space(space.id)):
            raise Conflict("another objection to this place stands", code="objection_stands")
        uow.owner_claims.update(replace(claim, unhide_agreed_by=actor.user_id))
        consent = None if space.owner_consent is False else space.owner_consent
        shown = _republish(
            uow, space, replace(space, owner_objection=False, owner_consent=consent), now, before=claim.precision_before
        )
        uow.audit.add(actor, "unhide_agreed", "space", space.id, at=now)
        uow.commit()
    return shown


def keep_coarse(uow: UnitOfWork, actor: Actor, claim_id: UUID, now: datetime) -> OwnerClaim:
    """Decide that the place stays coarse although the objection fell; one person is enough for the careful side."""
    with uow:
        claim = _decidable(uow, actor, claim_id, lock=True).claim
        if not claim.may_be_lifted:
            raise Conflict("this was decided already", code="decided_before")
        kept = replace(claim, unhide_refused_by=actor.user_id)
        uow.owner_claims.update(kept)
        uow.audit.add(actor, "unhide_refused", "space", claim.space_id, at=now)
        uow.commit()
    return kept


def _republish(uow: UnitOfWork, space: Space, changed: Space, now: datetime, *, before: str | None = None) -> Space:
    """Write the place with the precision that follows for it; `before` is what an authority showed before."""
    if changed == space:
        return space
    shown = Precision(before or space.publication_precision)
    authority = shown if uow.owner_claims.published_by_authority(space.id) else None
    policy = uow.areas.policy(uow.areas.path(space.area_id))
    precision = precision_for(standing_of(changed, authority), policy)
    written = replace(changed, publication_precision=precision.value, updated_at=now)
    written = without_address(uow, space, written)
    uow.spaces.update(written)
    return written


def _tell(uow: UnitOfWork, actor: Actor, claim: OwnerClaim, action: str, now: datetime) -> None:
    """Keep the decision in the history, and mail it to whoever left an address."""
    after = {"wish": claim.wish}
    uow.audit.add(actor, action, "space", claim.space_id, after=after, reason=claim.reason, at=now)
    recipient = uow.owner_claims.recipient(claim.id)
    if recipient is not None:
        params = {"wish": claim.wish, "state": claim.state, "reason": claim.reason or ""}
        uow.outbox.add(recipient.email, "owner_decided", recipient.lang, params, now)
