"""From an address to a way of sending: the only module that imports Apprise.

Addresses are Apprise's. Mail, `json://` and the four Chinese robots are sent by our own senders (why: their modules); everything else
goes through Apprise, one address per call, text in, `result.status` read. Nothing here raises for what a service does: an attempt ends
in a Reply.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.utils import parseaddr
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import apprise

from monitor import logs
from monitor.alerts.egress import Guard
from monitor.alerts.mail import MailChannel, Relay
from monitor.alerts.robots import SERVICES, RobotChannel, parts_of
from monitor.alerts.webhook import WebhookChannel
from storage.domain.alerts import Message, Reply
from storage.domain.enums import SendState
from storage.domain.errors import ConfigError
from storage.send_rates import Rate

Send = Callable[[Message, datetime, datetime], Reply]
"""(message, created_at, now) to what became of it."""

MIN_SECRET = 4
"""Shorter pieces (a path of `/a`) would blot out ordinary words of a service's answer."""

REFUSED_SCHEMES = {
    "wecom": "wecom:// 会把消息交给第三方转发服务（PushPlus），并不是企业微信",
}


@dataclass(frozen=True, slots=True)
class MailDefaults:
    """The installation's own relay, for destinations that are a bare e-mail address."""

    relay: Relay
    sender: str


def channel(address: str, mail: MailDefaults | None = None, guard: Guard | None = None) -> Send:
    """The way of sending to `address`. Raises ConfigError, without the address in it, where there is none, or it leads inside."""
    address, guard = address.strip(), guard or Guard()
    logs.learn(secrets_of(address))
    scheme = address.partition("://")[0].lower() if "://" in address else ""
    if scheme in REFUSED_SCHEMES:
        raise ConfigError(f"不接受该地址：{REFUSED_SCHEMES[scheme]}", advice="企业微信群机器人请使用 wecombot://<机器人key>。")
    if not scheme:
        return _bare_mail(address, mail)
    plugin = _plugin(address)
    if plugin is None:
        raise ConfigError(f"无法识别的通知地址（{scheme}://…）", advice="请核对地址格式；见 Apprise 的服务列表。")
    if scheme in {"mailto", "mailtos"}:
        return _mail(plugin)
    if scheme in {"json", "jsons"}:
        return _webhook(plugin, address, guard)
    if scheme in SERVICES:
        return _robot(plugin, scheme, guard)
    # Of the other services only hosts that say so themselves are refused: for many of them the "host" is a token, and asking a name
    # server for it would give it away. A mail relay is often inside the office, and only speaks SMTP: it is not guarded.
    guard.refuse_inner(str(plugin.host or ""))
    return _any(plugin)


def demand(address: str, message: Message) -> tuple[Rate, int] | None:
    """How often the service of that address may be asked and how many requests the message makes; None where no limit is known."""
    service = SERVICES.get(address.strip().partition("://")[0].lower())
    return None if service is None else (service.rate, len(parts_of(message, service)))


def robot_of(address: str) -> str:
    """What two addresses of one robot have in common: the service and the token, without signing secret and options."""
    scheme, _, rest = address.strip().partition("://")
    return f"{scheme.lower()}://{rest.partition('?')[0].strip('/').rpartition('@')[2]}"


def line_of(address: str, mail: MailDefaults | None = None) -> str:
    """What the addresses that would wait for one and the same service have in common: a relay's or a receiver's host, a robot's service."""
    address = address.strip()
    scheme = address.partition("://")[0].lower() if "://" in address else ""
    if not scheme:
        return "" if mail is None else f"smtp://{mail.relay.host}:{mail.relay.port}"
    if scheme in {"mailto", "mailtos"}:
        plugin = _plugin(address)
        return address if plugin is None else f"smtp://{plugin.smtp_host}:{plugin.port or ''}"
    if scheme in {"json", "jsons"}:
        return f"{scheme}://{urlsplit(address).netloc.rpartition('@')[2]}"
    return f"{scheme}://" if scheme in SERVICES else address


def _plugin(address: str) -> Any:
    """Apprise's reading of an address, None where it has none. Its first call loads all its plugins, which import deprecated modules."""
    said = logging.getLogger("apprise")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        # What it makes of a wrong address it says in English, with the address in it; whoever asked says so in the user's words.
        said.addFilter(_nothing)
        try:
            return apprise.Apprise.instantiate(address, suppress_exceptions=True)
        finally:
            said.removeFilter(_nothing)


def _nothing(_: object) -> bool:
    return False


