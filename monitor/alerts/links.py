"""Signed addresses in messages: whoever holds one may unsubscribe that recipient and do nothing else."""

from __future__ import annotations

import hashlib
import hmac

from storage.domain.alerts import Destination
from storage.domain.enums import Audience

PATH = "/unsubscribe/"
MAIL = frozenset({"", "mailto", "mailtos"})


def unsubscribe_link(destination: Destination, key: bytes, public_url: str) -> str:
    """The address that ends this subscription; empty where there can be none.

    Only mail to oversight staff has one: in a group chat anybody could end it for all, and operators' alarms end by command.
    """
    scheme = destination.address.partition("://")[0].lower() if "://" in destination.address else ""
    if not public_url or scheme not in MAIL or destination.audience is Audience.OPERATOR:
        return ""
    return f"{public_url.rstrip('/')}{PATH}{token(destination, key)}"


def token(destination: Destination, key: bytes) -> str:
    """The signed name of a subscription; another address makes another one."""
    return f"{destination.id}.{_signature(destination, key)}"


def is_signed(given: str, destination: Destination, key: bytes) -> bool:
    """Whether a token was made by us for this destination as it is now."""
    return hmac.compare_digest(given.encode(), token(destination, key).encode())


def destination_id(given: str) -> int | None:
    """The destination a token names, unproven; None for what is no token."""
    number, dot, _ = given.partition(".")
    return int(number) if dot and number.isascii() and number.isdigit() and len(number) < 10 else None


def _signature(destination: Destination, key: bytes) -> str:
    said = f"unsubscribe\n{destination.id}\n{destination.address}"
    return hmac.new(key, said.encode(), hashlib.sha256).hexdigest()[:40]
