"""Hosts of the simulated country that are odd in how they are reached: in haste, by agents, over IPv6, as one platform, in a ring."""

import socket
import urllib.error
import urllib.request
from datetime import date

import pytest

from crawler.demo.http_server import SimulatedPortals
from crawler.demo.pages import Answer, Request
from crawler.demo.world.answering import answer, columns_of
from crawler.demo.world.bursts import BLOCKED_FOR, MANY, Bursts
from crawler.demo.world.content import publish_world
from crawler.demo.world.dialects import dialects
from crawler.demo.world.fault_kinds import PLATFORM
from crawler.demo.world.plan import make_plan

DAY = date(2024, 1, 30)
HOME = Answer(b"home", "text/html")
ASKED = Request("GET", "/nb/")


@pytest.fixture(scope="module")
def plan():
    return make_plan(1, dialects())


@pytest.fixture(scope="module")
def content(plan):
    return publish_world(plan)


class _Time:
    now = 0.0

    def __call__(self):
        return self.now


def test_who_hurries_is_shown_the_home_page_for_a_while():
    clock = _Time()
    gate = Bursts({"a"}, 0.02, lambda host: HOME, clock)
    answers = []
    for _ in range(MANY + 2):
        answers.append(gate("a", ASKED))
        clock.now += 0.01
    assert answers == [None] * MANY + [HOME, HOME]
    assert gate("b", ASKED) is None
    clock.now += BLOCKED_FOR
    assert gate("a", ASKED) is None


@pytest.mark.parametrize("late", [0, 3])
def test_who_keeps_a_pause_is_not_taken_for_one_in_haste(late):
    clock = _Time()
    gate = Bursts({"a"}, 0.02, lambda host: HOME, clock)
    for number in range(50):
        # One arrival noticed late makes the next one seem quick.
        clock.now += 0.001 if late and number % late == 0 else 0.05
        assert gate("a", ASKED) is None


def _get(url, host):
    asked = urllib.request.Request(url, headers={"Host": host})
    try:
        with urllib.request.urlopen(asked, timeout=30) as found:
            return found.status, found.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def _has_six():
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6):
            return True
    except OSError:
        return False


def test_a_host_may_have_an_address_of_ipv6_only():
    answering = Answer(b"found", "text/html")
    with SimulatedPortals(lambda day, host, request: answering, ["a.test", "b.test"], DAY, six=["b.test"]) as portals:
        found = {host: _get(f"http://{target}/", host) for host, target in portals.hosts.items()}
        assert found == {"a.test": (200, b"found"), "b.test": (200, b"found")}
        assert portals.hosts["b.test"].startswith("[::1]:" if _has_six() else "127.0.0.1:")
        assert [one.host for one in portals.log] == ["a.test", "b.test"]


def test_a_gate_is_asked_every_time_and_its_answers_are_not_kept():
    asked = []

    def gate(host, request):
        asked.append(request.path)
        return HOME if len(asked) == 2 else None

    with SimulatedPortals(lambda day, host, request: Answer(b"usual", "text/html"), ["a.test"], DAY, gate=gate) as portals:
        bodies = [_get(f"http://{portals.hosts['a.test']}/x", "a.test")[1] for _ in range(3)]
    assert bodies == [b"usual", b"home", b"usual"]


def test_a_platform_keeps_everybody_out_at_once(plan, content):
    shared = [name for name, host in plan.hosts.items() if host.platform]
    assert len(shared) == 3
    for name in shared:
        assert plan.hosts[name].fault(DAY).name == PLATFORM
        assert answer(plan, content, DAY, name, Request("GET", "/")).status == 412


def _faulty(plan, kind):
    name, host = next((name, host) for name, host in plan.hosts.items() if host.faults and host.faults[0].kind.name == kind)
    return name, host, host.faults[0].since


def test_a_frame_may_show_its_own_page(plan, content):
    name, host, day = _faulty(plan, "shell-loop")
    path, _, query = columns_of(host, content.publications, day)[0][0].column_path.partition("?")
    found = answer(plan, content, day, name, Request("GET", path, dict(pair.split("=") for pair in query.split("&") if pair)))
    assert b"<iframe" in found.body


@pytest.mark.parametrize(("agent", "status"), [("Mozilla/5.0 (compatible; x/1)", 403), ("Mozilla/5.0 (X11; Linux)", 200)])
def test_a_host_may_refuse_whoever_says_what_it_is(plan, content, agent, status):
    name, _, day = _faulty(plan, "agent-403")
    assert answer(plan, content, day, name, Request("GET", "/", headers={"user-agent": agent})).status == status
