"""The JSON of `nianbao check --format json`: a contract with outsiders, described by `check.schema.json` beside this file."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from importlib.resources import files
from typing import Any

from storage.domain.document import Problem
from storage.domain.enums import DateKind, Edition
from storage.domain.judgement import CheckResult, Finding, Judgement
from storage.domain.reports import Cell, Claim, ParsedReport
from storage.forms.loader import Form, Table, form

SCHEMA = "nianbao.check/1"

Json = dict[str, Any]

MARKED_DECIMAL = re.compile(r'"\\u0000decimal:(-?\d+(?:\.\d+)?)\\u0000"')


def check_document(entries: Iterable[Json]) -> Json:
    """The whole document from the entries of `report_entry`."""
    return {"schema": SCHEMA, "reports": list(entries)}


def render(document: Mapping[str, Any], *, indent: int | None = 2) -> str:
    """The document as text; money stands as the JSON number that was printed (13026.20 stays 13026.20)."""
    text = json.dumps(document, ensure_ascii=False, indent=indent, default=_default)
    return MARKED_DECIMAL.sub(r"\1", text)


def schema() -> Json:
    """The JSON Schema (draft 2020-12) of the document."""
    loaded: Json = json.loads(files("monitor.outputs").joinpath("check.schema.json").read_text(encoding="utf8"))
    return loaded


def _default(value: object) -> str:
    if isinstance(value, Decimal):
        return f"\0decimal:{format(value, 'f')}\0"
    raise TypeError(f"{type(value).__name__} has no place in the check document")


def report_entry(parsed: ParsedReport, judgement: Judgement) -> Json:
    """One report's entry; Decimals stay Decimals, `render` prints them. Dates are those written in the report, not those of its file."""
    return {
        "source": parsed.source,
        "sha256": parsed.sha256,
        "media_type": parsed.media_type,
        "parser_version": parsed.parser_version,
        "body": None if parsed.body is None else {"name": parsed.body.name, "evidence": parsed.body.evidence},
        "report_year": parsed.report_year,
        "form": None if parsed.form is None else parsed.form.value,
        "tables": _tables(parsed),
        "claims": [_claim(claim) for claim in parsed.claims],
        "dates": [{"kind": d.kind.value, "value": d.value.isoformat(), "raw": d.raw} for d in parsed.dates if d.kind is not DateKind.FILE],
        "reading": {"quality": parsed.reading.quality.value, "problems": [_problem(problem) for problem in parsed.reading.problems]},
        "checks": [_check(result) for result in judgement.checks],
        "findings": [_finding(finding) for finding in judgement.findings],
    }


def _cell(cell: Cell) -> Json:
    return {
        "value": cell.value,
        "kind": cell.kind.value,
        "raw": cell.raw,
        "at": None if cell.at is None else str(cell.at),
        "confidence": cell.confidence,
    }


def _tables(parsed: ParsedReport) -> Json:
    if parsed.form is None:
        return {"proactive": {}, "requests": {}, "litigation": {}}
    known = form(parsed.form)
    return {
        "proactive": _proactive(parsed, known),
        "requests": _table(parsed, known.requests),
        "litigation": _table(parsed, known.litigation),
    }


def _table(parsed: ParsedReport, table: Table) -> Json:
    return {row.key: {column.key: _cell(parsed.cell(table.path(row.key, column.key))) for column in table.columns} for row in table.rows}


def _proactive(parsed: ParsedReport, known: Form) -> Json:
    cells: Json = {}
    for path in known.proactive_paths():
        parts = path.split("/")
        if known.edition is Edition.E2019:
            cells.setdefault(parts[1], []).append(_cell(parsed.cell(path)))
        else:
            cells[parts[1]] = _cell(parsed.cell(path))
    return cells


def _claim(claim: Claim) -> Json:
    return {
        "metric": claim.metric,
        "value": claim.value,
        "unit": claim.unit,
        "quote": claim.quote,
        "at": str(claim.at),
        "scope": claim.scope.value,
    }


def _problem(problem: Problem) -> Json:
    return {"code": problem.code, "table": problem.table, "message": problem.message}


def _check(result: CheckResult) -> Json:
    return {"rule": result.rule, "at": result.at, "outcome": result.outcome.value, "left": result.left, "right": result.right}


def _finding(finding: Finding) -> Json:
    guess = finding.hypothesis
    return {
        "rule": finding.rule,
        "severity": finding.severity.value,
        "certainty": finding.certainty.value,
        "title": finding.title,
        "message": finding.message,
        "cells": list(finding.cells),
        "hypothesis": None if guess is None else {"cell": guess.cell, "value": guess.value},
    }
