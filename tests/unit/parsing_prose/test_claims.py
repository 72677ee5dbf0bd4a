from __future__ import annotations

from decimal import Decimal

import pytest

from crawler.parsing import claims
from storage.domain.document import Locator
from storage.domain.enums import Scope
from storage.domain.reports import Claim, Section

YEAR = 2023


def said(text: str, *, section: int = 1, body: str = "某县示例局") -> tuple[Claim, ...]:
    found = claims.find((Section(section, "", "", text, Locator("line:1")),), body=body, report_year=YEAR)
    for claim in found:
        assert claim.metric in claims.METRICS or claim.metric.endswith(("_share_pct", "_growth_pct"))
        assert claim.quote in text
    return found


def figures(text: str, **options: object) -> set[tuple[str, object]]:
    """Metric and value of the comparable claims: this year's, without approximations, parts and channels."""
    found = said(text, **options)  # type: ignore[arg-type]
    return {(c.metric, c.value) for c in found if not c.period and c.qualifier not in ("approx", "part", "channel")}


WIDER = [
    "我局作为被申请人的行政复议案件15件（其中信息公开类0件）。",
    "办理行政复议案件15件，其中涉及政府信息公开2件。",
    "行政诉讼案件20件，均与政府信息公开无关。",
    "依申请公开工作平稳。行政诉讼案件20件，均不涉及政府信息公开。",
    "因政府信息公开被申请行政复议5件，其中上年结转2件。",
    "因政府信息公开被申请行政复议5件（含上年度结转2件）。",
    "因政府信息公开被提起行政诉讼5件，其中2件为上年结转。",
]
NOT_WIDER = [
    ("因政府信息公开被申请行政复议3件，其中政府信息公开答复类2件。", {("reconsideration_cases", 3)}),
    ("政府信息公开行政诉讼2件，均为信息公开申请答复引起。", {("litigation_cases", 2)}),
]


# A figure of what requests and replies are about, or of papers, is none of reconsiderations and lawsuits over disclosure.
ABOUT = [
    "依申请公开答复内容涉及行政复议案件7件。",
    "收到的政府信息公开申请内容涉及行政复议7件、行政诉讼3件。",
    "依申请公开答复内容涉及征地补偿5件、行政诉讼案件2件。",
    "依申请公开中涉及行政复议类信息7件。",
    "信息公开申请事项主要是行政复议3件。",
    "依申请公开答复主要涉及行政复议3件。",
    "依申请公开行政诉讼案卷5件。",
]
OVER = [
    ("依申请公开答复涉及行政复议案件7件。", {("reconsideration_cases", 7)}),
    ("涉及依申请公开的行政复议7件、行政诉讼2件。", {("reconsideration_cases", 7), ("litigation_cases", 2)}),
    ("因对信息公开内容不满涉及行政复议7件。", {("reconsideration_cases", 7)}),
    ("针对依申请公开答复内容提起行政诉讼案件7件。", {("litigation_cases", 7)}),
    ("政府信息公开领域涉及行政复议案件3件，维持2件。", {("reconsideration_cases", 3), ("reconsideration_upheld", 2)}),
    ("信息公开类行政复议案件3件，主要涉及征地领域。", {("reconsideration_cases", 3)}),
    ("因政府信息公开引起的行政复议类案件7件。", {("reconsideration_cases", 7)}),
]


@pytest.mark.parametrize("text", ABOUT)
def test_what_replies_are_about_counts_no_disputes(text):
    assert figures(text) == set()


@pytest.mark.parametrize(("text", "expected"), OVER)
def test_disputes_over_replies_are_counted(text, expected):
    assert figures(text) == expected


