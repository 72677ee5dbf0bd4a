"""The straight lines and large pictures of a PDF page, those in forms included."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator

import pypdfium2 as pdfium
from pypdfium2 import raw

from crawler.parsing.drawn_pages import Page
from crawler.parsing.pdfium import calls
from crawler.parsing.pdfium.turn import Rectangle, Turn
from crawler.parsing.ruling import Stroke
from storage.domain.errors import TooLarge

_MAX_DEPTH = 4  # forms in forms
_MAX_OBJECTS = 60_000  # per page
_THIN = 3.0  # a filled rectangle thinner than this is a line
_LARGE = 0.05  # of the page: smaller pictures are emblems
_MAX_SEGMENTS = 5000
_FLOAT = ctypes.sizeof(ctypes.c_float)
_PATH, _IMAGE, _FORM, _UNKNOWN = raw.FPDF_PAGEOBJ_PATH, raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_FORM, raw.FPDF_PAGEOBJ_UNKNOWN


def read(page: pdfium.PdfPage, turn: Turn, drawn: Page) -> None:
    """Put the strokes and large pictures of a page on the drawn page. Raises TooLarge and the library's error."""
    bounds = _Bounds()
    for count, (kind, item) in enumerate(_objects(calls.address(page.raw))):
        if count > _MAX_OBJECTS:
            raise TooLarge(f"PDF 第 {drawn.number} 页图形过多")
        box = turn.box(*bounds.of(item))
        if kind == _IMAGE:
            if (box[2] - box[0]) * (box[3] - box[1]) > _LARGE * turn.width * turn.height:
                drawn.pictures.append((max(0.0, box[0]), max(0.0, box[1]), min(turn.width, box[2]), min(turn.height, box[3])))
            continue
        # a thin filled shape is one stroke, a stroked rectangle four
        thin = min(box[2] - box[0], box[3] - box[1]) <= _THIN
        for x0, y0, x1, y1 in (box,) if thin else _segments(item, turn):
            if abs(y1 - y0) <= _THIN and abs(x1 - x0) > abs(y1 - y0):
                drawn.across.append(Stroke((y0 + y1) / 2, min(x0, x1), max(x0, x1)))
            elif abs(x1 - x0) <= _THIN and abs(y1 - y0) > abs(x1 - x0):
                drawn.down.append(Stroke((x0 + x1) / 2, min(y0, y1), max(y0, y1)))


def _objects(parent: calls.Address, depth: int = 0) -> Iterator[tuple[int, calls.Address]]:
    """Paths and pictures in drawing order with their kind."""
    count, get = (calls.count_in_form, calls.in_form_at) if depth else (calls.count_objects, calls.object_at)
    kind_of, number = calls.kind_of, count(parent)
    if number < 0:
        raise pdfium.PdfiumError("objects of a page cannot be counted")
    for i in range(number):
        item = get(parent, i)
        kind = kind_of(item) if item else _UNKNOWN
        if kind in (_PATH, _IMAGE):
            yield kind, item
        elif kind == _UNKNOWN:
            raise pdfium.PdfiumError("an object of a page cannot be had")
        elif kind == _FORM and depth < _MAX_DEPTH - 1:
            yield from _objects(item, depth + 1)


class _Bounds:
    """Left, bottom, right, top of objects, told into one place."""

    def __init__(self) -> None:
        self._box = (ctypes.c_float * 4)()
        at = ctypes.addressof(self._box)
        self._places = (at, at + _FLOAT, at + 2 * _FLOAT, at + 3 * _FLOAT)

    def of(self, item: calls.Address) -> Rectangle:
        """The bounds of one; all 0 where it has none."""
        if not calls.bounds(item, *self._places):
            return 0.0, 0.0, 0.0, 0.0
        left, bottom, right, top = self._box
        return left, bottom, right, top


def _matrix(item: calls.Address) -> pdfium.PdfMatrix:
    found = raw.FS_MATRIX()
    if not calls.matrix(item, ctypes.addressof(found)):
        raise pdfium.PdfiumError("an object of a page has no matrix")
    return pdfium.PdfMatrix.from_raw(found)


def _segments(item: calls.Address, turn: Turn) -> Iterator[Rectangle]:
    """The straight strokes of a path, none where it is only filled."""
    modes = (ctypes.c_int * 2)()  # filled, stroked
    calls.draw_mode(item, ctypes.addressof(modes), ctypes.addressof(modes) + ctypes.sizeof(ctypes.c_int))
    if not modes[1]:
        return
    matrix = _matrix(item)
    before = start = None
    point = (ctypes.c_float * 2)()
    at = ctypes.addressof(point)
    for i in range(min(calls.count_segments(item), _MAX_SEGMENTS)):
        segment = calls.segment_at(item, i)
        calls.segment_point(segment, at, at + _FLOAT)
        here = turn.point(*matrix.on_point(point[0], point[1]))
        kind = calls.segment_kind(segment)
        if kind == raw.FPDF_SEGMENT_MOVETO:
            start = here
        elif kind == raw.FPDF_SEGMENT_LINETO and before is not None:
            yield (*before, *here)
        if calls.segment_closes(segment) and start is not None:
            yield (*here, *start)
        before = here
