"""Packed bytes that would take more room than they may: refused before the room is taken, and said so as any damage."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from storage import figures, packing, readings
from storage.archive import store
from storage.archive.places import FolderPlace
from storage.archive.second import offers
from storage.archive.store import blob_key, digest_of, encode, open_archive, sha256_of
from storage.archive.verify import Damage, check
from storage.domain.errors import DigestMismatch, StoreError
from storage.domain.ids import Sha256
from storage.domain.originals import StoredOriginal

LARGE = 2**25
NAME = Sha256("ab" * 32)


def bomb(size: int = LARGE, *, announced: bool = True) -> bytes:
    if announced:
        return zstandard.ZstdCompressor().compress(bytes(size))
    packer = zstandard.ZstdCompressor(write_content_size=False).compressobj()
    return packer.compress(bytes(size)) + packer.flush()


def lying(size: int) -> bytes:
    """A frame of four bytes whose head announces `size` (RFC 8878: magic number, descriptor, window, eight bytes of size)."""
    return b"\x28\xb5\x2f\xfd" + b"\xc0" + b"\x58" + size.to_bytes(8, "little") + b"\x21\x00\x00abcd"


HOSTILE = {
    "announced": bomb(),
    "not announced": bomb(announced=False),
    "several frames": bomb(2**24) + bomb(2**24),
    "lying": lying(LARGE),
    "boundless": lying(2**63),
}


@contextmanager
def taking_at_most(limit: int) -> Iterator[None]:
    tracemalloc.start()
    try:
        yield
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak <= limit, f"{peak:,} bytes"


@pytest.mark.parametrize("packed", HOSTILE.values(), ids=HOSTILE)
def test_no_more_is_unpacked_than_allowed(packed: bytes) -> None:
    with taking_at_most(3 * 2**20), pytest.raises(zstandard.ZstdError):
        packing.unpack(packed, 2**20)
    with taking_at_most(8 * 2**20), pytest.raises(zstandard.ZstdError):
        packing.digest(packed, 2**20)


@given(st.binary(max_size=3000).map(lambda data: data * 3), st.booleans())
def test_what_is_no_larger_comes_back(data: bytes, announced: bool) -> None:
    packer = zstandard.ZstdCompressor(write_content_size=announced).compressobj(size=len(data) if announced else -1)
    packed = packer.compress(data) + packer.flush()
    assert packing.unpack(packed, max(1, len(data))) == data
    assert packing.digest(packed, len(data)) == sha256_of(data)


@pytest.mark.parametrize("packed", HOSTILE.values(), ids=HOSTILE)
def test_readings_and_figures_that_burst_are_damaged(packed: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readings, "PAYLOAD_LIMIT", 2**20)
    with taking_at_most(4 * 2**20):
        with pytest.raises(StoreError, match="已损坏"):
            readings.decode(packed)
        assert figures.decode(packed) is None


@pytest.mark.parametrize("packed", HOSTILE.values(), ids=HOSTILE)
def test_a_blob_that_bursts_is_damaged_and_takes_no_room(
    tmp_path: Path, now: datetime, packed: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "AT_ONCE", 2**20)
    place, key = FolderPlace(tmp_path), blob_key(NAME, ".zst")
    place.create(key, packed)
    archive = open_archive(str(tmp_path))
    with taking_at_most(16 * 2**20):
        with pytest.raises(DigestMismatch, match="原件已损坏"):
            archive.get(NAME)
        assert not archive.exists(NAME)
        found = check(archive, StoredOriginal(NAME, 4, key, "zstd", "", now), frozenset())
        assert found is not None
        assert found.kind == "damaged"
        assert offers(place, Damage(NAME, "damaged")) is None


def test_a_large_original_is_still_read(tmp_path: Path, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "AT_ONCE", 1000)
    data = b"<p>1</p>" * 5000
    archive = open_archive(str(tmp_path))
    stored = archive.put(data, media_type="text/html", now=now)
    assert stored.encoding == "zstd"
    assert archive.get(stored.sha256) == data
    assert check(archive, stored, frozenset()) is None
    assert digest_of(*encode(data)) == sha256_of(data)


def test_what_could_not_be_read_back_is_not_packed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "SIZE_LIMIT", 1000)
    assert encode(bytes(1000))[1] == "zstd"
    assert encode(bytes(1001)) == (bytes(1001), "raw")
