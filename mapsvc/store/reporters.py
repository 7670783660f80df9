"""What is known about reporters in the database: verdicts beside the observations, tallies in a table of their own."""

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import Connection, bindparam, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from mapsvc.domain.observations import Adjudication
from mapsvc.domain.reporters import Reliability, Verdict
from mapsvc.store.care_tables import reporters
from mapsvc.store.tables import observations

_JUDGED = observations.c.adjudication != Adjudication.NONE


class ReporterRepository:
    """Reads and writes verdicts and tallies on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def verdicts(self, space_id: UUID) -> dict[UUID, Verdict]:
        """Return the stored verdicts about observations of a space, whatever their state; those without are absent."""
        query = select(observations.c.id, observations.c.adjudication, observations.c.adjudicated_on).where(
            observations.c.space_id == space_id, _JUDGED
        )
        return {
            row.id: Verdict(Adjudication(row.adjudication), row.adjudicated_on)
            for row in self._connection.execute(query)
        }

    def adjudicate(self, verdicts: Mapping[UUID, Verdict]) -> list[str]:
        """Write verdicts by the id of the observation; return their reporters in order."""
        if not verdicts:
            return []
        statement = (
            update(observations)
            .where(observations.c.id == bindparam("observation_id"))
            .values(adjudication=bindparam("verdict"), adjudicated_on=bindparam("day"))
        )
        rows = [
            {"observation_id": key, "verdict": verdict.adjudication.value, "day": verdict.on}
            for key, verdict in sorted(verdicts.items())
        ]
        self._connection.execute(statement, rows)
        query = select(observations.c.reporter).where(observations.c.id.in_(list(verdicts))).distinct()
        return sorted(self._connection.execute(query).scalars())

    def tallied(self, names: Sequence[str]) -> dict[str, list[Verdict]]:
        """Return the verdicts about each of these reporters, an empty list for whoever has none.

        Whoever else reckons one of them waits for the end of this transaction.
        """
        found: dict[str, list[Verdict]] = {name: [] for name in sorted(names)}
        for name in found:
            self._connection.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"reporter {name}"))))
        query = select(observations.c.reporter, observations.c.adjudication, observations.c.adjudicated_on).where(
            observations.c.reporter.in_(list(found)), observations.c.state == "counted", _JUDGED
        )
        for row in self._connection.execute(query):
            found[row.reporter].append(Verdict(Adjudication(row.adjudication), row.adjudicated_on))
        return found

    def reckoned(self, names: Sequence[str]) -> dict[str, Reliability]:
        """Return the kept tallies of these reporters; absent where nothing is kept."""
        query = select(reporters.c.reporter, reporters.c.upheld, reporters.c.overruled).where(
            reporters.c.reporter.in_(list(names))
        )
        return {row.reporter: Reliability(row.upheld, row.overruled) for row in self._connection.execute(query)}

    def keep(self, found: Mapping[str, Reliability], on: date) -> None:
        """Keep changed tallies and note that spaces elsewhere wait for them."""
        rows = [
            {
                "reporter": name,
                "upheld": tallies.upheld,
                "overruled": tallies.overruled,
                "reliability": tallies.factor,
                "reckoned_on": on,
                "waiting": True,
            }
            for name, tallies in sorted(found.items())
        ]
        if rows:
            statement = insert(reporters)
            columns = ("upheld", "overruled", "reliability", "reckoned_on", "waiting")
            self._connection.execute(
                statement.on_conflict_do_update(
                    index_elements=[reporters.c.reporter],
                    set_={name: statement.excluded[name] for name in columns},
                ),
                rows,
            )

    def known(self, after: str, limit: int) -> list[str]:
        """Return the reporters something is kept about, in order, from the first one after `after`."""
        query = select(reporters.c.reporter).where(reporters.c.reporter > after).order_by(reporters.c.reporter)
        return list(self._connection.execute(query.limit(limit)).scalars())

    def waiting(self) -> dict[str, float]:
        """Return the reporters whose spaces wait for their changed reliability, with that reliability, in order."""
        query = select(reporters.c.reporter, reporters.c.reliability).where(reporters.c.waiting)
        return {row.reporter: row.reliability for row in self._connection.execute(query.order_by(reporters.c.reporter))}

    def spaces_of(self, name: str) -> list[UUID]:
        """Return the spaces with a counted observation of the reporter, in order."""
        query = select(observations.c.space_id).where(
            observations.c.reporter == name, observations.c.state == "counted"
        )
        return sorted(set(self._connection.execute(query).scalars()))

    def settle(self, name: str, factor: float) -> None:
        """Note that no space waits for the reporter any more, unless the reliability changed again meanwhile.

        Whoever is as good as new leaves no row.
        """
        same = (reporters.c.reporter == name) & (reporters.c.reliability == factor)
        new = (reporters.c.upheld == 0) & (reporters.c.overruled == 0)
        self._connection.execute(delete(reporters).where(same, new))
        self._connection.execute(update(reporters).where(same).values(waiting=False))

    def forget(self, name: str) -> None:
        """Erase what is known about a reporter, verdicts included."""
        self._connection.execute(delete(reporters).where(reporters.c.reporter == name))
        self._connection.execute(
            update(observations)
            .where(observations.c.reporter == name, _JUDGED)
            .values(adjudication=Adjudication.NONE.value, adjudicated_on=None)
        )
