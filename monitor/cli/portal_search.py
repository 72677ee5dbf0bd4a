"""`nianbao portal discover, candidates, accept, reject`: finding the columns of annual reports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli.deciding import Who, actor_of
from monitor.cli.failing import Exit
from monitor.cli.numbers import LARGEST
from monitor.cli.printing import Format, FormatOption, note, print_rows, say
from monitor.cli.session import Session

if TYPE_CHECKING:
    from storage.discoveries import StoredCandidate
    from storage.domain.registry import EntryPoint, Portal


def add_to(noun: typer.Typer) -> None:
    """Add the commands to `nianbao portal`."""
    noun.command("discover")(discover)
    noun.command("candidates")(candidates)
    noun.command("accept")(accept)
    noun.command("reject")(reject)


def discover(
    context: typer.Context,
    portal: Annotated[list[str] | None, typer.Argument(metavar="[门户…]", help="门户编号（域名）；不写则查找到期的门户。")] = None,
    all_: Annotated[bool, typer.Option("--all", help="重新查找全部启用的门户。")] = False,
    form: FormatOption = Format.TABLE,
) -> None:
    """从首页查找年报栏目。把握足的直接采用，其余待人确认；有门户没有找到时退出码为 4，全部连不上为 7。"""
    from monitor.cli.stopping import stopped_by_sigterm
    from monitor.dispatch import crawl_now

    session = Session.of(context)
    settings, clock = session.settings(), session.clock()
    database = session.database(settings)
    lines: list[Mapping[str, Any]] = []
    try:
        with database.write() as connection:
            points = _homes(connection, portal or (), everything=all_, now=clock.now())
        if points:
            with stopped_by_sigterm():
                finished = crawl_now(database, settings, clock, points, lines.append, spider="discover")
    finally:
        database.close()
    if not points:
        note("没有到期的门户。要全部重新查找：nianbao portal discover --all")
        return
    told = [line for line in lines if line.get("event") == "visit"]
    _print_searches(told, form)
    failures = [done.failure for done in finished if done.failure]
    for failure in failures:
        note(f"✕ {failure}")
    outcomes = {str(line["outcome"]) for line in told}
    if outcomes and outcomes <= {"unreachable"}:
        raise typer.Exit(Exit.NETWORK)
    if failures or outcomes - {"complete"}:
        note("待确认的栏目：nianbao portal candidates")
        raise typer.Exit(Exit.PARTIAL)
    note("下一步：nianbao crawl run")


def _homes(connection: Any, wanted: Sequence[str], *, everything: bool, now: Any) -> tuple[EntryPoint, ...]:
    from storage import discoveries, portals
    from storage.domain.ids import PortalId

    chosen: Sequence[Portal]
    if wanted:
        chosen = [portals.get(connection, PortalId(name)) for name in dict.fromkeys(wanted)]
    elif everything:
        chosen = [one for one in portals.list_all(connection) if one.enabled]
    else:
        chosen = discoveries.due(connection, now)
    return tuple(discoveries.home_entry(connection, one, now) for one in chosen)


def _print_searches(told: Sequence[Mapping[str, Any]], form: Format) -> None:
    from storage.domain.enums import VisitOutcome

    rows: list[dict[str, Any]] = []
    for line in told:
        said = VisitOutcome(line["outcome"]).label if form is Format.TABLE else line["outcome"]
        shared = {"portal": line["portal"], "outcome": said, "reason": line["reason"], "asked": line["asked"]}
        empty = {"url": "", "family": "", "confidence": "", "reports": "", "state": ""}
        rows += [{**shared, **empty, **column} for column in line["columns"] or [empty]]
    columns = {"portal": "门户", "outcome": "结果", "reason": "说明", "asked": "请求数", "state": "处理", "confidence": "把握"}
    print_rows(rows, columns | {"reports": "年报数", "family": "站群系统", "url": "栏目网址"}, form, empty="没有完成任何门户。")


def candidates(
    context: typer.Context,
    everything: Annotated[bool, typer.Option("--all", help="连同已采用和不采用的。")] = False,
    form: FormatOption = Format.TABLE,
) -> None:
    """列出待人确认的候选栏目。"""
    from storage import discoveries

    session = Session.of(context)
    with session.reading() as connection:
        found = discoveries.candidates(connection, state=None if everything else discoveries.State.QUEUED)
    human = form is Format.TABLE
    rows = [_candidate_row(one, human=human) for one in found]
    columns = {"id": "编号", "portal": "门户", "state": "处理", "confidence": "把握", "reports": "年报数", "reasons": "理由", "url": "网址"}
    print_rows(rows, columns, form, empty="没有待确认的栏目。")


_LEADS = {"linked-from-index": "上级目录链接到此，待查找核实", "unregistered-host": "网站未登记：登记其门户后自动归入，不会抓取"}


def _candidate_row(one: StoredCandidate, *, human: bool) -> dict[str, Any]:
    return {
        "id": one.id,
        "portal": one.portal_id,
        "state": one.state.label if human else one.state.value,
        "confidence": one.confidence,
        "reports": one.reports,
        "reasons": "；".join(_LEADS.get(reason, reason) for reason in one.reasons) if human else list(one.reasons),
        "url": one.url,
    }


def accept(context: typer.Context, candidate: Annotated[int, typer.Argument(metavar="编号", min=1, max=LARGEST)], by: Who = "") -> None:
    """采用一个候选栏目：从现在起抓取。"""
    _decide(context, candidate, by, accepted=True)


def reject(context: typer.Context, candidate: Annotated[int, typer.Argument(metavar="编号", min=1, max=LARGEST)], by: Who = "") -> None:
    """不采用一个候选栏目：以后的查找不再提出，已采用的停止抓取。"""
    _decide(context, candidate, by, accepted=False)


def _decide(context: typer.Context, number: int, by: str, *, accepted: bool) -> None:
    from storage import audit, discoveries

    actor, session = actor_of(by), Session.of(context)
    now = session.clock().now()
    database = session.database(session.settings())
    try:
        with database.write() as connection:
            one = (
                discoveries.accept(connection, number, by=actor, now=now) if accepted else discoveries.reject(connection, number, by=actor)
            )
            action = "column.accept" if accepted else "column.reject"
            audit.append(connection, actor=actor, action=action, target=f"candidate/{number}", now=now, payload={"url": one.url})
    finally:
        database.close()
    say(f"{one.state.label}：{one.url}（{actor}）")
