"""The parts of a report's page as plain rows: findings with their marks, checks, dates, versions, and the text with its figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from monitor.web.official import Mark
from monitor.web.templating import local, web_address
from monitor.wording import place_name
from storage.domain.clock import local_date
from storage.domain.duties import DutyState
from storage.domain.enums import Certainty, Edition, FindingState, Outcome
from storage.domain.judgement import CheckResult
from storage.domain.originals import ReportVersion
from storage.domain.reports import ParsedReport, Section
from storage.findings import StoredFinding

ORDER = {Certainty.INCONSISTENT: 0, Certainty.SUSPECT: 1, Certainty.DOUBTFUL_READING: 2, Certainty.NOT_CHECKABLE: 3}
MARKED_STATES = {FindingState.OPEN, FindingState.CONFIRMED, FindingState.SNOOZED}
MOST_MARKED_CELLS = 60
MANY_CELLS = 8
"""A finding about more cells than this names the first few and folds the rest."""


def finding_rows(stored: Sequence[StoredFinding], edition: Edition | None) -> list[dict[str, Any]]:
    """Live findings first by certainty and severity, numbered; dismissed and resolved ones after them."""
    ordered = sorted(
        stored, key=lambda s: (s.state not in MARKED_STATES, ORDER[s.finding.certainty], s.finding.severity.value, s.finding.rule)
    )
    rows = []
    for number, item in enumerate(ordered, start=1):
        found = item.finding
        guess = found.hypothesis
        rows.append(
            {
                "number": number,
                "rule": found.rule,
                "certainty": found.certainty,
                "severity": found.severity,
                "state": item.state,
                "title": found.title,
                "message": found.message,
                "opened_at": item.opened_at,
                "quote": found.quote,
                "cells": [{"path": str(path), "words": place_name(path, edition)} for path in found.cells[:MOST_MARKED_CELLS]],
                "hypothesis": guess and {"words": place_name(guess.cell, edition), "value": guess.value},
            }
        )
    return rows


def marks_of(found: Sequence[Mapping[str, Any]]) -> dict[str, list[Mark]]:
    """Cell path to the marks of live findings on it."""
    marks: dict[str, list[Mark]] = {}
    for row in found:
        if row["state"] in MARKED_STATES:
            for cell in row["cells"]:
                mark = Mark(row["number"], Certainty(row["certainty"]), wide=len(row["cells"]) > MANY_CELLS)
                marks.setdefault(cell["path"], []).append(mark)
    return marks


@dataclass(frozen=True, slots=True)
class CheckRow:
    """One check in words."""

    rule: str
    title: str
    place: str
    outcome: Outcome
    left: Any
    right: Any
    needs: str


def check_rows(checks: Sequence[CheckResult], edition: Edition | None, titles: Mapping[str, str]) -> list[CheckRow]:
    """All checks of the report, failures first."""
    order = {outcome: place for place, outcome in enumerate((Outcome.FAIL, Outcome.LIKELY_FAIL, Outcome.UNDETERMINED))}
    rows = [
        CheckRow(
            rule=check.rule,
            title=titles.get(check.rule, ""),
            place=place_name(check.at, edition),
            outcome=check.outcome,
            left=check.left,
            right=check.right,
            needs="、".join(place_name(need, edition) for need in check.needs[:4]),
        )
        for check in checks
    ]
    return sorted(rows, key=lambda row: (order.get(row.outcome, 9), row.rule))


def outcome_counts(rows: Sequence[CheckRow]) -> list[tuple[Outcome, int]]:
    """How many checks came out how, in the order of the enum."""
    counted = Counter(row.outcome for row in rows)
    return [(outcome, counted[outcome]) for outcome in Outcome if counted[outcome]]


def date_rows(version: ReportVersion, parsed: ParsedReport | None, state: DutyState | None) -> list[dict[str, str]]:
    """Every date known of the publication with its source; the last two are our own observations."""
    rows = [
        {"source": mention.kind.label, "value": _span(mention), "raw": mention.raw}
        for mention in (*version.found.dates, *(parsed.dates if parsed else ()))
    ]
    if state is not None and state.published_on is not None:
        source = state.published_source.label if state.published_source else "—"
        rows.insert(0, {"source": f"判断所用（{source}）", "value": state.published_on.isoformat(), "raw": ""})
    rows.append({"source": "首次发现", "value": local_date(version.first_seen_at).isoformat(), "raw": local(version.first_seen_at)})
    if state is not None and state.last_not_seen_at is not None:
        seen = state.last_not_seen_at
        rows.append({"source": "最后一次未见", "value": local_date(seen).isoformat(), "raw": local(seen)})
    return list({tuple(row.items()): row for row in rows}.values())


def _span(mention: Any) -> str:
    first = str(mention.value.isoformat())
    return first if mention.until is None else f"{first} 至 {mention.until.isoformat()}"


def version_rows(versions: Sequence[ReportVersion]) -> list[dict[str, Any]]:
    """Newest first, each with the originals it is made of."""
    rows = []
    for version in reversed(versions):
        found = version.found
        parts = [{"sha256": found.main_sha256, "words": "主文件"}]
        parts += [
            {"sha256": part.sha256, "words": f"{part.role} {part.name}".strip()} for part in found.parts if part.sha256 != found.main_sha256
        ]
        rows.append(
            {
                "number": version.number,
                "first_seen_at": version.first_seen_at,
                "last_seen_at": version.last_seen_at,
                "gone_since": version.gone_since,
                "carrier": found.carrier,
                "parts": parts,
                "url": found.url,
                "link": web_address(found.url),
            }
        )
    return rows


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text; `claims` names the figures stated in it, empty for plain text."""

    text: str
    claims: str = ""


def section_rows(parsed: ParsedReport) -> list[dict[str, Any]]:
    """The sections with the sentences that state figures set apart."""
    return [{"printed": section.printed or section.title, "pieces": _pieces(section, parsed)} for section in parsed.sections]


def _pieces(section: Section, parsed: ParsedReport) -> list[Piece]:
    spans: dict[tuple[int, int], list[str]] = {}
    for claim in parsed.claims:
        start = section.text.find(claim.quote) if claim.quote and claim.section in {0, section.number} else -1
        if start >= 0:
            spans.setdefault((start, start + len(claim.quote)), []).append(f"读作 {claim.value}{claim.unit}")
    pieces: list[Piece] = []
    position = 0
    for (start, end), names in sorted(spans.items()):
        if start < position:
            continue
        pieces += [Piece(section.text[position:start]), Piece(section.text[start:end], "；".join(names))]
        position = end
    return [piece for piece in (*pieces, Piece(section.text[position:])) if piece.text]
