"""A simulated country of portals: which hosts there are, what runs on them, how their columns are arranged, and what goes wrong when.

Everything is drawn from a seed. The places are invented; two of them share a name on purpose, as real districts do.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from crawler.demo.scenario import SitePlan
from crawler.demo.world.fault_kinds import FAULTS, LATER, NEW_ONLY, PERMANENT, PLATFORM, TLS_FAULTS, FaultKind
from storage.domain.enums import BodyKind, BodyLevel

FIRST_DAY, LAST_DAY = date(2023, 1, 3), date(2025, 4, 20)
REPORT_YEARS = (2022, 2023, 2024)
PUBLISHED_YEARS = (2021, *REPORT_YEARS)
"""The years with reports on the portals: the first is history when the first crawl comes. A real portal is never met empty; on one that
was, another column's list could not be told from its own.
"""

SHAPES = ("flat", "deep", "years", "yearly", "tabs", "sitemap")
"""How a portal arranges its column: linked from the home page; below the page of public information; one sub-column per year below a
stable column; a new column each year, the older ones on a page of their own; one of the tabs of a page, told apart by a word of the
query; linked from nowhere, with an address that only the sitemap gives.
"""

PATHS: Mapping[str, str] = {
    "trs": "/zwgk/zfxxgk/zfxxgknb{n}/",
    "hanweb": "/col/col140{n}/index.html",
    "hanweb_unit": "/col/col240{n}/index.html",
    "hanweb_xxgk": "/col/col340{n}/index.html",
    "ucap": "/zwgk/c1000{n}4/zfxxgknb/xxgk_list.shtml",
    "gkmlpt": "/xxgk{n}/gkmlpt/index",
    "longxun": "/public/column/66{n}41",
    "truecms": "/qpxrmzf{n}/zfxxgknb/zfxxgknb.html",
    "vsb": "/zwgk/zfxxgknb{n}.htm",
    "shell": "/zwgk/nb{n}.html",
    "embedded_data": "/ch0023{n}/ndbg.html",
    "epoint": "/zwgk/003/govInfoPub{n}.html",
    "eportal": "/eportal/ui?pageId=41{n}88",
    "uuid_columns": "/columns/3f0c9a{n:0>2}-7a11-4c1e-9d20-51b2c3d4e5f6/index.html",
    "ilist": "/info/iList.jsp?node_id=GKqpx&cat_id=51{n}7&tm_id=9",
    "aspnet": "/InfoPublic.aspx?cid=1{n}08",
    "city_template": "/qpxrmzf/xxgkn{n}/pc/list.html",
}
"""Address of a column by style; `{n}` is empty for the only one, else a number. Styles that need a browser are not in it."""

PAGED = frozenset({"trs", "vsb", "ilist", "eportal", "aspnet", "hanweb", "longxun"})
"""Styles whose later pages have addresses of their own, so that they can be missing while the first is there."""

NAMED_PATHS = frozenset({"trs", "truecms", "ucap", "vsb"})
"""Styles whose column has a path that names it: of the many addresses of a sitemap only those can be told."""

ONE_COLUMN = frozenset({"shell", "epoint"})
"""Styles whose rows come from one address whatever the column: portals of these have one column each."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault over a span of days, both ends included."""

    kind: FaultKind
    since: date
    until: date

    def holds(self, day: date) -> bool:
        """Whether it is there on that day."""
        return self.since <= day <= self.until


@dataclass(frozen=True, slots=True)
class WorldBody:
    """One body: its full name, how its own documents call it, and where it publishes."""

    name: str
    called: str
    host: str
    kind: BodyKind
    level: BodyLevel


@dataclass(frozen=True, slots=True)
class OwnPortal:
    """A department's own portal beside its county's: that one either links to the reports there, or has copies of them."""

    body: str
    host: str
    linked: bool


