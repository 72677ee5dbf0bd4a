"""The files behind a report's page: attachments by link, download address, viewer or frame, and whether the page itself is the report."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from typing import cast
from urllib.parse import parse_qs, unquote, urlsplit

from lxml import etree, html

from crawler.list_rows import absolute
from crawler.page import Page, base_url, body_words, once, page_tree, visible_text

DOCUMENT_TYPES = frozenset({"pdf", "doc", "docx", "wps", "xls", "xlsx", "et", "ofd", "ceb", "rtf", "odt", "mht", "txt", "zip", "rar", "7z"})
_ENDPOINT = re.compile(
    r"downfile\.jsp|file-download|/download\.(?:jsp|do|aspx?)|/group\d+/M\d\d/|downloadfile|/attach(?:ment)?/\d+", re.IGNORECASE
)
_CONTAINERS = (
    *("UCAP-CONTENT", "TRS_Editor", "trs_editor_view", "TRS_UEDITOR", "zoom", "Zoom", "ivs_content", "vsb_content", "v_news_content"),
    *("article-content", "xxgk_content", "Custom_UnionStyle", "main-txt", "news_cont_d_wrap", "tyxxy_main", "article", "content"),
)
_CONTAINER_NAMES = frozenset(_CONTAINERS)
_MARKED = cast("Callable[[html.HtmlElement], list[html.HtmlElement]]", etree.XPath(".//*[@id or @class]"))
_SPACES = re.compile(r"[ \t\r\n]+")
"""What separates the classes of an element; other white space does not."""
_MARKERS = ("总体情况", "主动公开政府信息情况", "收到和处理政府信息公开申请情况", "行政复议", "存在的主要问题", "其他需要报告的事项")
_SHOWN_BY_SCRIPT = re.compile(r"""showVsbpdfIframe\s*\(\s*['"]([^'"\s]{1,500})['"]""")
"""VSB writes the frame around an embedded PDF by a script: no element of the page as served names the file."""
_FILE_PARAMETERS = ("file", "filename", "fileurl", "url", "src", "pdf", "wbfileid")
_FRAMES = ("iframe", "embed", "object", "frame")
_MARKER_WEIGHT, _LEAST_WEIGHT, _MOST_PARAGRAPHS = 200, 200, 3000
MAX_ATTACHMENTS = 30


@dataclass(frozen=True, slots=True)
class Attachment:
    """One file of a report: where to fetch it, the name it is shown under, how it was found (link, endpoint, viewer, frame, image)."""

    url: str
    name: str
    kind: str
    extension: str = ""


@once
def find_container(page: Page) -> html.HtmlElement:
    """The element that holds the article: a known container, else the innermost block with nearly all of the page's paragraphs and
    prescribed headings, else the body.
    """
    known = _known_container(page)
    return known[0] if known is not None else _fullest(page_tree(page).find("body"))


@once
def article_words(page: Page) -> str:
    """The article's text without white space."""
    known = _known_container(page)
    return "".join((known[1] if known is not None else visible_text(find_container(page))).split())


@once
def _known_container(page: Page) -> tuple[html.HtmlElement, str] | None:
    """The container of a known system and its text; one with nothing in it (a bar to choose the letters' size by) is none."""
    named = _by_container(page_tree(page).find("body"))
    for name in _CONTAINERS:
        found = [(element, visible_text(element)) for element in named.get(name, ())]
        fullest, text = max(found, key=lambda pair: len(pair[1]), default=(None, ""))
        if fullest is not None and (text or next(fullest.iter("img", "a", *_FRAMES), None) is not None):
            return fullest, text
    return None


def _by_container(body: html.HtmlElement) -> dict[str, list[html.HtmlElement]]:
    """The elements that bear the name of a container as their id or as one of their classes, in page order: one walk for all names."""
    found: dict[str, list[html.HtmlElement]] = {}
    for element in _MARKED(body):
        for name in {element.get("id"), *_SPACES.split(element.get("class") or "")} & _CONTAINER_NAMES:
            found.setdefault(name, []).append(element)
    return found


def _fullest(body: html.HtmlElement) -> html.HtmlElement:
    """The innermost block that weighs nearly as much as the heaviest one; the body where no block weighs much. What weighs is the text of
    paragraphs, and much each of the prescribed headings.
    """
    weights: dict[html.HtmlElement, int] = {}
    for paragraph in islice(body.iter("p", "h1", "h2", "h3"), _MOST_PARAGRAPHS):
        text = "".join(visible_text(paragraph).split())
        weight = len(text) + _MARKER_WEIGHT * sum(marker in text for marker in _MARKERS)
        for block in paragraph.iterancestors("div", "section", "article", "td"):
            weights[block] = weights.get(block, 0) + weight
    most = max(weights.values(), default=0)
    if most < _LEAST_WEIGHT:
        return body
    return min((block for block in weights if weights[block] >= most * 0.95), key=lambda block: weights[block])


def find_attachments(page: Page) -> tuple[Attachment, ...]:
    """Files to fetch with the page, in page order, each once. Pictures count only where the container holds next to no text and no file."""
    known = _known_container(page)
    # Where the container is a guess, files beside it are looked for, too: one file too many is no file lost.
    container, text = known if known is not None else (page_tree(page).find("body"), body_words(page))
    found = [*_files(container, base_url(page))]
    if not found:
        found = [*_files(page_tree(page).find("body"), base_url(page))]
    if not found:
        found = [*_shown_by_script(page), *_named_in_head(page)]
    if not found and len(text) < 200:
        found = list(_images(container, base_url(page)))
    unique: dict[str, Attachment] = {}
    for attachment in found:
        unique.setdefault(attachment.url, attachment)
    return tuple(unique.values())[:MAX_ATTACHMENTS]


def is_report_text(*pages: Page) -> bool:
    """Whether a page, or one split over several, carries a report: at least three of the six prescribed headings stand in its article."""
    text = "".join(article_words(page) for page in pages)
    return sum(marker in text for marker in _MARKERS) >= 3


def _files(container: html.HtmlElement, base: str) -> list[Attachment]:
    found: list[Attachment] = []
    for element in container.iter("a", *_FRAMES):
        source = element.get("href") if element.tag == "a" else element.get("src") or element.get("data")
        address = absolute(base, source or "")
        attachment = _attachment(address, visible_text(element), element.tag, base) if address else None
        if attachment is not None:
            found.append(attachment)
    return found


def _attachment(address: str, shown: str, tag: str, base: str) -> Attachment | None:
    parts = urlsplit(address)
    extension = _extension(parts.path)
    kind = "link" if tag == "a" else "frame"
    if extension in DOCUMENT_TYPES:
        return Attachment(address, shown or unquote(parts.path.rsplit("/", 1)[-1]), kind, extension)
    inner = next((values[0] for key, values in parse_qs(parts.query).items() if key.lower() in _FILE_PARAMETERS and values), "")
    if _ENDPOINT.search(address):
        return Attachment(address, shown or unquote(inner), "endpoint", _extension(inner))
    if _extension(urlsplit(inner).path) in DOCUMENT_TYPES and re.search(r"viewer|preview|pdf", parts.path, re.IGNORECASE):
        target = absolute(base, inner)
        return (
            Attachment(target, shown or unquote(inner.rsplit("/", 1)[-1]), "viewer", _extension(urlsplit(inner).path)) if target else None
        )
    return None


def _shown_by_script(page: Page) -> list[Attachment]:
    addresses = (absolute(base_url(page), source) for source in _SHOWN_BY_SCRIPT.findall(page.text))
    return [found for address in addresses if address and (found := _attachment(address, "", "iframe", page.url)) is not None]


def _named_in_head(page: Page) -> list[Attachment]:
    """The file in the official Image element: Hanweb portals put a document there instead of a picture."""
    named = [meta.get("content") or "" for meta in page_tree(page).iter("meta") if (meta.get("name") or "").lower() == "image"]
    addresses = (absolute(page.url, content) for content in named)
    return [found for address in addresses if address and (found := _attachment(address, "", "a", page.url)) is not None]


def _images(container: html.HtmlElement, base: str) -> list[Attachment]:
    found = []
    for image in container.iter("img"):
        address = absolute(base, image.get("src") or "")
        if address:
            found.append(Attachment(address, image.get("alt") or "", "image", _extension(urlsplit(address).path)))
    return found


def _extension(path: str) -> str:
    name = path.rsplit("/", 1)[-1]
    return name.rsplit(".", 1)[-1].lower() if "." in name else ""
