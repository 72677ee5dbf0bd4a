"""Counts of states that add up the same way on every page and in every message.

should = registry - exempt - not due; published = on time + late + undated; should = published + missing + unknown + withdrawn.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from storage.domain.enums import DutyStatus


@dataclass(frozen=True, slots=True)
class Tally:
    """How many duties stand in each status."""

    on_time: int = 0
    late: int = 0
    undated: int = 0
    missing: int = 0
    unknown: int = 0
    withdrawn: int = 0
    exempt: int = 0
    not_due: int = 0

    @property
    def registered(self) -> int:
        """名录: every duty of the year, exempt ones included."""
        return self.should + self.exempt + self.not_due

    @property
    def published(self) -> int:
        """已发布."""
        return self.on_time + self.late + self.undated

    @property
    def should(self) -> int:
        """应发布: what is due and not exempt."""
        return self.published + self.missing + self.unknown + self.withdrawn

    @property
    def on_time_rate(self) -> Fraction | None:
        """按时率 over all that is due; None where nothing is due. Unknown ones count in the denominator and are shown beside it."""
        return Fraction(self.on_time, self.should) if self.should else None


def tally(statuses: Iterable[DutyStatus]) -> Tally:
    """Count statuses."""
    counts = Counter(statuses)
    return Tally(**{status.value: counts[status] for status in DutyStatus})
