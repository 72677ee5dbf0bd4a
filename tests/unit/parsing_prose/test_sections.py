from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.parsing import sections
from storage.domain.document import Block, Document, GridBlock, GridCell, ImageBlock, Locator, TextBlock

TITLES = (
    "总体情况", "主动公开政府信息情况", "收到和处理政府信息公开申请情况", "政府信息公开行政复议、行政诉讼情况",
    "存在的主要问题及改进情况", "其他需要报告的事项",
)  # fmt: skip
LONG = (
    "总体情况", "行政机关主动公开政府信息情况", "行政机关收到和处理政府信息公开申请情况",
    "因政府信息公开工作被申请行政复议、提起行政诉讼情况",
    "政府信息公开工作存在的主要问题及改进情况", "其他需要报告的事项",
)  # fmt: skip
NUMERALS = "一二三四五六"
BODY = "这一部分写了一句完整的话。"


def document(*lines: str | Block) -> Document:
    blocks = [TextBlock(x, Locator(f"line:{i}")) if isinstance(x, str) else x for i, x in enumerate(lines, 1)]
    return Document("text/plain", tuple(blocks))


def grid() -> GridBlock:
    return GridBlock((GridCell(0, 0, "12", Locator("t/1")),), Locator("t"))


def numbers(*lines: str | Block) -> list[int]:
    return [s.number for s in sections.split(document(*lines))]


@pytest.mark.parametrize("titles", [TITLES, LONG])
@pytest.mark.parametrize(
    "typing", ["{c}、{t}", "{n}、{t}", "{n}、 {t}", "{c}、{t}：", "（{c}）{t}", "{c} {t}", "第{c}部分 {t}", "{t}", "{n}.{t}"]
)
def test_any_typing_of_headings(titles: tuple[str, ...], typing: str) -> None:
    lines: list[str] = []
    for i, title in enumerate(titles):
        lines += [typing.format(c=NUMERALS[i], n=i + 1, t=title), BODY]
    found = sections.split(document("标题", *lines))
    assert [s.number for s in found] == [0, 1, 2, 3, 4, 5, 6]
    assert all(s.text == BODY for s in found[1:])
    assert found[3].at.path == "line:6"


def test_mixed_typing_and_other_words() -> None:
    lines = ["一、概述", BODY, "2、 主动公开政府信息情况", grid(), "3、收到和处理政府信息公开申请情况统计表", grid(),
             "四、行政复议、行政诉讼情况", grid(),
             "五、存在的主要问题及整改措施", BODY, "六、其他需要报告的情况", "无"]  # fmt: skip
    assert numbers(*lines) == [1, 2, 3, 4, 5, 6]


def test_subheadings_with_the_same_words_stay_inside() -> None:
    lines = [
        "一、总体情况",
        "（一）主动公开政府信息情况",
        BODY,
        "（二）依申请公开政府信息情况",
        BODY,
        "二、主动公开政府信息情况",
        grid(),
        "六、其他需要报告的事项",
        BODY,
    ]
    found = sections.split(document(*lines))
    assert [s.number for s in found] == [1, 2, 6]
    assert "依申请公开" in found[0].text


def test_an_enumeration_in_the_introduction_opens_nothing() -> None:
    intro = "本报告由总体情况，" + "，".join(TITLES[1:]) + "共六个部分组成。"
    listed = "本报告包括：" + "；".join(f"{NUMERALS[i]}、{t}" for i, t in enumerate(TITLES)) + "。"
    lines = [x for i, t in enumerate(TITLES) for x in (f"{NUMERALS[i]}、{t}", BODY)]
    for text in (intro, listed):
        found = sections.split(document(text, *lines))
        assert [s.number for s in found] == [0, 1, 2, 3, 4, 5, 6]
        assert [s.at.path for s in found[1:]] == [f"line:{2 * i + 2}" for i in range(6)]


