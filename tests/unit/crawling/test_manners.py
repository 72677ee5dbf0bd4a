from datetime import UTC, datetime, timedelta

import pytest

from crawler.batch import with_network
from crawler.browser import find_browser, resolver_rules
from crawler.egress import Egress, acceptable_url, is_public, registrable
from crawler.page import decode, page
from crawler.robots import HostMemory, HostNotes, crawl_delay, is_fresh, refusal
from crawler.run import clock_from_environment, main
from storage.domain.clock import FixedClock
from storage.domain.enums import VisitOutcome
from storage.domain.errors import ConfigError
from storage.domain.visits import VisitResult
from storage.settings import load


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1"),
        *(
            "fe80::1%eth0",
            "fd00::1",
            "0.0.0.0",
            "::",
            "224.0.0.1",
            "255.255.255.255",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "::ffff:169.254.169.254",
        ),
        *("198.18.0.1", "192.0.2.1", "not-an-address", ""),
    ],
)
def test_no_address_but_public_ones(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "114.114.114.114", "2400:3200::1", "::ffff:8.8.8.8"])
def test_public_addresses_pass(address):
    assert is_public(address)


def test_a_name_with_one_forbidden_address_is_refused_whole():
    egress = Egress()
    assert egress.permitted("a.gov.cn", ["114.114.114.114"]) == ("114.114.114.114",)
    assert egress.permitted("evil.gov.cn", ["114.114.114.114", "127.0.0.1"]) == ()
    assert egress.refused == {"evil.gov.cn"}


@pytest.mark.parametrize("target", ["10.0.0.1:80", "127.0.0.1", "127.0.0.1:0", "127.0.0.1:99999", "example.org:80", "8.8.8.8:53", ""])
def test_an_exception_leads_to_loopback_only(target):
    with pytest.raises(ConfigError, match=r"a\.gov\.test"):
        Egress.from_settings({"a.gov.test": target})


@pytest.mark.parametrize(
    "url",
    [
        *("file:///etc/passwd", "ftp://a.gov.cn/", "data:text/html,x", "http://", "http://user@a.gov.cn/", "http://a.gov.cn\\@127.0.0.1/"),
        *("http://a.gov.cn:0/", "http://a.gov.cn:99999/", "http://a.gov.cn/\r\nX: y", "javascript:alert(1)", "http://[::1/", "//a.gov.cn/"),
    ],
)
def test_addresses_of_other_kinds_are_not_asked(url):
    assert not acceptable_url(url)


def test_ownership_of_hosts():
    assert registrable("jyj.yunxi.gov.cn") == registrable("www.yunxi.gov.cn") == "yunxi.gov.cn"
    assert registrable("yunxi.gov.cn") == "yunxi.gov.cn"
    assert registrable("x.example.org") == "example.org"
    assert registrable("a.gov.cn") != registrable("b.gov.cn")


@pytest.mark.parametrize(
    ("status", "text", "why"),
    [
        (404, "", ""),
        (200, "", ""),
        (200, "User-agent: *\nDisallow: /zwgk/", "robots-disallowed"),
        (200, "User-agent: nianbao\nDisallow: /\n\nUser-agent: *\nAllow: /", "robots-disallowed"),
        (403, "", "robots-held"),
        (401, "", "robots-held"),
        (500, "", "robots-unavailable"),
        (503, "", "robots-unavailable"),
    ],
)
def test_robots_is_heard_by_its_status_and_its_words(status, text, why):
    assert refusal(HostNotes(robots_status=status, robots_text=text), "http://a.gov.test/zwgk/nb/", "nianbao/0.1") == why


def test_the_crawl_delay_a_host_asks_for():
    assert crawl_delay(HostNotes(robots_status=200, robots_text="User-agent: *\nCrawl-delay: 7"), "nianbao") == 7
    assert crawl_delay(HostNotes(), "nianbao") == 0


def test_notes_on_hosts_survive_the_process_and_damage(tmp_path):
    path = tmp_path / "state" / "hosts.json"
    memory = HostMemory(path)
    memory.put("http://a.gov.test", HostNotes(robots_status=200, robots_text="x"))
    memory.save()
    assert HostMemory(path).get("http://a.gov.test").robots_text == "x"
    path.write_text("{broken", encoding="utf-8")
    assert HostMemory(path).get("http://a.gov.test") == HostNotes()


