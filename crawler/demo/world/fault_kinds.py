"""What can go wrong at a portal of the simulated country, and how a visit that meets it must end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from storage.domain.enums import VisitOutcome


@dataclass(frozen=True, slots=True)
class FaultKind:
    """One thing that goes wrong at a host, and how a visit that meets it must end."""

    name: str
    outcomes: frozenset[VisitOutcome]

    @property
    def is_trap(self) -> bool:
        """Whether a careful client reads the host whole all the same."""
        return self.outcomes == {VisitOutcome.COMPLETE}


def _kind(name: str, *outcomes: VisitOutcome) -> tuple[str, FaultKind]:
    return name, FaultKind(name, frozenset(outcomes))


LATER, PLATFORM, NEW_ONLY = "later-page-404", "challenge-platform", "articles-500"
_O = VisitOutcome
FAULTS: Mapping[str, FaultKind] = dict(
    (
        _kind("challenge-412", _O.CHALLENGED),
        _kind("challenge-468", _O.CHALLENGED),
        _kind("challenge-521", _O.CHALLENGED),
        _kind("cookie-shell", _O.CHALLENGED),
        _kind("captcha", _O.CHALLENGED),
        _kind("refused-403", _O.BLOCKED),
        _kind("too-many-429", _O.BLOCKED),
        _kind("too-many-429-bare", _O.BLOCKED),
        _kind("robots-disallow", _O.BLOCKED),
        _kind("robots-403", _O.BLOCKED),
        _kind("robots-500", _O.UNREACHABLE, _O.BLOCKED),
        _kind("error-500", _O.UNREACHABLE),
        _kind("reset", _O.UNREACHABLE),
        _kind("cut-off", _O.UNREACHABLE),
        _kind("slow", _O.UNREACHABLE),
        _kind("no-dns", _O.UNREACHABLE),
        _kind("down", _O.UNREACHABLE),
        _kind("soft-404", _O.SOFT_ERROR),
        _kind("stub", _O.SOFT_ERROR),
        _kind("empty", _O.SOFT_ERROR),
        _kind("maintenance", _O.SOFT_ERROR),
        _kind("home-instead", _O.SOFT_ERROR, _O.LAYOUT_CHANGED, _O.PARTIAL),
        _kind("other-column", _O.SOFT_ERROR, _O.LAYOUT_CHANGED, _O.PARTIAL),
        _kind("redesign", _O.LAYOUT_CHANGED, _O.SOFT_ERROR),
        _kind("redirect-loop", _O.SOFT_ERROR),
        _kind("cookie-redirect", _O.COMPLETE),
        _kind(LATER, _O.PARTIAL),
        _kind(NEW_ONLY, _O.PARTIAL),
        _kind("shell-loop", _O.LAYOUT_CHANGED),
        _kind("agent-403", _O.BLOCKED),
        _kind(PLATFORM, _O.CHALLENGED),
    )
)
TLS_FAULTS: Mapping[str, FaultKind] = dict(
    (
        _kind("expired", _O.UNREACHABLE),
        _kind("self-signed", _O.UNREACHABLE),
        _kind("old-hello", _O.UNREACHABLE),
        _kind("weak-dh", _O.UNREACHABLE),
        _kind("refused", _O.BLOCKED),
    )
)
"""What is wrong with the encrypted hosts, by their kind in `crawler.demo.tls_hosts`; from the first day to the last."""

PERMANENT = frozenset({"no-dns", "down", "robots-disallow", "cookie-redirect"})
"""Faults that last from the first day to the last; the others come over a portal for some weeks around a deadline."""
