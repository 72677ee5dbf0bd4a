"""Importing the registry from a table (CSV or XLSX): who must publish, and where. All or nothing, with a word on every row.

Only 单位名称 and 网址 are needed. What is left out is concluded from the name and the division code where that is certain, kept from
the stored body where there is one, and otherwise an error of that row: a wrong kind of body would mean a wrong deadline.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar
from urllib.parse import urlsplit

from sqlalchemy import Connection

from storage import bodies, portals, registry_batches, registry_xlsx
from storage.domain.enums import BodyKind, BodyLevel, Labelled
from storage.domain.errors import NotFoundError, UsageError
from storage.domain.ids import BodyId, PortalId
from storage.domain.registry import Body, Portal
from storage.statements import URL_LIMIT, clean_name

REQUIRED = ("单位名称", "网址")
OPTIONAL = (
    "编号", "地区代码", "类型", "层级", "系统", "上级", "别名", "联络人", "邮箱", "栏目网址", "站群系统", "方式", "间隔秒", "免报原因",
)  # fmt: skip
COLUMNS = (*REQUIRED, *OPTIONAL)
TIERS = ("http", "browser", "legacy-tls")
SIZE_LIMIT = 64 * 2**20


L = TypeVar("L", bound=Labelled)


class Action(Labelled):
    """What an imported row does."""

    ADDED = "added", "新增"
    UPDATED = "updated", "更新"
    SAME = "same", "跳过"
    ERROR = "error", "错误"


@dataclass(frozen=True, slots=True)
class RowResult:
    """What became of one row; `line` counts from 1 with the heading, as a spreadsheet shows it."""

    line: int
    name: str
    action: Action
    message: str = ""


@dataclass(frozen=True, slots=True)
class ImportResult:
    """All rows; `written` is False for a dry run and when any row has an error: then nothing was changed."""

    rows: tuple[RowResult, ...]
    written: bool

    def counts(self) -> dict[Action, int]:
        """Rows per action, every action named."""
        found = Counter(row.action for row in self.rows)
        return {action: found[action] for action in Action}


@dataclass(frozen=True, slots=True)
class _Row:
    line: int
    values: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.values.get(column, "")

    def several(self, column: str) -> tuple[str, ...]:
        parts = self[column].replace(";", "；").replace("\n", "；").split("；")
        return tuple(part.strip() for part in parts if part.strip())


class _RowError(Exception):
    """A row that cannot be taken, with the reason for people."""


def import_csv(connection: Connection, data: bytes, *, now: datetime, dry_run: bool = False) -> ImportResult:
    """Import a table in UTF-8 or GB18030; with `dry_run` only say what it would do. Importing the same again changes nothing.

    Within one call all rows are written or none. Raises UsageError for a file that is not such a table.
    """
    return _import(connection, read_rows(data), now=now, dry_run=dry_run)


def import_file(
    connection: Connection, data: bytes, *, now: datetime, dry_run: bool = False, actor: str = "", source: str = ""
) -> tuple[ImportResult, int | None]:
    """Import a table in CSV or XLSX as one batch that can be undone; the batch's number, None where nothing was written.

    Raises UsageError for a file that is no such table.
    """
    before = None if dry_run else registry_batches.snapshot(connection)
    result = _import(connection, read_rows(data), now=now, dry_run=dry_run)
    if before is None or not result.written:
        return result, None
    counts = {action.value: count for action, count in result.counts().items()}
    return result, registry_batches.record(connection, before, actor=actor, source=source, counts=counts, now=now)


def _import(connection: Connection, rows: list[_Row], *, now: datetime, dry_run: bool) -> ImportResult:
    savepoint = connection.begin_nested()
    results = [_import_row(connection, row, rows, now) for row in rows]
    broken = any(result.action is Action.ERROR for result in results)
    if dry_run or broken:
        savepoint.rollback()
    else:
        savepoint.commit()
    return ImportResult(tuple(results), written=not (dry_run or broken))


def read_rows(data: bytes) -> list[_Row]:
    """The rows of the table that are not empty. Raises UsageError."""
    if len(data) > SIZE_LIMIT:
        raise UsageError("名录文件过大", advice="请拆成几个文件导入。")
    if registry_xlsx.is_xlsx(data):
        return _rows_of(list(enumerate(registry_xlsx.read(data), 1)))
    text = _decode(data)
    delimiter = "\t" if "\t" in text.partition("\n")[0] else ","
    reader = csv.reader(io.StringIO(text), delimiter=delimiter)
    try:
        lines = [(reader.line_num, values) for values in reader]
    except csv.Error as error:
        raise UsageError(f"名录不是有效的 CSV：{error}", advice="请用表格软件另存为 CSV（UTF-8）。") from error
    return _rows_of(lines)


def _rows_of(table: list[tuple[int, list[str]]]) -> list[_Row]:
    """The rows below the heading with what they say by column."""
    heading, lines = [clean_name(name) for name in (table[0][1] if table else [])], table[1:]
    _check_heading(heading)
    found = (_Row(line, {key: value.strip() for key, value in zip(heading, values, strict=False)}) for line, values in lines)
    return [row for row in found if any(row.values.values())]


def _decode(data: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UsageError("名录文件的编码无法识别", advice="请用表格软件另存为 CSV（UTF-8）。")


def _check_heading(heading: list[str]) -> None:
    missing = [name for name in REQUIRED if name not in heading]
    if missing:
        raise UsageError(f"名录缺少列：{'、'.join(missing)}", advice=f"第一行是列名，必须有{'、'.join(REQUIRED)}。")
    unknown = [name for name in heading if name and name not in COLUMNS]
    doubled = [name for name, number in Counter(filter(None, heading)).items() if number > 1]
    if unknown or doubled:
        raise UsageError(f"名录中有不认识或重复的列：{'、'.join(unknown + doubled)}", advice=f"可用的列：{'、'.join(COLUMNS)}。")


def _import_row(connection: Connection, row: _Row, rows: list[_Row], now: datetime) -> RowResult:
    name = clean_name(row["单位名称"])
    try:
        body, change = _write_body(connection, row, rows, now)
        new_places = _write_places(connection, row, body, now)
    except _RowError as error:
        return RowResult(row.line, name, Action.ERROR, str(error))
    action = Action(change)
    if action is Action.SAME and new_places:
        action = Action.UPDATED
    return RowResult(row.line, name, action, "新增栏目" if new_places and change != "added" else "")


def _write_body(connection: Connection, row: _Row, rows: list[_Row], now: datetime) -> tuple[Body, bodies.Change]:
    name = clean_name(row["单位名称"])
    if not name:
        raise _RowError("单位名称为空")
    stored = _stored_body(connection, row, name)
    code = row["地区代码"] or (stored.division_code if stored else "")
    if code and not (code.isascii() and code.isdigit() and len(code) in {6, 9, 12}):
        raise _RowError(f"地区代码应为 6、9 或 12 位数字：{code}")
    body = Body(
        id=stored.id if stored else BodyId(row["编号"]) if row["编号"] else bodies.make_id(code, name),
        name=name,
        kind=_kind(row, name, stored),
        level=_level(row, name, code, stored),
        division_code=code,
        parent_id=_parent(connection, row, rows, stored),
        aliases=tuple(sorted({*row.several("别名"), *(stored.aliases if stored else ())})),
        system=row["系统"] or (stored.system if stored else ""),
        contact=row["联络人"] or (stored.contact if stored else ""),
        email=row["邮箱"] or (stored.email if stored else ""),
        exempt_reason=row["免报原因"] or (stored.exempt_reason if stored else ""),
        active_from_year=stored.active_from_year if stored else None,
        active_to_year=stored.active_to_year if stored else None,
    )
    if len(body.id) > 64:
        raise _RowError(f"编号超过 64 个字符：{body.id[:20]}…")
    return body, bodies.upsert(connection, body, now)


def _stored_body(connection: Connection, row: _Row, name: str) -> Body | None:
    """The body this row speaks of: by its id where one is given, else the only one of that name (in that division, if given)."""
    if row["编号"]:
        return bodies.get_many(connection, [BodyId(row["编号"])]).get(BodyId(row["编号"]))
    found = [body for body in bodies.find_by_name(connection, name) if not row["地区代码"] or body.division_code == row["地区代码"]]
    if len(found) > 1:
        raise _RowError(f"有 {len(found)} 个单位叫这个名字，请用编号或地区代码区分")
    return found[0] if found else None


def _kind(row: _Row, name: str, stored: Body | None) -> BodyKind:
    if row["类型"]:
        return _labelled(BodyKind, row["类型"], "类型")
    if stored:
        return stored.kind
    if name.endswith(("街道办事处", "街道办")):
        return BodyKind.SUBDISTRICT
    if name.endswith("人民政府"):
        return BodyKind.TOWNSHIP if name.removesuffix("人民政府").endswith(("乡", "镇")) else BodyKind.GOVERNMENT
    return BodyKind.DEPARTMENT


def _level(row: _Row, name: str, code: str, stored: Body | None) -> BodyLevel:
    if row["层级"]:
        return _labelled(BodyLevel, row["层级"], "层级")
    if stored:
        return stored.level
    if _kind(row, name, stored) in {BodyKind.TOWNSHIP, BodyKind.SUBDISTRICT} or len(code.rstrip("0")) > 6:
        return BodyLevel.TOWNSHIP
    if not code:
        return BodyLevel.COUNTY
    if code[2:6] == "0000":
        return BodyLevel.PROVINCE
    return BodyLevel.PREFECTURE if code[4:6] == "00" else BodyLevel.COUNTY


def _labelled(kind: type[L], text: str, column: str) -> L:
    for member in kind:
        if text in {member.value, member.label}:
            return member
    raise _RowError(f"{column}应为{'、'.join(member.label for member in kind)}之一：{text}")


def _parent(connection: Connection, row: _Row, rows: list[_Row], stored: Body | None) -> BodyId | None:
    name = clean_name(row["上级"])
    if not name:
        return stored.parent_id if stored else None
    found = bodies.find_by_name(connection, name)
    if len(found) == 1:
        return found[0].id
    if not found and any(clean_name(other["单位名称"]) == name for other in rows if other.line > row.line):
        raise _RowError(f"上级单位排在后面，请把它移到前面：{name}")
    raise _RowError(f"上级单位{'不唯一' if found else '不在名录中'}：{name}")


def _write_places(connection: Connection, row: _Row, body: Body, now: datetime) -> bool:
    """The portal and its list pages; whether anything is new. Without a column address the home page is where the search begins."""
    home = _address(row["网址"], "网址")
    tier = row["方式"] or "http"
    if tier not in TIERS:
        raise _RowError(f"方式应为 {'、'.join(TIERS)} 之一：{tier}")
    portal = _portal(connection, row, body, home, tier)
    portals.upsert(connection, portal, now)
    new = False
    for url in row.several("栏目网址") or (home,):
        before = {
            (point.url, body.id in point.body_ids) for point in portals.entry_points_of(connection, portal_id=portal.id, enabled_only=False)
        }
        address = _address(url, "栏目网址")
        portals.add_entry_point(
            connection,
            portal.id,
            address,
            now=now,
            family=row["站群系统"],
            body_ids=(body.id,),
            tier=tier,
            params=_params(connection, portal, address),
        )
        new = new or (address, True) not in before
    return new


def _params(connection: Connection, portal: Portal, url: str) -> dict[str, str]:
    """Importing again must not forget what was learned of a list."""
    for point in portals.entry_points_of(connection, portal_id=portal.id, enabled_only=False):
        if point.url == url:
            return dict(point.params)
    return {}


def _portal(connection: Connection, row: _Row, body: Body, home: str, tier: str) -> Portal:
    host = urlsplit(home).netloc.rpartition("@")[2].lower()
    try:
        stored = portals.get(connection, PortalId(host))
    except NotFoundError:
        stored = Portal(PortalId(host), body.name, home, platform_id=host, division_code=body.division_code, tier=tier)
    if not row["间隔秒"]:
        return stored
    try:
        delay = float(row["间隔秒"])
    except ValueError as error:
        raise _RowError(f"间隔秒应为数字：{row['间隔秒']}") from error
    return replace(stored, delay_seconds=max(delay, 0.0))


def _address(text: str, column: str) -> str:
    if not text:
        raise _RowError(f"{column}为空")
    url = text if "://" in text else f"http://{text}"
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError as error:
        raise _RowError(f"{column}无法识别：{text}") from error
    if parts.scheme not in {"http", "https"} or not host or len(parts.netloc) > 64 or any(mark.isspace() for mark in url):
        raise _RowError(f"{column}无法识别：{text}")
    if len(url) > URL_LIMIT:
        raise _RowError(f"{column}超过 {URL_LIMIT} 个字符")
    return url
