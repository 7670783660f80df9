"""The tables of living records: organisations, initiatives with their board, pacts with their duties and reports.

migrations/sql holds the truth, and a test compares the two.
"""

from geoalchemy2 import Geometry
from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    Computed,
    Date,
    DateTime,
    Double,
    FetchedValue,
    ForeignKey,
    Identity,
    Integer,
    Table,
    Text,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB

from mapsvc.store.tables import metadata

organisations = Table(
    "organisations",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("slug", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("alt_names", ARRAY(Text), nullable=False, server_default=FetchedValue()),
    Column("about", JSONB, nullable=False, server_default=FetchedValue()),
    Column("original_lang", Text, nullable=False, server_default=FetchedValue()),
    Column("form", Text, nullable=False, server_default=FetchedValue()),
    Column("sector", Text),
    Column("formality", Text),
    Column("role_kind", Text),
    Column("activity_areas", ARRAY(Text), nullable=False, server_default=FetchedValue()),
    Column("languages", ARRAY(Text), nullable=False, server_default=FetchedValue()),
    Column("website", Text),
    Column("contact_function", Text),
    Column("contact_id", Uuid, ForeignKey("contacts.id")),
    Column("identifiers", JSONB, nullable=False, server_default=FetchedValue()),
    Column("facts", JSONB, nullable=False, server_default=FetchedValue()),
    Column("starts", Text),
    Column("ends", Text),
    Column("point", Geometry("POINT", srid=4326, spatial_index=False)),
    Column("point_3857", Geometry("POINT", srid=3857, spatial_index=False), Computed("kept by the database")),
    Column("address", Text),
    Column("city_name", Text),
    Column("state", Text, nullable=False, server_default=FetchedValue()),
    Column("record_state", Text, nullable=False, server_default=FetchedValue()),
    Column("state_reason", Text),
    Column("verified_by", Integer, ForeignKey("users.id")),
    Column("verified_on", Date),
    Column("last_confirmed_on", Date),
    Column("created_by", Integer, ForeignKey("users.id")),
    Column("search_text", Text, Computed("kept by the database")),
    Column("source_id", Integer, ForeignKey("sources.id"), nullable=False),
    Column("source_key", Text, nullable=False),
    Column("source_url", Text),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False),
    Column("version", Integer, nullable=False, server_default=FetchedValue()),
)

organisation_areas = Table(
    "organisation_areas",
    metadata,
    Column("organisation_id", Uuid, ForeignKey("organisations.id"), primary_key=True),
    Column("area_id", Uuid, ForeignKey("areas.id"), primary_key=True),
)

