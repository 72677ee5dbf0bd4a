"""What a browser cannot open ends the visit in an outcome of its own, and a certificate it does not accept is never looked past."""

from datetime import date

import pytest

from crawler.browser import find_browser
from crawler.demo.tls_hosts import TlsHosts
from storage.settings import load
from tests.flows.crawl_office import CrawlOffice, moment
from tests.flows.crawl_server import Web

pytestmark = [pytest.mark.browser, pytest.mark.skipif(find_browser(load()) is None, reason="no Chromium")]


def test_faults_of_a_page_in_a_browser_are_typed(tmp_path):
    with TlsHosts(tmp_path, lambda host, path: (200, b"<html><body>list</body></html>")) as serving, Web() as web:
        web.put("ok.gov.test/nb/", "<html><title>404</title></html>")
        hosts = {**serving.hosts, "ok.gov.test": web.target, "away.tls.test": "127.0.0.1:9"}
        office = CrawlOffice(tmp_path, hosts, {"crawl_timeout_seconds": 60, "robots_obey": False})
        for kind in ("good", "alert", "away"):
            scheme = "http" if kind == "away" else "https"
            office.add(f"{kind}局", f"{scheme}://{kind}.tls.test/nb/", tier="browser", home=f"{scheme}://{kind}.tls.test/")
        office.add("县教育局", "http://ok.gov.test/nb/")
        told = office.ends(moment(date(2025, 2, 3)))
    # Somebody answered, so that silence is not put down to our own network. The browser trusts none of the simulated roots, good or not.
    assert told == {
        "ok": ("soft_error", "not-found-page"),
        "good": ("unreachable", "tls-unknown-issuer"),
        "alert": ("unreachable", "tls-handshake"),
        "away": ("unreachable", "refused"),
    }
