"""The download handler of plain requests, with our own verification. Setting `DOWNLOAD_HANDLERS`."""

from __future__ import annotations

from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.crawler import Crawler

from crawler.tls import Verified

IDLE_SECONDS = 30
"""How long a connection waits for the next request. Twisted's 240 would keep open those of hundreds of hosts a crawl is done with."""


class VerifiedHandler(Verified, HTTP11DownloadHandler):
    """Scrapy's own handler, whose https connections are checked by `crawler.tls`."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._pool.cachedConnectionTimeout = IDLE_SECONDS
