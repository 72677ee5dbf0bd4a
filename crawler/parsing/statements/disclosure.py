"""Figures about proactive disclosure, documents, decisions and fees. Pure; precision before recall as in `labels`."""

from __future__ import annotations

import re

from crawler.parsing.statements.labels import Around, Label
from crawler.parsing.statements.words import FILL
from storage.domain.reports import Number

_NORM = r"(?:行政)?规范性文件"
_RULE = r"(?:政府|部门|地方(?:性)?)?规章"
_MADE = re.compile(r"制发|制定|出台|印发|新增|起草并发布|颁布|审议通过")
_REPEALED = re.compile(r"废止|失效|宣布失效")
_VALID = re.compile(r"现行有效|继续有效|有效")
_OPENED = re.compile(r"公开|公布|发布")
_DOCUMENT = re.compile(rf"(?P<norm>{_NORM})|(?P<rule>{_RULE})")
_NOT_COUNT = re.compile(r"解读|草案|征求意见|备案|审查|清理(?!并)|修订|修改|目录|栏目|意见|建议|转发|名义")
_DECISIONS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("licences", re.compile(rf"行政许可(?:决定|事项|案件)?{FILL}\Z")),
    ("penalties", re.compile(rf"行政处罚(?:决定|案件)?{FILL}\Z")),
    ("coercions", re.compile(rf"行政强制(?:措施|执行|决定)?{FILL}\Z")),
)
_DECIDED = re.compile(r"作出|做出|办理|实施|办结|处理决定")
_SHOWN = re.compile(r"公开|公示|公布|发布|归集|报送|上传|双公示|信息\Z|目录|清单")
_PROACTIVE = re.compile(
    rf"(?:主动)?(?:公开|发布|公布)(?:了)?(?:各类|各种)?(?:主动)?(?:公开)?(?:的)?(?:政府|政务|各类)*(?:公开)?信息{FILL}\Z|主动公开(?:政府|政务)?信息{FILL}\Z|主动公开{FILL}\Z"
)
_OWN_CHANNEL = re.compile(r"公众号|微博|微信|抖音|新媒体|头条|客户端|公报|广播|电视|报刊|公告栏|栏目|专栏|公安局网站|局网站|委网站")
_SITE = re.compile(r"(?:政府(?:门户)?网站)(?:共|全年|累计|平台)*(?:法定)?主动?公开")
_FEE = re.compile(
    r"信息(?:公开)?(?:信息)?处理费|处理费用?|信息公开[^，。]{0,10}(?:收费|费用)|收取[^，。]{0,14}(?:信息公开|依申请)[^，。]{0,8}费"
)
_STATUTORY_FEE = re.compile(r"行政事业性收费")


def label(a: Around, unit: str) -> Label | None:
    """The label of a figure about disclosure, documents, decisions or fees, None if it is not one."""
    if unit == "元":
        return _money(a)
    if unit in ("部分", "个部分"):
        return Label("report_parts") if re.search(r"报告|组成|包括", a.sentence) and "组成" in a.sentence else None
    return _document(a) or _decision(a, unit) or _total(a, unit)


def _money(a: Around) -> Label | None:
    if _STATUTORY_FEE.search(a.before):
        return Label("fees_wan")
    return Label("fee_charged_yuan") if _FEE.search(a.before) and not re.search(r"标准|每|按", a.clause) else None


def _document(a: Around) -> Label | None:
    clause = a.clause
    found = list(_DOCUMENT.finditer(clause))
    if not found or _NOT_COUNT.search(clause):
        return None
    if not re.fullmatch(FILL, clause[found[-1].end() :]) and not re.search(rf"(?:{_VALID.pattern}|{_REPEALED.pattern}){FILL}\Z", clause):
        return None
    if found[-1]["norm"] and any(f["rule"] for f in found):
        return None
    kind = "norm" if found[-1]["norm"] else "rules"
    for state, pattern in (("valid", _VALID), ("repealed", _REPEALED), ("made", _MADE)):
        if pattern.search(clause):
            return Label(f"{kind}_{state}", "published" if state == "made" and _OPENED.search(clause) else "")
    return Label(f"{kind}_made", "published") if _OPENED.search(clause) or _OPENED.search(a.sentence.split(clause)[0][-40:]) else None


def _decision(a: Around, unit: str) -> Label | None:
    for metric, pattern in _DECISIONS:
        if unit == "项" and a.clause.endswith("事项"):
            return None  # 许可事项120项: kinds of decisions, not decisions
        if pattern.search(a.clause) and _DECIDED.search(a.clause) and not _SHOWN.search(a.clause):
            return Label(metric)
    return None


def _total(a: Around, unit: str) -> Label | None:
    if unit not in ("条", "件", "项", "篇") or "申请" in a.clause or not _PROACTIVE.search(a.clause):
        return None
    if _SITE.search(a.clause):
        return Label("proactive_gov_site")
    if _OWN_CHANNEL.search(a.clause) and not re.search(r"共|全年|总|等", a.clause):
        return None
    if not re.search(r"政府信息|政务信息|主动公开|公开信息", a.clause) or re.match(r"其中", a.before.lstrip("，；、。")):
        return None
    return Label("proactive_total")


def yuan(metric: str, value: Number, unit: str) -> tuple[Number, str]:
    """Money in the unit of its metric: `fees_wan` in 万元, the information-processing fee in 元."""
    if metric == "fees_wan" and unit == "元":
        from decimal import Decimal

        wan = Decimal(value) / 10_000
        return (int(wan) if wan == wan.to_integral_value() else wan), "万元"
    return value, unit
