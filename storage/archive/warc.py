"""Captures as WARC 1.1 (ISO 28500:2017), for readers and archives that are not ours. Written whole or not at all, never appended to.

What differs from the wire is said in the record: bodies are kept without transfer and content encoding, so those headers and the length
are written as `X-Archive-Orig-…`; the reason phrase and the `Host` header are the usual ones. The same capture always gives the same
record, and bytes that were written before are referred to (`revisit`).
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from importlib.metadata import version
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import quote, urlencode, urlsplit

from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from storage.archive.places import sync_folder
from storage.archive.store import Archive
from storage.domain.errors import ArchiveError, UsageError
from storage.domain.originals import Capture

_SPACE = uuid.UUID("2b6b6b5e-6d43-5c0f-8c51-0d5a4f0c9e11")
ALTERED = frozenset({"content-encoding", "transfer-encoding", "content-length"})
TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
IN_ADDRESSES = "/%:@!$&'()*+,;=~?[]"
Progress = Callable[[int, int], None]


@dataclass(slots=True)
class Written:
    """What an export holds: captures, and how many of them only refer to bytes that stand elsewhere in it."""

    captures: int = 0
    revisits: int = 0
    pages: list[tuple[str, datetime]] = field(default_factory=list)


def write_warc(
    archive: Archive, captures: Iterable[Capture], to: Path, now: datetime, progress: Progress = lambda done, total: None
) -> Written:
    """Write the captures in the order given to a new file, compressed where its name ends in `.gz`.

    Raises what the archive raises for an original that is missing or damaged, UsageError where there is a file already.
    """
    if to.exists():
        raise UsageError(f"{to} 已经存在", kept="没有改动它。", advice="换一个名称。")
    listed = tuple(captures)
    beside = to.with_name(f".{to.name}.{uuid.uuid4().hex[:8]}")
    try:
        to.parent.mkdir(parents=True, exist_ok=True)
        with beside.open("xb") as file:
            done = _records(archive, listed, file, now, to.name, progress)
            file.flush()
            os.fsync(file.fileno())
        os.link(beside, to)  # fails where a file came to be meanwhile
        sync_folder(to.parent)
    except OSError as error:
        raise ArchiveError(
            f"无法写入 {to}：{error.strerror or error}", kept="没有留下不完整的文件。", advice="请检查路径和空间。"
        ) from error
    finally:
        beside.unlink(missing_ok=True)
    return done


def _records(archive: Archive, captures: tuple[Capture, ...], file: BinaryIO, now: datetime, name: str, progress: Progress) -> Written:
    writer = WARCWriter(file, gzip=name.endswith(".gz"), warc_version="WARC/1.1")
    _info(writer, name, now)
    done = Written()
    first: dict[str, Capture] = {}
    for number, capture in enumerate(captures, start=1):
        known = first.setdefault(capture.sha256, capture)
        if known is capture:
            writer.write_record(_response(writer, capture, archive.get(capture.sha256)))
        else:
            writer.write_record(_revisit(writer, capture, known))
            done.revisits += 1
        if capture.request_head:
            writer.write_record(_request(writer, capture))
        writer.write_record(_metadata(writer, capture))
        if capture.role in {"page", "list"} and capture.status == 200:
            done.pages.append((_target(capture), capture.received_at))
        done.captures += 1
        progress(number, len(captures))
    return done


def _info(writer: WARCWriter, name: str, now: datetime) -> None:
    facts = {"software": f"nianbao {version('nianbao')}", "format": "WARC file version 1.1", "isPartOf": "nianbao"}
    record = writer.create_warcinfo_record(name, facts)
    record.rec_headers.replace_header("WARC-Record-ID", _id(name, now.isoformat()))
    record.rec_headers.replace_header("WARC-Date", _date(now))
    writer.write_record(_digested(record))


def _response(writer: WARCWriter, capture: Capture, data: bytes) -> ArcWarcRecord:
    headers = _headers(capture, "response", {"WARC-Payload-Digest": _digest(data)})
    if capture.truncated:
        headers["WARC-Truncated"] = "length"
    record = writer.create_warc_record(
        _target(capture), "response", BytesIO(data), len(data), warc_headers_dict=headers, http_headers=_answer(capture, len(data))
    )
    return _digested(record)


def _revisit(writer: WARCWriter, capture: Capture, known: Capture) -> ArcWarcRecord:
    record = writer.create_revisit_record(
        _target(capture),
        _hex_digest(known.sha256),
        _target(known),
        _date(known.received_at),
        http_headers=_answer(capture, None),
        warc_headers_dict=_headers(capture, "response", {"WARC-Refers-To": _id("response", known.natural_key)}),
    )
    return _digested(record)


def _request(writer: WARCWriter, capture: Capture) -> ArcWarcRecord:
    head, _, form = capture.request_head.replace("\r\n", "\n").partition("\n\n")
    parts = urlsplit(_target(capture))
    path = parts.path or "/"
    line = f"{capture.method} {quote(path + ('?' + parts.query if parts.query else ''), safe=IN_ADDRESSES)} HTTP/1.1"
    fields = [("Host", parts.netloc.rpartition("@")[2]), *_fields(head)]
    body = urlencode([(name, value) for name, _, value in (one.partition("=") for one in form.splitlines()) if name]).encode()
    headers = _headers(capture, "request", {"WARC-Concurrent-To": _id("response", capture.natural_key)})
    record = writer.create_warc_record(
        _target(capture),
        "request",
        BytesIO(body),
        len(body),
        warc_headers_dict=headers,
        http_headers=StatusAndHeaders(line, fields, is_http_request=True),
    )
    return _digested(record)


def _metadata(writer: WARCWriter, capture: Capture) -> ArcWarcRecord:
    """What our archive knows besides: the address asked for, what the answer was taken for, the chain of the capture log."""
    facts = {"via": capture.url, "role": capture.role, "sha256": capture.sha256, "chain": capture.chain, "tls": capture.tls}
    data = "".join(f"{name}: {_one_line(value)}\r\n" for name, value in facts.items() if value).encode()
    headers = _headers(capture, "metadata", {"WARC-Concurrent-To": _id("response", capture.natural_key)})
    record = writer.create_warc_record(
        _target(capture), "metadata", BytesIO(data), len(data), warc_content_type="application/warc-fields", warc_headers_dict=headers
    )
    return _digested(record)


def _headers(capture: Capture, kind: str, more: dict[str, str]) -> dict[str, str]:
    found = {"WARC-Record-ID": _id(kind, capture.natural_key), "WARC-Date": _date(capture.received_at), **more}
    if capture.ip and kind != "metadata":
        found["WARC-IP-Address"] = capture.ip
    return found


def _answer(capture: Capture, size: int | None) -> StatusAndHeaders:
    phrase = HTTPStatus(capture.status).phrase if capture.status in set(HTTPStatus) else "Unknown"
    fields = [(f"X-Archive-Orig-{name}" if name.lower() in ALTERED else name, value) for name, value in _fields(capture.response_head)]
    if size is not None:
        fields.append(("Content-Length", str(size)))
    return StatusAndHeaders(f"{capture.status} {phrase}", fields, protocol="HTTP/1.1")


def _fields(head: str) -> list[tuple[str, str]]:
    """The header lines of a head, behind its first line; what is no header line is kept as the value of one of ours."""
    found = []
    for line in head.replace("\r\n", "\n").split("\n")[1:]:
        name, colon, value = line.partition(":")
        if colon and TOKEN.fullmatch(name):
            found.append((name, _one_line(value)))
        elif line.strip():
            found.append(("X-Archive-Orig-Line", _one_line(line)))
    return found


def _one_line(text: str) -> str:
    if text.isprintable():
        return text.strip()
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def _digested(record: ArcWarcRecord) -> ArcWarcRecord:
    """The same record with SHA-256 digests; the library's own are SHA-1 (1.8)."""
    data = record.raw_stream.read()
    record.raw_stream.seek(0)
    headers: Any = record.rec_headers
    if record.http_headers:
        record.http_headers.compute_headers_buffer()
        block = record.http_headers.headers_buff + (b"" if record.rec_type == "revisit" else data)
    else:
        block = data
    headers.replace_header("WARC-Block-Digest", _digest(block))
    if record.rec_type in {"request", "metadata"}:
        headers.replace_header("WARC-Payload-Digest", _digest(data))
    return record


def _digest(data: bytes) -> str:
    return _hex_digest(hashlib.sha256(data).hexdigest())


def _hex_digest(sha256: str) -> str:
    return f"sha256:{base64.b32encode(bytes.fromhex(sha256)).decode('ascii')}"


def _target(capture: Capture) -> str:
    """The address that gave these bytes."""
    return capture.final_url or capture.url


def _id(*parts: str) -> str:
    return f"<{uuid.uuid5(_SPACE, chr(10).join(parts)).urn}>"


def _date(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
