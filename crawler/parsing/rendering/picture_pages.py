"""Pictures as they are: a PNG, JPEG, BMP, GIF or TIFF original, one page per frame; boxes come with the locators."""

from __future__ import annotations

import io

from PIL import Image

from crawler.parsing.rendering.pdf_pages import by_box
from crawler.parsing.rendering.sheet import MAX_PIXELS, Place, quietly
from storage.domain.document import Locator
from storage.domain.errors import Corrupt, NotFoundError, TooLarge

_FORMATS = ("PNG", "JPEG", "BMP", "GIF", "TIFF")
_MARKS = (b"\x89PNG", b"\xff\xd8\xff", b"BM", b"GIF8", b"II*\x00", b"MM\x00*")
_WIDTH = 1600


def is_picture(data: bytes) -> bool:
    """Whether the bytes begin as one of the pictures shown here do."""
    return data.startswith(_MARKS) and not (data.startswith(b"BM") and data[:64].isascii() and b"\x00" not in data[:64])


class PicturePages:
    """The frames of a picture. Raises Corrupt, TooLarge."""

    drawn = False

    def __init__(self, data: bytes) -> None:
        try:
            with quietly():
                self._image = Image.open(io.BytesIO(data), formats=_FORMATS)
                self.count = min(int(getattr(self._image, "n_frames", 1)), 300)
        except Image.DecompressionBombError as error:
            raise TooLarge("图片的像素数量超过上限") from error
        except (OSError, ValueError, SyntaxError) as error:
            raise Corrupt("图片不完整或已损坏", advice="请重新下载原件") from error

    def find(self, locator: Locator) -> Place | None:
        """The locator's own page and box; the whole picture where it has no box."""
        return by_box(locator, self.count)

    def image(self, page: int) -> Image.Image:
        """One frame, scaled down to the width of a page."""
        if not 1 <= page <= self.count:
            raise NotFoundError(f"原件没有第 {page} 页")
        try:
            with quietly():
                self._image.seek(page - 1)
                width, height = self._image.size
                if width * height > MAX_PIXELS:
                    raise TooLarge("图片的像素数量超过上限")
                shown = _on_white(self._image)
        except (OSError, ValueError, SyntaxError) as error:
            raise Corrupt("图片不完整或已损坏", advice="请重新下载原件") from error
        share = min(1.0, _WIDTH / width)
        return shown if share == 1.0 else shown.resize((_WIDTH, max(1, round(height * share))), Image.Resampling.LANCZOS)


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode in {"RGBA", "LA", "P", "PA"}:
        layer = image.convert("RGBA")
        ground = Image.new("RGBA", layer.size, "white")
        ground.alpha_composite(layer)
        return ground.convert("RGB")
    if image.mode.startswith("I;16") or image.mode == "I":
        return image.point(lambda value: value / 256).convert("L")
    return image.convert("L") if image.mode in {"1", "L"} else image.convert("RGB")
