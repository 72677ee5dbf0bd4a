"""The only place that knows a browser: for lists that nothing but a browser shows. Documents never go through it.

Its names are resolved by us before it starts and pinned by its own resolver rules; every other name and address leads nowhere, whatever
a page's scripts, frames, sockets or redirects ask for. A second check refuses single requests by host.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from crawler.discovery.troubles import Trouble
from crawler.egress import Egress, acceptable_url
from crawler.keys import Exchange
from storage.domain.enums import VisitOutcome
from storage.settings import Settings

CANDIDATES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
FLAGS = (
    *(
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
    ),
    *("--disable-dev-shm-usage", "--disable-extensions", "--no-proxy-server", "--disable-features=DnsOverHttps,AsyncDns"),
)
MAX_TABS = 4
NAVIGATION_TIMEOUT_MS = 30_000
SETTLE_TIMEOUT_MS = 15_000
MAX_EXCHANGES = 40
MAX_ANSWER = 4 * 2**20
SCRIPT_KINDS = frozenset({"xhr", "fetch", "script"})
"""Kinds of requests that may bring rows: those of scripts, and scripts that are answers themselves (JSONP)."""

WATCH = "nianbao_watch"
"""Request meta: the `Watch` over the page of this request."""


def find_browser(settings: Settings) -> Path | None:
    """The browser to use: the one configured, else the first of the usual names; None where there is none, which stops nothing else."""
    if settings.chromium_path:
        path = Path(settings.chromium_path)
        return path if path.is_file() and os.access(path, os.X_OK) else None
    found = next((where for name in CANDIDATES if (where := shutil.which(name))), None)
    return Path(found) if found else None


def resolver_rules(egress: Egress, urls: Sequence[str]) -> str:
    """Chromium's rules for names: the given hosts at their checked addresses, nothing else."""
    rules = []
    for host in sorted({urlsplit(url).hostname or "" for url in urls if acceptable_url(url)} - {""}):
        address = egress.resolve(host)
        if address is not None:
            rules.append(f"MAP {host} {address}")
    return ", ".join([*rules, "MAP * ~NOTFOUND"])


def browser_settings(settings: Settings, egress: Egress, browser: Path, urls: Sequence[str]) -> dict[str, Any]:
    """What Scrapy needs to hand marked requests to the browser. `urls` are the lists it may open; only their hosts exist for it."""
    hosts = frozenset(urlsplit(url).hostname or "" for url in urls)

    def refuse(request: Any) -> bool:
        """Whether a request of a page is dropped: foreign hosts, other schemes, and whatever a list does not need."""
        if request.resource_type in {"image", "media", "font"}:
            return True
        return not acceptable_url(request.url) or (urlsplit(request.url).hostname or "") not in hosts

    return {
        "DOWNLOAD_HANDLERS": {**dict.fromkeys(("http", "https"), _handler()), **dict.fromkeys(("file", "ftp", "s3", "data"))},
        "STATS_CLASS": "scrapy.statscollectors.MemoryStatsCollector",
        "PLAYWRIGHT_BROWSER_TYPE": "chromium",
        "PLAYWRIGHT_LAUNCH_OPTIONS": {
            "executable_path": str(browser),
            "headless": True,
            "chromium_sandbox": settings.chromium_sandbox,
            "args": [*FLAGS, f"--host-resolver-rules={resolver_rules(egress, urls)}"],
        },
        "PLAYWRIGHT_BROWSER_PROVIDER": "crawler.browser.OnlyWhenNeeded",
        "PLAYWRIGHT_MAX_PAGES_PER_CONTEXT": MAX_TABS,
        "PLAYWRIGHT_DEFAULT_NAVIGATION_TIMEOUT": NAVIGATION_TIMEOUT_MS,
        "PLAYWRIGHT_ABORT_REQUEST": refuse,
    }


def browser_meta(settings: Settings) -> dict[str, Any]:
    """The marks of a request for the browser: open the page, let its scripts finish asking, and note what they asked."""
    from scrapy_playwright.page import PageMethod

    watch = Watch()
    return {
        "playwright": True,
        # Named here and not as a context to start with, so that a visit which needs no browser starts none.
        "playwright_context_kwargs": {"service_workers": "block", "accept_downloads": False, "user_agent": settings.user_agent},
        "playwright_page_event_handlers": {"response": watch.note},
        "playwright_page_methods": [
            PageMethod("wait_for_load_state", "networkidle", timeout=SETTLE_TIMEOUT_MS),
            PageMethod(watch.settle),
        ],
        WATCH: watch,
    }


