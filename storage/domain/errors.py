"""The error tree: exceptions mean *we* could not do our work.

Faults in a report are findings (values) and what happened on a visit is an outcome (an enum); neither is raised.
Constructors only assign. Every error says what happened, what was kept and what to do, in words for people.

    NianbaoError
    ├─ ConfigError             operator must act; exit 6
    ├─ UsageError              wrong input from the caller; exit 2
    ├─ NotFoundError           nothing there by that name; exit 5
    ├─ FetchError(url)         exit 7
    │  └─ Unreachable          DNS, refused, timeout, reset
    ├─ DiscoveryError(portal)
    │  └─ LayoutChanged        a guard of a family failed
    ├─ ArchiveError            exit 8
    │  ├─ DigestMismatch       stored bytes are not what their name says
    │  └─ OriginalMissing      a referenced original is not in the archive
    ├─ ReadError               exit 4; becomes a reading problem, never a finding
    │  ├─ UnknownFormat · Empty · Corrupt · Encrypted · TooLarge
    │  ├─ NeedsLibreOffice · NeedsLibarchive   a program or library of the system is not installed
    └─ StoreError              database refused
       ├─ Busy                 another process holds it; exit 9 (try again)
       └─ StoreDown            the database is away (try again)
"""

from __future__ import annotations


class NianbaoError(Exception):
    """Root of all errors this product raises on purpose.

    `message` says what happened; `kept` what was kept; `advice` what to do.
    """

    code = "error"
    exit_code = 1

    def __init__(self, message: str, *, kept: str = "", advice: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.kept = kept
        self.advice = advice


class ConfigError(NianbaoError):
    """Configuration or credentials are wrong; raised at start-up only."""

    code = "config"
    exit_code = 6


class UsageError(NianbaoError):
    """The caller gave something that cannot be used."""

    code = "usage"
    exit_code = 2


class NotFoundError(NianbaoError):
    """Nothing there by that name."""

    code = "not_found"
    exit_code = 5


class FetchError(NianbaoError):
    """A page could not be fetched."""

    code = "fetch"
    exit_code = 7

    def __init__(self, message: str, *, url: str = "", kept: str = "", advice: str = "") -> None:
        super().__init__(message, kept=kept, advice=advice)
        self.url = url


class Unreachable(FetchError):
    """DNS, refusal, timeout or reset."""

    code = "unreachable"


class DiscoveryError(NianbaoError):
    """A list could not be understood."""

    code = "discovery"

    def __init__(self, message: str, *, portal: str = "", kept: str = "", advice: str = "") -> None:
        super().__init__(message, kept=kept, advice=advice)
        self.portal = portal


class LayoutChanged(DiscoveryError):
    """A guard of a family failed: the page is not what the adapter knows."""

    code = "layout_changed"


class ArchiveError(NianbaoError):
    """The archive of originals could not do its work."""

    code = "archive"
    exit_code = 8


class DigestMismatch(ArchiveError):
    """Stored bytes are not what their name says."""

    code = "digest_mismatch"


class OriginalMissing(ArchiveError):
    """A referenced original is not in the archive."""

    code = "original_missing"


class ReadError(NianbaoError):
    """Bytes could not be read as a report; becomes a reading problem, never a finding."""

    code = "unreadable"
    exit_code = 4


class UnknownFormat(ReadError):
    """No reader knows these bytes."""

    code = "unknown_format"


class Empty(ReadError):
    """Nothing in it."""

    code = "empty"


class Corrupt(ReadError):
    """Damaged or truncated."""

    code = "corrupt"


class Encrypted(ReadError):
    """Password protected."""

    code = "encrypted"


class TooLarge(ReadError):
    """Larger than the stated limit, before or after unpacking."""

    code = "too_large"


class NeedsLibreOffice(ReadError):
    """This carrier is read through LibreOffice, which is not installed here."""

    code = "needs_libreoffice"


class NeedsLibarchive(ReadError):
    """This carrier is unpacked through libarchive, which is not installed here."""

    code = "needs_libarchive"


class StoreError(NianbaoError):
    """The database refused."""

    code = "store"


class Busy(StoreError):
    """Another process holds what is needed; try again."""

    code = "busy"
    exit_code = 9


class StoreDown(StoreError):
    """The database cannot be reached; work waits and goes on when it is back."""

    code = "store_down"
