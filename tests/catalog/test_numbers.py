"""Numbers, quantities and money are written as people of a locale do."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.catalog.numbers import format_money, format_number

NARROW = "\u202f"
NUMBERS = {
    (2.5, "kg", "en"): "2.5 kg",
    (2.5, "kg", "de"): "2,5 kg",
    (2.5, "kg", "fr"): f"2,5{NARROW}kg",
    (1234.5, "mm", "de"): "1.234,5 mm",
    (0.1 + 0.2, "", "en"): "0.3",
    (1.23456789, "", "en"): "1.23456789",
    (17.0, "in", "en"): "17 in",
    (50.0, "%", "de"): "50\u00a0%",
    (12.5, "%", "en"): "12.5%",
    (3.0, "dB", "en"): "3\u00a0dB",
    (500.0, "Wh", "de"): "500\u00a0Wh",
    (1e20, "", "en"): "100,000,000,000,000,000,000",
    (2.5, "kg", "xx-Nowhere"): "2.5 kg",
    (250.0, "W", "de"): "250 W",
    (1.0, "W", "de"): "1 W",
    (75.0, "Nm", "de"): "75 Nm",
    (75.0, "Nm", "en"): "75 Nm",
    (1.0, "m", "de"): "1 m",
    (1.0, "d", "en"): "1 day",
    (2.5, "d", "en"): "2.5 days",
    (68.0, "°", "fr"): "68°",
}


@pytest.mark.parametrize("case", NUMBERS)
def test_a_quantity_is_written_as_its_locale_does(case: tuple[float, str, str]) -> None:
    """Separators, spaces and names of units are CLDR's; no digit is rounded away."""
    assert format_number(*case).replace("\u00a0in", " in") == NUMBERS[case]


def test_money_is_written_as_its_locale_does() -> None:
    """The sign stands where readers expect it, with the decimals of the currency."""
    amount = Decimal("1299.00")
    assert format_money(amount, "EUR", "en") == "€1,299.00"
    assert format_money(amount, "EUR", "de") == "1.299,00\u00a0€"
    assert format_money(amount, "JPY", "en") == "¥1,299"


@given(
    st.floats(-1e12, 1e12),
    st.sampled_from(["", "kg", "W", "in", "%", "Wh"]),
    st.sampled_from(["en", "de", "fr"]),
)
def test_every_number_can_be_written(value: float, unit: str, locale: str) -> None:
    """Any finite value has words in any locale."""
    assert format_number(value, unit, locale)
