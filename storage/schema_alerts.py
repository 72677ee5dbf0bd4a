"""Tables of messages and of who gets them beside those of `storage.schema`."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Float, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from storage.columns import Instant, metadata

destinations = Table(
    "destinations",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(100), nullable=False, unique=True),
    Column("address", Text, nullable=False),
    Column("audience", String(20), nullable=False),
    Column("scope", String(12), nullable=False, default=""),
    Column("enabled", Boolean, nullable=False, default=True),
    Column("lang", String(10), nullable=False, server_default="zh-CN"),
    Column("cadence", String(10), nullable=False, server_default="daily"),
    Column("created_at", Instant, nullable=False),
    Column("timeouts", Integer, nullable=False, server_default="0"),
    Column("held_until", Instant),
)

alert_rules = Table(
    "alert_rules",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(100), nullable=False, unique=True),
    Column("destination_id", Integer, ForeignKey("destinations.id"), nullable=False, index=True),
    Column("kinds", JSON, nullable=False, default=list),
    Column("severity", String(4), nullable=False, default=""),
    Column("scope", String(12), nullable=False, default=""),
    Column("mode", String(12), nullable=False),
    Column("escalate_to", Integer, ForeignKey("destinations.id")),
    Column("escalate_days", Integer, nullable=False, default=0),
    Column("enabled", Boolean, nullable=False, default=True),
    Column("created_at", Instant, nullable=False),
)

alert_holds = Table(
    "alert_holds",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("sort", String(10), nullable=False),
    Column("matter", String(200), nullable=False, default=""),
    Column("kinds", JSON, nullable=False, default=list),
    Column("scope", String(12), nullable=False, default=""),
    Column("actor", String(80), nullable=False),
    Column("reason", String(500), nullable=False, default=""),
    Column("at", Instant, nullable=False),
    Column("until", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("ended_by", String(80), nullable=False, default=""),
    Index("ix_alert_holds_until", "until"),
)

events = Table(
    "events",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("event_key", String(160), nullable=False, unique=True),
    Column("kind", String(40), nullable=False),
    Column("audience", String(20), nullable=False),
    Column("body_id", String(64), ForeignKey("bodies.id")),
    Column("report_year", Integer),
    Column("division_code", String(12), nullable=False, default=""),
    Column("severity", String(4), nullable=False, default=""),
    Column("at", Instant, nullable=False),
    Column("payload", JSON, nullable=False, default=dict),
    Column("planned_at", Instant),
    Index("ix_events_audience_planned_at", "audience", "planned_at"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("destination_id", Integer, ForeignKey("destinations.id"), nullable=False),
    Column("message_key", String(160), nullable=False),
    Column("reference", String(40), nullable=False),
    Column("message_id", String(200), nullable=False),
    Column("subject", String(300), nullable=False),
    Column("body_text", Text, nullable=False),
    Column("body_html", Text, nullable=False, default=""),
    Column("event_ids", JSON, nullable=False, default=list),
    Column("state", String(20), nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("created_at", Instant, nullable=False),
    Column("next_at", Instant, nullable=False),
    Column("lease_until", Instant),
    Column("accepted_at", Instant),
    Column("last_reply", String(500), nullable=False, default=""),
    Column("unsubscribe", String(500), nullable=False, server_default=""),
    UniqueConstraint("destination_id", "message_key"),
    Index("ix_outbox_state_next_at", "state", "next_at"),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("outbox_id", Integer, ForeignKey("outbox.id"), nullable=False, index=True),
    Column("attempt", Integer, nullable=False),
    Column("at", Instant, nullable=False),
    Column("state", String(20), nullable=False),
    Column("reply", String(500), nullable=False, default=""),
)

send_rates = Table(
    "send_rates",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("tokens", Float, nullable=False),
    Column("at", Instant, nullable=False),
)
