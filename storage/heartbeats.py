"""Heartbeats: when each loop of the service last went round."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select

from storage.schema import heartbeats
from storage.statements import clip, plain, upsert

LOOPS: Mapping[str, str] = {"scheduler": "定时调度", "evaluator": "读取与判断", "sender": "消息发送", "keeper": "存档维护"}
"""The loops of the service and what people call them."""

SILENCE = timedelta(minutes=10)
"""A loop that did not turn for this long counts as stopped; loops tick every minute."""


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """The last sign of life of one loop, with what it had to say."""

    name: str
    at: datetime
    facts: Mapping[str, Any]


def beat(connection: Connection, name: str, now: datetime, facts: Mapping[str, Any] | None = None) -> None:
    """Say that the loop of that name is alive."""
    upsert(connection, heartbeats, [{"name": clip(name, 40), "at": now, "facts": plain(facts or {})}], key=["name"], update=["at", "facts"])


def list_all(connection: Connection) -> dict[str, Heartbeat]:
    """The last heartbeat of each loop by name."""
    rows = connection.execute(select(heartbeats).order_by(heartbeats.c.name))
    return {row.name: Heartbeat(row.name, row.at, row.facts) for row in rows}


def stopped(connection: Connection, now: datetime) -> tuple[str, ...]:
    """The loops that do not turn: silent for too long, or never heard of."""
    beats = list_all(connection)
    return tuple(name for name in LOOPS if name not in beats or now - beats[name].at > SILENCE)