def _handler() -> type:
    """The handler of a crawl with a browser: marked requests go through it, all others are plain ones and verified like them."""
    from scrapy_playwright.handler import ScrapyPlaywrightDownloadHandler

    from crawler.tls import Verified

    class BrowserHandler(Verified, ScrapyPlaywrightDownloadHandler):  # type: ignore[misc]  # the package has no types
        pass

    return BrowserHandler


_NAVIGATION = (
    ("ERR_CERT_DATE_INVALID", "tls-expired"),
    ("ERR_CERT_COMMON_NAME_INVALID", "tls-wrong-host"),
    ("ERR_CERT_AUTHORITY_INVALID", "tls-unknown-issuer"),
    ("ERR_CERT_", "tls-certificate"),
    ("ERR_SSL_", "tls-handshake"),
    ("ERR_NAME_NOT_RESOLVED", "dns"),
    ("ERR_CONNECTION_REFUSED", "refused"),
    ("ERR_TOO_MANY_REDIRECTS", "redirect-loop"),
    ("Timeout", "timeout"),
    ("ERR_", "connection"),
)


def navigation_trouble(error: Exception) -> Trouble | None:
    """What a browser's failure to open a page means; None for any other error."""
    if not type(error).__module__.startswith("playwright."):
        return None
    text = f"{type(error).__name__} {error}"
    reason = next((reason for word, reason in _NAVIGATION if word in text), "browser-failed")
    return Trouble(VisitOutcome.SOFT_ERROR if reason == "redirect-loop" else VisitOutcome.UNREACHABLE, reason)


class Watch:
    """What the scripts of one page asked for, and what they were answered. `exchanges` is there once the page has settled."""

    def __init__(self) -> None:
        self._responses: list[Any] = []
        self.exchanges: tuple[Exchange, ...] = ()

    def note(self, response: Any) -> None:
        """One answer that came while the page was open."""
        if response.request.resource_type in SCRIPT_KINDS and len(self._responses) < MAX_EXCHANGES:
            self._responses.append(response)

    async def settle(self, page: Any) -> None:
        """Read the answers while the page is still there; one that cannot be read any more is left out."""
        from playwright.async_api import Error

        found = []
        for response in self._responses:
            try:
                found.append(await _exchange(response))
            except (Error, UnicodeDecodeError):
                continue
        self.exchanges = tuple(one for one in found if one is not None)


async def _exchange(response: Any) -> Exchange | None:
    media_type = (await response.header_value("content-type")) or ""
    if response.request.resource_type == "script" and "callback" not in response.url.lower():
        return None
    answer = await response.body()
    if len(answer) > MAX_ANSWER:
        return None
    headers = {name.lower(): value for name, value in response.request.headers.items()}
    body = response.request.post_data or ""
    return Exchange(response.url, response.request.method, headers, body, response.status, media_type, answer)


class OnlyWhenNeeded:
    """Starts the browser and its driver with the first page that needs one: a crawl whose lists have their keys starts none at all.

    Setting `PLAYWRIGHT_BROWSER_PROVIDER`; the usual provider does the work.
    """

    def __init__(self, config: Any) -> None:
        self._config = config
        self._provider: Any = None

    async def start(self) -> None:
        """Nothing yet: this is called whether or not a page will be opened."""

    async def launch_browser(self) -> Any:
        """The browser."""
        return await (await self._started()).launch_browser()

    async def launch_persistent_context(self, context_kwargs: dict[str, Any]) -> Any:
        """A browser with a folder of its own."""
        return await (await self._started()).launch_persistent_context(context_kwargs)

    async def close(self) -> None:
        """End the driver, if it was started."""
        if self._provider is not None:
            await self._provider.close()

    async def _started(self) -> Any:
        from scrapy_playwright.provider import PlaywrightBrowserProvider

        if self._provider is None:
            self._provider = PlaywrightBrowserProvider(self._config)
            await self._provider.start()
        return self._provider
