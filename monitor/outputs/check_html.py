"""The answer of a pre-check as one page that needs nothing else: no network, no script, no other file; it can be mailed and printed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from markupsafe import Markup

from monitor.judge import find_rule
from monitor.outputs.check_text import CERTAINTY_ORDER
from monitor.web.official import Drawing, Mark
from monitor.web.report_parts import MANY_CELLS, MOST_MARKED_CELLS, section_rows
from monitor.web.templating import environment
from monitor.wording import place_name
from storage.domain.enums import Outcome
from storage.domain.judgement import Finding, Judgement
from storage.domain.reports import ParsedReport
from storage.forms.loader import form

STYLE = Path(__file__).resolve().parents[1] / "web" / "static" / "nianbao.css"
OWN_IDS = re.compile(r'(?P<what>\b(?:id|headers)="|href="#)(?P<ids>[^"]*)"')


def page(results: Sequence[tuple[ParsedReport, Judgement]]) -> str:
    """One HTML document with every report: tables in the official layout with marked cells, sentences, findings."""
    template = environment().get_template("check_page.html")
    entries = [_entry(number, parsed, judgement) for number, (parsed, judgement) in enumerate(results, start=1)]
    return template.render(entries=entries, style=Markup(STYLE.read_text(encoding="utf8")))  # noqa: S704 - our own style sheet


def _entry(number: int, parsed: ParsedReport, judgement: Judgement) -> dict[str, Any]:
    ordered = sorted(judgement.findings, key=lambda found: (CERTAINTY_ORDER.index(found.certainty), found.severity.value, found.rule))
    return {
        "number": number,
        "parsed": parsed,
        "findings": [_finding(place, found, parsed) for place, found in enumerate(ordered, start=1)],
        "tables": _tables(number, parsed, ordered),
        "sections": section_rows(parsed),
        "passed": sum(check.outcome in {Outcome.PASS, Outcome.PASS_IF_BLANK_ZERO} for check in judgement.checks),
        "checks": len(judgement.checks),
    }


def _finding(number: int, found: Finding, parsed: ParsedReport) -> dict[str, Any]:
    guess, rule = found.hypothesis, find_rule(found.rule)
    return {
        "number": number,
        "found": found,
        "cells": [{"id": f"cell-{path.replace('/', '-')}", "words": place_name(path, parsed.form)} for path in found.cells[:MANY_CELLS]],
        "more": max(0, len(found.cells) - MANY_CELLS),
        "hypothesis": guess and f"若{place_name(guess.cell, parsed.form)}为 {guess.value}，相关校验式均成立（仅供核对）",
        "rule": rule.title if rule is not None else "",
    }


def _tables(number: int, parsed: ParsedReport, ordered: Sequence[Finding]) -> list[Markup]:
    """The tables drawn; the ids of each report's are its own, as several stand on one page."""
    if parsed.form is None:
        return []
    drawing = Drawing(form(parsed.form), parsed.cells, _marks(ordered))
    drawn = environment().get_template("parts.html").module.drawn  # type: ignore[attr-defined] # a macro of the template
    made = [*(drawn(table, 0) for table in drawing.proactive()), drawn(drawing.requests(), 3), drawn(drawing.litigation(), 0)]
    return [Markup(_own(str(table), f"r{number}-")) for table in made]  # noqa: S704 - escaped by the template already


def _own(html: str, prefix: str) -> str:
    """The same markup with every id, and everything that names one, made this report's own."""
    return OWN_IDS.sub(lambda m: m["what"] + " ".join(prefix + name for name in m["ids"].split()) + '"', html)


def _marks(ordered: Sequence[Finding]) -> dict[str, list[Mark]]:
    marks: dict[str, list[Mark]] = {}
    for number, found in enumerate(ordered, start=1):
        for path in found.cells[:MOST_MARKED_CELLS]:
            marks.setdefault(path, []).append(Mark(number, found.certainty, wide=len(found.cells) > MANY_CELLS))
    return marks
