"""Reports that came together: which are of one body, and how they stand to each other."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

from monitor.certainty import QUALITY
from monitor.subject import Subject
from storage.domain.reports import ParsedReport

EARLIER_YEARS = 5
LEAST_NAME = 4
"""Shorter names (公安局) may be anybody's."""


def subjects(reports: Sequence[ParsedReport]) -> tuple[Subject, ...]:
    """Every report with those of the same body around it: its other carriers, the year before, and further years; in the order given."""
    by_body: dict[str, dict[int, list[ParsedReport]]] = defaultdict(lambda: defaultdict(list))
    for report in reports:
        if (name := _name(report)) and report.report_year is not None:
            by_body[name][report.report_year].append(report)
    return tuple(_subject(report, by_body.get(_name(report), {})) for report in reports)


def _name(report: ParsedReport) -> str:
    name = re.sub(r"\s", "", report.body.name) if report.body is not None else ""
    return name if len(name) >= LEAST_NAME else ""


def _subject(report: ParsedReport, years: dict[int, list[ParsedReport]]) -> Subject:
    year = report.report_year
    if year is None or not years:
        return Subject(report)
    best = {known: max(found, key=_quality) for known, found in years.items() if known < year}
    previous = best.pop(year - 1, None)
    return Subject(
        report,
        previous=previous,
        earlier=tuple(best[known] for known in sorted(best, reverse=True)[:EARLIER_YEARS]),
        other_versions=tuple(other for other in years[year] if other is not report and other.sha256 != report.sha256),
    )


def _quality(report: ParsedReport) -> int:
    return QUALITY.index(report.reading.quality)
