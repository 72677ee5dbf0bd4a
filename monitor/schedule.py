"""The clockwork of `nianbao serve`: four ticks a minute, each asking the database what is due; the only module that imports APScheduler.

APScheduler starts the ticks and nothing else: it keeps no jobs, and two of these on one database do each slot once, because a slot is a
unique row. A thread each, so that a slow relay does not hold up a crawl, nor a long reading an alert, nor the night's work either.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from structlog.contextvars import bound_contextvars

from monitor import logs
from monitor.alerts.deadman import ping_if_alive
from monitor.alerts.events import operator
from monitor.alerts.outgoing import plan_due
from monitor.alerts.send import send_due
from monitor.changed import check_all
from monitor.chores import CHORES
from monitor.dispatch import CRAWL, LEASE, CrawlJob, Dispatcher, Finished, LocalProcesses, plan_batches, record_finished
from monitor.nightly import FROM_HOUR, keep_archive
from monitor.process import process_pending
from monitor.seasons import season
from storage import events, findings, heartbeats, portals, runs
from storage.archive.store import Archive
from storage.database import Database
from storage.disk import MIB, room
from storage.domain.alerts import EventKind
from storage.domain.clock import CHINA, Clock, local_date
from storage.domain.enums import RunState
from storage.domain.errors import NianbaoError
from storage.domain.visits import Run
from storage.settings import Settings

TICK = timedelta(minutes=1)
BACKWARDS = timedelta(minutes=5)
RETRY_AFTER = timedelta(hours=6)
PROCESS = "process"
NIGHTLY = "nightly"
CHECK = "check"
LEASE_OF_NIGHT = timedelta(hours=2)
CHILDREN = 2

SCHEDULER, EVALUATOR, SENDER, KEEPER = heartbeats.LOOPS

RESERVED = frozenset({"level", "logger", "timestamp", "exc_info", "stack_info", "run_id"})

log = logs.logger(__name__)


class Scheduler:
    """Runs the three loops in the background until stopped. `tick`, `evaluate` and `send` can be called directly with any clock."""

    def __init__(
        self, settings: Settings, database: Database, archive: Archive, clock: Clock, dispatcher: Dispatcher | None = None
    ) -> None:
        self._settings = settings
        self._db = database
        self._archive = archive
        self._clock = clock
        self._dispatcher = dispatcher or LocalProcesses(settings, clock, _log_crawl)
        self._owner = runs.new_owner()
        self._fresh = threading.Event()
        self._fresh.set()
        self._background: BackgroundScheduler | None = None
        self._tried: dict[str, str] = {}

    def start(self) -> None:
        """Begin ticking."""
        background = BackgroundScheduler(executors={"default": ThreadPoolExecutor(4)}, timezone="UTC")
        for name, work in ((SCHEDULER, self.tick), (EVALUATOR, self.evaluate), (SENDER, self.send), (KEEPER, self.keep)):
            background.add_job(
                self._guarded,
                "interval",
                args=(name, work),
                id=name,
                seconds=TICK.total_seconds(),
                next_run_time=datetime.now(CHINA),
                max_instances=1,
                coalesce=True,
                misfire_grace_time=None,
            )
        background.start()
        self._background = background

    def stop(self) -> None:
        """Stop ticking, wait for what runs in this process, and end the children; their runs are done again by the next scheduler."""
        if self._background is not None:
            self._background.shutdown(wait=True)
            self._background = None
        self._dispatcher.stop()

    def tick(self) -> None:
        """Reap, renew, take note of what did not happen, and start what is due."""
        now = self._clock.now()
        self._note_silence(now)
        for done in self._dispatcher.reap():
            self._end(done)
        with self._db.write() as connection:
            for job in self._dispatcher.running():
                runs.renew(connection, job.run, now, LEASE)
            for dead in runs.abandon_expired(connection, now):
                reason = f"{_local(dead.started_at or now)}开始的任务中断，未完成的部分将重新执行"
                events.append(connection, operator(EventKind.RUN_FAILED, dead.kind, reason, now, episode=f"abandoned/{dead.id}"))
            findings.wake_snoozed(connection, now)
        self._start_crawl(now)

    def evaluate(self) -> None:
        """Read and judge what came in; at least once an hour, because deadlines pass without anything coming in."""
        now = self._clock.now()
        slot = f"{now.astimezone(CHINA):%Y-%m-%dT%H}"
        with self._db.write() as connection:
            run = runs.claim(connection, PROCESS, slot, owner=self._owner, now=now, lease=timedelta(hours=6))
        if run is None and not self._fresh.is_set():
            plan_due(self._db, self._settings, self._clock)
            return
        self._fresh.clear()
        try:
            with bound_contextvars(**_run_id(run)):
                summary = process_pending(self._db, self._archive, self._settings, self._clock, self._beat_meanwhile(EVALUATOR))
                log.info("evaluated", read=summary.read, failed=summary.failed, changed=summary.changed, messages=summary.messages)
        except BaseException:
            self._fresh.set()  # the next tick tries again, whatever the hour's slot says
            if run is not None:
                self._finish(run, RunState.FAILED, {})
            raise
        if run is not None:
            facts = {"read": summary.read, "failed": summary.failed, "changed": summary.changed, "messages": summary.messages}
            self._finish(run, RunState.PARTIAL if summary.failed else RunState.OK, facts)

    def _finish(self, run: Run, state: RunState, facts: Mapping[str, object]) -> None:
        with self._db.write() as connection:
            runs.finish(connection, run, state, facts, self._clock.now())

    def send(self) -> None:
        """Deliver the outbox; then, if all loops turn, say so to the address outside that watches us."""
        send_due(self._db, self._settings, self._clock)
        said = ping_if_alive(self._db, self._settings, self._clock, (SCHEDULER, EVALUATOR, SENDER))
        if said not in {"", "ok"}:
            log.warning("deadman_failed", answer=said)

    def keep(self) -> None:
        """The archive's nightly work, once per night; what a dead process began is begun anew."""
        now = self._clock.now()
        local = now.astimezone(CHINA)
        if local.hour < FROM_HOUR:
            return
        self._check_duties(now, local)
        with self._db.write() as connection:
            run = runs.claim(connection, NIGHTLY, f"{local:%Y-%m-%d}", owner=self._owner, now=now, lease=LEASE_OF_NIGHT)
        if run is None:
            return
        try:
            with bound_contextvars(run_id=run.id):
                night = keep_archive(self._db, self._archive, self._settings, self._clock, self._beat_meanwhile(KEEPER, run))
                (log.info if night.sound else log.error)("archive_kept", **night.facts())
        except BaseException as error:
            self._finish(run, RunState.FAILED, {})
            self._tell_failed(heartbeats.LOOPS[KEEPER], f"存档维护没有完成：{type(error).__name__}", run, now)
            raise
        self._finish(run, RunState.OK if night.sound else RunState.PARTIAL, night.facts())

    def _tell_failed(self, subject: str, reason: str, run: Run, now: datetime) -> None:
        with self._db.write() as connection:
            events.append(connection, operator(EventKind.RUN_FAILED, subject, reason, now, episode=run.slot))

    def _check_duties(self, now: datetime, night: datetime) -> None:
        """Judge all duties once per night, whether or not anything said that it changed."""
        with self._db.write() as connection:
            run = runs.claim(connection, CHECK, f"{night:%Y-%m-%d}", owner=self._owner, now=now, lease=LEASE_OF_NIGHT)
        if run is None:
            return
        try:
            found = check_all(self._db, self._clock, self._beat_meanwhile(KEEPER, run))
        except Exception as error:  # whatever it is: the archive's night must not wait for it
            log.exception("check_failed")
            self._finish(run, RunState.FAILED, {})
            self._tell_failed("发布状态复核", f"全部复核没有完成：{type(error).__name__}", run, now)
            return
        judged = sum(one.evaluated for one in found.evaluations)
        self._finish(run, RunState.PARTIAL if found.overlooked else RunState.OK, {"judged": judged, "overlooked": len(found.overlooked)})

    def _start_crawl(self, now: datetime) -> None:
        """One round at a time over all schedulers, a few children each with platforms of its own; what is left is due again next time."""
        if self._dispatcher.running() or not self._has_room(now):
            return
        with self._db.write() as connection:
            if any(run.state is RunState.CLAIMED for run in runs.recent(connection, limit=20, kind=CRAWL)):
                return
            points = portals.due(connection, now, every=season(local_date(now)).every, retry_after=RETRY_AFTER)
        if not points:
            self._start_chore(now)
            return
        made = plan_batches(self._db, points, self._settings.crawl_batch_size)
        for number, batch in enumerate(made[:CHILDREN]):
            slot = f"{now:%Y-%m-%dT%H:%M}Z/{number}"
            with self._db.write() as connection:
                run = runs.claim(connection, CRAWL, slot, owner=self._owner, now=now, lease=LEASE)
            if run is not None:
                self._dispatcher.start(CrawlJob(run, batch))

    def _has_room(self, now: datetime) -> bool:
        """Whether there is room to fetch more; where not, operators hear of it once a day until there is."""
        found = room(self._settings)
        if not found.enough:
            reason = (
                f"{found.folder}可用{found.free // MIB} MB，低于预留的{self._settings.disk_reserve_mb} MB；抓取暂停，腾出空间后自动继续"
            )
            with self._db.write() as connection:
                event = operator(EventKind.DISK_LOW, "磁盘", reason, now, episode=f"low/{local_date(now)}")
                events.append(connection, event)
        return found.enough

    def _start_chore(self, now: datetime) -> None:
        """When no list is due: the most pressing of what may wait (`monitor.chores`), each kind of it at most once an hour."""
        hour = f"{now:%Y-%m-%dT%H}Z"
        for chore in CHORES:
            if self._tried.get(chore.spider) == hour:
                continue
            self._tried[chore.spider] = hour
            with self._db.write() as connection:
                points = chore.due(connection, now, self._settings.crawl_batch_size)
                slot = f"{hour}/{chore.spider}"
                run = runs.claim(connection, CRAWL, slot, owner=self._owner, now=now, lease=LEASE) if points else None
            if run is not None:
                self._dispatcher.start(CrawlJob(run, points, chore.spider))
                return

    def _end(self, done: Finished) -> None:
        say = log.error if done.failure else log.info
        say("crawl_ended", run_id=done.job.run.id, state=done.state.value, visits=done.visits, new=done.new_versions, failure=done.failure)
        record_finished(self._db, done, self._clock)
        self._fresh.set()
        if done.failure:
            now = self._clock.now()
            with self._db.write() as connection:
                event = operator(EventKind.RUN_FAILED, CRAWL, done.failure, now, episode=f"failed/{done.job.run.id}")
                events.append(connection, event)

    def _note_silence(self, now: datetime) -> None:
        """A gap since the last turn of any loop, or a clock that went back, is told to operators once."""
        with self._db.write() as connection:
            beats = heartbeats.list_all(connection)
            for name in (SCHEDULER, EVALUATOR, SENDER, KEEPER):
                beat = beats.get(name)
                if beat is None:
                    continue
                if now - beat.at > heartbeats.SILENCE:
                    reason = f"{heartbeats.LOOPS[name]}自{_local(beat.at)}起没有运行，期间到期的任务将补做"
                    event = operator(
                        EventKind.RUN_OVERDUE, heartbeats.LOOPS[name], reason, now, episode=f"silent/{name}/{beat.at.isoformat()}"
                    )
                    events.append(connection, event)
                elif beat.at - now > BACKWARDS:
                    reason = f"系统时间从{_local(beat.at)}回到{_local(now)}"
                    events.append(connection, operator(EventKind.CLOCK_JUMP, "系统时钟", reason, now, episode=beat.at.isoformat()))

    def _guarded(self, name: str, work: Callable[[], None]) -> None:
        """One turn of one loop: what goes wrong is logged and tried again at the next tick; the heartbeat is written only after success."""
        with bound_contextvars(loop=name):
            try:
                work()
                with self._db.write() as connection:
                    heartbeats.beat(connection, name, self._clock.now())
            except NianbaoError as error:
                log.warning("loop_failed", code=error.code, message=error.message)
            except Exception:
                log.exception("loop_failed")

    def _beat_meanwhile(self, loop: str, run: Run | None = None) -> Callable[[str, int, int], None]:
        """A progress callback that keeps a loop's heartbeat, and its hold on a run, going through long work."""
        last = [self._clock.now()]

        def say(stage: str, done: int, of_all: int) -> None:
            now = self._clock.now()
            if now - last[0] >= TICK:
                last[0] = now
                with self._db.write() as connection:
                    heartbeats.beat(connection, loop, now, {"stage": stage, "done": done, "all": of_all})
                    if run is not None:
                        runs.renew(connection, run, now, LEASE_OF_NIGHT)

        return say


def _run_id(run: Run | None) -> dict[str, int]:
    return {} if run is None else {"run_id": run.id}


def _log_crawl(line: Mapping[str, object]) -> None:
    """What a crawl's child says, under the number of its run."""
    said = {key: value for key, value in line.items() if key not in {"event", "run"}}
    say = {"error": log.error, "stderr": log.warning}.get(str(line.get("event")), log.info)
    say(f"crawl_{line.get('event', 'line')}", run_id=line.get("run"), **{f"crawl_{k}" if k in RESERVED else k: v for k, v in said.items()})


def _local(instant: datetime) -> str:
    return instant.astimezone(CHINA).strftime("%Y-%m-%d %H:%M")
