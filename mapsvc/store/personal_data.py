"""Whom a request is about, and every row that leads to them, column by column as the inventory says."""

# ruff: noqa: S608 - every part of a statement is a constant of this module; values are bound

from typing import Any
from uuid import UUID

from geoalchemy2 import Geometry
from sqlalchemy import ColumnElement, Connection, Table, cast, func, literal_column, select, text
from sqlalchemy.dialects.postgresql import JSON

from mapsvc.domain.erasures import Subject, SubjectKind
from mapsvc.domain.personal_data import INVENTORY
from mapsvc.store.schema import METADATA

_TABLES = METADATA.tables

#: An application is its group's: whoever filed it for another one is not its subject.
APPLICATIONS = (
    "SELECT a.id FROM applications a WHERE (a.filed_by = :user AND NOT a.on_behalf)"
    " OR a.contact_id = ANY(CAST(:contacts AS uuid[]))"
    " OR a.collective_id IN (SELECT r.collective_id FROM role_grants r WHERE r.user_id = :user)"
)
_OFFERS = f"SELECT o.id FROM award_offers o WHERE o.application_id IN ({APPLICATIONS})"
_COLLECTIVES = (
    "SELECT r.collective_id FROM role_grants r WHERE r.user_id = :user"
    " UNION SELECT a.collective_id FROM applications a WHERE a.contact_id = ANY(CAST(:contacts AS uuid[]))"
)

#: What keeps an address: it stays as long as a row of one of these tables needs it.
USING_CONTACTS = (
    "follow_links",
    "subscriptions",
    "owner_claims",
    "applications",
    "organisations",
    "initiatives",
    "relayed_messages",
    "comments",
    "pacts",
)


def nobody_in(table: str) -> str:
    """Return the condition that no row of a table needs the contact `c`."""
    return f"NOT EXISTS (SELECT FROM {table} u WHERE u.contact_id = c.id)"


#: Which rows lead to the subject. Links of visitors are known by their reports only: a key of network, browser and day
#: may be somebody else's of the same household.
OF_SUBJECT: dict[str, str] = {
    "users": "users.id = :user",
    "role_grants": "role_grants.user_id = :user",
    "invitations": "invitations.user_id = :user",
    "observations": "observations.id = ANY(CAST(:observations AS uuid[]))",
    "photos": "photos.observation_id = ANY(CAST(:observations AS uuid[]))",
    "reporters": "reporters.reporter = 'user:' || :user",
    "contacts": "contacts.id = ANY(CAST(:contacts AS uuid[]))",
    "follow_links": "follow_links.observation_id = ANY(CAST(:observations AS uuid[]))"
    " OR follow_links.contact_id = ANY(CAST(:contacts AS uuid[]))",
    "subscriptions": "subscriptions.contact_id = ANY(CAST(:contacts AS uuid[]))",
    "reminders": "reminders.contact_id = ANY(CAST(:contacts AS uuid[]))",
    "outbox": "outbox.recipient = ANY(:emails)",
    "flags": "flags.user_id = :user OR flags.reporter = 'user:' || :user",
    "appeals": "appeals.observation_id = ANY(CAST(:observations AS uuid[]))",
    "owner_claims": "owner_claims.user_id = :user OR owner_claims.contact_id = ANY(CAST(:contacts AS uuid[]))",
    "office_messages": "office_messages.reporter = 'user:' || :user",
    "rulings": "rulings.record_id = ANY(CAST(:observations AS uuid[])) OR rulings.record_id IN"
    " (SELECT f.id FROM photos f WHERE f.observation_id = ANY(CAST(:observations AS uuid[])))",
    "groups": "groups.requested_by = :user",
    "collectives": f"collectives.id IN ({_COLLECTIVES})",
    "collective_endorsements": "collective_endorsements.user_id = :user",
    "fit_alerts": f"fit_alerts.collective_id IN ({_COLLECTIVES})",
    "applications": f"applications.id IN ({APPLICATIONS})",
    "application_lots": f"application_lots.application_id IN ({APPLICATIONS})",
    "application_documents": f"application_documents.application_id IN ({APPLICATIONS})",
    "integration_requests": f"integration_requests.application_id IN ({APPLICATIONS})",
    "admissibility_checks": f"admissibility_checks.application_id IN ({APPLICATIONS})",
    "assignments": f"assignments.application_id IN ({APPLICATIONS})",
    "award_offers": f"award_offers.application_id IN ({APPLICATIONS})",
    "award_conditions": f"award_conditions.application_id IN ({APPLICATIONS})",
    "handovers": f"handovers.offer_id IN ({_OFFERS})",
    "call_observations": f"call_observations.application_id IN ({APPLICATIONS})",
    "committee_members": "committee_members.user_id = :user",
    "conflicts_of_interest": "conflicts_of_interest.user_id = :user",
    "score_sheets": "score_sheets.user_id = :user",
    **{
        table: f"{table}.created_by = :user OR {table}.contact_id = ANY(CAST(:contacts AS uuid[]))"
        for table in ("organisations", "initiatives")
    },
    "pacts": "pacts.created_by = :user OR pacts.contact_id = ANY(CAST(:contacts AS uuid[]))"
    f" OR pacts.application_id IN ({APPLICATIONS})",
    "keepers": "keepers.user_id = :user",
    **{
        table: f"{table}.reporter = 'user:' || :user OR {table}.contact_id = ANY(CAST(:contacts AS uuid[]))"
        for table in ("relayed_messages", "comments")
    },
    "curated_maps": "curated_maps.created_by = :user",
    "import_batches": "import_batches.created_by = :user",
    "personal_values": "personal_values.user_id = :user"
    " OR (noun = 'observation' AND record_id = ANY(CAST(CAST(:observations AS uuid[]) AS text[])))"
    " OR (noun = 'contact' AND record_id = ANY(CAST(CAST(:contacts AS uuid[]) AS text[])))"
    " OR (noun = 'owner_claim' AND record_id IN (SELECT c.id::text FROM owner_claims c"
    "     WHERE c.user_id = :user OR c.contact_id = ANY(CAST(:contacts AS uuid[]))))",
    "audit_log": "audit_log.actor_user_id = :user",
    # A place and the link of who marked it are made in one transaction, with one instant.
    "spaces": "spaces.reported_by = :user OR EXISTS (SELECT FROM follow_links l WHERE l.space_id = spaces.id"
    " AND l.created_at = spaces.created_at AND l.observation_id = ANY(CAST(:observations AS uuid[])))",
}


