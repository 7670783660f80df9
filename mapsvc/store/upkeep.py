"""Deletions by date, for the job that tidies up."""

# ruff: noqa: S608 - every part of a statement is a constant of this module; values are bound

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from mapsvc.domain.erasures import tombstone
from mapsvc.store import upkeep_of_calls as papers
from mapsvc.store import upkeep_of_living_records as living
from mapsvc.store.engine import allow_long_work
from mapsvc.store.erasures import BLANK_ACCOUNT, CLUSTERED
from mapsvc.store.outbox import MOST_ATTEMPTS
from mapsvc.store.personal_data import USING_CONTACTS, nobody_in

COARSE_DEGREES = 0.01
"""About a kilometre: enough to tell a report on the spot from one sent from elsewhere, too coarse for a home."""

_REJECTED_SPACE = (
    "EXISTS (SELECT FROM spaces s WHERE s.id = {}.space_id AND s.record_state = 'rejected' AND s.updated_at < :before)"
)
# An appeal that succeeds shows again what was refused.
_NOTHING_OPEN = "NOT EXISTS (SELECT FROM appeals a WHERE a.space_id = {} AND a.state = 'open')"
_PHOTO_IS_OVER = (
    f"{_NOTHING_OPEN.format('photos.space_id')} AND "
    "((photos.state = 'rejected' AND coalesce(photos.decided_at, photos.created_at) < :before)"
    f" OR {_REJECTED_SPACE.format('photos')})"
)
_PROOF_IS_OVER = "decided_at < :before AND (proof_text IS NOT NULL OR proof_file IS NOT NULL OR contact_id IS NOT NULL)"

_STATEMENTS: dict[str, str] = {
    "device_points": "UPDATE observations SET device_point = ST_SnapToGrid(device_point, :coarse), accuracy_m = NULL"
    " WHERE submitted_at < :before AND device_point IS NOT NULL"
    " AND (accuracy_m IS NOT NULL OR NOT ST_Equals(device_point, ST_SnapToGrid(device_point, :coarse)))",
    "rejected_notes": "UPDATE observations SET note = NULL WHERE note IS NOT NULL"
    " AND (((note_state = 'rejected' OR state = 'rejected') AND coalesce(decided_at, submitted_at) < :before)"
    f" OR {_REJECTED_SPACE.format('observations')}) AND {_NOTHING_OPEN.format('observations.space_id')}",
    "rejected_photos": f"DELETE FROM photos WHERE {_PHOTO_IS_OVER}",
    # What is left says that something was refused, when and why: about where, and nothing in words.
    "rejected_spaces": "UPDATE spaces SET slug = 'rejected-' || id, name = '–', street = NULL, number = NULL,"
    " floor = NULL, postcode = NULL, features = '{}', description = '{}', external_ids = '{}', source_url = NULL,"
    " owner_note = NULL, reported_by = NULL, footprint = NULL, point = mapsvc_cell_centre(ST_X(point), ST_Y(point))"
    f" WHERE record_state = 'rejected' AND updated_at < :before AND slug <> 'rejected-' || id"
    f" AND {_NOTHING_OPEN.format('spaces.id')}",
    "office_messages": "DELETE FROM office_messages WHERE state = 'closed' AND closed_at < :before",
    "proofs": f"UPDATE owner_claims SET proof_text = NULL, proof_file = NULL, contact_id = NULL WHERE {_PROOF_IS_OVER}",
    "settled_flags": "UPDATE flags SET note = NULL, user_id = NULL, cluster_key = NULL WHERE settled_at < :before"
    " AND (note IS NOT NULL OR user_id IS NOT NULL OR cluster_key IS NOT NULL)",
    "settled_appeals": "UPDATE appeals SET text = '', answer = NULL WHERE decided_at < :before"
    " AND (text <> '' OR answer IS NOT NULL)",
    "private_links": "DELETE FROM follow_links WHERE expires_at < :before",
    "invitations": "DELETE FROM invitations WHERE expires_at < :before",
    "rate_counters": "DELETE FROM rate_counters WHERE expires_at < :before",
    "unconfirmed_subscriptions": "DELETE FROM subscriptions WHERE confirmed_at IS NULL AND created_at < :before",
    "reminders": "DELETE FROM reminders WHERE sent_at < :before",
    **papers.STATEMENTS,
    **living.STATEMENTS,
    # A reminder that was sent keeps no address alive by itself.
    "addresses": "DELETE FROM contacts c WHERE created_at < :before"
    + "".join(f" AND {nobody_in(table)}" for table in USING_CONTACTS),
    "idempotency_keys": "DELETE FROM idempotency_keys WHERE created_at < :before",
    "previews": "DELETE FROM import_batches WHERE created_at < :before AND state <> 'applied'",
    # A run that nobody decided on is put away; its register can be fetched or sent again.
    "source_runs": "UPDATE source_runs SET state = 'put_away', ended_at = now(), version = version + 1"
    " WHERE ran_at < :before AND state IN ('queued', 'asking', 'waiting', 'accepted', 'stopped')",
    "source_rows": "WITH rows AS (DELETE FROM source_run_rows w USING source_runs r WHERE r.id = w.run_id"
    " AND r.ran_at < :before) DELETE FROM source_files f USING source_runs r WHERE r.id = f.run_id"
    " AND r.ran_at < :before",
    "runs": "DELETE FROM job_runs WHERE finished_at < :before",
    # Also those that could not be sent: they hold an address.
    "mails": "DELETE FROM outbox WHERE sent_at < :before OR (attempts >= :most_attempts AND created_at < :before)",
}
#: The tables with a sender's key, and the column that says when it was used.
_KEYED = {
    "observations": "submitted_at",
    "flags": "created_at",
    "owner_claims": "created_at",
    "office_messages": "created_at",
    "relayed_messages": "created_at",
    "comments": "created_at",
}
# The history knows when somebody was last invited; an expired invitation itself is gone by then.
_UNOPENED = (
    "SELECT u.id FROM users u WHERE u.confirmed_at IS NULL AND u.password IS NULL AND u.erased_at IS NULL AND coalesce("
    "(SELECT max(l.at) FROM audit_log l WHERE l.noun = 'user' AND l.record_id = u.id::text AND l.action = 'invited'),"
    " u.create_datetime) < :before ORDER BY u.id FOR UPDATE OF u"
)
#: What an account that was never opened leaves: nobody but its own row can refer to it.
_OF_UNOPENED = (
    "DELETE FROM outbox WHERE template = 'invitation' AND recipient = (SELECT email FROM users WHERE id = :user)",
    "DELETE FROM invitations WHERE user_id = :user",
    "DELETE FROM role_grants WHERE user_id = :user",
    "UPDATE personal_values SET value = NULL, erased_at = :at WHERE value IS NOT NULL AND user_id = :user",
    BLANK_ACCOUNT,
)
_FORGOTTEN = "left(encode(sha256(convert_to(:salt || {0}, 'UTF8')), 'hex'), 32)"
_OLD_SENDER = "reporter LIKE 'device:%' AND reporter NOT LIKE 'device:past:%'"


