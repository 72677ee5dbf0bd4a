"""`nianbao demo`: the whole way on simulated portals of this machine, compared with the truth, then the pages."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.failing import Exit
from monitor.cli.session import Session
from monitor.cli.stopping import stopped_by_sigterm

FOLDER = Path("nianbao-demo")


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("demo")(demo)


def demo(
    context: typer.Context,
    port: Annotated[int, typer.Option(min=0, max=65535, help="网页端口。")] = 8900,
    once: Annotated[bool, typer.Option("--once", help="只运行一遍并与标准答案比对：一致退出码 0，不一致 1；不留下任何进程。")] = False,
    keep: Annotated[bool, typer.Option("--keep", help="保留上次演示的数据，接着运行。")] = False,
) -> None:
    """演示：虚构的单位和门户，抓取、存档、读取、核对、提醒走一遍，不联网。"""
    from monitor.cli.demo_run import DemoRun

    session = Session.of(context)
    with stopped_by_sigterm(), DemoRun(session.data_dir or FOLDER, keep=keep, quiet=session.quiet, color=session.color) as run:
        right = run.through_the_days()
        if not once:
            run.serve(port)
    if once and not right:
        raise typer.Exit(Exit.UNEXPECTED)