def values_of(subject: Subject) -> dict[str, Any]:
    """Return what the conditions of `OF_SUBJECT` are filled with."""
    return {
        "user": subject.user_id,
        "emails": list(subject.emails),
        "contacts": [str(one) for one in subject.contact_ids],
        "observations": [str(one) for one in subject.observation_ids],
    }


class PersonalDataRepository:
    """Reads what is held about one person, on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def subject(self, kind: SubjectKind, subject_id: str) -> Subject | None:
        """Return whom a request is about, or None for nobody known; `subject_id` is an id of that kind."""
        if kind is SubjectKind.USER:
            return self._user(int(subject_id)) if subject_id.isdecimal() else None
        try:
            found = UUID(subject_id)
        except ValueError:
            return None
        return self._contact(found) if kind is SubjectKind.CONTACT else self._observation(found)

    def contact_of(self, email: str) -> UUID | None:
        """Return one of the contacts with this address."""
        query = text("SELECT id FROM contacts WHERE lower(email) = lower(:email) ORDER BY id LIMIT 1")
        return self._connection.execute(query, {"email": email}).scalar_one_or_none()

    def rows(self, subject: Subject) -> dict[str, list[dict[str, Any]]]:
        """Return every row about the subject by table, with the columns that the inventory gives to the person."""
        found = {}
        for table, condition in OF_SUBJECT.items():
            columns = [_column(_TABLES[table], name) for name in INVENTORY[table].for_the_person]
            order = list(_TABLES[table].primary_key.columns)
            query = select(*columns).select_from(_TABLES[table]).where(text(condition)).order_by(*order)
            rows = self._connection.execute(query, values_of(subject)).mappings().all()
            if rows:
                found[table] = [dict(row) for row in rows]
        return found

    def _user(self, user_id: int) -> Subject | None:
        query = text("SELECT email, create_datetime FROM users WHERE id = :user AND erased_at IS NULL FOR UPDATE")
        row = self._connection.execute(query, {"user": user_id}).one_or_none()
        if row is None:
            return None
        own = self._ids(
            "SELECT id FROM observations WHERE user_id = :user OR reporter = 'user:' || :user", user=user_id
        )
        contacts = self._ids(
            "SELECT id FROM contacts WHERE lower(email) = lower(:email)"
            " UNION SELECT contact_id FROM follow_links WHERE observation_id = ANY(CAST(:own AS uuid[]))"
            " UNION SELECT contact_id FROM owner_claims WHERE user_id = :user"
            " UNION SELECT contact_id FROM applications WHERE filed_by = :user AND NOT on_behalf",
            email=row.email, own=[str(one) for one in own], user=user_id,
        )  # fmt: skip
        said = self._reports([*own, *self._linked(contacts)])
        emails = {row.email, *self._emails(contacts)}
        return Subject(
            SubjectKind.USER, str(user_id), row.create_datetime, user_id, tuple(sorted(emails)), tuple(contacts), said
        )

    def _contact(self, contact_id: UUID) -> Subject | None:
        query = text("SELECT email, created_at FROM contacts WHERE id = :id")
        row = self._connection.execute(query, {"id": contact_id}).one_or_none()
        if row is None:
            return None
        contacts = self._ids("SELECT id FROM contacts WHERE lower(email) = lower(:email)", email=row.email)
        said = self._reports(self._linked(contacts))
        emails = tuple(sorted(set(self._emails(contacts))))
        return Subject(SubjectKind.CONTACT, str(contact_id), row.created_at, None, emails, tuple(contacts), said)

    def _observation(self, observation_id: UUID) -> Subject | None:
        query = text("SELECT submitted_at FROM observations WHERE id = :id")
        row = self._connection.execute(query, {"id": observation_id}).one_or_none()
        if row is None:
            return None
        said = self._reports([observation_id])
        # An address that serves something else besides, such as another report, stays for that.
        elsewhere = " AND ".join(nobody_in(table) for table in USING_CONTACTS if table != "follow_links")
        contacts = self._ids(
            "SELECT c.id FROM contacts c WHERE EXISTS (SELECT FROM follow_links l WHERE l.contact_id = c.id"
            "   AND l.observation_id = ANY(CAST(:said AS uuid[])))"
            " AND NOT EXISTS (SELECT FROM follow_links l WHERE l.contact_id = c.id"
            f"   AND NOT l.observation_id = ANY(CAST(:said AS uuid[]))) AND {elsewhere}",
            said=[str(one) for one in said],
        )
        emails = self._connection.execute(
            text(
                "SELECT DISTINCT c.email FROM contacts c WHERE c.id = ANY(CAST(:ids AS uuid[]))"
                " AND NOT EXISTS (SELECT FROM contacts o WHERE lower(o.email) = lower(c.email)"
                "   AND NOT o.id = ANY(CAST(:ids AS uuid[])))"
                " AND NOT EXISTS (SELECT FROM users u WHERE u.email = lower(c.email))"
            ),
            {"ids": [str(one) for one in contacts]},
        ).scalars()
        return Subject(
            SubjectKind.OBSERVATION, str(observation_id), row.submitted_at, None, tuple(emails), tuple(contacts), said
        )

    def _ids(self, query: str, **values: Any) -> list[UUID]:
        return [one for one in self._connection.execute(text(query), values).scalars() if one is not None]

    def _emails(self, contacts: list[UUID]) -> list[str]:
        query = text("SELECT email FROM contacts WHERE id = ANY(CAST(:ids AS uuid[]))")
        return list(self._connection.execute(query, {"ids": [str(one) for one in contacts]}).scalars())

    def _linked(self, contacts: list[UUID]) -> list[UUID]:
        return self._ids(
            "SELECT observation_id FROM follow_links WHERE contact_id = ANY(CAST(:ids AS uuid[]))",
            ids=[str(one) for one in contacts],
        )

    def _reports(self, observation_ids: list[UUID]) -> tuple[UUID, ...]:
        """Return the observations with what their senders added by the private link since."""
        found = self._ids(
            "SELECT id FROM observations WHERE id = ANY(CAST(:ids AS uuid[]))"
            " UNION SELECT m.id FROM observations o JOIN follow_links l ON l.observation_id = o.id"
            " JOIN observations m ON m.space_id = o.space_id AND m.reporter = o.reporter"
            "   AND m.submitted_at >= l.created_at"
            " WHERE o.id = ANY(CAST(:ids AS uuid[])) ORDER BY 1",
            ids=[str(one) for one in observation_ids],
        )
        return tuple(found)


def _column(table: Table, name: str) -> ColumnElement[Any]:
    column = table.c[name]
    if isinstance(column.type, Geometry):
        # GeoJSON, since a file for a person must not hold PostGIS's own signs.
        return cast(func.ST_AsGeoJSON(literal_column(f'"{table.name}"."{name}"')), JSON).label(name)
    return column
