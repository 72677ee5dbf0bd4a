from __future__ import annotations

from datetime import date

import pytest

from crawler.parsing import dates, identity, sections
from storage.domain.document import Document, GridBlock, GridCell, Locator, TextBlock
from storage.domain.enums import DateKind, Edition

ENDING = ("六、其他需要报告的事项", "没有其他需要报告的事项。")


def document(*lines: str, **meta: str) -> Document:
    return Document("text/html", tuple(TextBlock(x, Locator(f"line:{i}")) for i, x in enumerate(lines, 1)), meta=meta)


def found(*lines: str, **meta: str) -> list[tuple[DateKind, date]]:
    return [(m.kind, m.value) for m in dates.find(document(*lines, **meta))]


@pytest.mark.parametrize(
    "raw", ["2024年1月22日", "2024 年 1 月 22 日", "２０２４年１月２２日", "二〇二四年一月二十二日", "2024-01-22", "2024.1.22"]
)
def test_a_lone_date_under_the_last_section_is_the_signature(raw: str) -> None:
    assert found(*ENDING, "某市示例局", raw) == [(DateKind.SIGNATURE, date(2024, 1, 22))]
    assert found(*ENDING, f"某市示例局 {raw}") == [(DateKind.SIGNATURE, date(2024, 1, 22))]


def test_a_date_above_or_in_a_sentence_is_no_signature() -> None:
    assert found("2024年1月22日", *ENDING) == []
    assert found(*ENDING, "于2024年1月22日完成整改。") == []
    assert found(*ENDING, "2024年2月31日") == []


@pytest.mark.parametrize(
    "line", ["发布时间: 2024-03-08 15:34", "公开日期 2024-03-08", "发布日期：2024年3月8日", "时间：2024-03-08", "成文日期：[2024-03-08]"]
)
def test_labelled_dates_are_printed(line: str) -> None:
    assert found(line, *ENDING) == [(DateKind.PRINTED, date(2024, 3, 8))]


def test_a_label_and_its_date_in_neighbouring_cells() -> None:
    cells = tuple(GridCell(0, i, text, Locator(f"c{i}")) for i, text in enumerate(("公开日期", "2024-01-17")))
    (mention,) = dates.find(Document("text/html", (GridBlock(cells, Locator("t")),)))
    assert (mention.kind, mention.value) == (DateKind.PRINTED, date(2024, 1, 17))


def test_harvest_time_is_not_a_date_of_the_report() -> None:
    assert found("采集时间：2025-12-30T21:37:37+08:00", *ENDING) == []


def test_metadata_dates() -> None:
    assert found(*ENDING, pubdate="2024-01-19 10:00:00") == [(DateKind.META, date(2024, 1, 19))]


@pytest.mark.parametrize(
    "text",
    [
        "统计期限自2023年1月1日起至2023年12月31日止。",
        "报告中所列数据的统计期限自 2023 年 1 月 1 日起，至 12 月 31 日止。",
        "统计时限为2023年1月1日至2023年12月31日。",
    ],
)
def test_the_statistical_period(text: str) -> None:
    (mention,) = dates.find(document(text))
    assert (mention.kind, mention.value, mention.until) == (DateKind.PERIOD, date(2023, 1, 1), date(2023, 12, 31))


@pytest.mark.parametrize(
    ("lines", "title", "body"),
    [
        (("甲市示例局", "2023年政府信息公开工作年度报告"), "甲市示例局2023年政府信息公开工作年度报告", "甲市示例局"),
        (("甲市示例局2023 年政府信息公开", "工作年度报告"), "甲市示例局2023年政府信息公开工作年度报告", "甲市示例局"),
        (("2023年甲省人民政府办公厅政府信息公开", "工作年度报告"),
         "2023年甲省人民政府办公厅政府信息公开工作年度报告", "甲省人民政府办公厅"),
        (("甲市示例局2023年度政府信息公开工作报告",), "甲市示例局2023年度政府信息公开工作报告", "甲市示例局"),
        (("标题: 甲县乙镇人民政府2023年政府信息公开年报",), "甲县乙镇人民政府2023年政府信息公开年报", "甲县乙镇人民政府"),
        (("首页 > 政府信息公开年报", "甲市示例局二〇二三年政府信息公开工作年度报告"),
         "甲市示例局二〇二三年政府信息公开工作年度报告", "甲市示例局"),
    ],
)  # fmt: skip
def test_title_and_body(lines: tuple[str, ...], title: str, body: str) -> None:
    made = document(*lines, "一、总体情况", "正文。", *ENDING)
    assert identity.title(made) == title
    name = identity.body(made, sections.split(made))
    assert name is not None
    assert (name.name, name.evidence) == (body, "title")
    assert identity.report_year(made, title) == (2023, "title")


def test_page_title_without_the_site_name() -> None:
    made = document("正文。", title="甲县示例局2023年政府信息公开年度报告-甲县人民政府门户网站")
    assert identity.title(made) == "甲县示例局2023年政府信息公开年度报告"


def generic(*text: str, publisher: str = "", known: tuple[str, ...] = ()) -> tuple[str, str]:
    made = document("公安局2023年政府信息公开工作年度报告", "一、总体情况", *text)
    name = identity.body(made, sections.split(made), publisher, known)
    assert name is not None
    return name.name, name.evidence


def test_a_title_without_a_place_takes_the_next_best_evidence() -> None:
    assert generic("2023年，甲县公安局认真办理申请。") == ("甲县公安局", "text")
    assert generic("我们认真办理申请。", publisher="甲县公安局") == ("甲县公安局", "publisher")
    assert generic("甲县的申请都已办理。", known=("甲县公安局", "乙县公安局")) == ("甲县公安局", "text")
    assert generic("没有名称。", *ENDING, "甲县公安局", "2024年1月5日") == ("甲县公安局", "signature")


def test_nothing_is_invented() -> None:
    assert generic("我们认真办理申请。") == ("公安局", "title")
    assert generic("我们认真办理申请。", publisher="甲县教育局") == ("公安局", "title")
    assert generic("我们认真办理申请。", known=("甲县公安局", "乙县公安局")) == ("公安局", "title")
    assert identity.body(document("正文。"), ()) is None


def test_a_region_as_title_is_completed_from_the_publisher() -> None:
    made = document("甲县2023年政府信息公开工作年度报告", "发布机构: 甲县人民政府办公室")
    name = identity.body(made, sections.split(made))
    assert name is not None
    assert (name.name, name.evidence, name.aliases) == ("甲县人民政府", "publisher", ("甲县",))


def test_year_without_a_title() -> None:
    assert identity.report_year(document("统计期限自2023年1月1日起至2023年12月31日止。"), "") == (2023, "period")
    assert identity.report_year(document("正文。"), "", 2022) == (2022, "hint")
    assert identity.report_year(document(*ENDING, "甲县示例局", "2024年1月5日"), "") == (2023, "signature")
    assert identity.report_year(document("正文。"), "") == (None, "")


@pytest.mark.parametrize(
    ("text", "edition"),
    [
        ("（国办公开办函〔2021〕30号）", Edition.E2021), ("国办公开办函[2019] 60 号", Edition.E2019),
        ("国办公开办涵〔2021〕30号", Edition.E2021),
        ("国办公开办函〔2019〕60号、国办公开办函〔2021〕30号", Edition.E2021), ("国办函〔2020〕109号", None),
    ],
)  # fmt: skip
def test_the_form_cited(text: str, edition: Edition | None) -> None:
    assert identity.form_cited(document(text)) is edition
