"""Instants on SQLite: written and read here, as SQLAlchemy itself writes and reads them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import DateTime
from sqlalchemy.dialects import sqlite

from storage.columns import Instant

DIALECT = sqlite.dialect()
WRITE, READ = Instant().bind_processor(DIALECT), Instant().result_processor(DIALECT, None)
ANY = st.datetimes(
    datetime(1900, 1, 2), datetime(9998, 12, 30), timezones=st.timedeltas(timedelta(hours=-14), timedelta(hours=14)).map(timezone)
)


@given(ANY)
def test_what_is_written_is_what_sqlalchemy_writes_and_comes_back_whole(instant):
    plain = DateTime().dialect_impl(DIALECT)
    text = WRITE(instant)
    assert text == plain.bind_processor(DIALECT)(instant.astimezone(UTC))
    back = READ(text)
    assert (back, back.tzinfo) == (instant, UTC)
    assert back.replace(tzinfo=None) == plain.result_processor(DIALECT, None)(text)


def test_nothing_stays_nothing_and_a_naive_instant_is_refused():
    assert (WRITE(None), READ(None)) == (None, None)
    with pytest.raises(ValueError, match="naive"):
        WRITE(datetime(2025, 1, 1))
