"""The few statements that SQLite and PostgreSQL spell alike but SQLAlchemy does not, and text made fit to store."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

from storage.domain.errors import UsageError
from storage.many import execute_many

CHUNK = 500
"""Rows or keys per statement: SQLite allows 32,766 bound values, and 500 rows are where batching stops paying (measured)."""

URL_LIMIT = 2000

T = TypeVar("T")


def _insert(dialect: str, table: Table) -> Any:
    return (sqlite if dialect == "sqlite" else postgresql).insert(table)


def insert_new(connection: Connection, table: Table, values: Mapping[str, Any], *, key: Sequence[str]) -> bool:
    """Insert one row unless its natural key is there; whether it was inserted."""
    return connection.execute(_insert_new(connection.dialect.name, table, tuple(key)), dict(values)).first() is not None


@lru_cache(maxsize=256)
def _insert_new(dialect: str, table: Table, key: tuple[str, ...]) -> Any:
    # Ask for a column back: on PostgreSQL the driver reports -1 rows for an insert whether or not it happened.
    return _insert(dialect, table).on_conflict_do_nothing(index_elements=list(key)).returning(table.c[key[0]])


def insert_missing(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], *, key: Sequence[str]) -> None:
    """Insert rows; one whose natural key is there leaves what is there as it is."""
    statement = _insert_missing(connection.dialect.name, table, tuple(key))
    for chunk in chunks(rows, CHUNK):
        execute_many(connection, statement, chunk)


@lru_cache(maxsize=256)
def _insert_missing(dialect: str, table: Table, key: tuple[str, ...]) -> Any:
    return _insert(dialect, table).on_conflict_do_nothing(index_elements=list(key))


def upsert(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], *, key: Sequence[str], update: Sequence[str]) -> None:
    """Insert rows; where the natural key is there, replace the columns of `update` only. Keys within `rows` must differ."""
    statement = _upsert(connection.dialect.name, table, tuple(key), tuple(update))
    for chunk in chunks(rows, CHUNK):
        execute_many(connection, statement, chunk)


@lru_cache(maxsize=256)
def _upsert(dialect: str, table: Table, key: tuple[str, ...], update: tuple[str, ...]) -> Any:
    # Made once: naming the columns of the row that is in the way takes longer than the statement itself.
    statement = _insert(dialect, table)
    return statement.on_conflict_do_update(index_elements=list(key), set_={name: statement.excluded[name] for name in update})


def chunks(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Lists of at most `size`, in order."""
    iterator = iter(items)
    while chunk := list(islice(iterator, size)):
        yield chunk


def clean(text: str) -> str:
    """The text without what a database cannot hold: NUL and lone surrogates become U+FFFD."""
    if "\0" not in text:
        if text.isascii():
            return text
        try:
            text.encode()
        except UnicodeEncodeError:
            pass
        else:
            return text
    return text.replace("\0", "\ufffd").encode("utf-8", "surrogatepass").decode("utf-8", "replace")


def clip(text: str, limit: int) -> str:
    """Cleaned text of at most `limit` characters; a cut is shown by an ellipsis."""
    whole = clean(text)
    return whole if len(whole) <= limit else whole[: limit - 1] + "…"


def url_of(text: str) -> str:
    """An address fit to be a key. A shortened address would be another address, so a longer one is refused (UsageError)."""
    if len(text) > URL_LIMIT:
        raise UsageError(f"网址超过 {URL_LIMIT} 个字符，无法登记：{text[:80]}…", advice="请核对该链接。")
    return clean(text)


def plain(value: Any) -> Any:
    """JSON-ready values with every text cleaned, at any depth."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, Mapping):
        # Most are texts by name: asking `plain` for each takes longer than looking at it.
        return {clean(str(key)): clean(item) if type(item) is str else plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value


def clean_name(text: str) -> str:
    """A name as it is compared and stored: compatibility forms folded (full-width brackets and letters), no white space."""
    return "".join(unicodedata.normalize("NFKC", clean(text)).split())
