"""Reminders that were sent, those that are due, and the links that they carry."""

from datetime import datetime

from sqlalchemy import Connection, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as insert_once

from mapsvc.domain.ids import new_id
from mapsvc.domain.reminders import LEAST_BETWEEN, DueReminder, ReminderLink, is_due
from mapsvc.store.care_tables import reminders
from mapsvc.store.tables import follow_links

# The first link that a reporter of the place still has an address for; of a report that was taken back nobody is asked.
# The conditions are those of domain.reminders.is_due, which decides each row again.
_DUE = text(
    "SELECT s.id AS space_id, s.name, coalesce(a.name, '') AS area_name, s.publication_precision,"
    " mapsvc_current(s.status_from, s.status_codes) AS status, s.last_confirmed_on, s.next_check_due AS due_on,"
    " l.contact_id, l.email, l.lang, l.observation_id, l.created_at AS link_created_at,"
    " l.expires_at AS link_expires_at, l.created_at = s.created_at AS marked_it, seen.looked_on, last.reminded_at"
    " FROM spaces s LEFT JOIN areas a ON a.id = s.area_id"
    " CROSS JOIN LATERAL (SELECT f.contact_id, c.email, c.lang, f.observation_id, f.created_at, f.expires_at"
    "  FROM follow_links f JOIN contacts c ON c.id = f.contact_id JOIN observations o ON o.id = f.observation_id"
    "  WHERE f.space_id = s.id AND f.purpose = 'report' AND f.expires_at > :now AND o.state <> 'withdrawn'"
    "  ORDER BY f.created_at, f.token_hash LIMIT 1) l"
    " CROSS JOIN LATERAL (SELECT max((least(o.observed_at, o.submitted_at) AT TIME ZONE 'utc')::date) AS looked_on"
    "  FROM observations o WHERE o.space_id = s.id AND o.state = 'counted' AND o.claim <> 'unsure') seen"
    " CROSS JOIN LATERAL (SELECT max(r.sent_at) AS reminded_at FROM reminders r WHERE r.space_id = s.id) last"
    " WHERE s.record_state = 'published' AND s.publication_precision <> 'hidden' AND s.next_check_due <= :today"
    " AND (seen.looked_on IS NULL OR seen.looked_on < s.next_check_due)"
    " AND (last.reminded_at IS NULL OR last.reminded_at <= :long_ago)"
    # Who was told about this very day would else stand before all others, run after run.
    " AND NOT EXISTS (SELECT FROM reminders r WHERE r.space_id = s.id AND r.contact_id = l.contact_id"
    " AND r.due_on = s.next_check_due)"
    " ORDER BY s.next_check_due, s.id LIMIT :limit FOR UPDATE OF s SKIP LOCKED"
)


class ReminderRepository:
    """Reads and writes reminders on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def take_due(self, now: datetime, limit: int) -> list[DueReminder]:
        """Return what is due, the longest first, the places locked against other workers."""
        values = {"now": now, "today": now.date(), "long_ago": now - LEAST_BETWEEN, "limit": limit}
        found = []
        for row in self._connection.execute(_DUE, values).mappings():
            facts = dict(row)
            looked_on, reminded_at = facts.pop("looked_on"), facts.pop("reminded_at")
            # Only who marked a coarse place knows its address already.
            knows = facts.pop("publication_precision") == "exact"
            if not facts.pop("marked_it") and not knows:
                facts["name"] = ""
            if is_due(facts["due_on"], looked_on, reminded_at, now):
                found.append(DueReminder(**facts))
        return found

    def note(self, reminder: DueReminder, at: datetime) -> bool:
        """Note a reminder; tell whether it is the first for this place, address and day."""
        query = insert_once(reminders).values(
            id=new_id(),
            space_id=reminder.space_id,
            contact_id=reminder.contact_id,
            due_on=reminder.due_on,
            sent_at=at,
        )
        return self._connection.execute(query.on_conflict_do_nothing().returning(reminders.c.id)).first() is not None

    def add_link(self, token_hash: str, reminder: DueReminder, expires_at: datetime) -> None:
        """Keep the hash of a reminder's token.

        The link is as old as the first one, so that the private page tells of the same report.
        """
        self._connection.execute(
            insert(follow_links).values(
                token_hash=token_hash,
                space_id=reminder.space_id,
                observation_id=reminder.observation_id,
                contact_id=reminder.contact_id,
                created_at=reminder.link_created_at,
                expires_at=expires_at,
                purpose="reminder",
            )
        )

    def link(self, token_hash: str) -> ReminderLink | None:
        """Return a reminder's link, locked against a second use."""
        query = select(follow_links.c.used_at).where(
            follow_links.c.token_hash == token_hash, follow_links.c.purpose == "reminder"
        )
        row = self._connection.execute(query.with_for_update()).one_or_none()
        return None if row is None else ReminderLink(row.used_at)

    def use(self, token_hash: str, at: datetime) -> None:
        """Note that the link's one answer was given."""
        self._connection.execute(update(follow_links).where(follow_links.c.token_hash == token_hash).values(used_at=at))
