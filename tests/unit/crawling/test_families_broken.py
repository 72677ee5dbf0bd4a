"""Whatever a server sends, a family answers with a listing or says that it does not understand; never anything else."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.family_scan import all_families
from crawler.listing import Listing
from crawler.page import page
from storage.domain.errors import LayoutChanged

GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "families"
CASES = sorted(path.parent for path in GOLDEN.glob("*/*/expected.json"))
WORDS = st.sampled_from(
    [b"", b"0", b"-1", b"1.5", b"null", b"[]", b"{}", b'"', b"'", b"<li>", b"</script>", b"}", b"99999999999", b"\xff\x00"]
)


@st.composite
def _broken(draw):
    """A golden page with up to four pieces cut out and something else put in their place, and its family."""
    case = draw(st.sampled_from(CASES))
    expected = json.loads((case / "expected.json").read_text(encoding="utf-8"))
    body = next(case.glob("input.*")).read_bytes()
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(body)))
        end = draw(st.integers(start, min(len(body), start + 40)))
        body = body[:start] + draw(WORDS) + body[end:]
    url = draw(st.sampled_from([expected["url"], expected["url"].replace("=1", "=x"), expected["url"].replace("%3A", "%3A1.")]))
    return case.parent.name, page(url, 200, body, expected.get("headers", {})), expected.get("params", {})


@settings(max_examples=400, deadline=None)
@given(_broken())
def test_a_broken_page_is_read_or_not_understood(case):
    name, given_page, params = case
    for family in all_families().values():
        assert 0.0 <= family.detect(given_page) <= 1.0
    try:
        listing = all_families()[name].read_list(given_page, params)
    except LayoutChanged:
        return
    assert isinstance(listing, Listing)
    assert all(item.url.startswith("http") and item.title for item in listing.items)
    assert all(ask.url.startswith("http") for ask in (*listing.next, *listing.also, *listing.elsewhere))


@pytest.mark.parametrize("name", sorted(all_families()))
@pytest.mark.parametrize("body", [b"", b" ", b"null", b"[]", b"{}", b'"text"', b"12", b"{" * 50_000, b"<" * 5_000, b"\xff\xfe"])
def test_an_answer_of_nothing_is_not_understood(name, body):
    family = all_families()[name]
    try:
        listing = family.read_list(page("http://a.gov.test/nb/", 200, body), {})
    except LayoutChanged:
        return
    assert not listing.items
    assert not listing.says_empty
