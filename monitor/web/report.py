"""One report: tables in the official layout, what was found, and the evidence behind every number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from sqlalchemy import Connection

from monitor.judge import Subject, all_rules, judge
from monitor.revisions import before, revision
from monitor.web import queries
from monitor.web.desk import desk_of
from monitor.web.official import Drawing
from monitor.web.report_parts import CheckRow, check_rows, date_rows, finding_rows, marks_of, outcome_counts, section_rows, version_rows
from monitor.web.templating import render
from storage import bodies, duties, findings, readings, reports
from storage.domain.duties import DutyKey
from storage.domain.enums import CellKind, Edition, ReadingQuality
from storage.domain.errors import NotFoundError
from storage.domain.ids import BodyId
from storage.domain.originals import ReportVersion
from storage.domain.reports import ParsedReport
from storage.forms.loader import form

router = APIRouter()


@router.get("/reports/{body_id}/{year}", response_class=HTMLResponse)
def report(request: Request, body_id: str, year: int, version: Annotated[int | None, Query(ge=1, le=100_000)] = None) -> HTMLResponse:
    """The newest version, or the one asked for."""
    with desk_of(request).database.read() as connection:
        values = gather(connection, BodyId(body_id), year, version)
    return HTMLResponse(render("report.html", here="reports", **values))


def gather(connection: Connection, body_id: BodyId, year: int, number: int | None) -> dict[str, Any]:
    """Everything the page shows. Raises NotFoundError for an unknown body, year or version."""
    versions = reports.versions(connection, body_id, year)
    if not versions:
        raise NotFoundError("没有这份年报。", advice="请从年报列表进入。")
    standing = reports.current(connection, body_id, year) or versions[-1]
    shown = standing if number is None else _chosen(versions, number)
    stored = readings.newest(connection, shown.id)
    parsed = stored.parsed if stored else None
    # What was found speaks of the version that stands; beside an older one it would mark cells it never saw.
    stored_findings = findings.for_report(connection, body_id, year) if shown.id == standing.id else ()
    found = finding_rows(stored_findings, parsed.form if parsed else None)
    duty = duties.get(connection, DutyKey(body_id, year))
    checks = _checks(connection, parsed, body_id, year) if parsed else []
    return {
        "body": bodies.get(connection, body_id),
        "year": year,
        "as_of": queries.as_of(connection),
        "duty": _flat(duty),
        "report_quality": queries.quality_of(connection, body_id, year),
        "version": shown,
        "newer": shown.id != standing.id,
        "versions": version_rows(versions),
        "changed": _changed(connection, shown, parsed),
        "reading": stored,
        "parsed": parsed,
        "unreadable": parsed is not None and not _has_figures(parsed),
        "findings": found,
        "checks": checks,
        "outcome_counts": outcome_counts(checks),
        "dates": date_rows(shown, parsed, duty.state if duty else None),
        "sections": section_rows(parsed) if parsed else [],
        "claims": parsed.claims if parsed else (),
        **_tables(parsed, found),
    }


def _checks(connection: Connection, parsed: ParsedReport, body_id: BodyId, year: int) -> list[CheckRow]:
    """Every check applied anew to the stored reading: judging is pure, so the page says what the judging process said."""
    before = readings.newest_for(connection, body_id, year - 1)
    subject = Subject(report=parsed, previous=before.parsed if before else None)
    titles = {str(rule.id): rule.title for rule in all_rules()}
    return check_rows(judge(subject).checks, parsed.form, titles)


def _changed(connection: Connection, shown: ReportVersion, parsed: ParsedReport | None) -> str:
    """What is different from the version that stood there before; empty where there is none to compare with."""
    earlier = before(connection, shown) if parsed is not None else None
    if parsed is None or earlier is None:
        return ""
    return f"与 v{earlier[0].number} 相比：{revision((earlier[0], earlier[1].parsed), (shown, parsed)).in_words()}"


def _chosen(versions: Sequence[ReportVersion], number: int) -> ReportVersion:
    for version in versions:
        if version.number == number:
            return version
    raise NotFoundError(f"没有版本 v{number}。")


def _flat(stored: Any) -> dict[str, Any] | None:
    """Duty and state as one mapping for the template."""
    if stored is None:
        return None
    return {
        "status": stored.state.status.value,
        "missing_confidence": stored.state.missing_confidence,
        "days_late_min": stored.state.days_late_min,
        "days_late_max": stored.state.days_late_max,
        "reason": stored.state.reason,
        "due_on": stored.duty.due_on,
        "legal_basis": stored.duty.legal_basis,
    }


def _has_figures(parsed: ParsedReport) -> bool:
    """Whether any cell of the form was found; a report whose tables are pictures has none."""
    return parsed.reading.quality is not ReadingQuality.NONE and any(cell.kind is not CellKind.ABSENT for cell in parsed.cells.values())


def _tables(parsed: ParsedReport | None, found: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    if parsed is None:
        return {"form": None}
    layout = form(parsed.form or Edition.E2021)
    drawing = Drawing(layout, parsed.cells, marks_of(found))
    return {"form": layout, "proactive": drawing.proactive(), "requests": drawing.requests(), "litigation": drawing.litigation()}
