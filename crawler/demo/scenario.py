"""The fictional bodies of the demo, where they publish, when, and what is wrong with each; everything else is derived from this table.

The simulated "today" ends on 19 February 2025, the report year is 2024: departments were due on 31 January, governments are not yet.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from crawler.demo import slips
from crawler.demo.facts import ReportFacts
from storage.domain.enums import BodyKind, BodyLevel

TODAY = date(2025, 2, 5)
REPORT_YEAR = 2024
YEARS = (2022, 2023, 2024)
FIRST_VISIT_DAYS = (TODAY - timedelta(days=2), TODAY - timedelta(days=1), TODAY, *(date(2025, 2, day) for day in (10, 14, 19)))
"""Crawling on these days shows every status: absence proven on three days, one report appearing late and one edited, and one disappearing,
which takes five looks over two weeks to be said."""

Style = str
"""Name of a module of `crawler/demo/sites`."""
Fault = Literal["", "challenge", "layout", "refused", "soft404"]
Carrier = Literal["html", "word", "docx", "pdf", "image", "ofd", "wps", "rar", "ceb"]
"""How a report is published. Nothing here can write real WPS and CEB files and RAR archives: those only begin like one."""


@dataclass(frozen=True, slots=True)
class SitePlan:
    """One portal: its host, the style of its pages, its faults, and the address of its column of annual reports.

    `variant` is a dialect of the style, named in the style's own module.
    """

    host: str
    name: str
    code: str
    division_code: str
    style: Style
    column_path: str
    fault: Fault = ""
    encoding: str = "utf-8"
    declared_encoding: str = "utf-8"
    per_page: int = 10
    variant: str = ""
    scheme: str = "http"

    @property
    def home_url(self) -> str:
        """Address of the home page."""
        return f"{self.scheme}://{self.host}/"

    @property
    def column_url(self) -> str:
        """Address of the column of annual reports."""
        return f"{self.scheme}://{self.host}{self.column_path}"


@dataclass(frozen=True, slots=True)
class BodyPlan:
    """One body: where it publishes and what becomes of its report of 2024.

    `published_on` None means it did not publish. `shown` False hides every date of that report. `slip` breaks the report of 2024.
    """

    name: str
    site: str
    published_on: date | None
    kind: BodyKind = BodyKind.DEPARTMENT
    level: BodyLevel = BodyLevel.PREFECTURE
    carrier: Carrier = "html"
    slip: Callable[[ReportFacts], ReportFacts] | None = None
    dated: bool = True
    withdrawn_on: date | None = None
    edited_on: date | None = None
    requests: int = 90
    exempt_reason: str = ""
    aliases: tuple[str, ...] = ()
    rules: tuple[tuple[str, ...], ...] = ()
    """Findings its report of 2024 must raise: for each, the rule ids of which one must be named."""


_CITY, _COUNTY = "990100", "990121"
_TRS = "/zwgk/zfxxgk/zfxxgknb/"

SITES = (
    SitePlan("www.shili.gov.test", "示例市人民政府", "9901000001", _CITY, "trs", _TRS),
    SitePlan("xxgk.shili.gov.test", "示例市政府信息公开平台", "9901000002", _CITY, "hanweb", "/col/col1401/index.html", per_page=15),
    SitePlan("fgw.shili.gov.test", "示例市发展和改革委员会", "9901000011", _CITY, "trs", _TRS),
    SitePlan("jyj.shili.gov.test", "示例市教育局", "9901000012", _CITY, "trs", _TRS),
    SitePlan("czj.shili.gov.test", "示例市财政局", "9901000013", _CITY, "trs", _TRS),
    SitePlan("wjw.shili.gov.test", "示例市卫生健康委员会", "9901000014", _CITY, "trs", _TRS),
    SitePlan("jtj.shili.gov.test", "示例市交通运输局", "9901000015", _CITY, "trs", _TRS),
    SitePlan("sjj.shili.gov.test", "示例市审计局", "9901000016", _CITY, "trs", _TRS, encoding="gb18030", declared_encoding="gb2312"),
    SitePlan("yjj.shili.gov.test", "示例市应急管理局", "9901000017", _CITY, "script", "/zwgk/nb/index.html"),
    SitePlan("gaj.shili.gov.test", "示例市公安局", "9901000018", _CITY, "trs", _TRS, fault="challenge"),
    SitePlan("rsj.shili.gov.test", "示例市人力资源和社会保障局", "9901000019", _CITY, "trs", _TRS, fault="layout"),
    SitePlan("zrzy.shili.gov.test", "示例市自然资源和规划局", "9901000020", _CITY, "trs", _TRS, fault="refused"),
    SitePlan("zjj.shili.gov.test", "示例市住房和城乡建设局", "9901000021", _CITY, "trs", _TRS, fault="soft404"),
    SitePlan("www.yangben.gov.test", "样本县人民政府", "9901210001", _COUNTY, "trs", "/zfxxgk/gknb/"),
)

_CENTRAL = "xxgk.shili.gov.test"
_COUNTY_SITE = "www.yangben.gov.test"


BODIES = (
    BodyPlan("示例市人民政府", "www.shili.gov.test", None, kind=BodyKind.GOVERNMENT, requests=400),
    BodyPlan("示例市发展和改革委员会", "fgw.shili.gov.test", date(2025, 1, 14), aliases=("示例市发展改革委", "市发展改革委")),
    BodyPlan("示例市教育局", "jyj.shili.gov.test", date(2025, 1, 20), carrier="docx"),
    BodyPlan("示例市财政局", "czj.shili.gov.test", date(2025, 1, 22), carrier="pdf"),
    BodyPlan("示例市卫生健康委员会", "wjw.shili.gov.test", date(2025, 1, 23), carrier="image", rules=(("ST-14",),)),
    BodyPlan("示例市交通运输局", "jtj.shili.gov.test", date(2025, 1, 24), slip=slips.header4_misaligned, rules=(("T4-07",),)),
    BodyPlan("示例市审计局", "sjj.shili.gov.test", date(2025, 1, 16), slip=slips.text_against_table, rules=(("TX-01", "TX-02"),)),
    BodyPlan("示例市应急管理局", "yjj.shili.gov.test", date(2025, 1, 17), slip=slips.balance_error, rules=(("T3-02",),)),
    BodyPlan("示例市民政局", _CENTRAL, date(2025, 1, 13), edited_on=date(2025, 2, 6)),
    BodyPlan("示例市水利局", _CENTRAL, date(2025, 2, 4)),
    BodyPlan("示例市农业农村局", _CENTRAL, None),
    BodyPlan("示例市文化和旅游局", _CENTRAL, date(2025, 1, 21), dated=False),
    BodyPlan(
        "示例市市场监督管理局",
        _CENTRAL,
        date(2025, 1, 26),
        carrier="word",
        slip=slips.totals_left_zero,
        rules=(("T3-01", "T3-03", "T3-06"),),
    ),
    BodyPlan("示例市统计局", _CENTRAL, date(2025, 1, 15), withdrawn_on=date(2025, 2, 4)),
    BodyPlan("示例市公安局", "gaj.shili.gov.test", date(2025, 1, 18)),
    BodyPlan("示例市人力资源和社会保障局", "rsj.shili.gov.test", date(2025, 1, 19)),
    BodyPlan("示例市自然资源和规划局", "zrzy.shili.gov.test", date(2025, 1, 20)),
    BodyPlan("示例市住房和城乡建设局", "zjj.shili.gov.test", date(2025, 1, 21)),
    BodyPlan("示例市粮食和物资储备局", "www.shili.gov.test", None, exempt_reason="2024年6月并入示例市发展和改革委员会"),
    BodyPlan("样本县人民政府", _COUNTY_SITE, None, kind=BodyKind.GOVERNMENT, level=BodyLevel.COUNTY, requests=120),
    BodyPlan("样本县教育局", _COUNTY_SITE, date(2025, 1, 9), level=BodyLevel.COUNTY, carrier="word"),
    BodyPlan(
        "样本县财政局",
        _COUNTY_SITE,
        date(2025, 1, 27),
        level=BodyLevel.COUNTY,
        slip=slips.litigation_total_zero,
        rules=(("T4-01",),),
    ),
    BodyPlan("样本县城关街道办事处", _COUNTY_SITE, date(2025, 1, 31), kind=BodyKind.SUBDISTRICT, level=BodyLevel.TOWNSHIP, requests=0),
)
"""`rules` of a body whose tables cannot be trusted or seen name the note that must say so, not an accusation."""
