"""What judging or reading again would change, and how it is shown: counts by rule, then report by report, old → new."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from monitor.cli.printing import Format, note, print_json, print_rows

if TYPE_CHECKING:
    from storage.domain.judgement import Finding
    from storage.domain.reports import Cell, ParsedReport
    from storage.findings import Preview

MOST_CELLS = 20
"""Differing cells of one report listed on a screen; JSON has them all."""


@dataclass
class Change:
    """What becomes of one report. `cells` are readings that differ: path, before, now."""

    body_id: str
    body: str
    report_year: int
    lines: list[dict[str, str]] = field(default_factory=list)
    cells: list[tuple[str, str, str]] = field(default_factory=list)
    trouble: str = ""

    @property
    def empty(self) -> bool:
        """Nothing to tell."""
        return not (self.lines or self.cells or self.trouble)


def lines_of(found: Preview) -> Iterator[dict[str, str]]:
    """Old → new, finding by finding."""
    for finding in found.opened:
        yield _line("opened", finding.rule, "", _grade(finding), finding.message)
    for entry, finding in found.reopened:
        yield _line("reopened", finding.rule, entry.state.label, _grade(finding), finding.message)
    for entry in found.resolved:
        yield _line("resolved", entry.finding.rule, _grade(entry.finding), "", entry.finding.message)
    for entry, finding in found.reworded:
        yield _line("changed", finding.rule, _grade(entry.finding), _grade(finding), finding.message)


def _line(what: str, rule: str, before: str, after: str, message: str) -> dict[str, str]:
    return {"change": what, "rule": rule, "before": before, "after": after, "message": message}


def _grade(finding: Finding) -> str:
    return f"{finding.severity.value} {finding.certainty.label}"


def cells_of(before: ParsedReport, after: ParsedReport) -> Iterator[tuple[str, str, str]]:
    """Cells that read otherwise: path, before, now."""
    for path in sorted({*before.cells, *after.cells}):
        old, new = before.cell(path), after.cell(path)
        if (old.kind, old.value, old.raw.strip()) != (new.kind, new.value, new.raw.strip()):
            yield path, _shown(old), _shown(new)


def _shown(cell: Cell) -> str:
    return str(cell.value) if cell.value is not None else cell.kind.label


def report_changes(changes: list[Change], form: Format, *, applied: bool, again: str) -> None:
    """Counts by rule, then report by report, old → new."""
    counts = Counter((line["rule"], line["change"]) for change in changes for line in change.lines)
    if form is Format.JSON:
        by_rule: dict[str, dict[str, int]] = {}
        for (rule, what), count in sorted(counts.items()):
            by_rule.setdefault(rule, {})[what] = count
        print_json({"applied": applied, "by_rule": by_rule, "reports": [_plain(change) for change in changes]})
        return
    rows = [{"rule": rule, "change": WHAT[what], "count": count} for (rule, what), count in sorted(counts.items())]
    print_rows(rows, {"rule": "规则", "change": "变化", "count": "数量"}, form, empty="没有变化。")
    if form is not Format.TABLE:
        return
    listed = [row for change in changes for row in _human(change)]
    if listed:
        print_rows(listed, {"body": "单位", "year": "报告年度", "what": "内容", "before": "原来", "after": "现在"}, form)
    if changes and not applied:
        note(f"以上只是预览，没有写入。确认后运行：{again}（默认不发送提醒）")


WHAT = {"opened": "新增", "reopened": "重新提示", "resolved": "不再成立", "changed": "说法有变"}


def _human(change: Change) -> Iterator[dict[str, str]]:
    place = {"body": change.body, "year": str(change.report_year)}
    if change.trouble:
        yield place | {"what": change.trouble, "before": "", "after": ""}
    for path, before, after in change.cells[:MOST_CELLS]:
        yield place | {"what": path, "before": before, "after": after}
    if len(change.cells) > 20:
        yield place | {"what": f"等共 {len(change.cells)} 格", "before": "", "after": ""}
    for line in change.lines:
        yield place | {"what": f"{line['rule']} {WHAT[line['change']]}", "before": line["before"], "after": line["after"]}


def _plain(change: Change) -> dict[str, Any]:
    return {
        "body_id": change.body_id,
        "body": change.body,
        "report_year": change.report_year,
        "findings": change.lines,
        "cells": [{"cell": path, "before": before, "after": after} for path, before, after in change.cells],
        "problem": change.trouble,
    }