memberships = Table(
    "memberships",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("member_id", Uuid, ForeignKey("organisations.id"), nullable=False),
    Column("network_id", Uuid, ForeignKey("organisations.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("starts", Text),
    Column("ends", Text),
)

keepers = Table(
    "keepers",
    metadata,
    Column("noun", Text, primary_key=True),
    Column("record_id", Uuid, primary_key=True),
    Column("user_id", Integer, ForeignKey("users.id"), primary_key=True),
    Column("added_at", DateTime(timezone=True), nullable=False),
)

initiative_organisations = Table(
    "initiative_organisations",
    metadata,
    Column("initiative_id", Uuid, ForeignKey("initiatives.id"), primary_key=True),
    Column("organisation_id", Uuid, ForeignKey("organisations.id"), primary_key=True),
    Column("role", Text, primary_key=True),
    Column("starts", Text),
    Column("ends", Text),
)

initiative_stages = Table(
    "initiative_stages",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("initiative_id", Uuid, ForeignKey("initiatives.id"), nullable=False),
    Column("state", Text, nullable=False),
    Column("outcome", Text),
    Column("note", Text),
    Column("on_day", Date, nullable=False),
    Column("noted_at", DateTime(timezone=True), nullable=False),
)

initiative_outcomes = Table(
    "initiative_outcomes",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("initiative_id", Uuid, ForeignKey("initiatives.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("unit", Text, nullable=False, server_default=FetchedValue()),
    Column("target", Double),
    Column("value", Double),
    Column("as_of", Date),
    Column("evidence", Text, nullable=False, server_default=FetchedValue()),
    Column("place", Integer, nullable=False, server_default=FetchedValue()),
)

initiative_transfers = Table(
    "initiative_transfers",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("initiative_id", Uuid, ForeignKey("initiatives.id"), nullable=False),
    Column("original_id", Uuid, ForeignKey("initiatives.id")),
    Column("original_name", Text),
    Column("original_url", Text),
    Column("original_city", Text),
    Column("note", Text, nullable=False, server_default=FetchedValue()),
)

notices = Table(
    "notices",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("initiative_id", Uuid, ForeignKey("initiatives.id")),
    Column("organisation_id", Uuid, ForeignKey("organisations.id")),
    Column("direction", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("lang", Text, nullable=False),
    Column("state", Text, nullable=False, server_default=FetchedValue()),
    Column("state_reason", Text),
    Column("hold_rules", ARRAY(Text), nullable=False, server_default=FetchedValue()),
    Column("until", Date),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False),
    Column("version", Integer, nullable=False, server_default=FetchedValue()),
)

relayed_messages = Table(
    "relayed_messages",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("notice_id", Uuid, ForeignKey("notices.id")),
    Column("noun", Text, nullable=False),
    Column("record_id", Uuid, nullable=False),
    Column("contact_id", Uuid, ForeignKey("contacts.id")),
    Column("in_answer_to", Uuid, ForeignKey("relayed_messages.id")),
    Column("from_keeper", Boolean, nullable=False, server_default=FetchedValue()),
    Column("token_hash", Text, nullable=False),
    Column("text", Text),
    Column("state", Text, nullable=False, server_default=FetchedValue()),
    Column("state_reason", Text),
    Column("hold_rules", ARRAY(Text), nullable=False, server_default=FetchedValue()),
    Column("reporter", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("decided_at", DateTime(timezone=True)),
    Column("decided_by", Integer, ForeignKey("users.id")),
)

comments = Table(
    "comments",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("noun", Text, nullable=False),
    Column("record_id", Uuid, nullable=False),
    Column("author_name", Text, nullable=False, server_default=FetchedValue()),
    Column("text", Text),
    Column("lang", Text, nullable=False),
    Column("state", Text, nullable=False, server_default=FetchedValue()),
    Column("state_reason", Text),
    Column("hold_rules", ARRAY(Text), nullable=False, server_default=FetchedValue()),
    Column("answer", Text),
    Column("reporter", Text, nullable=False),
    Column("contact_id", Uuid, ForeignKey("contacts.id")),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("decided_at", DateTime(timezone=True)),
    Column("decided_by", Integer, ForeignKey("users.id")),
)

pact_parties = Table(
    "pact_parties",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("pact_id", Uuid, ForeignKey("pacts.id"), nullable=False),
    Column("side", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("organisation_id", Uuid, ForeignKey("organisations.id")),
    Column("name", Text),
    Column("is_person", Boolean, nullable=False, server_default=FetchedValue()),
    Column("sector", Text),
    Column("signed_on", Date),
    Column("place", Integer, nullable=False, server_default=FetchedValue()),
)

pact_places = Table(
    "pact_places",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("pact_id", Uuid, ForeignKey("pacts.id"), nullable=False),
    Column("name", Text, nullable=False, server_default=FetchedValue()),
    Column("space_id", Uuid, ForeignKey("spaces.id")),
    Column("shape", Geometry("GEOMETRY", srid=4326, spatial_index=False)),
    Column("shape_3857", Geometry("GEOMETRY", srid=3857, spatial_index=False), Computed("kept by the database")),
)

pact_commitments = Table(
    "pact_commitments",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("pact_id", Uuid, ForeignKey("pacts.id"), nullable=False),
    Column("side", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("quantity", Double),
    Column("unit", Text, nullable=False, server_default=FetchedValue()),
    Column("due_on", Date),
    Column("state", Text, nullable=False, server_default=FetchedValue()),
    Column("evidence", Text, nullable=False, server_default=FetchedValue()),
    Column("done_on", Date),
    Column("reminded_on", Date),
    Column("place", Integer, nullable=False, server_default=FetchedValue()),
    Column("version", Integer, nullable=False, server_default=FetchedValue()),
)

pact_resources = Table(
    "pact_resources",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("pact_id", Uuid, ForeignKey("pacts.id"), nullable=False),
    Column("side", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("text", Text, nullable=False, server_default=FetchedValue()),
    Column("amount_cents", BigInteger),
    Column("on_day", Date),
)

pact_indicators = Table(
    "pact_indicators",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("pact_id", Uuid, ForeignKey("pacts.id"), nullable=False),
    Column("code", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("unit", Text, nullable=False, server_default=FetchedValue()),
    Column("target", Double),
    Column("place", Integer, nullable=False, server_default=FetchedValue()),
)

pact_reports = Table(
    "pact_reports",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("pact_id", Uuid, ForeignKey("pacts.id"), nullable=False),
    Column("from_on", Date, nullable=False),
    Column("until_on", Date, nullable=False),
    Column("activities", Text, nullable=False, server_default=FetchedValue()),
    Column("problems", Text, nullable=False, server_default=FetchedValue()),
    Column("feedback", Text, nullable=False, server_default=FetchedValue()),
    Column("figures", JSONB, nullable=False, server_default=FetchedValue()),
    Column("people", Integer),
    Column("hours", Double),
    Column("money_in_cents", BigInteger),
    Column("money_out_cents", BigInteger),
    Column("state", Text, nullable=False, server_default=FetchedValue()),
    Column("state_reason", Text),
    Column("sent_at", DateTime(timezone=True)),
    Column("decided_at", DateTime(timezone=True)),
    Column("decided_by", Integer, ForeignKey("users.id")),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False),
    Column("version", Integer, nullable=False, server_default=FetchedValue()),
)

pact_report_photos = Table(
    "pact_report_photos",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("report_id", Uuid, ForeignKey("pact_reports.id"), nullable=False),
    Column("sha256", Text, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("alt", Text, nullable=False, server_default=FetchedValue()),
    Column("created_at", DateTime(timezone=True), nullable=False),
)

pact_events = Table(
    "pact_events",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("pact_id", Uuid, ForeignKey("pacts.id"), nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("on_day", Date, nullable=False),
    Column("action", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("note", Text, nullable=False, server_default=FetchedValue()),
    Column("user_id", Integer, ForeignKey("users.id")),
)

pact_versions = Table(
    "pact_versions",
    metadata,
    Column("pact_id", Uuid, ForeignKey("pacts.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("title", Text, nullable=False),
    Column("clauses", JSONB, nullable=False),
    Column("note", Text, nullable=False, server_default=FetchedValue()),
    Column("made_at", DateTime(timezone=True), nullable=False),
    Column("made_by", Integer, ForeignKey("users.id")),
)
