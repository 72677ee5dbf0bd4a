"""The archive of originals: bytes under the name of their hash, written once, verified on every read.

Whether a blob is compressed depends on its bytes alone, so the same bytes always meet the same name. A blob found damaged is never
overwritten: when the good bytes come by again they are kept beside it, and reading finds them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

import zstandard

from storage.archive.log import CaptureLog, open_log
from storage.archive.places import Place, open_place
from storage.domain.errors import ArchiveError, DigestMismatch, OriginalMissing
from storage.domain.ids import Sha256
from storage.domain.originals import BlobEncoding, StoredOriginal
from storage.packing import digest, unpack

BLOBS = "blobs"
LEVEL = 3
"""Level 3 halves HTML at 0.14 ms per 19 KB page; higher levels cost several times that for a few per cent (measured)."""

WORTH = 0.9
"""Compressed blobs larger than this share of the original are kept raw."""

SIZE_LIMIT = 2**30
"""Largest original that is packed, and unpacked; larger ones lie there as they came."""

AT_ONCE = 2**26
"""Blobs that announce more are unpacked only once their hash, taken piece by piece, is the one their name promises: what somebody else put
there, or a damaged blob, never takes the memory it asks for. The crawler's own limit for an answer is the same.
"""

PACKED = (b"%PDF", b"PK\x03\x04", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"RIFF")
"""First bytes of formats that are compressed inside."""


class _Candidate(NamedTuple):
    suffix: str
    encoding: BlobEncoding


CANDIDATES = (_Candidate(".zst", "zstd"), _Candidate("", "raw"), _Candidate(".again.zst", "zstd"), _Candidate(".again", "raw"))
"""Names a blob may have, in the order they are tried; `again` holds the good copy where the first one was found damaged."""


def sha256_of(data: bytes) -> Sha256:
    """The name of these bytes."""
    return Sha256(hashlib.sha256(data).hexdigest())


def blob_key(sha256: Sha256, suffix: str = "") -> str:
    """`blobs/ab/cd/abcd…`, two levels, so that a million originals make folders of a few hundred."""
    return f"{BLOBS}/{sha256[:2]}/{sha256[2:4]}/{sha256}{suffix}"


def sha256_of_key(key: str) -> Sha256:
    """The hash a blob's key promises."""
    return Sha256(key.rpartition("/")[2].partition(".")[0])


def encode(data: bytes) -> tuple[bytes, BlobEncoding]:
    """The bytes as they will lie in the archive."""
    if 128 < len(data) <= SIZE_LIMIT and not data.startswith(PACKED):
        packed = zstandard.ZstdCompressor(level=LEVEL, write_checksum=True).compress(data)
        if len(packed) <= WORTH * len(data):
            return packed, "zstd"
    return data, "raw"


def decode(stored: bytes, encoding: BlobEncoding) -> bytes:
    """The bytes as they came. Raises zstandard.ZstdError for damaged ones."""
    if encoding == "raw":
        return stored
    _announced(stored)
    return unpack(stored, SIZE_LIMIT)


def digest_of(stored: bytes, encoding: BlobEncoding) -> Sha256:
    """The hash of the bytes as they came, in little memory. Raises zstandard.ZstdError for damaged ones."""
    if encoding == "raw" or _announced(stored) <= AT_ONCE:
        return sha256_of(decode(stored, encoding))
    return Sha256(digest(stored, SIZE_LIMIT))


def _announced(stored: bytes) -> int:
    """How large a packed blob says it is; we always say it."""
    size = zstandard.frame_content_size(stored)
    if not 0 <= size <= SIZE_LIMIT:
        raise zstandard.ZstdError("no plausible size")
    return size


