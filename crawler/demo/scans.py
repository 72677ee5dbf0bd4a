"""Scans of a generated report: its printed pages as pictures, straight or with the damage of copiers, phones and old web pages.

The truth is that of the report; what can still be told of it is the reader's problem.
"""

from __future__ import annotations

import io
import random
from collections.abc import Callable, Sequence
from functools import reduce

import pypdfium2 as pdfium
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from crawler.demo.facts import ReportFacts
from crawler.demo.render_pdf import render_pdf

Damage = Callable[[Image.Image, random.Random], Image.Image]


def pages(facts: ReportFacts, dots_per_inch: int = 200) -> list[Image.Image]:
    """The report's printed pages as grey pictures."""
    with pdfium.PdfDocument(render_pdf(facts)) as document:
        return [document[number].render(scale=dots_per_inch / 72).to_pil().convert("L") for number in range(len(document))]


def skewed(page: Image.Image, rng: random.Random) -> Image.Image:
    """Laid on the glass up to two degrees aslant."""
    return page.rotate(rng.uniform(-2, 2), Image.Resampling.BICUBIC, expand=False, fillcolor=255)


def noisy(page: Image.Image, rng: random.Random) -> Image.Image:
    """Grain of a copier."""
    grain = Image.effect_noise(page.size, rng.uniform(10, 25))
    return ImageChops.add(page.convert("L"), grain, scale=1.0, offset=-128)


def compressed(page: Image.Image, rng: random.Random) -> Image.Image:
    """Saved as JPEG with little care."""
    target = io.BytesIO()
    page.convert("RGB" if page.mode != "L" else "L").save(target, "JPEG", quality=rng.randint(35, 60))
    return Image.open(io.BytesIO(target.getvalue()))


def blurred(page: Image.Image, rng: random.Random) -> Image.Image:
    """A little out of focus."""
    return page.filter(ImageFilter.GaussianBlur(rng.uniform(0.7, 1.3)))


def faint(page: Image.Image, rng: random.Random) -> Image.Image:
    """Printed with the last of the toner."""
    lightest = rng.randint(95, 140)
    return page.convert("L").point(lambda value: lightest + value * (255 - lightest) // 255)


def small(page: Image.Image, rng: random.Random) -> Image.Image:
    """Shrunk for the web: 90 to 130 dots per inch where the scan had 200."""
    share = rng.uniform(0.45, 0.65)
    return page.resize((int(page.width * share), int(page.height * share)), Image.Resampling.LANCZOS)


def sealed(page: Image.Image, rng: random.Random) -> Image.Image:
    """A red seal somewhere on the sheet."""
    coloured = page.convert("RGB")
    size = page.width // 5
    left, top = rng.randint(0, page.width - size), rng.randint(0, page.height - size)
    layer = Image.new("RGB", page.size, (255, 255, 255))
    pen = ImageDraw.Draw(layer)
    for ring in range(size // 25):
        pen.ellipse((left + ring, top + ring, left + size - ring, top + size - ring), outline=(220, 40, 40))
    pen.regular_polygon((left + size // 2, top + size // 2, size // 6), 5, fill=(220, 40, 40))
    return ImageChops.darker(coloured, layer)


DAMAGE: dict[str, Sequence[Damage]] = {
    "clean": (),
    "skewed": (skewed,),
    "jpeg": (compressed,),
    "noisy": (noisy,),
    "blurred": (blurred,),
    "faint": (faint,),
    "small": (small,),
    "sealed": (sealed,),
    "scan": (skewed, noisy, compressed),
    "copy": (skewed, faint, noisy),
    "web": (small, compressed),
}
"""Kinds of scan, by name, each with what was done to the printed page in order."""


def scan(facts: ReportFacts, kind: str, rng: random.Random, *, dots_per_inch: int = 200) -> bytes:
    """The whole report as a TIFF of one picture per page."""
    made = [reduce(lambda done, damage: damage(done, rng), DAMAGE[kind], page).convert("RGB") for page in pages(facts, dots_per_inch)]
    target = io.BytesIO()
    made[0].save(target, "TIFF", save_all=True, append_images=made[1:], compression="tiff_lzw")
    return target.getvalue()
