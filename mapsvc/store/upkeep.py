"""Deletions by date, for the job that tidies up."""

from datetime import datetime

from sqlalchemy import Connection, delete, func, select, update

from mapsvc.store.machinery_tables import idempotency_keys, import_batches, job_runs, outbox, rate_counters
from mapsvc.store.outbox import MOST_ATTEMPTS
from mapsvc.store.tables import contacts, follow_links, invitations, observations

COARSE_DEGREES = 0.01
"""About a kilometre: enough to tell a report on the spot from one sent from elsewhere, too coarse for a home."""


class UpkeepRepository:
    """Deletes and rounds on one connection; each method returns how many rows it touched."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def round_device_points(self, before: datetime) -> int:
        """Round the device positions of observations sent before this instant."""
        coarse = func.ST_SnapToGrid(observations.c.device_point, COARSE_DEGREES)
        query = update(observations).where(
            observations.c.submitted_at < before,
            observations.c.device_point.is_not(None),
            ~func.ST_Equals(observations.c.device_point, coarse),
        )
        return self._connection.execute(query.values(device_point=coarse)).rowcount

    def delete_idempotency_keys(self, before: datetime) -> int:
        """Delete the keys made before this instant."""
        return self._connection.execute(delete(idempotency_keys).where(idempotency_keys.c.created_at < before)).rowcount

    def delete_expired(self, now: datetime) -> int:
        """Delete private links, invitations and rate counters whose time is over, and contacts nothing refers to."""
        count = 0
        for table in (follow_links, invitations, rate_counters):
            count += self._connection.execute(delete(table).where(table.c.expires_at < now)).rowcount
        used = select(follow_links.c.contact_id).where(follow_links.c.contact_id == contacts.c.id).exists()
        return count + self._connection.execute(delete(contacts).where(~used)).rowcount

    def delete_previews(self, before: datetime) -> int:
        """Delete import previews made before this instant that were not applied."""
        old = (import_batches.c.created_at < before) & (import_batches.c.state != "applied")
        return self._connection.execute(delete(import_batches).where(old)).rowcount

    def delete_runs(self, before: datetime) -> int:
        """Delete finished runs of jobs from before this instant."""
        return self._connection.execute(delete(job_runs).where(job_runs.c.finished_at < before)).rowcount

    def delete_mails(self, before: datetime) -> int:
        """Delete mails sent before this instant, and those of before that could not be sent: they hold an address."""
        given_up = (outbox.c.attempts >= MOST_ATTEMPTS) & (outbox.c.created_at < before)
        return self._connection.execute(delete(outbox).where((outbox.c.sent_at < before) | given_up)).rowcount
