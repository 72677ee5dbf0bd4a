"""Hosts whose https refuses everybody while plain http works: tried once, told with each answer, and never a way around verification."""

from __future__ import annotations

import json
import socket
import threading
from datetime import date, timedelta

import pytest

from crawler.demo.tls_hosts import TlsHosts
from storage import captures, tls_profiles
from storage.domain.ids import PortalId

from .crawl_office import LONG_AGO, CrawlOffice, moment
from .crawl_server import Web
from .test_tls import LIST, REPORT

pytestmark = pytest.mark.flow

DAY = date(2025, 2, 3)
PLAIN_WORKS = ("refused", "good", "alert", "expired", "incomplete", "future")
ENDS = {
    "refused": ("complete", ""),
    "good": ("complete", ""),
    "alert": ("complete", ""),
    "expired": ("unreachable", "tls-expired"),
    "incomplete": ("blocked", "robots-held"),
    "future": ("unreachable", "tls-not-yet-valid"),
    "wrong-host": ("unreachable", "tls-wrong-host"),
    "old-hello": ("unreachable", "tls-legacy-renegotiation"),
    "plain": ("unreachable", "tls-handshake"),
}


class Doors:
    """One port for both schemes, as host overrides know one port per host: a greeting in TLS goes one way, anything else the other."""

    def __init__(self, encrypted: str, plain: str) -> None:
        self._ways = {True: encrypted, False: plain}
        self._listener = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def target(self) -> str:
        return f"127.0.0.1:{self._listener.getsockname()[1]}"

    def close(self) -> None:
        self._listener.close()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._let_in, args=(client,), daemon=True).start()

    def _let_in(self, client: socket.socket) -> None:
        try:
            greeting = client.recv(1, socket.MSG_PEEK)
            host, _, port = self._ways[greeting == b"\x16"].rpartition(":")
            server = socket.create_connection((host, int(port)), timeout=30)
        except OSError:
            client.close()
            return
        back = threading.Thread(target=_pour, args=(server, client), daemon=True)
        back.start()
        _pour(client, server)
        back.join(timeout=30)
        client.close()
        server.close()


def _pour(source: socket.socket, sink: socket.socket) -> None:
    try:
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        return


def _encrypted(host: str, path: str) -> tuple[int, bytes]:
    """The host "good" has rules and refuses its pages, the others refuse everything."""
    return (404, b"<title>404</title>") if host.startswith("good.") and path == "/robots.txt" else (403, b"<title>403 Forbidden</title>")


@pytest.fixture(scope="module")
def crawled(tmp_path_factory):
    folder = tmp_path_factory.mktemp("plain")
    with TlsHosts(tmp_path_factory.mktemp("tls"), _encrypted) as tls, Web() as web:
        kinds = {host.partition(".")[0]: target for host, target in tls.hosts.items() if host.partition(".")[0] in ENDS}
        for kind in PLAIN_WORKS:
            web.put(f"{kind}.tls.test/nb/", LIST)
            web.put(f"{kind}.tls.test/nb/t2023.html", f'<html><body><div class="TRS_Editor">{REPORT}</div></body></html>')
        doors = {kind: Doors(target, web.target) for kind, target in kinds.items()}
        office = CrawlOffice(folder, {f"{kind}.tls.test": door.target for kind, door in doors.items()})
        for kind in kinds:
            office.add(f"{kind}局", f"https://{kind}.tls.test/nb/", home=f"https://{kind}.tls.test/")
        with office.open() as database, database.write() as c:
            tls_profiles.put(c, PortalId("incomplete.tls.test"), ["incomplete"], reason="主办单位确认证书待更换", actor="王", now=LONG_AGO)
        first = office.ends(moment(DAY), trust=tls.root)
        asked = {kind: web.paths(f"{kind}.tls.test") for kind in ENDS}
        web.hits.clear()
        second = office.ends(moment(DAY + timedelta(days=1)), trust=tls.root)
        yield office, first, asked, second, {kind: web.paths(f"{kind}.tls.test") for kind in ENDS}
        for door in doors.values():
            door.close()


def _kept(office, kind, path):
    with office.open() as database, database.read() as c:
        return captures.newest_for_url(c, f"https://{kind}.tls.test{path}")


def test_plain_http_is_tried_where_https_refuses_everybody_and_nowhere_else(crawled):
    _, first, asked, second, _ = crawled
    assert first == ENDS
    assert second == ENDS
    assert [kind for kind in ENDS if not asked[kind]] == ["expired", "incomplete", "future", "wrong-host", "old-hello"]


def test_one_try_is_all_that_a_host_without_plain_pages_costs(crawled):
    _, _, asked, _, again = crawled
    assert asked["plain"] == again["plain"] == ["/robots.txt", "/nb/"]


@pytest.mark.parametrize(("kind", "why"), [("refused", "status-403"), ("good", "status-403"), ("alert", "tls-handshake")])
def test_what_came_by_plain_http_says_so(crawled, kind, why):
    office, _, asked, _, _ = crawled
    found = _kept(office, kind, "/nb/")
    assert (found.tls, found.final_url) == (f"plain(https:{why})", f"http://{kind}.tls.test/nb/")
    assert "/nb/t2023.html" in asked[kind]


def test_what_is_known_of_a_host_is_not_tried_anew(crawled):
    office, _, asked, _, again = crawled
    assert "/robots.txt" in asked["refused"]
    assert again["refused"][-1] == "/nb/"
    notes = json.loads((office.settings.data_dir / "state" / "hosts.json").read_text(encoding="utf-8"))
    assert notes["https://refused.tls.test"]["plain_for"] == "status-403"
    assert "plain_for" not in {key for key, value in notes.get("https://expired.tls.test", {}).items() if value}
