"""Archived originals, byte for byte, verified on the way out and never shown inline."""

from __future__ import annotations

import re

from fastapi import APIRouter, Request
from fastapi.responses import Response

from monitor.web.desk import desk_of
from monitor.web.headers import ORIGINAL_POLICY
from storage import originals
from storage.domain.errors import NotFoundError
from storage.domain.ids import Sha256

router = APIRouter()

SUFFIXES = {
    "text/html": ".html",
    "text/plain": ".txt",
    "application/pdf": ".pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/msword": ".doc",
    "image/png": ".png",
    "image/jpeg": ".jpg",
}


@router.get("/originals/{sha256}")
def original(request: Request, sha256: str) -> Response:
    """One original as an attachment. DigestMismatch from the archive becomes a page that says so; the damaged bytes are not handed out."""
    if not re.fullmatch(r"[0-9a-f]{64}", sha256):
        raise NotFoundError("这不是原件的校验值。")
    desk = desk_of(request)
    with desk.database.read() as connection:
        stored = originals.get(connection, Sha256(sha256))
    data = desk.archive.get(Sha256(sha256))
    suffix = SUFFIXES.get(stored.media_type.split(";")[0].strip().lower(), ".bin")
    headers = {
        "content-disposition": f'attachment; filename="{sha256}{suffix}"',
        "content-security-policy": ORIGINAL_POLICY,
        "cache-control": "private, max-age=31536000, immutable",
        "etag": f'"{sha256}"',
    }
    return Response(data, media_type="application/octet-stream", headers=headers)
