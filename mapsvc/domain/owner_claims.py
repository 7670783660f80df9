"""The owner's right of reply: what somebody who says that they own a place wants, and who may decide about it.

What an objection or a consent does to the precision of the place is in `publication`.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from mapsvc.domain.errors import Conflict, Forbidden, Invalid

#: An owner gets an answer within so many days (publication 5.2, M12).
DECIDED_WITHIN = timedelta(days=10)
#: The private link of a claim is kept for two years, as that of a report.
LINK_LIFE = timedelta(days=730)
LONGEST_PROOF = 2000
LONGEST_NOTE = 600


class Wish(StrEnum):
    """What an owner wants: agree to the exact place, object to it, or only say something in public."""

    CONSENT = "consent"
    OBJECT = "object"
    NOTE = "note"


class ClaimState(StrEnum):
    """What became of a claim; refused and withdrawn objections keep the place coarse until two people agree."""

    RECEIVED = "received"
    VERIFIED = "verified"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class OwnerClaim:
    """What an owner sent about a place; proof and contact are for the office only.

    `precision_before` is how exactly the place was shown when they objected. `unhide_…` name the accounts that asked
    for, agreed to and refused showing the exact place again.
    """

    id: UUID
    space_id: UUID
    wish: str
    created_at: datetime
    reporter: str
    public_note: str | None = None
    proof_text: str | None = None
    proof_file: str | None = None
    user_id: int | None = None
    state: str = ClaimState.RECEIVED
    decided_at: datetime | None = None
    decided_by: int | None = None
    reason: str | None = None
    precision_before: str | None = None
    unhide_asked_by: int | None = None
    unhide_agreed_by: int | None = None
    unhide_refused_by: int | None = None

    @property
    def due_at(self) -> datetime:
        """Return until when the office answers."""
        return self.created_at + DECIDED_WITHIN

    @property
    def stands(self) -> bool:
        """Tell whether this is an objection that nobody refused or took back."""
        return self.wish == Wish.OBJECT and self.state in (ClaimState.RECEIVED, ClaimState.VERIFIED)

    @property
    def may_be_lifted(self) -> bool:
        """Tell whether this is a fallen objection about which two people have not decided yet."""
        fallen = self.wish == Wish.OBJECT and self.state in (ClaimState.REFUSED, ClaimState.WITHDRAWN)
        return fallen and self.unhide_agreed_by is None and self.unhide_refused_by is None


@dataclass(frozen=True, slots=True)
class CheckedProof:
    """A file that an owner sent as proof and that may be kept: a picture encoded anew, or a PDF as it came."""

    suffix: str
    data: bytes


class ProofFiles(Protocol):
    """The files of proofs, which nobody but the office sees."""

    def save(self, name: str, data: bytes) -> None:
        """Keep a file under a name of ours."""
        ...


@dataclass(frozen=True, slots=True)
class OwnerContact:
    """The address that an owner left, and the language they wrote in."""

    email: str
    lang: str


def check_wish(wish: str, *, note: str, proof: bool) -> Wish:
    """Return the wish; raise Invalid for an unknown one, a note without words, or a consent without any proof.

    An objection needs no proof to hide the exact place, since waiting for one would keep it in sight.
    """
    if wish not in set(Wish):
        raise Invalid("choose what you want", "/wish", code="unknown_value", value=wish)
    if wish == Wish.NOTE and not note:
        raise Invalid("write what is to be shown", "/public_note", code="required")
    if wish != Wish.OBJECT and not proof:
        raise Invalid("say how the office can see that it is yours", "/proof_text", code="proof_required")
    return Wish(wish)


def check_decision(claim: OwnerClaim) -> None:
    """Raise Conflict unless the claim waits for a decision."""
    if claim.state != ClaimState.RECEIVED:
        raise Conflict("this was decided already", code="decided_before")


def check_asking(claim: OwnerClaim) -> None:
    """Raise Conflict unless somebody may ask to show the exact place again after this objection."""
    if not claim.may_be_lifted or claim.unhide_asked_by is not None:
        raise Conflict("this was asked or decided already", code="decided_before")


def check_agreeing(claim: OwnerClaim, user_id: int | None) -> None:
    """Raise Conflict unless somebody asked, and Forbidden when it is the same account: two people lift an objection."""
    if not claim.may_be_lifted or claim.unhide_asked_by is None:
        raise Conflict("this was not asked or is decided already", code="decided_before")
    if user_id is None or user_id == claim.unhide_asked_by:
        raise Forbidden("another person has to agree", code="second_person")


class OwnerClaims(Protocol):
    """Claims of owners, with proof and contact."""

    def add(self, claim: OwnerClaim, token_hash: str, recipient: OwnerContact | None) -> None:
        """Add a claim, and the address that its sender left in the erasable store."""
        ...

    def get(self, claim_id: UUID, *, lock: bool = False) -> OwnerClaim | None:
        """Return a claim, locked against other deciders on request."""
        ...

    def by_token(self, token_hash: str, *, lock: bool = False) -> OwnerClaim | None:
        """Return the claim of a private link."""
        ...

    def of_space(self, space_id: UUID) -> list[OwnerClaim]:
        """Return all claims about a place, the oldest first."""
        ...

    def update(self, claim: OwnerClaim) -> None:
        """Write the state of a claim and what was decided about it."""
        ...

    def recipient(self, claim_id: UUID) -> OwnerContact | None:
        """Return whom to write about a claim; None where no address was left or it was erased."""
        ...

    def published_by_authority(self, space_id: UUID) -> bool:
        """Tell whether an authority published the position of the place, so that it is no secret."""
        ...
