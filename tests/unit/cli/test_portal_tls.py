"""`nianbao portal tls`: what verification found, what to do, and whose word lets a fault pass."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawler.tls import TlsLog
from monitor.cli.portal_tls import ADVICE, in_words
from storage import audit, portals, tls_profiles, visits
from storage.archive.keep import Received, keep, write_rows
from storage.archive.store import open_archive
from storage.database import open_database
from storage.domain.enums import VisitOutcome
from storage.domain.ids import PortalId, Sha256
from storage.domain.originals import Capture
from storage.domain.visits import VisitResult
from storage.settings import load
from tests.unit.cli.calling import Nianbao

HOST = "www.lao.gov.test"
NOW = datetime(2025, 2, 3, 3, 0, tzinfo=UTC)


@pytest.fixture
def ready(nianbao: Nianbao) -> Nianbao:
    assert nianbao("init").code == 0
    assert nianbao("portal", "add", f"https://{HOST}/nb/").code == 0
    return nianbao


def _settings():
    return load(Path("nianbao.toml"))


def _visited(*, verdict: str = "", reason: str = "") -> None:
    """One visit to the portal: with an answer verified that way, or ended by that fault."""
    with open_database(_settings().database_url) as database:
        with database.write() as c:
            entry = portals.entry_points_of(c, portal_id=PortalId(HOST))[0].id
            visit = visits.start(c, entry, now=NOW)
        if verdict:
            capture = Capture("list", f"https://{HOST}/nb/", 200, NOW, NOW, Sha256(""), tls=verdict, visit_id=visit)
            kept = keep(open_archive(_settings().archive_url), [Received(b"list", capture, "text/html")], NOW)
            with database.write() as c:
                write_rows(c, kept)
        outcome = VisitOutcome.UNREACHABLE if reason else VisitOutcome.COMPLETE
        with database.write() as c:
            visits.finish(c, visit, VisitResult(outcome, reason), NOW)


def _shown(nianbao: Nianbao) -> dict[str, str]:
    return next(row for row in json.loads(nianbao("portal", "tls", "--format", "json").out) if row["portal"] == HOST)


def test_a_fault_is_told_with_what_to_do(ready: Nianbao) -> None:
    _visited(verdict="verified 0123456789ab")
    assert (_shown(ready)["verified"], _shown(ready)["fault"], _shown(ready)["profile"]) == ("verified 0123456789ab", "", "strict")
    _visited(reason="tls-expired")
    shown = _shown(ready)
    assert (shown["fault"], "--allow expired" in shown["advice"]) == ("tls-expired", True)
    said = ready("portal", "tls")
    assert "网站证书已过期" in said.out + said.err
    assert f"nianbao portal tls {HOST} --allow expired" in said.out + said.err
    _visited(verdict="verified 0123456789ab")
    assert _shown(ready)["fault"] == "", "a visit that worked puts it behind"


def test_what_is_let_pass_needs_a_reason_and_is_written_down(ready: Nianbao) -> None:
    assert ready("portal", "tls", HOST, "--allow", "expired").code == 2
    assert ready("portal", "tls", HOST, "--allow", "everything", "--reason", "主办单位已知情").code == 2
    assert ready("portal", "tls", "--allow", "expired", "--reason", "主办单位已知情").code == 2
    assert ready("portal", "tls", "no.such.portal", "--allow", "expired", "--reason", "主办单位已知情").code == 5
    assert _shown(ready)["profile"] == "strict", "a refused order changes nothing"
    allowed = ready("portal", "tls", HOST, "--allow", "expired", "--allow", "legacy", "--reason", "主办单位已知情", "--by", "王")
    assert allowed.code == 0
    assert (_shown(ready)["profile"], _shown(ready)["reason"], _shown(ready)["set_by"]) == ("expired、legacy", "主办单位已知情", "王")
    assert ready("portal", "tls", HOST, "--strict", "--by", "李").code == 0
    with open_database(_settings().database_url) as database, database.read() as c:
        assert tls_profiles.holding(c) == {}
        [past] = tls_profiles.history(c, PortalId(HOST))
        assert (past.names, past.set_by, past.ended_at is not None) == (("expired", "legacy"), "王", True)
        acts = [(line.actor, line.action, line.payload["profiles"]) for line in audit.recent(c)]
    assert acts == [("李", "portal.tls", []), ("王", "portal.tls", ["expired", "legacy"])]


def test_a_profile_is_of_the_hosts_of_its_portal_alone(ready: Nianbao) -> None:
    assert ready("portal", "add", "https://jyj.lao.gov.test/nb/").code == 0
    assert ready("portal", "tls", HOST, "--allow", "incomplete", "--reason", "主办单位已知情").code == 0
    with open_database(_settings().database_url) as database, database.read() as c:
        log = TlsLog(tls_profiles.by_host(c))
    assert log.fault(HOST, "tls-incomplete-chain")
    assert log.verdict(HOST) == "unverified(incomplete)"
    assert not log.fault("jyj.lao.gov.test", "tls-incomplete-chain")


def test_the_list_of_portals_says_how_each_was_verified(ready: Nianbao) -> None:
    _visited(verdict="unverified(expired) 0123456789ab")
    assert "未核验（证书过期）" in ready("portal", "list").out
    assert json.loads(ready("portal", "list", "--format", "json").out)[0]["tls"] == "unverified(expired) 0123456789ab"


@pytest.mark.parametrize(
    ("verdict", "words"),
    [
        ("", ""),
        ("verified 01ab", "已核验"),
        ("verified(legacy) 01ab", "已核验（旧式服务器）"),
        ("verified(browser)", "已核验（浏览器）"),
        ("unverified(expired,incomplete) 01ab", "未核验（证书过期、证书链不完整）"),
        ("unverified(unknown)", "未核验（unknown）"),
    ],
)
def test_a_verdict_in_words(verdict: str, words: str) -> None:
    assert in_words(verdict) == words


@pytest.mark.parametrize("fault", ["tls-wrong-host", "tls-self-signed", "tls-unknown-issuer", "tls-revoked", "tls-certificate", "tls-weak"])
@pytest.mark.parametrize("profile", [["expired"], ["incomplete"], ["legacy"], list(tls_profiles.PROFILES)])
def test_what_nobody_can_allow_passes_under_no_profile(fault: str, profile: list[str]) -> None:
    log = TlsLog({"h": frozenset(profile)})
    log.begin("h")
    assert not log.fault("h", fault)
    assert log.reason("https://h/x", "certificate verify failed") == fault
    # Short keys are for the handshake of a legacy profile, never for the verification of a strict one.
    assert ADVICE[fault][1] in {"", "legacy"}
