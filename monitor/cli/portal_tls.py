"""`nianbao portal tls`: how the portals' certificates were verified, what to do about a fault, and what a person lets pass."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.deciding import actor_of
from monitor.cli.printing import Format, FormatOption, note, print_rows
from monitor.cli.session import Session

if TYPE_CHECKING:
    from storage.tls_profiles import TlsProfile, TlsResult

_ALLOW = "请主办单位处理；确需先采集，由负责人放行：nianbao portal tls {portal} --allow {name} --reason 理由"
_NEVER = "核对网址是否写错；否则请主办单位更换证书。无法确认对方身份，不能放行"
_OTHER = "核对该网址能否用 https 打开；有 http 网址的可改登记 http"
ADVICE: Mapping[str, tuple[str, str]] = {
    "tls-expired": (_ALLOW, "expired"),
    "tls-incomplete-chain": (_ALLOW, "incomplete"),
    "tls-weak": (_ALLOW, "legacy"),
    "tls-legacy-renegotiation": (_ALLOW, "legacy"),
    "tls-wrong-host": (_NEVER, ""),
    "tls-self-signed": (_NEVER, ""),
    "tls-unknown-issuer": (_NEVER, ""),
    "tls-revoked": (_NEVER, ""),
    "tls-certificate": (_NEVER, ""),
    "tls-not-yet-valid": ("核对本机时钟；时钟无误则请主办单位更换证书，不能放行", ""),
}
"""What to do about a fault, and the profile that lets it pass; every other is a fault of the connection."""

_PASSED = {"expired": "证书过期", "incomplete": "证书链不完整"}


def add_to(noun: typer.Typer) -> None:
    """Add the command to `nianbao portal`."""
    noun.command("tls")(tls)


def tls(  # noqa: PLR0913, PLR0917 - one command's options
    context: typer.Context,
    portal: Annotated[str, typer.Argument(metavar="[门户]", help="门户编号（域名）；不写则列出全部门户的核验结果。")] = "",
    allow: Annotated[
        list[str] | None, typer.Option("--allow", metavar="legacy|expired|incomplete", help="放行该门户的这一种问题，可多次给出。")
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="取消放行，恢复严格核验。")] = False,
    reason: Annotated[str, typer.Option("--reason", help="放行的理由，必须写明。")] = "",
    by: Annotated[str, typer.Option("--by", help="由谁决定；默认为当前系统用户。")] = "",
    form: FormatOption = Format.TABLE,
) -> None:
    """查看证书核验结果；对个别老旧门户，写明理由后放行证书过期、证书链不完整或旧式服务器。"""
    from storage.domain.errors import UsageError

    session = Session.of(context)
    if allow and strict:
        raise UsageError("--allow 与 --strict 只能给出一个", kept="没有改变任何设置。")
    if (allow or strict) and not portal:
        raise UsageError("请写明是哪个门户", kept="没有改变任何设置。", advice="nianbao portal list 列出全部门户。")
    if allow or strict:
        _set(session, portal, allow or [], reason, actor_of(by))
    _show(session, portal, form)


def _set(session: Session, portal: str, names: list[str], reason: str, actor: str) -> None:
    from storage import audit, tls_profiles
    from storage.domain.ids import PortalId

    database, now = session.database(session.settings()), session.clock().now()
    try:
        with database.write() as connection:
            tls_profiles.put(connection, PortalId(portal), names, reason=reason, actor=actor, now=now)
            payload = {"profiles": sorted(set(names)), "reason": reason}
            audit.append(connection, actor=actor, action="portal.tls", target=f"portal/{portal}", now=now, payload=payload)
    finally:
        database.close()


def _show(session: Session, only: str, form: Format) -> None:
    from storage import portals, tls_profiles
    from storage.domain.ids import PortalId

    with session.reading() as connection:
        found = [portals.get(connection, PortalId(only))] if only else list(portals.list_all(connection))
        profiles, results = tls_profiles.holding(connection), tls_profiles.results(connection)
    human = form is Format.TABLE
    rows = [_row(one.id, profiles.get(one.id), results.get(one.id), human=human) for one in found]
    columns = {"portal": "门户", "verified": "最近核验", "fault": "问题", "profile": "放行", "reason": "理由", "set_by": "决定人"}
    print_rows(rows, columns, form, empty="还没有门户。下一步：nianbao portal add 栏目网址")
    if human:
        for row in rows:
            if row["advice"]:
                note(f"{row['portal']}：{row['fault']}。{row['advice']}。")


def _row(portal: str, profile: TlsProfile | None, result: TlsResult | None, *, human: bool) -> dict[str, object]:
    fault = result.fault if result else ""
    verdict = result.verdict if result else ""
    return {
        "portal": portal,
        "verified": in_words(verdict) if human else verdict,
        "fault": fault_in_words(fault) if human else fault,
        "profile": "、".join(profile.names) if profile else ("严格" if human else "strict"),
        "reason": profile.reason if profile else "",
        "set_by": profile.set_by if profile else "",
        "advice": advice(portal, fault),
    }


def in_words(verdict: str) -> str:
    """How an answer was verified, in Chinese; empty for one over http."""
    word = verdict.partition(" ")[0]
    kind, _, inner = word.rstrip(")").partition("(")
    if not word:
        return ""
    if kind == "verified":
        return "已核验" + {"legacy": "（旧式服务器）", "browser": "（浏览器）"}.get(inner, "")
    return f"未核验（{'、'.join(_PASSED.get(name, name) for name in inner.split(','))}）"


def fault_in_words(fault: str) -> str:
    """What was wrong, in Chinese."""
    from monitor.duties.reasons import in_words as words

    return words(fault) if fault else ""


def advice(portal: str, fault: str) -> str:
    """What to do about a fault; empty where there is none."""
    if not fault:
        return ""
    text, name = ADVICE.get(fault, (_OTHER, ""))
    return text.format(portal=portal, name=name)
