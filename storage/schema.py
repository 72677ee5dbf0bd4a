"""The database tables, without behaviour. Repositories (`storage/<aggregate>.py`) are the only code that touches them.

Instants are stored in UTC and come back aware; dates are Asia/Shanghai. Enum columns hold the enum's value. Natural keys are unique,
so that every unit of work can be repeated without doubling anything.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from storage.columns import Instant, metadata
from storage.schema_alerts import alert_holds, alert_rules, deliveries, destinations, events, outbox, send_rates
from storage.schema_duties import deadline_snapshots, duty_decisions, evidence_changes, frozen_duties
from storage.schema_registry import (
    bodies,
    body_aliases,
    column_candidates,
    discoveries,
    entry_point_bodies,
    entry_points,
    list_keys,
    portals,
    registry_batches,
    tls_profiles,
)

__all__ = (
    "Instant",
    "alert_holds",
    "alert_rules",
    "bodies",
    "body_aliases",
    "column_candidates",
    "deadline_snapshots",
    "deliveries",
    "destinations",
    "discoveries",
    "duty_decisions",
    "entry_point_bodies",
    "entry_points",
    "events",
    "evidence_changes",
    "frozen_duties",
    "list_keys",
    "metadata",
    "outbox",
    "portals",
    "registry_batches",
    "send_rates",
    "tls_profiles",
)
"""Declared elsewhere, known here too: whoever needs the catalogue needs all tables in it."""

# --- what we did and saw --------------------------------------------------------------------------------------------------------------

runs = Table(
    "runs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", String(40), nullable=False),
    Column("slot", String(80), nullable=False),
    Column("state", String(20), nullable=False, index=True),
    Column("owner", String(80), nullable=False, default=""),
    Column("scheduled_at", Instant, nullable=False),
    Column("started_at", Instant),
    Column("finished_at", Instant),
    Column("lease_until", Instant),
    Column("summary", JSON, nullable=False, default=dict),
    UniqueConstraint("kind", "slot"),
)

visits = Table(
    "visits",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("run_id", Integer, ForeignKey("runs.id"), index=True),
    Column("entry_point_id", Integer, ForeignKey("entry_points.id"), nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("finished_at", Instant),
    Column("outcome", String(20), nullable=False),
    Column("reason", String(80), nullable=False, default=""),
    Column("items_seen", Integer, nullable=False, default=0),
    Column("declared_total", Integer),
    Column("pages_read", Integer, nullable=False, default=0),
    Column("whole_list", Boolean, nullable=False, default=False),
    Column("canary", Boolean),
    Column("negative_control", Boolean),
    Column("own_network", Boolean),
    Column("qualified", Boolean, nullable=False, default=False),
    Column("inconclusive_reason", String(200), nullable=False, default=""),
    Column("facts", JSON, nullable=False, default=dict),
    Index("ix_visits_entry_point_id_started_at", "entry_point_id", "started_at"),
)

sightings = Table(
    "sightings",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("entry_point_id", Integer, ForeignKey("entry_points.id"), nullable=False),
    Column("url", String(2000), nullable=False),
    Column("title", String(500), nullable=False),
    Column("listed_on", Date),
    Column("raw_date", String(60), nullable=False, default=""),
    Column("position", Integer, nullable=False, default=0),
    Column("decision", String(20), nullable=False, default="unresolved"),
    Column("reason", String(200), nullable=False, default=""),
    Column("body_id", String(64), ForeignKey("bodies.id")),
    Column("report_year", Integer),
    Column("first_seen_at", Instant, nullable=False),
    Column("last_seen_at", Instant, nullable=False),
    Column("first_visit_id", Integer, ForeignKey("visits.id")),
    Column("last_visit_id", Integer, ForeignKey("visits.id")),
    UniqueConstraint("entry_point_id", "url"),
    Index("ix_sightings_body_id_report_year", "body_id", "report_year"),
)

originals = Table(
    "originals",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("size", Integer, nullable=False),
    Column("media_type", String(100), nullable=False, default=""),
    Column("encoding", String(10), nullable=False, default="raw"),
    Column("key", String(200), nullable=False),
    Column("stored_at", Instant, nullable=False),
    Column("verified_at", Instant),
    Column("damage", String(200), nullable=False, default=""),
)

captures = Table(
    "captures",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("natural_key", String(64), nullable=False, unique=True),
    Column("visit_id", Integer, ForeignKey("visits.id"), index=True),
    Column("role", String(20), nullable=False),
    Column("url", String(2000), nullable=False, index=True),
    Column("final_url", String(2000), nullable=False, default=""),
    Column("method", String(10), nullable=False, default="GET"),
    Column("status", Integer, nullable=False),
    Column("requested_at", Instant, nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("request_head", Text, nullable=False, default=""),
    Column("response_head", Text, nullable=False, default=""),
    Column("ip", String(45), nullable=False, default=""),
    Column("tls", String(60), nullable=False, default=""),
    Column("sha256", String(64), ForeignKey("originals.sha256"), nullable=False, index=True),
    Column("truncated", Boolean, nullable=False, default=False),
    Column("chain", String(64), nullable=False, default=""),
)

# --- reports --------------------------------------------------------------------------------------------------------------------------

reports = Table(
    "reports",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("body_id", String(64), ForeignKey("bodies.id"), nullable=False),
    Column("report_year", Integer, nullable=False),
    Column("created_at", Instant, nullable=False),
    UniqueConstraint("body_id", "report_year"),
    Index("ix_reports_report_year", "report_year"),
)

report_versions = Table(
    "report_versions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("report_id", Integer, ForeignKey("reports.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("url", String(2000), nullable=False),
    Column("title", String(500), nullable=False, default=""),
    Column("main_sha256", String(64), ForeignKey("originals.sha256"), nullable=False, index=True),
    Column("parts", JSON, nullable=False, default=list),
    Column("parts_sha256", String(64), nullable=False, default=""),
    Column("text_sha256", String(64), nullable=False, default=""),
    Column("carrier", String(20), nullable=False, default=""),
    Column("dates", JSON, nullable=False, default=list),
    Column("published_on", Date),
    Column("published_source", String(20), nullable=False, default=""),
    Column("first_seen_at", Instant, nullable=False),
    Column("last_seen_at", Instant, nullable=False),
    Column("gone_since", Instant),
    UniqueConstraint("report_id", "number"),
    UniqueConstraint("report_id", "url", "main_sha256", "parts_sha256"),
)

readings = Table(
    "readings",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("version_id", Integer, ForeignKey("report_versions.id"), nullable=False),
    Column("parser_version", String(40), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("quality", String(10), nullable=False),
    Column("form", String(10), nullable=False, default=""),
    Column("report_year", Integer),
    Column("body_name", String(200), nullable=False, default=""),
    Column("payload", LargeBinary, nullable=False),
    Column("dates", JSON),
    Column("figures", LargeBinary),
    UniqueConstraint("version_id", "parser_version"),
)

report_marks = Table(
    "report_marks",
    metadata,
    Column("body_id", String(64), ForeignKey("bodies.id"), primary_key=True),
    Column("report_year", Integer, primary_key=True),
    Column("mark", BigInteger, primary_key=True),
    Index("ix_report_marks_mark_report_year_body_id", "mark", "report_year", "body_id"),
)

# --- judgement ------------------------------------------------------------------------------------------------------------------------

duties = Table(
    "duties",
    metadata,
    Column("body_id", String(64), ForeignKey("bodies.id"), primary_key=True),
    Column("report_year", Integer, primary_key=True),
    Column("division_code", String(12), nullable=False),
    Column("due_on", Date, nullable=False),
    Column("legal_basis", String(200), nullable=False),
    Column("due_version", String(40), nullable=False, default=""),
    Column("exempt_reason", String(200), nullable=False, default=""),
    Column("status", String(20), nullable=False),
    Column("status_since", Instant, nullable=False),
    Column("as_of", Instant, nullable=False),
    Column("missing_confidence", String(20), nullable=False, default=""),
    Column("days_late_min", Integer),
    Column("days_late_max", Integer),
    Column("published_on", Date),
    Column("published_source", String(20), nullable=False, default=""),
    Column("first_seen_at", Instant),
    Column("last_not_seen_at", Instant),
    Column("reason", String(300), nullable=False, default=""),
    Column("notes", JSON, nullable=False, default=list),
    Column("next_change_at", Instant, index=True),
    Index("ix_duties_division_code_report_year_status", "division_code", "report_year", "status"),
    Index("ix_duties_report_year_status", "report_year", "status"),
)

duty_transitions = Table(
    "duty_transitions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("body_id", String(64), ForeignKey("bodies.id"), nullable=False),
    Column("report_year", Integer, nullable=False),
    Column("at", Instant, nullable=False),
    Column("from_status", String(20), nullable=False),
    Column("to_status", String(20), nullable=False),
    Column("cause", String(300), nullable=False),
    Column("evidence", JSON, nullable=False, default=dict),
    Column("actor", String(80), nullable=False),
    Index("ix_duty_transitions_body_id_report_year", "body_id", "report_year"),
)

findings = Table(
    "findings",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("body_id", String(64), ForeignKey("bodies.id"), nullable=False),
    Column("report_year", Integer, nullable=False),
    Column("fingerprint", String(64), nullable=False),
    Column("rule", String(20), nullable=False, index=True),
    Column("severity", String(4), nullable=False),
    Column("certainty", String(20), nullable=False),
    Column("state", String(20), nullable=False, index=True),
    Column("title", String(200), nullable=False),
    Column("message", Text, nullable=False),
    Column("payload", JSON, nullable=False, default=dict),
    Column("operands", String(64), nullable=False, default=""),
    Column("reading_id", Integer, ForeignKey("readings.id")),
    Column("opened_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Column("resolved_at", Instant),
    Column("snoozed_until", Instant),
    Column("assignee", String(80), nullable=False, server_default=""),
    UniqueConstraint("body_id", "report_year", "fingerprint"),
    Index("ix_findings_report_year_state", "report_year", "state"),
)

finding_log = Table(
    "finding_log",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("finding_id", Integer, ForeignKey("findings.id"), nullable=False, index=True),
    Column("at", Instant, nullable=False),
    Column("actor", String(80), nullable=False),
    Column("from_state", String(20), nullable=False),
    Column("to_state", String(20), nullable=False),
    Column("reason", String(500), nullable=False, default=""),
    Column("versions", String(120), nullable=False, default=""),
)

# --- operations -----------------------------------------------------------------------------------------------------------------------

heartbeats = Table(
    "heartbeats",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("at", Instant, nullable=False),
    Column("facts", JSON, nullable=False, default=dict),
)

installation = Table(
    "installation",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("value", Text, nullable=False),
)

audit_log = Table(
    "audit_log",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("actor", String(80), nullable=False),
    Column("action", String(80), nullable=False),
    Column("object", String(200), nullable=False),
    Column("payload", JSON, nullable=False, default=dict),
)
