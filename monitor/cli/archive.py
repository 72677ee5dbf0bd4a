"""`nianbao archive`: prove that what was fetched is still what it was."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.failing import Exit
from monitor.cli.printing import note, print_json, say
from monitor.cli.progress import Steps
from monitor.cli.session import Session

if TYPE_CHECKING:
    from storage.archive.verify import VerifyReport

MOST_LISTED = 50
LOG_WORDS = {"torn": "最后一行没有写完", "unreadable": "无法读取", "chain-broken": "校验链断开，内容被改动过"}


def add_to(app: typer.Typer) -> None:
    """Add the noun."""
    noun = typer.Typer(help="原件存档。")
    noun.callback()(_noun)
    noun.command("verify")(verify)
    app.add_typer(noun, name="archive")


def _noun() -> None:
    pass


def verify(
    context: typer.Context,
    sample: Annotated[int | None, typer.Option(min=1, help="只抽查这么多份（不写则全部）。")] = None,
    form: Annotated[str, typer.Option("--format", metavar="table|json", help="输出形式。")] = "table",
) -> None:
    """逐份重算存档原件的校验值，核对抓取日志。有损坏、缺失或记录不符时退出码为 8。"""
    import dataclasses

    from storage import originals
    from storage.archive import verify as verifying

    session = Session.of(context)
    settings = session.settings()
    database = session.database(settings)
    try:
        with database.read() as connection:
            total = len(originals.list_all(connection))
        steps = Steps(quiet=session.quiet, color=session.color)
        with steps.bar("校验", min(total, sample or total)) as bar, database.write() as connection:
            report = verifying.verify(
                session.archive(settings),
                connection,
                now=session.clock().now(),
                sample=sample,
                progress=lambda done, _: bar.advance(done),
            )
    finally:
        database.close()
    if form == "json":
        print_json({"sound": report.sound, **dataclasses.asdict(report)})
    else:
        for line in report_lines(report):
            say(line)
    if not report.sound:
        note("建议：不要改动存档目录；从备份恢复列出的原件后重新校验。")
        raise typer.Exit(Exit.INTEGRITY)


def report_lines(report: VerifyReport) -> Iterator[str]:
    """The report in words: the verdict first, then each thing in doubt, then what a crash left and is harmless."""
    from storage.archive.verify import WORDS

    yield f"{'✓ 存档完好' if report.sound else '✕ 存档有问题'}：校验原件 {report.checked} 份，损坏或缺失 {len(report.damage)} 份"
    for damage in report.damage[:MOST_LISTED]:
        yield f"  ✕ {damage.sha256}：{WORDS[damage.kind]}"
    for problem in report.log_problems[:MOST_LISTED]:
        sign, words = "·" if problem.kind == "torn" else "✕", LOG_WORDS.get(problem.kind, problem.kind)
        yield f"  {sign} 抓取日志 {problem.key} 第 {problem.line} 行：{words}"
    if report.unlogged:
        yield f"  ✕ {len(report.unlogged)} 条抓取记录与日志不符"
    for words, found in (
        ("没有记录的原件", report.orphans),
        ("未写完的临时文件", report.leftovers),
        ("数据库中没有的日志", report.unrecorded),
    ):
        if found:
            yield f"  · {words} {len(found)} 份（抓取中断所致，不影响已有原件）"
