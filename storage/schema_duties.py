"""Tables of duties beside those of `storage.schema`: the record of each deadline, decisions, and what is to be judged again."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Date, ForeignKey, Integer, String, Table, UniqueConstraint

from storage.columns import Instant, metadata

deadline_snapshots = Table(
    "deadline_snapshots",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("report_year", Integer, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("deadline_at", Instant, nullable=False),
    Column("begun_at", Instant, nullable=False),
    Column("sealed_at", Instant),
    Column("digest", String(64), nullable=False, default=""),
    UniqueConstraint("report_year", "due_on"),
)

frozen_duties = Table(
    "frozen_duties",
    metadata,
    Column("snapshot_id", Integer, ForeignKey("deadline_snapshots.id"), primary_key=True),
    Column("body_id", String(64), ForeignKey("bodies.id"), primary_key=True),
    Column("body_name", String(200), nullable=False),
    Column("division_code", String(12), nullable=False),
    Column("legal_basis", String(200), nullable=False),
    Column("due_version", String(40), nullable=False, default=""),
    Column("status", String(20), nullable=False),
    Column("published_on", Date),
    Column("published_source", String(20), nullable=False, default=""),
    Column("first_seen_at", Instant),
    Column("last_not_seen_at", Instant),
    Column("reason", String(300), nullable=False, default=""),
    Column("notes", JSON, nullable=False, default=list),
    Column("evidence", JSON, nullable=False, default=dict),
    Column("frozen_at", Instant, nullable=False),
)

duty_decisions = Table(
    "duty_decisions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("body_id", String(64), ForeignKey("bodies.id"), nullable=False, index=True),
    Column("report_year", Integer, nullable=False),
    Column("due_on", Date),
    Column("reason", String(200), nullable=False),
    Column("authority", String(200), nullable=False, default=""),
    Column("actor", String(80), nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("ended_by", String(80), nullable=False, default=""),
)

evidence_changes = Table(
    "evidence_changes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("entry_point_id", Integer),
    Column("body_id", String(64)),
    Column("owed", Boolean, nullable=False, default=False),
    # An id is never given twice: who settles late must not take away a change that came after those it read. PostgreSQL's sequences
    # hold that by themselves; SQLite otherwise begins again at 1 whenever the table is empty.
    sqlite_autoincrement=True,
)
