"""Accounts as Flask-Security-Too wants them: the one place where that library's own commits are allowed.

Roles are not here: what an account may do are the grants of `mapsvc.store.people`.
"""

from typing import Any

from flask_security import RoleMixin, SQLAlchemySessionUserDatastore, UserMixin
from sqlalchemy import Engine
from sqlalchemy.orm import DeclarativeBase, scoped_session, sessionmaker

from mapsvc.store.tables import metadata, users


class Base(DeclarativeBase):
    """The declarative side of the same tables."""

    metadata = metadata


class User(Base, UserMixin):
    """An account; its columns are those of the table `users`."""

    __table__ = users

    @property
    def roles(self) -> list[Any]:  # type: ignore[override]  # the library declares a column, we never fill one
        """Return no role of the library: permission is asked of the grants, inside the use cases."""
        return []


class NoRole(RoleMixin):
    """A role that the library asks for by signature and never gets."""


def account_store(engine: Engine) -> tuple[SQLAlchemySessionUserDatastore, Any]:
    """Return the library's store of accounts and its session, which the web removes after each request."""
    session = scoped_session(sessionmaker(engine, expire_on_commit=False))
    return SQLAlchemySessionUserDatastore(session, User, NoRole), session
