"""One fetched page as a value: bytes as served, and their text with the encoding settled once, here.

Neighbours: the spider makes pages of responses; families, discovery and the guards read them.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache, wraps
from typing import Any, TypeVar, cast
from urllib.parse import urljoin, urlsplit

from lxml import etree, html

_META = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([A-Za-z0-9_\-]+)""", re.IGNORECASE)
_XML = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9_\-]+)""", re.IGNORECASE)
_HTTP = re.compile(r"charset\s*=\s*[\"']?([A-Za-z0-9_\-]+)", re.IGNORECASE)
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_CHINESE = frozenset({"gb2312", "gbk", "gb_2312-80", "x-gbk", "gb18030", "hz-gb-2312"})
_HEAD = 4096
_HEAD_TEXT = 50_000

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page:
    """What one request brought back.

    `url` is the address after redirects; `requested_url` the one asked for. Header names are lower case. `text` is decoded with
    `encoding`, which was taken from `encoding_source`: bom, http, meta, or guess. `replaced` counts characters that could not be decoded.
    `answers` holds what was worked out about this page, for `once`; it is no part of the page's value.
    """

    url: str
    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    text: str = ""
    encoding: str = ""
    encoding_source: str = ""
    replaced: int = 0
    requested_url: str = ""
    answers: dict[str, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def media_type(self) -> str:
        """The declared media type without parameters, lower case."""
        return self.headers.get("content-type", "").split(";")[0].strip().lower()


def page(url: str, status: int, body: bytes, headers: Mapping[str, str] | None = None, *, requested_url: str = "") -> Page:
    """A page with its text decoded."""
    lowered = {name.lower(): value for name, value in (headers or {}).items()}
    text, encoding, source, replaced = decode(body, lowered.get("content-type", ""))
    return Page(url, status, body, lowered, text, encoding, source, replaced, requested_url or url)


def decode(body: bytes, content_type: str = "") -> tuple[str, str, str, int]:
    """Text, encoding, where the encoding was found, and how many characters had to be replaced.

    Order: byte order mark, HTTP header, meta element, guess. A label of the GB family always means gb18030, its superset: pages labelled
    gb2312 routinely carry characters outside it. A label that fails on more than one character in a hundred while another reads without a
    fault is overruled.
    """
    for mark, name in _BOMS:
        if body.startswith(mark):
            return _decoded(body, name, "bom")
    for label, source in _labels(body, content_type):
        text, encoding, where, replaced = _decoded(body, label, source)
        if replaced * 100 <= len(text):
            return text, encoding, where, replaced
    return min((_decoded(body, name, "guess") for name in ("utf-8", "gb18030")), key=lambda found: found[3])


def _labels(body: bytes, content_type: str) -> list[tuple[str, str]]:
    found = []
    http = _HTTP.search(content_type)
    if http:
        found.append((http.group(1), "http"))
    meta = _META.search(body[:_HEAD]) or _XML.search(body[:_HEAD])
    if meta:
        found.append((meta.group(1).decode("ascii"), "meta"))
    # Servers stamp every page latin-1 by default (seen on error pages), which decodes anything and is never the language of a portal.
    return [(known, source) for label, source in found if (known := _known(label)) not in {"", "iso8859-1", "cp1252", "ascii"}]


def _known(label: str) -> str:
    if label.lower() in _CHINESE:
        return "gb18030"
    try:
        return codecs.lookup(label).name
    except LookupError:
        return ""


def _decoded(body: bytes, encoding: str, source: str) -> tuple[str, str, str, int]:
    text = body.decode(encoding, errors="replace")
    return text, encoding.removesuffix("-sig"), source, text.count("�")


@lru_cache(maxsize=8)
def tree(text: str) -> html.HtmlElement:
    """The page's element tree; an empty document for a text without any element."""
    cleaned = re.sub(r"^\s*<\?xml[^>]*\?>", "", text).replace("\x00", "")
    if not cleaned.strip():
        cleaned = "<html></html>"
    parser = html.HTMLParser(huge_tree=False, recover=True)
    try:
        return html.document_fromstring(cleaned, parser=parser, ensure_head_body=True)
    except etree.ParserError:
        # Closing tags and nothing else: there is a text, and no element in it.
        return html.document_fromstring("<html></html>", ensure_head_body=True)


_UNSEEN = frozenset({"script", "style", "noscript"})
_TEXTS = etree.XPath(".//text()", smart_strings=False)
_QUIET = etree.XPath(
    "descendant-or-self::script/text() | descendant-or-self::style/text() |"
    " descendant-or-self::noscript//text() | ancestor::noscript//text()",
    smart_strings=False,
)
_SEEN = etree.XPath(".//text()[not(parent::script or parent::style or ancestor::noscript)]", smart_strings=False)
"""Plain strings: text that remembers its element costs twice the time. Asking each text where it stands takes seven times as long as the
texts themselves (a report of 110 KB: 2.2 and 0.3 ms), so those of scripts and style sheets, which hold no elements, are found by
themselves and taken out; only where one of them reads like a text that is seen is each text asked.
"""


def visible_text(element: html.HtmlElement) -> str:
    """The element's text as a reader sees it: scripts, styles and comments left out, white space collapsed."""
    if not len(element) and element.tag not in _UNSEEN and next(element.iterancestors("noscript"), None) is None:
        return " ".join((element.text or "").split())  # most of what is asked for: a link, a number in a pager
    texts = cast("list[str]", _TEXTS(element))
    quiet = [text for text in cast("list[str]", _QUIET(element)) if not text.isspace()]
    if quiet:
        left_out = set(quiet)
        rest = [text for text in texts if text not in left_out]
        texts = rest if len(rest) + len(quiet) == len(texts) else cast("list[str]", _SEEN(element))
    return " ".join(" ".join(texts).split())


def once(question: Callable[[Page], T]) -> Callable[[Page], T]:
    """Let a question about a page be worked out once and remembered for as long as the page lives."""
    name = f"{question.__module__}.{question.__qualname__}"

    @wraps(question)
    def asked(page: Page) -> T:
        if name not in page.answers:
            page.answers[name] = question(page)
        answer: T = page.answers[name]
        return answer

    return asked


@once
def page_tree(page: Page) -> html.HtmlElement:
    """The page's element tree, to be read only: everybody who asks gets the same one."""
    return tree(page.text)


@once
def base_url(page: Page) -> str:
    """What the page's addresses are relative to: its own address, or what its `base` element says."""
    if "<base" not in page.text[:_HEAD_TEXT].lower():
        return page.url
    named = (element.get("href") or "" for element in page_tree(page).iter("base"))
    href = next(filter(None, (name.strip() for name in named)), "")
    try:
        joined = urljoin(page.url, href)
        return joined if urlsplit(joined).scheme in {"http", "https"} and urlsplit(joined).hostname else page.url
    except ValueError:
        return page.url


@once
def body_words(page: Page) -> str:
    """What a reader sees of the page's body."""
    return visible_text(page_tree(page).find("body"))


@once
def page_words(page: Page) -> str:
    """The whole page's text as a reader sees it, its title included."""
    root = page_tree(page)
    head, body = root.find("head"), root.find("body")
    if [*root] == [head, body] and not (root.text or "").strip() and not (head.tail or "").strip() and not (body.tail or "").strip():
        return " ".join(filter(None, (visible_text(head), body_words(page))))
    return visible_text(root)
