"""`nianbao alert mute|unmute`: the whole installation keeps quiet, for a restore, a move or a rehearsal; nothing is lost meanwhile."""

from __future__ import annotations

from typing import Annotated

import typer

from monitor.cli.deciding import actor_of
from monitor.cli.printing import note, say
from monitor.cli.session import Session


def add_to(noun: typer.Typer) -> None:
    """Add the commands to `alert`."""
    noun.command("mute")(mute)
    noun.command("unmute")(unmute)


def mute(context: typer.Context, reason: Annotated[str, typer.Argument(metavar="理由")]) -> None:
    """本系统暂不发送任何消息；监测照常，消息留在发件箱。"""
    from storage.domain.errors import UsageError

    if not reason.strip():
        raise UsageError("请说明理由", advice="例：nianbao alert mute 迁移到新服务器")
    _put(context, reason.strip())
    say("已静音：消息照常写入发件箱，但不发送。恢复：nianbao alert unmute")


def unmute(context: typer.Context) -> None:
    """恢复发送；发件箱里等待的消息随后发出。"""
    was = _put(context, "")
    say(f"已恢复发送（此前静音的原因：{was}）" if was else "本来就没有静音")
    if Session.of(context).settings().alert_muted:
        note("配置项 alert_muted 仍为 true，去掉它才会发送。")


def _put(context: typer.Context, reason: str) -> str:
    """Set the reason, empty for none; the one before. Written into the audit log."""
    from storage import audit, installation

    with Session.of(context).writing() as (connection, now):
        was = installation.get(connection, installation.MUTED)
        installation.put(connection, installation.MUTED, reason)
        action, payload = f"alert.{'mute' if reason else 'unmute'}", {"reason": reason or was}
        audit.append(connection, actor=actor_of(), action=action, target="installation", now=now, payload=payload)
    return was
