"""Destinations: where messages go. Addresses hold secrets: they are stored, never listed for people."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select, update

from storage.domain.alerts import Destination
from storage.domain.enums import Audience
from storage.domain.errors import NotFoundError, UsageError
from storage.schema import destinations
from storage.statements import clip, upsert

LANGUAGES = ("zh-CN", "en")
CADENCES = ("daily", "weekly")


def add(  # noqa: PLR0913 - one keyword per property of a destination
    connection: Connection,
    name: str,
    address: str,
    audience: Audience,
    *,
    now: datetime,
    scope: str = "",
    lang: str = "zh-CN",
    cadence: str = "daily",
) -> int:
    """Add a destination, or give the one of that name these values; its id. Raises UsageError for an unknown language or cadence."""
    if lang not in LANGUAGES or cadence not in CADENCES:
        raise UsageError(f"没有这种语言或频率：{lang}、{cadence}", advice=f"语言：{'、'.join(LANGUAGES)}；频率：{'、'.join(CADENCES)}。")
    values = {"name": clip(name, 100), "address": address, "audience": audience.value, "scope": scope, "enabled": True}
    values |= {"lang": lang, "cadence": cadence}
    row = {**values, "created_at": now}
    upsert(connection, destinations, [row], key=["name"], update=[column for column in values if column != "name"])
    return int(connection.execute(select(destinations.c.id).where(destinations.c.name == values["name"])).scalar_one())


def get(connection: Connection, destination_id: int) -> Destination:
    """The destination of that id. Raises NotFoundError."""
    row = connection.execute(select(destinations).where(destinations.c.id == destination_id)).one_or_none()
    if row is None:
        raise NotFoundError(f"没有这个接收方：{destination_id}")
    return to_destination(row)


def named(connection: Connection, name: str) -> Destination:
    """The destination of that name. Raises NotFoundError."""
    row = connection.execute(select(destinations).where(destinations.c.name == name)).one_or_none()
    if row is None:
        raise NotFoundError(f"没有接收方：{name}", advice="nianbao alert list 列出全部接收方。")
    return to_destination(row)


def list_all(connection: Connection, *, enabled_only: bool = False) -> tuple[Destination, ...]:
    """All destinations by id."""
    query = select(destinations).order_by(destinations.c.id)
    return tuple(to_destination(row) for row in connection.execute(query.where(destinations.c.enabled) if enabled_only else query))


def set_enabled(connection: Connection, destination_id: int, enabled: bool) -> None:
    """Send there, or stop; what waits for a stopped destination waits on."""
    connection.execute(update(destinations).where(destinations.c.id == destination_id).values(enabled=enabled))


def to_destination(row: Row[Any]) -> Destination:
    """The destination in a row of its table."""
    return Destination(row.id, row.name, row.address, Audience(row.audience), row.scope, row.enabled, row.lang, row.cadence)
