"""One answer of the simulated country: the fault of the day, robots, the home page and the pages between, then the portal's own style."""

from __future__ import annotations

import gzip
from dataclasses import replace
from datetime import date
from urllib.parse import parse_qsl, urlsplit

from crawler.demo.pages import COLUMN_NAME, Answer, Request, html_answer, not_found
from crawler.demo.portal import SELF_TEST_HOSTS, styles
from crawler.demo.publications import Publications
from crawler.demo.scenario import SitePlan
from crawler.demo.world import faults
from crawler.demo.world.content import Content, by_year
from crawler.demo.world.plan import PATHS, PUBLISHED_YEARS, Host, Plan

DISCLOSURE = "/zfxxgk/index.html"
"""The page of public information of the portals that put one between."""

ARCHIVE = "/zfxxgk/wnnb.html"
"""Where portals with a new column each year keep the older ones."""

STABLE = "/zfxxgk/nb/index.html"
"""The stable column above one sub-column per year."""

TAB = "gk=4"
"""What the query says of the tab with the annual reports."""

Column = tuple[SitePlan, Publications, str]
"""A column as its style serves it: the site with that column's address, its content, and its name."""


def answer(plan: Plan, content: Content, day: date, host_name: str, request: Request) -> Answer:
    """What the host answers on that day; 421 for a host that is none of ours."""
    if host_name in SELF_TEST_HOSTS:
        return Answer(b"ok\n", "text/plain; charset=utf-8")
    host = plan.hosts.get(host_name)
    if host is None:
        return Answer(b"no such portal\n", "text/plain; charset=utf-8", status=421)
    columns = columns_of(host, content.publications, day)
    kind = host.fault(day)
    if kind is not None:
        addresses = tuple(site.column_path for site, _, _ in columns)
        faulty = faults.answer(kind.name, host.site, request, addresses, lambda: _usual(host, columns, day, request))
        if faulty is not None:
            return faulty
    found = _usual(host, columns, day, request)
    if not host.packed or not found.body:
        return found
    return replace(found, body=gzip.compress(found.body, mtime=0), headers={**found.headers, "Content-Encoding": "gzip"})


def _usual(host: Host, columns: list[Column], day: date, request: Request) -> Answer:
    """What the host answers when nothing is wrong with it."""
    if request.path in {"/robots.txt", "/sitemap.xml"}:
        return _for_machines(host, columns, request)
    between = _between(host, columns, day, request)
    if between is not None:
        return between
    for site, shown, _ in columns:
        found = styles()[site.style](site, shown, day, request)
        if found.status != 404:
            return found
    return not_found(host.site)


def columns_of(host: Host, publications: Publications, day: date) -> list[Column]:
    """The columns there are on that day, the newest first; a column of a year opens on the second of January after it."""
    style = host.style(day)
    site = replace(host.site, style=style, variant=host.site.variant if style == host.site.style else "")
    name = site.host
    if host.shape not in {"years", "yearly"}:
        path = PATHS[style].format(n="")
        return [(replace(site, column_path=path), Publications({name: publications.by_host[name]}), COLUMN_NAME)]
    years = [year for year in reversed(PUBLISHED_YEARS) if day >= date(year + 1, 1, 2)]
    return [
        (
            replace(site, column_path=PATHS[style].format(n=year % 100)),
            Publications(dict(by_year(publications, name, year))),
            f"{year}年" if host.shape == "years" else f"{year}年政府信息公开年报",
        )
        for year in years
    ]


def address_of(host: Host, site: SitePlan) -> str:
    """The address under which the portal links to a column."""
    if host.shape != "tabs":
        return site.column_path
    return f"{site.column_path}{'&' if '?' in site.column_path else '?'}{TAB}"


