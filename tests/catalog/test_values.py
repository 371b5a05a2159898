"""Identifiers, instants and amounts: what people write is understood, or refused by its name."""

from __future__ import annotations

import contextlib
import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.catalog.values import (
    FieldError,
    check_digit,
    parse_amount,
    parse_currency,
    parse_gtin,
    parse_instant,
    parse_loose_amount,
    parse_loose_instant,
)

GTINS = {
    "GTIN-8": ("96385074", "00000096385074"),
    "GTIN-12": ("036000291452", "00036000291452"),
    "GTIN-13": ("4006381333931", "04006381333931"),
    "GTIN-14": ("10614141000415", "10614141000415"),
    "with spaces": ("4 006381 333931", "04006381333931"),
    "with hyphens": ("4-006381-333931", "04006381333931"),
    "as a number": (4006381333931, "04006381333931"),
}
BAD_GTINS = {
    "wrong check digit": ("4006381333932", "gtin-check-digit"),
    "eleven digits": ("85896333746", "gtin-length"),
    "of a spreadsheet": ("9.5205E+12", "gtin-scientific"),
    "of a German spreadsheet": ("9,5205E+12", "gtin-scientific"),
    "a float": (9.5205e12, "gtin-scientific"),
    "letters": ("40063813339EA", "gtin"),
    "nothing": ("", "gtin"),
    "other digits": ("٤٠٠٦٣٨١٣٣٣٩٣١", "gtin"),
}


@pytest.mark.parametrize("name", GTINS)
def test_a_gtin_has_fourteen_digits(name: str) -> None:
    """Every length and spelling becomes the same fourteen digits."""
    written, expected = GTINS[name]
    assert parse_gtin(written) == expected


@pytest.mark.parametrize("name", BAD_GTINS)
def test_a_bad_gtin_is_refused_by_name(name: str) -> None:
    """Each defect has its own code."""
    written, code = BAD_GTINS[name]
    with pytest.raises(FieldError) as caught:
        parse_gtin(written)
    assert caught.value.code == code


@given(st.from_regex(r"[0-9]{12}", fullmatch=True), st.integers(0, 12), st.integers(1, 9))
def test_any_single_wrong_digit_is_noticed(digits: str, at: int, shift: int) -> None:
    """Changing one digit of a GTIN never gives another valid one."""
    gtin = digits + check_digit(digits)
    wrong = gtin[:at] + str((int(gtin[at]) + shift) % 10) + gtin[at + 1 :]
    with pytest.raises(FieldError):
        parse_gtin(wrong)


def test_a_bare_day_is_its_midnight_in_utc() -> None:
    """Days are instants, so that windows compare."""
    assert parse_instant("2026-05-01") == dt.datetime(2026, 5, 1, tzinfo=dt.UTC)


def test_an_offset_is_turned_into_utc() -> None:
    """RFC 3339 with an offset is the same instant in UTC."""
    expected = dt.datetime(2026, 5, 1, 7, tzinfo=dt.UTC)
    assert parse_instant("2026-05-01T09:00:00+02:00") == expected


@pytest.mark.parametrize(
    "text", ["2026-02-30", "01.05.2026", "2026-05-01T09:00:00", "soon", "", "20260501"]
)
def test_what_is_no_instant_is_refused(text: str) -> None:
    """Other notations, local times and impossible days are refused in hand-written content."""
    with pytest.raises(FieldError):
        parse_instant(text)


STYLES = [
    "2026-05-13", "2026/05/13", "2026.05.13", "20260513", "13.05.2026", "13.5.2026", "13/05/2026",
    "05/13/2026", "13 May 2026", "13-May-2026", "May 13, 2026", "Wed, 13 May 2026 00:00:00 GMT",
    "2026-05-13 00:00:00", "2026-05-13T00:00:00Z",
]  # fmt: skip


@pytest.mark.parametrize("text", STYLES)
def test_a_date_of_any_clear_style_is_understood(text: str) -> None:
    """Exports write dates in many ways; each that means one day is that day."""
    assert parse_loose_instant(text) == dt.datetime(2026, 5, 13, tzinfo=dt.UTC)


def test_a_date_with_two_meanings_needs_a_declared_style() -> None:
    """05/06/2026 is refused by name, and read where the mapping says how."""
    with pytest.raises(FieldError, match="two days") as caught:
        parse_loose_instant("05/06/2026")
    assert caught.value.code == "instant-ambiguous"
    assert parse_loose_instant("05/06/2026", "%d/%m/%Y") == dt.datetime(2026, 6, 5, tzinfo=dt.UTC)


AMOUNTS = {
    "1299": "1299", "1299.5": "1299.5", "1.299,00 EUR": "1299.00", "€ 1.299,00": "1299.00",
    "$1,299.00": "1299.00", "1 299,00 €": "1299.00", "1'299.00 CHF": "1299.00", "12,5": "12.5",
    "1.234.567": "1234567", "0": "0",
}  # fmt: skip


@pytest.mark.parametrize("text", AMOUNTS)
def test_an_exported_amount_is_exact(text: str) -> None:
    """Grouping, decimal commas and currency signs are understood without a float."""
    assert parse_loose_amount(text)[0] == Decimal(AMOUNTS[text])


def test_the_written_currency_is_kept() -> None:
    """A sign or code beside the amount tells its currency."""
    assert [parse_loose_amount(t)[1] for t in ("1.299,00 EUR", "$5", "5")] == ["EUR", "USD", ""]


def test_an_amount_with_two_meanings_needs_a_declared_sign() -> None:
    """1,299 is refused by name, and read where the mapping names the decimal sign."""
    with pytest.raises(FieldError) as caught:
        parse_loose_amount("1,299")
    assert caught.value.code == "amount-ambiguous"
    assert parse_loose_amount("1,299", ",")[0] == Decimal("1.299")
    assert parse_loose_amount("1,299", ".")[0] == Decimal(1299)


@pytest.mark.parametrize(
    "value", ["-1", "x", "", "1,5", "1e5", "NaN", True, None, "1.2.3", "9" * 30]
)
def test_what_is_no_price_is_refused(value: object) -> None:
    """Negative, infinite and malformed amounts never become prices."""
    with pytest.raises(FieldError):
        parse_amount(value)


def test_currencies_are_those_of_iso_4217() -> None:
    """A code is a currency, or it is refused."""
    assert parse_currency("EUR") == "EUR"
    with pytest.raises(FieldError):
        parse_currency("EURO")


@given(st.text(max_size=30))
def test_no_text_raises_anything_else(text: str) -> None:
    """Whatever is written, the answer is a value or a refusal."""
    for parse in (parse_gtin, parse_instant, parse_loose_instant, parse_amount, parse_loose_amount):
        with contextlib.suppress(FieldError):
            parse(text)