@dataclass(frozen=True, slots=True)
class Host:
    """One portal. `moves` is the day on which it changes its system to `later_style`, None where it never does. `crawl_delay` is what its
    robots.txt asks for between requests, in seconds, 0 where it does not say; a `packed` host answers compressed, asked or not.
    `own_portals` are the departments with a portal of their own. A host `over_six` has an address of IPv6 only; one that is `hasty` shows
    its home page to whoever asks too quickly. Hosts of one `platform` share their servers, and what keeps visitors out.
    """

    site: SitePlan
    area: str
    shape: str
    bodies: tuple[WorldBody, ...]
    faults: tuple[Fault, ...] = ()
    moves: date | None = None
    later_style: str = ""
    crawl_delay: int = 0
    packed: bool = False
    own_portals: tuple[OwnPortal, ...] = ()
    over_six: bool = False
    hasty: bool = False
    platform: str = ""

    def fault(self, day: date) -> FaultKind | None:
        """What is wrong with it on that day."""
        return next((fault.kind for fault in self.faults if fault.holds(day)), None)

    def readable(self, day: date) -> bool:
        """Whether everything on it can be read on that day by who is careful."""
        kind = self.fault(day)
        return kind is None or kind.is_trap

    def style(self, day: date) -> str:
        """The system it runs on that day."""
        return self.later_style if self.moves is not None and day >= self.moves else self.site.style


@dataclass(frozen=True, slots=True)
class Plan:
    """The whole country."""

    seed: int
    hosts: Mapping[str, Host] = field(default_factory=dict)

    @property
    def bodies(self) -> tuple[WorldBody, ...]:
        """Every body, host by host."""
        return tuple(body for host in self.hosts.values() for body in host.bodies)


_FIRST = "云青白金松石柳梅兰枫桐荷莲竹溪泉"
_SECOND = "栖屏沙渡岭桥湾坪浦塘原川"
_OFFICES = ("教育局", "财政局", "民政局", "审计局", "水利局", "统计局", "司法局", "交通运输局", "农业农村局", "卫生健康局", "应急管理局")
_CITIES = ("云栖市", "青屏市", "白沙市", "金渡市", "松岭市", "石桥市")
_TWINS = "鼓楼区"
_PLATFORM, _ON_PLATFORM = "云栖市政务云", frozenset({12, 14, 16})
"""Three counties whose portals stand on one city's servers."""

_INDEX_STYLE, _PAGERS = "trs", ("", "picture", "scroll")
HOSTS_PER_INDEX = 20
"""For so many hosts there is one more county whose column is an index over other hosts."""


