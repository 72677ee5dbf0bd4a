"""One portal looked at without storing anything: `python -m crawler.preview URL` prints one JSON object.

Family, candidate columns with reasons, the first rows with the body and year they would be given, encoding, paging, and how the look ended.
The state of hosts (robots, budgets) is respected and remembered as in every crawl. Exit status: 0, or that of the error.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

from crawler.discovery.naming import KnownBody
from crawler.discovery.recognition import Candidate as Decided
from crawler.discovery.recognition import Clues, recognise
from crawler.discovery.troubles import trouble
from crawler.exploring import Candidate, Exploration, explore
from crawler.family_scan import rank
from crawler.fetching import Fetch, Reply
from crawler.list_reading import choose_family
from crawler.listing import Ask, Item
from crawler.page import Page, page_words, tree
from crawler.run import ask_while_open, clock_from_environment
from storage.domain.clock import local_date
from storage.domain.errors import LayoutChanged, NianbaoError
from storage.domain.ids import PortalId
from storage.domain.registry import Portal
from storage.settings import load

ROWS = 20
SCRIPT_SHELL = "script-shell"
_FEW_WORDS = 60


@dataclass(frozen=True, slots=True)
class Known:
    """What the registry says: its bodies, the portal's own manners where it is registered, and what may pass its certificate check."""

    bodies: tuple[KnownBody, ...] = ()
    platform: str = ""
    delay_seconds: float = 3.0
    tls: Mapping[str, frozenset[str]] = field(default_factory=dict)


def read_known(text: str) -> Known:
    """From the JSON object a caller sends: `bodies` as [id, [names…]], `platform`, `delay_seconds`, `tls` as {host: [profiles…]}."""
    given = json.loads(text or "{}")
    return Known(
        bodies=tuple(KnownBody(number, tuple(names)) for number, names in given.get("bodies", [])),
        platform=given.get("platform", ""),
        delay_seconds=given.get("delay_seconds", 3.0),
        tls={host: frozenset(names) for host, names in given.get("tls", {}).items()},
    )


async def preview(fetch: Fetch, url: str, known: Known, today: date, *, browser: bool = False) -> dict[str, object]:
    """Look at a home page, a column page or a report; JSON-ready facts. With `browser` this one page is opened by a browser."""
    host = urlsplit(url).netloc.rpartition("@")[2].lower()
    portal = Portal(PortalId(host), host, url, known.platform or host, delay_seconds=known.delay_seconds)
    replies: dict[str, Reply] = {}

    async def ask_page(ask: Ask) -> Reply:
        reply = await fetch(ask, portal, "list", tier="browser" if browser and ask.url == url else "http")
        if reply.page is not None:
            replies[ask.url] = reply
            reply = reply if reply.trouble is not None else replace(reply, trouble=trouble(reply.page))
        return reply

    found = await explore(url, ask_page)
    best = found.candidates[0] if found.candidates else None
    shown = replies.get(best.url if best else url) or replies.get(url)
    outcome, reason = _outcome(found, url, shown)
    rows = _rows(best, known.bodies)
    return {
        "schema": "nianbao.preview/1",
        "url": url,
        "outcome": outcome,
        "reason": reason,
        "asked": found.asked,
        "page": _facts(shown),
        "columns": [_column(one) for one in found.candidates],
        "rows": rows,
        "canary": _canary(best, known.bodies, today),
        "dated": sum(item.listed_on is not None for item in best.items) if best else 0,
        "outbound": [{"url": link.url, "words": link.words} for link in found.outbound[:ROWS]],
        "troubles": [{"url": address, "trouble": what} for address, what in found.troubles[:ROWS]],
    }


def _outcome(found: Exploration, url: str, shown: Reply | None) -> tuple[str, str]:
    """How the look ended, and why where it is no success. A fault of the given page itself outweighs that nothing was found."""
    if found.trusted:
        return "found", ""
    if found.stop is not None:
        return found.stop.outcome.value, found.stop.reason
    if found.candidates:
        return "queued", "" if found.candidates[0].items else "no-rows"
    own = next((what for address, what in found.troubles if address == url), "")
    if own:
        outcome, _, reason = own.partition(":")
        return outcome, reason
    if shown is not None and shown.page is not None and _only_script(shown.page):
        return "none", SCRIPT_SHELL
    return "none", "no-column-met" if found.exhausted else "page-limit"


def _only_script(page: Page) -> bool:
    """Whether a page shows nothing unless its scripts run."""
    root = tree(page.text)
    return len(page_words(page)) < _FEW_WORDS and next(root.iter("script"), None) is not None and next(root.iter("a"), None) is None


def _canary(best: Candidate | None, known: Sequence[KnownBody], today: date) -> dict[str, object]:
    """Whether the list shows a report of an earlier year by the same way: only such a list can later show that one is missing."""
    years = [decided.report_year for item in (best.items if best else ()) if (decided := _decided(item, best, known)).report_year]
    before = sorted({year for year in years if year is not None and year < today.year - 1}, reverse=True)
    return {"seen": bool(before), "years": before[:5]}


def _facts(shown: Reply | None) -> dict[str, object]:
    if shown is None or shown.page is None:
        return {}
    page = shown.page
    families = rank(page)
    return {
        "url": page.url,
        "status": page.status,
        "verified": shown.tls.partition(" ")[0],
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
        decided = _decided(item, best, known)
        row: dict[str, object] = {"title": item.title, "date": item.raw_date, "url": item.url, "decision": decided.decision.value}
        row |= {"body": names.get(decided.body_id, "") if decided.body_id else "", "year": decided.report_year, "reason": decided.reason}
        shown.append(row)
    return shown


def _decided(item: Item, best: Candidate | None, known: Sequence[KnownBody]) -> Decided:
    return recognise(Clues(item.title, best.column if best else "", item.listed_on, url=item.url), known)


def main(arguments: Sequence[str] | None = None) -> int:
    """The process entry; its exit status. What the registry knows comes as JSON on standard input (`read_known`)."""
    parser = argparse.ArgumentParser(prog="python -m crawler.preview", description=__doc__)
    parser.add_argument("url")
    parser.add_argument("--config", type=Path)
    parser.add_argument("--browser", action="store_true", help="open this one page with a browser")
    chosen = parser.parse_args(arguments)
    try:
        settings = load(chosen.config)
        known = read_known(sys.stdin.read())
        clock = clock_from_environment()
        told: list[dict[str, object]] = []

        async def work(asker: Fetch, _memory: object) -> None:
            told.append(await preview(asker, chosen.url, known, local_date(clock.now()), browser=chosen.browser))

        scripted = [chosen.url] if chosen.browser else []
        budget = settings.crawl_budget_platform
        ask_while_open(settings, clock, work, portal_budget=budget, scripted=scripted, tls_profiles=known.tls)
    except NianbaoError as error:
        sys.stdout.write(json.dumps({"error": error.message, "kept": error.kept, "advice": error.advice}, ensure_ascii=False) + "\n")
        return error.exit_code
    sys.stdout.write(json.dumps(told[0], ensure_ascii=False) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
