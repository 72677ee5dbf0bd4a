"""The download handler of plain requests, with our own verification. Setting `DOWNLOAD_HANDLERS`."""

from __future__ import annotations

from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler

from crawler.tls import Verified


class VerifiedHandler(Verified, HTTP11DownloadHandler):
    """Scrapy's own handler, whose https connections are checked by `crawler.tls`."""
