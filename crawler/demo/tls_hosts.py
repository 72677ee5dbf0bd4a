"""Simulated hosts with TLS in order and out of order, on this machine's loopback, with certificates made when they start.

Use as a context manager. One port serves every host with a certificate, told apart by the name the client asks for; hosts whose very
handshake is at fault have a port of their own, on which a few bytes are answered.
"""

from __future__ import annotations

import socket
import ssl
import threading
from base64 import b64encode
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from textwrap import wrap
from types import TracebackType
from typing import Any, Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
Answering = Callable[[str, str], tuple[int, bytes]]
"""What a host answers to a path: status and a page of HTML."""

ALERT = bytes.fromhex("15 03 03 00 02 02 28")
"""A record that ends the handshake: handshake_failure (RFC 8446, 6.2)."""

_HELLO_BODY = bytes.fromhex("03 03") + bytes(range(32)) + bytes.fromhex("00 c0 2f 00")
OLD_HELLO = b"\x16\x03\x03" + (len(_HELLO_BODY) + 4).to_bytes(2, "big") + b"\x02" + len(_HELLO_BODY).to_bytes(3, "big") + _HELLO_BODY
"""A server's greeting without the extension of secure renegotiation (RFC 5746), as servers of before 2010 send it."""

OAKLEY_2 = bytes.fromhex(
    "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DD"
    "EF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED"
    "EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE65381FFFFFFFFFFFFFFFF"
)
"""The prime of 1024 bits of RFC 2409, 6.2: the shortest that OpenSSL serves at all."""

KINDS = (
    "good",
    "expired",
    "future",
    "wrong-host",
    "self-signed",
    "incomplete",
    "foreign-root",
    "weak",
    "expired-wrong-host",
    "weak-dh",
    "refused",
)
APART = ("weak-dh",)
"""Kinds with a port of their own: what a connection may agree on is settled before the name is known."""

RAW = {"alert": ALERT, "old-hello": OLD_HELLO, "plain": b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"}


class TlsHosts:
    """Hosts by the fault they have: `<kind>.tls.test`. `root` is the file with the root that clients are to trust."""

    def __init__(self, folder: Path, answering: Answering, now: datetime | None = None) -> None:
        self._folder, self._answering = folder, answering
        self._now = now or datetime.now(UTC)
        self.root = folder / "root.pem"
        self._contexts: dict[str, ssl.SSLContext] = {}
        self._server: ThreadingHTTPServer | None = None
        self._apart: dict[str, ThreadingHTTPServer] = {}
        self._threads: list[threading.Thread] = []
        self._raw: dict[str, socket.socket] = {}

    @property
    def hosts(self) -> Mapping[str, str]:
        """Where each host leads: "127.0.0.1:port"."""
        assert self._server is not None
        served = {f"{kind}.tls.test": f"127.0.0.1:{self._server.server_address[1]}" for kind in KINDS}
        served |= {f"{kind}.tls.test": f"127.0.0.1:{one.server_address[1]}" for kind, one in self._apart.items()}
        return served | {f"{kind}.tls.test": f"127.0.0.1:{one.getsockname()[1]}" for kind, one in self._raw.items()}

    def __enter__(self) -> Self:
        self._contexts = _contexts(self._folder, self._now)
        outer = _server_context()
        outer.sni_callback = self._choose
        outer.load_cert_chain(self._folder / "good.pem")
        self._server = self._serve(outer)
        self._apart = {kind: self._serve(self._contexts[kind]) for kind in APART}
        for kind, answer in RAW.items():
            self._raw[kind] = listener = socket.create_server(("127.0.0.1", 0))
            self._start(_raw_answers(listener, answer))
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for server in (self._server, *self._apart.values()):
            if server is not None:
                server.shutdown()
                server.server_close()
        for listener in self._raw.values():
            listener.shutdown(socket.SHUT_RDWR)
            listener.close()
        for thread in self._threads:
            thread.join(timeout=10)

    def _serve(self, context: ssl.SSLContext) -> ThreadingHTTPServer:
        server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self._answering))
        server.daemon_threads = True
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        self._start(lambda: server.serve_forever(poll_interval=0.05))
        return server

    def _start(self, work: Callable[[], None]) -> None:
        thread = threading.Thread(target=work, name="tls-hosts", daemon=True)
        self._threads.append(thread)
        thread.start()

    def _choose(self, connection: ssl.SSLObject | ssl.SSLSocket, name: str | None, _context: ssl.SSLContext) -> None:
        connection.context = self._contexts[(name or "good").partition(".")[0]]


