"""What lies over the text of a PDF page besides plain shapes: pictures, forms and annotations. Seals let the text under them through.

Pictures are asked for their opacity only where they lie over digits; most pages have none there.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator

import pypdfium2 as pdfium
from pypdfium2 import raw

from crawler.parsing.pdfium import calls
from crawler.parsing.pdfium.turn import Rectangle, Turn

_OPAQUE, _MOSTLY = 200, 0.6  # of 255, and of a picture's pixels: a seal is a ring and a star, and thin strokes
_MOST_PIXELS = 4_000_000
_MOST_ANNOTATIONS, _MOST_PARTS = 500, 200
_NOT_SHOWN = raw.FPDF_ANNOT_FLAG_HIDDEN | raw.FPDF_ANNOT_FLAG_INVISIBLE | raw.FPDF_ANNOT_FLAG_NOVIEW
_OVER = frozenset({raw.FPDF_ANNOT_FREETEXT, raw.FPDF_ANNOT_REDACT, raw.FPDF_ANNOT_STRIKEOUT, raw.FPDF_ANNOT_LINE, raw.FPDF_ANNOT_INK})
_FILLED = frozenset({raw.FPDF_ANNOT_SQUARE, raw.FPDF_ANNOT_CIRCLE, raw.FPDF_ANNOT_POLYGON})


def is_opaque(page: pdfium.PdfPage, picture: calls.Address) -> bool:
    """Whether a picture hides what is drawn under it."""
    if calls.has_transparency(picture):
        return False
    bitmap = raw.FPDFImageObj_GetRenderedBitmap(page.pdf, page, ctypes.cast(picture, raw.FPDF_PAGEOBJECT))
    if not bitmap:
        return False
    try:
        wide, high, stride = raw.FPDFBitmap_GetWidth(bitmap), raw.FPDFBitmap_GetHeight(bitmap), raw.FPDFBitmap_GetStride(bitmap)
        if raw.FPDFBitmap_GetFormat(bitmap) != raw.FPDFBitmap_BGRA or wide * high > _MOST_PIXELS:
            return True
        pixels = ctypes.string_at(raw.FPDFBitmap_GetBuffer(bitmap), stride * high)
    finally:
        raw.FPDFBitmap_Destroy(bitmap)
    opacity = b"".join(pixels[row * stride + 3 : row * stride + 4 * wide : 4] for row in range(high))
    solid = sum(opacity.count(bytes([level])) for level in range(_OPAQUE, 256))
    return bool(solid >= _MOSTLY * wide * high)


def form_hides(page: pdfium.PdfPage, form: calls.Address) -> bool:
    """Whether a form holds a picture or a filled shape that hides what is drawn under it."""
    if calls.has_transparency(form):
        return False
    count = min(max(0, calls.count_in_form(form)), _MOST_PARTS)
    return any(_hides(page, calls.in_form_at(form, i)) for i in range(count))


def _hides(page: pdfium.PdfPage, item: calls.Address) -> bool:
    kind = calls.kind_of(item)
    if kind == raw.FPDF_PAGEOBJ_IMAGE:
        return is_opaque(page, item)
    return kind == raw.FPDF_PAGEOBJ_PATH and _is_filled(item)


def _is_filled(path: calls.Address) -> bool:
    """Whether a path is a filled rectangle or the like, not a letter or a ring drawn as one."""
    modes, colour = (ctypes.c_int * 2)(), (ctypes.c_uint * 4)()
    at, first = ctypes.addressof(modes), ctypes.addressof(colour)
    calls.draw_mode(path, at, at + 4)
    if not modes[0] or calls.count_segments(path) > 6 or calls.has_transparency(path):
        return False
    return bool(calls.fill_colour(path, first, first + 4, first + 8, first + 12)) and colour[3] == 255


def annotated(page: pdfium.PdfPage) -> Iterator[tuple[Rectangle, bool]]:
    """Boxes, as displayed, of annotations that cover or cross out what is under them, or print a figure of their own (True)."""
    count = min(raw.FPDFPage_GetAnnotCount(page), _MOST_ANNOTATIONS)
    turn = Turn(page) if count > 0 else None
    for number in range(count if turn else 0):
        annotation = raw.FPDFPage_GetAnnot(page, number)
        if not annotation:
            continue
        try:
            box = raw.FS_RECTF()
            told = _covers(page, annotation)
            if told is not None and raw.FPDFAnnot_GetRect(annotation, box) and turn is not None:
                low, high = sorted((box.bottom, box.top))
                yield turn.box(box.left, low, box.right, high), told
        finally:
            raw.FPDFPage_CloseAnnot(annotation)


def _covers(page: pdfium.PdfPage, annotation: raw.FPDF_ANNOTATION) -> bool | None:
    """Whether an annotation prints a figure; None where it lets all under it through."""
    if raw.FPDFAnnot_GetFlags(annotation) & _NOT_SHOWN:
        return None
    kind = raw.FPDFAnnot_GetSubtype(annotation)
    if kind == raw.FPDF_ANNOT_WIDGET:
        return True if _string(annotation, b"FT") == "Tx" and _has_figure(_string(annotation, b"V")) else None
    if kind == raw.FPDF_ANNOT_STAMP:
        items = (raw.FPDFAnnot_GetObject(annotation, i) for i in range(min(raw.FPDFAnnot_GetObjectCount(annotation), _MOST_PARTS)))
        return False if any(_hides(page, calls.address(item)) for item in items if item) else None
    if kind in _FILLED:
        return False if raw.FPDFAnnot_HasKey(annotation, b"IC") else None
    if kind not in _OVER:
        return None
    return kind == raw.FPDF_ANNOT_FREETEXT and _has_figure(_string(annotation, b"Contents"))


def _string(annotation: raw.FPDF_ANNOTATION, key: bytes) -> str:
    size = raw.FPDFAnnot_GetStringValue(annotation, key, None, 0)
    if not 2 < size <= 4096:
        return ""
    buffer = ctypes.create_string_buffer(size)
    raw.FPDFAnnot_GetStringValue(annotation, key, ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ushort)), size)
    return buffer.raw[: size - 2].decode("utf-16-le", "replace")


def _has_figure(text: str) -> bool:
    return any(c.isdigit() for c in text)
