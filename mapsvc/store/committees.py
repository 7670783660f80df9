"""Committees of calls and their declarations, in the database."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects.postgresql import insert

from mapsvc.domain.committees import CommitteeMember, ConflictOfInterest
from mapsvc.store.call_tables import applications, committee_members, conflicts_of_interest
from mapsvc.store.tables import users


class CommitteeRepository:
    """Reads and writes committees on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def members(self, call_id: UUID) -> list[CommitteeMember]:
        """Return the members of a call, the chair first."""
        query = (
            select(committee_members, users.c.name, users.c.email)
            .join(users, users.c.id == committee_members.c.user_id)
            .where(committee_members.c.call_id == call_id)
            .order_by(committee_members.c.chair.desc(), users.c.name, users.c.id)
        )
        return [
            CommitteeMember(row.call_id, row.user_id, row.chair, row.name, row.email)
            for row in self._connection.execute(query)
        ]

    def calls_of(self, user_id: int) -> list[UUID]:
        """Return the calls in whose committee an account is, the latest first."""
        query = (
            select(committee_members.c.call_id)
            .where(committee_members.c.user_id == user_id)
            .order_by(committee_members.c.added_at.desc(), committee_members.c.call_id)
        )
        return list(self._connection.execute(query).scalars())

    def seated(self, user_id: int) -> bool:
        """Tell whether an account is in any committee."""
        query = select(committee_members.c.call_id).where(committee_members.c.user_id == user_id).limit(1)
        return self._connection.execute(query).first() is not None

    def add(self, member: CommitteeMember, added_by: int | None, at: datetime) -> bool:
        """Add a member; tell whether it is new."""
        statement = insert(committee_members).values(
            call_id=member.call_id, user_id=member.user_id, chair=member.chair, added_by=added_by, added_at=at
        )
        return bool(self._connection.execute(statement.on_conflict_do_nothing()).rowcount)

    def remove(self, call_id: UUID, user_id: int) -> bool:
        """Take a member out; tell whether there was one."""
        mine = (committee_members.c.call_id == call_id, committee_members.c.user_id == user_id)
        return bool(self._connection.execute(delete(committee_members).where(*mine)).rowcount)

    def set_chair(self, call_id: UUID, user_id: int) -> bool:
        """Give the chair to a member instead of whoever has it; tell whether there is such a member."""
        of_call = update(committee_members).where(committee_members.c.call_id == call_id)
        # One after the other: the database allows one chair at any moment.
        self._connection.execute(of_call.where(committee_members.c.chair).values(chair=False))
        given = self._connection.execute(of_call.where(committee_members.c.user_id == user_id).values(chair=True))
        return bool(given.rowcount)

    def conflicts(self, call_id: UUID) -> list[ConflictOfInterest]:
        """Return every declaration in a call."""
        query = (
            select(conflicts_of_interest)
            .join(applications, applications.c.id == conflicts_of_interest.c.application_id)
            .where(applications.c.call_id == call_id)
            .order_by(conflicts_of_interest.c.declared_at, conflicts_of_interest.c.user_id)
        )
        return [ConflictOfInterest(**row._mapping) for row in self._connection.execute(query)]

    def declare(self, conflict: ConflictOfInterest) -> bool:
        """Keep a declaration; tell whether it is new."""
        values = {name: getattr(conflict, name) for name in ConflictOfInterest.__dataclass_fields__}
        statement = insert(conflicts_of_interest).values(values)
        return bool(self._connection.execute(statement.on_conflict_do_nothing()).rowcount)
