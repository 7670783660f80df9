"""The tables of the machinery: imports, history, mail, jobs, limits; the nouns are in `tables`.

migrations/sql holds the truth, and a test compares the two.
"""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Double,
    FetchedValue,
    ForeignKey,
    Identity,
    Integer,
    LargeBinary,
    Table,
    Text,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB

from mapsvc.store.tables import metadata

import_batches = Table(
    "import_batches",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("file_name", Text, nullable=False),
    Column("created_by", Integer, ForeignKey("users.id")),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("applied_at", DateTime(timezone=True)),
    Column("state", Text, nullable=False, server_default=FetchedValue()),
    Column("summary", JSONB, nullable=False),
    Column("rows", JSONB, nullable=False),
)

audit_log = Table(
    "audit_log",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False, server_default=FetchedValue()),
    Column("actor_user_id", Integer),
    Column("actor_kind", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("noun", Text, nullable=False),
    Column("record_id", Text, nullable=False),
    Column("before", JSONB),
    Column("after", JSONB),
    Column("reason", Text),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("recipient", Text, nullable=False),
    Column("template", Text, nullable=False),
    Column("lang", Text, nullable=False),
    Column("params", JSONB, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("sent_at", DateTime(timezone=True)),
    Column("attempts", Integer, nullable=False, server_default=FetchedValue()),
    Column("last_error", Text),
    Column("held", Boolean, nullable=False, server_default=FetchedValue()),
)

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("key", Uuid, primary_key=True),
    Column("scope", Text, nullable=False),
    Column("body_sha256", Text, nullable=False),
    Column("result", JSONB, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
)

rate_counters = Table(
    "rate_counters",
    metadata,
    Column("key", Text, primary_key=True),
    Column("hits", Integer, nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
)

job_runs = Table(
    "job_runs",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("name", Text, nullable=False),
    Column("due_at", DateTime(timezone=True), nullable=False),
    Column("started_at", DateTime(timezone=True)),
    Column("finished_at", DateTime(timezone=True)),
    Column("report", JSONB),
    Column("error", Text),
)

audit_seals = Table(
    "audit_seals",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("entry_id", BigInteger, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("sealed_at", DateTime(timezone=True), nullable=False),
)

personal_values = Table(
    "personal_values",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("noun", Text, nullable=False),
    Column("record_id", Text, nullable=False),
    Column("user_id", Integer),
    Column("value", JSONB),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("erased_at", DateTime(timezone=True)),
)

erasures = Table(
    "erasures",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("subject_kind", Text, nullable=False),
    Column("subject_id", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("counts", JSONB, nullable=False, server_default=FetchedValue()),
)

source_registers = Table(
    "source_registers",
    metadata,
    Column("source_id", Integer, ForeignKey("sources.id"), primary_key=True, autoincrement=False),
    Column("noun", Text, nullable=False),
    Column("mapping", Text, nullable=False),
    Column("rhythm", Text, nullable=False),
    Column("removal_share", Double, nullable=False),
    Column("columns", JSONB, nullable=False, server_default=FetchedValue()),
    Column("fetch_url", Text),
    Column("format", Text, nullable=False, server_default=FetchedValue()),
    Column("accepts", ARRAY(Text), nullable=False, server_default=FetchedValue()),
    Column("grid", Integer),
    Column("known_columns", JSONB, nullable=False, server_default=FetchedValue()),
    Column("paused", Boolean, nullable=False, server_default=FetchedValue()),
    Column("fetched_at", DateTime(timezone=True)),
    Column("version", Integer, nullable=False, server_default=FetchedValue()),
)

source_runs = Table(
    "source_runs",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("source_id", Integer, ForeignKey("sources.id"), nullable=False),
    Column("file_sha256", Text, nullable=False),
    Column("file_as_of", Date),
    Column("ran_at", DateTime(timezone=True), nullable=False),
    Column("counts", JSONB, nullable=False),
    Column("state", Text, nullable=False, server_default=FetchedValue()),
    Column("file_name", Text, nullable=False, server_default=FetchedValue()),
    Column("asked_by", Integer, ForeignKey("users.id")),
    Column("decided_by", Integer, ForeignKey("users.id")),
    Column("ended_at", DateTime(timezone=True)),
    Column("stopped_to_ask", Boolean, nullable=False, server_default=FetchedValue()),
    Column("stop_asked", Boolean, nullable=False, server_default=FetchedValue()),
    Column("step", Text, nullable=False, server_default=FetchedValue()),
    Column("done_rows", Integer, nullable=False, server_default=FetchedValue()),
    Column("all_rows", Integer, nullable=False, server_default=FetchedValue()),
    Column("columns", JSONB, nullable=False, server_default=FetchedValue()),
    Column("questions", JSONB, nullable=False, server_default=FetchedValue()),
    Column("decision", JSONB),
    Column("accepted", Boolean, nullable=False, server_default=FetchedValue()),
    Column("written", JSONB),
    Column("fault", Text),
    Column("fault_params", JSONB, nullable=False, server_default=FetchedValue()),
    Column("version", Integer, nullable=False, server_default=FetchedValue()),
)

source_files = Table(
    "source_files",
    metadata,
    Column("run_id", Uuid, ForeignKey("source_runs.id", ondelete="CASCADE"), primary_key=True),
    Column("data", LargeBinary),
)

source_run_rows = Table(
    "source_run_rows",
    metadata,
    Column("run_id", Uuid, ForeignKey("source_runs.id", ondelete="CASCADE"), primary_key=True),
    Column("row_key", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("number", Integer, primary_key=True, server_default=FetchedValue()),
    Column("title", Text, nullable=False, server_default=FetchedValue()),
    Column("record_id", Uuid),
    Column("changes", JSONB, nullable=False, server_default=FetchedValue()),
    Column("disputed", JSONB, nullable=False, server_default=FetchedValue()),
    Column("remarks", JSONB, nullable=False, server_default=FetchedValue()),
    Column("mark", Text, nullable=False),
)

source_rows = Table(
    "source_rows",
    metadata,
    Column("source_id", Integer, ForeignKey("sources.id"), primary_key=True, autoincrement=False),
    Column("row_key", Text, primary_key=True),
    Column("record_id", Uuid, nullable=False),
    Column("state", Text, nullable=False),
    Column("said", JSONB, nullable=False),
    Column("missed", Integer, nullable=False, server_default=FetchedValue()),
    Column("first_seen_at", DateTime(timezone=True), nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
)

source_reuses = Table(
    "source_reuses",
    metadata,
    Column("source_id", Integer, ForeignKey("sources.id"), primary_key=True, autoincrement=False),
    Column("row_key", Text, primary_key=True),
    Column("old_record_id", Uuid, nullable=False),
    Column("new_record_id", Uuid, primary_key=True),
    Column("noticed_at", DateTime(timezone=True), nullable=False),
)