class UpkeepRepository:
    """Deletes and rounds on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._photos: list[UUID] = []
        self._proofs: list[str] = []
        self._documents: list[UUID] = []

    def tidy(self, kind: str, before: datetime, salt: str) -> int:
        """Delete or blank the rows of one kind whose time ended before this instant; return their number."""
        allow_long_work(self._connection)
        if kind == "sender_keys":
            return self._forget_keys(before, salt)
        if kind == "unopened_accounts":
            return self._close_unopened(before)
        if kind == "rejected_photos":
            self._photos += self._scalars(
                f"SELECT id FROM photos WHERE {_PHOTO_IS_OVER} ORDER BY id FOR UPDATE", before
            )
        if kind == "proofs":
            condition = f"proof_file IS NOT NULL AND {_PROOF_IS_OVER}"
            self._proofs += self._scalars(f"SELECT proof_file FROM owner_claims WHERE {condition} FOR UPDATE", before)
        if kind in papers.DOCUMENTS:
            self._documents += self._scalars(papers.DOCUMENTS[kind], before)
        values = {"before": before, "coarse": COARSE_DEGREES, "most_attempts": MOST_ATTEMPTS}
        return self._connection.execute(text(_STATEMENTS[kind]), values).rowcount

    def released_photos(self) -> list[UUID]:
        """Return the photos whose rows were deleted in this transaction."""
        return self._photos

    def released_proofs(self) -> list[str]:
        """Return the names of the proofs that rows forgot in this transaction."""
        return self._proofs

    def released_documents(self) -> list[UUID]:
        """Return the documents that were deleted or ended in this transaction."""
        return self._documents

    def known_photos(self) -> set[UUID]:
        """Return the photos that still have a row."""
        return set(self._connection.execute(text("SELECT id FROM photos")).scalars())

    def _scalars(self, query: str, before: datetime) -> list[Any]:
        return list(self._connection.execute(text(query), {"before": before}).scalars())

    def _close_unopened(self, before: datetime) -> int:
        """Empty the accounts that were invited before this instant and never opened; their addresses are free again."""
        ids = self._scalars(_UNOPENED, before)
        at = self._connection.execute(text("SELECT now()")).scalar_one()
        for user_id in ids:
            values = {"user": user_id, "at": at, "tombstone": tombstone()}
            for statement in _OF_UNOPENED:
                self._connection.execute(text(statement), values)
        return len(ids)

    def _forget_keys(self, before: datetime, salt: str) -> int:
        """Put a value that nobody can make again in the place of each old key of a visitor, the same one everywhere.

        One sender keeps one vote; what network and browser a key was made from can no longer be tried out.
        """
        values = {"before": before, "salt": salt}
        renamed = f"'device:past:' || {_FORGOTTEN.format('reporter')}"
        # First, while the observations still have the keys that tell how old these are.
        self._connection.execute(
            text(
                f"UPDATE reporters SET reporter = {renamed} WHERE {_OLD_SENDER} AND reporter IN"
                " (SELECT reporter FROM observations WHERE submitted_at < :before)"
            ),
            values,
        )
        count = 0
        for table, used_at in _KEYED.items():
            statement = f"UPDATE {table} SET reporter = {renamed} WHERE {_OLD_SENDER} AND {used_at} < :before"
            count += self._connection.execute(text(statement), values).rowcount
        for table in CLUSTERED:
            statement = (
                f"UPDATE {table} SET cluster_key = 'past:' || {_FORGOTTEN.format('cluster_key')}"
                f" WHERE {_KEYED[table]} < :before AND cluster_key NOT LIKE 'past:%'"
                " AND cluster_key NOT LIKE 'erased:%'"
                # Keys of imports name a row of a file, and no person.
                " AND (reporter LIKE 'device:%' OR reporter LIKE 'user:%' OR reporter LIKE 'erased:%')"
            )
            count += self._connection.execute(text(statement), values).rowcount
        return count
