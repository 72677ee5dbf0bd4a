"""`nianbao body exempt|extend|decisions|revoke`: what a documented decision says of one body's report of one year."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.deciding import Reason, Who, actor_of
from monitor.cli.numbers import LARGEST
from monitor.cli.printing import Format, FormatOption, note, print_rows, say
from monitor.cli.session import Session

if TYPE_CHECKING:
    from storage.domain.duties import DutyDecision

BodyArgument = Annotated[str, typer.Argument(metavar="ID", help="单位编号。")]
Year = Annotated[int, typer.Option("--year", min=2000, max=2200, help="报告年度。")]
Authority = Annotated[str, typer.Option("--authority", help="由谁决定，如机关和文号。")]


def add_to(noun: typer.Typer) -> None:
    """Add the commands to `body`."""
    noun.command("exempt")(exempt)
    noun.command("extend")(extend)
    noun.command("decisions")(decisions)
    noun.command("revoke")(revoke)


def exempt(context: typer.Context, body_id: BodyArgument, year: Year, reason: Reason, authority: Authority = "", by: Who = "") -> None:
    """登记免报：该单位该年度不需要发布年报。只对这一个年度有效。"""
    _add(context, (body_id, year, None), reason, (authority, by))


def extend(  # noqa: PLR0913, PLR0917 - one parameter per option
    context: typer.Context,
    body_id: BodyArgument,
    year: Year,
    to: Annotated[str, typer.Option(metavar="YYYY-MM-DD", help="新的期限（当日24时）。")],
    reason: Reason,
    authority: Authority = "",
    by: Who = "",
) -> None:
    """登记期限变更：经批准延期，或地方规定了乡镇等单位的期限。只对这一个年度有效。"""
    from storage.domain.errors import UsageError

    try:
        due_on = date.fromisoformat(to)
    except ValueError:
        raise UsageError(f"不是日期：{to}", advice="例：--to 2025-03-10") from None
    if due_on.year <= year:
        raise UsageError(f"{year}年度的年报在 {year + 1} 年发布，期限不能是 {to}", kept="没有改动。")
    _add(context, (body_id, year, due_on), reason, (authority, by))


def _add(context: typer.Context, what: tuple[str, int, date | None], reason: str, said: tuple[str, str]) -> None:
    from storage import audit, bodies, duty_decisions
    from storage.domain.duties import DutyDecision
    from storage.domain.errors import UsageError
    from storage.domain.ids import BodyId

    if not reason.strip():
        raise UsageError("必须写明理由", kept="没有改动。")
    (body_id, year, due_on), session = what, Session.of(context)
    authority, by = said
    actor = actor_of(by)
    with session.writing() as (connection, now):
        decision = DutyDecision(BodyId(body_id), year, reason.strip(), actor, now, due_on, authority.strip())
        number = duty_decisions.add(connection, decision)
        name = bodies.get(connection, decision.body_id).name
        payload = {"year": year, "due_on": due_on.isoformat() if due_on else "", "reason": decision.reason, "authority": authority}
        action = "body.extend" if due_on else "body.exempt"
        audit.append(connection, actor=actor, action=action, target=f"body/{body_id}", now=now, payload=payload)
    say(f"{name} {year}年度：{_words(decision)}（编号 {number}，{actor}）")
    note("下次判断发布状态时生效；已冻结的期限快照不变。")


def decisions(context: typer.Context, form: FormatOption = Format.TABLE) -> None:
    """列出免报和期限变更，新的在前，已撤销的也在内。"""
    from storage import bodies, duty_decisions

    session, human = Session.of(context), form is Format.TABLE
    with session.reading() as connection:
        found = duty_decisions.list_all(connection)
        names = bodies.get_many(connection, [one.body_id for one in found])
    rows = [
        {
            "id": one.id,
            "body": names[one.body_id].name,
            "year": one.report_year,
            "what": _words(one) if human else ("extend" if one.due_on else "exempt"),
            "due_on": one.due_on,
            "authority": one.authority,
            "actor": one.actor,
            "ended_by": one.ended_by,
        }
        for one in found
    ]
    columns = {"id": "编号", "body": "单位", "year": "年度", "what": "决定", "authority": "依据", "actor": "登记人", "ended_by": "撤销人"}
    print_rows(rows, columns, form, empty="没有免报或期限变更。")


def revoke(context: typer.Context, decision_id: Annotated[int, typer.Argument(metavar="编号", min=1, max=LARGEST)], by: Who = "") -> None:
    """撤销一个免报或期限变更；记录保留。"""
    from storage import audit, duty_decisions

    session, actor = Session.of(context), actor_of(by)
    with session.writing() as (connection, now):
        before = duty_decisions.get(connection, decision_id)
        if before.ended_at is None:
            duty_decisions.end(connection, decision_id, actor, now)
            audit.append(
                connection, actor=actor, action="body.revoke", target=f"body/{before.body_id}", now=now, payload={"id": decision_id}
            )
    done = "已撤销" if before.ended_at is None else f"此前已由{before.ended_by}撤销："
    say(f"{done}编号 {decision_id}（{before.report_year}年度，{_words(before)}）")


def _words(decision: DutyDecision) -> str:
    return f"期限改为 {decision.due_on:%Y-%m-%d}：{decision.reason}" if decision.due_on else f"免报：{decision.reason}"
