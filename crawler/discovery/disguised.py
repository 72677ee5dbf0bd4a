"""Whether an address that answers as if all were well shows the page its host has for addresses that do not exist.

Many portals answer 200 with "page not found". Such a page alone proves nothing: hosts show a home page, a notice of maintenance or a
challenge just as well, or show the words to everybody for an hour. So the same host is asked, at the same moment, for an address beside the
first that nobody ever gave it, and only the same page in answer to both says that the first one no longer exists.
"""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlencode, urlsplit

from crawler.discovery.troubles import fingerprint, trouble
from crawler.page import Page
from storage.domain.enums import VisitOutcome

_SAYS_SO = (VisitOutcome.SOFT_ERROR, "not-found-page")
_IDENTIFIER = re.compile(r"(?=.*\d)[\w\-]{3,}")


def says_nothing_is_there(page: Page) -> bool:
    """Whether a page that came with a status of success says in words that there is no such page."""
    found = trouble(page)
    return 200 <= page.status < 300 and found is not None and (found.outcome, found.reason) == _SAYS_SO


def same_denial(page: Page, control: Page) -> bool:
    """Whether both pages say that there is no such page, in the same words but for addresses and digits."""
    return says_nothing_is_there(page) and says_nothing_is_there(control) and fingerprint(page) == fingerprint(control)


def beside(url: str, name: str) -> str:
    """An address shaped like `url` that cannot exist if `name` is new: its file, or what its query calls the page by, is `name`."""
    parts = urlsplit(url)
    values = parse_qsl(parts.query, keep_blank_values=True)
    if keys := [value for _, value in values if _IDENTIFIER.fullmatch(value)]:
        called = max(keys, key=len)
        return parts._replace(query=urlencode([(key, name if value == called else value) for key, value in values]), fragment="").geturl()
    folder, slash, file = parts.path.rstrip("/").rpartition("/")
    _, dot, extension = file.rpartition(".")
    ending = dot + extension if dot else parts.path[len(parts.path.rstrip("/")) :]
    return parts._replace(path=f"{folder}{slash or '/'}{name}{ending}", query="", fragment="").geturl()
