"""PDF through pypdfium2: characters with their boxes, ruled lines, and the tables they enclose; pages without text are pictures.

PDFium is not safe across threads; parsing runs in child processes (`crawler.parsing.sandbox`).
"""

from __future__ import annotations

import io
import math
from functools import partial

import pypdfium2 as pdfium

from crawler.parsing import drawn_pages
from crawler.parsing.drawn_pages import Page
from crawler.parsing.ocr import engine
from crawler.parsing.pdfium import glyphs, looks, strokes
from crawler.parsing.pdfium.signatures import signed_at
from crawler.parsing.pdfium.turn import Turn
from crawler.parsing.upright import upright
from storage.domain.document import Document, Problem, paths
from storage.domain.errors import Corrupt, Encrypted, TooLarge

MEDIA_TYPES: tuple[str, ...] = ("application/pdf",)

_MAX_PAGES = 300
_DOTS = 200 / 72  # pixels per point of a page shown to the recogniser
_MOST_PIXELS = 40_000_000


def sniff(data: bytes) -> bool:
    """Whether these bytes are a PDF; some portals put bytes before the mark."""
    return b"%PDF-" in data[:1024]


def read(data: bytes) -> Document:
    """Read a PDF. Raises Corrupt, Encrypted, TooLarge."""
    try:
        pdf = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        if "assword" in str(error) or "ecurity" in str(error):
            raise Encrypted("文件设有密码，无法读取", advice="请取得没有密码的版本") from error
        raise Corrupt("PDF 不完整或已损坏", advice="请重新下载原件") from error
    try:
        if len(pdf) > _MAX_PAGES:
            raise TooLarge(f"PDF 超过 {_MAX_PAGES} 页")
        pages = [_page(pdf, number) for number in range(len(pdf))]
        drawn = [(page, drawn_pages.blocks(upright(page))) for page in pages]
        blocks = [block for _, found in drawn for block in found]
        meta = {key.lower(): value for key, value in pdf.get_metadata_dict().items() if value} | signed_at(pdf)
    finally:
        pdf.close()
    if not blocks:
        raise Corrupt("PDF 是空白的")
    problems = tuple(
        Problem("text-garbled", f"第 {p.number} 页的文字无法还原，按图片处理", at=f"page:{p.number}") for p in pages if p.garbled
    )
    problems += tuple(
        Problem("text-by-scanner", f"第 {p.number} 页是扫描件，文字是扫描软件的识别结果", at=f"page:{p.number}") for p in pages if p.unseen
    )
    recognised = frozenset(path for page, found in drawn if page.unseen for path in paths(found))
    return Document(MEDIA_TYPES[0], tuple(blocks), meta=meta, problems=problems, page_count=len(pages), recognised=recognised)


def _page(pdf: pdfium.PdfDocument, number: int) -> Page:
    try:
        page = pdf[number]
    except pdfium.PdfiumError as error:
        raise Corrupt(f"PDF 第 {number + 1} 页已损坏", advice="请重新下载原件") from error
    try:
        turn = Turn(page)
        drawn = Page(number + 1, turn.width, turn.height)
        glyphs.read(page, turn, drawn)
        objects = strokes.read(page, turn, drawn)
        drawn.unseen = glyphs.unseen(page, drawn)
        if not drawn.unseen:
            looks.settle(page, drawn, objects)
    finally:
        page.close()
    if engine.available():
        if drawn.unseen:
            drawn.glyphs.clear()  # the recogniser reads what the page shows
            drawn.unseen = False
        drawn.show = partial(_shown, pdf, number)
    return drawn


def _shown(pdf: pdfium.PdfDocument, number: int, left: float, top: float, right: float, bottom: float) -> bytes:
    """A rectangle of a page, in points as displayed, as a grey or colour picture."""
    page = pdf[number]
    try:
        width, height = page.get_size()
        scale = min(_DOTS, math.sqrt(_MOST_PIXELS / max(1.0, width * height)))
        shown = page.render(scale=scale).to_pil().convert("RGB")
    finally:
        page.close()
    cut = shown.crop((int(left * scale), int(top * scale), math.ceil(right * scale), math.ceil(bottom * scale)))
    target = io.BytesIO()
    cut.save(target, "PNG", compress_level=1)
    return target.getvalue()
