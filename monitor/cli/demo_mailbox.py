"""A mailbox on this machine for the demo: a small SMTP server on loopback that keeps every message as a file and sends nothing on.

It knows what a sender needs (RFC 5321 4.5.1: EHLO, HELO, MAIL, RCPT, DATA, RSET, NOOP, QUIT, VRFY) and refuses the rest.
"""

from __future__ import annotations

import socketserver
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

MAX_MESSAGE_BYTES = 10 * 1024 * 1024
MAX_LINE_BYTES = 8192
IDLE_SECONDS = 30.0


class Mailbox:
    """Context manager: listens on a free loopback port and writes `<folder>/0001.eml` and so on, whole or not at all."""

    def __init__(self, folder: Path, port: int = 0) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", port), _Session)
        self._server.mailbox = self
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self._server.server_address[1])

    def messages(self) -> list[Path]:
        """Files of the messages received, oldest first."""
        return sorted(self.folder.glob("*.eml"))

    def keep(self, data: bytes) -> None:
        """Store one message under the next number."""
        with self._lock:
            number = len(self.messages()) + 1
            unfinished = self.folder / f".{number:04d}.part"
            unfinished.write_bytes(data)
            unfinished.rename(self.folder / f"{number:04d}.eml")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=5)


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    mailbox: Mailbox


class _Session(socketserver.StreamRequestHandler):
    timeout = IDLE_SECONDS

    def handle(self) -> None:
        """Talk to one sender until QUIT, silence or nonsense ends it."""
        self._reply("220 nianbao demo mailbox")
        recipients = 0
        try:
            while line := self.rfile.readline(MAX_LINE_BYTES):
                verb = line.strip().split(b" ", 1)[0].upper()
                if verb == b"QUIT":
                    self._reply("221 bye")
                    return
                if verb == b"RCPT":
                    recipients += 1
                elif verb in {b"RSET", b"MAIL", b"EHLO", b"HELO"}:
                    recipients = 0
                if verb == b"DATA" and recipients:
                    self._data()
                    recipients = 0
                else:
                    self._reply(_ANSWERS.get(verb, "502 not implemented") if verb != b"DATA" else "503 no recipient")
        except (TimeoutError, ConnectionError):
            return

    def _data(self) -> None:
        self._reply("354 end with a line of one dot")
        kept: list[bytes] = []
        size = 0
        while line := self.rfile.readline(MAX_MESSAGE_BYTES):
            if line in {b".\r\n", b".\n"}:
                break
            kept.append(line[1:] if line.startswith(b"..") else line)
            size += len(line)
            if size > MAX_MESSAGE_BYTES:
                self._reply("552 too large")
                return
        else:
            return
        server = self.server
        assert isinstance(server, _Server)
        server.mailbox.keep(b"".join(kept))
        self._reply("250 kept")

    def _reply(self, text: str) -> None:
        self.wfile.write(text.encode() + b"\r\n")


_ANSWERS = {
    b"EHLO": "250-localhost\r\n250-8BITMIME\r\n250 SMTPUTF8",
    b"HELO": "250 localhost",
    b"MAIL": "250 ok",
    b"RCPT": "250 ok",
    b"RSET": "250 ok",
    b"NOOP": "250 ok",
    b"VRFY": "252 cannot say",
}
