"""The answer of a pre-check in words: identity, one mark per table, each finding with its place, and what could not be checked."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from monitor.wording import place_name
from storage.domain.enums import Certainty, Edition, Outcome, ReadingQuality
from storage.domain.judgement import Finding, Judgement
from storage.domain.reports import ParsedReport

TABLE_NAMES = {"proactive": "表二", "requests": "表三", "litigation": "表四"}
EVIDENCE = {
    **{"title": "标题识别", "publisher": "页面发布单位", "signature": "落款识别", "text": "正文识别"},
    **{"period": "统计期限", "hint": "登记的年度", "printed": "页面标注日期", "meta": "页面元数据"},
}
"""Where a body's name or a report year was read."""


MARKS = {Certainty.INCONSISTENT: "!", Certainty.SUSPECT: "~", Certainty.DOUBTFUL_READING: "≈", Certainty.NOT_CHECKABLE: "·"}
CERTAINTY_ORDER = tuple(MARKS)


def summary(parsed: ParsedReport, judgement: Judgement) -> Iterator[str]:
    """Lines for one report, without colour."""
    yield parsed.source
    if parsed.body or parsed.report_year:
        yield "  " + _heading(parsed)
    if parsed.reading.quality is ReadingQuality.NONE:
        yield "  表格无法读取，未作校验：" + ("；".join(problem.message for problem in parsed.reading.problems) or "原因不明")
        for finding in judgement.findings:
            yield from _finding(finding, parsed.form)
        return
    yield "  " + _marks(parsed, judgement)
    for finding in sorted(judgement.findings, key=lambda f: (CERTAINTY_ORDER.index(f.certainty), f.severity.value)):
        yield from _finding(finding, parsed.form)
    for problem in parsed.reading.problems:
        yield f"  ≈ 读取：{problem.message}"
    yield "  " + _totals(judgement)


def _heading(parsed: ParsedReport) -> str:
    body = parsed.body.name if parsed.body else "（未识别单位）"
    year = f"{parsed.report_year}年度" if parsed.report_year else "（未识别年度）"
    evidence = f"（{EVIDENCE[parsed.body.evidence]}）" if parsed.body else ""
    return f"{body} {year}{evidence}，读取质量 {parsed.reading.quality.label}"


def _marks(parsed: ParsedReport, judgement: Judgement) -> str:
    parts = []
    for table, name in TABLE_NAMES.items():
        about = [f for f in judgement.findings if table in _tables_of(f)]
        counted = [f for f in about if f.certainty in {Certainty.INCONSISTENT, Certainty.SUSPECT}]
        quality = parsed.reading.tables.get(table, parsed.reading.quality)
        if counted:
            mark = f"{'!' if any(f.certainty is Certainty.INCONSISTENT for f in counted) else '~'} {len(counted)} 处"
        elif quality in {ReadingQuality.LOW, ReadingQuality.NONE} or any(f.certainty is Certainty.DOUBTFUL_READING for f in about):
            mark = "≈ 提取存疑"
        elif any(f.certainty is Certainty.NOT_CHECKABLE for f in about):
            mark = "· 无法校验"
        else:
            mark = "✓"
        parts.append(f"{name} {mark}")
    return "  ".join(parts)


def _tables_of(finding: Finding) -> set[str]:
    places = chain(finding.cells, (cell for result in finding.results for cell in result.cells))
    return {place.split("/", 1)[0] for place in places}


def _finding(finding: Finding, edition: Edition | None) -> Iterator[str]:
    yield f"  {MARKS[finding.certainty]} {finding.rule} {finding.certainty.label}（{finding.severity.label}）：{finding.message}"
    if finding.quote and finding.quote not in finding.message:
        yield f"      原文：{finding.quote}"
    guess = finding.hypothesis
    if guess is not None and place_name(guess.cell, edition) not in finding.message:
        yield f"      若{place_name(guess.cell, edition)}为 {guess.value}，相关校验式均成立（仅供核对）"


def _totals(judgement: Judgement) -> str:
    counts = {certainty: sum(f.certainty is certainty for f in judgement.findings) for certainty in CERTAINTY_ORDER}
    found = "，".join(f"{certainty.label} {count}" for certainty, count in counts.items() if count) or "没有发现问题"
    done = sum(check.outcome in {Outcome.PASS, Outcome.PASS_IF_BLANK_ZERO} for check in judgement.checks)
    return f"{found}。校验 {len(judgement.checks)} 项，一致 {done} 项。"
