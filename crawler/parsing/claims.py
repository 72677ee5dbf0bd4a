"""Figures stated in prose, as tuples that rules can compare with the tables. Pure.

Every mention becomes one claim; a figure whose object is in doubt becomes none, because a wrong claim would accuse. Neighbours: `sections`
cuts the text, `statements` holds the grammar, `monitor/rules/tx_*` compare.

**Qualifiers** narrow what a claim says. A rule compares a claim only when it knows the qualifier:

| qualifier | meaning | compare with |
|---|---|---|
| (empty) | the plain figure | the metric's candidates |
| `new` | 新收 / 新增 | 本年新收 only |
| `incl_carried` | 含上年结转 is said of it | 新收 + 结转 for received; 办理结果总计 for handled |
| `processed` | 办理 / 收到并答复: taken in or dealt with | 新收, 新收 + 结转, 办理结果总计 |
| `approx` | 余 / 多 / 约 / 近 | never |
| `channel` | one channel only (网上, 信函 …), no total word | never |
| `part` | a figure of part of the bodies or of a sub-group | never |
| `wider` | cases over other matters, or of the year before, are in it | never |
| `published` | 公开 of documents, not 制发 | never as an error |
| `item:<row>` | outcome group named with the reason of one row | the group or that row |
| `column:<column>` | one applicant column named | that column |
| `all` | all cases of the count before it (均维持) | the part equals the count |
| `none` | said in words (未收到, 没有发生), value 0; always beside a `no_*` claim of the same sentence | one of the two |
| `of:<metric>` | share whose base is named | the base |
| `derived` | computed from this year's figure and the stated change | last year's report |

`period` is empty for the report year; otherwise it holds the phrase (去年, 2022年, 上半年) and the claim is not about this year's tables.
`scope`: a claim is comparable with the report's own tables as `comparable` says.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from crawler.parsing.statements.reader import read_section
from crawler.parsing.statements.scopes import is_government
from storage.domain.enums import Scope
from storage.domain.reports import Claim, Section

METRICS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "requests_received": ("收到（受理、接收、新收）的政府信息公开申请", "件"),
        "requests_received_previous_year": ("上一年收到的申请，由增减数推算或直接写明", "件"),
        "requests_handled": ("办结（答复）的申请", "件"),
        "requests_granted": ("予以公开", "件"),
        "requests_partial": ("部分公开", "件"),
        "requests_granted_or_partial": ("予以公开及部分公开合计", "件"),
        "requests_denied": ("不予公开", "件"),
        "requests_unable": ("无法提供", "件"),
        "requests_refused": ("不予处理", "件"),
        "requests_other": ("其他处理", "件"),
        "denied_state_secret": ("不予公开：属于国家秘密", "件"),
        "denied_law_forbidden": ("不予公开：其他法律行政法规禁止公开", "件"),
        "denied_three_safety": ("不予公开：危及三安全一稳定", "件"),
        "denied_third_party": ("不予公开：保护第三方合法权益", "件"),
        "denied_internal": ("不予公开：属于三类内部事务信息", "件"),
        "denied_process": ("不予公开：属于四类过程性信息", "件"),
        "denied_enforcement_file": ("不予公开：属于行政执法案卷", "件"),
        "denied_query": ("不予公开：属于行政查询事项", "件"),
        "unable_not_held": ("无法提供：本机关不掌握", "件"),
        "unable_needs_creation": ("无法提供：需要另行制作", "件"),
        "unable_unclear": ("无法提供：补正后仍不明确", "件"),
        "refused_petition": ("不予处理：信访举报投诉类", "件"),
        "refused_duplicate": ("不予处理：重复申请", "件"),
        "refused_publication": ("不予处理：要求提供公开出版物", "件"),
        "refused_excessive": ("不予处理：无正当理由大量反复申请", "件"),
        "refused_reconfirm": ("不予处理：要求确认或重新出具", "件"),
        "other_no_correction": ("其他处理：逾期不补正", "件"),
        "other_unpaid_fee": ("其他处理：逾期未缴费", "件"),
        "carried_in": ("上年结转", "件"),
        "carried_out": ("结转下年度", "件"),
        "natural_applicants": ("自然人申请", "件"),
        "org_applicants": ("法人或其他组织申请", "件"),
        "natural_applicants_only": ("全部为自然人申请（值恒为 1）", ""),
        "reconsideration_cases": ("因政府信息公开的行政复议", "件"),
        "reconsideration_upheld": ("行政复议结果维持", "件"),
        "reconsideration_corrected": ("行政复议结果纠正", "件"),
        "reconsideration_other": ("行政复议其他结果", "件"),
        "reconsideration_pending": ("行政复议尚未审结", "件"),
        "litigation_cases": ("因政府信息公开的行政诉讼", "件"),
        "litigation_direct": ("未经复议直接起诉", "件"),
        "litigation_after_reconsideration": ("复议后起诉", "件"),
        "litigation_upheld": ("行政诉讼结果维持", "件"),
        "litigation_corrected": ("行政诉讼结果纠正", "件"),
        "litigation_other": ("行政诉讼其他结果", "件"),
        "litigation_pending": ("行政诉讼尚未审结", "件"),
        "disputes_cases": ("行政复议与行政诉讼合计", "件"),
        "no_requests": ("写明未收到申请（值恒为 0）", "件"),
        "no_reconsideration": ("写明没有行政复议（值恒为 0）", "件"),
        "no_litigation": ("写明没有行政诉讼（值恒为 0）", "件"),
        "no_corrected": ("写明没有被纠错或败诉（值恒为 0）；同句另有 reconsideration_corrected、litigation_corrected", "件"),
        "all_handled": ("写明全部办结或无结转（值恒为 1）", ""),
        "norm_made": ("制发行政规范性文件", "件"),
        "norm_repealed": ("废止行政规范性文件", "件"),
        "norm_valid": ("现行有效行政规范性文件", "件"),
        "rules_made": ("制发规章", "件"),
        "rules_repealed": ("废止规章", "件"),
        "rules_valid": ("现行有效规章", "件"),
        "licences": ("作出行政许可", "件"),
        "penalties": ("作出行政处罚", "件"),
        "coercions": ("作出行政强制", "件"),
        "fees_wan": ("行政事业性收费，折合万元", "万元"),
        "fee_charged_yuan": ("收取政府信息公开信息处理费，折合元；与行政事业性收费无关", "元"),
        "proactive_total": ("主动公开政府信息总量", "条"),
        "proactive_gov_site": ("在政府网站主动公开的信息", "条"),
        "report_parts": ("报告自称由几部分组成", "部分"),
    }
)
"""The closed list: name → (meaning, unit). Two derived families share it: `<metric>_share_pct` is the printed share (unit %) of the figure
`<metric>` of the same quote; `<metric>_growth_pct` the signed change against the year before (unit %), for `requests_received` shortened to
`requests_growth_pct`."""


def find(sections: tuple[Section, ...], *, body: str, report_year: int | None) -> tuple[Claim, ...]:
    """All figures stated in the prose of a report, in printed order. `body` tells an office's own figures from a region's."""
    claims: list[Claim] = []
    for section in sections:
        claims.extend(read_section(section, body=body, report_year=report_year))
    return _settle_processed(claims)


def _settle_processed(claims: list[Claim]) -> tuple[Claim, ...]:
    """办理 says received only where nothing else does: beside a plain 收到 figure it speaks of what was dealt with."""
    received = any(c.metric == "requests_received" and c.qualifier in ("", "new", "incl_carried") and not c.period for c in claims)
    if not received:
        return tuple(claims)
    return tuple(
        _as_handled(c) if c.metric == "requests_received" and c.qualifier == "processed" and "收到" not in c.quote else c for c in claims
    )


def _as_handled(claim: Claim) -> Claim:
    return Claim(
        "requests_handled", claim.value, claim.unit, claim.quote, claim.at, claim.scope, claim.period, claim.section, claim.qualifier
    )


def comparable(claim: Claim, body: str) -> bool:
    """Whether a claim speaks of the same whole as the report's own tables.

    A government's tables cover its region, an office's or department's only itself: 全市 in a department's report and 政府办代表政府 in a
    government's are other wholes (rules 8: incomparable, not contradictory).
    """
    if claim.period:
        return False
    if claim.scope is Scope.OFFICE:
        return False
    return claim.scope is not Scope.REGION or is_government(body)
