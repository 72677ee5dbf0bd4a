"""What is remembered of hosts that moved, and of those that only speak plain http."""

from datetime import timedelta

import pytest

from crawler.discovery.troubles import Trouble
from crawler.fetching import Reply
from crawler.listing import Ask
from crawler.moved_hosts import MovedHosts
from crawler.page import page
from crawler.plain_http import PlainHosts
from crawler.robots import CONTROL_TTL, HostMemory, HostNotes
from crawler.tls import TlsLog
from storage.domain.clock import FixedClock
from storage.domain.enums import VisitOutcome

from .site import START

SAFE, OPEN = "https://www.yunxi.gov.test", "http://www.yunxi.gov.test"
ASK = Ask(f"{SAFE}/nb/")


@pytest.fixture
def clock():
    return FixedClock(START)


@pytest.fixture
def memory(tmp_path):
    return HostMemory(tmp_path / "hosts.json")


def _reply(url=ASK.url, status=200, body=b"<p>a page of its own</p>" * 40, **headers):
    named = {"content-type": "text/html", **{name.replace("_", "-"): value for name, value in headers.items()}}
    return Reply(page(url, status, body, named), None, START, START)


def _failed(reason, outcome=VisitOutcome.UNREACHABLE):
    return Reply(None, Trouble(outcome, reason), START, START)


@pytest.mark.parametrize(
    ("reply", "tried"),
    [
        (_reply(status=403), True),
        (_failed("refused"), True),
        (_failed("timeout"), True),
        (_failed("tls-handshake"), True),
        (_reply(status=403, strict_transport_security="max-age=1"), False),
        (_reply(), False),
        (_reply(status=404), False),
        (_reply(status=401), False),
        (_reply(status=412), False),
        (_reply(status=503), False),
        (_failed("dns"), False),
        (_failed("tls-expired"), False),
        (_failed("tls-wrong-host"), False),
        (_failed("tls-weak"), False),
        (_failed("cookie-challenge", VisitOutcome.CHALLENGED), False),
    ],
)
def test_only_what_says_nothing_of_who_answers_is_left_for_plain_http(memory, clock, reply, tried):
    plain = PlainHosts(memory, clock, TlsLog())
    assert plain.to_try(ASK, reply) == (Ask(f"{OPEN}/nb/") if tried else None)
    assert plain.to_try(ASK, reply) is None, "once per crawl"


def test_neither_a_person_s_profile_nor_plain_http_itself_is_left(memory, clock):
    held = PlainHosts(memory, clock, TlsLog({"www.yunxi.gov.test": frozenset({"legacy"})}))
    assert held.to_try(ASK, _reply(status=403)) is None
    assert PlainHosts(memory, clock, TlsLog()).to_try(Ask(f"{OPEN}/nb/"), _reply(f"{OPEN}/nb/", 403)) is None


@pytest.mark.parametrize(("status", "held"), [(403, True), (401, False), (200, False)])
def test_rules_that_are_refused_are_a_refusal(memory, clock, status, held):
    memory.put(SAFE, HostNotes(robots_status=status))
    found = PlainHosts(memory, clock, TlsLog()).to_try(ASK, _failed("robots-held", VisitOutcome.BLOCKED))
    assert (found is not None) is held


@pytest.mark.parametrize("answer", [_reply(f"{OPEN}/nb/", 403), _reply(f"{OPEN}/nb/", 404), _reply(ASK.url), _failed("refused")])
def test_what_works_no_better_is_not_remembered(memory, clock, answer):
    plain = PlainHosts(memory, clock, TlsLog())
    assert plain.learn(ASK, _failed("timeout"), answer) is None
    assert plain.known(ASK) is None


WALLS = [_reply(f"{OPEN}/nb/", 412), _reply(f"{OPEN}/nb/", 403, b"<script>var $_ts={}</script>")]


@pytest.mark.parametrize("answer", WALLS)
def test_a_challenge_by_plain_http_is_the_answer_and_the_last(memory, clock, answer):
    plain = PlainHosts(memory, clock, TlsLog())
    assert plain.learn(ASK, _reply(status=403), answer) is answer
    assert plain.known(ASK) is None
    plain.learn(ASK, _reply(status=403), _reply(f"{OPEN}/nb/"))
    assert plain.still_works(ASK, answer)


def test_what_works_is_remembered_told_and_forgotten_when_it_no_longer_does(memory, clock):
    plain = PlainHosts(memory, clock, TlsLog())
    taken = plain.learn(ASK, _reply(status=403), _reply(f"{OPEN}/nb/"))
    assert (taken.tls, taken.page.url, taken.page.requested_url) == ("plain(https:status-403)", f"{OPEN}/nb/", ASK.url)
    assert plain.known(ASK) == Ask(f"{OPEN}/nb/")
    assert plain.known(Ask(f"{OPEN}/nb/")) is None
    assert plain.still_works(ASK, _reply(f"{OPEN}/x", 404))
    assert plain.still_works(ASK, _reply(f"{OPEN}/x", 412)), "a challenge is met once, not under both schemes"
    clock.advance(CONTROL_TTL + timedelta(hours=1))
    assert plain.known(ASK) is None
    plain.learn(ASK, _failed("refused"), _reply(f"{OPEN}/nb/"))
    assert not plain.still_works(ASK, _failed("timeout"))
    assert (plain.known(ASK), plain.to_try(ASK, _failed("refused"))) == (None, None)


def test_the_old_place_is_asked_for_reports_for_good_and_for_the_rest_until_it_led_on_twice(memory, clock):
    moved = MovedHosts(memory, clock)
    for number in range(2):
        assert not moved.is_whole(f"{OPEN}/{number}", "list")
        moved.asked_again(f"{OPEN}/{number}", None, led_on=True)
    assert moved.is_whole(f"{OPEN}/3", "list")
    assert moved.is_whole(f"{OPEN}/3", "control")
    assert not moved.is_whole(f"{OPEN}/3", "page")
    assert not moved.is_whole(f"{OPEN}/3", "document")
    assert not moved.is_whole(f"{SAFE}/3", "list")
    moved.asked_again(f"{OPEN}/4", page(f"{OPEN}/4", 200, b"x", {}), led_on=False)
    assert not moved.is_whole(f"{OPEN}/5", "list")
