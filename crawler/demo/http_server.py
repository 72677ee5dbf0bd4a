"""Simulated portals as one local HTTP server with virtual hosts, whatever they show: a function of day, host and request answers.

Use as a context manager. Every request is kept with its times, so that tests can judge manners.
"""

from __future__ import annotations

import hashlib
import logging
import select
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from email.utils import format_datetime, parsedate_to_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import parse_qsl, unquote, urlsplit

from crawler.demo.pages import Answer, Request

_LOG = logging.getLogger(__name__)
_MAX_FORM = 65_536
SLOW_SECONDS = 120.0
"""How long a slow host keeps a client waiting that does not hang up by itself."""


@dataclass(frozen=True, slots=True)
class Logged:
    """One request as it arrived and was answered. `at` and `until`, when the answer was ready, count seconds on one steady clock.

    `hung_up` means that the client had given up by then.
    """

    at: float
    until: float
    day: date
    host: str
    method: str
    path: str
    status: int
    size: int
    user_agent: str
    referer: str
    conditional: bool
    hung_up: bool = False


Answering = Callable[[date, str, Request], Answer]
"""What a host answers to a request on a day."""

Gate = Callable[[str, Request], Answer | None]
"""What a host answers to this request before anything is looked up, None where it lets it pass; it is called for every request."""


class SimulatedPortals:
    """A server of virtual hosts. Start with `with`, or `start()` and `stop()`; every method may be called from any thread.

    `names` are the hosts that answer, `silent` those that lead to a port which refuses, `six` those of `names` that have no other address
    than one of IPv6, where this machine has any.
    """

    def __init__(  # noqa: PLR0913 - what is odd about some hosts, by keyword
        self,
        answering: Answering,
        names: Iterable[str],
        today: date,
        *,
        silent: Iterable[str] = (),
        six: Iterable[str] = (),
        gate: Gate | None = None,
        port: int = 0,
    ) -> None:
        self._answering = answering
        self._gate, self._over_six = gate, tuple(six)
        self._six: _Server | None = None
        self._names = tuple(names)
        self._refusing = tuple(silent)
        self._day = today
        self._lock = threading.Lock()
        self._log: list[Logged] = []
        self._answers: dict[tuple[object, ...], Answer] = {}
        self._port = port
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None
        self._silent: socket.socket | None = None

    def start(self) -> Self:
        """Listen on a free port of 127.0.0.1 (or the one asked for). Raises OSError if it is taken."""
        self._server = _Server(("127.0.0.1", self._port), _Handler)
        self._server.portals = self
        self._port = self._server.server_address[1]
        # Bound but not listening: connections are refused, and nobody else can take the port meanwhile.
        self._silent = socket.socket()
        self._silent.bind(("127.0.0.1", 0))
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, name="simulated-portals", daemon=True
        )
        self._thread.start()
        self._six = _start_six(self) if self._over_six else None
        return self

    def stop(self) -> None:
        """Close the port and wait for the server's thread."""
        if self._server is not None and self._thread is not None:
            self._server.shutdown()
            self._thread.join(timeout=10)
            self._server.server_close()
        if self._six is not None:
            self._six.shutdown()
            self._six.server_close()
        if self._silent is not None:
            self._silent.close()
        self._six = None
        self._server = self._thread = self._silent = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    @property
    def port(self) -> int:
        """The port of all hosts that answer."""
        return self._port

    @property
    def hosts(self) -> dict[str, str]:
        """Where each host name leads: "127.0.0.1:port"."""
        if self._silent is None:
            raise RuntimeError("the simulated portals are not running")
        refusing = f"127.0.0.1:{self._silent.getsockname()[1]}"
        six = {} if self._six is None else dict.fromkeys(self._over_six, f"[::1]:{self._six.server_address[1]}")
        return dict.fromkeys(self._names, f"127.0.0.1:{self._port}") | dict.fromkeys(self._refusing, refusing) | six

    @property
    def today(self) -> date:
        """The simulated day."""
        with self._lock:
            return self._day

    def advance(self, day: date) -> None:
        """Make it that day: later reports appear, edits and withdrawals of up to that day have happened."""
        with self._lock:
            if day != self._day:
                self._answers.clear()
            self._day = day

    @property
    def log(self) -> tuple[Logged, ...]:
        """All requests so far, oldest first."""
        with self._lock:
            return tuple(self._log)

    def respond(self, host: str, request: Request) -> tuple[Answer, date]:
        """The answer of that host today; answers of one day are made once."""
        day = self.today
        if self._gate is not None and (stopped := self._gate(host, request)) is not None:
            return stopped, day
        key = (
            day,
            host,
            request.method,
            request.path,
            *sorted(request.query.items()),
            *sorted(request.form.items()),
            request.body,
            request.headers.get("referer"),
            request.headers.get("cookie"),
        )
        with self._lock:
            known = self._answers.get(key)
        if known is None:
            known = self._answering(day, host, request)
            with self._lock:
                if known.status == 200:
                    self._answers[key] = known
        return known, day

    def note(self, logged: Logged) -> None:
        """Keep one request in the log."""
        with self._lock:
            self._log.append(logged)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256
    portals: SimulatedPortals

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hung up is no fault of the server; anything else is told as ever."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class _ServerOverSix(_Server):
    address_family = socket.AF_INET6


