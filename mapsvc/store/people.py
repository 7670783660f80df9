"""Accounts and their roles in the database; signing in itself is in store/accounts.py and the web."""

import secrets
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, delete, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from mapsvc.domain.people import Account, Grant, Role
from mapsvc.store.tables import invitations, role_grants, users


class PeopleRepository:
    """Reads and writes accounts on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def _account(self, row: Row[Any]) -> Account:
        grants = self._connection.execute(
            select(role_grants).where(role_grants.c.user_id == row.id).order_by(role_grants.c.id)
        )
        return Account(
            id=row.id,
            email=row.email,
            name=row.name,
            lang=row.lang,
            active=row.active,
            confirmed=row.confirmed_at is not None,
            demonstration=row.demonstration,
            grants=tuple((g.id, g.role, g.area_id, g.group_id, g.collective_id) for g in grants),
        )

    def _one(self, condition: Any) -> Account | None:
        row = self._connection.execute(select(users).where(condition, users.c.erased_at.is_(None))).one_or_none()
        return None if row is None else self._account(row)

    def lock(self) -> None:
        """Let nobody else change grants before this transaction ends."""
        self._connection.execute(text("LOCK TABLE role_grants IN SHARE ROW EXCLUSIVE MODE"))

    def by_email(self, email: str) -> Account | None:
        """Return the account with this address."""
        return self._one(users.c.email == email.lower())

    def get(self, user_id: int) -> Account | None:
        """Return the account."""
        return self._one(users.c.id == user_id)

    def all(self) -> list[Account]:
        """Return all accounts in the order of their names."""
        rows = self._connection.execute(
            select(users).where(users.c.erased_at.is_(None)).order_by(users.c.name, users.c.id)
        ).all()
        return [self._account(row) for row in rows]

    def grants_of(self, user_id: int) -> tuple[Grant, ...]:
        """Return what an account may do."""
        rows = self._connection.execute(select(role_grants).where(role_grants.c.user_id == user_id))
        return tuple(Grant(Role(g.role), g.area_id, g.group_id, g.collective_id) for g in rows)

    def add(
        self, email: str, name: str, lang: str | None, password_hash: str | None, at: datetime, *, demonstration: bool
    ) -> int:
        """Add an account and return its id; one with a password counts as confirmed."""
        query = (
            insert(users)
            .values(
                email=email.lower(),
                name=name,
                lang=lang,
                password=password_hash,
                fs_uniquifier=secrets.token_hex(16),
                confirmed_at=at if password_hash else None,
                demonstration=demonstration,
            )
            .returning(users.c.id)
        )
        return int(self._connection.execute(query).scalar_one())

    def set_active(self, user_id: int, active: bool) -> None:
        """Open or close an account; the new uniquifier ends every session of it."""
        self._connection.execute(
            update(users).where(users.c.id == user_id).values(active=active, fs_uniquifier=secrets.token_hex(16))
        )

    def set_password(self, user_id: int, password_hash: str, at: datetime) -> None:
        """Set the password of an account and confirm its address; every session of it ends."""
        self._connection.execute(
            update(users)
            .where(users.c.id == user_id)
            .values(password=password_hash, confirmed_at=at, fs_uniquifier=secrets.token_hex(16))
        )

    def set_lang(self, user_id: int, lang: str) -> None:
        """Remember the language of an account."""
        self._connection.execute(update(users).where(users.c.id == user_id).values(lang=lang))

    def grant(
        self,
        user_id: int,
        role: str,
        *,
        area_id: UUID | None = None,
        group_id: UUID | None = None,
        collective_id: UUID | None = None,
        granted_by: int | None,
        at: datetime,
    ) -> bool:
        """Grant a role; tell whether it is new."""
        query = (
            upsert(role_grants)
            .values(
                user_id=user_id,
                role=role,
                area_id=area_id,
                group_id=group_id,
                collective_id=collective_id,
                granted_by=granted_by,
                granted_at=at,
            )
            .on_conflict_do_nothing()
            .returning(role_grants.c.id)
        )
        return self._connection.execute(query).first() is not None

    def revoke(self, grant_id: int) -> bool:
        """Take a grant back; tell whether it was there."""
        return self._connection.execute(delete(role_grants).where(role_grants.c.id == grant_id)).rowcount == 1

    def invite(self, token_hash: str, user_id: int, expires_at: datetime) -> None:
        """Keep the hash of an invitation; earlier ones of the account end."""
        self._connection.execute(delete(invitations).where(invitations.c.user_id == user_id))
        self._connection.execute(
            insert(invitations).values(token_hash=token_hash, user_id=user_id, expires_at=expires_at)
        )

    def take_invitation(self, token_hash: str, now: datetime) -> int | None:
        """Use an invitation up; return its account, or None when it is unknown or too old."""
        query = (
            delete(invitations)
            .where(invitations.c.token_hash == token_hash, invitations.c.expires_at > now)
            .returning(invitations.c.user_id)
        )
        return self._connection.execute(query).scalar_one_or_none()
