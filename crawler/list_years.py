"""Whether a list holds the reports of other years only: then its silence about the awaited year says nothing. Pure.

Portals that open a new list each year show next year's report in one we may not know yet, while the old one stays as it was, last year's
reports and all. Searches mark such lists; one that a person registered is known by its name, its address or its rows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from crawler.discovery.columns import one_year
from storage.domain.visits import Decision, ListLine

SEVERAL = 3
"""So many reports of one year and none of the awaited one: whoever publishes there now has gone elsewhere, or nobody has published yet.
One or two may be the whole history of a small list.
"""


def years_of(lines: Iterable[ListLine]) -> Counter[int]:
    """How many reports of each year a list has shown."""
    return Counter(line.report_year for line in lines if line.decision is Decision.REPORT and line.report_year is not None)


def of_other_years(params: Mapping[str, str], url: str, column: str, shown: Mapping[int, int], awaited: int) -> bool:
    """Whether the list may be bound to years other than the awaited one. `shown` counts the reports it ever showed, by year."""
    marked = params.get("list_year", "")
    if "list_series" in params or marked:
        # "2025年报" may be the year it is about or the year it is published in: its rows decide.
        return marked != str(awaited) or set(shown) == {awaited - 1}
    if len(shown) != 1 or awaited in shown:
        return False
    return one_year(url, column) is not None or sum(shown.values()) >= SEVERAL
