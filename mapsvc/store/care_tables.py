"""The tables of care: reliability, flags, appeals, owners, messages, subscriptions, reminders, merges.

migrations/sql holds the truth, and a test compares the two.
"""

from geoalchemy2 import Geometry
from sqlalchemy import Boolean, Column, Date, DateTime, Double, FetchedValue, ForeignKey, Integer, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from mapsvc.store.tables import metadata

reporters = Table(
    "reporters",
    metadata,
    Column("reporter", Text, primary_key=True),
    Column("upheld", Double, nullable=False, server_default=FetchedValue()),
    Column("overruled", Double, nullable=False, server_default=FetchedValue()),
    Column("reliability", Double, nullable=False),
    Column("reckoned_on", Date, nullable=False),
    Column("waiting", Boolean, nullable=False, server_default=FetchedValue()),
)

flags = Table(
    "flags",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("noun", Text, nullable=False),
    Column("record_id", Uuid, nullable=False),
    Column("area_id", Uuid, ForeignKey("areas.id")),
    Column("kind", Text, nullable=False),
    Column("note", Text),
    Column("reporter", Text, nullable=False),
    Column("cluster_key", Text),
    Column("user_id", Integer, ForeignKey("users.id")),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("hid_from", Text),
    Column("state", Text, nullable=False, server_default=FetchedValue()),
    Column("settled_at", DateTime(timezone=True)),
    Column("settled_by", Integer, ForeignKey("users.id")),
)

rulings = Table(
    "rulings",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("space_id", Uuid, ForeignKey("spaces.id"), nullable=False),
    Column("subject", Text, nullable=False),
    Column("record_id", Uuid, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("reason", Text),
    Column("decided_by", Integer, ForeignKey("users.id")),
    Column("decided_at", DateTime(timezone=True), nullable=False),
)

appeals = Table(
    "appeals",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("ruling_id", Uuid, ForeignKey("rulings.id"), nullable=False),
    Column("space_id", Uuid, ForeignKey("spaces.id"), nullable=False),
    Column("observation_id", Uuid, ForeignKey("observations.id")),
    Column("text", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("state", Text, nullable=False, server_default=FetchedValue()),
    Column("first_decided_by", Integer, ForeignKey("users.id"), server_default=FetchedValue()),
    Column("decided_by", Integer, ForeignKey("users.id")),
    Column("decided_at", DateTime(timezone=True)),
    Column("answer", Text),
)

owner_claims = Table(
    "owner_claims",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("space_id", Uuid, ForeignKey("spaces.id"), nullable=False),
    Column("wish", Text, nullable=False),
    Column("public_note", Text),
    Column("proof_text", Text),
    Column("proof_file", Text),
    Column("contact_id", Uuid, ForeignKey("contacts.id")),
    Column("user_id", Integer, ForeignKey("users.id")),
    Column("reporter", Text, nullable=False),
    Column("token_hash", Text, nullable=False),
    Column("state", Text, nullable=False, server_default=FetchedValue()),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("decided_at", DateTime(timezone=True)),
    Column("decided_by", Integer, ForeignKey("users.id")),
    Column("reason", Text),
    Column("precision_before", Text),
    Column("unhide_asked_by", Integer, ForeignKey("users.id")),
    Column("unhide_agreed_by", Integer, ForeignKey("users.id")),
    Column("unhide_refused_by", Integer, ForeignKey("users.id")),
)

office_messages = Table(
    "office_messages",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("area_id", Uuid, ForeignKey("areas.id")),
    Column("space_id", Uuid, ForeignKey("spaces.id")),
    Column("point", Geometry("POINT", srid=4326, spatial_index=False), nullable=False),
    Column("note", Text),
    Column("reporter", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("state", Text, nullable=False, server_default=FetchedValue()),
    Column("closed_at", DateTime(timezone=True)),
    Column("closed_by", Integer, ForeignKey("users.id")),
)

subscriptions = Table(
    "subscriptions",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("area_id", Uuid, ForeignKey("areas.id"), nullable=False),
    Column("contact_id", Uuid, ForeignKey("contacts.id"), nullable=False),
    Column("rhythm", Text, nullable=False),
    Column("token_hash", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("confirmed_at", DateTime(timezone=True)),
    Column("told_until", DateTime(timezone=True), nullable=False),
    Column("told_on", Date, nullable=False),
)

space_news = Table(
    "space_news",
    metadata,
    Column("id", Uuid, primary_key=True, server_default=FetchedValue()),
    Column("space_id", Uuid, ForeignKey("spaces.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("status_before", Text),
    Column("status_after", Text, nullable=False),
    Column("on_day", Date, nullable=False, server_default=FetchedValue()),
    Column("noted_at", DateTime(timezone=True), nullable=False, server_default=FetchedValue()),
)

reminders = Table(
    "reminders",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("space_id", Uuid, ForeignKey("spaces.id"), nullable=False),
    Column("contact_id", Uuid, ForeignKey("contacts.id"), nullable=False),
    Column("due_on", Date, nullable=False),
    Column("sent_at", DateTime(timezone=True), nullable=False),
)

merges = Table(
    "merges",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("loser_id", Uuid, ForeignKey("spaces.id"), nullable=False),
    Column("survivor_id", Uuid, ForeignKey("spaces.id"), nullable=False),
    Column("state", Text, nullable=False),
    Column("choices", JSONB, nullable=False),
    Column("memory", JSONB, nullable=False, server_default=FetchedValue()),
    Column("swap_reason", Text),
    Column("asked_by", Integer, ForeignKey("users.id")),
    Column("asked_at", DateTime(timezone=True), nullable=False),
    Column("agreed_by", Integer, ForeignKey("users.id")),
    Column("refused_by", Integer, ForeignKey("users.id")),
    Column("done_at", DateTime(timezone=True)),
    Column("undone_by", Integer, ForeignKey("users.id")),
    Column("undone_at", DateTime(timezone=True)),
)

different_places = Table(
    "different_places",
    metadata,
    Column("first_id", Uuid, ForeignKey("spaces.id"), primary_key=True),
    Column("second_id", Uuid, ForeignKey("spaces.id"), primary_key=True),
    Column("judged_by", Integer, ForeignKey("users.id")),
    Column("judged_at", DateTime(timezone=True), nullable=False),
)
