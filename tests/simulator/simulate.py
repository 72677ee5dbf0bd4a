"""Three years of a simulated country, from a registry of home addresses to the alerts' ground: `make simulate`.

Prints one line per simulated day and, last, `recall … precision … false_missing … faults_mistyped …`; exit status 1 below the bars. Runs
on this machine's loopback only, in a temporary folder, and leaves nothing behind.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from datetime import time as clock_time
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from judging_manners import SELF_TEST, Promises, judge_manners
from judging_originals import judge_originals
from judging_run import Score, failing_hosts, judge_missing, judge_reports, judge_unmet, judge_visits
from registry_of_world import home_registry, share_platforms

from crawler.demo.http_server import SimulatedPortals
from crawler.demo.pages import Request
from crawler.demo.portal import SELF_TEST_HOSTS
from crawler.demo.rendered import draw_files
from crawler.demo.tls_hosts import TlsHosts
from crawler.demo.world.answering import address_of, answer, columns_of
from crawler.demo.world.bursts import Bursts
from crawler.demo.world.content import publish_world
from crawler.demo.world.dialects import dialects
from crawler.demo.world.fault_kinds import TLS_FAULTS
from crawler.demo.world.plan import REPORT_YEARS, make_plan
from monitor.dispatch import Finished, crawl_now
from monitor.process import process_pending
from storage import bodies, discoveries, portals, registry_import
from storage.archive.store import open_archive
from storage.database import open_database
from storage.domain.clock import CHINA, FixedClock
from storage.domain.registry import EntryPoint
from storage.settings import load

if TYPE_CHECKING:
    from crawler.demo.http_server import Logged

DELAY = 0.05
TIMEOUT = 15
"""Seconds until the crawler gives up; a sound host answers in a fraction of it on the busiest machine."""
MOST_PER_LIST = 2
"""Requests that an unchanged list may cost."""
MORNING = clock_time(9, 30)
SEASON = ((1, 4), (1, 12), (1, 22), (1, 30), (2, 2), (2, 3), (2, 5), (2, 20), (3, 20), (3, 29), (4, 2), (4, 3), (4, 15))
"""The days of a season on which every list is read: often around the two deadlines, so that absences can be established."""


def season_days(years: Sequence[int]) -> list[date]:
    """All days of crawling, in order."""
    return [date(year + 1, month, day) for year in years for month, day in SEASON]


@dataclass
class Simulation:
    """One run over the years."""

    hosts: int
    seed: int
    days: list[date]
    faulty: bool = True
    known: bool = False
    styles: tuple[str, ...] = ()
    quiet: bool = False
    score: Score = field(default_factory=Score)
    crawls: list[float] = field(default_factory=list)

    def run(self) -> Score:
        """Everything; the score."""
        with ExitStack() as stack:
            self._open(stack)
            for day in self.days:
                self._live(day)
            self._again()
            with self._database.read() as connection:
                judge_reports(connection, self._plan, self._content, self.days, self.score)
                judge_originals(connection, self._plan, self._content, self.days, self.score)
                judge_unmet(self._plan, self.days, self.score)
            budget = self._settings.crawl_budget_platform
            judge_manners(self._portals.log, Promises(DELAY, TIMEOUT, budget, tuple(self.crawls)), self._plan, self.score)
        return self.score

    def _open(self, stack: ExitStack) -> None:
        chosen = {name: variants for name, variants in dialects().items() if not self.styles or name in self.styles}
        self._plan = plan = make_plan(self.seed, chosen, hosts=self.hosts, faulty=self.faulty)
        self._content = content = publish_world(plan)
        names, silent, unknown = [*SELF_TEST_HOSTS], [], []
        for name, host in plan.hosts.items():
            kind = host.faults[0].kind.name if host.faults else ""
            if kind in TLS_FAULTS:
                continue
            {"down": silent, "no-dns": unknown}.get(kind, names).append(name)
        hasty = [name for name, host in plan.hosts.items() if host.hasty]
        serving = SimulatedPortals(
            lambda day, host, request: answer(plan, content, day, host, request),
            names,
            self.days[0],
            silent=silent,
            six=[name for name, host in plan.hosts.items() if host.over_six and name in names],
            gate=Bursts(hasty, DELAY * 0.4, lambda host: answer(plan, content, self._portals.today, host, Request("GET", "/"))),
        )
        self._portals = stack.enter_context(serving)
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="simulate-")))
        addresses = dict(serving.hosts)
        if any(host.site.scheme == "https" for host in plan.hosts.values()):
            encrypted = stack.enter_context(TlsHosts(folder, _encrypted))
            stack.enter_context(_trusting(encrypted.root))
            addresses |= encrypted.hosts
        self._settings = load(_configure(folder, addresses))
        self._database = open_database(self._settings.database_url)
        stack.callback(self._database.close)
        self._archive = open_archive(self._settings.archive_url)

    def _clock(self, day: date, hours: int = 0) -> FixedClock:
        return FixedClock(datetime.combine(day, MORNING, CHINA) + timedelta(hours=hours))

    def _crawl(self, clock: FixedClock, points: Sequence[EntryPoint], *, spider: str = "watch") -> tuple[Finished, ...]:
        self.crawls.append(time.monotonic())
        return crawl_now(self._database, self._settings, clock, points, spider=spider)

    def _live(self, day: date) -> None:
        started = time.monotonic()
        self._portals.advance(day)
        # Before anybody waits for an answer: drawing a file takes up to a second, and a client's patience is no part of this.
        draw_files(self._content.publications, day)
        clock = self._clock(day)
        with self._database.write() as connection:
            registry_import.import_csv(connection, home_registry(self._plan).encode(), now=clock.now())
            share_platforms(connection, self._plan, clock.now())
        if self.known:
            self._register_columns(day)
        else:
            self._discover(clock)
        with self._database.read() as connection:
            points = portals.entry_points_of(connection)
        finished = self._crawl(clock, points)
        process_pending(self._database, self._archive, self._settings, clock)
        runs = [done.job.run.id for done in finished]
        with self._database.read() as connection:
            judge_missing(connection, self._plan, self._content, day, self.score)
            told = judge_visits(connection, self._plan, day, runs, failing_hosts(self._portals.log, day), self.score)
        sound = sum(count for key, count in told.items() if key.startswith("sound: "))
        whole = told["sound: complete"]
        self._say(f"{day}  lists {sum(told.values())}  sound read whole {whole}/{sound}  {time.monotonic() - started:.0f} s")
        self._say_odd(told)

    def _register_columns(self, day: date) -> None:
        """Every column as an operator would register it by hand."""
        now = self._clock(day).now()
        with self._database.write() as connection:
            everybody = {body.name: body.id for body in bodies.list_all(connection)}
            homes = {portal.home_url: portal.id for portal in portals.list_all(connection)}
            for host in self._plan.hosts.values():
                mine = [everybody[body.name] for body in host.bodies]
                for site, _, _ in columns_of(host, self._content.publications, day):
                    url = f"http://{site.host}{address_of(host, site)}"
                    portals.add_entry_point(connection, homes[site.home_url], url, body_ids=mine, now=now)

    def _discover(self, clock: FixedClock) -> None:
        """Search the portals whose search is due, as the schedule would."""
        with self._database.write() as connection:
            homes = [discoveries.home_entry(connection, portal, clock.now()) for portal in discoveries.due(connection, clock.now())]
        if homes:
            done = self._crawl(clock, homes, spider="discover")
            outcomes = Counter(key for one in done for key, count in one.outcomes.items() for _ in range(count))
            self._say(f"   {len(homes)} portals searched: {dict(outcomes)}")

    def _say_odd(self, told: dict[str, int]) -> None:
        odd = {key: count for key, count in told.items() if key.startswith("sound: ") and key != "sound: complete"}
        if odd:
            self._say(f"   {odd}")

    def _again(self) -> None:
        """The last day once more: nothing new may be downloaded, and an unchanged list costs at most two requests."""
        day = self.days[-1]
        with self._database.read() as connection:
            points = portals.entry_points_of(connection)
        before = len(self._portals.log)
        finished = self._crawl(self._clock(day, 3), points)
        asked = [one for one in self._portals.log[before:] if SELF_TEST not in one.host and self._plan.hosts[one.host].readable(day)]
        new = sum(done.new_versions for done in finished)
        per_list = len(asked) / max(1, len(points))
        self._say(f"second run on {day}: {len(asked)} requests for {len(points)} lists ({per_list:.2f} each), {new} new versions")
        self._say_dear(asked, points)
        if new or per_list > MOST_PER_LIST:
            self.score.rude += 1
            self.score.notes.append(f"the second run cost {per_list:.2f} requests per list and brought {new} versions")

    def _say_dear(self, asked: Sequence[Logged], points: Sequence[EntryPoint]) -> None:
        """The hosts at which an unchanged list cost more than the bar, and what was asked for there."""
        lists = Counter(urlsplit(point.url).hostname or "" for point in points)
        paths: dict[str, list[str]] = defaultdict(list)
        for one in asked:
            paths[one.host].append(f"{one.method} {one.path} {one.status}")
        for host, found in sorted(paths.items()):
            if len(found) > MOST_PER_LIST * lists[host]:
                planned = self._plan.hosts[host]
                what = f"{host} {planned.style(self.days[-1])}/{planned.site.variant or '-'} {planned.shape}, {lists[host]} lists"
                self._say(f"   {what}: {', '.join(found)}")

    def _say(self, text: str) -> None:
        if not self.quiet:
            sys.stdout.write(text + "\n")
            sys.stdout.flush()


def _encrypted(host: str, _path: str) -> tuple[int, bytes]:
    """What the encrypted hosts answer that can be spoken to: one of them refuses whoever comes by https."""
    return (403, b"<title>403 Forbidden</title>") if host.startswith("refused.") else (404, b"<title>404</title>")


@contextmanager
def _trusting(root: Path) -> Iterator[None]:
    """The crawl processes take this file's certificates for their roots."""
    before = os.environ.get("SSL_CERT_FILE")
    os.environ["SSL_CERT_FILE"] = str(root)
    try:
        yield
    finally:
        os.environ.pop("SSL_CERT_FILE")
        if before is not None:
            os.environ["SSL_CERT_FILE"] = before


