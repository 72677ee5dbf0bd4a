"""One answer for one request: chooses the portal by its host name and lets that portal's style answer."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from types import MappingProxyType

import crawler.demo.sites
from crawler.demo import faults
from crawler.demo.pages import Answer, Request, home, not_found
from crawler.demo.publications import Publications
from crawler.demo.scenario import SITES, SitePlan

SELF_TEST_HOSTS = ("one.selftest.gov.test", "two.selftest.gov.test")
"""Two hosts unrelated to the portals, always up: the crawler proves by them that its own network works."""

_BY_HOST = {site.host: site for site in SITES}
Style = Callable[[SitePlan, Publications, date, Request], Answer]
_ROBOTS = b"User-agent: *\nDisallow: /search/\nDisallow: /admin/\n"


@cache
def styles() -> Mapping[str, Style]:
    """How each style of portal answers, by name: every module of `crawler/demo/sites`."""
    names = [module.name for module in pkgutil.iter_modules(crawler.demo.sites.__path__)]
    return MappingProxyType({name: importlib.import_module(f"crawler.demo.sites.{name}").answer for name in names})


def answer(content: Publications, day: date, host: str, request: Request) -> Answer:
    """What the host answers on that day; a host that is none of ours answers 421."""
    if host in SELF_TEST_HOSTS:
        return Answer(b"ok\n", "text/plain; charset=utf-8")
    site = _BY_HOST.get(host)
    if site is None:
        return Answer(b"no such portal\n", "text/plain; charset=utf-8", status=421)
    fault = faults.answer(site, request)
    if fault is not None:
        return fault
    if request.path == "/robots.txt":
        return Answer(_ROBOTS, "text/plain; charset=utf-8") if site.style == "hanweb" else not_found(site)
    if request.path == "/":
        return home(site, max((entry.published_on for entry in content.shown(host, day)), default=None))
    return styles()[site.style](site, content, day, request)
