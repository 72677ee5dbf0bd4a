"""One demo from an empty folder to the pages: portals up, registry in, some simulated days crawled, read, judged and told."""

from __future__ import annotations

import time
from contextlib import ExitStack
from datetime import date, datetime
from datetime import time as clock_time
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from monitor.cli.demo_mailbox import Mailbox
from monitor.cli.demo_outcome import differences, lines, read_outcome
from monitor.cli.demo_place import configure, prepare
from monitor.cli.printing import note, say
from monitor.cli.progress import Steps
from storage.domain.clock import CHINA, FixedClock

if TYPE_CHECKING:
    from storage.database import Database

MORNING = clock_time(9, 30)
"""The simulated hour of each day's work: after the hour at which digests go out."""


class DemoRun:
    """Context manager: everything it starts is stopped on leaving."""

    def __init__(self, folder: Path, *, keep: bool, quiet: bool, color: bool) -> None:
        self._folder = folder
        self._keep = keep
        self._diary = folder / "days-done"
        self._steps = Steps(quiet=quiet, color=color)
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        from crawler.demo.server import DemoPortals
        from monitor import logs
        from storage.archive.store import open_archive
        from storage.database import open_database

        with ExitStack() as stack:
            started = time.monotonic()
            prepare(self._folder, keep=self._keep)
            self._portals = stack.enter_context(DemoPortals())
            self._mailbox = stack.enter_context(Mailbox(self._folder / "outbox"))
            self._settings = configure(self._folder, self._portals.hosts, self._portals.self_test_urls, self._mailbox.port)
            logs.configure(self._settings, troubles_only=True)
            self._database: Database = open_database(self._settings.database_url)
            stack.callback(self._database.close)
            self._archive = open_archive(self._settings.archive_url)
            self._steps.done(f"数据目录 {self._folder}（{self._database.dialect}，内置）", started)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stack.close()

    def through_the_days(self) -> bool:
        """Crawl, read, judge and tell on each of the scenario's days; whether all came out as the ground truth has it."""
        from crawler.demo.scenario import FIRST_VISIT_DAYS

        lived = self._diary.read_text(encoding="utf8").split() if self._diary.exists() else []
        for day in FIRST_VISIT_DAYS:
            self._clock = FixedClock(datetime.combine(day, MORNING, CHINA))
            self._portals.advance(day)
            if day.isoformat() not in lived:
                self._live()
                self._diary.write_text("\n".join([*lived, day.isoformat()]), encoding="utf8")
                lived.append(day.isoformat())
        return self._report(FIRST_VISIT_DAYS[-1])

    def _live(self) -> None:
        self._register()
        self._crawl()
        self._process()
        self._send()

    def _crawl(self) -> None:
        """Every entry point once, in child processes; how each portal answered is read from the database afterwards."""
        from monitor.cli.crawl import crawl
        from storage import portals

        with self._database.read() as connection:
            points = portals.entry_points_of(connection)
        for done in crawl(self._database, self._settings, self._clock, points, self._steps):
            if done.failure:
                note(f" ✕ {done.failure}")

    def _register(self) -> None:
        """Bodies, portals and the mailbox; the same again on every day, which changes nothing."""
        from storage import destinations, registry_import
        from storage.domain.enums import Audience

        started = time.monotonic()
        now = self._clock.now()
        with self._database.write() as connection:
            result = registry_import.import_csv(connection, self._portals.registry_csv().encode(), now=now)
            for name, audience in (("演示信箱", Audience.OVERSIGHT), ("演示信箱（运维）", Audience.OPERATOR)):
                destinations.add(connection, name, f"{audience.value}@demo.invalid", audience, now=now)
        if result.counts()[registry_import.Action.ADDED]:
            where = f"http://127.0.0.1:{self._portals.port}"
            self._steps.done(f"演示门户 {where}（{len(result.rows)} 个虚构单位，{len(self._portals.hosts)} 个站点）", started)

    def _process(self) -> None:
        from monitor.process import process_pending

        with self._steps.staged() as staged:
            self._summary = process_pending(self._database, self._archive, self._settings, self._clock, staged.advance)

    def _send(self) -> None:
        from monitor.alerts.send import send_due

        summary = send_due(self._database, self._settings, self._clock)
        if summary.accepted or summary.waiting or summary.dead:
            failed = f"，{summary.waiting + summary.dead} 封未送达" if summary.waiting + summary.dead else ""
            self._steps.done(f"提醒 {summary.accepted} 封，存于 {self._mailbox.folder}{failed}")

    def _report(self, day: date) -> bool:
        """Print the outcome and compare it with the ground truth."""
        from crawler.browser import find_browser
        from crawler.demo.scenario import FIRST_VISIT_DAYS, REPORT_YEAR

        with self._database.read() as connection:
            outcome = read_outcome(connection, REPORT_YEAR)
        counted = f"单位 {outcome.counted(REPORT_YEAR)} 个，各年度年报共 {len(outcome.reports)} 份"
        say(f" 模拟“今天”：{day.isoformat()}，{REPORT_YEAR}年度（{REPORT_YEAR + 1}年发布），{counted}")
        for line in lines(outcome, REPORT_YEAR):
            say(line)
        browser = find_browser(self._settings) is not None
        if not browser:
            note(" 没有找到 Chromium：需要浏览器的一个门户记为无法判断。")
        wrong = list(differences(outcome, self._portals.ledger(FIRST_VISIT_DAYS, browser=browser)))
        for line in wrong:
            say(f" ✕ {line}")
        say(" ✓ 与标准答案一致" if not wrong else f" ✕ 与标准答案有 {len(wrong)} 处不同")
        return not wrong

    def serve(self, port: int) -> None:
        """The pages over the demo's data, until interrupted."""
        from monitor.cli.serve import listening, run_server
        from monitor.web.app import create_app

        note(f" 信箱 {self._mailbox.folder}；下一步：nianbao init   # 换成你自己的门户")
        with listening("127.0.0.1", port) as listener:
            run_server(create_app(self._database, self._archive, self._settings, self._clock), listener)
