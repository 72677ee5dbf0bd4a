"""Whether a printed percentage can come from two counts, to half a unit of its last printed digit."""

from __future__ import annotations

from decimal import Decimal

from storage.domain.reports import Number


def half_unit(percentage: Number) -> Decimal:
    """Half a unit of the last digit printed: 51.85 → 0.005, 54 → 0.5."""
    exponent = Decimal(percentage).as_tuple().exponent
    assert isinstance(exponent, int)
    return Decimal(5).scaleb(min(exponent, 0) - 1)


def fits_share(part: Number, whole: Number, percentage: Number) -> bool:
    """`part` is `percentage` % of `whole`; cutting off instead of rounding is accepted."""
    if not whole:
        return False
    return _near(100 * Decimal(part) / Decimal(whole), percentage)


def fits_growth(now: Number, before: Number, percentage: Number) -> bool:
    """`now` is `percentage` % more (or less, if negative) than `before`; cutting off instead of rounding is accepted."""
    if not before:
        return False
    return _near(100 * (Decimal(now) / Decimal(before) - 1), percentage)


def _near(exact: Decimal, percentage: Number) -> bool:
    half = half_unit(percentage)
    cut_off = 0 <= abs(exact) - abs(Decimal(percentage)) < 2 * half and (exact >= 0) == (percentage >= 0)
    return abs(exact - Decimal(percentage)) <= half or cut_off
