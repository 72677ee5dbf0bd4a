"""The seam between what to do and where it runs: crawls as child processes of this machine.

A crawl is a run in the database with a lease; the process is only its hands. `Dispatcher` is what the schedule asks for, so that a queue
over several machines can take the place of `LocalProcesses`. A child gets its settings through its environment, whole: what the command
line overrode holds there too.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import IO, Any, Protocol

from monitor import logs, mass_failure
from storage import portals, runs
from storage.database import Database
from storage.domain.clock import Clock, SystemClock
from storage.domain.enums import RunState
from storage.domain.ids import EntryPointId, PortalId
from storage.domain.registry import EntryPoint
from storage.domain.visits import Run
from storage.settings import PREFIX, Settings

CRAWL = "crawl"
LEASE = timedelta(minutes=10)
STOP_SECONDS = 20.0
TAIL_LINES = 40
NOT_FOR_CHILDREN = frozenset({"smtp_password", "smtp_username", "alert_deadman_url"})

Progress = Callable[[Mapping[str, Any]], None]


@dataclass(frozen=True, slots=True)
class CrawlJob:
    """One run's worth of entry points, and what it goes out for (`crawler.errands`)."""

    run: Run
    entry_point_ids: tuple[EntryPointId, ...]
    spider: str = "watch"


@dataclass(frozen=True, slots=True)
class Finished:
    """How a crawl process ended. `failure` is empty when it did its work, whatever the portals answered."""

    job: CrawlJob
    exit_code: int
    visits: int = 0
    new_versions: int = 0
    outcomes: Mapping[str, int] = field(default_factory=dict)
    failure: str = ""

    @property
    def state(self) -> RunState:
        """The run's final state: partial where a portal could not be read whole."""
        if self.failure:
            return RunState.FAILED
        return RunState.OK if set(self.outcomes) <= {"complete"} else RunState.PARTIAL


class Dispatcher(Protocol):
    """Where crawls run."""

    def start(self, job: CrawlJob) -> None:
        """Begin; returns at once."""
        ...

    def running(self) -> tuple[CrawlJob, ...]:
        """Jobs begun and not yet reaped."""
        ...

    def reap(self) -> tuple[Finished, ...]:
        """Jobs that have ended since the last call; each is given once."""
        ...

    def stop(self) -> None:
        """End what runs; it counts as abandoned and is done again."""
        ...


class LocalProcesses:
    """Crawls as children of this process, their progress read from their standard output."""

    def __init__(self, settings: Settings, clock: Clock, progress: Progress | None = None) -> None:
        self._settings = settings
        self._clock = clock
        self._progress = progress or (lambda line: None)
        self._children: list[_Child] = []

    def start(self, job: CrawlJob) -> None:
        """Start one child."""
        numbers = ",".join(str(number) for number in job.entry_point_ids)
        command = [sys.executable, "-m", "crawler.run", "--entry-points", numbers, "--run-id", str(job.run.id), "--spider", job.spider]
        process = subprocess.Popen(  # noqa: S603 - our own interpreter, our own module, numbers
            command,
            env=environment(self._settings, self._clock),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
        )
        self._children.append(_Child(job, process, self._progress))

    def running(self) -> tuple[CrawlJob, ...]:
        """Jobs whose child has not been reaped."""
        return tuple(child.job for child in self._children)

    def reap(self) -> tuple[Finished, ...]:
        """Ended children."""
        ended = [child for child in self._children if child.process.poll() is not None]
        self._children = [child for child in self._children if child not in ended]
        return tuple(child.finished() for child in ended)

    def wait(self) -> tuple[Finished, ...]:
        """Wait for all children; for commands that run a crawl in the foreground."""
        for child in self._children:
            child.process.wait()
        return self.reap()

    def stop(self) -> None:
        """Ask the children to end, then make them."""
        for child in self._children:
            child.process.terminate()
        for child in self._children:
            with suppress(subprocess.TimeoutExpired):
                child.process.wait(STOP_SECONDS)
            child.process.kill()
            child.process.wait()
            child.finished()
        self._children = []


