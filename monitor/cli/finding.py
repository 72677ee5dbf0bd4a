"""`nianbao finding`: what was found, and what a person says of it. Every word is logged with who said it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli.deciding import Who, actor_of
from monitor.cli.numbers import LARGEST
from monitor.cli.printing import Document, DocumentOption, Format, FormatOption, note, print_json, print_rows, say
from monitor.cli.session import Session

if TYPE_CHECKING:
    from storage.domain.enums import FindingState
    from storage.findings import LogLine, StoredFinding


class Reason(StrEnum):
    """Why a finding is dismissed."""

    MISREAD = "提取错误"
    EXPLAINED = "报告有说明"
    SCOPE = "统计口径"
    DUPLICATE = "重复"
    CORRECTED = "单位已更正"
    OTHER = "其他"


def add_to(app: typer.Typer) -> None:
    """Add the noun."""
    noun = typer.Typer(help="发现的问题。", no_args_is_help=True)
    noun.command("list")(list_)
    noun.command("show")(show)
    noun.command("confirm")(confirm)
    noun.command("dismiss")(dismiss)
    noun.command("snooze")(snooze)
    noun.command("assign")(assign)
    app.add_typer(noun, name="finding")


Ids = Annotated[list[int], typer.Argument(metavar="ID…", min=1, max=LARGEST, help="问题编号，可多个。")]
Note = Annotated[str, typer.Option("--note", help="补充说明。")]


def list_(  # noqa: PLR0913, PLR0917 - one parameter per condition
    context: typer.Context,
    year: Annotated[int | None, typer.Option(min=2000, max=2200, help="只列该报告年度。")] = None,
    state: Annotated[list[str] | None, typer.Option(help="只列这些状态，默认 open。all 为全部。")] = None,
    certainty: Annotated[list[str] | None, typer.Option(help="只列这些把握程度。")] = None,
    rule: Annotated[str, typer.Option(help="只列该规则。")] = "",
    scope: Annotated[str, typer.Option(help="只列该地区代码范围内的。")] = "",
    assignee: Annotated[str, typer.Option(help="只列派给此人的。")] = "",
    form: FormatOption = Format.TABLE,
) -> None:
    """列出问题，严重的在前。"""
    from storage import bodies, findings
    from storage.domain.enums import Certainty, FindingState

    wanted = [] if "all" in (state or ()) else [_member(FindingState, text) for text in state or ["open"]]
    sure = [_member(Certainty, text) for text in certainty or ()]
    session = Session.of(context)
    with session.reading() as connection:
        found = findings.list_for(connection, report_year=year, states=wanted, certainties=sure, division_prefix=scope)
        _require_rule(rule, found)
        found = tuple(entry for entry in found if rule.upper() in {"", entry.finding.rule})
        found = tuple(entry for entry in found if assignee in {"", entry.assignee})
        names = {body.id: body.name for body in bodies.get_many(connection, [entry.body_id for entry in found]).values()}
    rows = [_row(entry, names[entry.body_id], human=form is Format.TABLE) for entry in found]
    columns = {"id": "编号", "body": "单位", "report_year": "报告年度", "rule": "规则", "severity": "级别"}
    columns |= {"certainty": "把握", "state": "状态", "title": "问题"}
    print_rows(rows, columns, form, empty="没有符合条件的问题。")
    if rows and form is Format.TABLE:
        note(f"共 {len(rows)} 个。查看一个：nianbao finding show {rows[0]['id']}")


def _require_rule(rule: str, found: Sequence[StoredFinding]) -> None:
    """Refuse a rule that neither is nor was one: a slip of the hand must not look like a clean record."""
    from monitor.judge import find_rule
    from storage.domain.errors import UsageError

    if rule and find_rule(rule.upper()) is None and all(entry.finding.rule != rule.upper() for entry in found):
        raise UsageError(f"没有这条规则：{rule}", advice="nianbao rule list 列出全部规则。")


def show(
    context: typer.Context,
    finding_id: Annotated[int, typer.Argument(metavar="ID", min=1, max=LARGEST, help="问题编号。")],
    form: DocumentOption = Document.TABLE,
) -> None:
    """显示一个问题：内容、涉及的单元格、处理经过。"""
    from storage import bodies, findings

    session = Session.of(context)
    with session.reading() as connection:
        entry = findings.get(connection, finding_id)
        name = bodies.get(connection, entry.body_id).name
        lines = findings.log(connection, finding_id)
    if form is Document.JSON:
        print_json(_row(entry, name, human=False) | _details(entry, lines))
        return
    _tell(entry, name, lines)


def confirm(context: typer.Context, ids: Ids, by: Who = "", note_: Note = "") -> None:
    """确认问题属实。"""
    from storage.domain.enums import FindingState

    _decide(context, ids, FindingState.CONFIRMED, note_, by)


def dismiss(
    context: typer.Context,
    ids: Ids,
    reason: Annotated[str, typer.Option(help="、".join(Reason) + "。")] = "",
    by: Who = "",
    note_: Note = "",
) -> None:
    """排除问题，必须给出理由；涉及的数据不变就不再提示。"""
    from storage.domain.enums import FindingState
    from storage.domain.errors import UsageError

    if reason not in set(Reason):
        said = f"没有这个理由：{reason}" if reason else "排除一个问题必须说明理由"
        raise UsageError(said, kept="没有改动任何问题。", advice="--reason 可用：" + "、".join(Reason))
    if reason == Reason.OTHER and not note_.strip():
        raise UsageError("理由为“其他”时必须补充说明", kept="没有改动任何问题。", advice="例：--reason 其他 --note 已电话核实")
    _decide(context, ids, FindingState.DISMISSED, f"{reason}：{note_}" if note_ else reason, by)


def snooze(
    context: typer.Context,
    ids: Ids,
    until: Annotated[str, typer.Option(metavar="YYYY-MM-DD", help="到这一天再提示。")] = "",
    by: Who = "",
    note_: Note = "",
) -> None:
    """稍后处理：到期重新提示。"""
    from storage.domain.enums import FindingState

    _decide(context, ids, FindingState.SNOOZED, note_, by, until=_day(until))


def assign(
    context: typer.Context,
    ids: Ids,
    to: Annotated[str, typer.Option(metavar="NAME", help="派给谁；不写则不再指派。")] = "",
    by: Who = "",
    note_: Note = "",
) -> None:
    """派发：由谁核实。状态不变，记入处理经过。"""
    from monitor.judge import rule_versions, rules_version
    from storage import audit, findings

    actor = actor_of(by)
    session = Session.of(context)
    now = session.clock().now()
    database = session.database(session.settings())
    try:
        with database.write() as connection:
            judged = findings.Judged(now, versions=rules_version(), actor=actor, rules=rule_versions())
            for finding_id in dict.fromkeys(ids):
                findings.assign(connection, finding_id, to, reason=note_, judged=judged)
                audit.append(connection, actor=actor, action="finding.assign", target=f"finding/{finding_id}", now=now, payload={"to": to})
    finally:
        database.close()
    listed = "、".join(str(one) for one in dict.fromkeys(ids))
    say(f"派给 {to.strip()}：{listed}（{actor}）" if to.strip() else f"不再指派：{listed}（{actor}）")


def _decide(context: typer.Context, ids: Sequence[int], state: FindingState, reason: str, by: str, until: datetime | None = None) -> None:
    from monitor.judge import rule_versions, rules_version
    from storage import audit, findings

    actor = actor_of(by)
    session = Session.of(context)
    now = session.clock().now()
    database = session.database(session.settings())
    try:
        with database.write() as connection:
            judged = findings.Judged(now, versions=rules_version(), actor=actor, rules=rule_versions())
            for finding_id in dict.fromkeys(ids):
                before = findings.get(connection, finding_id).state
                findings.set_state(connection, finding_id, state, reason=reason, judged=judged, until=until)
                payload = {"from": before.value, "reason": reason} | ({"until": until.isoformat()} if until else {})
                audit.append(
                    connection, actor=actor, action=f"finding.{state.value}", target=f"finding/{finding_id}", now=now, payload=payload
                )
    finally:
        database.close()
    say(f"{state.label}：{'、'.join(str(one) for one in dict.fromkeys(ids))}（{actor}）")


def _day(text: str) -> datetime | None:
    """The first moment of that day in China; None where none is given."""
    from storage.domain.clock import CHINA
    from storage.domain.errors import UsageError

    if not text:
        return None
    try:
        return datetime.combine(date.fromisoformat(text), time(), tzinfo=CHINA)
    except ValueError:
        raise UsageError(f"不是日期：{text}", advice="例：--until 2025-03-01") from None


def _member(kind: Any, text: str) -> Any:
    from storage.domain.errors import UsageError

    found = next((member for member in kind if text in {member.value, member.label}), None)
    if found is None:
        raise UsageError(f"没有这个值：{text}", advice="可用：" + "、".join(f"{m.value}（{m.label}）" for m in kind))
    return found


def _row(entry: StoredFinding, name: str, *, human: bool) -> dict[str, Any]:
    finding = entry.finding
    return {
        "id": entry.id,
        "body_id": entry.body_id,
        "body": name,
        "report_year": entry.report_year,
        "rule": finding.rule,
        "severity": finding.severity.label if human else finding.severity.value,
        "certainty": finding.certainty.label if human else finding.certainty.value,
        "state": entry.state.label if human else entry.state.value,
        "title": finding.title,
        "message": finding.message,
        "fingerprint": finding.fingerprint,
        "opened_at": entry.opened_at,
        "snoozed_until": entry.snoozed_until,
        "assignee": entry.assignee,
    }


def _details(entry: StoredFinding, lines: Sequence[LogLine]) -> dict[str, Any]:
    guess = entry.finding.hypothesis
    return {
        "cells": list(entry.finding.cells),
        "quote": entry.finding.quote,
        "hypothesis": None if guess is None else {"cell": guess.cell, "value": guess.value},
        "log": [
            {
                "at": line.at,
                "actor": line.actor,
                "from": line.from_state.value if line.from_state else None,
                "to": line.to_state.value,
                "reason": line.reason,
                "versions": line.versions,
            }
            for line in lines
        ],
    }


def _tell(entry: StoredFinding, name: str, lines: Sequence[LogLine]) -> None:
    from storage.domain.clock import CHINA

    finding = entry.finding
    say(f"{entry.id}  {name} {entry.report_year}年度")
    say(
        f"{finding.rule} {finding.certainty.label}（{finding.severity.label}），{entry.state.label}"
        + (f"，派给 {entry.assignee}" if entry.assignee else "")
    )
    say(finding.message)
    for line in lines:
        when = line.at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M")
        before = line.from_state.label if line.from_state else "新"
        change = f"{before} → {line.to_state.label}" if line.from_state is not line.to_state else line.to_state.label
        say(f"  {when}  {change}  {line.actor}" + (f"  {line.reason}" if line.reason else ""))
    note(f"规则说明：nianbao rule show {finding.rule}")
