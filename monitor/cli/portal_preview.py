"""`nianbao portal preview URL`: a portal looked at without storing anything, and what to do next."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import urlsplit

import typer

from monitor.cli.failing import Exit
from monitor.cli.preview_steps import bare_reason, next_step, remarks
from monitor.cli.printing import Format, note, print_json, print_rows, say
from monitor.cli.session import Session

PREVIEW_SECONDS = 900
_CODES = {"found": Exit.OK, "queued": Exit.PARTIAL, "partial": Exit.PARTIAL}
_NOT_FOUND = frozenset({"none", "soft_error", "layout_changed"})
_WORDS = {"found": "找到年报栏目", "queued": "有候选栏目，把握不足", "none": "没有找到年报栏目"}


def add_to(noun: typer.Typer) -> None:
    """Add the command to `nianbao portal`."""
    noun.command("preview")(preview)


def preview(
    context: typer.Context,
    url: Annotated[str, typer.Argument(help="门户首页、年报栏目或去年那份年报的网址。")],
    browser: Annotated[bool, typer.Option("--browser", help="用浏览器打开这一页（内容由脚本生成时）。")] = False,
    form: Annotated[Format, typer.Option("--format", help="table 或 json。")] = Format.TABLE,
) -> None:
    """试看一个门户，不存任何内容：站群系统、候选栏目、前二十行。没有把握或没有查完退出码为 4，没有找到为 5，连不上或被拒为 7。"""
    from monitor.cli.portal import host_of

    host_of(url)
    told = _look(Session.of(context), url, browser=browser)
    told |= {"next": next_step(told), "remarks": remarks(told)}
    if form is Format.TABLE:
        _print(told)
    else:
        print_json(told)
    outcome = told["outcome"]
    raise typer.Exit(Exit.NOT_FOUND if outcome in _NOT_FOUND else _CODES.get(outcome, Exit.NETWORK))


def _look(session: Session, url: str, *, browser: bool) -> dict[str, Any]:
    """The preview by a child process: foreign pages are met there, and the downloader can run once per process."""
    from monitor.dispatch import environment
    from storage.domain.errors import NianbaoError

    settings = session.settings()
    options = ["--browser"] if browser else []
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter, our own module; the address is one argument
            [sys.executable, "-m", "crawler.preview", *options, "--", url],
            env=environment(settings, session.clock()),
            input=json.dumps(_known(session, urlsplit(url).netloc.lower())),
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=PREVIEW_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise NianbaoError(f"试看超过 {PREVIEW_SECONDS} 秒，已停止", advice="请直接给出年报栏目的网址再试。") from None
    try:
        told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    except (IndexError, ValueError):
        raise NianbaoError(f"试看进程没有给出结果（退出码{done.returncode}）：{done.stderr[-300:]}", advice="请稍后重试。") from None
    if "error" in told:
        raise NianbaoError(told["error"], kept=told["kept"], advice=told["advice"])
    return told


def _known(session: Session, portal_id: str) -> dict[str, Any]:
    """What the registry says of the bodies and of this portal; nothing where there is no database yet: a preview needs none."""
    from storage import bodies, portals, tls_profiles
    from storage.domain.errors import NotFoundError
    from storage.domain.ids import PortalId

    try:
        database = session.database(session.settings())
    except NotFoundError:
        return {}
    try:
        with database.read() as connection:
            registered = {portal.id: portal for portal in portals.list_all(connection)}.get(PortalId(portal_id))
            known: dict[str, Any] = {
                "bodies": [[body.id, [body.name, *body.aliases]] for body in bodies.list_all(connection)],
                "tls": {name: sorted(passing) for name, passing in tls_profiles.by_host(connection).items()},
            }
    finally:
        database.close()
    if registered is not None:
        known |= {"platform": registered.platform_id, "delay_seconds": registered.delay_seconds}
    return known


def _print(told: Mapping[str, Any]) -> None:
    from monitor.duties.reasons import in_words
    from storage.domain.enums import VisitOutcome

    why = in_words(bare_reason(told["reason"]))
    word = _WORDS.get(told["outcome"]) or f"没有看成：{VisitOutcome(told['outcome']).label}（{why}）"
    say(f"{word}（请求 {told['asked']} 次，没有存任何内容）")
    if told["page"]:
        _print_page(told["page"])
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
        _print_rows(told["rows"])
    for one in told["troubles"]:
        note(f"✕ {one['url']}：{in_words(one['trouble'])}")
    for words in told["remarks"]:
        note(words)
    note(f"下一步：{told['next']}")


def _print_page(page: Mapping[str, Any]) -> None:
    families = "、".join(f"{one['family']} {one['certainty']:.0%}" for one in page["families"]) or "未识别"
    say(f"站群系统：{families}")
    say(f"编码：{page['encoding']}（依据 {page['encoding_source']}），无法解码 {page['undecodable']} 字")
    paging = page["paging"]
    if paging:
        say(f"本页 {paging['rows']} 行，声明共 {_or_unknown(paging['declared_total'])} 条、{_or_unknown(paging['declared_pages'])} 页")
        for ask in (*paging["interface"], *paging["next"]):
            say(f"　下一个请求：{ask['method']} {ask['url']}")


def _print_rows(rows: list[dict[str, Any]]) -> None:
    from storage.domain.visits import Decision

    shown = [{**row, "decision": Decision(row["decision"]).label, "year": row["year"] or ""} for row in rows]
    heads = {"date": "日期", "decision": "判断", "body": "单位", "year": "年度", "title": "标题", "reason": "依据", "url": "链接"}
    print_rows(shown, heads, Format.TABLE)


def _or_unknown(value: object) -> str:
    return "未知" if value is None else str(value)
