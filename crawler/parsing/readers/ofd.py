"""OFD, the national format for fixed pages (GB/T 33190): text and ruled lines of the page XML, tables found as on PDF pages."""

from __future__ import annotations

import math
import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from crawler.parsing import drawn_pages
from crawler.parsing.drawn_pages import Page
from crawler.parsing.packages import Package, entry_names, opened
from crawler.parsing.page_lines import Glyph
from crawler.parsing.ruling import Stroke
from storage.domain.document import Document
from storage.domain.errors import Corrupt, TooLarge

MEDIA_TYPES: tuple[str, ...] = ("application/ofd",)

_POINTS = 72 / 25.4  # the format measures in millimetres
_THIN = 3.0  # points: a filled shape thinner than this is a line
_MAX_PAGES = 300
_MAX_GLYPHS = 200_000  # per page
_MAX_DEPTH = 40
_PATH = re.compile(r"[A-Za-z]|-?\d*\.?\d+(?:[eE][+-]?\d+)?")
_ARITY = {"S": 2, "M": 2, "L": 2, "Q": 4, "B": 6, "A": 7, "C": 0}

_Matrix = tuple[float, float, float, float, float, float]


def sniff(data: bytes) -> bool:
    """Whether this is an OFD package."""
    return "OFD.xml" in (entry_names(data) or ())


@dataclass
class _Walk:
    page: Page
    budget: int = _MAX_GLYPHS


def read(data: bytes) -> Document:
    """Read an OFD file. Raises Corrupt, Encrypted, TooLarge."""
    package = opened(data)
    root = package.xml("OFD.xml")
    pages: list[Page] = []
    for doc_root in root.iterfind("{*}DocBody/{*}DocRoot"):
        pages += _document(package, _within("", doc_root.text or ""), len(pages))
    blocks = [block for page in pages for block in drawn_pages.blocks(page)]
    if not blocks:
        raise Corrupt("OFD 是空白的")
    meta = {etree.QName(e).localname.lower(): e.text.strip() for e in root.iterfind("{*}DocBody/{*}DocInfo/*") if e.text and e.text.strip()}
    return Document(MEDIA_TYPES[0], tuple(blocks), meta=meta, page_count=len(pages))


def _within(folder: str, name: str) -> str:
    """A member's name from a reference in the XML of a folder."""
    return posixpath.normpath(posixpath.join("/", folder, name.strip()))[1:]


def _document(package: Package, name: str, before: int) -> Iterator[Page]:
    root, folder = package.xml(name), posixpath.dirname(name)
    usual = _numbers(root.findtext("{*}CommonData/{*}PageArea/{*}PhysicalBox"))
    templates = {e.get("ID"): _within(folder, e.get("BaseLoc", "")) for e in root.iterfind("{*}CommonData/{*}TemplatePage")}
    entries = root.findall("{*}Pages/{*}Page")
    if len(entries) > _MAX_PAGES:
        raise TooLarge(f"OFD 超过 {_MAX_PAGES} 页")
    for number, entry in enumerate(entries, before + 1):
        content = package.xml(_within(folder, entry.get("BaseLoc", "")))
        box = _numbers(content.findtext("{*}Area/{*}PhysicalBox")) or usual
        if len(box) != 4 or box[2] <= 0 or box[3] <= 0:
            raise Corrupt(f"OFD 第 {number} 页没有大小", advice="请重新下载原件")
        walk = _Walk(Page(number, box[2] * _POINTS, box[3] * _POINTS))
        place = (_POINTS, 0.0, 0.0, _POINTS, -box[0] * _POINTS, -box[1] * _POINTS)
        for template in content.iterfind("{*}Template"):
            if template.get("TemplateID") in templates:
                _visit(package.xml(templates[template.get("TemplateID")]).find("{*}Content"), place, walk, 0)
        _visit(content.find("{*}Content"), place, walk, 0)
        yield walk.page


def _numbers(text: str | None) -> list[float]:
    found = []
    for part in (text or "").split():
        try:
            value = float(part)
        except ValueError:
            return []
        if not math.isfinite(value) or abs(value) > 1e6:
            return []
        found.append(value)
    return found


def _visit(parent: etree._Element | None, place: _Matrix, walk: _Walk, depth: int) -> None:
    if parent is None or depth > _MAX_DEPTH:
        return
    for element in parent:
        if element.get("Visible") == "false":
            continue
        kind = etree.QName(element).localname
        if kind in ("TextObject", "PathObject") and not _box(element):
            raise Corrupt(f"OFD 第 {walk.page.number} 页的内容没有位置", advice="请重新下载原件")  # guessing a place would move figures
        if kind == "TextObject":
            _text(element, _own(element, place), walk)
        elif kind == "PathObject":
            _path(element, _own(element, place), walk.page)
        elif kind == "ImageObject":
            box = _box(element)
            if box and box[2] * box[3] * _POINTS**2 > 0.05 * walk.page.width * walk.page.height:
                walk.page.pictures.append((0.0, 0.0, walk.page.width, walk.page.height))
        elif kind in ("Layer", "PageBlock"):
            _visit(element, place, walk, depth + 1)


