"""Taking away what leads to a person, table by table; what is left says nothing about anybody."""

# ruff: noqa: S608 - every part of a statement is a constant of this package; values are bound

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select, text
from sqlalchemy.dialects.postgresql import insert as upsert

from mapsvc.domain.erasures import Erased, Erasure, KeyChange, Statement, Subject, SubjectKind, tombstone
from mapsvc.domain.ids import new_id
from mapsvc.store import erasures_of_calls, erasures_of_living_records
from mapsvc.store.machinery_tables import erasures
from mapsvc.store.personal_data import OF_SUBJECT, values_of

#: Where the key of a sender stands.
KEYED = ("observations", "flags", "owner_claims", "office_messages", "relayed_messages", "comments", "reporters")
#: Where the key of a network stands.
CLUSTERED = ("observations", "flags")

#: The row of an account stays as a number without a person, because decisions may refer to it.
BLANK_ACCOUNT = (
    "UPDATE users SET email = 'erased:' || id, password = NULL, name = '', lang = NULL, active = false,"
    " confirmed_at = NULL, fs_uniquifier = :tombstone, erased_at = :at WHERE id = :user"
)

#: What happens to the rows of `OF_SUBJECT`, in the order that their references ask for.
_STEPS: tuple[tuple[str, str], ...] = (
    (
        "mails",
        "DELETE FROM outbox WHERE (recipient = ANY(:emails) AND (template <> 'invitation' OR :by_account))"
        " OR encode(sha256(convert_to(coalesce(params ->> 'token', ''), 'UTF8')), 'hex') IN"
        f" (SELECT token_hash FROM follow_links WHERE {OF_SUBJECT['follow_links']})",
    ),
    (
        "history",
        "UPDATE personal_values SET value = NULL, erased_at = :at WHERE value IS NOT NULL"
        f" AND ({OF_SUBJECT['personal_values']})",
    ),
    (
        "notes_of_owners",
        "UPDATE spaces SET owner_note = NULL WHERE owner_note IS NOT NULL AND id IN"
        f" (SELECT space_id FROM owner_claims WHERE ({OF_SUBJECT['owner_claims']})"
        " AND public_note = spaces.owner_note)",
    ),
    (
        "owner_claims",
        "UPDATE owner_claims SET public_note = NULL, proof_text = NULL, proof_file = NULL, contact_id = NULL,"
        " user_id = NULL, reason = NULL, reporter = :tombstone, token_hash = 'erased:' || id"
        f" WHERE {OF_SUBJECT['owner_claims']}",
    ),
    ("appeals", f"UPDATE appeals SET text = '', answer = NULL WHERE {OF_SUBJECT['appeals']}"),
    ("flags", f"UPDATE flags SET note = NULL, user_id = NULL, cluster_key = NULL WHERE {OF_SUBJECT['flags']}"),
    ("messages", f"UPDATE office_messages SET note = NULL WHERE {OF_SUBJECT['office_messages']}"),
    # Before the links go, which tell who marked a place.
    ("places", f"UPDATE spaces SET reported_by = NULL WHERE reported_by IS NOT NULL AND ({OF_SUBJECT['spaces']})"),
    ("links", f"DELETE FROM follow_links WHERE {OF_SUBJECT['follow_links']}"),
    ("subscriptions", f"DELETE FROM subscriptions WHERE {OF_SUBJECT['subscriptions']}"),
    ("reminders", f"DELETE FROM reminders WHERE {OF_SUBJECT['reminders']}"),
    *erasures_of_calls.STEPS,
    *erasures_of_living_records.STEPS,
    ("addresses", f"DELETE FROM contacts WHERE {OF_SUBJECT['contacts']}"),
    ("photos", f"DELETE FROM photos WHERE {OF_SUBJECT['photos']}"),
    (
        "observations",
        "UPDATE observations SET note = NULL, note_state = 'none', device_point = NULL, accuracy_m = NULL,"
        f" user_id = NULL WHERE {OF_SUBJECT['observations']}",
    ),
    # What was asked for and never approved is a wish of this person alone.
    (
        "groups",
        "UPDATE groups SET name = '–', about = '', website = NULL, slug = 'closed-' || id, state = 'closed'"
        f" WHERE state IN ('requested', 'refused') AND ({OF_SUBJECT['groups']})",
    ),
    ("group_contacts", f"UPDATE groups SET requested_by = NULL WHERE {OF_SUBJECT['groups']}"),
    ("roles", f"DELETE FROM role_grants WHERE {OF_SUBJECT['role_grants']}"),
    ("invitations", f"DELETE FROM invitations WHERE {OF_SUBJECT['invitations']}"),
    ("counters", "DELETE FROM rate_counters WHERE key LIKE '%/user:' || :user || '/%'"),
    ("accounts", BLANK_ACCOUNT),
)