def test_a_table_of_contents_opens_nothing() -> None:
    contents = [f"{NUMERALS[i]}、{t}" for i, t in enumerate(TITLES)]
    dotted = [f"{line}..........{i + 1}" for i, line in enumerate(contents)]
    lines = [x for i, t in enumerate(TITLES) for x in (f"{NUMERALS[i]}、{t}", BODY)]
    for head in (contents, dotted):
        found = sections.split(document("目录", *head, *lines))
        assert [s.text for s in found if s.number] == [BODY] * 6


def test_headings_glued_into_one_line() -> None:
    line = "引言一句话。" + BODY + "".join(f"{NUMERALS[i]}、{t}{BODY if i in (0, 4, 5) else '总计000'}" for i, t in enumerate(TITLES))
    found = sections.split(document(line))
    assert [s.number for s in found] == [0, 1, 2, 3, 4, 5, 6]
    assert found[1].text == BODY
    assert found[5].text == BODY


def test_glued_table_figures_are_no_text() -> None:
    table = "（本列数据的勾稽关系为：第一项加第二项之和）申请人情况自然人总计"
    line = f"三、收到和处理政府信息公开申请情况{table}一、本年新收政府信息公开申请数量801000081"
    (section,) = sections.split(document(line))
    assert (section.number, section.text) == (3, "")


def test_missing_and_unordered_headings() -> None:
    assert numbers("一、总体情况", BODY, "三、收到和处理政府信息公开申请情况", grid(), "六、其他需要报告的事项", BODY) == [1, 3, 6]
    lines = [
        "一、总体情况",
        BODY,
        "三、收到和处理政府信息公开申请情况",
        grid(),
        "二、主动公开政府信息情况",
        grid(),
        "四、政府信息公开行政复议、行政诉讼情况",
        grid(),
    ]
    assert numbers(*lines) == [1, 3, 2, 4]


def test_no_heading_gives_all_text_as_section_0() -> None:
    (section,) = sections.split(document(BODY, "第二句话。"))
    assert (section.number, section.text) == (0, f"{BODY}\n第二句话。")
    assert sections.split(Document("text/plain", ())) == ()


def test_pictures_for_tables() -> None:
    picture = ImageBlock(Locator("img"))
    lines = [
        "一、总体情况",
        BODY,
        "2、 主动公开政府信息情况",
        picture,
        "3、 收到和处理政府信息公开申请情况",
        picture,
        "五、存在的主要问题及改进情况",
        BODY,
    ]
    assert numbers(*lines) == [1, 2, 3, 5]


def test_wrapped_lines_are_joined_across_a_page_break() -> None:
    text = (
        "全年认真办理每一件申请，加强与申请人的沟通并规范答复文书的格式，共收到政府信息公开申请八十五件，其中自然人申请八十件，"
        "法人或其他组织申请五件，均已办结并答复申请人，没有发生投诉举报的情况，工作总体平稳有序，群众较为满意，全年无差错。"
    )
    lines = [text[i : i + 18] for i in range(0, len(text), 18)]
    lines.insert(3, "— 2 —")
    (section,) = sections.split(document("一、总体情况", *lines))
    assert section.text == text


def test_places_follow_the_lines() -> None:
    (section,) = sections.split(document("一、总体情况", "第一段。", "第二段。"))
    assert [(section.text[o : o + 3], str(at)) for o, at in section.places] == [("第一段", "line:2"), ("第二段", "line:3")]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text(alphabet="一二三四五六、总体情况主动公开其他需要报告的事项（）12。 ", max_size=40), max_size=30))
def test_any_lines_give_rising_offsets_and_unique_numbers(lines: list[str]) -> None:
    found = sections.split(document(*lines))
    assert len({s.number for s in found}) == len(found)
    for section in found:
        offsets = [offset for offset, _ in section.places]
        assert offsets == sorted(offsets)
        assert all(0 <= offset <= len(section.text) for offset in offsets)


def test_a_subheading_of_the_same_meaning_stays_inside() -> None:
    lines = ["四、政府信息公开行政复议、行政诉讼情况", grid(), "五、存在的主要问题及改进情况", "一、存在的问题", BODY, "二、改进措施", BODY]
    found = sections.split(document(*lines))
    assert [(s.number, s.printed) for s in found] == [(4, lines[0]), (5, lines[2])]
    assert found[0].text == ""
