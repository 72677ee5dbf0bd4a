"""Pages of a PDF as PDFium shows them; boxes come with the locators, as shares of the page as displayed."""

from __future__ import annotations

import pypdfium2 as pdfium
from PIL import Image

from crawler.parsing.rendering.sheet import MAX_SIDE, Place
from storage.domain.document import Box, Locator
from storage.domain.errors import Corrupt, Encrypted, NotFoundError

_WIDTH = 1240
_MOST_HIGH = 3500
WHOLE = Box(0.0, 0.0, 1.0, 1.0)


class PdfPages:
    """The pages of a PDF. Raises Corrupt or Encrypted."""

    drawn = False

    def __init__(self, data: bytes) -> None:
        try:
            self._pdf = pdfium.PdfDocument(data)
        except pdfium.PdfiumError as error:
            if "assword" in str(error) or "ecurity" in str(error):
                raise Encrypted("文件设有密码，无法显示", advice="请取得没有密码的版本") from error
            raise Corrupt("PDF 不完整或已损坏", advice="请重新下载原件") from error

    @property
    def count(self) -> int:
        """Number of pages."""
        return len(self._pdf)

    def find(self, locator: Locator) -> Place | None:
        """The locator's own page and box; the whole page where it has no box."""
        return by_box(locator, self.count)

    def image(self, page: int) -> Image.Image:
        """One page as a picture, form fields and annotations left out."""
        if not 1 <= page <= self.count:
            raise NotFoundError(f"原件没有第 {page} 页")
        try:
            found = self._pdf[page - 1]
        except pdfium.PdfiumError as error:
            raise Corrupt(f"PDF 第 {page} 页已损坏", advice="请重新下载原件") from error
        try:
            width, height = found.get_size()
            scale = min(_WIDTH / max(width, 1.0), _MOST_HIGH / max(height, 1.0), MAX_SIDE / max(width, height, 1.0))
            bitmap = found.render(scale=scale, grayscale=False, may_draw_forms=False, draw_annots=False)
            shown: Image.Image = bitmap.to_pil().convert("RGB")
            return shown
        finally:
            found.close()


def by_box(locator: Locator, count: int) -> Place | None:
    """A place from a locator that carries page and box itself."""
    page = locator.page or 1
    if not 1 <= page <= count:
        return None
    if locator.box is None:
        return Place(page, WHOLE, exact=False)
    return Place(page, clipped(locator.box))


def clipped(box: Box) -> Box:
    """The box inside the page, never empty."""
    left, top = min(max(box.left, 0.0), 0.999), min(max(box.top, 0.0), 0.999)
    return Box(left, top, min(max(box.right, left + 0.001), 1.0), min(max(box.bottom, top + 0.001), 1.0))
