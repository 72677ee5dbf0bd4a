"""The log of the service: one line per thing that happened, as JSON (`log_json`) or for reading, on standard error.

Every line carries what it was done for (`loop`, `run_id`, `outbox_id`, `body`), and none a secret: values that the installation was told
are blotted out wherever they turn up, in messages and tracebacks of libraries, too. Neighbours: `monitor.alerts.channels` tells which parts
of a destination's address are secret; a crawl's child says its lines to its parent, which writes them here under the run's number.
"""

from __future__ import annotations

import logging
import re
import sys
import threading
from collections.abc import Iterable, MutableMapping, Sequence
from typing import Any, TextIO
from urllib.parse import unquote, urlsplit

import structlog
from pydantic import SecretStr
from structlog.typing import Processor

from storage.domain.errors import ConfigError
from storage.settings import Settings

BLOT = "****"
SHORTEST = 6
"""Shorter values are words that stand in every second line; nobody should trust them as a secret either."""

CHATTY = ("alembic", "apprise", "httpx", "httpcore", "apscheduler", "asyncio", "urllib3", "multipart", "PIL")
"""Libraries that tell each request, with its address, at the level of information."""

_CREDENTIALS = re.compile(r"(?<=://)([^/\s:@]*):[^/\s@]+@")
_NAMED = re.compile(
    r"(?i)((?<![\w-])[\w-]*(?:token|secret|passw(?:or)?d|pwd)[\w-]*(?:=|\"?'?\s*[:：]\s*\"?'?)|(?<![\w-])[\w-]*(?:key|hmac|sign|signature)=)"
    r"([^\s&\"',;]{4,})"
)

_SECRET_NAME = re.compile(r"(?i)token|secret|passw(?:or)?d|pwd|authorization|cookie")

_known: dict[str, None] = {}
_lock = threading.Lock()


def learn(values: Iterable[str]) -> None:
    """These are secret from now on, in this process."""
    with _lock:
        for value in values:
            if len(value) >= SHORTEST:
                _known[value] = None
                _known[unquote(value)] = None


def redact(text: str) -> str:
    """The text without anything secret: what was learnt, credentials in addresses, values named token, key, password and the like."""
    for secret in sorted(_known.copy(), key=len, reverse=True):
        if secret in text:
            text = text.replace(secret, BLOT)
    return _NAMED.sub(rf"\1{BLOT}", _CREDENTIALS.sub(rf"\1:{BLOT}@", text))


def secrets_in(settings: Settings) -> tuple[str, ...]:
    """What the configuration holds that nobody may read in a log."""
    found: list[str] = []
    for name in type(settings).model_fields:
        value = getattr(settings, name)
        if isinstance(value, SecretStr):
            secret = value.get_secret_value()
            found += [secret, *_parts(secret)] if "://" in secret else [secret]
        elif isinstance(value, str) and "://" in value:
            found.append(urlsplit(value).password or "")
            found += [pair.partition("=")[2] for pair in urlsplit(value).query.split("&")]
    return tuple(one for one in found if one)


def _parts(address: str) -> list[str]:
    """Of an address that is secret as a whole: its path and the values it carries."""
    parts = urlsplit(address)
    return [parts.password or "", *parts.path.split("/"), *(pair.partition("=")[2] for pair in parts.query.split("&"))]


def configure(settings: Settings, stream: TextIO | None = None, *, troubles_only: bool = False) -> None:
    """Let everything in this process, our own lines and those of libraries, go out this way. Raises ConfigError for an unknown level.

    With `troubles_only` no line below a warning, whatever the level: for commands, which have people in front of them.
    """
    level = logging.getLevelNamesMapping().get(settings.log_level.upper())
    if level is None:
        raise ConfigError(f"未知的日志级别：{settings.log_level}", advice="log_level 可取 debug、info、warning、error、critical。")
    level = max(level, logging.WARNING) if troubles_only else level
    learn(secrets_in(settings))
    handler = _Ours(stream)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=_BEFORE, processors=_last(json=settings.log_json)))
    root = logging.getLogger()
    root.handlers[:] = [kept for kept in root.handlers if not isinstance(kept, _Ours)]
    root.addHandler(handler)
    root.setLevel(level)
    for name in CHATTY:
        logging.getLogger(name).setLevel(max(level, logging.WARNING))


_BEFORE: tuple[Processor, ...] = (
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
)

# Our lines go the way of everybody else's from the first import on: unconfigured, structlog would print them on standard output, which
# belongs to what a command was asked for.
structlog.configure(
    processors=[
        structlog.stdlib.filter_by_level,
        *_BEFORE,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    wrapper_class=structlog.stdlib.BoundLogger,
    cache_logger_on_first_use=False,
)


def logger(name: str) -> structlog.stdlib.BoundLogger:
    """The logger of a module, which goes this way wherever it is used."""
    made: structlog.stdlib.BoundLogger = structlog.get_logger(name)
    return made


class _Ours(logging.Handler):
    """Writes to the stream given, else to whatever standard error is at that moment; configuring anew replaces it and no other's."""

    def __init__(self, stream: TextIO | None) -> None:
        super().__init__()
        self._stream = stream

    def emit(self, record: logging.LogRecord) -> None:
        """One line, whole, and out at once."""
        try:
            stream = self._stream or sys.stderr
            stream.write(self.format(record) + "\n")
            stream.flush()
        except Exception:  # noqa: BLE001 - a log that cannot be written must not stop the work it tells of
            self.handleError(record)


def _last(*, json: bool) -> Sequence[Processor]:
    renderer: Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False, default=str)
        if json
        else structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    )
    forget = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    return [forget, structlog.processors.format_exc_info, _without_secrets, renderer]


def _without_secrets(_logger: Any, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    cleaned: dict[str, Any] = _clean(dict(line))
    return cleaned


def _clean(value: Any) -> Any:
    if isinstance(value, bool | int | float | None):
        return value
    if isinstance(value, dict):
        return {redact(str(key)): BLOT if _SECRET_NAME.search(str(key)) and one else _clean(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(one) for one in value]
    return redact(str(value))
