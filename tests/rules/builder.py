"""Reports for tests, built from figures instead of files.

A case gives cells the way a person would write them: a number or numeric text is that number, "" is blank, "/" a dash, "?" unreadable,
"5|8" two extractions that disagree, "~5" read with low confidence, "=86件" the number 86 printed that way, "absent" no such cell,
"22（其中修订16件）" annotated, anything else text. What a case does not say comes from its base: `clean` (a consistent report), `zero`
(all 0), `empty` (nothing found).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from monitor.subject import Subject
from storage.domain.document import Locator, Problem
from storage.domain.duties import Duty, DutyKey, DutyState
from storage.domain.enums import BodyKind, CellKind, DateKind, DutyStatus, Edition, MissingConfidence, ReadingQuality, Scope
from storage.domain.ids import BodyId, CellPath
from storage.domain.reports import ABSENT_CELL, BodyName, Cell, Claim, DateMention, ParsedReport, Reading, Section
from storage.forms.loader import Form, form

TABLES = ("proactive", "requests", "litigation")
TITLES = (
    "总体情况",
    "主动公开政府信息情况",
    "收到和处理政府信息公开申请情况",
    "政府信息公开行政复议、行政诉讼情况",
    "存在的主要问题及改进情况",
    "其他需要报告的事项",
)
TEXTS = (
    "本年度围绕主动公开、依申请公开、政府信息管理、平台建设和监督保障开展工作，考核、社会评议和责任追究情况良好。",
    "",
    "",
    "",
    "一是培训不够经常。二是目录更新不够及时。下一步将按季度培训并改进目录。",
    "本年度未收取信息处理费。",
)
ABC = ("natural", "business", "research", "welfare", "legal", "other", "total")
CLEAN_REQUESTS: dict[str, tuple[int, ...]] = {
    "new_received": (40, 7, 0, 1, 2, 0, 50),
    "carried_in": (3, 1, 0, 0, 0, 0, 4),
    "granted": (21, 4, 0, 1, 1, 0, 27),
    "partial": (5, 1, 0, 0, 0, 0, 6),
    "denied_third_party": (2, 0, 0, 0, 1, 0, 3),
    "unable_not_held": (9, 2, 0, 0, 0, 0, 11),
    "refused_petition": (3, 0, 0, 0, 0, 0, 3),
    "other_no_correction": (1, 0, 0, 0, 0, 0, 1),
    "total_handled": (41, 7, 0, 1, 2, 0, 51),
    "carried_out": (2, 1, 0, 0, 0, 0, 3),
}
CLEAN_LITIGATION = {"reconsideration": (2, 1, 0, 1, 4), "direct": (1, 0, 0, 0, 1), "after_reconsideration": (0, 0, 1, 1, 2)}
CLEAN_PROACTIVE: dict[str, int | Decimal] = {
    "rules_made": 0,
    "rules_repealed": 0,
    "rules_valid": 0,
    "norm_made": 3,
    "norm_repealed": 1,
    "norm_valid": 12,
    "licences": 1520,
    "penalties": 86,
    "coercions": 4,
    "fees_wan": Decimal("12.50"),
}
PLAIN = re.compile(r"-?\d+(?:\.\d+)?")
ANNOTATED = re.compile(r"(\d+(?:\.\d+)?)[（(](.*)[）)]")


def cell(printed: object, at: str = "") -> Cell:
    """One cell as the notation above says."""
    where = Locator(f"test:{at}")
    if isinstance(printed, bool | int | float | Decimal):
        printed = str(printed)
    assert isinstance(printed, str)
    if printed == "absent":
        return ABSENT_CELL
    if PLAIN.fullmatch(printed):
        return _number(printed, printed, where)
    if printed.startswith("~"):
        return replace(_number(printed[1:], printed[1:], where), confidence=0.5)
    if match := ANNOTATED.fullmatch(printed):
        return replace(_number(match[1], printed, where), kind=CellKind.ANNOTATED, note=match[2])
    if printed.startswith("="):
        return _number(re.sub(r"[^\d.]", "", printed), printed[1:], where)
    special = {"": CellKind.BLANK, "/": CellKind.DASH, "—": CellKind.DASH, "?": CellKind.UNREADABLE, "merged": CellKind.MERGED}
    if printed in special:
        return Cell(special[printed], printed, at=where)
    if "|" in printed:
        return Cell(CellKind.CONFLICT, printed, at=where, confidence=0.5, candidates=tuple(int(part) for part in printed.split("|")))
    return Cell(CellKind.TEXT, printed, at=where)


def _number(text: str, raw: str, where: Locator) -> Cell:
    value = Decimal(text) if "." in text else int(text)
    return Cell(CellKind.NUMBER if value else CellKind.ZERO, raw, value, where)


def base_cells(base: str, known: Form) -> dict[CellPath, Cell]:
    """All cells of the form for one base."""
    if base == "empty":
        return dict.fromkeys(known.paths(), ABSENT_CELL)
    cells = {path: cell(0, path) for path in known.paths()}
    if known.edition is Edition.E2021:
        cells.update({path: ABSENT_CELL for path in cells if path.startswith("requests/other_single/")})
    if base == "clean":
        cells.update(_clean(known))
    return cells


def _clean(known: Form) -> dict[CellPath, Cell]:
    cells: dict[CellPath, Cell] = {}
    for row, values in CLEAN_REQUESTS.items():
        name = "other_single" if row == "other_no_correction" and known.edition is Edition.E2019 else row
        for column, value in zip(ABC, values, strict=True):
            path = known.requests.path(name, column)
            cells[path] = cell(value, path)
    for group, values in CLEAN_LITIGATION.items():
        for column, value in zip(known.litigation.columns, values, strict=True):
            path = known.litigation.path(group, column.key)
            cells[path] = cell(value, path)
    if known.edition is Edition.E2021:
        cells.update({CellPath(f"proactive/{key}"): cell(str(value), key) for key, value in CLEAN_PROACTIVE.items()})
    return cells


def report(case: Mapping[str, Any]) -> ParsedReport:
    """The report a case describes."""
    edition = Edition(case.get("form", "2021"))
    cells = base_cells(case.get("base", "clean"), form(edition))
    for path, printed in _overrides(case):
        cells[CellPath(path)] = cell(printed, path)
    return ParsedReport(
        source=case.get("source", "case.html"),
        sha256=case.get("sha", "0") * 64,
        media_type=case.get("media", "text/html"),
        parser_version="test",
        reading=_reading(case),
        title=case.get("title", "某市某局2023年政府信息公开工作年度报告"),
        body=BodyName(case.get("body", "某市某局"), "title") if case.get("body", "某市某局") else None,
        report_year=case.get("year", 2023),
        form=None if case.get("no_form") else edition,
        form_cited=Edition(case["form_cited"]) if "form_cited" in case else None,
        cells=cells,
        sections=_sections(case),
        claims=tuple(claim(entry) for entry in case.get("claims", ())),
        dates=tuple(_date(entry) for entry in case.get("dates", ())),
        text=case.get("text", "\n".join(TEXTS)),
        meta=case.get("meta", {}),
    )


def _overrides(case: Mapping[str, Any]) -> list[tuple[str, object]]:
    found: list[tuple[str, object]] = []
    for row, values in case.get("requests", {}).items():
        found += [(f"requests/{row}/{column}", value) for column, value in zip(ABC, values, strict=True)]
    for group, values in case.get("litigation", {}).items():
        columns = ("upheld", "corrected", "other", "pending", "total")
        found += [(f"litigation/{group}/{column}", value) for column, value in zip(columns, values, strict=True)]
    for key, value in case.get("proactive", {}).items():
        found += [(f"proactive/{key}/{i}", v) for i, v in enumerate(value)] if isinstance(value, list) else [(f"proactive/{key}", value)]
    found += case.get("cells", {}).items()
    return found


def _reading(case: Mapping[str, Any]) -> Reading:
    quality = ReadingQuality(case.get("quality", "high"))
    tables = {table: ReadingQuality(case.get("tables", {}).get(table, quality.value)) for table in TABLES}
    problems = tuple(Problem(p["code"], p.get("message", p["code"]), p.get("table")) for p in case.get("problems", ()))
    return Reading(quality, problems, tables)


def _sections(case: Mapping[str, Any]) -> tuple[Section, ...]:
    numbers = case.get("sections", [1, 2, 3, 4, 5, 6])
    texts = case.get("section_texts", {})
    return tuple(
        Section(
            n, TITLES[n - 1], f"{'一二三四五六'[n - 1]}、{TITLES[n - 1]}", texts.get(str(n), TEXTS[n - 1]), Locator(f"test:section/{n}")
        )
        for n in numbers
    )


def claim(entry: Mapping[str, Any]) -> Claim:
    """One mention; the sentence is made up from the metric unless given."""
    value = entry["value"]
    return Claim(
        metric=entry["metric"],
        value=Decimal(value) if isinstance(value, str) else value,
        unit=entry.get("unit", "件"),
        quote=entry.get("quote", f"本年度{entry['metric']}为{value}。"),
        at=Locator("test:text"),
        scope=Scope(entry.get("scope", "self")),
        period=entry.get("period", ""),
        section=entry.get("section", 1),
        qualifier=entry.get("qualifier", ""),
    )


def _date(entry: Mapping[str, Any]) -> DateMention:
    until = entry.get("until")
    return DateMention(DateKind(entry["kind"]), _day(entry["value"]), entry.get("raw", str(entry["value"])), _day(until) if until else None)


def _day(value: object) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value))


def subject(case: Mapping[str, Any]) -> Subject:
    """The report of a case with the surroundings it names: `previous`, `peers`, `children`, `earlier`, `state`, `duty`."""
    related: dict[str, Any] = {}
    if "previous" in case:
        related["previous"] = report({"year": case.get("year", 2023) - 1, **case["previous"]})
    for key in ("peers", "neighbours", "children", "earlier", "other_versions", "previous_children", "predecessors"):
        if key in case:
            related[key] = tuple(report(entry) for entry in case[key])
    if "previous_before" in case:
        related["previous_before"] = report({"year": case.get("year", 2023) - 1, **case["previous_before"]})
    plain = ("registered_children", "registered_predecessors", "attachments", "children_complete")
    related |= {key: case[key] for key in plain if key in case}
    if "previous_state" in case:
        related["previous_state"] = _state({"state": case["previous_state"]})
    related |= {key: tuple(case[key]) for key in ("body_names", "other_body_names") if key in case}
    if "body_kind" in case:
        related["body_kind"] = BodyKind(case["body_kind"])
    return Subject(
        report(case),
        today=_day(case["today"]) if "today" in case else None,
        duty=_duty(case),
        state=_state(case),
        **related,
    )


KEY = DutyKey(BodyId("b1"), 2023)


def _duty(case: Mapping[str, Any]) -> Duty | None:
    if "due_on" not in case:
        return None
    return Duty(KEY, _day(case["due_on"]), "《政府信息公开条例》第四十九条", "1", "370000")


def _state(case: Mapping[str, Any]) -> DutyState | None:
    given = case.get("state")
    if given is None:
        return None
    values = dict(given)
    confidence = values.pop("missing_confidence", None)
    published = values.pop("published_on", None)
    return DutyState(
        key=KEY,
        status=DutyStatus(values.pop("status")),
        as_of=datetime(2024, 3, 1, tzinfo=UTC),
        missing_confidence=MissingConfidence(confidence) if confidence else None,
        published_on=_day(published) if published else None,
        notes=tuple(values.pop("notes", ())),
        **values,
    )
