"""`nianbao doctor`: is this machine fit; each line says what was looked at, how it stands and what to do."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from monitor.cli import doctor_looks as further
from monitor.cli.doctor_looks import Look
from monitor.cli.failing import Exit
from monitor.cli.printing import Document, DocumentOption, print_json, say
from monitor.cli.session import Session

if TYPE_CHECKING:
    from storage.settings import Settings


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("doctor")(doctor)


def doctor(context: typer.Context, form: DocumentOption = Document.TABLE) -> None:
    """检查运行环境：数据库、存档、磁盘、时钟、字体、识别、浏览器、网络、服务和接收方。"""
    session = Session.of(context)
    settings = session.settings()
    looks = [
        look for part in (_python, _disk, _database, _archive, _reading, _browser, _network, _mail) for look in part(session, settings)
    ]
    if form is Document.JSON:
        print_json([asdict(look) for look in looks])
    else:
        for look in looks:
            say(f"{ {'ok': '✓', 'hint': '·', 'bad': '✕'}[look.state] } {look.name}：{look.words}")
            if look.advice:
                say(f"    建议：{look.advice}")
    if any(look.state == "bad" for look in looks):
        raise typer.Exit(Exit.CONFIG)


Part = Callable[[Session, "Settings"], Iterator[Look]]


def _python(session: Session, settings: Settings) -> Iterator[Look]:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    yield Look("Python", "ok", sys.version.split()[0])
    try:
        ZoneInfo("Asia/Shanghai")
    except ZoneInfoNotFoundError:
        yield Look("时区", "bad", "没有 Asia/Shanghai 的时区数据，期限无法计算。", "安装系统的 tzdata。")


def _disk(session: Session, settings: Settings) -> Iterator[Look]:
    from storage.disk import room

    found = room(settings)
    folder = next(path for path in (settings.data_dir, *settings.data_dir.parents) if path.exists())
    words = f"{found.folder} 可用 {found.free / 1024**3:.1f} GB，预留 {settings.disk_reserve_mb / 1024:.1f} GB"
    yield Look("磁盘", "ok" if found.enough else "bad", words, "" if found.enough else "清理空间；低于预留时不再抓取，腾出后自动继续。")
    if not os.access(folder, os.W_OK):
        yield Look("数据目录", "bad", f"{folder} 不可写", "检查目录的所有者和权限。")


def _database(session: Session, settings: Settings) -> Iterator[Look]:
    from storage import installation
    from storage.domain.errors import NianbaoError

    try:
        database = session.database(settings)
    except NianbaoError as error:
        yield Look("数据库", "bad", error.message, error.advice)
        return
    try:
        with database.read() as connection:
            muted, now = installation.get(connection, installation.MUTED), session.clock().now()
            yield Look("数据库", "ok", f"{database.dialect}，可以读取")
            yield from further.schema(connection)
            yield from further.clock(connection, now)
            yield from further.loops(connection, now)
            yield from further.channels(connection, settings)
            yield from further.integrity(connection)
        if muted:
            yield Look("提醒", "hint", f"已静音：{muted}；消息留在发件箱。", "恢复发送：nianbao alert unmute")
    except NianbaoError as error:
        yield Look("数据库", "bad", error.message, error.advice)
    finally:
        database.close()


def _archive(session: Session, settings: Settings) -> Iterator[Look]:
    from storage.domain.errors import NianbaoError
    from storage.settings import redact_url

    try:
        session.archive(settings)
    except NianbaoError as error:
        yield Look("存档", "bad", error.message, error.advice)
        return
    yield Look("存档", "ok", redact_url(settings.archive_url))


def _reading(session: Session, settings: Settings) -> Iterator[Look]:
    yield from further.reading()


def _network(session: Session, settings: Settings) -> Iterator[Look]:
    yield from further.network(settings)


def _browser(session: Session, settings: Settings) -> Iterator[Look]:
    found = settings.chromium_path or shutil.which("chromium") or shutil.which("chromium-browser") or ""
    if found and Path(found).exists():
        yield Look("浏览器", "ok", found)
    else:
        yield Look("浏览器", "hint", "没有找到 Chromium；只有需要浏览器的栏目受影响。", "安装系统的 chromium，或设置 chromium_path。")


def _mail(session: Session, settings: Settings) -> Iterator[Look]:
    if settings.smtp_host:
        yield Look("邮件", "ok", f"{settings.smtp_host}:{settings.smtp_port}（用 nianbao alert test 实际发送一封）")
    else:
        yield Look("邮件", "hint", "没有设置 smtp_host，裸邮箱地址的提醒发不出去。", "在 nianbao.toml 中填写 smtp_host 和 mail_from。")
