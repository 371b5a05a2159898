"""Numbers, quantities and money as people of a locale write them (CLDR, through Babel)."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.numbers import format_currency, format_decimal, format_percent
from babel.units import format_unit

from syndicator.catalog.units import CLDR_UNITS

NBSP = "\u00a0"
_SAMPLES = (100, Decimal("1.5"), 5, 2, 1, 0)
"""Numbers of every plural form that a language of CLDR has."""


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
    if unit == "°":  # CLDR's short form is a word in some languages, `68 deg`
        return f"{text}°"
    known = CLDR_UNITS.get(unit)
    if known is None:
        return f"{text}{NBSP}{unit}"
    return _quantity(known, unit, number, text, where)


def _quantity(known: str, unit: str, number: Decimal, text: str, where: Locale) -> str:
    """Write a unit that CLDR knows, by its short form: `250 W`, `75 Nm`."""
    patterns = _patterns(known, where)
    other = patterns.get("other", "")
    own = patterns.get(where.plural_form(number), other)
    # A symbol has no plural. Where CLDR says nothing for `one`, Babel takes it from the long
    # form ("1 Watt"), which is never the shorter one; "1 day" is.
    pattern = own if len(own) < len(other) else other
    return pattern.replace("{0}", text) if "{0}" in pattern else f"{text}{NBSP}{unit}"


@lru_cache(maxsize=4096)
def _patterns(known: str, where: Locale) -> dict[str, str]:
    """Return how a unit is written beside a number, by the plural form of the number."""
    found: dict[str, str] = {}
    for sample in _SAMPLES:
        shown = str(format_unit(sample, known, length="short", locale=where))
        pattern = shown.replace(str(format_decimal(sample, locale=where)), "{0}")
        found.setdefault(
            where.plural_form(sample), pattern.replace("N⋅m", "Nm")
        )  # as makers write torque
    return found


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
