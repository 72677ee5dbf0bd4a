"""A picture made ready for reading: decoded within bounds, seals bleached, turned upright, and the way back to its own pixels. Pure."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from PIL import Image, ImageOps, ImageSequence, UnidentifiedImageError

from storage.domain.document import Box
from storage.domain.errors import Corrupt, TooLarge

MAX_PIXELS = 60_000_000
MAX_FRAMES = 60
MAX_SIDE = 5000
_RED = 40  # by how much red outweighs the other colours in a seal's ink
_SEAL_LEAST, _SEAL_MOST, _SEAL_ROUND = 0.12, 0.33, 1.5
"""Seals are 4 to 5 cm wide and round or nearly so, on sheets of 21 cm (and up to 30 cm laid across); shares of the page's width."""
_STEEPEST = 6.0  # degrees: a page more aslant than this was not scanned but thrown


@dataclass(frozen=True, slots=True)
class Upright:
    """One page: `grey` is height × width (uint8, ink dark), `back` the affine map from its pixels to those of the page as given."""

    grey: Any
    back: Any
    width: int
    height: int

    def box(self, left: float, top: float, right: float, bottom: float) -> Box:
        """A rectangle of the upright page as fractions of the page as given."""
        corners = np.array([[left, top, 1], [right, top, 1], [left, bottom, 1], [right, bottom, 1]]) @ self.back.T
        low, high = corners.min(axis=0), corners.max(axis=0)
        return Box(
            *(float(np.clip(value, 0, 1)) for value in (low[0] / self.width, low[1] / self.height)),
            *(float(np.clip(value, 0, 1)) for value in (high[0] / self.width, high[1] / self.height)),
        )


def pages(data: bytes) -> Iterator[Upright]:
    """Every page of a picture file. Raises Corrupt, TooLarge."""
    try:
        with Image.open(io.BytesIO(data)) as opened:
            for number, frame in enumerate(ImageSequence.Iterator(opened)):
                if number >= MAX_FRAMES:
                    raise TooLarge(f"图片超过 {MAX_FRAMES} 页")
                if frame.width * frame.height > MAX_PIXELS:
                    raise TooLarge("图片像素过多")
                yield upright(ImageOps.exif_transpose(frame))
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise Corrupt("图片不完整或已损坏", advice="请重新下载原件") from error


def upright(image: Image.Image) -> Upright:
    """A decoded page made ready."""
    grey = _ink(image)
    height, width = grey.shape
    scale = min(1.0, MAX_SIDE / max(height, width))
    if scale < 1.0:
        grey = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    grey, back = _turned(grey)
    back = back / np.array([[scale], [scale]])
    return Upright(grey, back, width, height)


def _ink(image: Image.Image) -> Any:
    """Grey values with red ink bleached: a seal is red, and what is printed under it is black also in the red channel.

    A seal's red is darker than paper, and its rings would stand as strokes beside the figures (5 was read as 15): where a seal lies alone
    it becomes paper. Red that is no seal stays as dark as its red channel: a figure corrected in red must not vanish.
    """
    if image.mode in {"1", "L", "I;16", "I"}:
        return np.asarray(image.convert("L"))
    if image.mode in {"RGBA", "LA", "P", "PA"}:
        layer = image.convert("RGBA")
        ground = Image.new("RGBA", layer.size, (255, 255, 255, 255))
        image = Image.alpha_composite(ground, layer)
    colours = np.asarray(image.convert("RGB")).astype(np.int16)
    red, others = colours[:, :, 0], colours[:, :, 1:].max(axis=2)
    grey = np.asarray(image.convert("L")).copy()
    reddish = (red - others) > _RED
    grey[reddish] = np.maximum(grey[reddish], red[reddish]).astype(np.uint8)
    seal = reddish & _seals(reddish)
    if seal.any():
        paper, alone = float(np.percentile(grey, 90)), max(1.0, float(np.median(red[seal])))
        grey[seal] = np.maximum(grey[seal], np.clip(red[seal] * (paper / alone), 0, paper)).astype(np.uint8)
    return grey


def _seals(reddish: Any) -> Any:
    """Where seals lie: in the boxes of red pieces that hang together and are as large and as round as a seal."""
    width, boxes = reddish.shape[1], np.zeros(reddish.shape, bool)
    joined = cv2.dilate(reddish.astype(np.uint8), np.ones((3, 3), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    for left, top, w, h, _ in stats[1:]:
        if min(w, h) >= width * _SEAL_LEAST and max(w, h) <= width * _SEAL_MOST and max(w, h) <= _SEAL_ROUND * min(w, h):
            boxes[top : top + h, left : left + w] = True
    return boxes


def _turned(grey: Any) -> tuple[Any, Any]:
    """The page with its rules level, and the map back."""
    height, width = grey.shape
    angle = _slant(grey)
    if abs(angle) < 0.03:
        return grey, np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
    forth = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    turned = cv2.warpAffine(grey, forth, (width, height), flags=cv2.INTER_CUBIC, borderValue=255)
    return turned, cv2.invertAffineTransform(forth)


def _slant(grey: Any) -> float:
    """Degrees by which the long rules of the page rise to the right, negative where they fall; 0 for a page without any.

    Found by turning the page this way and that: where the sums along the rows differ most, rules and lines of text lie level.
    """
    shrink = min(1.0, 1000 / max(grey.shape))
    small = cv2.resize(grey, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
    dark = (cv2.adaptiveThreshold(small, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, 25, 12) > 0).astype(np.uint8)
    best = _best(dark, np.arange(-_STEEPEST, _STEEPEST + 0.01, 0.5))
    best = _best(dark, best + np.arange(-0.4, 0.41, 0.1))
    return _best(dark, best + np.arange(-0.08, 0.081, 0.02))


def _best(dark: Any, angles: Any) -> float:
    height, width = dark.shape
    sharpest, found = -1.0, 0.0
    for angle in angles:
        matrix = cv2.getRotationMatrix2D((width / 2, height / 2), float(angle), 1.0)
        sums = cv2.warpAffine(dark, matrix, (width, height), flags=cv2.INTER_NEAREST).sum(axis=1).astype(np.float64)
        sharpness = float(((sums[1:] - sums[:-1]) ** 2).sum())
        # A page that is level already is left alone: the smallest turn among equals.
        if sharpness > sharpest * 1.0001 or (abs(angle) < abs(found) and sharpness >= sharpest * 0.9999):
            sharpest, found = sharpness, float(angle)
    return found