class ErasureRepository:
    """Erases on one connection, and remembers that it was done."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def statements(self, subject: Subject) -> list[Statement]:
        """Return the observations of a subject, locked."""
        query = text(
            "SELECT id, space_id, reporter, cluster_key, source_kind = 'anonymous' AS anonymous, submitted_at"
            f" FROM observations WHERE {OF_SUBJECT['observations']} ORDER BY id FOR UPDATE"
        )
        return [Statement(**row) for row in self._connection.execute(query, values_of(subject)).mappings()]

    def erase(self, subject: Subject, keys: KeyChange, at: datetime) -> Erased:
        """Take everything away that leads to the subject, and write the erasure down; the files go after the commit."""
        values: dict[str, Any] = {
            **values_of(subject), "at": at, "tombstone": tombstone(), "by_account": subject.kind is SubjectKind.USER,
        }  # fmt: skip
        photos = self._scalars(f"SELECT id FROM photos WHERE {OF_SUBJECT['photos']} ORDER BY id", values)
        proofs = self._scalars(
            f"SELECT proof_file FROM owner_claims WHERE proof_file IS NOT NULL AND ({OF_SUBJECT['owner_claims']})",
            values,
        )
        spaces = self._scalars(
            f"SELECT DISTINCT space_id FROM observations WHERE {OF_SUBJECT['observations']} ORDER BY 1", values
        )
        own, documents = erasures_of_calls.concerned(self._connection, values)
        values |= own
        counts = {}
        for name, statement in _STEPS:
            touched = self._connection.execute(text(statement), values).rowcount
            if touched:
                counts[name] = touched
        self._withdraw(keys.withdrawn)
        for old, new in keys.renamed.items():
            self._rename(old, new)
        self._close_clusters(subject)
        erasure = Erasure(new_id(), subject.kind, subject.id, at)
        self.remember(erasure, counts)
        return Erased(erasure, counts, tuple(photos), tuple(proofs), subject.emails, tuple(spaces), tuple(documents))

    def _scalars(self, query: str, values: dict[str, Any]) -> list[Any]:
        return list(self._connection.execute(text(query), values).scalars())

    def _withdraw(self, observation_ids: tuple[UUID, ...]) -> None:
        self._connection.execute(
            text(
                "UPDATE observations SET reporter = :key, cluster_key = NULL, state ="
                " CASE WHEN state = 'rejected' THEN state ELSE 'withdrawn' END WHERE id = ANY(CAST(:ids AS uuid[]))"
            ),
            {"key": tombstone(), "ids": [str(one) for one in observation_ids]},
        )

    def _rename(self, old: str, new: str) -> None:
        """Put a random key in the place of one that was made from a person, wherever it stands."""
        for table in KEYED:
            self._connection.execute(
                text(f"UPDATE {table} SET reporter = :new WHERE reporter = :old"), {"old": old, "new": new}
            )
        for table in CLUSTERED:
            self._connection.execute(
                text(f"UPDATE {table} SET cluster_key = :new WHERE cluster_key = :old"), {"old": old, "new": new}
            )

    def _close_clusters(self, subject: Subject) -> None:
        """Take the keys of networks away where they give nobody a vote: from everything but anonymous statements."""
        self._connection.execute(
            text(
                "UPDATE observations SET cluster_key = NULL WHERE cluster_key IS NOT NULL"
                f" AND source_kind <> 'anonymous' AND {OF_SUBJECT['observations']}"
            ),
            values_of(subject),
        )

    def remembered(self) -> list[Erasure]:
        """Return every erasure, the oldest first."""
        rows = self._connection.execute(select(erasures).order_by(erasures.c.at, erasures.c.id))
        return [Erasure(row.id, SubjectKind(row.subject_kind), row.subject_id, row.at) for row in rows]

    def remember(self, erasure: Erasure, counts: Mapping[str, int]) -> None:
        """Write an erasure down; one that is known already stays as it is."""
        values = {"id": erasure.id, "subject_kind": erasure.kind.value, "subject_id": erasure.subject_id}
        statement = upsert(erasures).values(**values, at=erasure.at, counts=dict(counts)).on_conflict_do_nothing()
        self._connection.execute(statement)
