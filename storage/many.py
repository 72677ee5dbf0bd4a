"""Hundreds of rows handed to SQLite at once, each as the tuple the driver wants.

SQLAlchemy makes a dictionary of each row's parameters, and of that a tuple, anew for each: a tenth of judging all duties. What it knows of
the statement and its columns is asked once, and used here; PostgreSQL, and whatever SQLAlchemy fills in by itself, goes its usual way.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Dialect

FEW = 8
"""So few rows are not worth it."""


def execute_many(connection: Connection, statement: Any, rows: Sequence[Mapping[str, Any]]) -> None:
    """The same as `connection.execute(statement, rows)` for a statement that inserts rows, all with the same columns."""
    if connection.dialect.name == "sqlite" and len(rows) >= FEW:
        columns = tuple(rows[0])
        way = _way(connection.dialect, statement, columns)
        if way is not None and all(row.keys() == rows[0].keys() for row in rows):
            connection.exec_driver_sql(way[0], [way[1](row) for row in rows])
            return
    connection.execute(statement, [dict(row) for row in rows])


Writer = Callable[[Mapping[str, Any]], tuple[Any, ...]]


@lru_cache(maxsize=64)
def _way(dialect: Dialect, statement: Any, columns: tuple[str, ...]) -> tuple[str, Writer] | None:
    """The statement's text and how a row becomes its parameters; None where these are not all of the row's own values."""
    compiled = statement.compile(dialect=dialect, column_keys=list(columns))
    names = compiled.positiontup
    if compiled.insert_prefetch or compiled.update_prefetch or len(columns) < 2 or set(names) != set(columns):
        return None
    found = [compiled.binds[name].type.dialect_impl(dialect).bind_processor(dialect) for name in names]
    pick, processors = itemgetter(*names), [(at, one) for at, one in enumerate(found) if one is not None]

    def write(row: Mapping[str, Any]) -> tuple[Any, ...]:
        values = list(pick(row))
        for at, processor in processors:
            values[at] = processor(values[at])
        return tuple(values)

    return str(compiled), write
