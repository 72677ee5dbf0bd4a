"""A page we draw ourselves: text, rules and pictures at whole pixels, and where each address of the original stands on it."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from PIL import Image, ImageDraw

from crawler.parsing.rendering import fonts
from storage.domain.document import Box

PAGE_WIDTH = 1240
PAGE_HEIGHT = 1754
MARGIN = 40
MAX_SIDE = 8000
"""Longest side of a page in pixels: nothing drawn from foreign bytes may grow without bound."""
MAX_PIXELS = 40_000_000


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle in pixels, origin top left."""

    left: float
    top: float
    right: float
    bottom: float

    def joined(self, other: Area) -> Area:
        """The smallest area around both."""
        return Area(min(self.left, other.left), min(self.top, other.top), max(self.right, other.right), max(self.bottom, other.bottom))


@dataclass(frozen=True, slots=True)
class Place:
    """Where an address stands: page from 1, box, and whether it is just that address (`exact`) or only what surrounds it."""

    page: int
    box: Box
    exact: bool = True


@dataclass
class Sheet:
    """One page being laid out."""

    width: int = PAGE_WIDTH
    height: int = PAGE_HEIGHT
    words: list[tuple[float, float, str, int, int]] = field(default_factory=list)
    """Left, top, text, size in pixels, grey 0 (black) to 255."""
    rules: list[tuple[Area, int]] = field(default_factory=list)
    pictures: list[tuple[Area, bytes]] = field(default_factory=list)
    places: dict[str, Area] = field(default_factory=dict)
    frames: dict[str, Area] = field(default_factory=dict)
    """Pictures of the original by their address; a box in the picture is a part of this."""

    def put(self, address: str, area: Area) -> None:
        """Note where an address stands; the first one there is the one that counts."""
        self.places.setdefault(address, area)

    def write(self, x: float, y: float, text: str, size: int, grey: int = 0) -> None:
        """A line of text."""
        if text.strip():
            self.words.append((x, y, text, size, grey))

    def fit(self) -> None:
        """Make the page as large as what was put on it."""
        areas = [*self.places.values(), *(area for area, _ in self.rules)]
        self.width = min(MAX_SIDE, max([self.width, *(int(area.right) + MARGIN for area in areas)]))
        self.height = min(MAX_SIDE, max([self.height, *(int(area.bottom) + MARGIN for area in areas)]))

    def fraction(self, area: Area) -> Box:
        """An area as a share of the page, kept inside it."""
        left, top = min(max(area.left, 0), self.width - 1), min(max(area.top, 0), self.height - 1)
        right, bottom = min(max(area.right, left + 1), self.width), min(max(area.bottom, top + 1), self.height)
        return Box(left / self.width, top / self.height, right / self.width, bottom / self.height)

    def paint(self) -> Image.Image:
        """The page as a grey picture."""
        image = Image.new("L", (self.width, self.height), 255)
        draw = ImageDraw.Draw(image)
        for area, data in self.pictures:
            _paste(image, area, data)
        for area, grey in self.rules:
            draw.rectangle((area.left, area.top, area.right, area.bottom), outline=grey)
        for x, y, text, size, grey in self.words:
            pen = fonts.pen(size)
            draw.text((x, y), pen.text(text), fill=grey, font=pen.font)
        return image


@contextmanager
def quietly() -> Iterator[None]:
    """Pillow warns of odd tags and of sizes that are bounded here anyway; what it cannot read it says by raising."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def picture_size(data: bytes | None) -> tuple[int, int] | None:
    """Width and height of a picture, None where it cannot be shown or is a bomb."""
    if not data:
        return None
    try:
        with quietly(), Image.open(io.BytesIO(data)) as found:
            width, height = found.size
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    return (width, height) if 0 < width * height <= MAX_PIXELS else None


def _paste(image: Image.Image, area: Area, data: bytes) -> None:
    size = max(1, int(area.right - area.left)), max(1, int(area.bottom - area.top))
    try:
        with quietly(), Image.open(io.BytesIO(data)) as found:
            image.paste(found.convert("L").resize(size, Image.Resampling.LANCZOS), (int(area.left), int(area.top)))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return  # the frame around it stays, with its address
