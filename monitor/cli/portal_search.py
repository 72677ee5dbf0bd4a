"""`nianbao portal discover, candidates, accept, reject, preview`: finding the columns of annual reports."""

from __future__ import annotations

import getpass
import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli.failing import Exit
from monitor.cli.printing import Format, FormatOption, note, print_json, print_rows, say
from monitor.cli.session import Session

if TYPE_CHECKING:
    from storage.discoveries import StoredCandidate
    from storage.domain.registry import EntryPoint, Portal

PREVIEW_SECONDS = 900
Who = Annotated[str, typer.Option("--by", help="由谁确认；默认为当前系统用户。")]


def add_to(noun: typer.Typer) -> None:
    """Add the commands to `nianbao portal`."""
    noun.command("discover")(discover)
    noun.command("candidates")(candidates)
    noun.command("accept")(accept)
    noun.command("reject")(reject)
    noun.command("preview")(preview)


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
    database = session.database(session.settings())
    try:
        with database.read() as connection:
            found = discoveries.candidates(connection, state=None if everything else discoveries.State.QUEUED)
    finally:
        database.close()
    human = form is Format.TABLE
    rows = [_candidate_row(one, human=human) for one in found]
    columns = {"id": "编号", "portal": "门户", "state": "处理", "confidence": "把握", "reports": "年报数", "reasons": "理由", "url": "网址"}
    print_rows(rows, columns, form, empty="没有待确认的栏目。")


def _candidate_row(one: StoredCandidate, *, human: bool) -> dict[str, Any]:
    return {
        "id": one.id,
        "portal": one.portal_id,
        "state": one.state.label if human else one.state.value,
        "confidence": one.confidence,
        "reports": one.reports,
        "reasons": "；".join(one.reasons) if human else list(one.reasons),
        "url": one.url,
    }


def accept(context: typer.Context, candidate: Annotated[int, typer.Argument(metavar="编号")], by: Who = "") -> None:
    """采用一个候选栏目：从现在起抓取。"""
    _decide(context, candidate, by, accepted=True)


def reject(context: typer.Context, candidate: Annotated[int, typer.Argument(metavar="编号")], by: Who = "") -> None:
    """不采用一个候选栏目：以后的查找不再提出，已采用的停止抓取。"""
    _decide(context, candidate, by, accepted=False)


def _decide(context: typer.Context, number: int, by: str, *, accepted: bool) -> None:
    from storage import audit, discoveries

    actor, session = by.strip() or getpass.getuser(), Session.of(context)
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


def preview(
    context: typer.Context,
    url: Annotated[str, typer.Argument(help="门户首页或年报栏目的网址。")],
    form: Annotated[Format, typer.Option("--format", help="table 或 json。")] = Format.TABLE,
) -> None:
    """试看一个门户，不存任何内容：站群系统、候选栏目、前二十行。没有把握退出码为 4，没有找到为 5，连不上或被拒为 7。"""
    from monitor.cli.portal import host_of

    host_of(url)
    told = _look(Session.of(context), url)
    if form is Format.TABLE:
        _print_preview(told)
    else:
        print_json(told)
    code = {"found": Exit.OK, "queued": Exit.PARTIAL, "none": Exit.NOT_FOUND, "soft_error": Exit.NOT_FOUND}
    raise typer.Exit(code.get(told["outcome"], Exit.NETWORK))


def _look(session: Session, url: str) -> dict[str, Any]:
    """The preview by a child process: foreign pages are met there, and the downloader can run once per process."""
    from monitor.dispatch import environment
    from storage.domain.errors import NianbaoError

    settings = session.settings()
    done = subprocess.run(  # noqa: S603 - our own interpreter, our own module; the address is one argument
        [sys.executable, "-m", "crawler.preview", "--", url],
        env=environment(settings, session.clock()),
        input=json.dumps(_known(session)),
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=PREVIEW_SECONDS,
        check=False,
    )
    try:
        told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    except (IndexError, ValueError):
        raise NianbaoError(f"试看进程没有给出结果（退出码{done.returncode}）：{done.stderr[-300:]}", advice="请稍后重试。") from None
    if "error" in told:
        raise NianbaoError(told["error"], kept=told["kept"], advice=told["advice"])
    return told


def _known(session: Session) -> list[list[Any]]:
    """The bodies of the registry; empty where there is no database yet: a preview needs none."""
    from storage import bodies
    from storage.domain.errors import NotFoundError

    try:
        database = session.database(session.settings())
    except NotFoundError:
        return []
    try:
        with database.read() as connection:
            return [[body.id, [body.name, *body.aliases]] for body in bodies.list_all(connection)]
    finally:
        database.close()


_WORDS = {"found": "找到年报栏目", "queued": "有候选栏目，把握不足", "none": "没有找到年报栏目"}


def _print_preview(told: Mapping[str, Any]) -> None:
    from storage.domain.enums import VisitOutcome

    word = _WORDS.get(told["outcome"]) or f"没有看成：{VisitOutcome(told['outcome']).label}（{told['reason']}）"
    say(f"{word}（请求 {told['asked']} 次，没有存任何内容）")
    page = told["page"]
    if page:
        families = "、".join(f"{one['family']} {one['certainty']:.0%}" for one in page["families"]) or "未识别"
        say(f"站群系统：{families}")
        say(f"编码：{page['encoding']}（依据 {page['encoding_source']}），无法解码 {page['undecodable']} 字")
        paging = page["paging"]
        if paging:
            say(f"本页 {paging['rows']} 行，声明共 {_or_unknown(paging['declared_total'])} 条、{_or_unknown(paging['declared_pages'])} 页")
            for ask in (*paging["interface"], *paging["next"]):
                say(f"　下一个请求：{ask['method']} {ask['url']}")
    say()
    heads = {
        "confidence": "把握",
        "reports": "年报数",
        "others": "其他",
        "family": "站群系统",
        "name": "名称",
        "url": "网址",
        "why": "理由",
    }
    print_rows([{**one, "why": "；".join(one["reasons"])} for one in told["columns"]], heads, Format.TABLE, empty="没有候选栏目。")
    say()
    if told["rows"]:
        from storage.domain.visits import Decision

        rows = [{**row, "decision": Decision(row["decision"]).label, "year": row["year"] or ""} for row in told["rows"]]
        print_rows(
            rows, {"date": "日期", "decision": "判断", "body": "单位", "year": "年度", "title": "标题", "reason": "依据"}, Format.TABLE
        )
    for one in told["troubles"]:
        note(f"✕ {one['url']}：{one['trouble']}")
    note(f"下一步：{told['next']}")


def _or_unknown(value: object) -> str:
    return "未知" if value is None else str(value)
