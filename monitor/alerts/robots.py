"""The four Chinese group robots: 企业微信, 钉钉, 飞书, Lark.

They answer HTTP 200 with an error code in the body; Apprise 2.2.0 calls that success (checked against a local stub) and sends a body
longer than the service takes. So the text is split by bytes here, and the service's own code decides.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import quote_plus

import httpx

from monitor.alerts.egress import Guard
from monitor.alerts.webhook import Connection, Judge, post
from storage.domain.alerts import Message, Reply
from storage.domain.enums import SendState
from storage.send_rates import Rate

MAX_PARTS = 5
"""A message that needs more parts than this is cut and says so."""

TWENTY_A_MINUTE = Rate(burst=10, per_minute=10)
"""What 企业微信 and 钉钉 take from one robot; 钉钉 shuts a robot out for ten minutes when it sends more."""

FIVE_A_SECOND = Rate(burst=4, per_minute=60)
"""飞书 takes 5 a second and 100 a minute."""

CUT = "\n（内容过长，其余请见系统页面）"


@dataclass(frozen=True, slots=True)
class Service:
    """What is particular to one robot service. `codes` are the names of its error field, `dead` codes that trying again cannot mend."""

    endpoint: str
    limit_bytes: int
    text_key: tuple[str, str, str]
    codes: tuple[str, ...]
    dead: frozenset[int]
    rate: Rate = TWENTY_A_MINUTE
    max_parts: int = MAX_PARTS


WECOM = Service(
    "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={token}",
    2048,
    ("msgtype", "text", "content"),
    ("errcode",),
    frozenset({93000, 40008, 40058}),
)
DINGTALK = Service(
    "https://oapi.dingtalk.com/robot/send?access_token={token}",
    18000,
    ("msgtype", "text", "content"),
    ("errcode",),
    frozenset({300001, 300005, 310000, 400013, 400101, 400102}),
)
FEISHU = Service(
    "https://open.feishu.cn/open-apis/bot/v2/hook/{token}",
    18000,
    ("msg_type", "content", "text"),
    ("code", "StatusCode"),
    frozenset({19001, 19021, 19022, 19024}),
    FIVE_A_SECOND,
    4,
)
LARK = Service(
    "https://open.larksuite.com/open-apis/bot/v2/hook/{token}", 18000, FEISHU.text_key, FEISHU.codes, FEISHU.dead, FIVE_A_SECOND, 4
)

SERVICES: Mapping[str, Service] = {"wecombot": WECOM, "dingtalk": DINGTALK, "feishu": FEISHU, "lark": LARK}


@dataclass(frozen=True, slots=True)
class RobotChannel:
    """One group robot. `secret` is DingTalk's signing secret; `endpoint` replaces the service's address (tests, private gateways)."""

    service: Service
    token: str
    secret: str = ""
    endpoint: str = ""
    timeout: float = 20.0
    guard: Guard = field(default_factory=Guard)

    def send(self, message: Message, now: datetime) -> Reply:
        """All parts in order; the first that is not accepted ends the attempt."""
        reply = Reply(SendState.RETRY, "")
        parts = parts_of(message, self.service)
        for position, part in enumerate(parts):
            reply = post(
                self._url(now), self._body(part), HEADERS, Connection(timeout=self.timeout, guard=self.guard), judge=ByCode(self.service)
            )
            if reply.state is not SendState.ACCEPTED:
                # Parts before this one are in the group already: say so, the next attempt repeats them.
                suffix = f"（第{position + 1}/{len(parts)}段）" if len(parts) > 1 else ""
                return Reply(reply.state, reply.text + suffix, reply.timed_out)
        return reply

    def _url(self, now: datetime) -> str:
        url = (self.endpoint or self.service.endpoint).format(token=self.token)
        if not self.secret:
            return url
        stamp = str(int(now.timestamp() * 1000))
        digest = hmac.new(self.secret.encode(), f"{stamp}\n{self.secret}".encode(), hashlib.sha256).digest()
        return f"{url}&timestamp={stamp}&sign={quote_plus(base64.b64encode(digest))}"

    def _body(self, text: str) -> bytes:
        kind, outer, inner = self.service.text_key
        return json.dumps({kind: "text", outer: {inner: text}}, ensure_ascii=False).encode()


HEADERS = {"Content-Type": "application/json; charset=utf-8"}


class ByCode(Judge):
    """Judge by the service's own code: only a code of 0 in a JSON answer is acceptance."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def __call__(self, response: httpx.Response) -> Reply:
        """2xx alone is no acceptance here."""
        by_status = super().__call__(response)
        if by_status.state is not SendState.ACCEPTED:
            return by_status
        code = self._code(response)
        if code == 0:
            return by_status
        return Reply(SendState.DEAD if code in self._service.dead else SendState.RETRY, by_status.text)

    def _code(self, response: httpx.Response) -> int | None:
        try:
            answer = response.json()
        except ValueError:
            return None
        values = [answer.get(name) for name in self._service.codes] if isinstance(answer, dict) else []
        return next((value for value in values if isinstance(value, int)), None)


def parts_of(message: Message, service: Service) -> tuple[str, ...]:
    """The requests one message makes."""
    return split(message.body_text, service.limit_bytes, service.max_parts)


def split(text: str, limit_bytes: int, max_parts: int = MAX_PARTS) -> tuple[str, ...]:
    """Text in parts of at most `limit_bytes` UTF-8 bytes, at line ends where possible; at most `max_parts`, the last saying it was cut."""
    room = limit_bytes - 16  # for the "（1/5）" mark
    parts, current = [], ""
    for line in text.strip("\n").splitlines(keepends=True):
        for piece in _pieces(line, room):
            if current and len((current + piece).encode()) > room:
                parts.append(current)
                current = ""
            current += piece
    parts.append(current)
    if len(parts) > max_parts:
        last = _pieces(parts[max_parts - 1].rstrip("\n"), room - len(CUT.encode()))[0] + CUT
        parts = [*parts[: max_parts - 1], last]
    if len(parts) == 1:
        return (parts[0],)
    return tuple(f"（{number}/{len(parts)}）{part}" for number, part in enumerate(parts, 1))


def _pieces(line: str, room: int) -> list[str]:
    """One line cut at whole characters."""
    pieces: list[str] = []
    current: list[str] = []
    size = 0
    for character in line:
        width = len(character.encode())
        if size + width > room:
            pieces.append("".join(current))
            current, size = [], 0
        current.append(character)
        size += width
    return [*pieces, "".join(current)]
