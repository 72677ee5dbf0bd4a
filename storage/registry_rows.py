"""What one row of a registry table says of a body and its portal, value by value. Pure.

What is left out is concluded from the name and the division code where that is certain, kept from the stored body where there is one, and
otherwise an error of that row: a wrong kind of body would mean a wrong deadline.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection
from typing import TypeVar
from urllib.parse import urlsplit

from storage.domain.enums import BodyKind, BodyLevel, Labelled
from storage.domain.registry import Body
from storage.registry_table import Row
from storage.statements import URL_LIMIT, clean_name

TIERS = ("http", "browser")
_LIMITS = {"单位名称": 200, "编号": 64, "系统": 64, "联络人": 100, "邮箱": 200, "免报原因": 200, "站群系统": 40}
_DELAY_LIMIT = 3600.0
_EXPONENT = re.compile(r"\d(?:\.\d+)?[Ee]\+?\d{1,3}")
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_NO_NAME = re.compile(r"(?:合计|总计|小计|备注|注|说明|填表|制表|填报|联系|审核|序号)")

L = TypeVar("L", bound=Labelled)


class RowError(Exception):
    """A row that cannot be taken, with the reason for people."""


def name_of(row: Row) -> str:
    """The body's name. Raises RowError for what is none: the foot of a table is easily taken along."""
    name = clean_name(row["单位名称"])
    if not name:
        raise RowError("单位名称为空")
    if len(name) < 2 or name.isdigit() or (_NO_NAME.match(name) and not name.endswith(("局", "委", "办", "室", "会", "府", "厅", "处"))):
        raise RowError(f"不像单位名称：{name[:40]}")
    return name


def check(row: Row, families: Collection[str]) -> None:
    """What can be said of the row's cells alone. Raises RowError."""
    if row.faults:
        raise RowError("；".join(row.faults))
    for column, limit in _LIMITS.items():
        if len(row[column]) > limit:
            raise RowError(f"{column}超过 {limit} 个字符")
    if any(len(alias) > _LIMITS["单位名称"] for alias in row.several("别名")):
        raise RowError(f"别名超过 {_LIMITS['单位名称']} 个字符")
    if row["邮箱"] and not _MAIL.fullmatch(row["邮箱"]):
        raise RowError(f"邮箱无法识别：{row['邮箱']}")
    if row["站群系统"] and families and row["站群系统"] not in families:
        raise RowError(f"没有这个站群系统：{row['站群系统']}；不写则自动识别")
    if row["方式"] and row["方式"] not in TIERS:
        raise RowError(f"方式应为 {'、'.join(TIERS)} 之一：{row['方式']}")
    if _EXPONENT.fullmatch(row["编号"]):
        raise RowError(f"编号被表格软件改成了数字：{row['编号']}；请把该列设为文本后重新填写")


def code_of(row: Row) -> str:
    """The division code as it is printed, empty where none is given. Raises RowError."""
    code = row["地区代码"].removesuffix(".0")
    if not code:
        return ""
    if _EXPONENT.fullmatch(code):
        raise RowError(f"地区代码被表格软件改成了数字：{code}；请把该列设为文本后重新填写")
    if not (code.isascii() and code.isdigit() and len(code) in {6, 9, 12}):
        short = "（首位或末位的零可能被表格软件去掉）" if code.isdigit() and len(code) in {5, 8, 11} else ""
        raise RowError(f"地区代码应为 6、9 或 12 位数字：{code}{short}")
    return code


def kind_of(row: Row, name: str, stored: Body | None) -> BodyKind:
    """The kind of body, which decides its deadline. Raises RowError."""
    if row["类型"]:
        return _labelled(BodyKind, row["类型"], "类型")
    if stored:
        return stored.kind
    if name.endswith(("街道办事处", "街道办")):
        return BodyKind.SUBDISTRICT
    if name.endswith("人民政府"):
        return BodyKind.TOWNSHIP if name.removesuffix("人民政府").endswith(("乡", "镇")) else BodyKind.GOVERNMENT
    return BodyKind.GOVERNMENT if name.endswith("行政公署") else BodyKind.DEPARTMENT


def level_of(row: Row, kind: BodyKind, code: str, stored: Body | None) -> BodyLevel:
    """The level of a body of that kind. Raises RowError."""
    if row["层级"]:
        return _labelled(BodyLevel, row["层级"], "层级")
    if stored:
        return stored.level
    if kind in {BodyKind.TOWNSHIP, BodyKind.SUBDISTRICT} or len(code.rstrip("0")) > 6:
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
    raise RowError(f"{column}应为{'、'.join(member.label for member in kind)}之一：{text}")


def delay_of(row: Row) -> float | None:
    """Seconds between two requests, None where nothing is said. Raises RowError."""
    if not row["间隔秒"]:
        return None
    try:
        delay = float(row["间隔秒"])
    except ValueError as error:
        raise RowError(f"间隔秒应为数字：{row['间隔秒']}") from error
    if not math.isfinite(delay) or not 0 <= delay <= _DELAY_LIMIT:
        raise RowError(f"间隔秒应在 0 与 {_DELAY_LIMIT:g} 之间：{row['间隔秒']}")
    return delay


def address_of(text: str, column: str) -> str:
    """An address given by a person, with its scheme. Raises RowError."""
    if not text:
        raise RowError(f"{column}为空")
    url = text if "://" in text else f"http://{text}"
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise RowError(f"{column}无法识别：{text}") from error
    odd = any(mark.isspace() or mark in "，。；：、／" for mark in url) or parts.username is not None
    if parts.scheme not in {"http", "https"} or not host or len(parts.netloc) > 64 or odd:
        raise RowError(f"{column}无法识别：{text}")
    if len(url) > URL_LIMIT:
        raise RowError(f"{column}超过 {URL_LIMIT} 个字符")
    return url
