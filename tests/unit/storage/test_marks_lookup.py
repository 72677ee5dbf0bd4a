"""The look-up of marks as each database is asked."""

import re

from storage import marks


def test_both_databases_are_asked_the_same_with_their_own_names_for_values() -> None:
    lite, post = marks._lookup("sqlite", 3), marks._lookup("postgresql", 3)
    assert (
        set(re.findall(r":(\w+)", lite)) == set(re.findall(r"%\((\w+)\)s", post)) == {"m0", "m1", "m2", "year", "own", "least", "decisive"}
    )
    assert ":" not in post
