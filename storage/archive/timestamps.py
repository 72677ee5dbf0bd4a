"""Timestamps of daily seals by an outside authority (RFC 3161): proof that a seal, and all lines under it, existed at a moment.

The authority sees nothing but a hash. Its answer lies beside the seal as `heads/2025-02-01.json.tsr`, as `openssl ts` reads it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from storage.archive.heads import Head, HeadProblem, heads
from storage.archive.places import Place
from storage.domain.errors import ArchiveError, ConfigError, Unreachable

SUFFIX = ".tsr"
MOST_AT_ONCE = 7
"""After an outage of the authority the newest seals are stamped; older ones stand under them by the chain of seals."""

ANSWER_LIMIT = 1 << 20

Post = Callable[[str, bytes], bytes]
"""Sends a query to an address and gives the answer. Raises Unreachable."""


def post(url: str, query: bytes) -> bytes:
    """Ask the authority over HTTP (RFC 3161, 3.4). Raises Unreachable."""
    import httpx

    try:
        answer = httpx.post(url, content=query, headers={"content-type": "application/timestamp-query"}, timeout=30)
        answer.raise_for_status()
    except httpx.HTTPError as error:
        raise Unreachable(f"时间戳服务没有应答：{type(error).__name__}", url=url) from error
    if len(answer.content) > ANSWER_LIMIT:
        raise Unreachable("时间戳服务的应答过大", url=url)
    return answer.content


def stamp(place: Place, url: str, authority: bytes, ask: Post = post) -> tuple[str, ...]:
    """Have the newest seals stamped that are not; the keys of the new timestamps.

    An answer that does not verify is not kept. `authority` are the service's certificates (PEM), without which only the hash in the answer
    is compared. Raises Unreachable, ArchiveError, ConfigError.
    """
    made = []
    for head in heads(place)[-MOST_AT_ONCE:]:
        key = head.key + SUFFIX
        if not place.exists(key):
            token = ask(url, _query(head))
            when(head.data(), token, authority)
            place.create(key, token)
            made.append(key)
    return tuple(made)


def when(data: bytes, token: bytes, authority: bytes) -> datetime:
    """The moment to which a timestamp of these bytes testifies.

    Raises ArchiveError when it is not one of these bytes or, where certificates are given, not signed under them; ConfigError without the
    library.
    """
    from_library = _library()
    try:
        response = from_library.decode_timestamp_response(token)
        info = response.tst_info
        if info.message_imprint.message != hashlib.sha256(data).digest():
            raise ArchiveError("时间戳不是这份封存记录的")
        if authority:
            _verifier(authority).verify_message(response, data)
    except (ValueError, from_library.VerificationError) as error:
        raise ArchiveError(f"时间戳无效：{error}", advice="请核对 timestamp_url 和 timestamp_ca。") from error
    return datetime.fromisoformat(info.gen_time.isoformat())


def check_timestamps(place: Place, authority: bytes) -> tuple[HeadProblem, ...]:
    """The timestamps that do not hold, kind `timestamp`; without the library those that could not be looked at, kind `unchecked`."""
    problems = []
    for head in heads(place):
        key = head.key + SUFFIX
        if place.exists(key):
            try:
                when(head.data(), place.read(key), authority)
            except ConfigError:
                problems.append(HeadProblem("unchecked", key))
            except ArchiveError:
                problems.append(HeadProblem("timestamp", key))
    return tuple(problems)


def authority_of(path: str) -> bytes:
    """The certificates in that file, nothing where none is configured. Raises ConfigError."""
    if not path:
        return b""
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise ConfigError(f"时间戳服务的证书无法读取：{path}：{error.strerror}", advice="请检查 timestamp_ca。") from error


def _query(head: Head) -> bytes:
    library = _library()
    return bytes(library.TimestampRequestBuilder().data(head.data()).hash_algorithm(library.HashAlgorithm.SHA256).build().as_bytes())


def _verifier(authority: bytes) -> Any:
    from cryptography import x509

    builder = _library().VerifierBuilder()
    for certificate in x509.load_pem_x509_certificates(authority):
        builder = builder.add_root_certificate(certificate)
    return builder.build()


def _library() -> Any:
    try:
        import rfc3161_client
    except ImportError as error:
        raise ConfigError("时间戳需要附加组件", advice="请安装：pip install 'nianbao[timestamp]'") from error
    return rfc3161_client