class Archive:
    """Blobs and the capture log beside them. Make it with `open_archive`."""

    def __init__(self, place: Place, log: CaptureLog) -> None:
        self.place = place
        self.log = log

    def put(self, data: bytes, *, media_type: str, now: datetime) -> StoredOriginal:
        """Keep these bytes; when it returns they are on disk under the name of their hash, readable and verified.

        Repeating it is harmless. Raises ArchiveError when they could not be kept.
        """
        return self.put_all([(data, media_type)], now=now)[0]

    def put_all(self, items: Sequence[tuple[bytes, str]], *, now: datetime) -> list[StoredOriginal]:
        """`put` for several bytes with their media types, which waits for the disk once."""
        names = [sha256_of(data) for data, _ in items]
        lying = {sha256: self._find(sha256) for sha256 in dict.fromkeys(names)}
        self._create({sha256: data for sha256, (data, _) in zip(names, items, strict=True) if lying[sha256] is None}, lying)
        stored = []
        for sha256, (data, media_type) in zip(names, items, strict=True):
            candidate = lying[sha256]
            assert candidate is not None
            stored.append(StoredOriginal(sha256, len(data), blob_key(sha256, candidate.suffix), candidate.encoding, media_type, now))
        return stored

    def _create(self, missing: Mapping[Sha256, bytes], lying: dict[Sha256, _Candidate | None]) -> None:
        """Write what is not there; `lying` gets the name each lies under. Beside a damaged blob of that name lies the good one."""
        encoded = {sha256: encode(data) for sha256, data in missing.items()}
        plain = {sha256: _Candidate(".zst" if encoding == "zstd" else "", encoding) for sha256, (_, encoding) in encoded.items()}
        made = self.place.create_all([(blob_key(sha256, plain[sha256].suffix), data) for sha256, (data, _) in encoded.items()])
        for (sha256, (data, _)), new in zip(encoded.items(), made, strict=True):
            lying[sha256] = candidate = plain[sha256]
            if not new and self._read(sha256, candidate) is None:
                lying[sha256] = self._beside(sha256, candidate._replace(suffix=f".again{candidate.suffix}"), data, missing[sha256])

    def _beside(self, sha256: Sha256, again: _Candidate, encoded: bytes, plain: bytes) -> _Candidate:
        """Keep good bytes beside a damaged blob, uncompressed where what lies beside it is damaged too. Raises ArchiveError."""
        for candidate, data in ((again, encoded), (_Candidate(".again", "raw"), plain)):
            if self.place.create(blob_key(sha256, candidate.suffix), data) or self._read(sha256, candidate) is not None:
                return candidate
        raise ArchiveError(
            f"原件无法保存：{sha256} 的各份存档均已损坏",
            kept="损坏的文件原样保留。",
            advice="请从第二份存档恢复，并运行 nianbao archive verify。",
        )

    def get(self, sha256: Sha256) -> bytes:
        """The bytes of that hash, verified.

        Raises DigestMismatch when all that lies there is damaged, OriginalMissing when nothing does.
        """
        damaged = False
        for candidate in CANDIDATES:
            if not self.place.exists(blob_key(sha256, candidate.suffix)):
                continue
            data = self._read(sha256, candidate)
            if data is not None:
                return data
            damaged = True
        if damaged:
            raise DigestMismatch(
                f"原件已损坏：{sha256}", kept="损坏的文件原样保留。", advice="请从第二份存档恢复，并运行 nianbao archive verify。"
            )
        raise OriginalMissing(f"存档中没有这份原件：{sha256}", advice="请从第二份存档恢复，并运行 nianbao archive verify。")

    def exists(self, sha256: Sha256) -> bool:
        """Whether a blob of that hash is there and undamaged."""
        return self._find(sha256) is not None

    def blob_keys(self) -> Iterator[str]:
        """The keys of all blobs."""
        return self.place.keys(BLOBS)

    def _find(self, sha256: Sha256) -> _Candidate | None:
        for candidate in CANDIDATES:
            if self.place.exists(blob_key(sha256, candidate.suffix)) and self._read(sha256, candidate) is not None:
                return candidate
        return None

    def _read(self, sha256: Sha256, candidate: _Candidate) -> bytes | None:
        """The verified bytes of one candidate, None when it is not what its name says."""
        try:
            stored = self.place.read(blob_key(sha256, candidate.suffix))
            if candidate.encoding == "zstd" and _announced(stored) > AT_ONCE and digest_of(stored, "zstd") != sha256:
                return None
            data = decode(stored, candidate.encoding)
        except (zstandard.ZstdError, OriginalMissing):
            return None
        return data if sha256_of(data) == sha256 else None


def open_archive(url: str) -> Archive:
    """The archive at `file:///path`, a plain path or `s3://bucket/prefix`; made if it is not there. Raises ConfigError."""
    place = open_place(url)
    return Archive(place, open_log(place))
