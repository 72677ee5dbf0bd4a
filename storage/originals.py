"""Originals: one row per content-addressed blob of the archive, and whether it was last found whole."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Connection, Row, func, select, update

from storage.domain.errors import OriginalMissing
from storage.domain.ids import Sha256
from storage.domain.originals import BlobEncoding, StoredOriginal
from storage.schema import originals
from storage.statements import CHUNK, chunks, clip, insert_missing, insert_new


def record(connection: Connection, stored: StoredOriginal) -> bool:
    """Write the row of a stored blob; whether it is new. The first row of a blob holds."""
    return insert_new(connection, originals, _values(stored), key=["sha256"])


def record_all(connection: Connection, found: Iterable[StoredOriginal]) -> None:
    """Write the rows of these blobs; the first row of a blob holds."""
    insert_missing(connection, originals, [_values(stored) for stored in found], key=["sha256"])


def _values(stored: StoredOriginal) -> dict[str, Any]:
    return {
        "sha256": stored.sha256,
        "size": stored.size,
        "media_type": clip(stored.media_type, 100),
        "encoding": stored.encoding,
        "key": stored.key,
        "stored_at": stored.stored_at,
        "damage": "",
    }


def get(connection: Connection, sha256: Sha256) -> StoredOriginal:
    """The row of that blob. Raises OriginalMissing."""
    row = connection.execute(select(originals).where(originals.c.sha256 == sha256)).one_or_none()
    if row is None:
        raise OriginalMissing(f"存档中没有登记这份原件：{sha256}", advice="可运行 nianbao archive verify 检查存档。")
    return _original(row)


def list_all(connection: Connection) -> tuple[StoredOriginal, ...]:
    """Every row by hash."""
    return tuple(_original(row) for row in connection.execute(select(originals).order_by(originals.c.sha256)))


def hashes(connection: Connection) -> frozenset[Sha256]:
    """The hash of every original there is a row of."""
    return frozenset(Sha256(sha256) for sha256 in connection.execute(select(originals.c.sha256)).scalars())


def longest_unverified(connection: Connection, limit: int) -> tuple[StoredOriginal, ...]:
    """Those never verified first, then those verified longest ago."""
    order = (originals.c.verified_at.is_not(None), originals.c.verified_at, originals.c.sha256)
    return tuple(_original(row) for row in connection.execute(select(originals).order_by(*order).limit(limit)))


def count(connection: Connection) -> int:
    """How many originals there are."""
    return int(connection.execute(select(func.count()).select_from(originals)).scalar_one())


def move(connection: Connection, stored: StoredOriginal, now: datetime) -> None:
    """A good copy of the same bytes lies elsewhere now; the row names that one, and the original counts as whole again."""
    values = {"key": stored.key, "encoding": stored.encoding, "verified_at": now, "damage": ""}
    connection.execute(update(originals).where(originals.c.sha256 == stored.sha256).values(**values))


def mark_verified(connection: Connection, hashes: Iterable[Sha256], now: datetime) -> None:
    """These blobs were read and hashed and are what their names say."""
    for chunk in chunks(hashes, CHUNK):
        connection.execute(update(originals).where(originals.c.sha256.in_(chunk)).values(verified_at=now, damage=""))


def mark_damaged(connection: Connection, sha256: Sha256, reason: str, now: datetime) -> None:
    """This blob was checked and is not what its name says, or is gone; the row and whatever is left of the blob stay."""
    connection.execute(update(originals).where(originals.c.sha256 == sha256).values(verified_at=now, damage=clip(reason, 200)))


def damaged(connection: Connection) -> dict[Sha256, str]:
    """The blobs found damaged, with the reason."""
    query = select(originals.c.sha256, originals.c.damage).where(originals.c.damage != "").order_by(originals.c.sha256)
    return {Sha256(row.sha256): row.damage for row in connection.execute(query)}


def _original(row: Row[Any]) -> StoredOriginal:
    return StoredOriginal(Sha256(row.sha256), row.size, row.key, cast(BlobEncoding, row.encoding), row.media_type, row.stored_at)