SOME = [
    "30个单位未收到政府信息公开申请。",
    "未收到政府信息公开申请的单位有30个。",
    "局属事业单位未收到政府信息公开申请。",
    "我局收到申请12件，下属单位均未收到政府信息公开申请。",
    "各乡镇未收到政府信息公开申请。",
    "12月份未收到政府信息公开申请。",
    "未收到政府信息公开申请补正材料。",
    "基层单位未发生政府信息公开行政诉讼。",
    "未发生政府信息公开行政复议的部门有12个。",
    "未发生因不履行信息公开职责引起的行政诉讼。",
    "各镇街政府信息公开申请已全部办结。",
    "代理市政府政府信息公开行政复议答复5件。",
    "办理行政许可事项120项，办件量4699件。",
    "以局名义制发规范性文件0件。",
]
WHOLE = [
    ("本单位未收到政府信息公开申请。", {("no_requests", 0)}),
    ("我部门全年未收到政府信息公开申请。", {("no_requests", 0)}),
    ("1月1日至12月31日未收到政府信息公开申请。", {("no_requests", 0)}),
    ("未发生涉及政府信息公开的行政复议、行政诉讼。", {("no_reconsideration", 0), ("no_litigation", 0)}),
    ("办理行政许可事项4699件。", {("licences", 4699)}),
]


@pytest.mark.parametrize("text", SOME)
def test_what_is_said_of_some_is_not_said_of_the_whole(text):
    assert not [c for c in said(text) if (c.metric.startswith("no_") or c.metric != "requests_received") and c.qualifier != "part"]


@pytest.mark.parametrize(("text", "expected"), WHOLE)
def test_what_is_said_of_the_whole_is_heard(text, expected):
    assert expected <= figures(text)


@pytest.mark.parametrize("text", WIDER)
@pytest.mark.parametrize("section", [1, 4])
def test_a_caseload_beyond_the_table_is_compared_with_no_table(text, section):
    plain = [c for c in said(text, section=section) if c.metric.endswith("_cases") and c.qualifier == "" and c.value > 2]
    assert not plain


@pytest.mark.parametrize(("text", "expected"), NOT_WIDER)
def test_cases_over_disclosure_are_compared(text, expected):
    assert expected <= figures(text)


STATED = [
    ("全年共收到政府信息公开申请85件。", {("requests_received", 85)}),
    ("全年共收到政府信息公开申请 85 件。", {("requests_received", 85)}),
    ("2023年度，本机关受理依申请公开８５件。", {("requests_received", 85)}),
    ("共受理政府信息公开申请1,295件，均在期限内答复。", {("requests_received", 1295)}),
    ("共收到八十五件政府信息公开申请。", {("requests_received", 85)}),
    ("新收政府信息公开申请12件，上年结转3件；办结13件，结转下年度继续办理2件。",
     {("requests_received", 12), ("carried_in", 3), ("requests_handled", 13), ("carried_out", 2)}),
    ("收到信息公开申请30件（含上年度结转4件），已办结28件，另有2件结转至2024年办理。",
     {("requests_received", 30), ("carried_in", 4), ("requests_handled", 28), ("carried_out", 2)}),
    ("2022年结转政府信息公开申请5件。", {("carried_in", 5)}),
    ("依申请公开方面，全年办结申请40件，其中予以公开20件、部分公开5件、不予公开6件、无法提供4件、不予处理3件、其他处理2件。",
     {("requests_handled", 40), ("requests_granted", 20), ("requests_partial", 5), ("requests_denied", 6), ("requests_unable", 4),
      ("requests_refused", 3), ("requests_other", 2)}),
    ("答复政府信息公开申请40件。其中，予以公开和部分公开25件，占62.5%。",
     {("requests_handled", 40), ("requests_granted_or_partial", 25), ("requests_granted_or_partial_share_pct", Decimal("62.5"))}),
    ("收到政府信息公开申请10件，其中自然人申请8件，法人或其他组织2件。",
     {("requests_received", 10), ("natural_applicants", 8), ("org_applicants", 2)}),
    ("收到政府信息公开申请12件，同比下降20%。", {("requests_received", 12), ("requests_growth_pct", -20)}),
    ("因政府信息公开被申请行政复议3件，被提起行政诉讼2件。", {("reconsideration_cases", 3), ("litigation_cases", 2)}),
    ("政府信息公开行政复议和行政诉讼各1件。", {("reconsideration_cases", 1), ("litigation_cases", 1)}),
    ("因信息公开引发行政复议4件，其中维持2件、纠正1件、尚未审结1件。",
     {("reconsideration_cases", 4), ("reconsideration_upheld", 2), ("reconsideration_corrected", 1), ("reconsideration_pending", 1)}),
    ("政府信息公开行政诉讼5件，其中未经复议直接起诉3件，复议后起诉2件。",
     {("litigation_cases", 5), ("litigation_direct", 3), ("litigation_after_reconsideration", 2)}),
    ("涉及政府信息公开的行政复议2件、行政诉讼1件，均维持。",
     {("reconsideration_cases", 2), ("litigation_cases", 1), ("reconsideration_upheld", 2), ("litigation_upheld", 1)}),
    ("全年收到依申请公开6件，全部办结。", {("requests_received", 6), ("all_handled", 1)}),
    ("本年制发行政规范性文件3件，废止行政规范性文件2件，现行有效行政规范性文件15件。",
     {("norm_made", 3), ("norm_repealed", 2), ("norm_valid", 15)}),
    ("全年主动公开政府信息2428条。", {("proactive_total", 2428)}),
    ("全年作出行政处罚决定316件。", {("penalties", 316)}),
    ("全年行政事业性收费12.5万元。", {("fees_wan", Decimal("12.5"))}),
    ("收取政府信息公开信息处理费3940元。", {("fee_charged_yuan", 3940)}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), STATED, ids=[t[:24] for t, _ in STATED])
