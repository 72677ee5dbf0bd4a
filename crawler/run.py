"""One crawl as a process of its own: `python -m crawler.run --config … --entry-points 1,2,3 --run-id 7`.

Prints one JSON object per line on standard output: `start`, one `visit` per finished entry point, `end`. The reactor of Scrapy can run
once per process, and foreign bytes are better met in a child; so everybody else starts this and reads its lines. `NIANBAO_NOW` (an ISO
instant) sets the time it believes in.

Exit status: 0 done, whatever the portals answered; 2 wrong arguments; 6 configuration; 8 archive; 9 database busy; 1 anything unforeseen.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import sys
import traceback
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from datetime import datetime
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from crawler.errands import DISCOVER, ERRANDS, GAPFILL, WATCH, Errand
from crawler.scribe import Scribe
from storage.archive.store import open_archive
from storage.database import open_database
from storage.domain.clock import Clock, FixedClock, SystemClock
from storage.domain.errors import ConfigError, NianbaoError, UsageError
from storage.domain.ids import EntryPointId
from storage.domain.registry import EntryPoint
from storage.portals import entry_points_of
from storage.searches import TIER as SEARCH_TIER
from storage.settings import Settings, load
from storage.tls_profiles import by_host

if TYPE_CHECKING:
    from crawler.batch import Batch
    from crawler.portal_batch import PortalBatch
    from crawler.recording import Recorder
    from crawler.robots import HostMemory
    from crawler.spiders.asking import Asker

Progress = Callable[[Mapping[str, object]], None]


@dataclass(frozen=True, slots=True)
class CrawlSummary:
    """How one crawl went: visits by outcome, new report versions, entry points whose visit broke off by a fault of ours, and browsers
    started.
    """

    visits: int
    outcomes: Mapping[str, int]
    new_versions: int
    failed: int = 0
    browser_launches: int = 0


def clock_from_environment(environment: Mapping[str, str] = os.environ) -> Clock:
    """The machine's clock, or the instant of `NIANBAO_NOW`.

    Raises:
        ConfigError: the variable is no ISO instant with a zone.
    """
    stamp = environment.get("NIANBAO_NOW", "")
    if not stamp:
        return SystemClock()
    try:
        return FixedClock(datetime.fromisoformat(stamp))
    except ValueError:
        raise ConfigError(f"NIANBAO_NOW 不是带时区的时间：{stamp}", advice="例如 2025-02-01T09:00:00+08:00") from None


def crawl(  # noqa: PLR0913 - the parts of one crawl, by keyword
    settings: Settings,
    entry_point_ids: Sequence[int],
    run_id: int | None = None,
    *,
    progress: Progress | None = None,
    clock: Clock | None = None,
    errand: Errand = WATCH,
    scribe: Scribe | None = None,
) -> CrawlSummary:
    """Visit these entry points on that errand, in this process, once: call it in a process of its own. The scribe writes the rows."""
    from crawler.recording import Recorder

    tell = progress or (lambda line: None)
    ids = [EntryPointId(number) for number in dict.fromkeys(entry_point_ids)]
    with open_database(settings.database_url) as database:
        with database.read() as connection:
            # A search begins at the home page, which is not watched itself once a column is known.
            found = entry_points_of(connection, ids=ids, enabled_only=errand is not DISCOVER)
        # A portal's own search is no list, whoever switched it on.
        found = tuple(point for point in found if point.tier != SEARCH_TIER)
        recorder = Recorder(database, open_archive(settings.archive_url), clock or SystemClock(), run_id, scribe)
        batch, launches = _run_scrapy(settings, found, recorder, tell, errand)
    if batch.failures and not batch.outcomes:
        # Nothing at all could be done: the cause is ours as a whole (database, archive), and is told as such.
        raise batch.failures[0]
    summary = CrawlSummary(sum(batch.outcomes.values()), batch.outcomes, batch.new_versions, len(batch.failures), launches)
    tell({"event": "end", **asdict(summary)})
    return summary


def _run_scrapy(
    settings: Settings, entries: Sequence[EntryPoint], recorder: Recorder, tell: Progress, errand: Errand
) -> tuple[Batch | PortalBatch, int]:
    """Work through the entry points while Scrapy's downloader is open; what came of it, and how often a browser was started."""
    from crawler.batch import Batch
    from crawler.discovering import discovery_batch
    from crawler.gapfilling import gap_batch

    batches: list[tuple[Batch | PortalBatch, int]] = []

    async def work(asker: Asker, memory: HostMemory) -> None:
        batch: Batch | PortalBatch
        if errand is DISCOVER:
            batch = discovery_batch(asker, recorder, memory, tell, concurrency=settings.crawl_concurrency)
        elif errand is GAPFILL:
            batch = gap_batch(asker, recorder, memory, tell, concurrency=settings.crawl_concurrency)
        else:
            batch = Batch(
                asker,
                recorder,
                memory,
                tell,
                lambda: asker.hosts_answered,
                max_pages=settings.crawl_max_pages,
                errand=errand,
                concurrency=settings.crawl_concurrency,
                self_test_urls=settings.self_test_urls,
            )
        await batch.work([entry.id for entry in entries])
        batches.append((batch, asker.browser_launches))

    with recorder.database.read() as connection:
        profiles = by_host(connection)
    scripted = [entry.url for entry in entries if entry.tier == "browser"]
    tell({"event": "start", "entry_points": len(entries), "browser": bool(scripted)})
    ask_while_open(settings, recorder.clock, work, portal_budget=errand.portal_budget(settings), scripted=scripted, tls_profiles=profiles)
    return batches[0]


