"""The tables of calls: applications, scores, runs of the matching, awards; and the indicators of areas.

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
    Table,
    Text,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB

from mapsvc.store.tables import metadata

calls = Table(
    "calls",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("code", Text, nullable=False),
    Column("title", JSONB, nullable=False),
    Column("summary", JSONB, nullable=False, server_default=FetchedValue()),
    Column("state", Text, nullable=False, server_default=FetchedValue()),
    Column("opens_on", Date),
    Column("closes_on", Date),
    Column("source_id", Integer, ForeignKey("sources.id"), nullable=False),
    Column("source_key", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False),
    Column("area_id", Uuid, ForeignKey("areas.id")),
    Column("kind", Text, nullable=False, server_default=FetchedValue()),
    Column("office", Text, nullable=False, server_default=FetchedValue()),
    Column("definition", JSONB, nullable=False, server_default=FetchedValue()),
    Column("timeline", JSONB, nullable=False, server_default=FetchedValue()),
    Column("closes_at", DateTime(timezone=True)),
    Column("frozen", Text),
    Column("frozen_sha256", Text),
    Column("draw_description", Text, nullable=False, server_default=FetchedValue()),
    Column("seed_commitment", Text),
    Column("lottery_seed", Text),
    Column("state_before", Text),
    Column("created_by", Integer, ForeignKey("users.id")),
    Column("approved_by", Integer, ForeignKey("users.id")),
    Column("legal_checked_by", Integer, ForeignKey("users.id")),
    Column("legal_checked_at", DateTime(timezone=True)),
    Column("copied_from", Uuid, ForeignKey("calls.id")),
    Column("version", Integer, nullable=False, server_default=FetchedValue()),
)

lots = Table(
    "lots",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("call_id", Uuid, ForeignKey("calls.id"), nullable=False),
    Column("space_id", Uuid, ForeignKey("spaces.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date, nullable=False),
    Column("unit", Text),
    Column("capacity", Integer, nullable=False, server_default=FetchedValue()),
    Column("reserve", JSONB),
    Column("overrides", JSONB, nullable=False, server_default=FetchedValue()),
    Column("pre_access_from", Date),
    Column("withdrawn_at", DateTime(timezone=True)),
    Column("withdrawn_reason", Text),
)

call_events = Table(
    "call_events",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("call_id", Uuid, ForeignKey("calls.id"), nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("action", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("note", Text, nullable=False, server_default=FetchedValue()),
    Column("details", JSONB, nullable=False, server_default=FetchedValue()),
    Column("user_id", Integer, ForeignKey("users.id")),
)

applications = Table(
    "applications",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("call_id", Uuid, ForeignKey("calls.id"), nullable=False),
    Column("collective_id", Uuid, ForeignKey("collectives.id")),
    Column("code", Text),
    Column("state", Text, nullable=False, server_default=FetchedValue()),
    Column("lang", Text, nullable=False),
    Column("filed_by", Integer, ForeignKey("users.id")),
    Column("on_behalf", Boolean, nullable=False, server_default=FetchedValue()),
    Column("contact_id", Uuid, ForeignKey("contacts.id")),
    Column("token_hash", Text, nullable=False),
    Column("working", JSONB, nullable=False, server_default=FetchedValue()),
    Column("needs", JSONB, nullable=False, server_default=FetchedValue()),
    Column("project", JSONB, nullable=False, server_default=FetchedValue()),
    Column("facts", JSONB, nullable=False, server_default=FetchedValue()),
    Column("declarations", ARRAY(Text), nullable=False, server_default=FetchedValue()),
    Column("accepts_other_lots", Boolean, nullable=False, server_default=FetchedValue()),
    Column("accepts_upgrade", Boolean, nullable=False, server_default=FetchedValue()),
    Column("content", Text),
    Column("receipt", Text),
    Column("receipt_sha256", Text),
    Column("submitted_at", DateTime(timezone=True)),
    Column("decision_reason", Text),
    Column("decision_norm", Text),
    Column("decided_by", Integer, ForeignKey("users.id")),
    Column("decided_at", DateTime(timezone=True)),
    Column("merit_micro", Integer),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False),
    Column("version", Integer, nullable=False, server_default=FetchedValue()),
)

application_lots = Table(
    "application_lots",
    metadata,
    Column("application_id", Uuid, ForeignKey("applications.id"), primary_key=True),
    Column("lot_id", Uuid, ForeignKey("lots.id"), primary_key=True),
    Column("rank", Integer, nullable=False),
)

application_documents = Table(
    "application_documents",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("application_id", Uuid, ForeignKey("applications.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("bytes", Integer, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("receipt", Text, nullable=False),
    Column("received_at", DateTime(timezone=True), nullable=False),
    Column("sent_at", DateTime(timezone=True)),
    Column("removed_at", DateTime(timezone=True)),
)

integration_requests = Table(
    "integration_requests",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("application_id", Uuid, ForeignKey("applications.id"), nullable=False),
    Column("asked", Text, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("asked_by", Integer, ForeignKey("users.id")),
    Column("asked_at", DateTime(timezone=True), nullable=False),
    Column("answer", Text),
    Column("answered_at", DateTime(timezone=True)),
)

admissibility_checks = Table(
    "admissibility_checks",
    metadata,
    Column("application_id", Uuid, ForeignKey("applications.id"), primary_key=True),
    Column("rule", Text, primary_key=True),
    Column("state", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("user_id", Integer, ForeignKey("users.id")),
    Column("at", DateTime(timezone=True), nullable=False),
)

committee_members = Table(
    "committee_members",
    metadata,
    Column("call_id", Uuid, ForeignKey("calls.id"), primary_key=True),
    Column("user_id", Integer, ForeignKey("users.id"), primary_key=True),
    Column("chair", Boolean, nullable=False, server_default=FetchedValue()),
    Column("added_by", Integer, ForeignKey("users.id")),
    Column("added_at", DateTime(timezone=True), nullable=False),
)

conflicts_of_interest = Table(
    "conflicts_of_interest",
    metadata,
    Column("application_id", Uuid, ForeignKey("applications.id"), primary_key=True),
    Column("user_id", Integer, ForeignKey("users.id"), primary_key=True),
    Column("reason", Text, nullable=False),
    Column("declared_at", DateTime(timezone=True), nullable=False),
)

score_sheets = Table(
    "score_sheets",
    metadata,
    Column("application_id", Uuid, ForeignKey("applications.id"), primary_key=True),
    Column("user_id", Integer, ForeignKey("users.id"), primary_key=True),
    Column("points", JSONB, nullable=False, server_default=FetchedValue()),
    Column("signed_at", DateTime(timezone=True)),
    Column("signed_sha256", Text),
    Column("updated_at", DateTime(timezone=True), nullable=False),
    Column("version", Integer, nullable=False, server_default=FetchedValue()),
)

owner_ranks = Table(
    "owner_ranks",
    metadata,
    Column("lot_id", Uuid, ForeignKey("lots.id"), primary_key=True),
    Column("application_id", Uuid, ForeignKey("applications.id"), primary_key=True),
    Column("rank", Integer, nullable=False),
    Column("noted_by", Integer, ForeignKey("users.id")),
    Column("noted_at", DateTime(timezone=True), nullable=False),
)

match_locks = Table(
    "match_locks",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("call_id", Uuid, ForeignKey("calls.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("application_id", Uuid, ForeignKey("applications.id")),
    Column("lot_id", Uuid, ForeignKey("lots.id")),
    Column("reason_code", Text, nullable=False),
    Column("norm", Text, nullable=False, server_default=FetchedValue()),
    Column("text", Text, nullable=False),
    Column("author_id", Integer, ForeignKey("users.id"), nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("signed_by", Integer, ForeignKey("users.id")),
    Column("signed_at", DateTime(timezone=True)),
    Column("lifted_at", DateTime(timezone=True)),
    Column("lifted_by", Integer, ForeignKey("users.id")),
)

match_runs = Table(
    "match_runs",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("call_id", Uuid, ForeignKey("calls.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False, server_default=FetchedValue()),
    Column("changes", JSONB, nullable=False, server_default=FetchedValue()),
    Column("snapshot", Text),
    Column("input_sha256", Text),
    Column("result_sha256", Text),
    Column("engine_version", Text, nullable=False),
    Column("git_commit", Text),
    Column("python_version", Text, nullable=False),
    Column("ids", JSONB, nullable=False, server_default=FetchedValue()),
    Column("pair_details", JSONB, nullable=False, server_default=FetchedValue()),
    Column("trace", JSONB),
    Column("diagnostics", JSONB),
    Column("previous_id", Uuid, ForeignKey("match_runs.id")),
    Column("started_by", Integer, ForeignKey("users.id")),
    Column("started_at", DateTime(timezone=True), nullable=False),
    Column("duration_ms", Integer),
    Column("frozen_by", Integer, ForeignKey("users.id")),
    Column("frozen_at", DateTime(timezone=True)),
    Column("reviewed_by", Integer, ForeignKey("users.id")),
    Column("reviewed_at", DateTime(timezone=True)),
    Column("review_note", Text, nullable=False, server_default=FetchedValue()),
    Column("adopted_by", Integer, ForeignKey("users.id")),
    Column("adopted_at", DateTime(timezone=True)),
    Column("act", Text),
    Column("ended_reason", Text),
    Column("ended_at", DateTime(timezone=True)),
    Column("version", Integer, nullable=False, server_default=FetchedValue()),
)

assignments = Table(
    "assignments",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("run_id", Uuid, ForeignKey("match_runs.id"), nullable=False),
    Column("call_id", Uuid, ForeignKey("calls.id"), nullable=False),
    Column("application_id", Uuid, ForeignKey("applications.id"), nullable=False),
    Column("lot_id", Uuid, ForeignKey("lots.id"), nullable=False),
    Column("basis", Text, nullable=False),
    Column("priority_micro", Integer, nullable=False),
    Column("rank", Integer),
    Column("cutoff_micro", Integer),
    Column("conditional_on", ARRAY(Text), nullable=False, server_default=FetchedValue()),
    Column("verify_by", Date),
)

award_offers = Table(
    "award_offers",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("assignment_id", Uuid, ForeignKey("assignments.id"), nullable=False),
    Column("call_id", Uuid, ForeignKey("calls.id"), nullable=False),
    Column("application_id", Uuid, ForeignKey("applications.id"), nullable=False),
    Column("lot_id", Uuid, ForeignKey("lots.id"), nullable=False),
    Column("seat", Integer, nullable=False),
    Column("state", Text, nullable=False, server_default=FetchedValue()),
    Column("sent_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("answered_at", DateTime(timezone=True)),
    Column("ending", Text),
    Column("reason", Text),
    Column("decided_by", Integer, ForeignKey("users.id")),
    Column("version", Integer, nullable=False, server_default=FetchedValue()),
)

award_conditions = Table(
    "award_conditions",
    metadata,
    Column("application_id", Uuid, ForeignKey("applications.id"), primary_key=True),
    Column("lot_id", Uuid, ForeignKey("lots.id"), primary_key=True),
    Column("rule", Text, primary_key=True),
    Column("met", Boolean, nullable=False),
    Column("note", Text, nullable=False, server_default=FetchedValue()),
    Column("decided_by", Integer, ForeignKey("users.id")),
    Column("decided_at", DateTime(timezone=True), nullable=False),
)

handovers = Table(
    "handovers",
    metadata,
    Column("offer_id", Uuid, ForeignKey("award_offers.id"), primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("done_on", Date, nullable=False),
    Column("keys", Integer, nullable=False),
    Column("meters", Text, nullable=False, server_default=FetchedValue()),
    Column("report", Text, nullable=False),
    Column("noted_by", Integer, ForeignKey("users.id")),
    Column("noted_at", DateTime(timezone=True), nullable=False),
)

call_observations = Table(
    "call_observations",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("call_id", Uuid, ForeignKey("calls.id"), nullable=False),
    Column("application_id", Uuid, ForeignKey("applications.id"), nullable=False),
    Column("text", Text, nullable=False),
    Column("received_at", DateTime(timezone=True), nullable=False),
    Column("answer", Text),
    Column("answered_by", Integer, ForeignKey("users.id")),
    Column("answered_at", DateTime(timezone=True)),
)

call_results = Table(
    "call_results",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("call_id", Uuid, ForeignKey("calls.id"), nullable=False),
    Column("run_id", Uuid, ForeignKey("match_runs.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("published_at", DateTime(timezone=True), nullable=False),
    Column("content", Text, nullable=False),
    Column("sha256", Text, nullable=False),
)

collective_endorsements = Table(
    "collective_endorsements",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("collective_id", Uuid, ForeignKey("collectives.id"), nullable=False),
    Column("organisation", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("user_id", Integer, ForeignKey("users.id")),
    Column("created_at", DateTime(timezone=True), nullable=False),
)

fit_alerts = Table(
    "fit_alerts",
    metadata,
    Column("collective_id", Uuid, ForeignKey("collectives.id"), primary_key=True),
    Column("space_id", Uuid, ForeignKey("spaces.id"), primary_key=True),
    Column("told_at", DateTime(timezone=True), nullable=False),
)

indicators = Table(
    "indicators",
    metadata,
    Column("code", Text, primary_key=True),
    Column("name", JSONB, nullable=False),
    Column("about", JSONB, nullable=False, server_default=FetchedValue()),
    Column("theme", Text, nullable=False, server_default=FetchedValue()),
    Column("kind", Text, nullable=False, server_default=FetchedValue()),
    Column("unit", Text, nullable=False, server_default=FetchedValue()),
    Column("higher_is_need", Boolean, nullable=False, server_default=FetchedValue()),
    Column("weight", Integer, nullable=False, server_default=FetchedValue()),
    Column("min_group_size", Integer, nullable=False, server_default=FetchedValue()),
    Column("method", Text, nullable=False, server_default=FetchedValue()),
    Column("source_id", Integer, ForeignKey("sources.id"), nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False),
    Column("version", Integer, nullable=False, server_default=FetchedValue()),
)

indicator_values = Table(
    "indicator_values",
    metadata,
    Column("indicator", Text, ForeignKey("indicators.code"), primary_key=True),
    Column("area_id", Uuid, ForeignKey("areas.id"), primary_key=True),
    Column("period", Text, primary_key=True),
    Column("value", Double, nullable=False),
    Column("n", Integer),
    Column("status", Text, nullable=False, server_default=FetchedValue()),
    Column("updated_at", DateTime(timezone=True), nullable=False),
)
