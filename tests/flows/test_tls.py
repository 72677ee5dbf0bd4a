"""Verification over real connections: strict for all, each fault an outcome of its own, and a profile that lets one fault pass says so."""

import json
import os
import subprocess
import sys
from datetime import date

import pytest

from crawler.demo.tls_hosts import KINDS, RAW, TlsHosts
from storage import captures, tls_profiles, visits
from storage.domain.ids import PortalId

from .crawl_office import LONG_AGO, ROOT, CrawlOffice, moment

pytestmark = pytest.mark.flow

DAY = moment(date(2025, 2, 3))
FAULTS = {
    "expired": "tls-expired",
    "future": "tls-not-yet-valid",
    "wrong-host": "tls-wrong-host",
    "expired-wrong-host": "tls-expired",
    "self-signed": "tls-self-signed",
    "incomplete": "tls-incomplete-chain",
    "foreign-root": "tls-unknown-issuer",
    "weak": "tls-weak",
    "weak-dh": "tls-weak",
    "alert": "tls-handshake",
    "plain": "tls-handshake",
    "old-hello": "tls-legacy-renegotiation",
}
ROW = '<li><a href="/nb/t2023.html">云溪县教育局2023年政府信息公开工作年度报告</a><span>2024-01-15</span></li>'
LIST = f"<html><title>政府信息公开年报</title><body><ul>{ROW}</ul></body></html>"
REPORT = "".join(f"<p>{words}</p>" for words in ("总体情况", "主动公开政府信息情况", "收到和处理政府信息公开申请情况"))


def _answer(host, path):
    if path == "/nb/":
        return 200, LIST.encode()
    if path == "/nb/t2023.html":
        return 200, f'<html><body><div class="TRS_Editor">{REPORT}</div></body></html>'.encode()
    return 404, b"<title>404</title>"


@pytest.fixture(scope="module")
def hosts(tmp_path_factory):
    with TlsHosts(tmp_path_factory.mktemp("tls"), _answer) as serving:
        yield serving


def _office(folder, hosts, kinds):
    office = CrawlOffice(folder, {host: target for host, target in hosts.hosts.items() if host.partition(".")[0] in kinds})
    for kind in kinds:
        office.add(f"{kind}局", f"https://{kind}.tls.test/nb/", home=f"https://{kind}.tls.test/")
    return office


def _verified(office, kind):
    with office.open() as database, database.read() as c:
        found = captures.newest_for_url(c, f"https://{kind}.tls.test/nb/")
        return None if found is None else found.tls.partition(" ")[0]


def test_strict_is_the_rule_and_each_fault_has_its_own_name(tmp_path, hosts):
    office = _office(tmp_path, hosts, ("good", *FAULTS))
    told = office.ends(DAY, trust=hosts.root)
    assert told.pop("good") == ("complete", "")
    assert told == {kind: ("unreachable", reason) for kind, reason in FAULTS.items()}
    assert _verified(office, "good") == "verified"
    with office.open() as database, database.read() as c:
        for entry in office.entries[1:]:
            visit = visits.recent(c, entry)[0]
            assert (visit.qualified, visit.result.items_seen) == (False, 0)
        assert tls_profiles.results(c)[PortalId("expired.tls.test")].fault == "tls-expired"
        assert tls_profiles.results(c)[PortalId("good.tls.test")].verdict.startswith("verified ")
    assert [_verified(office, kind) for kind in FAULTS] == [None] * len(FAULTS), "nothing of an unverified host is kept"


def test_a_profile_lets_its_own_fault_pass_and_says_so_with_every_answer(tmp_path, hosts):
    office = _office(tmp_path, hosts, (*KINDS, *RAW))
    given = {
        "good": ["expired", "incomplete"],
        "expired": ["expired"],
        "future": ["expired"],
        "incomplete": ["incomplete"],
        "weak": ["legacy"],
        "weak-dh": ["legacy"],
        "old-hello": ["legacy"],
        "wrong-host": ["legacy", "expired", "incomplete"],
        "expired-wrong-host": ["legacy", "expired", "incomplete"],
        "self-signed": ["legacy", "expired", "incomplete"],
        "foreign-root": ["legacy", "expired", "incomplete"],
        "alert": ["legacy"],
    }
    with office.open() as database, database.write() as c:
        for kind, names in given.items():
            tls_profiles.put(c, PortalId(f"{kind}.tls.test"), names, reason="主办单位确认证书待更换", actor="王", now=LONG_AGO)
    told = office.ends(DAY, trust=hosts.root)
    passed = {kind: _verified(office, kind) for kind, (outcome, _) in told.items() if outcome == "complete"}
    assert passed == {
        "good": "verified",
        "expired": "unverified(expired)",
        "incomplete": "unverified(incomplete)",
        "weak": "verified(legacy)",
        "weak-dh": "verified(legacy)",
        "refused": "verified",
    }
    refused = {kind: reason for kind, (outcome, reason) in told.items() if outcome != "complete"}
    assert refused.pop("old-hello") != "tls-legacy-renegotiation", "the greeting passes; what follows it here is nothing"
    assert refused == {
        "future": "tls-not-yet-valid",
        "wrong-host": "tls-wrong-host",
        "expired-wrong-host": "tls-wrong-host",
        "self-signed": "tls-self-signed",
        "foreign-root": "tls-unknown-issuer",
        "alert": "tls-handshake",
        "plain": "tls-handshake",
    }


def _preview(office, hosts, kind):
    done = subprocess.run(
        [
            *(sys.executable, "-m", "monitor.cli.main", "--config", str(office.config)),
            *("portal", "preview", f"https://{kind}.tls.test/nb/", "--format", "json"),
        ],
        cwd=ROOT,
        env={**os.environ, "NIANBAO_NOW": DAY.isoformat(), "SSL_CERT_FILE": str(hosts.root)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return done.returncode, json.loads(done.stdout)


def test_a_preview_keeps_to_the_portals_profile_and_names_the_way_out(tmp_path, hosts):
    office = _office(tmp_path, hosts, ("expired", "incomplete"))
    with office.open() as database, database.write() as c:
        tls_profiles.put(c, PortalId("expired.tls.test"), ["expired"], reason="主办单位确认证书待更换", actor="王", now=LONG_AGO)
    code, told = _preview(office, hosts, "expired")
    assert (code, told["outcome"], told["page"]["verified"]) == (0, "found", "unverified(expired)"), told
    assert [(row["body"], row["year"]) for row in told["rows"]] == [("", 2023)]
    code, told = _preview(office, hosts, "incomplete")
    assert (code, told["outcome"], told["reason"]) == (7, "unreachable", "tls-incomplete-chain")
    assert "portal tls incomplete.tls.test --allow incomplete" in told["next"]
