"""Tables of bodies, portals and columns beside those of `storage.schema`, and of how columns were looked for."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Float, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from storage.columns import Instant, metadata

bodies = Table(
    "bodies",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("name", String(200), nullable=False, index=True),
    Column("kind", String(20), nullable=False),
    Column("level", String(20), nullable=False),
    Column("division_code", String(12), nullable=False, index=True),
    Column("parent_id", String(64), ForeignKey("bodies.id"), index=True),
    Column("system", String(64), nullable=False, default=""),
    Column("contact", String(100), nullable=False, default=""),
    Column("email", String(200), nullable=False, default=""),
    Column("exempt_reason", String(200), nullable=False, default=""),
    Column("active_from_year", Integer),
    Column("active_to_year", Integer),
    Column("successor_id", String(64), ForeignKey("bodies.id"), index=True),
    Column("children_complete_from", Integer),
    Column("children_evidence", String(200), nullable=False, server_default=""),
    Column("created_at", Instant, nullable=False),
)

body_aliases = Table(
    "body_aliases",
    metadata,
    Column("body_id", String(64), ForeignKey("bodies.id"), primary_key=True),
    Column("alias", String(200), primary_key=True),
    Column("from_year", Integer),
    Column("to_year", Integer),
)

portals = Table(
    "portals",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("home_url", String(2000), nullable=False),
    Column("platform_id", String(64), nullable=False, index=True),
    Column("division_code", String(12), nullable=False, default=""),
    Column("tier", String(10), nullable=False, default="http"),
    Column("delay_seconds", Float, nullable=False, default=3.0),
    Column("enabled", Boolean, nullable=False, default=True),
    Column("notes", Text, nullable=False, default=""),
    Column("created_at", Instant, nullable=False),
)

entry_points = Table(
    "entry_points",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("portal_id", String(64), ForeignKey("portals.id"), nullable=False, index=True),
    Column("url", String(2000), nullable=False),
    Column("parent_id", Integer, ForeignKey("entry_points.id"), index=True),
    Column("family", String(40), nullable=False, default=""),
    Column("params", JSON, nullable=False, default=dict),
    Column("tier", String(10), nullable=False, default="http"),
    Column("confidence", Float, nullable=False, default=1.0),
    Column("health", String(20), nullable=False, default="untested"),
    Column("health_reason", String(40), nullable=False, default=""),
    Column("health_since", Instant),
    Column("etag", String(200), nullable=False, default=""),
    Column("last_modified", String(60), nullable=False, default=""),
    Column("last_qualified_at", Instant),
    Column("enabled", Boolean, nullable=False, default=True),
    Column("created_at", Instant, nullable=False),
    UniqueConstraint("portal_id", "url"),
)

entry_point_bodies = Table(
    "entry_point_bodies",
    metadata,
    Column("entry_point_id", Integer, ForeignKey("entry_points.id"), primary_key=True),
    Column("body_id", String(64), ForeignKey("bodies.id"), primary_key=True, index=True),
)

tls_profiles = Table(
    "tls_profiles",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("portal_id", String(64), ForeignKey("portals.id"), nullable=False, index=True),
    Column("names", String(60), nullable=False),
    Column("reason", String(300), nullable=False),
    Column("set_by", String(80), nullable=False),
    Column("set_at", Instant, nullable=False),
    Column("ended_at", Instant),
)

list_keys = Table(
    "list_keys",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("entry_point_id", Integer, ForeignKey("entry_points.id"), nullable=False, index=True),
    Column("key", Text, nullable=False),
    Column("cut_at", Instant, nullable=False),
    Column("uses", Integer, nullable=False, default=0),
    Column("last_used_at", Instant),
    Column("retired_at", Instant),
    Column("reason", String(80), nullable=False, default=""),
)

discoveries = Table(
    "discoveries",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("portal_id", String(64), ForeignKey("portals.id"), nullable=False),
    Column("entry_point_id", Integer, ForeignKey("entry_points.id"), nullable=False),
    Column("at", Instant, nullable=False),
    Column("outcome", String(20), nullable=False),
    Column("reason", String(80), nullable=False, default=""),
    Column("asked", Integer, nullable=False, default=0),
    Column("facts", JSON, nullable=False, default=dict),
    Index("ix_discoveries_portal_id_at", "portal_id", "at"),
)

column_candidates = Table(
    "column_candidates",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("portal_id", String(64), ForeignKey("portals.id"), nullable=False),
    Column("url", String(2000), nullable=False),
    Column("found_on", String(2000), nullable=False, default=""),
    Column("words", String(200), nullable=False, default=""),
    Column("family", String(40), nullable=False, default=""),
    Column("confidence", Float, nullable=False, default=0.0),
    Column("reports", Integer, nullable=False, default=0),
    Column("others", Integer, nullable=False, default=0),
    Column("reasons", JSON, nullable=False, default=list),
    Column("list_year", Integer),
    Column("state", String(12), nullable=False),
    Column("entry_point_id", Integer, ForeignKey("entry_points.id")),
    Column("first_seen_at", Instant, nullable=False),
    Column("last_seen_at", Instant, nullable=False),
    Column("decided_by", String(80), nullable=False, default=""),
    UniqueConstraint("portal_id", "url"),
    Index("ix_column_candidates_state", "state"),
)

registry_batches = Table(
    "registry_batches",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("actor", String(80), nullable=False, default=""),
    Column("source", String(200), nullable=False, default=""),
    Column("counts", JSON, nullable=False, default=dict),
    Column("before", JSON, nullable=False, default=dict),
    Column("undone_at", Instant),
)
