"""Draw the figures of a fictional report so that every equation of the official form holds.

Counts are drawn from the applicants upwards: what came in, what was carried over, and how each finished request ended; totals are sums.
Figures are small and mostly 0, as in print, but each outcome row and each applicant column is met in a few dozen seeds.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from crawler.demo.facts import ReportFacts
from storage.domain.enums import BodyKind, Edition
from storage.domain.ids import CellPath
from storage.forms.loader import Form, Table, form

APPLICANTS = ("natural", "business", "research", "welfare", "legal", "other")
PARTS = ("upheld", "corrected", "other", "pending")
SUB_ROWS_OF_OTHER = ("other_no_correction", "other_unpaid_fee", "other_other")

_FAVOURED = {"granted": 12, "partial": 5, "unable_not_held": 10, "denied_internal": 2, "denied_query": 2, "refused_petition": 2}
_GROUPS = ("denied", "unable", "refused", "other")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What kind of report to draw.

    `requests` is the largest number of requests of natural persons; `mixed` prints the single row 其他处理 in the 2021 tables; `previous`
    is last year's report of the same body, whose carry-over this one continues.
    """

    body: str
    report_year: int
    edition: Edition = Edition.E2021
    kind: BodyKind = BodyKind.DEPARTMENT
    requests: int = 90
    mixed: bool = False
    previous: ReportFacts | None = None
    signed_on: date | None = None


def make_facts(rng: random.Random | int, wanted: Wanted) -> ReportFacts:
    """A report that agrees with itself; the same seed and wish give the same report."""
    rng = random.Random(rng) if isinstance(rng, int) else rng  # noqa: S311 - a generator of examples, not of secrets
    official = form(wanted.edition)
    cells: dict[str, int | str] = {}
    cells.update(_proactive(rng, official, wanted))
    cells.update(_requests(rng, official.requests, wanted))
    cells.update(_litigation(rng, official.litigation))
    printed = {CellPath(path): str(value) for path, value in cells.items()}
    ordered = {path: printed[path] for path in official.paths() if path in printed}
    bare = ReportFacts(wanted.body, wanted.report_year, wanted.edition, ordered, kind=wanted.kind)
    return ReportFacts(
        body=wanted.body,
        report_year=wanted.report_year,
        edition=wanted.edition,
        cells=ordered,
        stated=stated_figures(bare, proactive_total=rng.randint(120, 4800)),
        signed_on=wanted.signed_on or _signing_day(rng, wanted),
        kind=wanted.kind,
        voice=rng.randrange(1 << 16),
    )


def stated_figures(facts: ReportFacts, *, proactive_total: int) -> Mapping[str, int]:
    """The figures the sentences of a consistent report state, by claim metric."""
    total = {
        row: facts.number(f"requests/{row}/total")
        for row in ("new_received", "carried_in", "granted", "partial", "total_handled", "carried_out")
    }
    groups = {group: _group_total(facts, group) for group in _GROUPS}
    return {
        "proactive_total": proactive_total,
        "requests_received": total["new_received"],
        "carried_in": total["carried_in"],
        "requests_handled": total["total_handled"],
        "carried_out": total["carried_out"],
        "requests_granted": total["granted"],
        "requests_partial": total["partial"],
        "requests_denied": groups["denied"],
        "requests_unable": groups["unable"],
        "requests_refused": groups["refused"],
        "requests_other": groups["other"],
        "natural_applicants": facts.number("requests/new_received/natural"),
        "org_applicants": sum(facts.number(f"requests/new_received/{column}") for column in APPLICANTS[1:]),
        "reconsideration_cases": facts.number("litigation/reconsideration/total"),
        "litigation_cases": facts.number("litigation/direct/total") + facts.number("litigation/after_reconsideration/total"),
        "norm_made": facts.number("proactive/norm_made" if facts.edition is Edition.E2021 else "proactive/norm/0"),
    }


def _group_total(facts: ReportFacts, group: str) -> int:
    return sum(facts.number(path) for path in facts.cells if path.startswith(f"requests/{group}_") and path.endswith("/total"))


