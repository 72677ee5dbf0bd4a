"""When a PDF was signed, by its own digital signatures: the seal of an office is put on after the last word was written."""

from __future__ import annotations

import ctypes

import pypdfium2 as pdfium
from pypdfium2 import raw

KEY = "signed"
_MOST_SIGNATURES, _MOST_BYTES = 20, 64


def signed_at(pdf: pdfium.PdfDocument) -> dict[str, str]:
    """The times of its signatures as the file writes them (`D:20240122…`), one per line, under `signed`; empty where it has none."""
    count = min(max(0, raw.FPDF_GetSignatureCount(pdf)), _MOST_SIGNATURES)
    times = [_time(raw.FPDF_GetSignatureObject(pdf, number)) for number in range(count)]
    said = "\n".join(time for time in times if time)
    return {KEY: said} if said else {}


def _time(signature: raw.FPDF_SIGNATURE) -> str:
    needed = raw.FPDFSignatureObj_GetTime(signature, None, 0)
    if not 0 < needed <= _MOST_BYTES:
        return ""
    buffer = ctypes.create_string_buffer(needed)
    raw.FPDFSignatureObj_GetTime(signature, buffer, needed)
    return buffer.value.decode("ascii", "replace")
