"""`nianbao alert rule`: who hears of what in which way, one sentence per rule."""

from __future__ import annotations

from typing import Annotated

import typer

from monitor.cli.alert_people import kinds_of
from monitor.cli.deciding import actor_of
from monitor.cli.printing import Format, FormatOption, note, print_rows, say
from monitor.cli.session import Session


def add_to(noun: typer.Typer) -> None:
    """Add `rule` to `alert`."""
    group = typer.Typer(help="提醒规则：先到先用，没有规则说到的进每日摘要。", no_args_is_help=True)
    group.command("add")(add)
    group.command("list")(list_)
    group.command("remove")(remove)
    noun.add_typer(group, name="rule")


def add(  # noqa: PLR0913, PLR0917 - one parameter per part of the sentence
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="给规则起的名字；同名的会被替换。")],
    to: Annotated[str, typer.Option("--to", help="接收方名称。")],
    mode: Annotated[str, typer.Option(help="immediate（立即）、digest（每日摘要）或 none（不通知）。")] = "digest",
    kind: Annotated[list[str] | None, typer.Option(help="针对的情况，可多个；不写为全部。")] = None,
    severity: Annotated[str, typer.Option(help="问题的级别，S1 至 S4：该级及更严重的。")] = "",
    scope: Annotated[str, typer.Option(help="地区代码；不写为全部。")] = "",
    escalate_to: Annotated[str, typer.Option(help="久未确认时通知的第二接收方。")] = "",
    escalate_days: Annotated[int, typer.Option(min=0, max=60, help="满几个工作日未确认。")] = 0,
) -> None:
    """添加或修改一条规则。"""
    from monitor.alerts.rule_words import sentence
    from storage import alert_rules, audit, destinations
    from storage.domain.alerts import AlertRule, Mode
    from storage.domain.enums import Severity
    from storage.domain.errors import UsageError

    if mode not in set(Mode) or (severity and severity not in set(Severity)):
        raise UsageError(f"没有这种方式或级别：{mode} {severity}", advice="方式：immediate、digest、none；级别：S1 至 S4。")
    session = Session.of(context)
    with session.writing() as (connection, now):
        first = destinations.named(connection, to)
        second = destinations.named(connection, escalate_to) if escalate_to else None
        if second is not None and second.audience is not first.audience:
            raise UsageError("第二接收方必须是同一类对象：监督消息和运维消息从不混用", kept="没有保存规则。")
        number = second.id if second is not None else None
        rule = AlertRule(0, name, first.id, Mode(mode), kinds_of(kind), severity, scope, number, escalate_days)
        alert_rules.save(connection, rule, now=now)
        said = sentence(rule, {one.id: one.name for one in destinations.list_all(connection)})
        audit.append(connection, actor=actor_of(), action="alert.rule", target=f"rule/{name}", now=now, payload={"says": said})
    say(f"已保存规则 {name}：{said}")
    note("查看全部：nianbao alert rule list")


def list_(context: typer.Context, form: FormatOption = Format.TABLE) -> None:
    """列出规则，按询问的次序。"""
    from monitor.alerts.rule_words import sentence
    from storage import alert_rules, destinations

    session = Session.of(context)
    with session.reading() as connection:
        found = alert_rules.list_all(connection)
        names = {one.id: one.name for one in destinations.list_all(connection)}
    rows = [{"name": one.name, "says": sentence(one, names), "mode": one.mode.value, "to": names[one.destination_id]} for one in found]
    print_rows(rows, {"name": "名称", "says": "规则"}, form, empty="没有规则：一切进每日摘要。")


def remove(context: typer.Context, name: Annotated[str, typer.Argument(help="规则名称。")]) -> None:
    """去掉一条规则。"""
    from storage import alert_rules, audit

    session = Session.of(context)
    with session.writing() as (connection, now):
        alert_rules.remove(connection, name)
        audit.append(connection, actor=actor_of(), action="alert.rule.remove", target=f"rule/{name}", now=now)
    say(f"已去掉规则 {name}")
