"""Facts of this installation that all its processes share: its signing key, the last sign of life sent outside."""

from __future__ import annotations

import secrets

from sqlalchemy import Connection, select

from storage.schema import installation
from storage.statements import insert_new, upsert

LINK_KEY = "link_key"
NEWEST_SEAL = "newest_seal"
"""Key and SHA-256 of the newest daily seal of the archive."""

FIGURES_CHECKED = "figures_checked"
"""The reading up to which the figures beside readings were last compared with them."""

MUTED = "muted"
"""Why this installation sends nothing, empty where it does: set by a restore, or by a person."""


def get(connection: Connection, name: str) -> str:
    """The value of that name, empty where there is none."""
    return connection.execute(select(installation.c.value).where(installation.c.name == name)).scalar_one_or_none() or ""


def put(connection: Connection, name: str, value: str) -> None:
    """Set the value of that name."""
    upsert(connection, installation, [{"name": name, "value": value}], key=["name"], update=["value"])


def link_key(connection: Connection) -> bytes:
    """The secret with which links in messages are signed; made at first use, the same for every process. Needs a writing transaction."""
    insert_new(connection, installation, {"name": LINK_KEY, "value": secrets.token_hex(32)}, key=["name"])
    return bytes.fromhex(get(connection, LINK_KEY))
