"""The web application: server-rendered pages that work without JavaScript and without any other host.

`create_app` is all that others call. Requests only read, but for unsubscribing by a signed link; crawling and judging run elsewhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware
from starlette.staticfiles import StaticFiles

from monitor.web import alerts, evidence, faults, feeds, health, metrics, originals, overview, report, report_list, unsubscribe
from monitor.web.desk import Desk
from monitor.web.evidence_view import Pictures
from monitor.web.headers import SafeHeaders
from monitor.web.templating import HERE

if TYPE_CHECKING:
    from storage.archive.store import Archive
    from storage.database import Database
    from storage.domain.clock import Clock
    from storage.settings import Settings


def create_app(db: Database, archive: Archive, settings: Settings, clock: Clock) -> FastAPI:
    """The application over an open database and archive; the caller closes them."""
    app = FastAPI(title="nianbao", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.desk = Desk(db, archive, settings, clock)
    app.state.pictures = Pictures()
    app.add_middleware(GZipMiddleware, minimum_size=1000)
    app.add_middleware(SafeHeaders)
    for part in (overview, report_list, report, evidence, originals, health, metrics, alerts, unsubscribe, feeds):
        app.include_router(part.router)
    app.mount("/static", StaticFiles(directory=HERE / "static"), name="static")
    faults.install(app)
    return app