def test_figures_are_read_with_their_metric(text: str, expected: set[tuple[str, object]]) -> None:
    assert figures(text) == expected


OTHER_OBJECTS = [
    "共办理人大代表建议25件，政协提案23件，办结率100%。",
    "全年答复网民留言182件，受理12345热线工单300件。",
    "全年受理网络问政182件。",
    "收到群众来信50件，接待来访20批次。",
    "公开行政处罚信息200条，公示行政许可决定书86件。",
    "召开新闻发布会11场，制作政策解读21件。",
    "全市各级复议机关办理行政复议案件800件。",
    "举办行政复议、行政诉讼业务培训2次。",
    "主动公开行政复议决定书15件。",
    "受理行政许可申请936件，全部办结。",
    "审查规范性文件草案8件，清理规范性文件50件。",
    "根据条例第二十条规定，组织培训2次。",
    "不断提高依申请公开答复质量，有效降低行政复议、行政诉讼发生率。",
    "无正当理由大量反复申请的，依法处理。",
    "办理刑事案件35件，治安案件80件。",
    "下一步，力争依申请公开全部办结，不发生行政复议。",
    "通过公众号发布信息986条。",
    "转办举报件30件，办结28件。",
]  # fmt: skip


@pytest.mark.parametrize("text", OTHER_OBJECTS, ids=[t[:20] for t in OTHER_OBJECTS])
def test_figures_about_other_objects_are_no_claims(text: str) -> None:
    assert figures(text) == set()


@pytest.mark.parametrize("text", OTHER_OBJECTS, ids=[t[:20] for t in OTHER_OBJECTS])
def test_other_objects_stay_out_beside_requests(text: str) -> None:
    assert figures(f"共收到政府信息公开申请7件。{text}") == {("requests_received", 7)}