def make_plan(seed: int, styles: Mapping[str, tuple[str, ...]], *, hosts: int = 60, faulty: bool = True) -> Plan:
    """Draw a country of that many hosts over these styles with their variants; every fault is met by at least one host if there is room."""
    rng = random.Random(f"plan/{seed}")  # noqa: S311 - a generator of examples, not of secrets
    dialects = [(style, variant) for style in sorted(styles) for variant in styles[style]]
    made: dict[str, Host] = {}
    for number in range(hosts):
        style, variant = dialects[number % len(dialects)]
        shapes = _shapes_of(style)
        # The dialects are a multiple of the shapes: the round moves on by one, so that each dialect meets another shape in each round.
        host = _host(rng, number, style, variant, shapes[(number + number // len(dialects)) % len(shapes)])
        made[host.site.host] = host
    if faulty:
        _afflict(rng, made, sorted(styles))
    if _INDEX_STYLE in styles:
        for number in range(hosts, hosts + hosts // HOSTS_PER_INDEX):
            made.update(_indexed(rng, number))
    if faulty and hosts >= HOSTS_PER_INDEX:
        for place, kind in enumerate(TLS_FAULTS.values()):
            host = _host(rng, hosts + hosts // HOSTS_PER_INDEX + place, sorted(styles)[0], "", "flat")
            name = f"{kind.name}.tls.test"
            bodies = tuple(replace(body, host=name) for body in host.bodies)
            made[name] = replace(
                host, site=replace(host.site, host=name, scheme="https"), bodies=bodies, faults=(Fault(kind, FIRST_DAY, LAST_DAY),)
            )
    return Plan(seed, made)


def _shapes_of(style: str) -> tuple[str, ...]:
    """The arrangements that a system can have."""
    if style in ONE_COLUMN:
        return SHAPES[:2]
    return SHAPES if style in NAMED_PATHS else SHAPES[:-1]


def _host(rng: random.Random, number: int, style: str, variant: str, shape: str) -> Host:
    city = _CITIES[number % len(_CITIES)]
    area = f"{city}{_district(number)}"
    code = f"99{number % len(_CITIES) + 1:02d}{number + 11:02d}"
    name = f"{area}人民政府"
    host = f"www.q{number:03d}.gov.test"
    encoding = ("utf-8", "utf-8") if number % 5 else ("gb18030", "gb2312")
    path = PATHS[style].format(n="")
    site = SitePlan(
        host,
        name,
        f"{code}{number:04d}",
        code,
        style,
        path,
        per_page=rng.choice((5, 8, 15)),
        variant=variant,
        encoding=encoding[0],
        declared_encoding=encoding[1],
    )
    offices = rng.sample(_OFFICES, rng.randint(2, 4))
    bodies = [WorldBody(name, name, host, BodyKind.GOVERNMENT, BodyLevel.COUNTY)]
    bodies += [_office(area, office, host, short=number % 4 == 1) for office in offices]
    return Host(
        site,
        area,
        shape,
        tuple(bodies),
        crawl_delay=1 if number % 20 == 6 else 0,
        packed=number % 20 == 4,
        over_six=number % 20 == 10,
        hasty=number % 20 == 8,
        platform=_PLATFORM if number in _ON_PLATFORM else "",
    )


def _indexed(rng: random.Random, number: int) -> dict[str, Host]:
    """A county whose column is an index over its departments' own portals: every other one is linked to, the rest are copied."""
    county = _host(rng, number, _INDEX_STYLE, _PAGERS[number % len(_PAGERS)], "flat")
    offices = [body for body in county.bodies if body.kind is BodyKind.DEPARTMENT]
    made: dict[str, Host] = {}
    own: list[OwnPortal] = []
    for place, body in enumerate(offices):
        host = f"bm{place}.q{number:03d}.gov.test"
        site = replace(county.site, host=host, name=body.name, code=f"{county.site.code[:6]}{number * 10 + place + 1000:04d}")
        made[host] = Host(site, county.area, "flat", ())
        own.append(OwnPortal(body.name, host, linked=place % 2 == 0))
    return {county.site.host: replace(county, own_portals=tuple(own)), **made}


def _district(number: int) -> str:
    # Two districts of one name in two cities: the full name and the portal tell them apart, the short name does not.
    if number in {7, 14}:
        return _TWINS
    first, second = _FIRST[number % len(_FIRST)], _SECOND[(number // len(_FIRST) + number) % len(_SECOND)]
    return f"{first}{second}{'县' if number % 3 else '区'}"


def _office(area: str, office: str, host: str, *, short: bool) -> WorldBody:
    """A department; some portals print its name without the city."""
    name = f"{area}{office}"
    return WorldBody(name, name[3:] if short else name, host, BodyKind.DEPARTMENT, BodyLevel.COUNTY)


def _afflict(rng: random.Random, hosts: dict[str, Host], styles: list[str]) -> None:
    """Give every other host one fault, each kind in turn; some of the rest change their system in the middle of a season."""
    names = list(hosts)
    turning = next((name for name in names[1::2] if hosts[name].site.style in PAGED), "")
    others = iter([kind for kind in FAULTS.values() if kind.name not in {LATER, PLATFORM}] * 2)
    for place, name in enumerate(names[1::2]):
        host, kind = hosts[name], FAULTS[LATER] if name == turning else next(others, None)
        if kind is None:
            break
        if name == turning:
            hosts[name] = host = replace(host, site=replace(host.site, per_page=5))
        year = REPORT_YEARS[place % len(REPORT_YEARS)] + 1
        # Only who asks for something new meets broken articles: they begin while reports still come in.
        first = date(year, 1, 4 if kind.name == NEW_ONLY else 24)
        since, until = (FIRST_DAY, LAST_DAY) if kind.name in PERMANENT else (first, date(year, 2, 12))
        hosts[name] = replace(host, faults=(Fault(kind, since, until),))
    for name in (name for name in names if hosts[name].platform):
        hosts[name] = replace(hosts[name], faults=(Fault(FAULTS[PLATFORM], date(2024, 1, 24), date(2024, 2, 12)),))
    for name in names[2::16]:
        other = [style for style in styles if style != hosts[name].site.style and hosts[name].shape in _shapes_of(style)]
        if other:
            hosts[name] = replace(hosts[name], moves=date(2024, 1, 22), later_style=rng.choice(other))
