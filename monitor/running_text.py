"""The running text of a report as rules search it."""

from __future__ import annotations

from monitor.remembered import Remembered
from storage.domain.reports import ParsedReport


def _unspaced(report: ParsedReport) -> str:
    return "".join(report.text.split())


unspaced = Remembered(_unspaced)
"""The whole text without any white space: words are broken across lines where the carrier breaks them. Made once for all rules."""
