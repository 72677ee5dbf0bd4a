"""Whose report a title speaks of, where the register holds the official name and the title the usual one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.discovery.naming import KnownBody, find_body, subject_of
from crawler.discovery.short_names import same_body, short_form
from storage.domain.ids import BodyId

KNOWN = tuple(
    KnownBody(BodyId(key), names)
    for key, names in {
        "government": ("云溪县人民政府",),
        "town": ("云溪县青山镇人民政府",),
        "education": ("云溪县教育局",),
        "reform": ("云溪县发展和改革委员会",),
        "health": ("云溪县卫生健康委员会",),
        "housing": ("云溪县住房和城乡建设局",),
        "people": ("云溪县人力资源和社会保障局",),
        "city management": ("云溪县城市管理综合行政执法局",),
        "zone": ("云溪高新技术产业开发区管理委员会",),
        "street": ("云溪县城关街道办事处",),
        "branch": ("江州市生态环境局云溪分局",),
    }.items()
)

TITLES = {
    "云溪县2024年政府信息公开工作年度报告": "government",
    "云溪县人民政府信息公开工作年度报告（2024年）": "government",
    "江州市云溪县2024年政府信息公开年报": "government",
    "县政府2024年政府信息公开年报": "government",
    "2024年青山镇人民政府信息公开工作年度报告": "town",
    "青山镇2024年政府信息公开年报": "town",
    "云溪教育局2024年政府信息公开年报": "education",
    "云溪县发展改革委2024年政府信息公开年报": "reform",
    "县发改委2024年政府信息公开年报": "reform",
    "云溪县卫健委2024年政府信息公开年报": "health",
    "县住建局2024年政府信息公开年报": "housing",
    "云溪县住房城乡建设局2024年政府信息公开年报": "housing",
    "云溪县人社局2024年政府信息公开年报": "people",
    "云溪县城管执法局2024年政府信息公开年报": "city management",
    "云溪高新区管委会2024年政府信息公开年报": "zone",
    "云溪高新区2024年政府信息公开年报": "zone",
    "城关街道2024年政府信息公开年报": "street",
    "云溪县城关街道办2024年政府信息公开年报": "street",
    "云溪县生态环境分局2024年政府信息公开年报": "branch",
    "江州市生态环境局云溪县分局2024年政府信息公开年报": "branch",
}

STRANGERS = (
    "云溪县人民政府办公室2024年政府信息公开年报",
    "江州市教育局2024年政府信息公开年报",
    "云溪市教育局2024年政府信息公开年报",
    "江州市2024年政府信息公开年报",
    "云溪县教体局2024年政府信息公开年报",
    "云溪县卫健监督所2024年政府信息公开年报",
    "白水镇2024年政府信息公开年报",
)


@pytest.mark.parametrize(("title", "body"), TITLES.items())
def test_the_usual_name_is_the_bodys(title, body):
    assert find_body(subject_of(title), "", KNOWN)[0] == body


@pytest.mark.parametrize("title", STRANGERS)
def test_a_strangers_report_is_given_to_nobody(title):
    assert find_body(subject_of(title), "", KNOWN)[0] is None


def test_what_two_bodies_may_be_called_is_given_to_neither():
    twins = (KnownBody(BodyId("a"), ("云溪县发展和改革局",)), KnownBody(BodyId("b"), ("云溪县发展改革局",)))
    assert find_body("云溪县发改局", "", twins)[0] is None
    places = (KnownBody(BodyId("a"), ("云溪县教育局",)), KnownBody(BodyId("b"), ("云溪市教育局",)))
    assert find_body("云溪教育局", "", places)[0] is None


def test_among_everybodys_reports_a_name_needs_its_place():
    assert find_body("云溪县发改委", "", KNOWN, anywhere=True)[0] == "reform"
    assert find_body("云溪县生态环境分局", "", KNOWN, anywhere=True)[0] is None
    assert find_body("云溪教育局", "", KNOWN, anywhere=True)[0] is None
    assert find_body("城关街道", "", KNOWN, anywhere=True)[0] is None


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("云溪县发展和改革委员会", "云溪县发改委", True),
        ("云溪县人民政府", "江州市云溪县", True),
        ("云溪县市场监督管理局", "市场监管局", True),
        ("云溪县人民政府", "云溪县教育局", False),
        ("云溪县人民政府", "云溪县人民政府办公室", True),
        ("云溪县教育局", "云溪县教体局", False),
    ],
)
def test_whether_two_names_may_be_one_bodys(one, other, same):
    assert same_body(one, other) is same
    assert same_body(other, one) is same


@given(st.text("云溪市县区教育发展和改革委员会局人民政府办公室街道管理大数据", max_size=20))
def test_a_short_form_is_short_for_good(name):
    assert len(short_form(name)) <= len(name) + 2
    assert short_form(name) == short_form(f" {name} ")