def _requests(rng: random.Random, table: Table, wanted: Wanted) -> dict[str, int]:
    dropped = SUB_ROWS_OF_OTHER if wanted.mixed or wanted.edition is Edition.E2019 else ("other_single",)
    outcomes = [row.key for row in table.rows if row.outcome and row.key not in dropped]
    cells = {f"requests/{row.key}/{column.key}": 0 for row in table.rows if row.key not in dropped for column in table.columns}
    for applicant in APPLICANTS:
        received = _draw_received(rng, applicant, wanted.requests)
        carried_in = _draw_carried_in(rng, applicant, wanted)
        carried_out = min(received + carried_in, rng.choice((0, 0, 1, 2, 5)))
        cells[f"requests/new_received/{applicant}"] = received
        cells[f"requests/carried_in/{applicant}"] = carried_in
        cells[f"requests/carried_out/{applicant}"] = carried_out
        handled = received + carried_in - carried_out
        cells[f"requests/total_handled/{applicant}"] = handled
        for outcome in rng.choices(outcomes, [_FAVOURED.get(row, 1) for row in outcomes], k=handled):
            cells[f"requests/{outcome}/{applicant}"] += 1
    for row in {path.split("/")[1] for path in cells}:
        cells[f"requests/{row}/total"] = sum(cells[f"requests/{row}/{applicant}"] for applicant in APPLICANTS)
    return cells


def _draw_received(rng: random.Random, applicant: str, most: int) -> int:
    if applicant == "natural":
        return rng.randint(min(1, most), most)
    return rng.choice((0, 0, 0, 0, 1, 2, 6)) if most else 0


def _draw_carried_in(rng: random.Random, applicant: str, wanted: Wanted) -> int:
    if wanted.previous is not None:
        return wanted.previous.number(f"requests/carried_out/{applicant}")
    if applicant != "natural" or not wanted.requests:
        return 0
    return rng.choice((0, 0, 1, 3, 8))


def _litigation(rng: random.Random, table: Table) -> dict[str, int]:
    cells: dict[str, int] = {}
    for row in table.rows:
        parts = {part: rng.choice((0, 0, 0, 1, 2, 11)) for part in PARTS} if rng.random() < 0.6 else dict.fromkeys(PARTS, 0)
        cells.update({f"litigation/{row.key}/{part}": count for part, count in parts.items()})
        cells[f"litigation/{row.key}/total"] = sum(parts.values())
    return cells


def _proactive(rng: random.Random, official: Form, wanted: Wanted) -> dict[str, int | str]:
    if official.edition is Edition.E2019:
        return _proactive_2019(rng, official)
    made, repealed = rng.randint(0, 6), rng.randint(0, 3)
    kept = _norms_in_force(wanted.previous, rng) + made - repealed
    return {
        "proactive/rules_made": 0,
        "proactive/rules_repealed": 0,
        "proactive/rules_valid": 0,
        "proactive/norm_made": made,
        "proactive/norm_repealed": repealed,
        "proactive/norm_valid": kept,
        "proactive/licences": rng.randint(0, 90_000),
        "proactive/penalties": rng.randint(0, 4_000),
        "proactive/coercions": rng.choice((0, rng.randint(1, 600))),
        "proactive/fees_wan": rng.choice(
            ("0", f"{rng.randint(1, 999_999_999) / 10_000:.2f}", f"{rng.randint(1, 99_999_999) / 10_000:.4f}")
        ),
    }


def _norms_in_force(previous: ReportFacts | None, rng: random.Random) -> int:
    if previous is not None and previous.edition is Edition.E2021:
        return previous.number("proactive/norm_valid")
    return rng.randint(4, 60)


def _proactive_2019(rng: random.Random, official: Form) -> dict[str, int | str]:
    cells: dict[str, int | str] = {}
    for block in official.proactive:
        for row in block.rows:
            for position, column in enumerate(block.columns):
                cells[official.proactive_path(row, position)] = _figure_2019(rng, row.key, column.key)
    return cells


def _figure_2019(rng: random.Random, row: str, column: str) -> int | str:
    if row == "rules":
        return 0
    if column == "change":
        return rng.choice((0, 3, 12, "+19", "-4"))
    if column == "amount":
        return f"{rng.randint(10_000, 9_999_999) / 100:.2f}"
    return rng.randint(0, 260)


def _signing_day(rng: random.Random, wanted: Wanted) -> date:
    first = date(wanted.report_year + 1, 1, 8) if wanted.kind is not BodyKind.GOVERNMENT else date(wanted.report_year + 1, 3, 10)
    return first + timedelta(days=rng.randint(0, 18))
