"""Bytes as they came, how they came, and the versions of a report made of them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from storage.domain.enums import DateKind
from storage.domain.ids import BodyId, Sha256, VisitId
from storage.domain.quick import quick
from storage.domain.reports import DateMention

BlobEncoding = Literal["raw", "zstd"]

CONTINUATION = "continuation"
"""Role of a part that is a further page of the report itself, read with the main file in the order of the parts."""

CaptureRole = Literal["list", "page", "document", "control", "robots", "manual"]


@dataclass(frozen=True, slots=True)
class StoredOriginal:
    """One content-addressed blob: `sha256` and `size` are of the bytes as received, `key` is its place, `encoding` how it lies there."""

    sha256: Sha256
    size: int
    key: str
    encoding: BlobEncoding
    media_type: str
    stored_at: datetime


@dataclass(frozen=True, slots=True)
class Capture:
    """One answer of a server: when, from where, with which heads, and the hash of its bytes.

    The heads are the blocks as sent and received, one header per line, in order. `truncated` says that a size limit cut the bytes.
    """

    role: str
    url: str
    status: int
    requested_at: datetime
    received_at: datetime
    sha256: Sha256
    final_url: str = ""
    method: str = "GET"
    request_head: str = ""
    response_head: str = ""
    ip: str = ""
    tls: str = ""
    truncated: bool = False
    visit_id: VisitId | None = None
    chain: str = ""
    id: int | None = None

    @property
    def natural_key(self) -> str:
        """The same answer recorded twice has the same key; 64 hex digits."""
        parts = (self.method, self.url, self.requested_at.isoformat(), self.received_at.isoformat(), self.role, self.sha256)
        return hashlib.sha256("\n".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class Part:
    """A further file of the same report: its twin in another carrier, an attachment, a picture in it."""

    sha256: Sha256
    url: str
    role: str
    name: str = ""


@quick
@dataclass(frozen=True, slots=True)
class NewVersion:
    """What the crawler found at a report's address.

    `main_sha256` is the file to be read. `text_sha256` is the hash of the page's meaning (text without counters and tokens), empty if
    unknown: equal meaning and equal parts are the same version even when the bytes differ.
    """

    url: str
    main_sha256: Sha256
    title: str = ""
    parts: tuple[Part, ...] = ()
    text_sha256: str = ""
    carrier: str = ""
    dates: tuple[DateMention, ...] = ()
    published_on: date | None = None
    published_source: DateKind | None = None


@quick
@dataclass(frozen=True, slots=True)
class ReportVersion:
    """One version of one body's report for one year; `number` counts from 1 in the order of appearance."""

    id: int
    report_id: int
    body_id: BodyId
    report_year: int
    number: int
    found: NewVersion
    first_seen_at: datetime
    last_seen_at: datetime
    gone_since: datetime | None = None


def parts_digest(parts: Sequence[Part]) -> str:
    """One hash for a set of parts, whatever their order; empty for none."""
    if not parts:
        return ""
    return hashlib.sha256("\n".join(sorted(f"{part.role} {part.sha256}" for part in parts)).encode()).hexdigest()
