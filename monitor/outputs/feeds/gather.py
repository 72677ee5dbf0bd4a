"""From rows to feeds: which entries there are, what they say, and identifiers that never change.

Wording follows the pages: nobody is said to have failed, only what was seen and when. Findings enter a feed only once a person has
confirmed them, unless the reader asks for open ones, which then carry their certainty in the title.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from urllib.parse import quote

from sqlalchemy import Connection, RowMapping

from monitor.outputs.feeds import rows
from monitor.outputs.feeds.calendar import Deadline
from monitor.outputs.feeds.entries import Entry, Feed, identifier
from monitor.outputs.feeds.rows import Wanted
from storage.domain.clock import CHINA, local_date
from storage.domain.enums import Certainty, DutyStatus, FindingState, Severity
from storage.domain.errors import NotFoundError
from storage.domain.ids import BodyId

CONFIRMED = (FindingState.CONFIRMED,)
LIVE = (FindingState.OPEN, FindingState.CONFIRMED)


def reports_feed(connection: Connection, wanted: Wanted, *, site: str, address: str, now: datetime) -> Feed:
    """Reports found, changed, withdrawn and back again. `site` is where our pages are, without a slash at the end."""
    entries = [_version(row, site) for row in rows.versions(connection, wanted)]
    entries += [_withdrawal(row, site) for row in rows.withdrawals(connection, wanted)]
    return _feed("reports", f"年报动态{_of(connection, wanted)}", wanted, entries, site=site, address=address, now=now)


def findings_feed(
    connection: Connection, wanted: Wanted, *, site: str, address: str, now: datetime, states: Sequence[FindingState] = CONFIRMED
) -> Feed:
    """Findings in those states; the ones a person confirmed, unless said otherwise."""
    words = "已确认的问题" if tuple(states) == CONFIRMED else "问题（含待核实）"
    entries = [_finding(row, site) for row in rows.found(connection, wanted, states)]
    kind = "findings/" + "+".join(states)
    return _feed(kind, f"{words}{_of(connection, wanted)}", wanted, entries, site=site, address=address, now=now)


def deadlines(connection: Connection, wanted: Wanted, *, site: str) -> tuple[str, list[Deadline]]:
    """The title of a calendar and its days: one per due date, or of one body one per year."""
    title = f"年报公布期限{_of(connection, wanted)}"
    if wanted.body_id:
        return title, [_own_day(row, site) for row in rows.duties_of(connection, wanted)]
    return title, list(_days(rows.due_days(connection, wanted), wanted, site))


def _feed(  # noqa: PLR0913 - as above
    kind: str, title: str, wanted: Wanted, entries: Sequence[Entry], *, site: str, address: str, now: datetime
) -> Feed:
    newest = sorted(entries, key=lambda entry: (entry.updated, entry.id), reverse=True)[: wanted.limit]
    return Feed(
        id=identifier("feed", kind, wanted.scope, wanted.body_id, wanted.year or "", wanted.rule),
        title=title,
        home=f"{site}/",
        address=address,
        updated=newest[0].updated if newest else now,
        entries=tuple(newest),
    )


def _version(row: RowMapping, site: str) -> Entry:
    first = row["number"] == 1
    what = "已发现" if first else f"有更新（第 {row['number']} 版）"
    lines = [f"标题：{row['title']}"] if row["title"] else []
    lines.append(f"{'首次发现' if first else '发现更新'}：{_local(row['first_seen_at'])}")
    if row["published_on"]:
        lines.append(f"标注的发布日期：{row['published_on']}")
    lines += [f"地址：{row['url']}", f"原件校验值 SHA-256：{row['main_sha256']}"]
    return Entry(
        id=identifier("version", row["body_id"], row["report_year"], row["number"], row["main_sha256"], row["first_seen_at"].isoformat()),
        title=f"{row['name']} {row['report_year']}年度年报{what}",
        url=_page(site, row),
        published=row["first_seen_at"],
        updated=row["first_seen_at"],
        text="\n".join(lines),
        author=row["name"],
        tags=("新发现" if first else "有更新", f"{row['report_year']}年度"),
    )


def _withdrawal(row: RowMapping, site: str) -> Entry:
    gone = row["to_status"] == DutyStatus.WITHDRAWN.value
    return Entry(
        id=identifier("withdrawal", row["body_id"], row["report_year"], row["to_status"], row["at"].isoformat()),
        title=f"{row['name']} {row['report_year']}年度年报{'在原处已看不到' if gone else '重新出现'}",
        url=_page(site, row),
        published=row["at"],
        updated=row["at"],
        text=f"{row['cause']}\n认定时间：{_local(row['at'])}",
        author=row["name"],
        tags=("已撤下" if gone else "重新出现", f"{row['report_year']}年度"),
    )


def _finding(row: RowMapping, site: str) -> Entry:
    certainty, state = Certainty(row["certainty"]), FindingState(row["state"])
    said = f"{state.label}，{Severity(row['severity']).label}，规则 {row['rule']}"
    return Entry(
        id=identifier("finding", row["body_id"], row["report_year"], row["fingerprint"], row["opened_at"].isoformat()),
        title=f"{row['name']} {row['report_year']}年度：{row['title']}（{certainty.label}，{state.label}）",
        url=_page(site, row),
        published=row["opened_at"],
        updated=max(row["updated_at"], row["opened_at"]),
        text=f"{row['message']}\n{certainty.label}；{said}\n发现时间：{_local(row['opened_at'])}",
        author="nianbao",
        tags=(row["rule"], certainty.label, f"{row['report_year']}年度"),
    )


def _days(found: Iterable[RowMapping], wanted: Wanted, site: str) -> Iterable[Deadline]:
    merged: dict[tuple[int, date], list[RowMapping]] = {}
    for row in found:
        merged.setdefault((row["report_year"], row["due_on"]), []).append(row)
    for (year, on), group in merged.items():
        bound, still = sum(row["bound"] for row in group), sum(row["open"] for row in group)
        lines = [
            f"{bound} 个单位应于当日 24:00（北京时间）前公布 {year}年度政府信息公开工作年度报告。",
            f"其中 {still} 个单位尚未见到年报（含无法判断的）。",
            *dict.fromkeys(f"依据：{row['legal_basis']}" for row in group),
        ]
        yield Deadline(
            uid=f"due-{year}-{on:%Y%m%d}-{wanted.scope or 'all'}@nianbao",
            on=on,
            title=f"{year}年度年报公布期限（{bound} 个单位）",
            text="\n".join(lines),
            url=f"{site}/?year={year}",
        )


def _own_day(row: RowMapping, site: str) -> Deadline:
    status, year = DutyStatus(row["status"]), row["report_year"]
    return Deadline(
        uid=f"duty-{row['body_id']}-{year}@nianbao",
        on=row["due_on"],
        title=f"{row['name']} {year}年度年报公布期限",
        text=f"当日 24:00（北京时间）前公布。\n依据：{row['legal_basis']}\n状态：{status.label}（截至 {_local(row['as_of'])}）",
        url=_page(site, row),
    )


def _of(connection: Connection, wanted: Wanted) -> str:
    """What a feed is narrowed to, for its title. Raises NotFoundError for a body that is not registered."""
    parts = []
    if wanted.body_id:
        name = rows.body_name(connection, BodyId(wanted.body_id))
        if not name:
            raise NotFoundError(f"名录中没有这个单位：{wanted.body_id}", advice="用 nianbao body list 查看编号。")
        parts.append(name)
    parts += [f"地区 {wanted.scope}"] if wanted.scope else []
    parts += [f"{wanted.year}年度"] if wanted.year is not None else []
    parts += [f"规则 {wanted.rule}"] if wanted.rule else []
    return f"：{'，'.join(parts)}" if parts else ""


def _page(site: str, row: RowMapping) -> str:
    return f"{site}/reports/{quote(row['body_id'], safe='')}/{row['report_year']}"


def _local(instant: datetime) -> str:
    return f"{local_date(instant)} {instant.astimezone(CHINA):%H:%M}"
