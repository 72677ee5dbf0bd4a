"""A portal of static files on loopback that publishes the example reports in one carrier."""

from __future__ import annotations

import threading
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

from tests.flows.real_reports import Example

COLUMN = "/zwgk/zfxxgk/zfxxgknb/"
SELF_TEST = "selftest.real.gov.test"


class RealPortal:
    """Context manager: one column with one line, page and file per report, at `http://<carrier>.real.gov.test/`."""

    def __init__(self, carrier: str, reports: tuple[Example, ...]) -> None:
        self.host = f"{carrier}.real.gov.test"
        self._pages = _pages(carrier, self.host, reports)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self._pages))
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    @property
    def overrides(self) -> dict[str, str]:
        address = f"127.0.0.1:{self._server.server_address[1]}"
        return {self.host: address, SELF_TEST: address}

    @property
    def column_url(self) -> str:
        return f"http://{self.host}{COLUMN}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=5)


def _pages(carrier: str, host: str, reports: tuple[Example, ...]) -> dict[str, tuple[str, bytes]]:
    pages: dict[str, tuple[str, bytes]] = {"/": ("text/html; charset=utf-8", _page("首页", "<p>首页</p>", {}))}
    rows = []
    for number, report in enumerate(reports):
        folder, day = f"{report.year + 1}01/", f"{report.year + 1}-01-20"
        name = f"{folder}t{day.replace('-', '')}_{7000 + number}.html"
        rows.append(f'<li><a href="./{name}" title="{escape(report.title)}">{escape(report.title)}</a><span>{day}</span></li>')
        tags = {"ArticleTitle": report.title, "PubDate": f"{day} 10:00", "ContentSource": report.body}
        content = f'<div class="TRS_Editor">{report.article(carrier)}</div>'
        pages[COLUMN + name] = ("text/html; charset=utf-8", _page(report.title, content, tags))
        pages |= {f"{COLUMN}{folder}{file}": served for file, served in report.files(carrier).items()}
    listing = f'<ul class="list-ul">{"".join(rows)}</ul><script>createPageHTML(1, 0, "index", "html");</script>'
    tags = {"ColumnName": "政府信息公开年报", "ColumnType": "信息公开年报"}
    pages[COLUMN] = pages[f"{COLUMN}index.html"] = ("text/html; charset=utf-8", _page("政府信息公开年报", listing, tags))
    return pages


def _page(title: str, content: str, tags: dict[str, str]) -> bytes:
    metas = "".join(f'<meta name="{name}" content="{escape(value)}">' for name, value in {"SiteName": "测试门户", **tags}.items())
    head = f'<meta charset="utf-8"><title>{escape(title)}</title>{metas}'
    return f'<!DOCTYPE html><html lang="zh"><head>{head}</head><body>{content}</body></html>'.encode()


def _handler(pages: dict[str, tuple[str, bytes]]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = pages.get(self.path.partition("?")[0])
            status, (media_type, body) = (
                (200, found) if found else (404, ("text/html; charset=utf-8", _page("404", "<p>页面不存在</p>", {})))
            )
            self.send_response(status)
            self.send_header("Content-Type", media_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
            """Keep the test output quiet."""

    return Handler
