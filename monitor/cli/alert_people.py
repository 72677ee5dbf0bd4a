"""`nianbao alert ack|snooze|silence|holds|unhold|open|log|retry`: what people do about alerts, and what became of messages."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.deciding import Reason, Who, actor_of
from monitor.cli.numbers import LARGEST
from monitor.cli.printing import Format, FormatOption, note, print_rows, say
from monitor.cli.session import Session

if TYPE_CHECKING:
    from storage.domain.alerts import EventKind

Matters = Annotated[list[str], typer.Argument(metavar="事项…", help="消息编号 NB-…（该消息提示的全部事项），或 alert open 列出的事项。")]
Until = Annotated[str, typer.Option(metavar="YYYY-MM-DD", help="到这一天为止（当天恢复提示）。")]


def add_to(noun: typer.Typer) -> None:
    """Add the commands to `alert`."""
    noun.command("ack")(ack)
    noun.command("snooze")(snooze)
    noun.command("silence")(silence)
    noun.command("holds")(holds)
    noun.command("unhold")(unhold)
    noun.command("open")(open_)
    noun.command("log")(log)
    noun.command("retry")(retry)


def ack(context: typer.Context, matters: Matters, until: Until = "", reason: Reason = "", by: Who = "") -> None:
    """确认收到：不再提醒和升级这一件事，默认 14 天；事情有变化或到期仍未解决会再提示。"""
    _hold(context, "ack", matters, (until, reason, by))


def snooze(context: typer.Context, matters: Matters, until: Until = "", reason: Reason = "", by: Who = "") -> None:
    """稍后处理：到期仍未解决再提示。必须说明理由。"""
    _hold(context, "snooze", matters, (until, reason, by))


def _hold(context: typer.Context, sort: str, matters: list[str], said: tuple[str, str, str]) -> None:
    from monitor.alerts import people
    from storage.domain.alerts import HoldSort

    until, reason, by = said
    with Session.of(context).writing() as (connection, now):
        found = people.matters_of(connection, matters)
        people.hold(connection, HoldSort(sort), found, _day(until), people.Said(actor_of(by), now, reason))
    say(f"{HoldSort(sort).label}：{len(found)} 件")
    note("查看：nianbao alert holds")


def silence(
    context: typer.Context,
    kind: Annotated[list[str] | None, typer.Option(help="只静默这些类型，可多个；不写为全部。")] = None,
    scope: Annotated[str, typer.Option(help="只静默该地区代码范围；不写为全部地区。")] = "",
    until: Until = "",
    reason: Reason = "",
    by: Who = "",
) -> None:
    """静默一类消息，必须有结束日期（最长 90 天）和理由；监测照常，摘要里列出件数。"""
    from monitor.alerts import people

    with Session.of(context).writing() as (connection, now):
        said = people.Said(actor_of(by), now, reason)
        number = people.silence(connection, kinds_of(kind), scope, _day(until), said)
    say(f"已静默（编号 {number}），到 {until} 为止")


def holds(context: typer.Context, form: FormatOption = Format.TABLE) -> None:
    """列出确认、稍后处理和静默，新的在前，已结束的也在内。"""
    from storage import alert_holds

    session = Session.of(context)
    now, human = session.clock().now(), form is Format.TABLE
    with Session.of(context).reading() as connection:
        found = alert_holds.recent(connection)
    rows = [
        {
            "id": one.id,
            "sort": one.sort.label if human else one.sort.value,
            "what": one.matter or f"{'、'.join(kind.label for kind in one.kinds) or '全部类型'} {one.scope or '全部地区'}",
            "active": ("是" if one.active(now) else "否") if human else one.active(now),
            "until": one.until,
            "actor": one.actor,
            "reason": one.reason,
            "ended_by": one.ended_by,
        }
        for one in found
    ]
    columns = {"id": "编号", "sort": "类别", "what": "对象", "active": "有效", "until": "到期", "actor": "由谁", "reason": "理由"}
    print_rows(rows, columns, form, empty="没有确认、稍后处理或静默。")


def unhold(
    context: typer.Context, hold_id: Annotated[int, typer.Argument(metavar="编号", min=1, max=LARGEST)], reason: Reason = "", by: Who = ""
) -> None:
    """提前结束一个确认、稍后处理或静默；仍未解决的会再提示。"""
    from monitor.alerts import people

    with Session.of(context).writing() as (connection, now):
        ended = people.take_back(connection, hold_id, people.Said(actor_of(by), now, reason))
    say(f"已结束编号 {hold_id}" if ended else f"编号 {hold_id} 此前已结束")


def open_(
    context: typer.Context,
    scope: Annotated[str, typer.Option(help="只列该地区代码范围内的。")] = "",
    form: FormatOption = Format.TABLE,
) -> None:
    """列出现在未解决的事项：未发现、已撤下、严重和一般的问题。"""
    from monitor.alerts.reach import scope_prefix
    from monitor.alerts.render import words
    from monitor.alerts.scenes import open_matters
    from storage.domain.clock import local_date

    now = Session.of(context).clock().now()
    with Session.of(context).reading() as connection:
        found = open_matters(connection, local_date(now).year - 1, scope_prefix(scope))
    labels = words("zh-CN")["groups"]
    rows = [
        {"matter": one.matter, "body": one.item.name, "what": labels[one.item.what], "rule": one.item.rule, "since": one.since}
        for one in sorted(found, key=lambda one: (one.since, one.matter))
    ]
    columns = {"matter": "事项", "body": "单位", "what": "情况", "rule": "规则", "since": "自"}
    print_rows(rows, columns, form, empty="没有未解决的事项。")


def log(
    context: typer.Context,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="最多列出多少封。")] = 50,
    dead: Annotated[bool, typer.Option("--dead", help="只列无法送达的。")] = False,
    form: FormatOption = Format.TABLE,
) -> None:
    """发送记录：每封消息到了哪一步、对方怎样答复。"""
    from storage import destinations, outbox
    from storage.domain.enums import SendState

    with Session.of(context).reading() as connection:
        names = {one.id: one.name for one in destinations.list_all(connection)}
        found = outbox.recent(connection, limit=limit, state=SendState.DEAD if dead else None)
    human = form is Format.TABLE
    rows = [
        {
            "id": row.id,
            "reference": row.message.reference,
            "to": names[row.message.destination_id],
            "subject": row.message.subject,
            "created_at": row.created_at,
            "state": row.state.label if human else row.state.value,
            "attempts": row.attempts,
            "next_at": None if row.state in outbox.SETTLED else row.next_at,
            "bytes": len(row.message.body_text.encode()),
            "events": len(row.message.event_ids),
            "reply": row.last_reply,
        }
        for row in found
    ]
    columns = {
        "id": "编号",
        "reference": "消息编号",
        "to": "接收方",
        "created_at": "写成",
        "state": "状态",
        "attempts": "次数",
        "reply": "答复",
    }
    print_rows(rows, columns, form, empty="没有发送记录。")


def retry(context: typer.Context, outbox_id: Annotated[int, typer.Argument(metavar="编号", min=1, max=LARGEST)], by: Who = "") -> None:
    """把一封无法送达的消息再发一次（仍是同一封）。"""
    from monitor.alerts import people
    from storage.domain.errors import NotFoundError

    with Session.of(context).writing() as (connection, now):
        if not people.retry(connection, outbox_id, people.Said(actor_of(by), now)):
            raise NotFoundError(f"编号 {outbox_id} 不是无法送达的消息", advice="nianbao alert log --dead 列出全部。")
    say(f"编号 {outbox_id} 将再次发送")


def kinds_of(texts: list[str] | None) -> tuple[EventKind, ...]:
    """Kinds of events by value or Chinese label. Raises UsageError."""
    from storage.domain.alerts import EventKind
    from storage.domain.errors import UsageError

    found = []
    for text in texts or ():
        kind = next((one for one in EventKind if text in {one.value, one.label}), None)
        if kind is None:
            raise UsageError(f"没有这种消息：{text}", advice="可用：" + "、".join(f"{one.value}（{one.label}）" for one in EventKind))
        found.append(kind)
    return tuple(found)


def _day(text: str) -> datetime | None:
    """The first moment of that day in China; None where none is given."""
    from storage.domain.clock import CHINA
    from storage.domain.errors import UsageError

    try:
        return datetime.combine(date.fromisoformat(text), time(), tzinfo=CHINA) if text else None
    except ValueError:
        example = date.today() + timedelta(days=7)  # noqa: DTZ011 - an example of how to write a date
        raise UsageError(f"不是日期：{text}", advice=f"例：--until {example}") from None