def _for_machines(host: Host, columns: list[Column], request: Request) -> Answer:
    """robots.txt, which most portals do not have, and the sitemap of those that name one there."""
    if request.path == "/sitemap.xml" and host.shape == "sitemap":
        places = ["/", "/xwzx/", "/zwgk/ysjs/", *(site.column_path for site, _, _ in columns)]
        listed = "".join(f"<url><loc>http://{host.site.host}{place}</loc></url>" for place in places)
        return Answer(f'<?xml version="1.0" encoding="UTF-8"?><urlset>{listed}</urlset>'.encode(), "application/xml")
    rules = ["User-agent: *", "Disallow: /admin/"]
    rules += [f"Crawl-delay: {host.crawl_delay}"] if host.crawl_delay else []
    rules += [f"Sitemap: http://{host.site.host}/sitemap.xml"] if host.shape == "sitemap" else []
    if request.path == "/sitemap.xml" or len(rules) == 2:
        return not_found(host.site)
    return Answer("\n".join(rules).encode(), "text/plain; charset=utf-8")


def _tab(host: Host, site: SitePlan, columns: list[Column], request: Request) -> Answer | None:
    """A tab of the page of public information other than that of the reports; None for the list itself and anything it asks for."""
    path = columns[0][0].column_path
    turned = request.method != "GET" or {*request.query} - {"gk", *dict(parse_qsl(urlsplit(path).query))}
    if turned or not faults.is_at(request, path) or request.query.get("gk") == "4":
        return None
    bare = address_of(host, columns[0][0]).removesuffix(TAB)
    tabs = [(f"{bare}gk={number}", name) for number, name in enumerate(("指南", "制度", "法定主动公开内容"), 1)]
    return _page(site, "政府信息公开", [*((place, f"政府信息公开{name}") for place, name in tabs), (f"{bare}{TAB}", COLUMN_NAME)])


def _between(host: Host, columns: list[Column], day: date, request: Request) -> Answer | None:
    """The home page and the pages between it and the columns; None for any other address."""
    site = replace(host.site, column_path="/zwgk/")
    links = [(address_of(host, column), name) for column, _, name in columns]
    if request.path == "/":
        return _page(site, site.name, _home_links(host, links))
    if request.path == DISCLOSURE and host.shape in {"deep", "years", "yearly"}:
        inner = [("/zfxxgk/zn.html", "政府信息公开指南"), ("/zfxxgk/zd.html", "政府信息公开制度"), *_disclosure_links(host, links)]
        return _page(site, "政府信息公开", inner)
    if request.path == STABLE and host.shape == "years":
        return _page(site, COLUMN_NAME, links, column=True)
    if request.path == ARCHIVE and host.shape == "yearly":
        return _page(site, "往年年报", links[1:])
    return _tab(host, site, columns, request) if host.shape == "tabs" else None


def _home_links(host: Host, links: list[tuple[str, str]]) -> list[tuple[str, str]]:
    others = [("/xwzx/", "新闻中心"), ("/hdjl/", "互动交流"), ("/zwgk/ysjs/", "财政预决算")]
    if host.shape == "sitemap":
        return others
    first = links[:1] if host.shape == "flat" else [(DISCLOSURE, "政府信息公开")]
    if host.shape == "tabs":
        first = [(links[0][0].removesuffix(TAB) + "gk=1", "政府信息公开")]
    return [*others, *first]


def _disclosure_links(host: Host, links: list[tuple[str, str]]) -> list[tuple[str, str]]:
    if host.shape == "deep":
        return links
    if host.shape == "years":
        return [(STABLE, "政府信息公开年报")]
    return [*links[:1], (ARCHIVE, "往年年报")]


def _page(site: SitePlan, title: str, links: list[tuple[str, str]], *, column: bool = False) -> Answer:
    items = "".join(f'<li><a href="{address}">{text}</a></li>\n' for address, text in links)
    tags = {"ColumnName": COLUMN_NAME, "ColumnType": "信息公开年报"} if column else {}
    return html_answer(site, f"{title}-{site.name}", f'<div class="main"><h2>{title}</h2>\n<ul>\n{items}</ul></div>', tags=tags)
