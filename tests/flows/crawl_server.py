"""A scriptable web server on loopback: answers by host and path, a log of every request with its time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self


@dataclass(frozen=True)
class Served:
    """One answer. `chunks` sends a body without a length, piece by piece."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    wait: float = 0.0
    endless: bool = False


@dataclass(frozen=True)
class Hit:
    """One request as it arrived."""

    host: str
    path: str
    began: float
    ended: float
    headers: Mapping[str, str]


class Web:
    """Pages by `host/path`; a callable gets the request's path. Everything else is 404. `cookies` is what each request showed."""

    def __init__(self) -> None:
        self.pages: dict[str, Served | Callable[[str], Served]] = {}
        self.hits: list[Hit] = []
        self.cookies: list[str] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    @property
    def target(self) -> str:
        return f"127.0.0.1:{self._server.server_address[1]}"

    def put(self, address: str, text: str, status: int = 200, **headers: str) -> None:
        """One HTML page."""
        self.pages[address] = Served(text.encode(), status, {"Content-Type": "text/html; charset=utf-8", **headers})

    def paths(self, host: str = "") -> list[str]:
        return [hit.path for hit in self.hits if not host or hit.host == host]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=10)


def _handler(web: Web) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            began = time.monotonic()
            host = (self.headers.get("Host") or "").split(":")[0]
            found = web.pages.get(f"{host}{self.path}", Served(b"<title>404</title>", 404, {"Content-Type": "text/html"}))
            web.cookies.append(self.headers.get("Cookie", ""))
            answer = found(self.path) if callable(found) else found
            time.sleep(answer.wait)
            try:
                self._send(answer)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True
            web.hits.append(Hit(host, self.path, began, time.monotonic(), dict(self.headers.items())))

        do_POST = do_GET  # noqa: N815 (interface)

        def _send(self, answer: Served) -> None:
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            if answer.endless:
                self.send_header("Connection", "close")
                self.end_headers()
                self.close_connection = True
                while True:
                    self.wfile.write(b"x" * 65536)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (interface)
            """Quiet."""

    return Handler
