"""Destinations: where messages go. Addresses hold secrets: they are stored, never listed for people."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, not_, or_, select, update

from storage.domain.alerts import Destination
from storage.domain.enums import Audience
from storage.domain.errors import NotFoundError, UsageError
from storage.schema import destinations
from storage.statements import clip, upsert

LANGUAGES = ("zh-CN", "en")
CADENCES = ("daily", "weekly")

HOLDS = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 4, 8, 15))
"""How long a service that let us wait is left alone, after the first, second … time in a row. The last one bounds how late its messages
are when it is back.
"""


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
    values |= {"timeouts": 0, "held_until": None}  # what another address did says nothing of this one
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


def hold(connection: Connection, destination_ids: Collection[int], timeouts: int, now: datetime) -> None:
    """The service of these destinations let us wait, for the `timeouts`-th time in a row: nothing is sent to it for a while."""
    until = now + HOLDS[min(max(timeouts, 1), len(HOLDS)) - 1]
    mine = destinations.c.id.in_(sorted(destination_ids))
    connection.execute(update(destinations).where(mine).values(timeouts=timeouts, held_until=until))


def release(connection: Connection, destination_ids: Collection[int]) -> None:
    """The service of these destinations answers again, or is to be asked whatever it did before."""
    mine = destinations.c.id.in_(sorted(destination_ids))
    connection.execute(update(destinations).where(mine, destinations.c.timeouts > 0).values(timeouts=0, held_until=None))


def reachable(now: datetime) -> Select[tuple[int]]:
    """The ids of the destinations that may be sent to now. A hold longer than the longest was set by a clock that ran ahead."""
    held = and_(destinations.c.held_until > now, destinations.c.held_until <= now + HOLDS[-1])
    free = or_(destinations.c.held_until.is_(None), not_(held))
    return select(destinations.c.id).where(destinations.c.enabled, free)


def to_destination(row: Row[Any]) -> Destination:
    """The destination in a row of its table."""
    return Destination(row.id, row.name, row.address, Audience(row.audience), row.scope, row.enabled, row.lang, row.cadence, row.timeouts)
