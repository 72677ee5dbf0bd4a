"""Leaving platforms alone: how much was asked of each today, and which are to be left in peace until when. Kept from run to run.

A platform is shared infrastructure (one web server for a whole city), so it rests as a whole. Budgets and pauses are those of the impact
statement in the documentation; both can be set, neither can be switched off by a portal's own settings.
"""

from __future__ import annotations

import fcntl
import json
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

from crawler.discovery.troubles import Trouble
from storage.domain.clock import local_date
from storage.domain.enums import VisitOutcome

REST = timedelta(hours=24)
LONGEST_REST = timedelta(days=7)
RESTED = "resting-after-"
SPENT = Trouble(VisitOutcome.PARTIAL, "budget-spent")
_MAX_PLATFORMS = 20_000
_SAVE_EVERY = 20
_SAVING_SHARE = 100
"""Saving rewrites the notes of the whole country: between two savings a hundred times as long passes as one takes."""


@dataclass(slots=True)
class Resting:
    """What is remembered of one platform: requests of the day, per portal; until when it rests, why, and for the how-manieth time in a
    row.
    """

    day: str = ""
    asked: dict[str, int] = field(default_factory=dict)
    until: str = ""
    outcome: str = ""
    reason: str = ""
    times: int = 0

    def on(self, day: date) -> Resting:
        """The same with the counts of that day, which start at nothing."""
        if self.day != day.isoformat():
            self.day, self.asked = day.isoformat(), {}
        return self


class PlatformMemory:
    """Notes on platforms, one file under the data directory; losing it costs a day's counts and a rest, nothing that was read.

    Crawls that run side by side have platforms of their own each, so each writes only what it touched.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._notes = _read(path)
        self._touched: set[str] = set()
        self._unsaved = 0
        self._save_again_at = 0.0

    def refusal(self, platform: str, portal: str, now: datetime, *, per_portal: int, per_platform: int) -> Trouble | None:
        """Why the platform may not be asked now, None if it may."""
        notes = self._notes.get(platform)
        if notes is None:
            return None
        if notes.until and now < datetime.fromisoformat(notes.until):
            return Trouble(VisitOutcome(notes.outcome), f"{RESTED}{notes.reason}")
        asked = notes.on(local_date(now)).asked
        return SPENT if asked.get(portal, 0) >= per_portal or sum(asked.values()) >= per_platform else None

    def count(self, platform: str, portal: str, now: datetime) -> None:
        """One more request."""
        asked = self._notes.setdefault(platform, Resting()).on(local_date(now)).asked
        asked[portal] = asked.get(portal, 0) + 1
        self._touched.add(platform)
        self._unsaved += 1
        if self._unsaved >= _SAVE_EVERY and time.monotonic() >= self._save_again_at:
            self.save()

    def rest(self, platform: str, why: Trouble, now: datetime, *, pause: timedelta | None = None) -> None:
        """Leave the platform alone: for as long as it asked for, or a day."""
        notes = self._notes.setdefault(platform, Resting())
        notes.until = (now + min(pause or REST, LONGEST_REST)).isoformat()
        notes.outcome, notes.reason, notes.times = why.outcome.value, why.reason, notes.times + 1
        self._touched.add(platform)

    def recovered(self, platform: str) -> None:
        """It answered as it should: the count of rests starts again."""
        notes = self._notes.get(platform)
        if notes is not None and notes.times:
            notes.until, notes.outcome, notes.reason, notes.times = "", "", "", 0
            self._touched.add(platform)

    def rests(self) -> Mapping[str, Resting]:
        """Every platform that rests or rested last, by id."""
        return {name: notes for name, notes in self._notes.items() if notes.times}

    def save(self) -> None:
        """Write what this run touched into the file, whole or not at all."""
        began = time.monotonic()
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            notes = _read(self._path) | {name: self._notes[name] for name in self._touched}
            newest = sorted(notes.items(), key=lambda pair: max(pair[1].day, pair[1].until))[-_MAX_PLATFORMS:]
            draft = self._path.with_suffix(".new")
            draft.write_text(json.dumps({name: asdict(one) for name, one in newest}, ensure_ascii=False), encoding="utf-8")
            draft.replace(self._path)
        self._unsaved = 0
        self._save_again_at = time.monotonic() + _SAVING_SHARE * (time.monotonic() - began)


def _read(path: Path) -> dict[str, Resting]:
    """The notes of the file; nothing from a damaged one."""
    try:
        found = {name: Resting(**notes) for name, notes in json.loads(path.read_text(encoding="utf-8")).items()}
        for notes in found.values():
            if notes.until:
                VisitOutcome(notes.outcome)
                datetime.fromisoformat(notes.until)
    except (OSError, ValueError, TypeError, AttributeError):
        return {}
    return found


def retry_after(value: str, now: datetime) -> timedelta | None:
    """The pause a `Retry-After` header asks for, in seconds or as a date; None for nonsense or the past (RFC 9110, 10.2.3)."""
    text = value.strip()
    if text.isascii() and text.isdigit() and len(text) <= 9:
        pause = timedelta(seconds=int(text))
    else:
        try:
            when = parsedate_to_datetime(text)
        except (ValueError, TypeError):
            return None
        pause = (when if when.tzinfo else when.replace(tzinfo=UTC)) - now
    return min(pause, LONGEST_REST) if pause > timedelta() else None
