"""What a detail page says of itself: title, publisher, dates with their source. The official page tags first, labels on the page second."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from email.utils import parsedate_to_datetime

from crawler.discovery.naming import OFFICES
from crawler.list_rows import find_date
from crawler.page import Page, body_words, page_tree, visible_text
from storage.domain.clock import local_date
from storage.domain.enums import DateKind
from storage.domain.reports import DateMention

_LABEL = re.compile(r"(?:发布|公布|发文|成文|生成|更新|公开)(?:时间|日期)\s*[:：]?\s*(20\d\d\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2})")
_PUBLISHER = re.compile(
    rf"(?:信息来源|文章来源|来\s*源|发布机构|发布单位|发布部门|发文机关|发文单位|公开主体|公开机构|公开单位|信息提供单位)\s*[:：]\s*"
    rf"(?P<name>[一-鿿（）()]{{2,40}}?(?:{OFFICES}))(?=[\s，。；;、|】\]<]|作者|浏览|点击|阅读|访问|字体|字号|发布|打印|分享|责任|编辑|信息|文章|时间|日期|索引|$)"
)
_HEADING = re.compile(
    rf"(?P<title>[一-鿿（）()]{{2,40}}?(?:{OFFICES})\s*(?:关于)?\s*(?:20\s*\d\s*\d|二[〇○零0]..)\s*年\s*度?\s*(?:政府)?信息公开(?:工作)?\s*(?:年度(?:工作)?报告|年报))"
)
_HEADING_WITHIN = 400
"""Characters of a report within which its own heading stands."""

_PUBLISHED = re.compile(r"发布|公布|公开")
_URL_DATE = re.compile(r"/(?:t|P0|W0)?(20\d\d)(?:[-/]?)(\d{2})(?:[-/]?)(\d{2})(?=[_/.\-]|\d{0,6}_)|/(20\d\d)/(\d{1,2})/(\d{1,2})/")
_PREFERENCE = (DateKind.META, DateKind.PRINTED, DateKind.LIST, DateKind.URL)


@dataclass(frozen=True, slots=True)
class Article:
    """One document page: its own title, who it says published it, every date found."""

    title: str
    publisher: str
    dates: tuple[DateMention, ...]


def read_article(page: Page, listed_on: date | None = None, raw_date: str = "") -> Article:
    """The page's own account of itself, with the list's date beside it."""
    meta = _meta(page)
    dates = [*_tag_date(meta), *_labelled(page), *_url_date(page.url), *last_modified(page)]
    if listed_on is not None:
        dates.append(DateMention(DateKind.LIST, listed_on, raw_date))
    heading = page_tree(page).find(".//h1")
    title = (
        meta.get("articletitle") or (visible_text(heading) if heading is not None else "") or (page_tree(page).findtext(".//title") or "")
    )
    return Article(" ".join(title.split())[:500], meta.get("contentsource", "") or _labelled_publisher(page), tuple(dates))


def published(dates: tuple[DateMention, ...]) -> DateMention | None:
    """The date that best says when the page was put up: the official tag, the printed label, the list, the address."""
    for kind in _PREFERENCE:
        for mention in dates:
            if mention.kind is kind:
                return mention
    return None


def _meta(page: Page) -> dict[str, str]:
    found: dict[str, str] = {}
    for element in page_tree(page).iter("meta"):
        name, content = (element.get("name") or "").lower(), (element.get("content") or "").strip()
        if name and content:
            found.setdefault(name, content)
    return found


def _tag_date(meta: dict[str, str]) -> list[DateMention]:
    raw, day = find_date(meta.get("pubdate", ""))
    return [DateMention(DateKind.META, day, raw)] if day else []


def _labelled_publisher(page: Page) -> str:
    """Who is printed as the source, where no official tag says it."""
    found = _PUBLISHER.search(body_words(page))
    return found["name"] if found else ""


def heading_of(words: str) -> str:
    """A report's own first line, where it names a publisher: pages titled "2024年政府信息公开工作年度报告" leave that to it. `words`
    are its text without white space.
    """
    found = _HEADING.search(words[:_HEADING_WITHIN])
    return found["title"] if found else ""


def _labelled(page: Page) -> list[DateMention]:
    """The date whose label says when the page was put up, else the first one labelled: tables of a document's data often begin with the
    day it was written.
    """
    words = body_words(page)
    labelled = list(_LABEL.finditer(words)) if "时间" in words or "日期" in words else []
    found = next((one for one in labelled if _PUBLISHED.match(one.group())), next(iter(labelled), None))
    if not found:
        return []
    raw, day = find_date(found.group(1))
    return [DateMention(DateKind.PRINTED, day, raw)] if day else []


def _url_date(url: str) -> list[DateMention]:
    found = _URL_DATE.search(url)
    if not found:
        return []
    year, month, day = (int(part) for part in found.groups() if part)
    try:
        return [DateMention(DateKind.URL, date(year, month, day), found.group(0).strip("/"))]
    except ValueError:
        return []


def last_modified(page: Page) -> list[DateMention]:
    """The day since which the server says that what it answered is as it is; nothing where it says none."""
    raw = page.headers.get("last-modified", "")
    try:
        return [DateMention(DateKind.HTTP, local_date(parsedate_to_datetime(raw)), raw)] if raw else []
    except (ValueError, TypeError):
        return []
