"""What Scrapy says of single answers: nothing. Each is in the capture log, with more about it."""

from __future__ import annotations

from typing import Any

from scrapy import Request, Spider
from scrapy.http import Response
from scrapy.logformatter import LogFormatter


class Quiet(LogFormatter):
    """Scrapy makes a record of every answer before it asks whether anybody wants it; this one has none to make."""

    def crawled(self, request: Request, response: Response, spider: Spider | None = None) -> Any:
        """No record."""
        return None
