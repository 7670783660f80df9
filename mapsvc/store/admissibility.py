"""What officers found for the rules of eligibility, in the database."""

from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, delete, select, text
from sqlalchemy.dialects.postgresql import insert

from mapsvc.domain.admissibility import OfficeCheck
from mapsvc.domain.matches import State
from mapsvc.store.call_tables import admissibility_checks, application_documents, applications

_KEY = ("application_id", "rule")
# Usage: the rule about the seat. An area lies in itself and in everything above it.
_SEAT_PATHS = text("""
    WITH RECURSIVE up (seat, slug, parent_id) AS (
        SELECT a.slug, a.slug, a.parent_id FROM areas a
        WHERE a.slug IN (SELECT facts ->> 'seat' FROM applications WHERE call_id = :call_id)
        UNION
        SELECT up.seat, a.slug, a.parent_id FROM up JOIN areas a ON a.id = up.parent_id
    )
    SELECT seat, array_agg(slug) FROM up GROUP BY seat
""")


class AdmissibilityRepository:
    """Reads and writes officers' findings on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def checks(self, application_id: UUID) -> dict[str, OfficeCheck]:
        """Return what officers found, by the key of the rule."""
        query = select(admissibility_checks).where(admissibility_checks.c.application_id == application_id)
        return {row.rule: _found(row) for row in self._connection.execute(query)}

    def checks_of_call(self, call_id: UUID) -> dict[UUID, dict[str, OfficeCheck]]:
        """Return the same for every application of a call."""
        query = (
            select(admissibility_checks)
            .join(applications, applications.c.id == admissibility_checks.c.application_id)
            .where(applications.c.call_id == call_id)
        )
        by_application: dict[UUID, dict[str, OfficeCheck]] = {}
        for row in self._connection.execute(query):
            by_application.setdefault(row.application_id, {})[row.rule] = _found(row)
        return by_application

    def sent_kinds(self, call_id: UUID) -> dict[UUID, frozenset[str]]:
        """Return which kinds of documents the office has, by application of a call."""
        papers = application_documents.c
        query = (
            select(papers.application_id, papers.kind)
            .join(applications, applications.c.id == papers.application_id)
            .where(applications.c.call_id == call_id, papers.sent_at.is_not(None), papers.removed_at.is_(None))
            .distinct()
        )
        kinds: dict[UUID, set[str]] = {}
        for application_id, kind in self._connection.execute(query):
            kinds.setdefault(application_id, set()).add(kind)
        return {one: frozenset(sent) for one, sent in kinds.items()}

    def seat_paths(self, call_id: UUID) -> dict[str, frozenset[str]]:
        """Return, by slug of an area that applicants of a call name as their seat, the slugs of all it lies in."""
        rows = self._connection.execute(_SEAT_PATHS, {"call_id": call_id})
        return {seat: frozenset(slugs) for seat, slugs in rows}

    def find(self, found: OfficeCheck) -> None:
        """Keep what an officer found for a rule instead of what was found before."""
        values = {name: getattr(found, name) for name in OfficeCheck.__dataclass_fields__}
        values["state"] = found.state.value
        statement = insert(admissibility_checks).values(values)
        changed = {name: value for name, value in values.items() if name not in _KEY}
        self._connection.execute(statement.on_conflict_do_update(index_elements=list(_KEY), set_=changed))

    def forget(self, application_id: UUID, rule: str) -> bool:
        """Take a finding back; tell whether there was one."""
        result = self._connection.execute(
            delete(admissibility_checks).where(
                admissibility_checks.c.application_id == application_id, admissibility_checks.c.rule == rule
            )
        )
        return bool(result.rowcount)


def _found(row: Row[Any]) -> OfficeCheck:
    return OfficeCheck(row.application_id, row.rule, State(row.state), row.note, row.user_id, row.at)
