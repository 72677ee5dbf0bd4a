"""Names of messages that stay the same on every attempt: the key that forbids doubling, the code people quote, the Message-ID."""

from __future__ import annotations

import hashlib
import re
from datetime import date

HOST = re.compile(r"[A-Za-z0-9.-]{1,120}")


def reference(destination_id: int, message_key: str, on: date) -> str:
    """A short code for people, e.g. `NB-20250205-7F3A2C`."""
    return f"NB-{on:%Y%m%d}-{_digest(destination_id, message_key)[:6].upper()}"


def message_id(destination_id: int, message_key: str, on: date, host: str) -> str:
    """A Message-ID by RFC 5322, a function of the message alone. Raises ValueError for a host name that cannot stand in a header."""
    if not HOST.fullmatch(host):
        raise ValueError("the host of a Message-ID must be a plain host name")
    return f"<{on:%Y%m%d}.{_digest(destination_id, message_key)[:24]}@{host}>"


def _digest(destination_id: int, message_key: str) -> str:
    return hashlib.sha256(f"{destination_id}\n{message_key}".encode()).hexdigest()
