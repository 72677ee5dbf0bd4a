"""Findings over time: each keeps its identity and what a person said of it, whatever is read or judged again.

What a finding hangs on are its operands (the values of its cells and the sides of its checks). As long as they are the same, a
finding keeps its state; when one changes, whatever was settled about it is open again. A finding is resolved only by a judgement that
could decide the matter, never because the report became unreadable.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from storage.codec import from_plain, to_plain
from storage.domain.enums import Certainty, FindingState, Outcome, ReadingQuality
from storage.domain.errors import NotFoundError, UsageError
from storage.domain.ids import BodyId
from storage.domain.judgement import Finding, Judgement
from storage.domain.reports import ParsedReport
from storage.schema import bodies, finding_log, findings
from storage.statements import clip, plain

MACHINE = "nianbao"
"""The actor of changes that no person made."""


def machine_for(person: str) -> str:
    """The actor where the machine judges because a person asked it to; its word is the machine's."""
    return f"{MACHINE}（{person}）"


def by_machine(actor: str) -> bool:
    """Whether no person made the change."""
    return actor == MACHINE or actor.startswith(f"{MACHINE}（")


SETTLED = frozenset({FindingState.CONFIRMED, FindingState.DISMISSED, FindingState.SNOOZED, FindingState.RESOLVED})
VANISHED = "校验不再成立"
BACK_AS_BEFORE = "同样的问题再次读到"
OPERAND_CHANGED = "涉及的数据有变化"


@dataclass(frozen=True, slots=True)
class StoredFinding:
    """One finding with its life so far. `operands` is the digest of the values it hangs on."""

    id: int
    body_id: BodyId
    report_year: int
    finding: Finding
    state: FindingState
    operands: str
    reading_id: int | None
    opened_at: datetime
    updated_at: datetime
    resolved_at: datetime | None = None
    snoozed_until: datetime | None = None
    assignee: str = ""


@dataclass(frozen=True, slots=True)
class FindingChanges:
    """What a judgement changed: `opened` are new, `reopened` came back or had an operand change, `kept` stay as they were."""

    opened: tuple[StoredFinding, ...] = ()
    reopened: tuple[StoredFinding, ...] = ()
    resolved: tuple[StoredFinding, ...] = ()
    kept: tuple[StoredFinding, ...] = ()


@dataclass(frozen=True, slots=True)
class LogLine:
    """One change of a finding's state; `versions` names parser and rules at that moment."""

    at: datetime
    actor: str
    from_state: FindingState | None
    to_state: FindingState
    reason: str
    versions: str


@dataclass(frozen=True, slots=True)
class Judged:
    """The circumstances of one judgement: `versions` of parser and catalogue, `rules` the version of each rule by id."""

    now: datetime
    reading_id: int | None = None
    versions: str = ""
    actor: str = MACHINE
    rules: Mapping[str, str] = field(default_factory=dict)

    def versions_of(self, rule: str) -> str:
        """What the log keeps: the versions, that of the finding's own rule last."""
        return "; ".join(filter(None, (self.versions, f"{rule}@{self.rules[rule]}" if rule in self.rules else "")))


def operands_digest(finding: Finding, parsed: ParsedReport | None) -> str:
    """A hash of the values a finding hangs on: its cells as read, and both sides of its checks. No wording, no confidence."""
    cells = sorted({*finding.cells, *(cell for result in finding.results for cell in result.cells)})
    values = [[path, *_operand(parsed, path)] for path in cells] if parsed is not None else []
    sides = sorted([result.rule, result.at, str(result.left), str(result.right)] for result in finding.results)
    return hashlib.sha256(json.dumps([values, sides, finding.quote], ensure_ascii=True).encode()).hexdigest()


def _operand(parsed: ParsedReport, path: str) -> tuple[str, str]:
    cell = parsed.cell(path)
    return cell.kind.value, "" if cell.value is None else str(cell.value)


