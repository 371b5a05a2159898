"""Numbers, quantities and money as people of a locale write them (CLDR, through Babel)."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.numbers import format_currency, format_decimal, format_percent
from babel.units import format_unit

from syndicator.catalog.units import CLDR_UNITS

NBSP = "\u00a0"


@lru_cache(maxsize=16384)
def format_number(value: float, unit: str, locale: str) -> str:
    """Write a quantity in the habit of `locale`: `format_number(2.5, "kg", "de")` is `2,5 kg`.

    `unit` is a symbol of the catalog or empty. A unit that CLDR does not know follows the number
    after a no-break space. Fifteen significant digits are kept, all that a float holds for sure.
    """
    number = Decimal(f"{value:.15g}")
    if number == number.to_integral_value():
        number = number.quantize(Decimal(1)) if abs(number) < 10**15 else number
    where = _locale(locale)
    if unit == "%":
        return str(format_percent(number / 100, locale=where, decimal_quantization=False))
    text = str(format_decimal(number, locale=where, decimal_quantization=False))
    if not unit:
        return text
    known = CLDR_UNITS.get(unit)
    if known is None:
        return f"{text}{NBSP}{unit}"
    return _quantity(known, unit, text, where)


def _quantity(known: str, unit: str, text: str, where: Locale) -> str:
    """Write a unit that CLDR knows; its pattern is made for a rounded number, ours is not."""
    shown = str(format_unit(text, known, length="short", locale=where))
    return shown if text in shown else f"{text}{NBSP}{unit}"


@lru_cache(maxsize=16384)
def format_money(amount: Decimal, currency: str, locale: str) -> str:
    """Write an amount in the habit of `locale`: `1.299,00 €` in German, `€1,299.00` in English."""
    return str(format_currency(amount, currency, locale=_locale(locale)))


@lru_cache(maxsize=256)
def _locale(locale: str) -> Locale:
    """Return CLDR's nearest locale; English where even the language is unknown."""
    for candidate in (locale, locale.split("-", maxsplit=1)[0], "en"):
        try:
            return Locale.parse(candidate, sep="-")
        except (UnknownLocaleError, ValueError):
            continue
    raise AssertionError("CLDR always has English")
