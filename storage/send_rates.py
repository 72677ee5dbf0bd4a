"""How much may still be sent to a service now: one token bucket per robot, shared by all senders."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from storage.schema import send_rates
from storage.statements import insert_new

TINY = 1e-6
"""A third of a token taken three times is not quite one token."""

LEAST_WAIT = timedelta(milliseconds=1)
"""A wait that rounds to zero would read as "go"."""


@dataclass(frozen=True, slots=True)
class Rate:
    """A bucket that holds `burst` tokens and gains `per_minute`: at most the sum of both in any one minute."""

    burst: int
    per_minute: int


def take(connection: Connection, address: str, amount: int, rate: Rate, now: datetime) -> timedelta:
    """Take tokens for `amount` requests; zero where they were there, else how long until they are (and nothing is taken).

    More than the bucket ever holds counts as a full bucket. The address is kept as a hash: it holds secrets. Needs a writing transaction.
    """
    name = hashlib.sha256(address.encode()).hexdigest()
    insert_new(connection, send_rates, {"name": name, "tokens": float(rate.burst), "at": now}, key=["name"])
    mine = send_rates.c.name == name
    row = connection.execute(select(send_rates).where(mine).with_for_update()).one()
    passed = max(timedelta(0), now - row.at)  # a clock that went back gives nothing
    there = min(float(rate.burst), row.tokens + passed / timedelta(minutes=1) * rate.per_minute)
    wanted = min(amount, rate.burst)
    if there < wanted - TINY:
        return max(LEAST_WAIT, timedelta(minutes=(wanted - there) / rate.per_minute))
    connection.execute(send_rates.update().where(mine).values(tokens=max(0.0, there - wanted), at=max(now, row.at)))
    return timedelta(0)
