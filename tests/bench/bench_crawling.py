"""Crawling with archive, recognition and database, beside the same Scrapy with a spider that does nothing; printed, never asserted.

`python tests/bench/bench_crawling.py`: requests per second of both on one server in one run, the rounds taking turns; how memory grows
over a longer crawl (`--pages`, 50,000 for the whole measurement); and 200 lists checked for change beside two public change monitors,
urlwatch and webchanges, which it installs into a folder of its own (`--peers FOLDER` keeps it). `--rounds 0 --lists 0 --pages 50000` is
the measurement of memory alone.

Both sides run without delays, with the same number of requests in flight and the same downloader of the same Scrapy, one process each.
The bare spider asks one address of this machine with no filter, no middleware of ours and nothing done with the answer; ours asks each
host by its name through the egress guard, one request at a time per host, as it always does.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.bench.crawl_office import CrawlOffice, memory_of
from tests.bench.crawl_peers import PEERS, installed

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
CONCURRENCY = 16


@dataclass(frozen=True, slots=True)
class Took:
    """What one run took: requests, seconds between the first and the last of them at the server, seconds of processor, whole seconds."""

    requests: int
    seconds: float
    processor: float

    @property
    def rate(self) -> float:
        """Requests per second."""
        return self.requests / max(self.seconds, 1e-9)


class Server:
    """The portals' process and what it can be told."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.port = int(self._line()["port"])

    def tell(self, line: str) -> dict[str, float]:
        """Send one line, get the answer."""
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        return self._line()

    def _line(self) -> dict[str, float]:
        assert self._process.stdout is not None
        return dict(json.loads(self._process.stdout.readline()))


@contextmanager
def serving(hosts: int, reports: int) -> Iterator[Server]:
    """The portals, up."""
    command = [sys.executable, str(HERE / "crawl_server.py"), str(hosts), str(reports)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield Server(process)
        finally:
            process.kill()


def timed(server: Server, work: Callable[[], object]) -> Took:
    """Do it in child processes; what it took."""
    server.tell("count")
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    work()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    counted = server.tell("count")
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Took(int(counted["requests"]), counted["seconds"], processor)


def throughput(folder: Path, hosts: int, reports: int, rounds: int) -> None:
    """Requests per second of both, in turns."""
    ratios, costs = [], []
    with serving(hosts, reports) as server:
        for number in range(rounds):
            office = CrawlOffice(folder / f"round{number}", server.port, hosts, reports)
            bare = timed(server, lambda: _bare(server.port, hosts, reports))
            ours = timed(server, office.crawl)
            ratios.append(ours.rate / bare.rate)
            costs.append((ours.processor / ours.requests) / (bare.processor / bare.requests))
            _say(
                f"  round {number + 1}: bare {bare.rate:6.0f}/s ({bare.requests} requests, {bare.processor:.1f} s of processor), "
                f"ours {ours.rate:6.0f}/s ({ours.requests}, {ours.processor:.1f} s), {office.archived()} reports archived"
            )
    _say(f"requests per second, ours / bare spider: {statistics.median(ratios):.2f} (bar 0.50)")
    _say(f"processor time per request, ours / bare spider: {statistics.median(costs):.1f}")


def _bare(port: int, hosts: int, reports: int) -> None:
    arguments = [str(HERE / "bare_spider.py"), str(port), str(hosts), str(reports), str(CONCURRENCY)]
    subprocess.run([sys.executable, *arguments], check=True, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)})


def memory(folder: Path, pages: int) -> None:
    """How much one crawl process grows over that many pages."""
    reports = 40
    hosts = max(16, pages // (reports + 1))
    with serving(hosts, reports) as server:
        office = CrawlOffice(folder / "memory", server.port, hosts, reports)
        points = memory_of(office)
    for share in (0.1, 0.3, 0.5, 0.7, 0.9):
        pages_then, held = next(point for point in points if point[0] >= points[-1][0] * share)
        _say(f"  {pages_then:6.0f} pages {held:6.1f} MB")
    late = [point for point in points if point[0] >= points[-1][0] * 0.3]
    slope = statistics.linear_regression(*zip(*late, strict=True)).slope
    _say(
        f"memory over {points[-1][0]:.0f} pages: {late[0][1]:.0f} MB at 30 %, {points[-1][1]:.0f} MB at the end, "
        f"{slope * 10_000:+.1f} MB per 10,000 pages"
    )


def changes(folder: Path, peers: Path, lists: int, rounds: int) -> None:
    """The same lists checked for change by everybody in turns, after a first round that only primes."""
    with serving(lists, 8) as server:
        office = CrawlOffice(folder / "changes", server.port, lists, 8)
        runners: dict[str, Callable[[], int]] = {"nianbao": office.changed}
        for name, peer in PEERS.items():
            problem = installed(peers, name)
            if problem:
                _say(f"  {name}: not installable here: {problem}")
            else:
                runners[name] = peer(folder / name, peers, [f"http://127.0.0.1:{server.port}/at/{n}/zwgk/nb/" for n in range(lists)])
        walls: dict[str, list[float]] = {name: [] for name in runners}
        processors: dict[str, list[float]] = {name: [] for name in runners}
        for run in runners.values():
            run()
        for number in range(rounds):
            edited = int(server.tell("edit 10")["edited"])
            order = [*runners][number % len(runners) :] + [*runners][: number % len(runners)]
            for name in order:
                found, (wall, processor) = _clocked(runners[name])
                walls[name].append(wall)
                processors[name].append(processor)
                if found != edited:
                    _say(f"  {name} told {found} changes, {edited} were made")
    ours = statistics.median(walls["nianbao"]), statistics.median(processors["nianbao"])
    for name in runners:
        wall, processor = statistics.median(walls[name]), statistics.median(processors[name])
        ratios = f"ours / it: {ours[0] / wall:.2f}, processor {ours[1] / processor:.2f}"
        _say(f"  {name:12} {wall:6.1f} s, {processor:6.1f} s of processor; {ratios}")


def _clocked(run: Callable[[], int]) -> tuple[int, tuple[float, float]]:
    before, start = os.times(), os.times().elapsed
    found = run()
    after = os.times()
    processor = after.children_user + after.children_system - before.children_user - before.children_system
    return found, (after.elapsed - start, processor)


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def main() -> int:
    """Everything, in a temporary folder."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3, help="of the comparison with a bare spider; 0 leaves it out")
    parser.add_argument("--hosts", type=int, default=48)
    parser.add_argument("--reports", type=int, default=40, help="per host")
    parser.add_argument("--pages", type=int, default=6000, help="of the measurement of memory; 0 leaves it out")
    parser.add_argument("--lists", type=int, default=200, help="checked for change; 0 leaves it out")
    parser.add_argument("--peers", type=Path, help="where the public change monitors are installed or to be installed")
    chosen = parser.parse_args()
    _say(f"{platform.python_version()} on {platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory(prefix="bench-crawling-") as name:
        folder = Path(name)
        if chosen.rounds:
            throughput(folder, chosen.hosts, chosen.reports, chosen.rounds)
        if chosen.pages:
            memory(folder, chosen.pages)
        if chosen.lists:
            changes(folder, chosen.peers or folder / "peers", chosen.lists, chosen.rounds)
    return 0


if __name__ == "__main__":
    sys.exit(main())
