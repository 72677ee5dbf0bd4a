"""Pictures to blocks: tables by their rules, the rest as lines of text. Pure, given the engine."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from crawler.parsing import drawn_pages, ruling
from crawler.parsing.drawn_pages import Page
from crawler.parsing.ocr import cells, engine, picture, rules
from crawler.parsing.ocr.picture import Upright
from crawler.parsing.ocr.rules import Ruled
from crawler.parsing.page_lines import Glyph
from crawler.parsing.ruling import RuledTable
from storage.domain.document import Block, Box, GridBlock, GridCell, Locator, TextBlock

_LEAST_INK = 0.0006  # of the page's area outside tables: below that there is nothing to read
_LEAST_CERTAIN = 0.5


def blocks(data: bytes, at: Locator) -> list[Block]:
    """Everything on the pages of one picture. `at` is the picture's own place. Raises Corrupt, TooLarge."""
    return [block for number, page in enumerate(picture.pages(data)) for block in _page(page, _place(at, number))]


def _place(at: Locator, number: int) -> Locator:
    """Where the picture's page stands: the first has the picture's own address, further ones a number."""
    return at if number == 0 else Locator(f"page:{number + 1}", number + 1, Box(0, 0, 1, 1))


def _page(page: Upright, at: Locator) -> Iterator[Block]:
    ruled = rules.find(page.grey)
    found: list[tuple[float, Block]] = []
    tables = [table for table in ruling.tables(ruled.across, ruled.down) if len(table.cells) > 3]
    for number, table in enumerate(tables):
        grid = _grid(page, ruled, table, f"{at.path}/table[{number + 1}]", at)
        if grid is not None:
            found.append((table.ys[0], grid))
    found += _prose(page, ruled, tables, at)
    return (block for _, block in sorted(found, key=lambda pair: pair[0]))


def _grid(page: Upright, ruled: Ruled, table: RuledTable, path: str, at: Locator) -> GridBlock | None:
    read = cells.read(page.grey, ruled, table)
    if not any(one.text for one in read):
        return None
    made = [
        GridCell(
            one.row,
            one.column,
            text.text,
            Locator(f"{path}/r{one.row + 1}c{one.column + 1}", at.page, _box(page, ruled, at, (one.left, one.top, one.right, one.bottom))),
            one.rowspan,
            one.colspan,
            text.confidence,
        )
        for one, text in zip(table.cells, read, strict=True)
    ]
    whole = _box(page, ruled, at, (table.xs[0], table.ys[0], table.xs[-1], table.ys[-1]))
    return GridBlock(tuple(made), Locator(path, at.page, whole), "cells")


def _box(page: Upright, ruled: Ruled, at: Locator, of: tuple[float, float, float, float]) -> Box:
    """A rectangle in points as fractions of the page the picture stands on, or of the picture where that is all there is."""
    return _on_page(page.box(*(value / ruled.points for value in of)), at)


def _on_page(box: Box, at: Locator) -> Box:
    if at.box is None:
        return box
    width, height = at.box.right - at.box.left, at.box.bottom - at.box.top
    left, top = at.box.left, at.box.top
    return Box(left + box.left * width, top + box.top * height, left + box.right * width, top + box.bottom * height)


def _prose(page: Upright, ruled: Ruled, tables: list[RuledTable], at: Locator) -> list[tuple[float, Block]]:
    """Running text outside the tables, its lines joined to paragraphs by their margins."""
    ink = ruled.ink.copy()
    for table in tables:
        left, right = round(table.xs[0] / ruled.points), round(table.xs[-1] / ruled.points)
        top, bottom = round(table.ys[0] / ruled.points), round(table.ys[-1] / ruled.points)
        ink[max(0, top - 4) : bottom + 5, max(0, left - 4) : right + 5] = 0
    if (ink > 0).mean() < _LEAST_INK:
        return []
    sheet = Page(at.page or 1, page.grey.shape[1] * ruled.points, page.grey.shape[0] * ruled.points)
    sheet.glyphs = _glyphs(page.grey, ink, ruled)
    return [(block.at.box.top * sheet.height, _moved(block, page, at)) for block in drawn_pages.blocks(sheet) if block.at.box is not None]


def _moved(block: Block, page: Upright, at: Locator) -> Block:
    """A paragraph with its box in the page as given."""
    if not isinstance(block, TextBlock) or block.at.box is None:
        return block
    height, width = page.grey.shape
    box = block.at.box
    upright = page.box(box.left * width, box.top * height, box.right * width, box.bottom * height)
    return TextBlock(block.text, Locator(f"{at.path}/text", at.page, _on_page(upright, at)))


def _glyphs(grey: Any, ink: Any, ruled: Ruled) -> list[Glyph]:
    """The characters of every line, spread evenly over its box: enough to tell lines and margins."""
    points, boxes = ruled.points, cells.lines(ink, ruled.letter)
    texts = engine.recognise([cells.crop(grey, ink, box, 0.22) for box in boxes])
    made: list[Glyph] = []
    for (left, top, right, bottom), read in zip(boxes, texts, strict=True):
        if read.certainty < _LEAST_CERTAIN or not read.text:
            continue
        step = (right - left) / len(read.text)
        made.extend(
            Glyph(char, (left + i * step) * points, top * points, (left + (i + 1) * step) * points, bottom * points, len(made) + i)
            for i, char in enumerate(read.text)
        )
    return made
