"""`nianbao portal`: where we look."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer

from monitor.cli import portal_pause, portal_preview, portal_search, portal_tls
from monitor.cli.printing import Format, FormatOption, note, print_rows, say
from monitor.cli.session import Session

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from storage.domain.ids import BodyId


def add_to(app: typer.Typer) -> None:
    """Add the noun."""
    noun = typer.Typer(help="门户与栏目。", no_args_is_help=True)
    noun.command("add")(add)
    noun.command("list")(list_)
    portal_search.add_to(noun)
    portal_preview.add_to(noun)
    portal_pause.add_to(noun)
    portal_tls.add_to(noun)
    app.add_typer(noun, name="portal")


def add(
    context: typer.Context,
    url: Annotated[str, typer.Argument(help="年报栏目的网址（列表页）。")],
    body: Annotated[list[str] | None, typer.Option("--body", help="该栏目发布哪些单位的年报：单位名称或编号，可多次给出。")] = None,
    name: Annotated[str, typer.Option(help="门户名称，默认用域名。")] = "",
    family: Annotated[str, typer.Option(help="站群系统；不写则自动识别。")] = "",
    browser: Annotated[bool, typer.Option("--browser", help="列表要用浏览器才能看到。")] = False,
) -> None:
    """添加一个年报栏目。重复添加同一网址只会更新。"""
    from storage import portals
    from storage.domain.ids import PortalId
    from storage.domain.registry import Portal

    host_of(url)
    host = urlsplit(url).netloc.lower()  # with its port, as an imported registry names its portals
    if family:
        _require_family(family)
    tier = "browser" if browser else "http"
    session = Session.of(context)
    now = session.clock().now()
    database = session.database(session.settings())
    try:
        with database.write() as connection:
            body_ids = [body_id(connection, given) for given in body or ()]
            portal = PortalId(host)
            if all(known.id != portal for known in portals.list_all(connection)):
                home = f"{urlsplit(url).scheme}://{urlsplit(url).netloc}/"
                portals.upsert(connection, Portal(id=portal, name=name or host, home_url=home, platform_id=host), now)
            entry = portals.add_entry_point(connection, portal, url, now=now, family=family, body_ids=body_ids, tier=tier)
    finally:
        database.close()
    say(f"栏目 {entry}：{url}，登记单位 {len(body_ids)} 个")
    note(f"下一步：nianbao crawl run --entry-point {entry}")


def host_of(url: str) -> str:
    """The host of an address given by a person. Raises UsageError."""
    from storage.domain.errors import UsageError

    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        usable = parts.scheme in {"http", "https"} and bool(host) and parts.username is None and parts.port != 0
        usable = usable and not any(one.isspace() or not one.isprintable() for one in url)
    except ValueError:
        usable, host = False, ""
    if not usable:
        raise UsageError(f"不是可用的网址：{url}", advice="请给出以 http:// 或 https:// 开头的栏目网址。")
    return host


def _require_family(family: str) -> None:
    from importlib.util import find_spec

    from storage.domain.errors import UsageError

    if not family.isidentifier() or find_spec(f"crawler.families.{family}") is None:
        raise UsageError(f"没有这个站群系统：{family}", advice="不写 --family 即可自动识别。")


def body_id(connection: Connection, given: str) -> BodyId:
    """The id of a body given by id or by name. Raises NotFoundError, and UsageError where several bear the name."""
    from storage import bodies
    from storage.domain.errors import NotFoundError, UsageError
    from storage.domain.ids import BodyId

    if bodies.get_many(connection, [BodyId(given)]):
        return BodyId(given)
    found = bodies.find_by_name(connection, given)
    if not found:
        raise NotFoundError(f"名录里没有这个单位：{given}", kept="没有写入任何内容。", advice="用 nianbao body list 查看名录。")
    if len(found) > 1:
        ids = "、".join(body.id for body in found)
        raise UsageError(f"有 {len(found)} 个单位都叫“{given}”", advice=f"请改用编号：{ids}")
    return found[0].id


def list_(context: typer.Context, form: FormatOption = Format.TABLE) -> None:
    """列出栏目及其状态。"""
    from storage import portals, tls_profiles

    session = Session.of(context)
    with session.reading() as connection:
        found = portals.statuses(connection)
        verified = {portal: result.verdict for portal, result in tls_profiles.results(connection).items()}
    human = form is Format.TABLE
    rows = [
        {
            "id": status.entry_point.id,
            "portal": status.entry_point.portal_id,
            "url": status.entry_point.url,
            "family": status.entry_point.family,
            "health": status.health.label if human else status.health.value,
            "reason": status.reason,
            "tls": _verified(verified.get(status.entry_point.portal_id, ""), human=human),
            "bodies": len(status.entry_point.body_ids),
        }
        for status in found
    ]
    columns = {
        "id": "编号",
        "portal": "门户",
        "family": "站群系统",
        "health": "状态",
        "reason": "原因",
        "tls": "证书",
        "bodies": "单位数",
        "url": "栏目网址",
    }
    print_rows(rows, columns, form, empty="还没有栏目。下一步：nianbao portal add 栏目网址")


def _verified(verdict: str, *, human: bool) -> str:
    return portal_tls.in_words(verdict) if human else verdict
