"""Keys of lists that only a browser shows, with their history: cut, used, retired. A key is a line of JSON that the crawler understands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from storage.domain.ids import EntryPointId
from storage.schema import list_keys
from storage.statements import clip


@dataclass(frozen=True, slots=True)
class StoredKey:
    """One key of one list. `retired_at` is None while it is the list's key; `uses` counts the visits it served after the one that cut it.

    A cut that failed stands here, too: without a key, retired at once, with its reason.
    """

    id: int
    entry_point_id: EntryPointId
    key: str
    cut_at: datetime
    uses: int = 0
    last_used_at: datetime | None = None
    retired_at: datetime | None = None
    reason: str = ""


def keep(connection: Connection, entry_point_id: EntryPointId, key: str, now: datetime) -> int:
    """Make this the list's key; the one before it is retired."""
    retire(connection, entry_point_id, "replaced", now)
    return _add(connection, entry_point_id, key, now)


def failed(connection: Connection, entry_point_id: EntryPointId, reason: str, now: datetime) -> None:
    """Write down that no key could be cut, and why."""
    number = _add(connection, entry_point_id, "", now)
    connection.execute(update(list_keys).where(list_keys.c.id == number).values(retired_at=now, reason=clip(reason, 80)))


def retire(connection: Connection, entry_point_id: EntryPointId, reason: str, now: datetime) -> None:
    """The list has no key any more."""
    mine = (list_keys.c.entry_point_id == entry_point_id, list_keys.c.retired_at.is_(None))
    connection.execute(update(list_keys).where(*mine).values(retired_at=now, reason=clip(reason, 80)))


def used(connection: Connection, key_id: int, now: datetime) -> None:
    """The key served a visit."""
    connection.execute(update(list_keys).where(list_keys.c.id == key_id).values(uses=list_keys.c.uses + 1, last_used_at=now))


def current(connection: Connection, entry_point_id: EntryPointId) -> StoredKey | None:
    """The list's key, None where it has none."""
    mine = (list_keys.c.entry_point_id == entry_point_id, list_keys.c.retired_at.is_(None))
    row = connection.execute(select(list_keys).where(*mine).order_by(list_keys.c.id.desc()).limit(1)).one_or_none()
    return None if row is None else _key(row)


def history(connection: Connection, entry_point_id: EntryPointId, *, limit: int = 20) -> tuple[StoredKey, ...]:
    """The keys of the list, the newest first."""
    query = select(list_keys).where(list_keys.c.entry_point_id == entry_point_id).order_by(list_keys.c.id.desc())
    return tuple(_key(row) for row in connection.execute(query.limit(limit)))


def _add(connection: Connection, entry_point_id: EntryPointId, key: str, now: datetime) -> int:
    values = {"entry_point_id": entry_point_id, "key": key, "cut_at": now, "uses": 0, "reason": ""}
    made = connection.execute(insert(list_keys).values(**values)).inserted_primary_key
    assert made is not None
    return int(made[0])


def _key(row: Row[Any]) -> StoredKey:
    return StoredKey(
        id=row.id,
        entry_point_id=EntryPointId(row.entry_point_id),
        key=row.key,
        cut_at=row.cut_at,
        uses=row.uses,
        last_used_at=row.last_used_at,
        retired_at=row.retired_at,
        reason=row.reason,
    )
