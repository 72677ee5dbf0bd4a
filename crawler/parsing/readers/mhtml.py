"""Web archives (MHT), which word processors also save under the name of a document: the HTML part is read, pictures stay aside."""

from __future__ import annotations

import email
from dataclasses import replace
from email.message import Message

from crawler.parsing import marks
from crawler.parsing.readers import html
from storage.domain.document import Document
from storage.domain.errors import Corrupt

MEDIA_TYPES: tuple[str, ...] = ("multipart/related", "message/rfc822")

_MAX_PARTS = 2000


def sniff(data: bytes) -> bool:
    """Whether these bytes are a message with MIME headers."""
    return marks.of(data) == "mhtml"


def read(data: bytes) -> Document:
    """Read the largest HTML part (frames and styles come as further, smaller ones). Raises Corrupt."""
    pages: list[bytes] = []
    for count, part in enumerate(email.message_from_bytes(data.lstrip()).walk()):
        if count > _MAX_PARTS:
            raise Corrupt("网页归档的部分过多")
        if part.get_content_type() in ("text/html", "application/xhtml+xml"):
            pages.append(_page(part))
    if not pages:
        raise Corrupt("网页归档里没有网页", advice="请重新下载原件")
    return replace(html.read(max(pages, key=len)), media_type=MEDIA_TYPES[0])


def _page(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    page = payload if isinstance(payload, bytes) else b""
    charset = (part.get_content_charset() or "").lower()
    try:
        return page.decode({"gb2312": "gb18030", "gbk": "gb18030"}.get(charset, charset)).encode() if charset else page
    except (UnicodeError, LookupError):
        return page  # the header is wrong; the page's own declaration is tried next
