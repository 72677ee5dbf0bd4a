"""The sentences of a fictional report: every figure of `ReportFacts.stated` is stated once, in one of several wordings.

The wordings are the project's own. Figures are given in the words the claims vocabulary knows, so that the truth of a claim is
`facts.stated` itself.
"""

from __future__ import annotations

from crawler.demo.facts import ReportFacts
from storage.domain.enums import BodyKind

_LEADS = (
    "本报告依照《中华人民共和国政府信息公开条例》的规定编制。报告中的统计期限自{year}年1月1日起至12月31日止。",
    "按照《中华人民共和国政府信息公开条例》要求，现公布{body}{year}年度政府信息公开情况，统计期限为{year}年1月1日至{year}年12月31日。",
)
_RECEIVED = (
    "{year}年，新收政府信息公开申请{requests_received}件，上年结转{carried_in}件；办结{requests_handled}件，结转下年度继续办理{carried_out}件。",
    "全年新收政府信息公开申请{requests_received}件，其中自然人{natural_applicants}件，法人或其他组织{org_applicants}件；另有上年结转{carried_in}件。"
    "至年底办结{requests_handled}件，结转下年度{carried_out}件。",
    "本年新收到政府信息公开申请{requests_received}件，加上上年结转{carried_in}件，共办结{requests_handled}件，{carried_out}件结转下年度继续办理。",
)
_OUTCOMES = (
    "办理结果为：予以公开{requests_granted}件，部分公开{requests_partial}件，不予公开{requests_denied}件，无法提供{requests_unable}件，"
    "不予处理{requests_refused}件，其他处理{requests_other}件。",
    "在办结的申请中，予以公开{requests_granted}件、部分公开{requests_partial}件、不予公开{requests_denied}件、无法提供{requests_unable}件、"
    "不予处理{requests_refused}件、其他处理{requests_other}件。",
)
_DISPUTES = (
    "因政府信息公开被申请行政复议{reconsideration_cases}件，被提起行政诉讼{litigation_cases}件。",
    "本年度涉及政府信息公开的行政复议{reconsideration_cases}件、行政诉讼{litigation_cases}件。",
)
_PROACTIVE = (
    "全年通过门户网站和新媒体主动公开政府信息{proactive_total}条，制发行政规范性文件{norm_made}件。",
    "依托政府网站、公告栏等渠道，全年主动公开政府信息{proactive_total}条；本年制发行政规范性文件{norm_made}件。",
)
_PROBLEMS = (
    ("一是栏目更新有时不够及时；二是个别答复文书的说理还不够充分。", "今后将按月核对栏目，组织两次业务培训，并对答复文书逐件审核。"),
    ("解读材料形式偏少，基层工作人员更换较多、业务不熟。", "下一步增加图表和问答形式的解读，为新到岗人员编写办理手册。"),
    ("历史文件的数字化还没有完成，检索不便。", "已列出分批计划，明年上半年完成近十年文件的整理上网。"),
)
NOTHING_RECEIVED = "本年度未收到政府信息公开申请，也没有发生因政府信息公开引起的行政复议和行政诉讼。"


def opening_sections(facts: ReportFacts) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The lead paragraph before section 1, and the paragraphs of section 1."""
    lead = _say(facts, _LEADS, 0)
    paragraphs = [
        f"（一）主动公开。{_say(facts, _PROACTIVE, 1)}",
        f"（二）依申请公开。{_applications(facts)}",
        "（三）政府信息管理。落实先审查后公开的要求，定期清理失效内容。",
        "（四）平台建设。调整公开专栏的栏目设置，方便公众查找。",
        "（五）监督保障。"
        + ("开展年度考核和社会评议，未发生责任追究情形。" if facts.kind is BodyKind.GOVERNMENT else "明确专人负责，按季度开展自查。"),
    ]
    return (lead,), tuple(paragraphs)


def _applications(facts: ReportFacts) -> str:
    involved = ("requests_received", "carried_in", "requests_handled", "carried_out", "reconsideration_cases", "litigation_cases")
    if not any(facts.stated.get(metric, 0) for metric in involved):
        return NOTHING_RECEIVED
    outcomes = _say(facts, _OUTCOMES, 3) if "requests_granted" in facts.stated else ""
    return _say(facts, _RECEIVED, 2) + outcomes + _say(facts, _DISPUTES, 4)


def closing_sections(facts: ReportFacts) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The paragraphs of sections 5 and 6."""
    problems = _PROBLEMS[(facts.voice >> 5) % len(_PROBLEMS)]
    return problems, (f"{facts.report_year}年未收取政府信息公开信息处理费。", "没有其他需要报告的事项。")


def _say(facts: ReportFacts, wordings: tuple[str, ...], bit: int) -> str:
    chosen = wordings[(facts.voice >> (3 * bit)) % len(wordings)]
    return chosen.format(year=facts.report_year, body=facts.body, **facts.stated)


def figures_said(facts: ReportFacts) -> dict[str, int]:
    """The metrics that the chosen wordings really state, with their figures; the truth for a reader of claims."""
    said = {}
    _, section = opening_sections(facts)
    if NOTHING_RECEIVED in "".join(section):
        return {metric: facts.stated[metric] for metric in ("proactive_total", "norm_made")}
    templates = [_PROACTIVE, _RECEIVED, _OUTCOMES, _DISPUTES]
    for bit, wordings in enumerate(templates, start=1):
        chosen = wordings[(facts.voice >> (3 * bit)) % len(wordings)]
        said.update({metric: value for metric, value in facts.stated.items() if f"{{{metric}}}" in chosen})
    return said
