"""One portal looked at without storing anything: `python -m crawler.preview URL` prints one JSON object.

Family, candidate columns with reasons, the first rows with the body and year they would be given, encoding, paging, and what to do next.
The state of hosts (robots, budgets) is respected and remembered as in every crawl. Exit status: 0, or that of the error.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from crawler.discovery.naming import KnownBody
from crawler.discovery.recognition import Clues, recognise
from crawler.discovery.troubles import trouble
from crawler.exploring import Candidate, Exploration, explore
from crawler.family_scan import rank
from crawler.fetching import Fetch, Reply
from crawler.list_reading import choose_family
from crawler.listing import Ask
from crawler.page import Page
from crawler.run import ask_while_open, clock_from_environment
from storage.domain.errors import LayoutChanged, NianbaoError
from storage.domain.ids import PortalId
from storage.domain.registry import Portal
from storage.settings import load

ROWS = 20
_NEXT_STEPS = {
    "challenged": "该门户要求人机验证：不会绕过。请联系主办单位开放访问，或手工登记年报网址。",
    "blocked": "该门户拒绝访问：请核对 robots 规定并联系主办单位，或手工登记年报网址。",
    "unreachable": "连不上：请核对网址、换用 http 或 https 再试，并检查本机网络。",
    "soft_error": "该网址返回的是错误页：请核对网址，或改从首页开始。",
    "layout_changed": "页面不是可识别的列表：请给出年报栏目的网址；列表若由脚本生成，添加时加 --browser。",
    "abandoned": "需要浏览器才能看到：请配置 chromium_path 后再试。",
    "partial": "没有查完：请直接给出年报栏目的网址。",
}


async def preview(fetch: Fetch, url: str, known: Sequence[KnownBody] = ()) -> dict[str, object]:
    """Look at a home page or a column page; JSON-ready facts."""
    host = urlsplit(url).netloc.rpartition("@")[2].lower()
    portal = Portal(PortalId(host), host, url, host)
    pages: dict[str, Page] = {}

    async def ask_page(ask: Ask) -> Reply:
        reply = await fetch(ask, portal, "list")
        if reply.page is not None:
            pages[ask.url] = reply.page
            reply = reply if reply.trouble is not None else replace(reply, trouble=trouble(reply.page))
        return reply

    found = await explore(url, ask_page)
    best = found.candidates[0] if found.candidates else None
    shown = pages.get(best.url if best else url)
    return {
        "schema": "nianbao.preview/1",
        "url": url,
        "outcome": _outcome(found),
        "reason": f"{found.stop.outcome.value}:{found.stop.reason}" if found.stop else "",
        "asked": found.asked,
        "page": _facts(shown),
        "columns": [_column(one) for one in found.candidates],
        "rows": _rows(best, known),
        "outbound": [{"url": link.url, "words": link.words} for link in found.outbound[:ROWS]],
        "troubles": [{"url": address, "trouble": what} for address, what in found.troubles[:ROWS]],
        "next": _next(found),
    }


def _outcome(found: Exploration) -> str:
    if found.trusted:
        return "found"
    if found.stop is not None:
        return found.stop.outcome.value
    return "queued" if found.candidates else "none"


def _facts(page: Page | None) -> dict[str, object]:
    if page is None:
        return {}
    families = rank(page)
    return {
        "url": page.url,
        "status": page.status,
        "encoding": page.encoding,
        "encoding_source": page.encoding_source,
        "undecodable": page.replaced,
        "families": [{"family": name, "certainty": round(score, 2)} for name, score in families],
        "paging": _paging(page),
    }


def _paging(page: Page) -> dict[str, object]:
    family = choose_family(page, "")
    try:
        listing = family.read_list(page, {}) if family is not None else None
    except LayoutChanged:
        listing = None
    if listing is None:
        return {}
    return {
        "rows": len(listing.items),
        "declared_total": listing.declared_total,
        "declared_pages": listing.declared_pages,
        "next": [{"method": ask.method, "url": ask.url} for ask in listing.next[:3]],
        "interface": [{"method": ask.method, "url": ask.url} for ask in listing.elsewhere[:3]],
    }


def _column(one: Candidate) -> dict[str, object]:
    evidence = one.evidence
    return {
        "url": one.url,
        "name": one.column or one.words,
        "found_on": one.found_on,
        "family": one.family,
        "confidence": evidence.confidence,
        "trusted": evidence.trusted,
        "reports": evidence.reports,
        "others": evidence.others,
        "year": evidence.year,
        "reasons": list(evidence.reasons),
    }


def _rows(best: Candidate | None, known: Sequence[KnownBody]) -> list[dict[str, object]]:
    shown: list[dict[str, object]] = []
    names = {body.id: body.names[0] for body in known}
    for item in best.items[:ROWS] if best else ():
        decided = recognise(Clues(item.title, best.column if best else "", item.listed_on, url=item.url), known)
        row: dict[str, object] = {"title": item.title, "date": item.raw_date, "url": item.url, "decision": decided.decision.value}
        row |= {"body": names.get(decided.body_id, "") if decided.body_id else "", "year": decided.report_year, "reason": decided.reason}
        shown.append(row)
    return shown


def _next(found: Exploration) -> str:
    if found.trusted:
        return f"可以添加：nianbao portal add {found.trusted[0].url}"
    if found.stop is not None:
        return _NEXT_STEPS.get(found.stop.outcome.value, _NEXT_STEPS["partial"])
    if found.candidates:
        return "有候选栏目但把握不足：请打开候选网址核对，确认后用 nianbao portal add 添加。"
    return _NEXT_STEPS["layout_changed"] if found.exhausted else _NEXT_STEPS["partial"]


def main(arguments: Sequence[str] | None = None) -> int:
    """The process entry; its exit status. Known bodies come as JSON on standard input: a list of [id, [names…]]."""
    parser = argparse.ArgumentParser(prog="python -m crawler.preview", description=__doc__)
    parser.add_argument("url")
    parser.add_argument("--config", type=Path)
    chosen = parser.parse_args(arguments)
    try:
        settings = load(chosen.config)
        known = [KnownBody(number, tuple(names)) for number, names in json.loads(sys.stdin.read() or "[]")]
        told: list[dict[str, object]] = []

        async def work(asker: Fetch, _memory: object) -> None:
            told.append(await preview(asker, chosen.url, known))

        ask_while_open(settings, clock_from_environment(), work, portal_budget=settings.crawl_budget_platform)
    except NianbaoError as error:
        sys.stdout.write(json.dumps({"error": error.message, "kept": error.kept, "advice": error.advice}, ensure_ascii=False) + "\n")
        return error.exit_code
    sys.stdout.write(json.dumps(told[0], ensure_ascii=False) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
