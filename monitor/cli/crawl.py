"""`nianbao crawl`: look now, then read and judge what was found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli.failing import Exit
from monitor.cli.numbers import LARGEST
from monitor.cli.printing import Document, DocumentOption, Format, FormatOption, note, print_json, print_rows
from monitor.cli.progress import Steps
from monitor.cli.session import Session
from monitor.cli.stopping import stopped_by_sigterm

if TYPE_CHECKING:
    from monitor.dispatch import Finished
    from storage.database import Database
    from storage.domain.clock import Clock
    from storage.domain.registry import EntryPoint
    from storage.settings import Settings


def add_to(app: typer.Typer) -> None:
    """Add the noun."""
    noun = typer.Typer(help="抓取。", no_args_is_help=True)
    noun.command("run")(run)
    noun.command("status")(status)
    app.add_typer(noun, name="crawl")


def run(
    context: typer.Context,
    entry_point: Annotated[
        list[int] | None, typer.Option("--entry-point", min=1, max=LARGEST, help="只抓取该编号的栏目，可多次给出。")
    ] = None,
    spider: Annotated[
        str,
        typer.Option(
            "--spider",
            metavar="watch|backfill|audit|gapfill",
            help="watch 看新年报；backfill 补采历年；audit 重新核对已存年报是否被改动或撤下；gapfill 用门户自带检索补查到期未见的年报。",
        ),
    ] = "watch",
    no_process: Annotated[bool, typer.Option("--no-process", help="只抓取和存档，不读取、不判断。")] = False,
    no_send: Annotated[bool, typer.Option("--no-send", help="不发送提醒（留在发件箱）。")] = False,
    form: DocumentOption = Document.TABLE,
) -> None:
    """立即抓取，存档后读取、判断并发送提醒。部分栏目未能完整读取时退出码为 4，全部连不上为 7。"""
    from monitor.alerts.send import send_due
    from monitor.process import process_pending
    from storage import sightings
    from storage.domain.errors import NotFoundError

    errand = _known(spider)
    session = Session.of(context)
    settings = session.settings()
    clock = session.clock()
    steps = Steps(quiet=session.quiet, color=session.color)
    database = session.database(settings)
    try:
        points = _points(database, entry_point)
        if not points:
            raise NotFoundError("没有可抓取的栏目。", advice="先运行 nianbao body import 或 nianbao portal add。")
        with stopped_by_sigterm():
            finished = crawl(database, settings, clock, points, steps, errand)
        told: dict[str, Any] = {"outcomes": _outcomes(finished), "new_versions": sum(done.new_versions for done in finished)}
        with database.read() as connection:
            told["pending"] = len(sightings.unresolved(connection, limit=None))
        if not no_process:
            with steps.staged() as staged:
                summary = process_pending(database, session.archive(settings), settings, clock, staged.advance)
            told |= {"read": summary.read, "unreadable": summary.unreadable, "findings_opened": summary.findings_opened}
            if not no_send:
                told["messages_sent"] = send_due(database, settings, clock).accepted
    finally:
        database.close()
    failures = [done.failure for done in finished if done.failure]
    _print({**told, "failures": failures}, form)
    raise typer.Exit(_exit_code(told["outcomes"], failures))


def crawl(
    database: Database, settings: Settings, clock: Clock, points: Sequence[EntryPoint], steps: Steps, spider: str = "watch"
) -> tuple[Finished, ...]:
    """Crawl these entry points in child processes, with a bar that counts them."""
    from monitor.dispatch import crawl_now

    seen = {"visits": 0, "versions": 0}
    with steps.bar("抓取", len(points)) as bar:

        def progress(line: Mapping[str, Any]) -> None:
            if line.get("event") == "visit":
                seen["visits"] += 1
                seen["versions"] += int(line.get("new_versions", 0) or 0)
                bar.advance(seen["visits"], f"新年报 {seen['versions']} 份")

        return crawl_now(database, settings, clock, points, progress, spider=spider)


def _known(spider: str) -> str:
    from crawler.errands import ERRANDS
    from storage.domain.errors import UsageError

    if spider not in ERRANDS:
        raise UsageError(f"没有名为 {spider} 的抓取方式", advice=f"可用：{'、'.join(ERRANDS)}")
    return spider


def status(context: typer.Context, form: FormatOption = Format.TABLE) -> None:
    """列出最近的抓取任务。"""
    from monitor.dispatch import CRAWL
    from monitor.web.templating import local
    from storage import runs

    session = Session.of(context)
    with session.reading() as connection:
        found = runs.recent(connection, limit=20, kind=CRAWL)
    human = form is Format.TABLE
    rows = [
        {
            "id": one.id,
            "spider": one.summary.get("spider", ""),
            "state": one.state.label if human else one.state.value,
            "started_at": local(one.started_at) if human else one.started_at,
            "finished_at": local(one.finished_at) if human else one.finished_at,
            "visits": one.summary.get("visits", ""),
            "new_versions": one.summary.get("new_versions", ""),
            "failure": one.summary.get("failure", ""),
        }
        for one in found
    ]
    columns = {
        "id": "编号",
        "spider": "方式",
        "state": "状态",
        "started_at": "开始",
        "finished_at": "结束",
        "visits": "栏目",
        "new_versions": "新年报",
    }
    print_rows(rows, columns | {"failure": "说明"}, form, empty="还没有抓取过。下一步：nianbao crawl run")


def _points(database: Database, ids: Sequence[int] | None) -> tuple[EntryPoint, ...]:
    from storage import portals
    from storage.domain.errors import NotFoundError
    from storage.domain.ids import EntryPointId

    with database.read() as connection:
        points = portals.entry_points_of(connection, ids=[EntryPointId(number) for number in ids] if ids else None)
    unknown = set(ids or ()) - {int(point.id) for point in points}
    if unknown:
        raise NotFoundError(f"没有这些栏目或已停用：{'、'.join(map(str, sorted(unknown)))}", advice="用 nianbao portal list 查看编号。")
    return points


def _outcomes(finished: Sequence[Finished]) -> dict[str, int]:
    counted: dict[str, int] = {}
    for done in finished:
        for outcome, count in done.outcomes.items():
            counted[outcome] = counted.get(outcome, 0) + count
    return counted


def _print(told: Mapping[str, Any], form: str) -> None:
    from storage.domain.enums import VisitOutcome

    if form is Document.JSON:
        print_json(told)
        return
    words = {"outcome": "栏目读取结果", "count": "数量"}
    rows = [{"outcome": VisitOutcome(outcome).label, "count": count} for outcome, count in told["outcomes"].items()]
    print_rows(rows, words, Format.TABLE, empty="没有完成任何栏目。")
    for failure in told["failures"]:
        note(f"✕ {failure}")
    read = f"，读取 {told['read']} 份，新问题 {told['findings_opened']} 项" if "read" in told else ""
    note(f"新年报 {told['new_versions']} 份{read}。查看：nianbao report list")
    if told["pending"]:
        note(f"待认定的条目 {told['pending']} 条（看不出单位或年度）：nianbao report pending")


def _exit_code(outcomes: Mapping[str, int], failures: Sequence[str]) -> int:
    if outcomes and set(outcomes) <= {"unreachable"}:
        return Exit.NETWORK
    if failures or set(outcomes) - {"complete"}:
        return Exit.PARTIAL
    return Exit.OK
