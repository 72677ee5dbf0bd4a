"""PNG bytes within a bound: fewer shades first, then fewer pixels. The same picture always gives the same bytes."""

from __future__ import annotations

import io

from PIL import Image

LIMIT = 300_000
"""Most bytes of one page image."""


def encode(image: Image.Image, limit: int = LIMIT) -> tuple[bytes, int, int]:
    """PNG bytes, width and height. Shades fall from 32 to 4 before the picture is made smaller."""
    while True:
        for shades in (32, 8, 4):
            data = _png(image, shades)
            if len(data) <= limit:
                return data, *image.size
        image = image.convert("RGB" if image.mode == "RGB" else "L")
        image = image.resize((max(1, image.width * 4 // 5), max(1, image.height * 4 // 5)), Image.Resampling.LANCZOS)


def _png(image: Image.Image, shades: int) -> bytes:
    target = io.BytesIO()
    _grouped(image, shades).save(target, "PNG", optimize=True)
    return target.getvalue()


def _grouped(image: Image.Image, shades: int) -> Image.Image:
    if image.mode == "RGB" and _coloured(image):
        return image.quantize(shades, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    # A palette of evenly spaced greys: dithering or an adapted palette would change how thin strokes look from page to page.
    step = 255 / (shades - 1)
    levels = image.convert("L").point(lambda value: round(value / step))
    levels = Image.frombytes("P", levels.size, levels.tobytes())
    levels.putpalette([round(level * step) for level in range(shades) for _ in range(3)])
    return levels


def _coloured(image: Image.Image) -> bool:
    small = image.resize((200, 200), Image.Resampling.BOX).convert("HSV").getchannel("S")
    return sum(small.histogram()[40:]) > 20
