"""The short forms of bodies' names that are in official use, told by their long form: 发展和改革委员会 is 发展改革委 and 发改委. Pure.

Registers hold the full name, titles the habit of the place. Both are brought to one form by the same steps and compared there; two bodies
that come out alike are told apart by nobody, so they stay undecided. Source: the names of departments in the plans for institutional
reform (2018, 2023) and the abbreviations that the departments use of themselves.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_SHORT = {
    "发改": ("发展和改革", "发展与改革", "发展改革"),
    "教体": ("教育和体育", "教育体育"),
    "科技": ("科学技术",),
    "工信": ("工业和信息化", "工业信息化"),
    "民宗": ("民族宗教事务", "民族和宗教事务", "民族事务和宗教", "民族宗教"),
    "人社": ("人力资源和社会保障", "人力资源社会保障", "人力社保"),
    "自然资源规划": ("自然资源和规划",),
    "自然资源规划局": ("自规局", "资规局"),
    "住建": ("住房和城乡建设", "住房城乡建设", "住房建设"),
    "交通": ("交通运输",),
    "农业农村": ("农业和农村",),
    "文旅": ("文化和旅游", "文化旅游"),
    "文广旅": ("文化广电和旅游", "文化广电旅游", "文广旅游"),
    "文广旅体": ("文化广电旅游体育", "文化广电旅游和体育", "文化广电体育和旅游", "文化体育广电和旅游", "文体广旅", "文广体旅"),
    "文旅体": ("文化旅游体育", "文化体育和旅游", "文化旅游和体育", "文体旅游", "文体旅"),
    "卫健": ("卫生健康",),
    "退役军人": ("退役军人事务",),
    "应急": ("应急管理",),
    "市场监管": ("市场监督管理",),
    "市场监管局": ("市监局",),
    "医保": ("医疗保障",),
    "国资": ("国有资产监督管理", "国有资产管理"),
    "城管": ("城市管理",),
    "城管执法": (
        "城市管理综合行政执法",
        "城市管理和综合行政执法",
        "城市综合行政执法",
        "城市管理和综合执法",
        "城市管理综合执法",
        "城市管理执法",
    ),
    "行政审批": ("行政审批服务",),
    "政务服务": ("政务服务管理",),
    "数据": ("大数据管理", "大数据发展管理", "大数据", "数据管理"),
    "金融": ("地方金融监督管理", "地方金融管理", "金融监督管理", "金融工作"),
    "林草": ("林业和草原", "林业草原"),
    "粮储": ("粮食和物资储备", "粮食和储备", "粮食物资储备"),
    "机关事务": ("机关事务管理", "机关事务服务", "机关事务管理服务"),
    "供销社": ("供销合作社联合社", "供销合作社", "供销社联合社"),
    "残联": ("残疾人联合会",),
    "经开区": ("经济技术开发区", "经济开发区"),
    "高新区": ("高新技术产业开发区", "高新技术开发区", "高新技术产业园区"),
    "政府办": ("人民政府办公室", "人民政府办公厅", "政府办公室", "政府办公厅"),
    "管委会": ("管理委员会",),
    "街道": ("街道办事处", "街道办"),
}
_LONG = {long: short for short, forms in _SHORT.items() for long in forms}
# The longest first, so that a name that holds another one is taken whole.
_FORMS = re.compile("|".join(sorted(map(re.escape, _LONG), key=len, reverse=True)))
_GOVERNMENT = re.compile(r"(?<=[省市县区旗州盟镇乡])(?:人民)?政府$")
_ZONE_OFFICE = re.compile(r"(?<=区)管委会$")
_BRANCH = re.compile(r"^.{2,12}?[省市县区州盟](?P<trade>.{2,14}?)局(?P<place>.{2,10}?)(?:市|县|区|旗)?分局$")
_PLACED_BRANCH = re.compile(r"^(?P<place>[^局]{2,10}?)(?:市|县|区|旗)(?P<trade>[^局]{2,14}?)分局$")


def normalise(name: str) -> str:
    """A name without spaces, brackets and width differences."""
    return re.sub(r"[\s()\[\]【】《》“”\"'·]+", "", unicodedata.normalize("NFKC", name))


@lru_cache(maxsize=20_000)
def short_form(name: str) -> str:
    """A name in the one form that all its usual forms come to. A government's is its region alone.

    A branch ("江州市生态环境局云溪分局", "云溪县生态环境分局") comes to its place and trade; what it is a branch of is not said any more.
    """
    short = _FORMS.sub(lambda found: _LONG[found.group()], normalise(name)).replace("委员会", "委")
    branch = _BRANCH.match(short) or _PLACED_BRANCH.match(short)
    if branch:
        return f"{branch['place']}{branch['trade']}分局"
    return _ZONE_OFFICE.sub("", _GOVERNMENT.sub("", short))


def same_body(one: str, other: str) -> bool:
    """Whether two names may be of one body: one within the other as printed, or one the end of the other in their short forms."""
    if one in other or other in one:
        return True
    first, second = short_form(one), short_form(other)
    return first.endswith(second) or second.endswith(first)
