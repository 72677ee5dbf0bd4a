"""`nianbao alert`: who is told, and proof that they can be."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli import alert_mute, alert_people, alert_rule
from monitor.cli.deciding import actor_of
from monitor.cli.failing import Exit
from monitor.cli.printing import Format, FormatOption, note, print_rows, say
from monitor.cli.session import Session

if TYPE_CHECKING:
    from storage.database import Database
    from storage.settings import Settings


def add_to(app: typer.Typer) -> None:
    """Add the noun."""
    noun = typer.Typer(help="提醒。", no_args_is_help=True)
    noun.command("add")(add)
    noun.command("list")(list_)
    noun.command("test")(send_test)
    noun.command("enable")(enable)
    noun.command("disable")(disable)
    alert_people.add_to(noun)
    alert_rule.add_to(noun)
    alert_mute.add_to(noun)
    app.add_typer(noun, name="alert")


def add(  # noqa: PLR0913, PLR0917 - one parameter per property
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="给接收方起的名字。")],
    address: Annotated[str, typer.Argument(help="邮箱地址，或 Apprise 格式的地址；写 - 则从标准输入读取（不留在命令历史里）。")],
    operator: Annotated[bool, typer.Option("--operator", help="运维消息（默认是监督消息）。")] = False,
    scope: Annotated[str, typer.Option(help="只接收该地区代码范围内的消息。")] = "",
    lang: Annotated[str, typer.Option("--language", help="消息的语言：zh-CN 或 en。")] = "zh-CN",
    cadence: Annotated[str, typer.Option(help="摘要频率：daily（每个工作日）或 weekly（每周首个工作日）。")] = "daily",
) -> None:
    """添加或修改一个接收方。"""
    from monitor.alerts.channels import channel
    from monitor.alerts.egress import Guard
    from monitor.alerts.send import mail_defaults
    from storage import destinations
    from storage.domain.enums import Audience

    session = Session.of(context)
    settings = session.settings()
    given = sys.stdin.readline().strip() if address == "-" else address
    channel(given, mail_defaults(settings), Guard.of(settings.alert_allow_hosts))
    database = session.database(settings)
    try:
        with database.write() as connection:
            audience = Audience.OPERATOR if operator else Audience.OVERSIGHT
            now = session.clock().now()
            destinations.add(connection, name, given, audience, now=now, scope=scope, lang=lang, cadence=cadence)
    finally:
        database.close()
    say(f"已保存接收方 {name}（{audience.label}）")
    note(f"下一步：nianbao alert test {name}")


def enable(context: typer.Context, name: Annotated[str, typer.Argument(help="接收方名称。")]) -> None:
    """恢复向接收方发送；停用期间的消息会补发。"""
    _switch(context, name, enabled=True)


def disable(context: typer.Context, name: Annotated[str, typer.Argument(help="接收方名称。")]) -> None:
    """停止向接收方发送；消息留在发件箱。"""
    _switch(context, name, enabled=False)


def _switch(context: typer.Context, name: str, *, enabled: bool) -> None:
    from storage import audit, destinations

    session = Session.of(context)
    with session.writing() as (connection, now):
        found = destinations.named(connection, name)
        destinations.set_enabled(connection, found.id, enabled)
        action = "alert.enable" if enabled else "alert.disable"
        audit.append(connection, actor=actor_of(), action=action, target=f"destination/{found.id}", now=now)
    say(f"{'已恢复' if enabled else '已停止'}向 {name} 发送")


def list_(context: typer.Context, form: FormatOption = Format.TABLE) -> None:
    """列出接收方；地址含口令，不显示。"""
    from storage import destinations

    session = Session.of(context)
    with session.reading() as connection:
        found = destinations.list_all(connection)
    human = form is Format.TABLE
    rows = [
        {
            "name": one.name,
            "service": one.address.partition("://")[0] if "://" in one.address else "mail",
            "audience": one.audience.label if human else one.audience.value,
            "scope": one.scope,
            "lang": one.lang,
            "cadence": {"daily": "每工作日", "weekly": "每周"}[one.cadence] if human else one.cadence,
            "enabled": ("是" if one.enabled else "否") if human else one.enabled,
        }
        for one in found
    ]
    columns = {"name": "名称", "service": "方式", "audience": "对象", "scope": "地区", "lang": "语言", "cadence": "摘要", "enabled": "启用"}
    print_rows(rows, columns, form, empty="还没有接收方。下一步：nianbao alert add 名称 邮箱")


def send_test(
    context: typer.Context,
    name: Annotated[str | None, typer.Argument(help="接收方名称；不写则全部。")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只显示内容，不发送。")] = False,
) -> None:
    """发送测试消息，显示对方服务的实际答复。有一个没有被接收，退出码即为 7。"""
    from monitor.alerts.outgoing import message_of_test
    from storage import destinations, outbox
    from storage.domain.errors import NotFoundError

    session = Session.of(context)
    settings = session.settings()
    now = session.clock().now()
    database = session.database(settings)
    try:
        with database.write() as connection:
            found = [one for one in destinations.list_all(connection, enabled_only=True) if name in {None, one.name}]
            messages = {one.name: message_of_test(connection, one, settings, now) for one in found}
        if not found:
            raise NotFoundError(f"没有接收方：{name}" if name else "还没有接收方。", advice="先运行 nianbao alert add 名称 地址。")
        if dry_run:
            for to, message in messages.items():
                say(f"{to}：{message.subject}\n{message.body_text}")
            return
        with database.write() as connection:
            destinations.release(connection, [one.id for one in found])  # a person asks now, whatever the service did before
            numbers = {to: outbox.enqueue(connection, message, now) for to, message in messages.items()}
        accepted = [_deliver(session, database, settings, to, number) for to, number in numbers.items() if number is not None]
    finally:
        database.close()
    if not all(accepted):
        raise typer.Exit(Exit.NETWORK)


def _why_not(database: Database, to: str, *, muted: bool) -> str:
    from storage import destinations

    if muted:
        return "已静音，见 nianbao doctor"
    with database.read() as connection:
        silent = destinations.named(connection, to).timeouts
    return "对方服务没有应答，稍后自动重试" if silent else "另一个进程正在发送"


def _deliver(session: Session, database: Database, settings: Settings, to: str, number: int) -> bool:
    """Drain the outbox as the sender does until this message was tried; says what the service answered."""
    from monitor.alerts.send import send_due
    from storage import outbox
    from storage.domain.enums import SendState

    while True:
        with database.read() as connection:
            tried = outbox.deliveries_of(connection, number)
        if tried:
            break
        summary = send_due(database, settings, session.clock(), limit=1)
        if summary.muted or not summary.accepted + summary.waiting + summary.dead:
            say(f"✕ {to}：没有发送（{_why_not(database, to, muted=summary.muted)}），消息保留在发件箱。")
            return False
    accepted = tried[-1].state is SendState.ACCEPTED
    say(f"{'✓' if accepted else '✕'} {to}：{tried[-1].state.label}。对方答复：{tried[-1].reply or '（无）'}")
    return accepted
