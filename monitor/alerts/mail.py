"""E-mail through smtplib.

Apprise makes a new Message-ID for every attempt and keeps the server's reply code to itself (2.2.0: `prepare_emails` sets
`make_msgid()`, `AppriseSMTPController.sendmail` turns 421 and 550 alike into False). A repeated delivery must be one message to the eye,
and a permanent refusal must not be retried for a week; so the conversation is held here, and Apprise only reads the address.
"""

from __future__ import annotations

import contextlib
import smtplib
import socket
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from storage.domain.alerts import Message, Reply
from storage.domain.clock import CHINA
from storage.domain.enums import SendState

TIMEOUT_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Relay:
    """Where mail is handed over. `security` is none, starttls or tls."""

    host: str
    port: int
    security: str = "none"
    username: str = ""
    password: str = ""
    verify: bool = True


@dataclass(frozen=True, slots=True)
class MailChannel:
    """One relay, one sender, some recipients (addresses as `name <a@b>` pairs are split before)."""

    relay: Relay
    sender: tuple[str, str]
    recipients: tuple[str, ...]
    timeout: float = TIMEOUT_SECONDS

    def send(self, message: Message, created_at: datetime) -> Reply:
        """One attempt. What the server may have taken before the line broke is `unknown`: it is sent again with the same Message-ID."""
        mail = compose(message, self.sender, self.recipients, created_at)
        try:
            with _session(self.relay, self.timeout) as smtp:
                refused = self._envelope(smtp)
                if len(refused) == len(self.recipients):
                    return _refusal(refused, accepted=())
                return self._data(smtp, mail, refused)
        except smtplib.SMTPResponseException as error:
            return _response(error)
        except (OSError, smtplib.SMTPException) as error:
            return Reply(SendState.RETRY, f"{type(error).__name__}: {error}", timed_out=_timed_out(error))

    def _envelope(self, smtp: smtplib.SMTP) -> dict[str, tuple[int, bytes]]:
        code, text = smtp.mail(self.sender[1])
        if code != 250:
            raise smtplib.SMTPSenderRefused(code, text, self.sender[1])
        refused = {}
        for recipient in self.recipients:
            code, text = smtp.rcpt(recipient)
            if code not in {250, 251}:
                refused[recipient] = (code, text)
        return refused

    def _data(self, smtp: smtplib.SMTP, mail: bytes, refused: Mapping[str, tuple[int, bytes]]) -> Reply:
        try:
            code, text = smtp.data(mail)
        except smtplib.SMTPDataError as error:
            return _response(error)
        except (OSError, smtplib.SMTPException) as error:
            return Reply(SendState.UNKNOWN, f"{type(error).__name__}: {error}", timed_out=_timed_out(error))
        if code != 250:
            return _response(smtplib.SMTPDataError(code, text))
        accepted = tuple(one for one in self.recipients if one not in refused)
        return _refusal(refused, accepted) if refused else Reply(SendState.ACCEPTED, f"{code} {_text(text)}")


def compose(message: Message, sender: tuple[str, str], recipients: tuple[str, ...], created_at: datetime) -> bytes:
    """The mail as bytes, the same on every attempt. Raises ValueError for a subject that would start a new header."""
    if any(character in message.subject + message.message_id for character in "\r\n"):
        raise ValueError("a header must be one line")
    mail = EmailMessage(policy=SMTP)
    mail["Subject"] = message.subject
    mail["From"] = Address(display_name=sender[0], addr_spec=sender[1])
    mail["To"] = ", ".join(recipients)
    mail["Date"] = format_datetime(created_at.astimezone(CHINA))
    mail["Message-ID"] = message.message_id
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Nianbao-Reference"] = message.reference
    if message.unsubscribe:
        mail["List-Unsubscribe"] = f"<{message.unsubscribe}>"
        if message.unsubscribe.startswith("https://"):  # RFC 8058 allows one-click only there
            mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail.set_content(message.body_text, cte="base64")
    if message.body_html:
        mail.add_alternative(message.body_html, subtype="html", cte="base64")
        inner = mail.get_payload()
        assert isinstance(inner, list)
        mail.set_boundary(f"=_{message.message_id.strip('<>').split('@')[0]}")
    return mail.as_bytes()


@contextlib.contextmanager
def _session(relay: Relay, timeout: float) -> Iterator[smtplib.SMTP]:
    context = ssl.create_default_context()
    if not relay.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    name = socket.gethostname() or "localhost"
    if relay.security == "tls":
        smtp: smtplib.SMTP = smtplib.SMTP_SSL(relay.host, relay.port, local_hostname=name, timeout=timeout, context=context)
    else:
        smtp = smtplib.SMTP(relay.host, relay.port, local_hostname=name, timeout=timeout)
    try:
        smtp.ehlo_or_helo_if_needed()
        if relay.security == "starttls":
            smtp.starttls(context=context)
        if relay.username:
            smtp.login(relay.username, relay.password)
        yield smtp
    finally:
        # A broken goodbye changes nothing about what was accepted.
        with contextlib.suppress(OSError, smtplib.SMTPException):
            smtp.quit()
        smtp.close()


def _timed_out(error: BaseException) -> bool:
    """Whether the line was silent for too long: smtplib turns a wait that ended into a lost connection and keeps the cause."""
    return isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError)


def _response(error: smtplib.SMTPResponseException) -> Reply:
    """A refusal of the whole message: 5xx is for ever, except a failed login, which the operator mends."""
    text = f"{error.smtp_code} {_text(error.smtp_error)}"
    permanent = 500 <= error.smtp_code < 600 and not isinstance(error, (smtplib.SMTPAuthenticationError, smtplib.SMTPHeloError))
    return Reply(SendState.DEAD if permanent else SendState.RETRY, text)


def _refusal(refused: Mapping[str, tuple[int, bytes]], accepted: tuple[str, ...]) -> Reply:
    """Some or all recipients refused. One for-now refusal means trying again; known readers then get the same Message-ID twice."""
    text = "；".join(f"{recipient}: {code} {_text(reply)}" for recipient, (code, reply) in refused.items())
    text += f"；已接收：{'、'.join(accepted)}" if accepted else ""
    for_now = any(code < 500 for code, _ in refused.values())
    return Reply(SendState.RETRY if for_now else SendState.DEAD, text)


def _text(reply: bytes | str) -> str:
    return reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