def _configure(folder: Path, addresses: Mapping[str, str]) -> Path:
    file = folder / "nianbao.toml"
    lines = [
        f"data_dir = {json.dumps(str(folder))}",
        f"crawl_delay_seconds = {DELAY}",
        f"crawl_timeout_seconds = {TIMEOUT}",
        "crawl_retries = 0",
        f"self_test_urls = {json.dumps([f'http://{host}/' for host in SELF_TEST_HOSTS])}",
        "[host_overrides]",
        *(f"{json.dumps(host)} = {json.dumps(address)}" for host, address in sorted(addresses.items())),
    ]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


def main(arguments: Sequence[str] | None = None) -> int:
    """Run; the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hosts", type=int, default=60)
    parser.add_argument("--years", type=int, default=len(REPORT_YEARS), help="how many of the report years to live through, the last ones")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sound", action="store_true", help="without faults")
    parser.add_argument("--days", type=int, help="stop after so many days")
    parser.add_argument("--known", action="store_true", help="with the columns registered by hand instead of discovered")
    parser.add_argument("--style", action="append", default=[], help="only portals of this system; may be given several times")
    chosen = parser.parse_args(arguments)
    days = season_days(REPORT_YEARS[-chosen.years :])[: chosen.days]
    score = Simulation(chosen.hosts, chosen.seed, days, faulty=not chosen.sound, known=chosen.known, styles=tuple(chosen.style)).run()
    for line in score.notes:
        sys.stdout.write(f" ! {line}\n")
    sys.stdout.write(f"wanted {score.wanted} found {score.found}\n{score.line()}\n")
    return 0 if score.passed else 1


if __name__ == "__main__":
    sys.exit(main())