class _Child:
    """One child process and the two threads that keep its pipes empty."""

    def __init__(self, job: CrawlJob, process: subprocess.Popen[str], progress: Progress) -> None:
        self.job = job
        self.process = process
        self._progress = progress
        self._end: Mapping[str, Any] = {}
        self._error: Mapping[str, Any] = {}
        self._tail: deque[str] = deque(maxlen=TAIL_LINES)
        assert process.stdout is not None
        assert process.stderr is not None
        self._threads = [
            threading.Thread(target=self._read_lines, args=(process.stdout,), daemon=True),
            threading.Thread(target=self._read_tail, args=(process.stderr,), daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    def finished(self) -> Finished:
        """The result, once the process has ended."""
        for thread in self._threads:
            thread.join(STOP_SECONDS)
        code = self.process.wait()
        return Finished(
            job=self.job,
            exit_code=code,
            visits=int(self._end.get("visits", 0)),
            new_versions=int(self._end.get("new_versions", 0)),
            outcomes=dict(self._end.get("outcomes", {})),
            failure=self._failure(code),
        )

    def _failure(self, code: int) -> str:
        if code == 0 and self._end:
            return ""
        told = str(self._error.get("message", "")) or (self._tail[-1] if self._tail else "")
        how = f"被信号{-code}结束" if code < 0 else f"退出码{code}" if code else "没有报告结果就结束"
        return f"抓取进程{how}" + (f"：{logs.redact(told)}"[:300] if told else "")

    def _read_lines(self, pipe: IO[str]) -> None:
        with pipe:
            for text in pipe:
                try:
                    line = json.loads(text)
                except ValueError:
                    self._tail.append(text.strip())
                    continue
                if not isinstance(line, dict):
                    continue
                if line.get("event") == "end":
                    self._end = line
                elif line.get("event") == "error":
                    self._error = line
                self._progress({**line, "run": self.job.run.id})

    def _read_tail(self, pipe: IO[str]) -> None:
        with pipe:
            for text in pipe:
                if line := text.strip():
                    self._tail.append(line)
                    self._progress({"event": "stderr", "text": text.rstrip(), "run": self.job.run.id})


def environment(settings: Settings, clock: Clock) -> dict[str, str]:
    """The environment of a child: every setting by value; the moment, too, where it is not the machine's."""
    made = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    for key, value in settings.model_dump(mode="json").items():
        if key not in NOT_FOR_CHILDREN:
            made[f"{PREFIX}{key.upper()}"] = value if isinstance(value, str) else json.dumps(value)
    if not isinstance(clock, SystemClock):
        made["NIANBAO_NOW"] = clock.now().isoformat()
    return made


def batches(points: Iterable[EntryPoint], platform_of: Mapping[PortalId, str], size: int) -> tuple[tuple[EntryPointId, ...], ...]:
    """Entry points in batches of about `size`; those of one platform stay together, so that a host is crawled in one place at a time."""
    by_platform: dict[str, list[EntryPointId]] = {}
    for point in points:
        by_platform.setdefault(platform_of.get(point.portal_id, str(point.portal_id)), []).append(point.id)
    made: list[list[EntryPointId]] = []
    for group in by_platform.values():
        if made and len(made[-1]) + len(group) <= size:
            made[-1].extend(group)
        else:
            made.append(list(group))
    return tuple(tuple(batch) for batch in made)


def plan_batches(db: Database, points: Sequence[EntryPoint], size: int) -> tuple[tuple[EntryPointId, ...], ...]:
    """The batches of these entry points, by the platforms in the registry."""
    with db.read() as connection:
        platform_of = {portal.id: portal.platform_id for portal in portals.list_all(connection)}
    return batches(points, platform_of, size)


def record_finished(db: Database, done: Finished, clock: Clock) -> bool:
    """End the run in the database; False when its lease had passed to another."""
    summary: dict[str, object] = {"visits": done.visits, "new_versions": done.new_versions, "outcomes": dict(done.outcomes)}
    summary |= {"failure": done.failure, "spider": done.job.spider}
    if done.job.spider != "watch":
        # What else than a visit to each was done leaves no other trace of whom it was done to.
        summary["entry_points"] = [int(number) for number in done.job.entry_point_ids]
    with db.write() as connection:
        finished = runs.finish(connection, done.job.run, done.state, summary, clock.now())
    if done.job.spider == "watch":
        mass_failure.guard(db, clock)
    return finished


def crawl_now(
    db: Database,
    settings: Settings,
    clock: Clock,
    points: Sequence[EntryPoint],
    progress: Progress | None = None,
    *,
    spider: str = "watch",
) -> tuple[Finished, ...]:
    """Crawl these entry points now and wait for it: for commands and the demo. One child per batch, one after another."""
    finished: list[Finished] = []
    local = LocalProcesses(settings, clock, progress)
    owner = runs.new_owner()
    try:
        for batch in plan_batches(db, points, settings.crawl_batch_size):
            now = clock.now()
            with db.write() as connection:
                # A foreground crawl has nobody to renew its lease while it waits: it takes a long one.
                run = runs.claim(connection, CRAWL, f"manual/{owner}/{batch[0]}", owner=owner, now=now, lease=timedelta(hours=12))
            assert run is not None, "the slot holds this process's own name"
            local.start(CrawlJob(run, batch, spider))
            for done in local.wait():
                record_finished(db, done, clock)
                finished.append(done)
    finally:
        local.stop()
    return tuple(finished)
