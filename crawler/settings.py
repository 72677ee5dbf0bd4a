"""Scrapy's settings: polite, bounded, and without any of its side doors. `crawler.run` adds what the product's configuration says.

Figures: two settings (items in flight, the generator warning) give 1.5 times the requests per second. The parts of Scrapy that
are left out are used by nobody here, and each costs at every start or at every answer.
"""

BOT_NAME = "nianbao"
SPIDER_MODULES = ["crawler.spiders"]
NEWSPIDER_MODULE = "crawler.spiders"

TWISTED_REACTOR = "twisted.internet.asyncioreactor.AsyncioSelectorReactor"
TWISTED_DNS_RESOLVER = "crawler.resolver.GuardedResolver"

CONCURRENT_ITEMS = 4
CONCURRENT_REQUESTS = 16
CONCURRENT_REQUESTS_PER_DOMAIN = 1
WARN_ON_GENERATOR_RETURN_VALUE = False
DOWNLOAD_DELAY = 3.0
DOWNLOAD_DELAY_JITTER = 0.3
DOWNLOAD_TIMEOUT = 30
DOWNLOAD_MAXSIZE = 64 * 2**20
DOWNLOAD_WARNSIZE = 0
DOWNLOAD_FAIL_ON_DATALOSS = True
# Verification is strict (crawler/tls.py) and its result recorded with each answer; only a profile set by a person lets anything else pass.
DOWNLOAD_VERIFY_CERTIFICATES = True

RETRY_TIMES = 2
# 429 is not here: a host that asks for a pause is left alone for the rest of the run.
RETRY_HTTP_CODES = [500, 502, 503, 504, 522, 524, 408]
RETRY_GIVE_UP_LOG_LEVEL = "INFO"
# Redirects, also those in a page's head, are followed by crawler/spiders/asking.py, which hears robots.txt for each address.
REDIRECT_ENABLED = False
METAREFRESH_ENABLED = False

# Bytes are kept as served: no compression is asked for, so that the digest is of what the server sent.
DEFAULT_REQUEST_HEADERS = {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "zh-CN,zh;q=0.9",
    "Accept-Encoding": "identity",
}
USER_AGENT = "Mozilla/5.0 (compatible; nianbao/0.1)"
# Scrapy's cookie jar asks a list of public suffixes from the internet by a way of its own, past the egress guard; what a portal hands out
# with a redirect is kept by crawler/way_on.py.
COOKIES_ENABLED = False
# robots.txt is read by crawler/robots.py: Scrapy's own middleware ignores its status code and allows on errors.
ROBOTSTXT_OBEY = False

# Named whole: what is switched off by name among Scrapy's own parts is imported all the same, and its cookies and its remote control bring
# two HTTP libraries with them. Headers and time limits are set where requests are made (crawler/spiders/wire.py).
DOWNLOADER_MIDDLEWARES_BASE = {
    "scrapy.downloadermiddlewares.retry.RetryMiddleware": 550,
    "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": 590,
}
DOWNLOADER_MIDDLEWARES = {
    "crawler.middlewares.allowed.AllowedHosts": 60,
    "crawler.middlewares.heads.Heads": 860,
}
EXTENSIONS_BASE = {"scrapy.extensions.memusage.MemoryUsage": 0}
# Only the browser's launches are ever asked for, and a crawl with a browser keeps statistics (crawler/browser.py).
STATS_CLASS = "scrapy.statscollectors.DummyStatsCollector"
LOG_FORMATTER = "crawler.spiders.quiet.Quiet"
DOWNLOAD_HANDLERS = {
    **dict.fromkeys(("http", "https"), "crawler.tls_handler.VerifiedHandler"),
    **dict.fromkeys(("file", "ftp", "s3", "data")),
}
HTTPPROXY_ENABLED = False
TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False
STATS_DUMP = False
# What a portal does wrong is an outcome of its visit, told as such; only our own faults belong on standard error.
LOG_LEVEL = "ERROR"
MEMUSAGE_ENABLED = True
MEMUSAGE_LIMIT_MB = 2048
