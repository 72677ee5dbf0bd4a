"""Provenance for the eye: a page of an archived original as a picture, and the box of a cell on it. Pure; bytes in, pictures out.

PDF and pictures are shown as they are. Text is drawn line by line, every other carrier from its blocks; captions say which. Bytes are
foreign: other processes call this through `crawler.parsing.rendering.renderer`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from PIL import Image

from crawler.parsing import detect
from crawler.parsing.packages import opened
from crawler.parsing.rendering import fonts, png
from crawler.parsing.rendering.drawn_pages import DrawnPages
from crawler.parsing.rendering.pdf_pages import PdfPages
from crawler.parsing.rendering.picture_pages import PicturePages, is_picture
from crawler.parsing.rendering.sheet import Place
from crawler.parsing.rendering.text_pages import TextPages
from storage.domain.document import Box, Locator
from storage.domain.errors import NotFoundError, ReadError

_WRITTEN = re.compile(r"(?P<path>.*)@(?P<box>[\d.]+(?:,[\d.]+){3})", re.DOTALL)
_PAGE = re.compile(r"page:(\d{1,6})(?:/|\Z)")


class Pages(Protocol):
    """An original as pages that can be shown and on which addresses can be found."""

    @property
    def drawn(self) -> bool:
        """Whether we drew the pages ourselves."""
        ...

    @property
    def count(self) -> int:
        """Number of pages."""
        ...

    def find(self, locator: Locator) -> Place | None:
        """Where an address stands."""
        ...

    def image(self, page: int) -> Image.Image:
        """One page as a picture."""
        ...


DRAWN_SIZES = (20, 22, 26)
"""Pixel sizes in which drawn pages are set."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A page with one box. `exact` is False where only what surrounds the cell could be boxed (its line, its table, its page)."""

    png: bytes
    width: int
    height: int
    box: Box
    page: int
    pages: int
    caption: str
    exact: bool = True


@dataclass(frozen=True, slots=True)
class PageEvidence:
    """A page with the boxes of all given locators that stand on it, by the caller's names."""

    png: bytes
    width: int
    height: int
    page: int
    pages: int
    caption: str
    boxes: Mapping[str, Box] = field(default_factory=dict)


def render(data: bytes, *, locator: Locator | str, media_type: str = "") -> Evidence:
    """The page a locator stands on and its box. Raises NotFoundError where it stands nowhere, ReadError where nothing can be shown."""
    pages = open_pages(data, media_type)
    place = pages.find(parsed(locator))
    if place is None:
        raise NotFoundError("原件中找不到这个位置", kept="原件没有改动。", advice="请打开原件核对。")
    picture, width, height = png.encode(pages.image(place.page))
    caption = caption_of(data, pages, place.page, exact=place.exact)
    return Evidence(picture, width, height, place.box, place.page, pages.count, caption, place.exact)


def render_page(data: bytes, *, page: int, media_type: str = "", locators: Mapping[str, Locator | str] | None = None) -> PageEvidence:
    """One page and all boxes on it. Raises NotFoundError where there is no such page."""
    pages = open_pages(data, media_type)
    if not 1 <= page <= pages.count:
        raise NotFoundError(f"原件没有第 {page} 页")
    picture, width, height = png.encode(pages.image(page))
    found = {name: pages.find(parsed(locator)) for name, locator in (locators or {}).items()}
    boxes = {name: place.box for name, place in found.items() if place is not None and place.page == page}
    return PageEvidence(picture, width, height, page, pages.count, caption_of(data, pages, page), boxes)


def locate(data: bytes, *, locators: Mapping[str, Locator | str], media_type: str = "") -> dict[str, Place]:
    """Page and box of each locator that can be found, without drawing anything."""
    pages = open_pages(data, media_type)
    found = {name: pages.find(parsed(locator)) for name, locator in locators.items()}
    return {name: place for name, place in found.items() if place is not None}


def open_pages(data: bytes, media_type: str = "") -> Pages:
    """The original as pages; what it is follows from its bytes, `media_type` only settles what bytes leave open. Raises ReadError."""
    fonts.start_afresh(DRAWN_SIZES)
    if is_picture(data) or (not data[:5].strip() and media_type.startswith("image/")):
        return PicturePages(data)
    name, reader = detect.detect(data)
    if "application/zip" in reader.MEDIA_TYPES:
        inner = _only_readable(data)
        return open_pages(inner) if inner is not None else DrawnPages(reader.read(data))
    if "application/pdf" in reader.MEDIA_TYPES:
        return PdfPages(data)
    return TextPages(data) if name == "text" else DrawnPages(reader.read(data))


def _only_readable(data: bytes) -> bytes | None:
    """The one file in an archive that can be read, None where there are several."""
    package = opened(data)
    found: list[bytes] = []
    for name in sorted(package.names)[:50]:
        inner = b"" if name.endswith("/") or name.startswith("__MACOSX/") else package.read(name)
        try:
            nested = "application/zip" in detect.detect(inner)[1].MEDIA_TYPES
        except ReadError:
            continue
        found += [] if nested else [inner]
    return found[0] if len(found) == 1 else None


def parsed(locator: Locator | str) -> Locator:
    """A locator, also from its written form `path@left,top,right,bottom`."""
    if isinstance(locator, Locator):
        return locator
    written = _WRITTEN.fullmatch(locator)
    path = written["path"] if written else locator
    page = _PAGE.match(path)
    try:
        box = Box(*map(float, written["box"].split(","))) if written else None
    except ValueError:
        box = None
    return Locator(path, int(page[1]) if page else None, box)


def caption_of(data: bytes, pages: Pages, page: int, *, exact: bool = True) -> str:
    """What the picture is: whose page, how it came about, and what it cannot show."""
    digest = hashlib.sha256(data).hexdigest()
    how = "依据存档原件的内容绘制，不是原件的版面" if pages.drawn else "存档原件的页面"
    parts = [f"第 {page} 页，共 {pages.count} 页", f"{how}（SHA-256 {digest}）"]
    if not exact:
        parts.append("框出的是该数字所在的范围，不是单独的一格")
    if not fonts.has_chinese():
        parts.append("本机没有中文字体，汉字无法显示" if pages.drawn else "本机没有中文字体，原件未嵌入字体的汉字可能无法显示")
    elif pages.drawn and any(fonts.pen(size).unknown for size in DRAWN_SIZES):
        parts.append(f"个别字符没有字形，以 {fonts.PLACEHOLDER} 代替")
    return "；".join(parts)