def _box(element: etree._Element) -> list[float]:
    box = _numbers(element.get("Boundary"))
    return box if len(box) == 4 else []


def _own(element: etree._Element, place: _Matrix) -> _Matrix:
    """From an object's own coordinates to points on the page."""
    box = _box(element) or [0.0, 0.0, 0.0, 0.0]
    moved = _times((1.0, 0.0, 0.0, 1.0, box[0], box[1]), place)
    turned = _numbers(element.get("CTM"))
    return _times((turned[0], turned[1], turned[2], turned[3], turned[4], turned[5]), moved) if len(turned) == 6 else moved


def _times(first: _Matrix, then: _Matrix) -> _Matrix:
    a, b, c, d, e, f = first
    p, q, r, s, t, u = then
    return (a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u)


def _point(m: _Matrix, x: float, y: float) -> tuple[float, float]:
    return m[0] * x + m[2] * y + m[4], m[1] * x + m[3] * y + m[5]


def _text(element: etree._Element, own: _Matrix, walk: _Walk) -> None:
    size = (_numbers(element.get("Size")) or [0.0])[0] or 3.5
    xs = ys = list[float]()  # later pieces may leave out what stays as it was; the first must say it
    for code in element.iterfind("{*}TextCode"):
        xs, ys = _numbers(code.get("X")) or xs, _numbers(code.get("Y")) or ys
        if not xs or not ys:
            raise Corrupt(f"OFD 第 {walk.page.number} 页的文字没有位置", advice="请重新下载原件")
        text = code.text or ""
        walk.budget -= len(text)
        if walk.budget < 0:
            raise TooLarge(f"OFD 第 {walk.page.number} 页文字过多")
        across, down = _steps(code.get("DeltaX"), len(text)), _steps(code.get("DeltaY"), len(text))
        at_x, at_y = xs[0], ys[0]
        for i, character in enumerate(text):
            wide = size if character >= "\u2e80" else size * 0.5
            if character > " " and character not in "\u00a0\u3000\ufeff\u200b":
                walk.page.glyphs.append(
                    _glyph(character, own, (at_x, at_y - 0.88 * size, at_x + wide, at_y + 0.12 * size), len(walk.page.glyphs))
                )
            at_x += across[i] if i < len(across) else 0.0 if down else wide
            at_y += down[i] if i < len(down) else 0.0


def _glyph(character: str, own: _Matrix, box: tuple[float, float, float, float], index: int) -> Glyph:
    corners = [_point(own, x, y) for x in (box[0], box[2]) for y in (box[1], box[3])]
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    return Glyph(character, min(xs), min(ys), max(xs), max(ys), index)


def _steps(text: str | None, most: int) -> list[float]:
    """Steps from character to character; `g 3 4.2` stands for three steps of 4.2."""
    parts, found, i = (text or "").split(), list[float](), 0
    while i < len(parts) and len(found) < most:
        if parts[i] == "g" and i + 2 < len(parts):
            count, step = _numbers(parts[i + 1]), _numbers(parts[i + 2])
            found += [step[0] if step else 0.0] * min(most, int(count[0]) if count else 0)
            i += 3
        else:
            found.append((_numbers(parts[i]) or [0.0])[0])
            i += 1
    return found


def _path(element: etree._Element, own: _Matrix, page: Page) -> None:
    box = _box(element)
    stroked = element.get("Stroke", "true") != "false"
    lines = list(_lines(element.findtext("{*}AbbreviatedData") or "", own)) if stroked or element.get("Fill") == "true" else []
    if not stroked and lines and box:
        xs, ys = [x for line in lines for x in (line[0], line[2])], [y for line in lines for y in (line[1], line[3])]
        lines = [(min(xs), min(ys), max(xs), max(ys))]  # a thin filled shape is one line
    for x0, y0, x1, y1 in lines:
        if abs(y1 - y0) <= _THIN and abs(x1 - x0) > abs(y1 - y0):
            page.across.append(Stroke((y0 + y1) / 2, min(x0, x1), max(x0, x1)))
        elif abs(x1 - x0) <= _THIN and abs(y1 - y0) > abs(x1 - x0):
            page.down.append(Stroke((x0 + x1) / 2, min(y0, y1), max(y0, y1)))


def _lines(path: str, own: _Matrix) -> Iterator[tuple[float, float, float, float]]:
    """The straight parts of a path as lines in points."""
    parts, i = _PATH.findall(path[:1_000_000]), 0
    before = start = _point(own, 0.0, 0.0)
    while i < len(parts):
        name = parts[i]
        arity = _ARITY.get(name)
        values = _numbers(" ".join(parts[i + 1 : i + 1 + (arity or 0)]))
        i += 1 + (arity or 0)
        if arity is None or len(values) != arity:
            continue
        here = start if name == "C" else _point(own, values[-2], values[-1])
        if name in ("L", "C"):
            yield (*before, *here)
        elif name in ("M", "S"):
            start = here
        before = here
