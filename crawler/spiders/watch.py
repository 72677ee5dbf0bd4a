"""The spider that watches known lists. It only lends its downloader: the visits themselves are plain code."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from scrapy import Spider
from scrapy.crawler import Crawler


class WatchSpider(Spider):
    """Runs the work it is given while its downloader is open."""

    name = "watch"

    def __init__(self, work: Callable[[Crawler], Awaitable[None]] | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._work = work

    async def start(self) -> AsyncIterator[Any]:
        """Do the work; Scrapy keeps the spider open until this ends. Nothing is scheduled, so nothing is yielded."""
        if self._work is not None:
            await self._work(self.crawler)
        nothing: tuple[Any, ...] = ()
        for item in nothing:
            yield item