NONE_SAID = [
    ("本年度未收到政府信息公开申请。", {"no_requests", "requests_received"}),
    ("本年度未收到公民、法人和其他组织提出的政府信息公开申请，也没有发生因政府信息公开引起的行政复议和行政诉讼。",
     {"no_requests", "requests_received", "no_reconsideration", "reconsideration_cases", "no_litigation", "litigation_cases"}),
    ("本年度无因政府信息公开被申请行政复议、提起行政诉讼的情况。",
     {"no_reconsideration", "reconsideration_cases", "no_litigation", "litigation_cases"}),
    ("依申请公开工作未被提起行政诉讼。", {"no_litigation", "litigation_cases"}),
    ("依申请公开答复未出现被行政复议纠错、行政诉讼败诉的情况。", {"no_corrected", "reconsideration_corrected", "litigation_corrected"}),
    ("2023年未收取政府信息公开信息处理费。", {"fee_charged_yuan"}),
    ("本年度政府信息公开未产生信息处理费用。", {"fee_charged_yuan"}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "metrics"), NONE_SAID, ids=[t[:24] for t, _ in NONE_SAID])
def test_nothing_happened_is_a_zero(text: str, metrics: set[str]) -> None:
    assert figures(text) == {(metric, 0) for metric in metrics}


def test_nothing_happened_on_one_channel_is_no_zero() -> None:
    assert figures("本年度未收到网上政府信息公开申请。") == set()


def test_statutory_fee_is_never_the_processing_fee() -> None:
    assert figures("本年行政事业性收费3.2万元，未收取政府信息公开信息处理费。") == {("fees_wan", Decimal("3.2")), ("fee_charged_yuan", 0)}


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("2022年共收到政府信息公开申请40件。", "2022年"),
        ("去年共收到政府信息公开申请40件。", "去年"),
        ("上半年共收到政府信息公开申请40件。", "上半年"),
        ("2023年共收到政府信息公开申请40件。", ""),
    ],
)
def test_another_period_is_named(text: str, period: str) -> None:
    (claim,) = said(text)
    assert (claim.metric, claim.value, claim.period) == ("requests_received", 40, period)


def test_a_sentence_that_goes_on_keeps_its_period() -> None:
    found = said("2022年共收到政府信息公开申请40件。其中，自然人申请30件。2023年共收到政府信息公开申请50件。")
    assert [(c.value, c.period) for c in found] == [(40, "2022年"), (30, "2022年"), (50, "")]


def test_the_change_gives_last_year_as_derived() -> None:
    found = said("共收到政府信息公开申请14件，较去年增加4件。")
    assert [(c.metric, c.value, c.qualifier) for c in found] == [
        ("requests_received", 14, ""),
        ("requests_received_previous_year", 10, "derived"),
    ]


@pytest.mark.parametrize(
    ("text", "qualifier"),
    [
        ("收到政府信息公开申请500余件。", "approx"),
        ("新收政府信息公开申请5件。", "new"),
        ("收到政府信息公开申请5件（含上年结转1件）。", "incl_carried"),
        ("共收到和处理政府信息公开申请5件。", "processed"),
        ("共办理政府信息公开申请5件。", "processed"),
        ("通过信函收到政府信息公开申请5件。", "channel"),
        ("通过信函、网络共收到政府信息公开申请5件。", ""),
        ("各镇街收到政府信息公开申请5件。", "part"),
    ],
)
def test_wording_becomes_a_qualifier(text: str, qualifier: str) -> None:
    claim = said(text)[0]
    assert (claim.metric, claim.qualifier) == ("requests_received", qualifier)


def test_processed_beside_received_is_handled() -> None:
    found = said("共收到政府信息公开申请5件。\n共办理政府信息公开申请6件。")
    assert [(c.metric, c.value) for c in found] == [("requests_received", 5), ("requests_handled", 6)]


