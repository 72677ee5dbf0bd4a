"""Any document as pages drawn from its blocks: paragraphs, tables with their spans, pictures it holds. Nothing of the original is run.

It is not how the original looks in an office program or a browser; it is what stands in it, in order, each cell where it can be pointed at.
"""

from __future__ import annotations

from functools import cached_property

from PIL import Image

from crawler.parsing.rendering import fonts, grid_layout
from crawler.parsing.rendering.sheet import MARGIN, MAX_SIDE, PAGE_HEIGHT, PAGE_WIDTH, Area, Place, Sheet, picture_size
from storage.domain.document import Document, GridBlock, ImageBlock, Locator, TextBlock

_ROOM = PAGE_WIDTH - 2 * MARGIN
_TEXT, _HEADING, _CELL = 22, 26, 20
_GAP = 12
_MAX_SHEETS = 500


class DrawnPages:
    """The pages of a document of any carrier."""

    drawn = True

    def __init__(self, document: Document) -> None:
        self._document = document

    @property
    def count(self) -> int:
        """Number of pages."""
        return len(self._sheets)

    def find(self, locator: Locator) -> Place | None:
        """Where an address stands; what surrounds it where the address itself was not drawn."""
        for address, exact in _outward(locator.path):
            for number, sheet in enumerate(self._sheets, 1):
                frame = sheet.frames.get(address)
                if frame is not None and locator.box is not None:
                    return Place(number, sheet.fraction(_inside(frame, locator)), exact=True)
                area = sheet.places.get(address)
                if area is not None:
                    return Place(number, sheet.fraction(area), exact)
        return None

    def image(self, page: int) -> Image.Image:
        """One page as a picture."""
        return self._sheets[page - 1].paint()

    @cached_property
    def _sheets(self) -> list[Sheet]:
        flow = _Flow()
        for block in self._document.blocks:
            if len(flow.sheets) >= _MAX_SHEETS:
                break
            if isinstance(block, TextBlock):
                flow.paragraph(block)
            elif isinstance(block, GridBlock):
                flow.table(block)
            else:
                flow.picture(block)
        for sheet in flow.sheets:
            sheet.fit()
        return flow.sheets


def _outward(path: str) -> list[tuple[str, bool]]:
    """The address itself, then each address around it."""
    parts = path.split("/")
    return [("/".join(parts[:length]), length == len(parts)) for length in range(len(parts), 0, -1)]


def _inside(frame: Area, locator: Locator) -> Area:
    assert locator.box is not None
    box, wide, high = locator.box, frame.right - frame.left, frame.bottom - frame.top
    return Area(frame.left + box.left * wide, frame.top + box.top * high, frame.left + box.right * wide, frame.top + box.bottom * high)


class _Flow:
    """Blocks set one under the other, a new page where one does not fit."""

    def __init__(self) -> None:
        self.sheets = [Sheet()]
        self._y = float(MARGIN)

    def _room_for(self, height: float) -> Sheet:
        if self._y > MARGIN and self._y + height > PAGE_HEIGHT - MARGIN:
            self.sheets.append(Sheet())
            self._y = float(MARGIN)
        return self.sheets[-1]

    def paragraph(self, block: TextBlock) -> None:
        """Running text; a paragraph longer than a page goes on with the next and is addressed where it begins."""
        pen = fonts.pen(_HEADING if block.heading else _TEXT)
        lines = pen.wrap(block.text, _ROOM)
        most = (PAGE_HEIGHT - 2 * MARGIN) // pen.leading
        for start in range(0, len(lines), most):
            part = lines[start : start + most]
            sheet = self._room_for(len(part) * pen.leading)
            for number, line in enumerate(part):
                sheet.write(MARGIN, self._y + number * pen.leading, line, pen.size)
            if start == 0:
                wide = max(sum(map(pen.width, line)) for line in part)
                sheet.put(block.at.path, Area(MARGIN, self._y, MARGIN + max(wide, pen.size), self._y + len(part) * pen.leading))
            self._y += len(part) * pen.leading
        self._y += _GAP

    def table(self, block: GridBlock) -> None:
        """A table, whole on one page unless it is higher than any page may be."""
        if not block.cells:
            return
        pen = fonts.pen(_CELL)
        laid = grid_layout.lay_out(block, _ROOM, pen)
        for top, bottom in grid_layout.bands(laid):
            sheet = self._room_for(bottom - top)
            grid_layout.draw(laid, sheet, (MARGIN, self._y), (top, bottom), pen)
            sheet.put(block.at.path, Area(MARGIN, self._y, min(MARGIN + laid.columns[-1], MAX_SIDE), self._y + bottom - top))
            self._y += bottom - top
        self._y += _GAP

    def picture(self, block: ImageBlock) -> None:
        """A picture the document holds, or an empty frame with its description where it holds none."""
        size = picture_size(block.data)
        width, height = _scaled(size) if size else (400.0, 80.0)
        sheet = self._room_for(height)
        area = Area(MARGIN, self._y, MARGIN + width, self._y + height)
        if size and block.data:
            sheet.pictures.append((area, block.data))
        else:
            pen = fonts.pen(_CELL)
            line = pen.wrap(f"〔图片〕{block.alt}"[:200], width - 2 * grid_layout.PAD)[0]
            sheet.write(area.left + grid_layout.PAD, area.top + grid_layout.PAD, line, pen.size, 90)
        sheet.rules.append((area, 150))
        sheet.put(block.at.path, area)
        sheet.frames.setdefault(block.at.path, area)
        self._y += height + _GAP


def _scaled(size: tuple[int, int]) -> tuple[float, float]:
    most = PAGE_HEIGHT - 2 * MARGIN
    share = min(1.0, _ROOM / size[0], most / size[1])
    return max(1.0, size[0] * share), max(1.0, size[1] * share)
