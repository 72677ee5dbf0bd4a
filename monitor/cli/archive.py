"""`nianbao archive`: prove that what was fetched is still what it was."""

from __future__ import annotations

from typing import Annotated

import typer

from monitor.cli.failing import Exit
from monitor.cli.printing import note, print_json, say
from monitor.cli.session import Session


def add_to(app: typer.Typer) -> None:
    """Add the noun."""
    noun = typer.Typer(help="原件存档。", no_args_is_help=True)
    noun.command("verify")(verify)
    app.add_typer(noun, name="archive")


def verify(
    context: typer.Context,
    sample: Annotated[int | None, typer.Option(min=1, help="只抽查这么多份（不写则全部）。")] = None,
    form: Annotated[str, typer.Option("--format", metavar="table|json", help="输出形式。")] = "table",
) -> None:
    """逐份重算存档原件的校验值。有损坏或缺失时退出码为 8。"""
    import dataclasses

    from storage.archive import verify as verifying

    session = Session.of(context)
    settings = session.settings()
    database = session.database(settings)
    try:
        with database.write() as connection:
            report = verifying.verify(session.archive(settings), connection, sample=sample, now=session.clock().now())
    finally:
        database.close()
    if form == "json":
        print_json({**dataclasses.asdict(report), "ok": report.ok})
    else:
        for line in report_lines(report):
            say(line)
    if not report.ok:
        note("建议：不要改动存档目录；从备份恢复列出的原件后重新校验。")
        raise typer.Exit(Exit.INTEGRITY)


def report_lines(report: object) -> list[str]:
    """The report as lines; fields are those of `VerifyReport`."""
    import dataclasses

    assert dataclasses.is_dataclass(report)
    lines = []
    for field in dataclasses.fields(report):
        value = getattr(report, field.name)
        lines.append(f"{field.name}: {'、'.join(map(str, value)) if isinstance(value, tuple) else value}")
    return lines