def _start_six(portals: SimulatedPortals) -> _Server | None:
    """The same portals at an address of IPv6; None on a machine that has none."""
    try:
        server = _ServerOverSix(("::1", 0), _Handler)
    except OSError:
        return None
    server.portals = portals
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, name="portals-over-six", daemon=True).start()
    return server


class _Handler(BaseHTTPRequestHandler):
    """Reads a request, asks the portals, honours conditional requests."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server
    timeout = 30

    def do_GET(self) -> None:
        self._serve(b"")

    def do_HEAD(self) -> None:
        self._serve(b"")

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        if length > _MAX_FORM:
            self.send_error(413)
            return
        self._serve(self.rfile.read(length))

    def _serve(self, body: bytes) -> None:
        at = time.monotonic()
        parts = urlsplit(self.path)
        is_form = "json" not in self.headers.get("Content-Type", "")
        form = dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)) if is_form else {}
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        method = "POST" if self.command == "POST" else "GET"
        request = Request(method, unquote(parts.path), query, form, body, {name.lower(): value for name, value in self.headers.items()})
        host = (self.headers.get("Host") or "").partition(":")[0].lower()
        found, day = self.server.portals.respond(host, request)
        tag = f'"{hashlib.sha256(found.body).hexdigest()[:32]}"'
        unchanged = found.status == 200 and self._unchanged(found, tag)
        status = 304 if unchanged else found.status
        answered = b"" if unchanged else found.body
        # Before the answer leaves: whoever has the answer finds the request in the log.
        self.server.portals.note(self._logged(at, day, host, status, len(answered)))
        if found.manner:
            self._misbehave(found, answered)
            return
        self.send_response(status)
        for name, value in self._headers(found, tag).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answered)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answered)

    def _misbehave(self, found: Answer, body: bytes) -> None:
        """Break off, cut short, or be slow; the connection ends in each case."""
        self.close_connection = True
        if found.manner == "slow":
            # Until the client gives up, however busy the machine is; any that never does gets an answer.
            self._wait_for_hang_up(SLOW_SECONDS)
        if found.manner == "reset":
            # Lingering for no time makes the kernel send a reset instead of a proper end.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
            return
        self.send_response(found.status)
        self.send_header("Content-Type", found.media_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if found.manner == "cut" else body)

    def _wait_for_hang_up(self, limit: float) -> bool:
        """Whether the client closed its end within so many seconds; nothing more is expected of it on this connection."""
        try:
            readable, _, _ = select.select([self.connection], [], [], limit)
            return bool(readable) and not self.connection.recv(1, socket.MSG_PEEK)
        except (OSError, ValueError):
            return True

    def _unchanged(self, found: Answer, tag: str) -> bool:
        if "If-None-Match" in self.headers:
            return tag in self.headers["If-None-Match"]
        since = self.headers.get("If-Modified-Since")
        if since is None or found.last_modified is None:
            return False
        try:
            return found.last_modified <= parsedate_to_datetime(since)
        except ValueError:
            return False

    def _headers(self, found: Answer, tag: str) -> dict[str, str]:
        headers = {"Content-Type": found.media_type, **found.headers}
        if found.status == 200:
            headers["ETag"] = tag
        if found.last_modified is not None:
            headers["Last-Modified"] = format_datetime(found.last_modified, usegmt=True)
        return headers

    def _logged(self, at: float, day: date, host: str, status: int, size: int) -> Logged:
        conditional = "If-None-Match" in self.headers or "If-Modified-Since" in self.headers
        agent, referer = self.headers.get("User-Agent", ""), self.headers.get("Referer", "")
        gone = self._wait_for_hang_up(0.0)
        return Logged(at, time.monotonic(), day, host, self.command, self.path, status, size, agent, referer, conditional, gone)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
        _LOG.debug(format, *args)
