"""Plain text as it stands, line by line with line numbers: tabs and pipes kept visible, so that a field can be pointed at even if empty."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from PIL import Image

from crawler.parsing.encodings import decode
from crawler.parsing.rendering import fonts
from crawler.parsing.rendering.drawn_pages import _outward
from crawler.parsing.rendering.sheet import MARGIN, PAGE_HEIGHT, PAGE_WIDTH, Area, Place, Sheet
from storage.domain.document import Locator

_SIZE, _NUMBER = 20, 14
_LEFT = MARGIN + 60
_RIGHT = PAGE_WIDTH - MARGIN
_TAB = 30.0
_MAX_SHEETS = 500


class TextPages:
    """The pages of a text file."""

    drawn = True

    def __init__(self, data: bytes) -> None:
        text = decode(data)[0]
        self._lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n").split("\n")

    @property
    def count(self) -> int:
        """Number of pages."""
        return len(self._sheets)

    def find(self, locator: Locator) -> Place | None:
        """The field of a line, else its line."""
        for address, exact in _outward(locator.path):
            for number, sheet in enumerate(self._sheets, 1):
                area = sheet.places.get(address)
                if area is not None:
                    return Place(number, sheet.fraction(area), exact)
        return None

    def image(self, page: int) -> Image.Image:
        """One page as a picture."""
        return self._sheets[page - 1].paint()

    @cached_property
    def _sheets(self) -> list[Sheet]:
        writer = _Writer()
        for number, line in enumerate(self._lines, 1):
            if len(writer.sheets) >= _MAX_SHEETS:
                break
            writer.line(number, line)
        for sheet in writer.sheets:
            sheet.fit()
        return writer.sheets


def _fields(line: str) -> tuple[str, list[str]]:
    """The separator of a line and its fields, as the reader of text counts them."""
    bare = line.strip()
    if bare.startswith("|") and bare.count("|") >= 2:
        return "|", [part.strip() for part in bare[1:].removesuffix("|").split("|")]
    if line.startswith("\t") and line.count("\t") == 1:
        return "", [bare]
    return ("\t", line.split("\t")) if "\t" in line else ("", [line])


class _Writer:
    def __init__(self) -> None:
        self.sheets = [Sheet()]
        self._pen = fonts.pen(_SIZE)
        self._x, self._y = float(_LEFT), float(MARGIN)

    def line(self, number: int, line: str) -> None:
        """One line of the file, over as many drawn lines as it needs."""
        self._new_page_if_full()
        self.sheets[-1].write(MARGIN, self._y + 4, str(number), _NUMBER, 120)
        separator, fields = _fields(line)
        self._x = _LEFT
        address = f"line:{number}"
        for position, text in enumerate(fields, 1):
            if separator == "|":
                self._mark("|", 10.0)
            for sheet, area in self._field(text):
                self._grow(sheet, f"{address}/field:{position}", area)
                self._grow(sheet, address, area)
            if separator == "\t" and position < len(fields):
                self._mark("→", _TAB)
        if separator == "|":
            self._mark("|", 10.0)
        self._y += self._pen.leading + 4

    def _field(self, text: str) -> Iterator[tuple[Sheet, Area]]:
        """Draw a field; one area per drawn line. An empty field has the width of a gap."""
        pen = self._pen
        width = sum(map(pen.width, text))
        if self._x > _LEFT and self._x + width > _RIGHT:
            self._break()
        room = _RIGHT - self._x
        for number, piece in enumerate(pen.wrap(text, room)):
            if number:
                self._break()
            wide = max(sum(map(pen.width, piece)), 14.0)
            self.sheets[-1].write(self._x, self._y, piece, pen.size)
            yield self.sheets[-1], Area(self._x, self._y, min(self._x + wide, _RIGHT + 14.0), self._y + pen.leading)
            self._x += wide

    def _grow(self, sheet: Sheet, address: str, area: Area) -> None:
        if any(address in earlier.places for earlier in self.sheets[-3:] if earlier is not sheet):
            return  # begun on the page before
        known = sheet.places.get(address)
        sheet.places[address] = area if known is None else known.joined(area)

    def _mark(self, mark: str, width: float) -> None:
        if self._x + width > _RIGHT:
            self._break()
        self.sheets[-1].write(self._x + width / 2 - 5, self._y, mark, _NUMBER if mark == "→" else _SIZE, 170)
        self._x += width

    def _break(self) -> None:
        self._y += self._pen.leading
        self._new_page_if_full()
        self._x = _LEFT

    def _new_page_if_full(self) -> None:
        if self._y + self._pen.leading > PAGE_HEIGHT - MARGIN:
            self.sheets.append(Sheet())
            self._y = float(MARGIN)
