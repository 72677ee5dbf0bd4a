"""Imports as batches that can be undone: what each changed is kept beside it, row by row, and taken back whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Delete, Table, Update, and_, bindparam, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from storage.changes import of_everything
from storage.domain.errors import NotFoundError, UsageError
from storage.schema import bodies, body_aliases, entry_point_bodies, entry_points, portals, registry_batches
from storage.statements import CHUNK, chunks, clip, plain

_TABLES: tuple[Table, ...] = (bodies, body_aliases, portals, entry_points, entry_point_bodies)
"""In the order in which rows may be added; taken away in the opposite one."""

Rows = dict[str, dict[str, dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Batch:
    """One import that was written."""

    id: int
    at: datetime
    actor: str
    source: str
    counts: Mapping[str, int]
    undone_at: datetime | None


def snapshot(connection: Connection) -> Rows:
    """The registry as it stands, table by table, row by row."""
    return {table.name: {_key(table, row): row for row in map(dict, connection.execute(select(table)).mappings())} for table in _TABLES}


def record(connection: Connection, before: Rows, *, actor: str, source: str, counts: Mapping[str, int], now: datetime) -> int:
    """Keep what changed since the snapshot as one batch; its number."""
    after = snapshot(connection)
    changes: dict[str, Any] = {}
    for name, rows in after.items():
        old = before[name]
        changed = {
            key: {column: [old[key][column], row[column]] for column in row if row[column] != old[key][column]}
            for key, row in rows.items()
            if key in old and row != old[key]
        }
        removed = [row for key, row in old.items() if key not in rows]
        changes[name] = {"added": [key for key in rows if key not in old], "changed": changed, "removed": removed}
    values = {"at": now, "actor": clip(actor, 80), "source": clip(source, 200), "counts": dict(counts), "before": plain(changes)}
    return int(connection.execute(insert(registry_batches).values(**values).returning(registry_batches.c.id)).scalar_one())


def undo(connection: Connection, batch_id: int, now: datetime) -> Batch:
    """Take an import back. Raises NotFoundError, and UsageError where something was built on it since; then nothing is changed."""
    row = connection.execute(select(registry_batches).where(registry_batches.c.id == batch_id)).one_or_none()
    if row is None:
        raise NotFoundError(f"没有这一批导入：{batch_id}", advice="nianbao body batches 列出各批导入。")
    if row.undone_at is not None:
        raise UsageError(f"第 {batch_id} 批已经撤销过", kept="没有改动名录。")
    savepoint = connection.begin_nested()
    try:
        _take_back(connection, row.before)
        savepoint.commit()
    except IntegrityError:
        savepoint.rollback()
        raise UsageError(
            f"第 {batch_id} 批导入的单位或栏目已有抓取、年报等记录，不能整批撤销",
            kept="没有改动名录。",
            advice="请逐项修改，或停用有关栏目。",
        ) from None
    except UsageError:
        savepoint.rollback()
        raise
    connection.execute(update(registry_batches).where(registry_batches.c.id == batch_id).values(undone_at=now))
    return next(one for one in list_all(connection) if one.id == batch_id)


def list_all(connection: Connection) -> tuple[Batch, ...]:
    """Every batch, the newest first."""
    rows = connection.execute(select(registry_batches).order_by(registry_batches.c.id.desc()))
    return tuple(Batch(row.id, row.at, row.actor, row.source, row.counts, row.undone_at) for row in rows)


def _take_back(connection: Connection, changes: Mapping[str, Any]) -> None:
    of_everything(connection)
    # What was changed goes first: it may name what was added. A parent may have come in the same batch as its children, too.
    for table in _TABLES:
        for key, columns in changes[table.name]["changed"].items():
            _restore(connection, table, key, columns)
    _for_each(connection, update(bodies).values(parent_id=None), bodies, changes[bodies.name]["added"])
    for table in reversed(_TABLES):
        _for_each(connection, delete(table), table, changes[table.name]["added"])
    for table in _TABLES:
        for row in changes[table.name]["removed"]:
            connection.execute(insert(table).values(**row))


def _restore(connection: Connection, table: Table, key: str, columns: Mapping[str, list[Any]]) -> None:
    current = connection.execute(select(table).where(_where(table, key))).mappings().one_or_none()
    if current is None or any(current[name] != after for name, (_, after) in columns.items()):
        raise UsageError("名录在这批导入之后又改过，不能整批撤销", kept="没有改动名录。", advice="请先撤销较新的一批，或逐项修改。")
    connection.execute(update(table).where(_where(table, key)).values(**{name: old for name, (old, _) in columns.items()}))


def _for_each(connection: Connection, statement: Update | Delete, table: Table, keys: Sequence[str]) -> None:
    """One statement for the rows of these keys, many at a time."""
    names = [column.name for column in table.primary_key]
    bound = statement.where(and_(*(table.c[name] == bindparam(f"key_{name}") for name in names)))
    for chunk in chunks(keys, CHUNK):
        connection.execute(bound, [{f"key_{name}": value for name, value in zip(names, json.loads(key), strict=True)} for key in chunk])


def _key(table: Table, row: Mapping[str, Any]) -> str:
    return json.dumps([row[column.name] for column in table.primary_key], ensure_ascii=False)


def _where(table: Table, key: str) -> Any:
    return and_(*(column == value for column, value in zip(table.primary_key, json.loads(key), strict=True)))
