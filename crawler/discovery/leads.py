"""Further ways to a column where no link leads there: from an article to its column, and from a sitemap. Pure."""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit

from crawler.discovery.anchors import COLUMN, Link, has_column_path, score_of
from crawler.list_rows import absolute, title_of
from crawler.page import Page, base_url, page_tree
from crawler.trail import boxes

MAX_SITEMAP = 20_000
_LOCATION = re.compile(r"<loc>\s*([^<\s]{1,1000})\s*</loc>", re.IGNORECASE)
_SITEMAP = re.compile(r"^\s*sitemap\s*:\s*(\S{1,1000})", re.IGNORECASE | re.MULTILINE)
_TRAIL = re.compile(r"crumb|bread|position|location|dqwz|weizhi|\bwz\b|path|current", re.IGNORECASE)
_ARTICLES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"/art/\d{4}/\d{1,2}/\d{1,2}/art_(\d+)_\d+\.html$"), r"/col/col\1/index.html"),
    (re.compile(r"/(col/col\d+)/art/.*$"), r"/\1/index.html"),
    (re.compile(r"/info/(\d+)/\d+\.htm$"), r"/list/\1.htm"),
    (re.compile(r"/\d{6}/(?:\d{1,2}/)?t\d{8}_\d+\.s?html?$"), "/"),
    (re.compile(r"/\d{6}/[tc]\d+(?:_\d+)?\.s?html?$"), "/"),
    (re.compile(r"/20\d{2}-\d{2}/\d{2}/content_\d+\.s?html?$"), "/"),
    (re.compile(r"/gkmlpt/content/.*$"), "/gkmlpt/index"),
)


def column_of_article(url: str) -> str:
    """The column's address that an article's address gives away; empty where it gives none away."""
    for pattern, replacement in _ARTICLES:
        made, count = pattern.subn(replacement, url, count=1)
        if count:
            return made
    return ""


def trail_of(page: Page) -> tuple[Link, ...]:
    """The columns an article's own trail ("当前位置") names, the nearest first."""
    found: list[Link] = []
    root = page_tree(page)
    said = set(boxes(root))
    for anchor in root.iter("a"):
        if not any(step in said or _TRAIL.search(f"{step.get('class') or ''} {step.get('id') or ''}") for step in anchor.iterancestors()):
            continue
        address, words = absolute(base_url(page), anchor.get("href") or ""), title_of(anchor)
        score, why = score_of(words, address)
        if address and score >= COLUMN:
            found.append(Link(address, words, score, f"trail; {why}"))
    return tuple(reversed(found))


def sitemaps_of(robots_text: str, home: str) -> tuple[str, ...]:
    """The sitemaps a robots.txt names, else the usual address."""
    named = tuple(dict.fromkeys(found for found in _SITEMAP.findall(robots_text) if found.startswith(("http://", "https://"))))
    return named or (urljoin(home, "/sitemap.xml"),)


def sitemap_columns(text: str) -> tuple[Link, ...]:
    """Addresses of a sitemap whose paths are those of such columns, the shortest first."""
    found = {address for address in _LOCATION.findall(text)[:MAX_SITEMAP] if has_column_path(address)}
    # Articles lie below their column: the shortest paths are the columns themselves.
    return tuple(Link(address, "", 0.6, "sitemap") for address in sorted(found, key=lambda a: (len(urlsplit(a).path), a))[:5])