def apply(  # noqa: PLR0913 - the last one by keyword
    connection: Connection,
    body_id: BodyId,
    report_year: int,
    judgement: Judgement,
    parsed: ParsedReport | None,
    judged: Judged,
    *,
    known: Iterable[StoredFinding] | None = None,
) -> FindingChanges:
    """Bring the stored findings of one report to a new judgement of it; `known` are those findings where the caller has them at hand."""
    entries = for_report(connection, body_id, report_year) if known is None else known
    stored = {entry.finding.fingerprint: entry for entry in entries}
    found = {finding.fingerprint: finding for finding in judgement.findings}
    changes: dict[str, list[StoredFinding]] = {"opened": [], "reopened": [], "resolved": [], "kept": []}
    for fingerprint, finding in found.items():
        operands = operands_digest(finding, parsed)
        if fingerprint in stored:
            what, entry = _meet_again(connection, stored[fingerprint], finding, operands, judged)
        else:
            what, entry = "opened", _open(connection, body_id, report_year, finding, operands, judged)
        changes[what].append(entry)
    for fingerprint, entry in stored.items():
        if fingerprint not in found and entry.state not in {FindingState.DISMISSED, FindingState.RESOLVED}:
            if _undecided(entry.finding, judgement, parsed):
                changes["kept"].append(entry)
            else:
                changes["resolved"].append(_move(connection, entry, FindingState.RESOLVED, VANISHED, judged))
    return FindingChanges(**{name: tuple(entries) for name, entries in changes.items()})


def _undecided(finding: Finding, judgement: Judgement, parsed: ParsedReport | None) -> bool:
    """Whether this judgement could not say if the finding still holds."""
    if parsed is not None and parsed.reading.quality is ReadingQuality.NONE:
        return True
    places = {result.at for result in finding.results} | set(finding.cells)
    open_checks = (check for check in judgement.checks if check.rule == finding.rule and check.outcome is Outcome.UNDETERMINED)
    return any(not places or check.at in places or not places.isdisjoint(check.cells) for check in open_checks)


def _open(connection: Connection, body_id: BodyId, report_year: int, finding: Finding, operands: str, judged: Judged) -> StoredFinding:
    values = _values(finding, operands, judged) | {
        "body_id": body_id,
        "report_year": report_year,
        "fingerprint": finding.fingerprint,
        "state": FindingState.OPEN.value,
        "opened_at": judged.now,
    }
    made = connection.execute(_ADD, values).inserted_primary_key
    assert made is not None
    _append_log(connection, made[0], (None, FindingState.OPEN), "", judged, finding.rule)
    return get(connection, made[0])


def _meet_again(connection: Connection, entry: StoredFinding, finding: Finding, operands: str, judged: Judged) -> tuple[str, StoredFinding]:
    changed = entry.operands != operands
    if not changed and entry.state is not FindingState.RESOLVED and entry.reading_id == judged.reading_id and entry.finding == finding:
        return "kept", entry
    connection.execute(update(findings).where(findings.c.id == entry.id).values(**_values(finding, operands, judged)))
    if changed and entry.state in SETTLED:
        return "reopened", _move(connection, entry, FindingState.OPEN, OPERAND_CHANGED, judged)
    if entry.state is FindingState.RESOLVED and (before := _vanished_from(connection, entry)) is not None:
        return "reopened", _move(connection, entry, before, BACK_AS_BEFORE, judged)
    return "kept", get(connection, entry.id)


def _vanished_from(connection: Connection, entry: StoredFinding) -> FindingState | None:
    """The state before the machine resolved it; None when a person did, whose word holds while the operands are the same."""
    last = [line for line in log(connection, entry.id) if line.from_state is not line.to_state][-1]
    return last.from_state if by_machine(last.actor) else None


def _move(connection: Connection, entry: StoredFinding, state: FindingState, reason: str, judged: Judged) -> StoredFinding:
    resolved = judged.now if state is FindingState.RESOLVED else None
    until = entry.snoozed_until if state is FindingState.SNOOZED else None
    values = {"state": state.value, "updated_at": judged.now, "resolved_at": resolved, "snoozed_until": until}
    connection.execute(update(findings).where(findings.c.id == entry.id).values(**values))
    _append_log(connection, entry.id, (entry.state, state), reason, judged, entry.finding.rule)
    return get(connection, entry.id)


