"""A recipient's address cannot make our server talk to machines only it can reach."""

from __future__ import annotations

import socket
from datetime import UTC, datetime

import pytest

from monitor.alerts import egress
from monitor.alerts.channels import channel, demand, robot_of
from monitor.alerts.egress import Guard
from monitor.alerts.robots import SERVICES
from storage.domain.alerts import Message
from storage.domain.enums import SendState
from storage.domain.errors import ConfigError

NOW = datetime(2025, 2, 5, 1, tzinfo=UTC)

INNER = [
    "127.0.0.1",
    "127.1",
    "2130706433",
    "0x7f000001",
    "0177.0.0.1",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[64:ff9b::7f00:1]",
    "0.0.0.0",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "169.254.169.254",
    "[fd00::1]",
    "[fe80::1]",
    "localhost",
    "LOCALHOST.",
    "a.localhost",
    "metadata.google.internal",
    "printer.local",
]


@pytest.mark.parametrize("host", INNER)
def test_inner_addresses_are_refused_before_any_look_up(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(egress.socket, "getaddrinfo", lambda *_, **__: pytest.fail("asked a name server"))
    with pytest.raises(ConfigError):
        Guard().pinned(host, "http")


def answers(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    infos = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 0)) for address in addresses]
    monkeypatch.setattr(egress.socket, "getaddrinfo", lambda *_, **__: infos)
    monkeypatch.setattr(egress, "getproxies", dict)


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "::ffff:10.0.0.1"])
def test_a_public_name_that_leads_inside_is_refused(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    answers(monkeypatch, "93.184.216.34", address)
    with pytest.raises(ConfigError):
        Guard().pinned("rebind.example.org", "https")


def test_what_was_checked_is_what_is_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    answers(monkeypatch, "2606:2800:220:1::1", "93.184.216.34")
    assert Guard().pinned("hook.example.org", "https") == "93.184.216.34"


def test_a_listed_host_is_exempt_and_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    guard = Guard.of(["Hook.Office.Local", "10.0.0.5", "[::1]"])
    answers(monkeypatch, "10.9.9.9")
    assert guard.pinned("hook.office.local", "http") == "hook.office.local"
    assert guard.pinned("10.0.0.5", "http") == "10.0.0.5"
    assert guard.pinned("::1", "http") == "::1"
    for host in ("10.0.0.6", "office.local", "other.example.org"):
        with pytest.raises(ConfigError):
            guard.pinned(host, "http")


@pytest.mark.parametrize(
    "address", ["json://127.0.0.1/x", "jsons://10.0.0.1/x", "json://localhost:8080/x", "gotify://192.168.0.9/token123"]
)
def test_such_an_address_cannot_be_saved(address: str) -> None:
    with pytest.raises(ConfigError) as caught:
        channel(address)
    assert "alert_allow_hosts" in caught.value.advice


def test_a_name_that_leads_inside_is_dead_when_sent_to(monkeypatch: pytest.MonkeyPatch, message: Message) -> None:
    answers(monkeypatch, "169.254.169.254")
    reply = channel("json://hook.example.org/x")(message, NOW, NOW)
    assert reply.state is SendState.DEAD
    assert "内部网络" in reply.text


def test_a_name_server_that_is_away_is_tried_again(monkeypatch: pytest.MonkeyPatch, message: Message) -> None:
    def away(*_: object, **__: object) -> None:
        raise socket.gaierror(-3, "Temporary failure in name resolution")

    monkeypatch.setattr(egress.socket, "getaddrinfo", away)
    monkeypatch.setattr(egress, "getproxies", dict)
    assert channel("json://hook.example.org/x")(message, NOW, NOW).state is SendState.RETRY


def test_no_robot_is_asked_more_often_than_it_takes() -> None:
    for service in SERVICES.values():
        assert service.max_parts <= service.rate.burst
    for scheme in ("wecombot", "dingtalk"):
        assert SERVICES[scheme].rate.burst + SERVICES[scheme].rate.per_minute <= 20
    for scheme in ("feishu", "lark"):
        assert SERVICES[scheme].rate.burst + SERVICES[scheme].rate.per_minute / 60 <= 5
        assert SERVICES[scheme].rate.burst + SERVICES[scheme].rate.per_minute <= 100


def test_one_robot_under_two_addresses_is_one(message: Message) -> None:
    assert robot_of("dingtalk://secret@Token1/") == robot_of("DINGTALK://Token1?format=text") == "dingtalk://Token1"
    wanted = demand("wecombot://key", message)
    assert wanted is not None
    assert wanted[1] == 1
    assert demand("mailto://x@y.test", message) is None
