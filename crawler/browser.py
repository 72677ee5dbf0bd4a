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

from crawler.egress import Egress, acceptable_url
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
        "DOWNLOAD_HANDLERS": {
            "http": "scrapy_playwright.handler.ScrapyPlaywrightDownloadHandler",
            "https": "scrapy_playwright.handler.ScrapyPlaywrightDownloadHandler",
            **dict.fromkeys(("file", "ftp", "s3", "data")),
        },
        "PLAYWRIGHT_BROWSER_TYPE": "chromium",
        "PLAYWRIGHT_LAUNCH_OPTIONS": {
            "executable_path": str(browser),
            "headless": True,
            "chromium_sandbox": settings.chromium_sandbox,
            "args": [*FLAGS, f"--host-resolver-rules={resolver_rules(egress, urls)}"],
        },
        "PLAYWRIGHT_CONTEXTS": {"default": {"service_workers": "block", "accept_downloads": False, "user_agent": settings.user_agent}},
        "PLAYWRIGHT_MAX_PAGES_PER_CONTEXT": MAX_TABS,
        "PLAYWRIGHT_DEFAULT_NAVIGATION_TIMEOUT": NAVIGATION_TIMEOUT_MS,
        "PLAYWRIGHT_ABORT_REQUEST": refuse,
    }


def browser_meta() -> dict[str, Any]:
    """The marks of a request for the browser: open the page and let its scripts finish asking."""
    from scrapy_playwright.page import PageMethod

    return {"playwright": True, "playwright_page_methods": [PageMethod("wait_for_load_state", "networkidle", timeout=SETTLE_TIMEOUT_MS)]}
