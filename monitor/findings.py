"""From rule results to findings: one per cause, with its certainty and a Chinese sentence a person can act on.

A finding states fact, place, source and what to do; it blames nobody. Fingerprints hold rule and place only, so they survive re-parsing.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from monitor.certainty import certainty_of, doubtful_cells, gravest, lowered, strongest
from monitor.equations import VIOLATED
from monitor.root_cause import Cause
from monitor.subject import Rule, Subject
from monitor.wording import number, place_name, places, source_of, table_name
from storage.domain.enums import Certainty, Outcome
from storage.domain.ids import RuleId
from storage.domain.judgement import CheckResult, Finding

EQUATION_RULES: Mapping[str, RuleId] = {
    "outcomes": RuleId("T3-01"),
    "balance": RuleId("T3-02"),
    "row_total": RuleId("T3-03"),
    "group_total": RuleId("T4-01"),
}
MOST_FACTS = 3


def collect(subject: Subject, rules: Mapping[RuleId, Rule], checks: Sequence[CheckResult]) -> tuple[Finding, ...]:
    """All findings of one report, gravest first."""
    failing = [result for result in checks if result.outcome in VIOLATED]
    findings = [_arithmetic(subject, rules, cause, failing) for cause in subject.causes]
    for (rule_id, _), results in _grouped(rules, failing).items():
        findings.append(_finding(subject, rules[rule_id], results))
    return tuple(sorted((f for f in findings if f is not None), key=lambda f: (f.severity.value, f.rule, f.fingerprint)))


def fingerprint(rule: str, places_of: Iterable[str]) -> str:
    """32 hex digits from rule and places alone: no values, hashes, titles or times."""
    return hashlib.sha256("|".join([rule, *sorted(set(places_of))]).encode()).hexdigest()[:32]


def _grouped(rules: Mapping[RuleId, Rule], failing: Iterable[CheckResult]) -> dict[tuple[RuleId, str], list[CheckResult]]:
    groups: dict[tuple[RuleId, str], list[CheckResult]] = {}
    failing = list(failing)
    absorbed = {rule for result in failing for rule in rules[result.rule].absorbs}
    for result in failing:
        grouping = rules[result.rule].grouping
        if grouping in {"arithmetic", "none"} or result.rule in absorbed:
            continue
        place = {"result": result.at, "table": result.at.split("/", 1)[0], "rule": ""}[grouping]
        groups.setdefault((result.rule, place), []).append(result)
    return groups


def _finding(subject: Subject, rule: Rule, results: Sequence[CheckResult]) -> Finding:
    certainty = rule.certainty or strongest(
        certainty_of(subject.report, result, explained=bool(rule.explanation(result))) for result in results
    )
    cells = tuple(dict.fromkeys(path for result in results for path in result.cells))
    facts = [_fact(subject, rule, result) for result in results]
    place = results[0].at.split("/", 1)[0] if rule.grouping == "table" else results[0].at
    mark = fingerprint(rule.id, [place if rule.grouping != "rule" else ""])
    return Finding(
        rule=rule.id,
        severity=gravest(lowered(rule.severity_of(result), result.outcome) for result in results),
        certainty=certainty,
        title=rule.title,
        message=_message(subject, rule, certainty, _joined(facts), results),
        fingerprint=mark,
        cells=cells,
        quote=results[0].quote,
        results=tuple(results),
    )


def _joined(facts: Sequence[str]) -> str:
    distinct = list(dict.fromkeys(facts))
    listed = "；".join(distinct[:MOST_FACTS])
    return listed if len(distinct) <= MOST_FACTS else f"{listed}；等共 {len(distinct)} 处"


class _Facts(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return ""


def _fact(subject: Subject, rule: Rule, result: CheckResult) -> str:
    known = _Facts(
        place=place_name(result.at, subject.report.form),
        table=table_name(result.at),
        cells=places(result.cells, subject.report.form),
        left=number(result.left),
        right=number(result.right),
        quote=result.quote,
    )
    known.update(result.facts)
    return rule.message.format_map(known) if rule.message else rule.title


def _message(subject: Subject, rule: Rule, certainty: Certainty, fact: str, results: Sequence[CheckResult], suggestion: str = "") -> str:
    report = subject.report
    cells = tuple(dict.fromkeys(path for result in results for path in result.cells))
    quote = next((result.quote for result in results if result.quote), "")
    source = source_of((path, report.cell(path)) for path in cells)
    origin = "；".join(part for part in (source, f"原文：“{_shortened(quote)}”" if quote else "") if part)
    if certainty is Certainty.DOUBTFUL_READING:
        doubtful = doubtful_cells(report, cells)
        what = places(doubtful, report.form, 4) if doubtful else "、".join(dict.fromkeys(table_name(path) for path in cells)) or "正文"
        return f"系统未能可靠读取{what}，暂不作判断。读取结果显示：{fact}，可能是提取有误。请先对照原件核对读数。"
    reserve = ""
    if certainty is Certainty.SUSPECT:
        reserve = _reservation(rule, results)
    return f"{fact}{f'（{origin}）' if origin else ''}。{reserve}{suggestion}{rule.advice}"


def _reservation(rule: Rule, results: Sequence[CheckResult]) -> str:
    said = next((result.facts["reservation"] for result in results if result.facts.get("reservation")), "")
    if said:
        return f"{said}，待核实。"
    if any(result.outcome is Outcome.LIKELY_FAIL for result in results):
        return "以上按空白单元格计为 0 推算，待核实。"
    if explanation := next((why for result in results if (why := rule.explanation(result))), ""):
        return f"{explanation}，待核实。"
    if not any(result.cells for result in results):
        return "以上由系统按文字查找得出，待核实。"
    return "该处为识别或修复后的读数，可能存在识别误差，待核实。"


def _shortened(quote: str, most: int = 80) -> str:
    return quote if len(quote) <= most else quote[:most] + "……"


def _arithmetic(subject: Subject, rules: Mapping[RuleId, Rule], cause: Cause, failing: Sequence[CheckResult]) -> Finding | None:
    wanted = {(EQUATION_RULES[e.id], e.at) for e in cause.equations}
    results = [result for result in failing if (result.rule, result.at) in wanted]
    if not results:
        return None
    counted = Counter(result.rule for result in results)
    main = rules[min(counted, key=lambda rule: (-counted[rule], rule))]
    certainty = _cause_certainty(subject, cause, results)
    facts = [_fact(subject, rules[result.rule], result) for result in results]
    return Finding(
        rule=main.id,
        severity=gravest(lowered(rules[result.rule].severity_of(result), result.outcome) for result in results),
        certainty=certainty,
        title=_cause_title(main, cause),
        message=_message(subject, main, certainty, _joined(facts), results, _hypothesis_text(subject, cause)),
        fingerprint=fingerprint("arithmetic", (f"{e.id}@{e.at}" for e in cause.equations)),
        cells=cause.cells,
        hypothesis=cause.hypothesis,
        results=tuple(results),
    )


def _cause_certainty(subject: Subject, cause: Cause, results: Sequence[CheckResult]) -> Certainty:
    """As sure as the surest equation, unless the cell at fault was itself read with doubt, or nothing explains most of a table.

    When more than a third of the equations fail and no small set of cells explains it, figures that slid out of their columns in the
    reading are likelier than a table filled in at random.
    """
    if cause.determined and doubtful_cells(subject.report, cause.cells):
        return Certainty.DOUBTFUL_READING
    table = cause.equations[0].at.split("/")[0]
    all_of_table = sum(1 for e in subject.operands.equations if e.at.startswith(table))
    if not cause.explained and 3 * len(cause.equations) > all_of_table:
        return Certainty.DOUBTFUL_READING
    return strongest(certainty_of(subject.report, result) for result in results)


def _cause_title(main: Rule, cause: Cause) -> str:
    if cause.determined and len(cause.cells) > 1 and cause.slip:
        return f"{cause.slip}（{len(cause.cells)} 处）"
    return main.title


def _hypothesis_text(subject: Subject, cause: Cause) -> str:
    """What would settle it, as a sentence; a suggestion beside the printed figures."""
    form = subject.report.form
    slip = f"，似为{cause.slip}" if cause.slip else ""
    settled = "该校验式即成立" if len(cause.equations) == 1 else f"{len(cause.equations)} 条校验式均成立"
    if cause.hypothesis is not None:
        cell, value = cause.hypothesis.cell, cause.hypothesis.value
        printed = subject.operands.at(cell)
        now = f"现为 {number(printed.low)}" if printed.exact else "现为空白"
        return f"若{place_name(cell, form)}为 {number(value)}（{now}），{settled}{slip}。"
    if cause.changes:
        return f"若{places(cause.changes, form, 5)}各按合计填写，{settled}{slip}。"
    return f"可能有误的单元格：{places(cause.cells, form)}。" if cause.cells else ""
