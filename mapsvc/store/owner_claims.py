"""Claims of owners with proof and contact, and the files of their proofs in one private folder."""

from dataclasses import asdict, fields
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Row, exists, insert, select, update

from mapsvc.domain.ids import new_id
from mapsvc.domain.owner_claims import OwnerClaim, OwnerContact
from mapsvc.store.care_tables import owner_claims
from mapsvc.store.tables import contacts, observations

_NAMES = tuple(field.name for field in fields(OwnerClaim))


class OwnerClaimRepository:
    """Reads and writes claims on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, claim: OwnerClaim, token_hash: str, recipient: OwnerContact | None) -> None:
        """Add a claim, and the address that its sender left in the erasable store."""
        contact_id: UUID | None = None
        if recipient is not None:
            contact_id = new_id()
            self._connection.execute(
                insert(contacts).values(
                    id=contact_id, email=recipient.email, lang=recipient.lang, created_at=claim.created_at
                )
            )
        self._connection.execute(
            insert(owner_claims).values(**asdict(claim), token_hash=token_hash, contact_id=contact_id)
        )

    def get(self, claim_id: UUID, *, lock: bool = False) -> OwnerClaim | None:
        """Return a claim, locked against other deciders on request."""
        return self._one(owner_claims.c.id == claim_id, lock)

    def by_token(self, token_hash: str, *, lock: bool = False) -> OwnerClaim | None:
        """Return the claim of a private link."""
        return self._one(owner_claims.c.token_hash == token_hash, lock)

    def _one(self, condition: ColumnElement[bool], lock: bool) -> OwnerClaim | None:
        query = select(*(owner_claims.c[name] for name in _NAMES)).where(condition)
        row = self._connection.execute(query.with_for_update() if lock else query).one_or_none()
        return None if row is None else _claim(row)

    def of_space(self, space_id: UUID) -> list[OwnerClaim]:
        """Return all claims about a place, the oldest first."""
        query = (
            select(*(owner_claims.c[name] for name in _NAMES))
            .where(owner_claims.c.space_id == space_id)
            .order_by(owner_claims.c.created_at, owner_claims.c.id)
        )
        return [_claim(row) for row in self._connection.execute(query)]

    def update(self, claim: OwnerClaim) -> None:
        """Write the state of a claim and what was decided about it."""
        names = (
            "state decided_at decided_by reason precision_before unhide_asked_by unhide_agreed_by unhide_refused_by"
        ).split()
        values = {name: getattr(claim, name) for name in names}
        self._connection.execute(update(owner_claims).where(owner_claims.c.id == claim.id).values(values))

    def recipient(self, claim_id: UUID) -> OwnerContact | None:
        """Return whom to write about a claim; None where no address was left or it was erased."""
        query = (
            select(contacts.c.email, contacts.c.lang)
            .join(owner_claims, owner_claims.c.contact_id == contacts.c.id)
            .where(owner_claims.c.id == claim_id, contacts.c.email != "")
        )
        row = self._connection.execute(query).one_or_none()
        return None if row is None else OwnerContact(row.email, row.lang)

    def published_by_authority(self, space_id: UUID) -> bool:
        """Tell whether an authority published the position of the place, so that it is no secret."""
        return bool(self._connection.execute(select(from_authority(space_id))).scalar_one())


def from_authority(space_id: Any) -> ColumnElement[bool]:
    """Return the condition that a counted observation of this place comes from an official register."""
    return exists().where(
        observations.c.space_id == space_id,
        observations.c.source_kind == "import_official",
        observations.c.state == "counted",
    )


def _claim(row: Row[Any]) -> OwnerClaim:
    return OwnerClaim(**row._mapping)


class ProofFolder:
    """Keeps the proofs of owners; nothing of this folder is ever served but to the desk."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def save(self, name: str, data: bytes) -> None:
        """Keep a file under a name of ours; it is complete or absent."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        unfinished = self._folder / f".{name}"
        unfinished.write_bytes(data)
        unfinished.replace(self._folder / name)

    def path(self, name: str) -> Path:
        """Return where a file lies; only the last part of its name is used."""
        return self._folder / Path(name).name
