"""What a host's robots.txt allows, by its answer as well as its words; decisions are remembered for a day.

404 and the like allow everything; 401 and 403 hold the host for a person; server errors and silence mean: not today (RFC 9309).
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path

from protego import Protego

ROBOTS_UNAVAILABLE = "robots-unavailable"
ROBOTS_TTL = timedelta(hours=24)
CONTROL_TTL = timedelta(days=7)
MAX_ROBOTS = 512 * 1024
_MAX_HOSTS = 20_000


@dataclass(frozen=True, slots=True)
class HostNotes:
    """What is remembered of one host (scheme and name): its robots answer, how it answers for an address that cannot exist, and the scheme
    and name it has moved to as a whole, if it said so. `plain_for` is why it is asked by plain http though its addresses say https.
    """

    robots_at: str = ""
    robots_status: int = 0
    robots_text: str = ""
    control_at: str = ""
    control_absent: bool | None = None
    control_print: str = ""
    moved_to: str = ""
    moved_at: str = ""
    plain_for: str = ""
    plain_at: str = ""


class HostMemory:
    """Notes on hosts, kept in one file under the data directory. Losing it costs a few requests, nothing else."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._notes: dict[str, HostNotes] = {}
        try:
            self._notes = {host: HostNotes(**notes) for host, notes in json.loads(path.read_text(encoding="utf-8")).items()}
        except (OSError, ValueError, TypeError, AttributeError):
            self._notes = {}

    def get(self, host: str) -> HostNotes:
        """What is known of a host; empty notes if nothing is."""
        return self._notes.get(host, HostNotes())

    def put(self, host: str, notes: HostNotes) -> None:
        """Remember, for this run."""
        self._notes[host] = notes

    def save(self) -> None:
        """Write to the file, whole or not at all."""
        newest = sorted(self._notes.items(), key=lambda pair: max(pair[1].robots_at, pair[1].control_at))[-_MAX_HOSTS:]
        self._path.parent.mkdir(parents=True, exist_ok=True)
        draft = self._path.with_name(f"{self._path.name}.{os.getpid()}")
        draft.write_text(json.dumps({host: asdict(notes) for host, notes in newest}, ensure_ascii=False), encoding="utf-8")
        draft.replace(self._path)


def is_fresh(stamp: str, now: datetime, ttl: timedelta) -> bool:
    """Whether a remembered instant is younger than `ttl` and not in the future."""
    try:
        age = now - datetime.fromisoformat(stamp)
    except ValueError:
        return False
    return timedelta() <= age < ttl


def refusal(notes: HostNotes, url: str, user_agent: str) -> str:
    """Why an address may not be asked for: `robots-held`, `robots-unavailable`, `robots-disallowed`, or empty if it may."""
    if notes.robots_status in {401, 403}:
        return "robots-held"
    if notes.robots_status >= 500 or notes.robots_status == 0:
        return ROBOTS_UNAVAILABLE
    if notes.robots_status >= 400 or not notes.robots_text:
        return ""
    return "" if _rules(notes.robots_text).can_fetch(url, user_agent) else "robots-disallowed"


def crawl_delay(notes: HostNotes, user_agent: str) -> float:
    """Seconds the host asks for between requests, 0 if it does not say."""
    if not notes.robots_text or notes.robots_status >= 400:
        return 0.0
    return float(_rules(notes.robots_text).crawl_delay(user_agent) or 0.0)


@lru_cache(maxsize=256)
def _rules(text: str) -> Protego:
    return Protego.parse(text)