def _raw_answers(listener: socket.socket, answer: bytes) -> Callable[[], None]:
    def serve() -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            with client:
                client.settimeout(10)
                try:
                    client.recv(65536)
                    client.sendall(answer)
                except OSError:
                    continue

    return serve


def _server_context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    # A server with a short key must be allowed to have one.
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    return context


def _weaken(context: ssl.SSLContext, folder: Path) -> None:
    """Agree on keys only by a group of RFC 2409 (6.2) that clients have refused since 2015."""
    group = folder / "group.pem"
    # DHParameter of PKCS #3: a sequence of the prime, which is unsigned, and the base 2.
    encoded = b64encode(b"\x30\x81\x87\x02\x81\x81\x00" + OAKLEY_2 + b"\x02\x01\x02").decode("ascii")
    lines = "\n".join(wrap(encoded, 64))
    group.write_text(f"-----BEGIN DH PARAMETERS-----\n{lines}\n-----END DH PARAMETERS-----\n", encoding="ascii")
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("DHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0")
    context.load_dh_params(str(group))


def _contexts(folder: Path, now: datetime) -> dict[str, ssl.SSLContext]:
    day, year = timedelta(days=1), timedelta(days=365)
    root, between, foreign = _key(), _key(), _key()
    root_name, between_name, foreign_name = "模拟根证书", "模拟中间证书", "不受信任的根证书"
    spans = {"expired": (now - year, now - day), "expired-wrong-host": (now - year, now - day), "future": (now + day, now + year)}
    (folder / "root.pem").write_bytes(_pem(_certificate(root_name, root, root_name, root, (now - year, now + year), authority=True)))
    chain = _pem(_certificate(between_name, between, root_name, root, (now - year, now + year), authority=True))
    made: dict[str, ssl.SSLContext] = {}
    for kind in KINDS:
        name = "other.example.test" if kind.endswith("wrong-host") else f"{kind}.tls.test"
        key: Key = _key()
        if kind in {"weak", "weak-dh"}:
            key = rsa.generate_private_key(65537, 1024 if kind == "weak" else 2048)  # a short key is what is simulated
        issuer, signer = {"self-signed": (name, key), "foreign-root": (foreign_name, foreign)}.get(kind, (between_name, between))
        leaf = _pem(_certificate(name, key, issuer, signer, spans.get(kind, (now - day, now + year))))
        sent = {"incomplete": b"", "self-signed": b"", "foreign-root": _pem(_root(foreign_name, foreign, now))}.get(kind, chain)
        file = folder / f"{kind}.pem"
        file.write_bytes(leaf + sent + _key_pem(key))
        context = _server_context()
        context.load_cert_chain(file)
        if kind == "weak-dh":
            _weaken(context, folder)
        made[kind] = context
    return made


def _root(name: str, key: Key, now: datetime) -> x509.Certificate:
    year = timedelta(days=365)
    return _certificate(name, key, name, key, (now - year, now + year), authority=True)


def _key() -> Key:
    return ec.generate_private_key(ec.SECP256R1())


def _certificate(
    name: str, key: Key, issuer: str, signer: Key, span: tuple[datetime, datetime], authority: bool = False
) -> x509.Certificate:
    builder = x509.CertificateBuilder(
        issuer_name=_named(issuer),
        subject_name=_named(name),
        public_key=key.public_key(),
        serial_number=x509.random_serial_number(),
        not_valid_before=span[0],
        not_valid_after=span[1],
    )
    builder = builder.add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
    builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    if not authority:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
    return builder.sign(signer, hashes.SHA256())


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _key_pem(key: Key) -> bytes:
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


def _handler(answering: Answering) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 30

        def handle(self) -> None:
            try:
                super().handle()
            except (ssl.SSLError, ConnectionError, TimeoutError):
                # A client that does not accept us hangs up in the middle of the handshake: that is what is simulated.
                self.close_connection = True

        def do_GET(self) -> None:
            host = (self.headers.get("Host") or "").partition(":")[0]
            status, body = answering(host, self.path)
            self.send_response(status)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (interface)
            """Quiet."""

    return Handler