def secrets_of(address: str) -> tuple[str, ...]:
    """Everything in an address that may be secret, longest first; for redaction."""
    parts = urlsplit(address)
    found = {parts.username or "", parts.password or "", *parts.path.split("/")}
    if parts.scheme.lower() not in {"mailto", "mailtos", "json", "jsons"}:
        found.add(parts.netloc.rpartition("@")[2])  # for chat services the "host" is a token
    # Sender and recipients of a mail address are no secret, and the operator needs to see who was refused.
    values = {value for values in parse_qs(parts.query).values() for value in values if "@" not in value}
    found |= values | {unquote(one) for one in found}
    return tuple(sorted((one for one in found if len(one) >= MIN_SECRET), key=len, reverse=True))


def redacted(text: str, address: str) -> str:
    """Text of a service or an exception without anything secret of the address or the installation, on one line, bounded."""
    for secret in secrets_of(address):
        text = text.replace(secret, "****")
    return " ".join(logs.redact(text).split())[:500]


def _bare_mail(address: str, mail: MailDefaults | None) -> Send:
    name_and_address = parseaddr(address.removeprefix("mailto:"))
    if "@" not in name_and_address[1]:
        raise ConfigError("无法识别的通知地址", advice="请填写邮箱地址，或 Apprise 格式的地址（如 wecombot://…、json://…）。")
    if mail is None or not mail.relay.host:
        raise ConfigError("尚未配置发信服务器", advice="请设置 smtp_host、mail_from 等配置项，或改用 mailto:// 形式的完整地址。")
    sender = MailChannel(mail.relay, parseaddr(mail.sender), (name_and_address[1],))
    return lambda message, created_at, _: sender.send(message, created_at)


def _mail(plugin: Any) -> Send:
    security = {"insecure": "none", "ssl": "tls", "starttls": "starttls"}[str(plugin.secure_mode)]
    port = plugin.port or {"none": 25, "tls": 465, "starttls": 587}[security]
    relay = Relay(plugin.smtp_host, port, security, plugin.user or "", plugin.password or "", plugin.verify_certificate)
    recipients = [address for _, address in plugin.targets] + sorted(plugin.cc | plugin.bcc)
    name, address = plugin.from_addr
    if not recipients or not address:
        raise ConfigError("邮件地址缺少收件人或发件人", advice="例：mailto://用户:口令@主机:端口?from=a@b&to=c@d")
    sender = MailChannel(relay, (name or "", address), tuple(dict.fromkeys(recipients)))
    return lambda message, created_at, _: sender.send(message, created_at)


def _webhook(plugin: Any, address: str, guard: Guard) -> Send:
    guard.refuse_inner(plugin.host)
    scheme = "https" if plugin.secure else "http"
    port = f":{plugin.port}" if plugin.port else ""
    key = parse_qs(urlsplit(address).query).get("hmac", [""])[0]
    sender = WebhookChannel(
        url=f"{scheme}://{plugin.host}{port}{plugin.fullpath or '/'}",
        hmac_key=key,
        user=plugin.user or "",
        password=plugin.password or "",
        headers=dict(plugin.headers),
        verify=plugin.verify_certificate,
        guard=guard,
    )
    return lambda message, _, __: sender.send(message)


def _robot(plugin: Any, scheme: str, guard: Guard) -> Send:
    token = plugin.key if scheme == "wecombot" else plugin.token
    sender = RobotChannel(SERVICES[scheme], token, getattr(plugin, "secret", "") or "", guard=guard)
    return lambda message, _, now: sender.send(message, now)


STATES = {
    apprise.AppriseResultStatus.SUCCESS: SendState.ACCEPTED,
    apprise.AppriseResultStatus.FAILURE: SendState.RETRY,
    apprise.AppriseResultStatus.PARTIAL: SendState.UNKNOWN,
    apprise.AppriseResultStatus.TIMEOUT: SendState.UNKNOWN,
    apprise.AppriseResultStatus.NOMATCH: SendState.DEAD,
}


def _any(plugin: Any) -> Send:
    def send(message: Message, _: datetime, __: datetime) -> Reply:
        caller = apprise.Apprise()
        if not caller.add(plugin):
            return Reply(SendState.DEAD, "地址未被接受")
        # Text in, always: Apprise escapes text for HTML services, and passes HTML and Markdown through as they are.
        result = caller.notify(body=message.body_text, title=message.subject, body_format=apprise.NotifyFormat.TEXT)
        said = " ".join(str(entry.message) for entry in result.logs() if entry.level in {"WARNING", "ERROR", "CRITICAL"})
        late = result.status is apprise.AppriseResultStatus.TIMEOUT
        return Reply(STATES[result.status], said or result.status.name, timed_out=late)

    return send
