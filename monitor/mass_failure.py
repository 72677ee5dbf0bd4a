"""Many portals silent at once: then the fault is likelier ours, and nothing seen meanwhile proves that a report is absent.

Each visit tests its own connection already (`crawler.canary`). This catches what that cannot: an address of ours that a whole group of
portals turns away, a resolver that knows half of the country.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from monitor.alerts.events import operator
from storage import events, outages
from storage.database import Database
from storage.domain.alerts import Event, EventKind
from storage.domain.clock import Clock, local_date
from storage.outages import Asked

WINDOW = timedelta(hours=24)
SHARE, LEAST = 0.3, 10
"""Of at least so many platforms that were readable until then, this share is called a mass failure."""

REASON = "mass-failure"


def is_mass_failure(asked: Asked) -> bool:
    """Whether so many platforms fell silent together that the fault is likelier on our side."""
    return asked.platforms >= LEAST and asked.silent >= SHARE * asked.platforms


def guard(db: Database, clock: Clock) -> bool:
    """Look at what was asked in the last day; in a mass failure take back its proofs of absence and tell the operators, once a day."""
    now = clock.now()
    since = now - WINDOW
    with db.read() as connection:
        if outages.fallen_silent(connection, since) < SHARE * LEAST:  # looked at after each batch, and nearly always so
            return False
        asked = outages.asked_since(connection, since)
    if not is_mass_failure(asked):
        return False
    with db.write() as connection:
        taken_back = outages.doubt(connection, since, REASON)
        events.append(connection, _told(asked, taken_back, now))
    return True


def _told(asked: Asked, taken_back: int, now: datetime) -> Event:
    reason = (
        f"近24小时访问的{asked.platforms}个网站平台中有{asked.silent}个同时无法读取，可能是本机网络或地址被拒；"
        f"期间{taken_back}次访问不作为未发布的依据，已发现的年报照常保留；请检查网络、域名解析和出口地址"
    )
    return operator(EventKind.RUN_FAILED, "本机网络", reason, now, episode=f"mass-failure/{local_date(now)}")
