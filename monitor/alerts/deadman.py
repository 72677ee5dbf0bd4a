"""A sign of life to an address outside: it stops when any of our loops stops, and whoever watches that address notices.

Optional (`alert_deadman_url`). The address is asked with a plain GET, which is what the watching services take; it holds a secret and is
never written to a log.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import httpx

from monitor.alerts.egress import Guard, NotResolved
from storage import heartbeats, installation
from storage.database import Database
from storage.domain.clock import Clock
from storage.domain.errors import ConfigError
from storage.settings import Settings

EVERY = timedelta(minutes=5)
PINGED_AT = "deadman_at"
TIMEOUT_SECONDS = 10.0


def ping_if_alive(db: Database, settings: Settings, clock: Clock, loops: tuple[str, ...]) -> str:
    """Ask the outside address if every loop has turned since it was last asked; what became of it, empty where nothing was due.

    Raises nothing: a watcher that is away must not stop the sender.
    """
    now = clock.now()
    url = settings.alert_deadman_url.get_secret_value()
    if not url or not _is_due(db, now, loops):
        return ""
    said = _ask(url, Guard.of(settings.alert_allow_hosts))
    if said == "ok":
        with db.write() as connection:
            installation.put(connection, PINGED_AT, now.isoformat())
    return said


def _is_due(db: Database, now: datetime, loops: tuple[str, ...]) -> bool:
    with db.read() as connection:
        beats, before = heartbeats.list_all(connection), installation.get(connection, PINGED_AT)
    last = datetime.fromisoformat(before) if before else None
    if last is not None and timedelta(0) <= now - last < EVERY:
        return False
    since = now - EVERY if last is None else min(last, now)
    return all(name in beats and beats[name].at > since for name in loops)


def _ask(url: str, guard: Guard) -> str:
    try:
        asked = httpx.URL(url)
        pinned = asked.copy_with(host=guard.pinned(asked.host, asked.scheme))
        with httpx.Client(timeout=TIMEOUT_SECONDS, follow_redirects=False) as client:
            answer = client.get(pinned, headers={"Host": asked.netloc.decode("ascii")}, extensions={"sni_hostname": asked.host})
        return "ok" if answer.is_success else f"HTTP {answer.status_code}"
    except (ConfigError, NotResolved, httpx.HTTPError, httpx.InvalidURL) as error:
        return type(error).__name__
