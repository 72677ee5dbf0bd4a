"""`nianbao archive seal|mirror`: the nightly work on the archive, by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from monitor.cli.failing import Exit
from monitor.cli.printing import note, say
from monitor.cli.progress import Steps
from monitor.cli.session import Session

if TYPE_CHECKING:
    from storage.archive.places import Place
    from storage.settings import Settings


def add_commands(noun: typer.Typer) -> None:
    """Add the commands to `nianbao archive`."""
    noun.command("seal")(seal)
    noun.command("mirror")(mirror)


def seal(context: typer.Context) -> None:
    """封存已经结束的日子的抓取日志；设有 timestamp_url 时同时取得时间戳。服务运行时每夜自动进行。"""
    from monitor.nightly import remember
    from storage.archive import heads, timestamps

    session = Session.of(context)
    settings = session.settings()
    archive, now = session.archive(settings), session.clock().now()
    database = session.database(settings)
    try:
        made = heads.seal(archive.place, now)
        remember(database, made, now)
    finally:
        database.close()
    for head in made:
        say(f"✓ {head.day} 已封存：抓取记录 {head.leaves} 条，SHA-256 {head.sha256}")
    if settings.timestamp_url:
        for key in timestamps.stamp(archive.place, settings.timestamp_url, timestamps.authority_of(settings.timestamp_ca)):
            say(f"✓ 时间戳 {key}")
    if not made:
        newest = heads.heads(archive.place)
        note(f"没有可封存的日子。最近一份：{newest[-1].day}，SHA-256 {newest[-1].sha256}" if newest else "没有可封存的日子。")


def mirror(context: typer.Context) -> None:
    """把第二份存档（archive_copy_url）补齐；先校验再复制，不覆盖任何文件。服务运行时每夜自动进行。"""
    from storage.archive import second

    session = Session.of(context)
    settings = session.settings()
    copy = copy_of(settings, needed=True)
    assert copy is not None
    with Steps(quiet=session.quiet, color=session.color).staged() as bar:
        done = second.mirror(session.archive(settings), copy, lambda at, total: bar.advance("复制", at, total))
    say(f"{'✓' if done.sound else '✕'} 第二份存档：新复制 {done.copied} 个文件，{done.bytes / 2**20:.1f} MB")
    for key in done.damaged:
        say(f"  ✕ 没有复制，本份已损坏：{key}")
    for key in done.differing:
        say(f"  ✕ 两份不同：{key}")
    if not done.sound:
        note("建议：运行 nianbao archive verify；两份都不会被自动改动。")
        raise typer.Exit(Exit.INTEGRITY)


def copy_of(settings: Settings, *, needed: bool) -> Place | None:
    """The second copy, None where none is configured. Raises ConfigError where one is needed."""
    from storage.archive.places import open_place
    from storage.domain.errors import ConfigError

    if settings.archive_copy_url:
        return open_place(settings.archive_copy_url)
    if needed:
        raise ConfigError("没有设置第二份存档", advice="在 nianbao.toml 中设置 archive_copy_url，例如另一块磁盘上的目录或 s3://桶名/前缀。")
    return None
