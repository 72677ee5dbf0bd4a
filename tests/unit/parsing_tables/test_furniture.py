"""Page furniture is left out of the reading; rows of a table beside it never are."""

from crawler.parsing.furniture import furniture
from storage.domain.document import Locator, TextBlock


def aside(*lines: str) -> list[str]:
    blocks = [TextBlock(line, Locator(f"line:{i}")) for i, line in enumerate(lines)]
    return [lines[i] for i in sorted(furniture(blocks))]


def test_what_a_browser_prints_on_each_sheet_is_aside():
    sheet = ("https://www.example.gov.cn/nb/1.html 1/3", "24/1/8 9:03 AM 示例市发展局2023年政府信息公开工作年度报告")
    other = ("https://www.example.gov.cn/nb/1.html 2/3", "24/1/8 9:04 AM 示例市发展局2023年政府信息公开工作年度报告")
    assert aside(*sheet, "规章 0 0 0", *other) == [*sheet, *other]


def test_equal_rows_beside_a_page_number_stay():
    lines = ("申请数量 42 0 1 0 0 0 43", "- 1 -", "申请数量 3 0 0 0 0 0 3", "行政许可决定数量共计 12", "- 2 -", "行政许可决定数量共计 15")
    assert aside(*lines) == ["- 1 -", "- 2 -"]


def test_figures_alone_are_never_aside():
    assert aside("0", "/", "12", "- 3 -", "0", "/", "12") == ["- 3 -"]
