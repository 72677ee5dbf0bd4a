"""`nianbao archive retain`: what may leave the archive."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.printing import note, say
from monitor.cli.session import Session

if TYPE_CHECKING:
    from storage.archive.retain import Retention

MOST_LISTED = 50


def add_commands(noun: typer.Typer) -> None:
    """Add the command to `nianbao archive`."""
    noun.command("retain")(retain)


def retain(
    context: typer.Context,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只列出，不改动（不加 --yes 时也是如此）。")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="照此执行。")] = False,
) -> None:
    """整理存档：没有任何记录的文件满 7 天移到一旁，再满 7 天才删除。有记录的原件（证据）一律不动。"""
    from storage import audit
    from storage.archive import retain as keeping

    session = Session.of(context)
    settings = session.settings()
    archive, now = session.archive(settings), session.clock().now()
    database = session.database(settings)
    try:
        with database.read() as connection:
            planned = keeping.plan(archive, connection, now)
        if yes and not dry_run:
            facts = {"set_aside": planned.to_set_aside, "deleted": planned.to_delete, "put_back": planned.to_put_back}
            with database.write() as connection:  # written before anything moves
                audit.append(connection, actor="nianbao", action="archive.retain", target="archive", now=now, payload=facts)
            keeping.carry_out(archive, planned, now)
    finally:
        database.close()
    _say(planned)
    if (planned.to_set_aside or planned.to_delete or planned.to_put_back) and (dry_run or not yes):
        note("没有改动任何文件。照此执行：nianbao archive retain --yes")


def _say(planned: Retention) -> None:
    say(f"有记录的原件 {planned.held} 个文件，不动")
    for words, keys in (
        ("没有记录、不满 7 天，不动", planned.young),
        ("没有记录、已满 7 天，移到一旁", planned.to_set_aside),
        ("移到一旁后又有了记录，放回原处", planned.to_put_back),
        ("移到一旁已满 7 天，删除", planned.to_delete),
    ):
        if keys:
            say(f"{words}：{len(keys)} 个")
            for key in keys[:MOST_LISTED]:
                say(f"  {key}")