def test_notes_grow_old_and_are_never_from_the_future():
    now = datetime(2025, 2, 3, tzinfo=UTC)
    assert is_fresh((now - timedelta(hours=23)).isoformat(), now, timedelta(hours=24))
    assert not is_fresh((now - timedelta(hours=24)).isoformat(), now, timedelta(hours=24))
    assert not is_fresh((now + timedelta(hours=1)).isoformat(), now, timedelta(hours=24))
    assert not is_fresh("", now, timedelta(hours=24))


UNREACHABLE = VisitResult(VisitOutcome.UNREACHABLE, "timeout", inconclusive_reason="unreachable:timeout")
GOOD = VisitResult(VisitOutcome.COMPLETE, whole_list=True, canary=True, negative_control=True, own_network=True)


def test_when_nobody_answers_our_own_network_is_to_blame():
    assert with_network(UNREACHABLE, None, answered=0, tried=3).reason == "own-network"
    assert with_network(UNREACHABLE, None, answered=1, tried=3).reason == "timeout"
    assert with_network(UNREACHABLE, None, answered=0, tried=1).own_network is None
    assert with_network(UNREACHABLE, False, answered=0, tried=1).reason == "own-network"


def test_a_failed_self_test_forbids_a_negative():
    assert with_network(GOOD, None, answered=1, tried=1).qualified
    assert not with_network(GOOD, False, answered=1, tried=1).qualified


def test_the_pretended_time_needs_a_zone():
    assert isinstance(clock_from_environment({"NIANBAO_NOW": "2025-02-01T09:00:00+08:00"}), FixedClock)
    for stamp in ("2025-02-01T09:00:00", "yesterday"):
        with pytest.raises(ConfigError, match="NIANBAO_NOW"):
            clock_from_environment({"NIANBAO_NOW": stamp})


def test_wrong_arguments_are_told_as_a_line(capsys, tmp_path):
    assert main(["--entry-points", "1,x"]) == 2
    assert '"code": "usage"' in capsys.readouterr().out
    assert main(["--entry-points", "1", "--config", str(tmp_path / "none.toml")]) == 6


def test_a_browser_that_is_not_there_is_none(tmp_path):
    assert find_browser(load(data_dir=tmp_path, chromium_path=str(tmp_path / "no-such"))) is None


def test_the_browser_knows_no_other_host():
    egress = Egress.from_settings({"a.gov.test": "127.0.0.1:8123"})
    assert resolver_rules(egress, ["http://a.gov.test/nb/", "file:///etc/passwd"]) == "MAP a.gov.test 127.0.0.1:8123, MAP * ~NOTFOUND"


@pytest.mark.parametrize(
    ("body", "content_type", "encoding", "source"),
    [
        ("﻿年报".encode(), "", "utf-8", "bom"),
        ("年报".encode("gb18030"), "text/html; charset=gb2312", "gb18030", "http"),
        ('<meta charset="gbk">年报'.encode("gb18030"), "text/html", "gb18030", "meta"),
        ('<meta http-equiv="Content-Type" content="text/html; charset=GB2312">朱镕基㐀'.encode("gb18030"), "", "gb18030", "meta"),
        ("政府信息公开年报".encode("gb18030"), "text/html; charset=ISO-8859-1", "gb18030", "guess"),
        ("政府信息公开年报".encode("gb18030"), "text/html; charset=utf-8", "gb18030", "guess"),
        ("政府信息公开年报".encode(), "text/html; charset=nonsense", "utf-8", "guess"),
    ],
)
def test_the_encoding_is_settled_once(body, content_type, encoding, source):
    text, found, where, replaced = decode(body, content_type)
    assert (found, where, replaced) == (encoding, source, 0)
    assert "年报" in text or "镕" in text


def test_a_page_of_nonsense_bytes_is_still_a_page():
    made = page("http://a.gov.test/", 200, bytes(range(256)), {"Content-Type": "text/html; charset=utf-8"})
    assert made.replaced > 0
    assert made.headers["content-type"].startswith("text/html")
