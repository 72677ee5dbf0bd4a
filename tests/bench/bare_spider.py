"""The least that Scrapy can do: ask for every address, look at nothing. `python bare_spider.py PORT HOSTS REPORTS CONCURRENCY`.

The same Scrapy with the two settings that make it fastest (`crawler.settings` says which), every other part of it left out.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from typing import Any

from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerProcess


class BareSpider(Spider):
    """Asks for all pages of all hosts."""

    name = "bare"

    def __init__(self, port: int, hosts: int, reports: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._addresses = [f"http://127.0.0.1:{port}/at/{host}/zwgk/nb/" for host in range(hosts)]
        self._addresses += [f"{address}t{report}.html" for report in range(reports) for address in self._addresses[:hosts]]

    async def start(self) -> AsyncIterator[Any]:
        """Every address once."""
        for address in self._addresses:
            yield Request(address, dont_filter=True)

    def parse(self, response: Any) -> None:
        """Nothing."""


if __name__ == "__main__":
    port, hosts, reports, concurrency = map(int, sys.argv[1:])
    process = AsyncCrawlerProcess(
        {
            "TWISTED_REACTOR": "twisted.internet.asyncioreactor.AsyncioSelectorReactor",
            "CONCURRENT_REQUESTS": concurrency,
            "CONCURRENT_REQUESTS_PER_DOMAIN": concurrency,
            "CONCURRENT_ITEMS": 4,
            "DOWNLOAD_DELAY": 0,
            "WARN_ON_GENERATOR_RETURN_VALUE": False,
            "COOKIES_ENABLED": False,
            "ROBOTSTXT_OBEY": False,
            "TELNETCONSOLE_ENABLED": False,
            "REMOTE_CONTROL_ENABLED": False,
            "STATS_DUMP": False,
            "LOG_LEVEL": "ERROR",
        }
    )
    process.crawl(BareSpider, port=port, hosts=hosts, reports=reports)
    process.start()
