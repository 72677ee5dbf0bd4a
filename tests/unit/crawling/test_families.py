import json
from pathlib import Path

import pytest

from crawler.family_scan import all_families, get_family, rank
from crawler.page import page
from storage.domain.errors import ConfigError, LayoutChanged

GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "families"
CASES = sorted(path.parent for path in GOLDEN.glob("*/*/expected.json"))


def _load(case):
    expected = json.loads((case / "expected.json").read_text(encoding="utf-8"))
    body = next(case.glob("input.*")).read_bytes()
    return expected, page(expected["url"], 200, body, expected.get("headers", {}))


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}/{case.name}")
def test_a_page_reads_as_expected(case):
    expected, given = _load(case)
    family = get_family(case.parent.name)
    if "error" in expected:
        with pytest.raises(LayoutChanged):
            family.read_list(given, expected.get("params", {}))
        return
    listing = family.read_list(given, expected.get("params", {}))
    assert [[item.url, item.title, str(item.listed_on or "")] for item in listing.items] == expected["items"]
    assert [[ask.method, ask.url] for ask in listing.next] == expected["next"]
    assert [ask.url for ask in listing.elsewhere] == expected.get("elsewhere", [])
    assert [ask.url for ask in listing.also] == expected.get("also", [])
    assert listing.passed == expected.get("passed", 0)
    assert (listing.declared_total, listing.declared_pages) == (expected.get("declared_total"), expected.get("declared_pages"))
    assert (listing.complete, listing.says_empty) == (expected.get("complete", True), expected.get("says_empty", False))


@pytest.mark.parametrize(
    "case", [case for case in CASES if case.name.startswith("first-")], ids=lambda case: f"{case.parent.name}/{case.name}"
)
def test_a_first_page_is_recognised(case):
    _, given = _load(case)
    assert rank(given)[0][0] == case.parent.name


def test_every_family_has_cases_and_every_case_a_family():
    counts = {name: sum(case.parent.name == name for case in CASES) for name in all_families()}
    assert all(count >= 4 for count in counts.values()), counts
    assert {case.parent.name for case in CASES} == set(all_families())


def test_an_unknown_family_is_a_configuration_error():
    with pytest.raises(ConfigError, match="no_such"):
        get_family("no_such")