@pytest.mark.parametrize(
    ("text", "body", "scope", "comparable"),
    [
        ("区政府办公室代表区政府受理政府信息公开申请17件。", "某市某区人民政府", Scope.OFFICE, False),
        ("市本级受理政府信息公开申请17件。", "某市人民政府", Scope.OFFICE, False),
        ("全市共受理政府信息公开申请17件。", "某市人民政府", Scope.REGION, True),
        ("全市公安机关共受理政府信息公开申请17件。", "某市公安局", Scope.REGION, False),
        ("我局共受理政府信息公开申请17件。", "某市公安局", Scope.SELF, True),
        ("共受理政府信息公开申请17件。", "某市公安局", Scope.UNKNOWN, True),
    ],
)
def test_scope_decides_what_is_comparable(text: str, body: str, scope: Scope, comparable: bool) -> None:
    (claim,) = said(text, body=body)
    assert claim.scope is scope
    assert claims.comparable(claim, body) is comparable


def test_scope_of_the_sentence_before_holds_on() -> None:
    found = said("区政府办代表区政府受理政府信息公开申请17件。其中，予以公开9件，不予公开8件。", body="某区人民政府")
    assert {c.scope for c in found} == {Scope.OFFICE}


def test_a_reason_narrows_an_outcome_group() -> None:
    found = said("答复政府信息公开申请9件，其中属于行政执法案卷不予公开2件，本机关不掌握等原因无法提供7件。")
    assert [(c.metric, c.qualifier) for c in found[1:]] == [("requests_denied", "item:denied_enforcement_file"), ("requests_unable", "")]


def test_each_mention_is_a_claim_with_its_place() -> None:
    text = "收到政府信息公开申请5件。\n收到政府信息公开申请6件。"
    places = ((0, Locator("line:3")), (text.index("\n") + 1, Locator("line:9")))
    found = claims.find((Section(1, "", "", text, Locator("line:1"), places),), body="", report_year=YEAR)
    assert [(c.value, str(c.at)) for c in found] == [(5, "line:3"), (6, "line:9")]


BESIDE_REQUESTS = [
    ("收到政府信息公开申请5件，办理行政复议案件120件，其中维持80件、纠正15件。", {("requests_received", 5)}),
    ("完善政府信息公开申请流程，制作答复文书模板12份。", set()),
    ("全区收到政府信息公开申请90件。其中区政府收到36件，部门收到30件，县（市、区）政府收到24件。", {("requests_received", 90)}),
    ("受理政府信息公开申请56件，结转上年4件，结转下年7件，办结53件。",
     {("requests_received", 56), ("carried_in", 4), ("carried_out", 7), ("requests_handled", 53)}),
    ("政府信息公开行政复议5件，其中3件维持，1件撤销，1件尚在审理。",
     {("reconsideration_cases", 5), ("reconsideration_upheld", 3), ("reconsideration_corrected", 1), ("reconsideration_pending", 1)}),
    ("答复政府信息公开申请17件，其中12件予以公开，5件部分公开。",
     {("requests_handled", 17), ("requests_granted", 12), ("requests_partial", 5)}),
    ("共收到政府信息公开申请42件，其中征地类20件、规划类12件、其他类10件。", {("requests_received", 42)}),
    ("全县受理依申请公开62件，委托示例局办理政府信息公开申请25件。", {("requests_received", 62)}),
    ("收到依申请公开14件(其中信件申请10件,网络申请4件),已办结12件,2件结转下年办理.",
     {("requests_received", 14), ("requests_handled", 12), ("carried_out", 2)}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), BESIDE_REQUESTS, ids=[t[:20] for t, _ in BESIDE_REQUESTS])
def test_figures_of_one_sentence_are_kept_apart(text: str, expected: set[tuple[str, object]]) -> None:
    assert figures(text) == expected


def test_a_region_in_passing_is_no_scope() -> None:
    text = "为全市经济社会发展服务，在全市开展宣传。共收到政府信息公开申请5件。"
    (claim,) = said(text, body="某市公安局")
    assert claim.scope is Scope.UNKNOWN


def test_figures_given_respectively_are_not_guessed() -> None:
    assert figures("政府信息公开行政复议、行政诉讼分别为2件和3件。") == set()
