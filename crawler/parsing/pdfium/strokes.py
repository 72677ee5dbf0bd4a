"""The straight lines and large pictures of a PDF page, those in forms included, and what else its text may stand on or under."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

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
_TEXT, _PATH, _IMAGE = raw.FPDF_PAGEOBJ_TEXT, raw.FPDF_PAGEOBJ_PATH, raw.FPDF_PAGEOBJ_IMAGE
_SHADING = raw.FPDF_PAGEOBJ_SHADING
_FORM, _UNKNOWN = raw.FPDF_PAGEOBJ_FORM, raw.FPDF_PAGEOBJ_UNKNOWN


class Area(NamedTuple):
    """A filled shape or a picture: its box as displayed, how many texts were drawn before it, and the shape itself, 0 for a picture.

    `picture` is what a picture is, 0 for a shape and for what has no pixels.
    """

    box: Rectangle
    after: int
    shape: calls.Address
    in_form: bool
    picture: calls.Address = 0


class Drawn(NamedTuple):
    """A page's text objects and its areas, each in drawing order; its forms, told as pictures; its slanting lines by their ends."""

    texts: list[calls.Address]
    areas: list[Area]
    forms: Sequence[Area] = ()
    slants: Sequence[Rectangle] = ()


def read(page: pdfium.PdfPage, turn: Turn, drawn: Page) -> Drawn:
    """Put the strokes and large pictures of a page on the drawn page. Raises TooLarge and the library's error."""
    texts: list[calls.Address] = []
    areas: list[Area] = []
    forms: list[Area] = []
    slants: list[Rectangle] = []
    found = list(islice(_objects(calls.address(page.raw), texts), _MAX_OBJECTS + 2))
    if len(found) > _MAX_OBJECTS + 1:
        raise TooLarge(f"PDF 第 {drawn.number} 页图形过多")
    told = _Told()
    for (kind, item, after, depth), box in zip(found, turn.boxes([told.bounds(item) for _, item, _, _ in found]), strict=True):
        wide, high = box[2] - box[0], box[3] - box[1]
        if kind == _FORM:
            forms.append(Area(box, after, 0, depth > 0, item))
        elif kind != _PATH:
            areas.append(Area(box, after, 0, depth > 0, item if kind == _IMAGE else 0))
            if kind == _IMAGE and wide * high > _LARGE * turn.width * turn.height:
                drawn.pictures.append((max(0.0, box[0]), max(0.0, box[1]), min(turn.width, box[2]), min(turn.height, box[3])))
        elif wide <= _THIN or high <= _THIN:
            _stroke(drawn, *box)  # a thin filled shape is one stroke, a stroked rectangle four
        else:
            filled, stroked = told.painted(item)
            if filled:
                areas.append(Area(box, after, item, depth > 0))
            for segment in _segments(item, turn) if stroked else ():
                if not _stroke(drawn, *segment) and not depth and len(slants) < _MAX_SEGMENTS:
                    slants.append(segment)
    return Drawn(texts, areas, forms, slants)


def _stroke(drawn: Page, x0: float, y0: float, x1: float, y1: float) -> bool:
    """Take down a line that lies or stands; whether it does."""
    wide, high = abs(x1 - x0), abs(y1 - y0)
    if high <= _THIN and wide > high:
        drawn.across.append(Stroke((y0 + y1) / 2, min(x0, x1), max(x0, x1)))
    elif wide <= _THIN and high > wide:
        drawn.down.append(Stroke((x0 + x1) / 2, min(y0, y1), max(y0, y1)))
    return min(wide, high) <= _THIN


def _objects(parent: calls.Address, texts: list[calls.Address], depth: int = 0) -> Iterator[tuple[int, calls.Address, int, int]]:
    """Paths and pictures in drawing order: kind, object, number of texts before it, depth in forms. Texts are put into their own list."""
    count, get = (calls.count_in_form, calls.in_form_at) if depth else (calls.count_objects, calls.object_at)
    number = count(parent)
    if number < 0:
        raise pdfium.PdfiumError("objects of a page cannot be counted")
    items = [get(parent, i) for i in range(number)]
    for item, kind in zip(items, map(calls.kind_of, items), strict=True):  # what is nothing is of unknown kind
        if kind == _TEXT:
            texts.append(item)  # most by far: some programs set each letter as an object of its own
        elif kind in (_PATH, _IMAGE, _SHADING):
            yield kind, item, len(texts), depth
        elif kind == _UNKNOWN:
            raise pdfium.PdfiumError("an object of a page cannot be had")
        elif kind == _FORM and depth < _MAX_DEPTH - 1:
            if not depth:
                yield kind, item, len(texts), depth
            yield from _objects(item, texts, depth + 1)


class _Told:
    """What PDFium tells of objects, each time into the same place."""

    def __init__(self) -> None:
        self._box, self._modes = (ctypes.c_float * 4)(), (ctypes.c_int * 2)()
        at, mode = ctypes.addressof(self._box), ctypes.addressof(self._modes)
        self._sides = (at, at + _FLOAT, at + 2 * _FLOAT, at + 3 * _FLOAT)
        self._filled_stroked = (mode, mode + ctypes.sizeof(ctypes.c_int))

    def bounds(self, item: calls.Address) -> Rectangle:
        """Left, bottom, right, top of an object; all 0 where it has none."""
        if not calls.bounds(item, *self._sides):
            return 0.0, 0.0, 0.0, 0.0
        left, bottom, right, top = self._box[:]
        return left, bottom, right, top

    def painted(self, item: calls.Address) -> tuple[bool, bool]:
        """Whether a path's inside is filled and its outline drawn."""
        self._modes[0] = self._modes[1] = 0
        calls.draw_mode(item, *self._filled_stroked)
        return bool(self._modes[0]), bool(self._modes[1])


def _matrix(item: calls.Address) -> pdfium.PdfMatrix:
    found = raw.FS_MATRIX()
    if not calls.matrix(item, ctypes.addressof(found)):
        raise pdfium.PdfiumError("an object of a page has no matrix")
    return pdfium.PdfMatrix.from_raw(found)


def _segments(item: calls.Address, turn: Turn) -> Iterator[Rectangle]:
    """The straight lines of a path."""
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
