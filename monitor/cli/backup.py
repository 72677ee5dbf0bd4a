"""`nianbao backup` and `nianbao restore`: a copy of everything that cannot be fetched again, and an installation from such a copy."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.failing import Exit
from monitor.cli.printing import note, say
from monitor.cli.progress import Steps
from monitor.cli.session import Session

if TYPE_CHECKING:
    from storage.archive.verify import VerifyReport
    from storage.settings import Settings

MOST_LISTED = 20


def add_to(app: typer.Typer) -> None:
    """Add both commands."""
    app.command("backup")(backup)
    app.command("restore")(restore)


def backup(
    context: typer.Context,
    to: Annotated[
        Path | None, typer.Option("--to", metavar="文件夹", help="备份写到哪里（新建的文件夹）；默认 ./nianbao-backup-日期。")
    ] = None,
    without_archive: Annotated[bool, typer.Option("--without-archive", help="只备份数据库（存档另有备份时）。")] = False,
) -> None:
    """备份数据库和原件存档，运行中即可进行；每个文件的校验值写入清单。原件有损坏时照样备份，退出码为 8。"""
    from storage.backup.make import make
    from storage.database import normalised

    session = Session.of(context)
    settings = session.settings()
    session.database(settings).close()  # there is one, and it is of this program's version
    archive = None if without_archive else session.archive(settings)
    now = session.clock().now()
    target = (to or Path(f"nianbao-backup-{now:%Y%m%d-%H%M%S}")).absolute()
    steps = Steps(quiet=session.quiet, color=session.color)
    with steps.staged() as staged:
        made = make(normalised(settings.database_url), archive, target, now, lambda done, total: staged.advance("备份存档", done, total))
    size = sum(one.size for one in made.manifest.files)
    say(f"✓ 备份写在 {made.folder}：{len(made.manifest.files)} 个文件，{size / 2**20:.1f} MB")
    note("备份里有接收方的地址和口令，请妥善保管。恢复：nianbao --data-dir 新目录 restore 备份文件夹")
    for key in made.damaged[:MOST_LISTED]:
        say(f"  ✕ 存档中已损坏，按现状备份：{key}")
    if made.damaged:
        raise typer.Exit(Exit.INTEGRITY)


def restore(
    context: typer.Context, source: Annotated[Path, typer.Argument(metavar="备份文件夹", help="nianbao backup 写成的文件夹。")]
) -> None:
    """从备份恢复到一个空的数据目录（或空的 PostgreSQL 库）。先核对备份，再写入；恢复后不发送提醒，直到 nianbao alert unmute。"""
    from storage.archive.places import open_place
    from storage.backup.restore import blobs_of
    from storage.backup.restore import restore as put_back
    from storage.database import normalised

    session = Session.of(context)
    settings = session.settings()
    reason = f"由备份恢复（{source.absolute().name}）"
    done = put_back(source.absolute(), normalised(settings.database_url), open_place(settings.archive_url), reason)
    say(f"✓ 已恢复 {done.manifest.made_at} 的备份：原件 {blobs_of(done.manifest)} 份")
    if done.manifest.archived:
        _say_fixity(_verified(session, settings))
    else:
        note("备份里没有原件存档；请把 archive_url 指向原来的存档，再运行 nianbao archive verify。")
    note("现在不发送提醒。确认原来的系统已停用后：nianbao alert unmute")


def _verified(session: Session, settings: Settings) -> VerifyReport:
    from storage.archive import verify as verifying

    database = session.database(settings)
    try:
        with database.write() as connection:
            return verifying.verify(session.archive(settings), connection, now=session.clock().now())
    finally:
        database.close()


def _say_fixity(report: VerifyReport) -> None:
    from monitor.cli.archive import report_lines

    for line in report_lines(report):
        say(line)
    if not report.sound:
        raise typer.Exit(Exit.INTEGRITY)