def set_state(
    connection: Connection, finding_id: int, state: FindingState, *, reason: str, judged: Judged, until: datetime | None = None
) -> StoredFinding:
    """A person's word on a finding; `judged.actor` says who.

    Raises UsageError for a dismissal without a reason, a snooze without an end, or a change without a person.
    """
    if state is FindingState.DISMISSED and not reason.strip():
        raise UsageError("排除一个问题必须说明理由", advice="例：--reason 报告已另附更正说明")
    if state is FindingState.SNOOZED and (until is None or until <= judged.now):
        raise UsageError("稍后处理必须给出将来的日期", advice="例：--until 2025-03-01")
    if not judged.actor or by_machine(judged.actor):
        raise UsageError("必须说明是谁作出的决定")
    entry = replace(get(connection, finding_id), snoozed_until=until)
    return _move(connection, entry, state, reason, judged)


def assign(connection: Connection, finding_id: int, assignee: str, *, reason: str = "", judged: Judged) -> StoredFinding:
    """Who looks after a finding from now on, nobody where empty; its state stays. Logged like every other word of a person.

    Raises UsageError without a person who says so.
    """
    if not judged.actor or by_machine(judged.actor):
        raise UsageError("必须说明是谁作出的决定")
    entry, name = get(connection, finding_id), clip(assignee.strip(), 80)
    connection.execute(update(findings).where(findings.c.id == finding_id).values(assignee=name, updated_at=judged.now))
    said = f"派给 {name}" if name else "不再指派"
    _append_log(connection, finding_id, (entry.state, entry.state), f"{said}：{reason}" if reason else said, judged, entry.finding.rule)
    return get(connection, finding_id)


def wake_snoozed(connection: Connection, now: datetime) -> tuple[StoredFinding, ...]:
    """Open again what was put off until a moment that has come."""
    sleeping = (findings.c.state == FindingState.SNOOZED.value, findings.c.snoozed_until <= now)
    rows = connection.execute(select(findings).where(*sleeping).order_by(findings.c.id)).all()
    return tuple(_move(connection, _stored(row), FindingState.OPEN, "到期重新提示", Judged(now)) for row in rows)


_ADD, _ADD_LINE = insert(findings), insert(finding_log)
_ONE = select(findings).where(findings.c.id == bindparam("one"))
_OF_BODY = select(findings).where(findings.c.body_id == bindparam("body")).order_by(findings.c.report_year, findings.c.id)
"""Made once: making them anew for each finding takes as long as what they do."""


def get(connection: Connection, finding_id: int) -> StoredFinding:
    """The finding of that id. Raises NotFoundError."""
    row = connection.execute(_ONE, {"one": finding_id}).one_or_none()
    if row is None:
        raise NotFoundError(f"没有这个问题：{finding_id}", advice="nianbao finding list 列出全部问题。")
    return _stored(row)


def for_report(connection: Connection, body_id: BodyId, report_year: int) -> tuple[StoredFinding, ...]:
    """Every finding ever made of one report, by id."""
    mine = (findings.c.body_id == body_id, findings.c.report_year == report_year)
    return tuple(_stored(row) for row in connection.execute(select(findings).where(*mine).order_by(findings.c.id)))


def for_body(connection: Connection, body_id: BodyId) -> dict[int, tuple[StoredFinding, ...]]:
    """Every finding ever made of one body's reports, by report year and id."""
    rows = connection.execute(_OF_BODY, {"body": body_id})
    return {year: tuple(_stored(row) for row in of_year) for year, of_year in groupby(rows, key=lambda row: int(row.report_year))}


def list_for(  # noqa: PLR0913 - conditions, by keyword
    connection: Connection,
    *,
    report_year: int | None = None,
    states: Iterable[FindingState] = (),
    certainties: Iterable[Certainty] = (),
    division_prefix: str = "",
    limit: int | None = None,
    offset: int = 0,
) -> tuple[StoredFinding, ...]:
    """Findings that meet every condition given, by severity, then the newest."""
    conditions: list[Any] = [] if report_year is None else [findings.c.report_year == report_year]
    if wanted := [state.value for state in states]:
        conditions.append(findings.c.state.in_(wanted))
    if sure := [certainty.value for certainty in certainties]:
        conditions.append(findings.c.certainty.in_(sure))
    if division_prefix:
        inside = bodies.c.division_code.startswith(division_prefix, autoescape=True)
        conditions.append(findings.c.body_id.in_(select(bodies.c.id).where(inside)))
    query = select(findings).where(*conditions).order_by(findings.c.severity, findings.c.id.desc())
    return tuple(_stored(row) for row in connection.execute(query.limit(limit).offset(offset)))