def ask_while_open(
    settings: Settings,
    clock: Clock,
    work: Callable[[Asker, HostMemory], Awaitable[None]],
    *,
    portal_budget: int,
    scripted: Sequence[str] = (),
    tls_profiles: Mapping[str, frozenset[str]] = MappingProxyType({}),
) -> None:
    """Open Scrapy's downloader, do the work with it, close it; once per process. What the work raises is raised here, after the closing."""
    _import_downloader()
    from scrapy.crawler import AsyncCrawlerProcess, Crawler

    from crawler.browser import find_browser
    from crawler.egress import Egress
    from crawler.resting import PlatformMemory
    from crawler.robots import HostMemory
    from crawler.spiders.asking import Asker
    from crawler.spiders.watch import WatchSpider
    from crawler.tls import TlsLog

    egress = Egress.from_settings(settings.host_overrides)
    browser = find_browser(settings) if scripted else None
    memory = HostMemory(settings.data_dir / "state" / "hosts.json")
    ended: list[bool] = []
    failures: list[BaseException] = []

    async def whole(crawler: Crawler) -> None:
        asker = Asker(
            crawler,
            settings,
            clock,
            memory,
            egress,
            browser=browser is not None,
            resting=PlatformMemory(settings.data_dir / "state" / "platforms.json"),
            portal_budget=portal_budget,
        )
        try:
            await work(asker, memory)
        except Exception as error:  # noqa: BLE001 (the run loop: raised again below, after Scrapy has closed)
            failures.append(error)
        asker.end()
        ended.append(True)

    made = scrapy_settings(settings, egress, browser, scripted)
    made.set("NIANBAO_TLS", TlsLog(dict(tls_profiles)), priority="cmdline")
    process = AsyncCrawlerProcess(made)
    _collect_seldom()
    process.crawl(WatchSpider, work=whole)
    process.start(stop_after_crawl=True)
    if failures or not ended:
        raise failures[0] if failures else NianbaoError("采集没有开始或被中断", kept="已存入的原件与记录保留", advice="请重新运行采集")


def _collect_seldom() -> None:
    """What was imported stays for good, and answers hold few cycles: the collector of cycles leaves the one alone and comes less often for
    the others, which saves a twentieth of the processor's time (tests/bench/bench_crawling.py).
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def _import_downloader() -> None:
    """Three classes of these modules look at the whole stack when they are made, and at every module for each step of it; from within the
    engine, which would import them, that takes 0.4 s of a process that starts in 2.
    """
    for name in ("tls", "contextfactory"):
        import_module(f"scrapy.core.downloader.{name}")


def scrapy_settings(settings: Settings, egress: Any, browser: Path | None, browser_urls: Sequence[str]) -> Any:
    """Scrapy's settings with the product's configuration over them."""
    from scrapy.settings import Settings as ScrapySettings

    made = ScrapySettings()
    made.setmodule("crawler.settings", priority="project")
    made.setdict(
        {
            "USER_AGENT": settings.user_agent,
            "DOWNLOAD_TIMEOUT": settings.crawl_timeout_seconds,
            "DOWNLOAD_MAXSIZE": settings.crawl_max_bytes,
            "DOWNLOAD_DELAY": settings.crawl_delay_seconds,
            "CONCURRENT_REQUESTS": settings.crawl_concurrency,
            "RETRY_TIMES": settings.crawl_retries,
            "NIANBAO_EGRESS": egress,
        },
        priority="cmdline",
    )
    if browser is not None:
        from crawler.browser import browser_settings

        made.setdict(browser_settings(settings, egress, browser, browser_urls), priority="cmdline")
    return made


def main(arguments: Sequence[str] | None = None, *, apart: bool = True) -> int:
    """The process entry; its exit status. Rows are written by a process `apart`, or by this one."""
    parser = argparse.ArgumentParser(
        prog="python -m crawler.run", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--config", type=Path)
    parser.add_argument("--entry-points", required=True, help="numbers, separated by commas")
    parser.add_argument("--spider", default="watch", choices=list(ERRANDS))
    parser.add_argument("--run-id", type=int)
    chosen = parser.parse_args(arguments)

    def tell(line: Mapping[str, object]) -> None:
        sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
        sys.stdout.flush()

    try:
        numbers, errand, clock = _numbers(chosen.entry_points), ERRANDS[chosen.spider], clock_from_environment()
        settings = load(chosen.config)
        with Scribe() if apart else nullcontext() as scribe:
            summary = crawl(settings, numbers, chosen.run_id, progress=tell, clock=clock, errand=errand, scribe=scribe)
    except NianbaoError as error:
        tell({"event": "error", "code": error.code, "message": error.message, "kept": error.kept, "advice": error.advice})
        return error.exit_code
    except Exception as error:  # noqa: BLE001 (the process entry: everything becomes a line and a status)
        traceback.print_exc()
        tell({"event": "error", "code": "error", "message": repr(error), "kept": "已存入的原件与记录保留", "advice": "请查看日志后重试"})
        return 1
    return 1 if summary.failed else 0


def _numbers(text: str) -> list[int]:
    try:
        return [int(part) for part in text.split(",") if part.strip()]
    except ValueError:
        raise UsageError(f"--entry-points 应为逗号分隔的数字：{text}") from None


if __name__ == "__main__":
    sys.exit(main())
