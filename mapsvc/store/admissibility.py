"""What officers found for the rules of eligibility, in the database."""

from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, delete, select
from sqlalchemy.dialects.postgresql import insert

from mapsvc.domain.admissibility import OfficeCheck
from mapsvc.domain.matches import State
from mapsvc.store.call_tables import admissibility_checks, applications

_KEY = ("application_id", "rule")


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