def log(connection: Connection, finding_id: int) -> tuple[LogLine, ...]:
    """The changes of one finding, the oldest first."""
    rows = connection.execute(select(finding_log).where(finding_log.c.finding_id == finding_id).order_by(finding_log.c.id))
    return tuple(
        LogLine(
            at=row.at,
            actor=row.actor,
            from_state=FindingState(row.from_state) if row.from_state else None,
            to_state=FindingState(row.to_state),
            reason=row.reason,
            versions=row.versions,
        )
        for row in rows
    )


def _append_log(
    connection: Connection, finding_id: int, change: tuple[FindingState | None, FindingState], reason: str, judged: Judged, rule: str
) -> None:
    before, after = change
    values = {
        "finding_id": finding_id,
        "at": judged.now,
        "actor": clip(judged.actor, 80),
        "from_state": before.value if before else "",
        "to_state": after.value,
        "reason": clip(reason, 500),
        "versions": clip(judged.versions_of(rule), 120),
    }
    connection.execute(_ADD_LINE, values)


def _values(finding: Finding, operands: str, judged: Judged) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "severity": finding.severity.value,
        "certainty": finding.certainty.value,
        "title": clip(finding.title, 200),
        "message": clip(finding.message, 20_000),
        "payload": plain(to_plain(finding)),
        "operands": operands,
        "reading_id": judged.reading_id,
        "updated_at": judged.now,
    }


def _stored(row: Row[Any]) -> StoredFinding:
    return StoredFinding(
        id=row.id,
        body_id=BodyId(row.body_id),
        report_year=row.report_year,
        finding=from_plain(Finding, row.payload),
        state=FindingState(row.state),
        operands=row.operands,
        reading_id=row.reading_id,
        opened_at=row.opened_at,
        updated_at=row.updated_at,
        resolved_at=row.resolved_at,
        snoozed_until=row.snoozed_until,
        assignee=row.assignee,
    )


@dataclass(frozen=True, slots=True)
class Preview:
    """What a judgement would change: findings that would be new, come back, or be resolved, and those that would read otherwise."""

    opened: tuple[Finding, ...] = ()
    reopened: tuple[tuple[StoredFinding, Finding], ...] = ()
    resolved: tuple[StoredFinding, ...] = ()
    reworded: tuple[tuple[StoredFinding, Finding], ...] = ()

    @property
    def empty(self) -> bool:
        """Nothing would change."""
        return not (self.opened or self.reopened or self.resolved or self.reworded)


def preview(connection: Connection, known: Iterable[StoredFinding], judgement: Judgement, parsed: ParsedReport | None) -> Preview:
    """What `apply` would do to the findings `known` of a report; nothing is written."""
    stored = {entry.finding.fingerprint: entry for entry in known}
    found = {finding.fingerprint: finding for finding in judgement.findings}
    met = [(stored[mark], finding) for mark, finding in found.items() if mark in stored]
    back = [pair for pair in met if _comes_back(connection, *pair, parsed)]
    return Preview(
        opened=tuple(finding for mark, finding in found.items() if mark not in stored),
        reopened=tuple(back),
        resolved=tuple(
            entry
            for mark, entry in stored.items()
            if mark not in found
            and entry.state not in {FindingState.DISMISSED, FindingState.RESOLVED}
            and not _undecided(entry.finding, judgement, parsed)
        ),
        reworded=tuple(pair for pair in met if pair not in back and _reads_otherwise(*pair)),
    )


def _comes_back(connection: Connection, entry: StoredFinding, finding: Finding, parsed: ParsedReport | None) -> bool:
    if entry.state in SETTLED and entry.operands != operands_digest(finding, parsed):
        return True
    return entry.state is FindingState.RESOLVED and _vanished_from(connection, entry) is not None


def _reads_otherwise(entry: StoredFinding, finding: Finding) -> bool:
    old = entry.finding
    return (old.severity, old.certainty, old.message) != (finding.severity, finding.certainty, finding.message)
