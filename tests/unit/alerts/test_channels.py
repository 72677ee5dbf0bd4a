from __future__ import annotations

import json
import re
from dataclasses import replace
from email import message_from_bytes, policy
from pathlib import Path

import httpx
import pytest

from monitor.alerts.channels import channel, redacted
from monitor.alerts.links import unsubscribe_link
from monitor.alerts.mail import compose
from monitor.alerts.robots import DINGTALK, FEISHU, MAX_PARTS, WECOM, ByCode, split
from monitor.alerts.webhook import payload, signature
from storage.domain.alerts import Destination, Message
from storage.domain.enums import Audience, SendState
from storage.domain.errors import ConfigError
from tests.unit.alerts.conftest import NOW

SENDER = ("年报监测", "from@x.test")


def test_mail_is_the_same_bytes_on_every_attempt(message: Message) -> None:
    first = compose(message, SENDER, ("to@x.test",), NOW)
    assert first == compose(message, SENDER, ("to@x.test",), NOW)
    mail = message_from_bytes(first, policy=policy.default)
    assert mail["Message-ID"] == message.message_id
    assert mail["Subject"] == message.subject
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    assert mail.get_body(("plain",)).get_content().replace("\r\n", "\n") == message.body_text


@pytest.mark.parametrize(("public", "one_click"), [("https://nianbao.test", True), ("http://10.0.0.1:8700", False)])
def test_a_mail_says_how_to_unsubscribe_in_headers_every_program_reads(message: Message, public: str, one_click: bool) -> None:
    office = Destination(7, "办公室", "to@x.test", Audience.OVERSIGHT)
    link = unsubscribe_link(office, b"k" * 32, public + "/")
    raw = compose(replace(message, unsubscribe=link), SENDER, ("to@x.test",), NOW)
    (header,) = re.findall(rb"^List-Unsubscribe:\s+<([!-~]+)>\r$", raw, re.MULTILINE)  # folded at most, never encoded
    assert header.decode() == link
    assert link.startswith(f"{public}/unsubscribe/7.")
    assert (b"List-Unsubscribe-Post: List-Unsubscribe=One-Click" in raw) is one_click
    for other in (replace(office, address="wecombot://key"), replace(office, audience=Audience.OPERATOR)):
        assert unsubscribe_link(other, b"k" * 32, public) == ""
    assert unsubscribe_link(replace(office, address="new@x.test"), b"k" * 32, public) != link


@pytest.mark.parametrize("character", ["\n", "\r", "\r\nBcc: x@y.test"])
def test_a_subject_cannot_start_a_header(character: str) -> None:
    bad = Message(1, "k", "r", "<a@b>", f"主题{character}", "x")
    with pytest.raises(ValueError, match="one line"):
        compose(bad, SENDER, ("to@x.test",), NOW)


def test_wecom_of_a_third_party_is_refused_with_the_right_scheme_named() -> None:
    with pytest.raises(ConfigError) as caught:
        channel("wecom://some-token")
    assert "PushPlus" in caught.value.message
    assert "wecombot://" in caught.value.advice


@pytest.mark.parametrize("address", ["", "nobody", "nosuchscheme://x/y", "mailto://", "to@x.test"])
def test_an_address_that_cannot_be_used_is_refused(address: str) -> None:
    with pytest.raises(ConfigError) as caught:
        channel(address)
    assert len(address) < 11 or address not in caught.value.message


@pytest.mark.parametrize(
    ("service", "answer", "state"),
    [
        (WECOM, {"errcode": 0, "errmsg": "ok"}, SendState.ACCEPTED),
        (WECOM, {"errcode": 93000, "errmsg": "invalid webhook url"}, SendState.DEAD),
        (WECOM, {"errcode": 45009, "errmsg": "api freq out of limit"}, SendState.RETRY),
        (WECOM, {}, SendState.RETRY),
        (WECOM, [], SendState.RETRY),
        (DINGTALK, {"errcode": 310000, "errmsg": "keywords not in content"}, SendState.DEAD),
        (DINGTALK, {"errcode": 0}, SendState.ACCEPTED),
        (FEISHU, {"code": 19001, "msg": "param invalid"}, SendState.DEAD),
        (FEISHU, {"StatusCode": 0, "StatusMessage": "success"}, SendState.ACCEPTED),
        (FEISHU, {"code": 9499, "msg": "too many request"}, SendState.RETRY),
    ],
)
def test_the_robots_own_code_decides(service: object, answer: object, state: SendState) -> None:
    response = httpx.Response(200, json=answer)
    assert ByCode(service)(response).state is state  # type: ignore[arg-type]


def test_a_robots_page_that_is_no_json_is_not_acceptance() -> None:
    assert ByCode(WECOM)(httpx.Response(200, text="<html>login</html>")).state is SendState.RETRY


@pytest.mark.parametrize("text", ["短", "行\n" * 3000, "字" * 5000, "", "🙂" * 900 + "\n" + "a" * 4000])
def test_robot_text_is_split_by_bytes(text: str) -> None:
    parts = split(text, 2048)
    assert 1 <= len(parts) <= MAX_PARTS
    assert all(len(part.encode()) <= 2048 for part in parts)
    if len(parts) < MAX_PARTS:
        marks = [f"（{n}/{len(parts)}）" for n in range(1, len(parts) + 1)] if len(parts) > 1 else [""]
        assert "".join(part.removeprefix(mark) for part, mark in zip(parts, marks, strict=True)) == text.strip("\n")


def test_a_webhook_body_is_deterministic_and_signed(message: Message) -> None:
    body = payload(message)
    assert body == payload(message)
    assert json.loads(body)["events"] == [3, 4]
    # The example of RFC 4231 style test vectors in wide use: key "key", the pangram.
    known = "f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8"
    assert signature("key", b"The quick brown fox jumps over the lazy dog") == f"sha256={known}"


@pytest.mark.parametrize(
    ("address", "secret"),
    [
        ("wecombot://abcdef-123456", "abcdef-123456"),
        ("dingtalk://SECRETSECRET@tokentoken/", "SECRETSECRET"),
        ("json://user:passw0rd@hook.test/path-token?hmac=keykey", "passw0rd"),
        ("json://user:passw0rd@hook.test/path-token?hmac=keykey", "keykey"),
        ("mailto://user:p%40ssword@smtp.test?from=a@x.test&to=b@x.test", "p@ssword"),
    ],
)
def test_no_secret_of_an_address_survives_redaction(address: str, secret: str) -> None:
    text = redacted(f"failed for {address} with\nkey {secret}", address)
    assert secret not in text
    assert "\n" not in text


def test_only_channels_imports_apprise() -> None:
    root = Path(__file__).parents[3]
    users = [
        path
        for folder in ("monitor", "crawler", "storage")
        for path in (root / folder).rglob("*.py")
        if "import apprise" in path.read_text("utf-8")
    ]
    assert [path.name for path in users] == ["channels.py"]
