"""Manners, from the simulator's own log: one request at a time, the delay kept, nothing after a challenge, robots heard, budgets kept.

What is judged must not depend on how busy this machine is. A request that the client gave up after its full time is over for the client,
whenever the server notices. And an arrival is written down late when the server's thread gets its turn late: one such moment makes one gap
longer and the next shorter, so gaps are judged by their mean over a host's whole log, in which late moments cancel out.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from judging_run import Score

from crawler.demo.world.plan import Plan

if TYPE_CHECKING:
    from crawler.demo.http_server import Logged

SELF_TEST = ".selftest."
MIN_GAPS = 20
"""A host with fewer pauses in its log is not judged by their mean."""


@dataclass(frozen=True, slots=True)
class Promises:
    """What the crawler was told: seconds between requests, seconds until it may give up, requests per portal and day; `crawls` are the
    moments at which crawls began.
    """

    delay: float
    timeout: float
    budget: int
    crawls: Sequence[float]


def judge_manners(log: Sequence[Logged], promises: Promises, plan: Plan, score: Score) -> None:
    """Everything that can be rude, counted and noted."""
    hosts: dict[str, list[Logged]] = defaultdict(list)
    for one in sorted(log, key=lambda request: request.at):
        if SELF_TEST not in one.host:
            hosts[one.host].append(one)
    for rudeness in (
        *_at_once(hosts, promises),
        *_too_fast(hosts, promises, plan, score),
        *_forbidden(hosts, plan),
        *_after_challenges(hosts, plan, promises),
        *_over_budget(hosts, promises),
    ):
        score.rude += 1
        score.notes.append(rudeness)


def _at_once(hosts: dict[str, list[Logged]], promises: Promises) -> Iterator[str]:
    for host, asked in hosts.items():
        for before, one in pairwise(asked):
            given_up = before.hung_up and one.at - before.at >= promises.timeout * 0.9
            if one.at < before.until and not given_up:
                yield f"two requests at once at {host}: {before.path} and {one.path}"


def _too_fast(hosts: dict[str, list[Logged]], promises: Promises, plan: Plan, score: Score) -> Iterator[str]:
    means = []
    for host, asked in hosts.items():
        times: dict[int, list[float]] = defaultdict(list)
        for one in asked:
            times[bisect_right(promises.crawls, one.at)].append(one.at)
        gaps = sum(len(crawl) - 1 for crawl in times.values())
        if gaps < MIN_GAPS:
            continue
        mean = sum(crawl[-1] - crawl[0] for crawl in times.values()) / gaps
        # Its robots.txt may ask for more than the crawler was told.
        delay = max(promises.delay, plan.hosts[host].crawl_delay if host in plan.hosts else 0)
        means.append(mean / delay)
        if mean < delay * 0.9:
            yield f"the pause at {host} was {mean / delay:.2f} of the delay on average of {gaps}"
    score.notes.append(
        f"{sum(map(len, hosts.values()))} requests; the shortest mean pause of a host was {min(means, default=1):.2f} of the delay"
    )


def _forbidden(hosts: dict[str, list[Logged]], plan: Plan) -> Iterator[str]:
    for host, asked in hosts.items():
        for one in asked:
            kind = plan.hosts[host].fault(one.day) if host in plan.hosts else None
            if kind is not None and kind.name == "robots-disallow" and one.path != "/robots.txt":
                yield f"asked for {one.path} at {host}, which forbids it"


def _after_challenges(hosts: dict[str, list[Logged]], plan: Plan, promises: Promises) -> Iterator[str]:
    """In one crawl, the challenge itself is the only answer a challenging host gives, or the servers that several of them share."""
    shared: dict[str, list[Logged]] = defaultdict(list)
    for host, asked in hosts.items():
        shared[(plan.hosts[host].platform if host in plan.hosts else "") or host] += asked
    for host, asked in shared.items():
        counted: Counter[tuple[int, str]] = Counter()
        for one in asked:
            kind = plan.hosts[one.host].fault(one.day) if one.host in plan.hosts else None
            if kind is not None and kind.name.startswith("challenge"):
                counted[bisect_right(promises.crawls, one.at), f"{one.day}"] += 1
        for (_, day), count in counted.items():
            if count > 1:
                yield f"{day}: {count} requests in one crawl to {host}, which challenges"


def _over_budget(hosts: dict[str, list[Logged]], promises: Promises) -> Iterator[str]:
    for host, asked in hosts.items():
        for day, count in Counter(one.day for one in asked).items():
            if count > promises.budget:
                yield f"{day}: {count} requests to {host}, more than {promises.budget}"
