"""PDFium's functions for characters and objects, called with plain addresses.

A page of a report has thousands of both. The library's own bindings make pointer objects for every argument and result, which costs more
than PDFium's work.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any

from pypdfium2 import raw

Address = int


def address(pointer: object) -> Address:
    """The address a pointer of the library's bindings holds, 0 for none."""
    return ctypes.cast(pointer, ctypes.c_void_p).value or 0  # type: ignore[arg-type]


def _plain(function: object, result: Any, *arguments: Any) -> Callable[..., Any]:
    return ctypes.PYFUNCTYPE(result, *arguments)(address(function))


_OF, _AT, _TO = ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p

unicode_at = _plain(raw.FPDFText_GetUnicode, ctypes.c_uint, _OF, _AT)
loose_box = _plain(raw.FPDFText_GetLooseCharBox, ctypes.c_int, _OF, _AT, _TO)
tight_box = _plain(raw.FPDFText_GetCharBox, ctypes.c_int, _OF, _AT, _TO, _TO, _TO, _TO)
text_object = _plain(raw.FPDFText_GetTextObject, ctypes.c_void_p, _OF, _AT)
render_mode = _plain(raw.FPDFTextObj_GetTextRenderMode, ctypes.c_int, _OF)
char_matrix = _plain(raw.FPDFText_GetMatrix, ctypes.c_int, _OF, _AT, _TO)
fill_colour = _plain(raw.FPDFPageObj_GetFillColor, ctypes.c_int, _OF, _TO, _TO, _TO, _TO)
has_transparency = _plain(raw.FPDFPageObj_HasTransparency, ctypes.c_int, _OF)
count_objects = _plain(raw.FPDFPage_CountObjects, ctypes.c_int, _OF)
object_at = _plain(raw.FPDFPage_GetObject, ctypes.c_void_p, _OF, _AT)
count_in_form = _plain(raw.FPDFFormObj_CountObjects, ctypes.c_int, _OF)
in_form_at = _plain(raw.FPDFFormObj_GetObject, ctypes.c_void_p, _OF, ctypes.c_ulong)
kind_of = _plain(raw.FPDFPageObj_GetType, ctypes.c_int, _OF)
bounds = _plain(raw.FPDFPageObj_GetBounds, ctypes.c_int, _OF, _TO, _TO, _TO, _TO)
matrix = _plain(raw.FPDFPageObj_GetMatrix, ctypes.c_int, _OF, _TO)
draw_mode = _plain(raw.FPDFPath_GetDrawMode, ctypes.c_int, _OF, _TO, _TO)
count_segments = _plain(raw.FPDFPath_CountSegments, ctypes.c_int, _OF)
segment_at = _plain(raw.FPDFPath_GetPathSegment, ctypes.c_void_p, _OF, _AT)
segment_point = _plain(raw.FPDFPathSegment_GetPoint, ctypes.c_int, _OF, _TO, _TO)
segment_kind = _plain(raw.FPDFPathSegment_GetType, ctypes.c_int, _OF)
segment_closes = _plain(raw.FPDFPathSegment_GetClose, ctypes.c_int, _OF)
