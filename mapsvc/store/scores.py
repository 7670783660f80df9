"""Score sheets in the database, which itself keeps a signed sheet as it is."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, RowMapping, bindparam, delete, insert, select, text, update

from mapsvc.domain.scores import Mark, ScoreSheet, SheetState, write_marks
from mapsvc.store.call_tables import applications, score_sheets

# Usage: the guard of the evaluation. An application that nobody is left to score counts as one that is open.
_UNSIGNED = text("""
    SELECT coalesce(sum(CASE WHEN due.reviewers = 0 THEN 1 ELSE due.reviewers - due.signed END), 0)
    FROM (
        SELECT count(m.user_id) AS reviewers, count(s.signed_at) AS signed
        FROM applications a
        LEFT JOIN committee_members m ON m.call_id = a.call_id AND NOT EXISTS (
            SELECT FROM conflicts_of_interest c WHERE c.application_id = a.id AND c.user_id = m.user_id)
        LEFT JOIN score_sheets s ON s.application_id = a.id AND s.user_id = m.user_id
        WHERE a.call_id = :call_id AND a.state = 'admitted'
        GROUP BY a.id
    ) due
""")


class ScoreRepository:
    """Reads and writes score sheets on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def sheet(self, application_id: UUID, user_id: int, *, lock: bool = False) -> ScoreSheet | None:
        """Return one member's sheet, locked against other writers on request."""
        query = select(score_sheets).where(_mine(application_id, user_id))
        row = self._connection.execute(query.with_for_update() if lock else query).mappings().one_or_none()
        return None if row is None else _sheet(row)

    def save(self, sheet: ScoreSheet) -> bool:
        """Add a sheet of version 0, or write marks and signature if the version still holds; tell whether it did."""
        values = {
            "points": write_marks(sheet.marks),
            "signed_at": sheet.signed_at,
            "signed_sha256": sheet.signed_sha256,
            "updated_at": sheet.updated_at,
            "version": sheet.version + 1,
        }
        if sheet.version == 0:
            given = insert(score_sheets).values(application_id=sheet.application_id, user_id=sheet.user_id, **values)
            self._connection.execute(given)
            return True
        mine = _mine(sheet.application_id, sheet.user_id)
        result = self._connection.execute(
            update(score_sheets).where(mine, score_sheets.c.version == sheet.version).values(values)
        )
        return bool(result.rowcount)

    def drop_unsigned(self, call_id: UUID, user_id: int) -> None:
        """Delete what a member who leaves had begun; signed sheets stay."""
        of_call = select(applications.c.id).where(applications.c.call_id == call_id)
        self._connection.execute(
            delete(score_sheets).where(
                score_sheets.c.user_id == user_id,
                score_sheets.c.signed_at.is_(None),
                score_sheets.c.application_id.in_(of_call),
            )
        )

    def drop(self, application_id: UUID, user_id: int) -> None:
        """Delete a sheet that was begun; the database refuses it for a signed one."""
        self._connection.execute(delete(score_sheets).where(_mine(application_id, user_id)))

    def of_application(self, application_id: UUID) -> list[ScoreSheet]:
        """Return the sheets of an application by member."""
        return self._sheets(score_sheets.c.application_id == application_id)

    def of_call(self, call_id: UUID) -> list[ScoreSheet]:
        """Return every sheet of a call by application and member."""
        return self._sheets(applications.c.call_id == call_id)

    def of_member(self, call_id: UUID, user_id: int) -> list[ScoreSheet]:
        """Return a member's own sheets in a call."""
        return self._sheets(applications.c.call_id == call_id, score_sheets.c.user_id == user_id)

    def _sheets(self, *conditions: ColumnElement[bool]) -> list[ScoreSheet]:
        query = (
            select(score_sheets)
            .join(applications, applications.c.id == score_sheets.c.application_id)
            .where(*conditions)
            .order_by(score_sheets.c.application_id, score_sheets.c.user_id)
        )
        return [_sheet(row) for row in self._connection.execute(query).mappings()]

    def states(self, call_id: UUID) -> list[SheetState]:
        """Return how far each sheet is that was begun in a call."""
        query = (
            select(score_sheets.c.application_id, score_sheets.c.user_id, score_sheets.c.signed_at)
            .join(applications, applications.c.id == score_sheets.c.application_id)
            .where(applications.c.call_id == call_id)
        )
        return [SheetState(*row) for row in self._connection.execute(query)]

    def conclude(self, results: Mapping[UUID, tuple[str, int]], now: datetime) -> None:
        """Write state and merit (millionths of one) of applications of a call that the caller has locked."""
        if not results:
            return
        statement = (
            update(applications)
            .where(applications.c.id == bindparam("one"))
            .values(
                state=bindparam("to"),
                merit_micro=bindparam("merit"),
                updated_at=now,
                version=applications.c.version + 1,
            )
        )
        rows = [{"one": one, "to": state, "merit": merit} for one, (state, merit) in results.items()]
        self._connection.execute(statement, rows)

    def unsigned(self, call_id: UUID) -> int:
        """Return how many sheets of admitted applications are still to be signed; those without a reviewer count one.

        A member who declared a conflict owes no sheet.
        """
        return int(self._connection.execute(_UNSIGNED, {"call_id": call_id}).scalar_one())


def _mine(application_id: UUID, user_id: int) -> ColumnElement[bool]:
    return (score_sheets.c.application_id == application_id) & (score_sheets.c.user_id == user_id)


def _sheet(row: RowMapping) -> ScoreSheet:
    marks: Mapping[str, Any] = row["points"]
    return ScoreSheet(
        application_id=row["application_id"],
        user_id=row["user_id"],
        marks={code: Mark(mark.get("points"), mark.get("reason", "")) for code, mark in marks.items()},
        updated_at=row["updated_at"],
        signed_at=row["signed_at"],
        signed_sha256=row["signed_sha256"],
        version=row["version"],
    )
