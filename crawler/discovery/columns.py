"""Is this page the column of annual reports: what it says of itself and what its rows hold, as one confidence with its reasons. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from crawler.column_name import column_name
from crawler.discovery.anchors import COLUMN, has_column_path, score_of
from crawler.discovery.naming import subject_of
from crawler.discovery.recognition import is_report
from crawler.listing import Item
from crawler.page import Page, tree
from storage.domain.visits import Decision

TRUSTED = 0.6
"""From this confidence on a column is watched without a person having looked; the rest waits in a queue."""

MIN_REPORTS = 2
COLUMN_TYPE = "信息公开年报"
_YEAR = re.compile(r"(?<!\d)(20[0-3]\d)(?!\d)")
_PATH_YEAR = re.compile(r"(?:^|/|[a-z_])(20[0-3]\d)n?(?:xxgk|zfxxgk|gk|nd)?(?:nb|bg|ndbg)?(?=[/._]|$)")


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why a page is thought to be the column. `year` is the only year it holds, where the column itself is of one year."""

    confidence: float
    reports: int
    others: int
    reasons: tuple[str, ...]
    year: int | None = None

    @property
    def trusted(self) -> bool:
        """Whether it may be watched at once."""
        return self.confidence >= TRUSTED and self.reports > 0


def official_type(page: Page) -> str:
    """The page's own ColumnType of the official tag table, empty where there is none."""
    return _tag(page, "columntype")


def is_article(page: Page) -> bool:
    """Whether the page calls itself an article (the official tag table has ArticleTitle for those only)."""
    return bool(_tag(page, "articletitle"))


def _tag(page: Page, name: str) -> str:
    for meta in tree(page.text).iter("meta"):
        if (meta.get("name") or "").lower() == name:
            return (meta.get("content") or "").strip()
    return ""


def names_itself(page: Page) -> bool:
    """Whether the page's own name or type is that of the column: a page worth reading as a list."""
    return official_type(page) == COLUMN_TYPE or score_of(column_name(page), "")[0] >= COLUMN


def judge(page: Page, items: Sequence[Item], *, words: str = "", column: str = "", held: Collection[str] = ()) -> Evidence:
    """What a page with these rows is. `words` are those of the link that led to it, `column` its name as its family read it, `held` the
    addresses of its rows behind which a report was met.
    """
    name = column or column_name(page)
    documents = [item for item in items if item.url in held or not is_part(item)]
    context = name if score_of(name, "")[0] >= COLUMN else words
    decided = [Decision.REPORT if item.url in held else is_report(item.title, context)[0] for item in documents]
    reports, others = decided.count(Decision.REPORT), len(decided) - decided.count(Decision.REPORT)
    reasons, score = [f"reports={reports}/{len(items)}"], 0.2 * min(reports, 2)
    if reports:
        score += 0.25 * reports / (reports + others)
    typed = official_type(page) == COLUMN_TYPE
    named = max(score_of(name, "", in_column=False)[0], score_of(words, "", in_column=True)[0])
    if named >= COLUMN:
        score += 0.3 if named >= 0.9 else 0.15
        reasons.append(f"named={name[:30] or words[:30]}")
    if typed:
        score += 0.1
        reasons.append(f"column-type={COLUMN_TYPE}")
    if has_column_path(page.url):
        score += 0.05
        reasons.append("path")
    if reports < MIN_REPORTS and not (reports and (typed or named >= COLUMN)):
        score = min(score, TRUSTED - 0.01)
    return Evidence(round(min(score, 1.0), 3), reports, others, tuple(reasons), one_year(page.url, name, words))


def is_part(item: Item) -> bool:
    """Whether a row is itself a column ("2023年政府信息公开年报", no date, nobody named) rather than a report."""
    return not item.raw_date and not subject_of(item.title) and score_of(item.title, "", in_column=True)[0] >= COLUMN


def one_year(url: str, *names: str) -> int | None:
    """The year in the column's own name, its link's words or its path: such a column says nothing about other years."""
    for text in names:
        years = set(_YEAR.findall(text))
        if len(years) == 1:
            return int(years.pop())
    found = set(_PATH_YEAR.findall(url.lower().partition("://")[2].partition("/")[2]))
    return int(found.pop()) if len(found) == 1 else None
