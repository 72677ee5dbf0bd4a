"""Further looks of `nianbao doctor`: what reading needs, the clock, the network, the loops, and the ways by which people are told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from storage.settings import Settings

NETWORK_SECONDS = 5.0
CLOCK_SLACK = timedelta(minutes=5)
BAD_CLOCK = "核对系统时间（如启用 NTP）；期限按本机时间计算。"


@dataclass(frozen=True, slots=True)
class Look:
    """One thing looked at. `state` is ok, hint (works, but something is absent) or bad."""

    name: str
    state: str
    words: str
    advice: str = ""


def reading() -> Iterator[Look]:
    """Fonts for drawn evidence, recognition of pictures, readers of old formats."""
    from crawler.parsing import convert, libarchive
    from crawler.parsing.ocr import engine
    from crawler.parsing.rendering import fonts

    yield _either(
        "字体", fonts.has_chinese(), "有中文字体", "没有中文字体，证据图中的汉字显示为方框。", "安装一种中文字体，如 fonts-noto-cjk。"
    )
    yield _either("图片识别", engine.available(), "可用", "未安装；图片中的表格不读取，也不判断。", "pip install 'nianbao[ocr]'")
    yield _either("LibreOffice", convert.office() is not None, "已安装", "未安装；少数旧格式文件读不出。", "安装系统的 libreoffice。")
    yield _either("libarchive", libarchive.available(), "已安装", "未安装；RAR 压缩包读不出。", "安装系统的 libarchive。")


def _either(name: str, there: bool, words: str, absent: str, advice: str) -> Look:
    return Look(name, "ok", words) if there else Look(name, "hint", absent, advice)


def schema(connection: Connection) -> Iterator[Look]:
    """Whether the database is of this version."""
    from storage.migrations import apply

    revision = apply.revision(connection)
    if revision == apply.head():
        yield Look("数据库版本", "ok", str(revision))
    else:
        yield Look("数据库版本", "bad", f"{revision}，程序需要 {apply.head()}", "停止服务，备份后重新启动，数据库会自动升级。")


def clock(connection: Connection, now: datetime) -> Iterator[Look]:
    """This machine's time beside the newest the service wrote down, and beside a database server's own."""
    from sqlalchemy import func, select

    from storage import heartbeats

    newest = max((beat.at for beat in heartbeats.list_all(connection).values()), default=None)
    if newest is not None and newest - now > CLOCK_SLACK:
        yield Look("时钟", "bad", f"本机时间早于服务上次记录的时间 {newest.isoformat(timespec='seconds')}", BAD_CLOCK)
        return
    if connection.dialect.name == "postgresql":
        away = abs(connection.execute(select(func.clock_timestamp())).scalar_one() - now)
        if away > CLOCK_SLACK:
            yield Look("时钟", "bad", f"本机与数据库服务器的时间相差 {away}", BAD_CLOCK)
            return
    yield Look("时钟", "ok", now.isoformat(timespec="seconds"))


def loops(connection: Connection, now: datetime) -> Iterator[Look]:
    """Whether the service turns: crawling, judging and sending each by their last sign of life."""
    from storage import heartbeats

    known, stopped = heartbeats.list_all(connection), heartbeats.stopped(connection, now)
    if not known:
        yield Look("服务", "hint", "从未运行，不会自动抓取，也不会发送提醒。", "启动：nianbao serve")
    elif stopped:
        names = "、".join(heartbeats.LOOPS[name] for name in stopped)
        yield Look("服务", "bad", f"没有运行：{names}", "启动或重新启动：nianbao serve；原因见日志。")
    else:
        yield Look("服务", "ok", "、".join(heartbeats.LOOPS.values()) + "均在运行")


def channels(connection: Connection, settings: Settings) -> Iterator[Look]:
    """Whether each destination's address can be used; nothing is sent. Messages nobody takes are told."""
    from monitor.alerts.channels import channel
    from monitor.alerts.egress import Guard
    from monitor.alerts.send import mail_defaults
    from storage import destinations, outbox
    from storage.domain.enums import Audience, SendState
    from storage.domain.errors import ConfigError

    found = destinations.list_all(connection, enabled_only=True)
    for one in found:
        try:
            channel(one.address, mail_defaults(settings), Guard.of(settings.alert_allow_hosts))
        except ConfigError as error:
            yield Look(f"接收方 {one.name}", "bad", error.message, error.advice)
        else:
            yield Look(f"接收方 {one.name}", "ok", f"{one.audience.label}，地址可用（用 nianbao alert test 实际发送）")
    if not any(one.audience is Audience.OPERATOR for one in found):
        yield Look(
            "运维接收方", "hint", "没有；栏目失明、存档损坏、消息送不出时无人得知。", "nianbao alert add 名称 地址 --audience operator"
        )
    if dead := outbox.counts(connection)[SendState.DEAD]:
        yield Look("发件箱", "hint", f"{dead} 条消息无法送达", "核对接收方地址；修正后可重发。")


def integrity(connection: Connection) -> Iterator[Look]:
    """Originals found damaged by the nightly check and not repaired since."""
    from storage import originals

    damaged = len(originals.damaged(connection))
    if damaged:
        yield Look("原件", "bad", f"{damaged} 件与存入时不符或缺失", "nianbao archive verify --repair（需有第二份存档）")
    else:
        yield Look("原件", "ok", f"{originals.count(connection)} 件，未发现损坏")


def network(settings: Settings) -> Iterator[Look]:
    """The addresses by which a crawl tells its own network's failure from a portal's, asked once."""
    import httpx

    if not settings.self_test_urls:
        yield Look("网络", "hint", "未设置 self_test_urls，抓取无法区分本机断网与网站故障。", "在 nianbao.toml 中填写两个互不相关的网址。")
    for url in settings.self_test_urls:
        host = urlsplit(url).hostname or url
        try:
            httpx.get(url, timeout=NETWORK_SECONDS, follow_redirects=False)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            yield Look("网络", "bad", f"{host} 没有回应（{type(error).__name__}）", "检查本机网络、DNS 和防火墙。")
        else:
            yield Look("网络", "ok", f"{host} 有回应")
