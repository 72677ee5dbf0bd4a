"""Break a report in one named way each, as reports are broken in print; the facts afterwards say what is printed, not what was meant."""

from __future__ import annotations

from dataclasses import replace

from crawler.demo.facts import Quirk, ReportFacts
from crawler.demo.sampling import APPLICANTS


def row_sum_error(facts: ReportFacts, row: str = "granted", by: int = 1) -> ReportFacts:
    """The 总计 of one item row is off by `by`, and the sentences repeat it; only this one cell is wrong."""
    path = f"requests/{row}/total"
    facts = facts.with_cells({path: str(facts.number(path) + by)})
    metric = f"requests_{row}"
    return facts.with_stated(metric, facts.stated[metric] + by) if metric in facts.stated else facts


def detail_error(facts: ReportFacts, row: str = "granted", applicant: str = "natural", by: int = 2) -> ReportFacts:
    """One item of one applicant column is off: its row sum and its column sum both break, and one cell explains both."""
    path = f"requests/{row}/{applicant}"
    return facts.with_cells({path: str(facts.number(path) + by)})


def balance_error(facts: ReportFacts, by: int = 1) -> ReportFacts:
    """结转下年度 is off by `by` for natural persons and in total: 一 + 二 no longer equals 三（七） + 四.

    The sentences repeat the wrong figure, so that text and table agree.
    """
    paths = ("requests/carried_out/natural", "requests/carried_out/total")
    facts = facts.with_cells({path: str(facts.number(path) + by) for path in paths})
    return facts.with_stated("carried_out", facts.stated["carried_out"] + by)


def totals_left_zero(facts: ReportFacts) -> ReportFacts:
    """The 总计 of the item rows was left at 0 while the rows hold figures; 新收, 总计 and 结转 rows keep theirs.

    The sentence about the outcomes is left out, so that this is the report's only fault.
    """
    kept = {"new_received", "carried_in", "total_handled", "carried_out"}
    changes = {
        str(path): "0"
        for path in facts.cells
        if path.startswith("requests/") and path.endswith("/total") and path.split("/")[1] not in kept
    }
    outcomes = {f"requests_{group}" for group in ("granted", "partial", "denied", "unable", "refused", "other")}
    stated = {metric: value for metric, value in facts.stated.items() if metric not in outcomes}
    return replace(facts.with_cells(changes), stated=stated)


def litigation_total_zero(facts: ReportFacts, group: str = "direct", upheld: int = 2) -> ReportFacts:
    """One group of table 4 has cases and 总计 0; the sentences give the true number."""
    rest = sum(facts.number(f"litigation/{group}/{part}") for part in ("corrected", "other", "pending"))
    facts = facts.with_cells({f"litigation/{group}/upheld": str(upheld), f"litigation/{group}/total": "0"})
    if group == "reconsideration":
        return facts.with_stated("reconsideration_cases", upheld + rest)
    twin = "after_reconsideration" if group == "direct" else "direct"
    return facts.with_stated("litigation_cases", upheld + rest + facts.number(f"litigation/{twin}/total"))


def text_against_table(facts: ReportFacts, metric: str = "requests_received", by: int = 7) -> ReportFacts:
    """One sentence states another figure than the tables hold."""
    return facts.with_stated(metric, facts.stated[metric] + by)


def blank_cells(facts: ReportFacts, *paths: str, mark: str = "") -> ReportFacts:
    """These cells are printed blank, or with `mark` ("/", "—") in them."""
    return facts.with_cells(dict.fromkeys(paths, mark))


def blank_zeros(facts: ReportFacts, mark: str = "") -> ReportFacts:
    """Every 0 of the applicant columns of table 3 is printed blank or as `mark`; totals stay."""
    zero = [
        path for path, raw in facts.cells.items() if raw == "0" and path.split("/")[0] == "requests" and path.split("/")[-1] in APPLICANTS
    ]
    return facts.with_cells(dict.fromkeys(zero, mark))


def all_zero(facts: ReportFacts) -> ReportFacts:
    """Every cell is 0, and the sentences say that nothing happened."""
    silent = facts.with_cells(dict.fromkeys(facts.cells, "0"))
    for metric in facts.stated:
        silent = silent.with_stated(metric, 0)
    return silent


def annotated(facts: ReportFacts, path: str, note: str = "其中修订1件") -> ReportFacts:
    """A bracketed note stands behind the figure of one cell."""
    return facts.with_cells({path: f"{facts.number(path)}（{note}）"})


def header4_misaligned(facts: ReportFacts) -> ReportFacts:
    """Table 4 lost one head: 14 leaves stand over 15 figures."""
    return facts.with_quirks(Quirk.HEADER4_MISALIGNED)


def dashes_for_zeros(facts: ReportFacts) -> ReportFacts:
    """Every 0 of the applicant columns of table 3 is printed as "/"."""
    return blank_zeros(facts, "/")


def annotated_norms(facts: ReportFacts) -> ReportFacts:
    """The documents made this year carry a bracketed note."""
    return annotated(facts, "proactive/norm_made" if "proactive/norm_made" in facts.cells else "proactive/norm/0")
