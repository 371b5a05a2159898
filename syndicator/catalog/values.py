"""Values as people write them: identifiers, instants, amounts. Each parser returns or refuses."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal, InvalidOperation

from babel.numbers import list_currencies


class FieldError(ValueError):
    """A value cannot be used; tells what a `Problem` needs but the place."""

    def __init__(
        self, code: str, message: str, expected: str = "", found: object = "", fix: str = ""
    ) -> None:
        super().__init__(message)
        self.code, self.message, self.expected, self.fix = code, message, expected, fix
        self.found = shortened(found)


def shortened(found: object) -> str:
    """Return a value as a message shows it: quoted and never long."""
    if found == "":
        return ""
    text = repr(found)
    return text if len(text) <= 80 else f"{text[:60]}… ({len(text)} characters)"  # noqa: PLR2004  a line


# --- identifiers -------------------------------------------------------------------------

GTIN_LENGTHS = frozenset({8, 12, 13, 14})
_SCIENTIFIC = re.compile(r"\d(?:[.,]\d+)?[eE]\+?\d+")


def parse_gtin(value: object) -> str:
    """Return a GTIN-8, -12, -13 or -14 as 14 digits; spaces and hyphens are of no account.

    Raises:
        FieldError: `gtin-scientific` (a spreadsheet made a float of it), `gtin-length`,
            `gtin-check-digit` or `gtin`.
    """
    text = str(value)
    plain = text.isascii() and text.isdigit()
    if not plain:
        text = text.replace(" ", "").replace("-", "").replace("\u00a0", "")
        plain = text.isascii() and text.isdigit()
    if isinstance(value, float) or (not plain and _SCIENTIFIC.fullmatch(text)):
        raise FieldError(
            "gtin-scientific",
            "a spreadsheet turned this GTIN into a float; its last digits are lost",
            "8, 12, 13 or 14 digits",
            value,
            "Export the column as text",
        )
    if not plain:
        raise FieldError("gtin", "this is not a GTIN", "8, 12, 13 or 14 digits", value)
    if len(text) not in GTIN_LENGTHS:
        raise FieldError(
            "gtin-length", f"a GTIN cannot have {len(text)} digits", "8, 12, 13 or 14 digits", value
        )
    if (last := check_digit(text[:-1])) != text[-1]:
        raise FieldError(
            "gtin-check-digit",
            "the check digit of this GTIN is wrong",
            f"{text[:-1]}{last} if all other digits are right",
            value,
            "Compare it with the package",
        )
    return text.zfill(14)


def check_digit(digits: str) -> str:
    """Return the check digit that follows `digits` (GS1: weights 3 and 1 from the right)."""
    codes = digits.encode("ascii")[::-1]
    total = 3 * sum(codes[::2]) + sum(codes[1::2])  # each code is a digit and 48
    return str((48 * (len(codes) + 2 * len(codes[::2])) - total) % 10)


# --- instants ----------------------------------------------------------------------------

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_INSTANT = re.compile(
    r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?(?:Z|[+-]\d{2}:?\d{2})"
)
_EXPECTED_INSTANT = "a day such as 2026-05-01, or RFC 3339 with its offset"


def parse_instant(value: object) -> dt.datetime:
    """Return the instant that ISO text means, in UTC; a bare day is its midnight in UTC.

    Raises:
        FieldError: `instant`: another notation, a time without offset, or no day of the calendar.
    """
    text = str(value).strip()
    if not (_DAY.fullmatch(text) or _INSTANT.fullmatch(text)):
        raise FieldError("instant", "this is not an instant", _EXPECTED_INSTANT, value)
    try:
        parsed = dt.datetime.fromisoformat(text)
    except ValueError:
        raise FieldError(
            "instant", "the calendar has no such day or time", _EXPECTED_INSTANT, value
        ) from None
    return parsed.replace(tzinfo=dt.UTC) if parsed.tzinfo is None else parsed.astimezone(dt.UTC)


_LOOSE_DAYS = (
    (re.compile(r"(?P<y>\d{4})[/.](?P<m>\d{1,2})[/.](?P<d>\d{1,2})"), "year first"),
    (re.compile(r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})"), "compact"),
    (re.compile(r"(?P<d>\d{1,2})\.(?P<m>\d{1,2})\.(?P<y>\d{4})"), "with points, day first"),
    (
        re.compile(r"(?P<d>\d{1,2})[ -](?P<m>[A-Za-z]{3,9})\.?[ -](?P<y>\d{4})"),
        "day, month in words",
    ),
    (re.compile(r"(?P<m>[A-Za-z]{3,9})\.? (?P<d>\d{1,2}),? (?P<y>\d{4})"), "month in words, day"),
    (
        re.compile(r"(?:[A-Za-z]{3}, )(?P<d>\d{1,2}) (?P<m>[A-Za-z]{3}) (?P<y>\d{4})(?: .*)?"),
        "RFC 5322",
    ),
)
_SLASHED = re.compile(r"(\d{1,2})[/-](\d{1,2})[/-](\d{4})")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def parse_loose_instant(value: object, date_format: str = "") -> dt.datetime:
    """Return the instant that exported text means: ISO, and every style that means one day only.

    `date_format` (of `strptime`) decides where a style is declared; `05/06/2026` means two days
    and is refused without one. A time without offset is UTC.

    Raises:
        FieldError: `instant` or `instant-ambiguous`.
    """
    text = str(value).strip()
    if date_format:
        try:
            return dt.datetime.strptime(text, date_format).replace(tzinfo=dt.UTC)
        except ValueError:
            raise FieldError("instant", "this is not an instant", date_format, value) from None
    if text[4:5] == "-" and (_DAY.fullmatch(text) or _INSTANT.fullmatch(text)):
        return parse_instant(text)
    for pattern, _ in _LOOSE_DAYS:
        if found := pattern.fullmatch(text):
            return _day(found["y"], found["m"], found["d"], value)
    if found := _SLASHED.fullmatch(text):
        return _slashed(found, value)
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?", text):
        text = f"{text}Z"
    return parse_instant(text)


def _slashed(found: re.Match[str], value: object) -> dt.datetime:
    first, second, year = found.groups()
    if int(first) > 12 or first == second:  # noqa: PLR2004  months
        return _day(year, second, first, value)
    if int(second) > 12:  # noqa: PLR2004  months
        return _day(year, first, second, value)
    raise FieldError(
        "instant-ambiguous",
        "this date can mean two days",
        "a day such as 2026-05-01",
        value,
        "Say date_format in the mapping: %d/%m/%Y or %m/%d/%Y",
    )


def _day(year: str, month: str, day: str, value: object) -> dt.datetime:
    number = int(month) if month.isdigit() else _month(month)
    try:
        return dt.datetime(int(year), number, int(day), tzinfo=dt.UTC)
    except ValueError:
        raise FieldError("instant", "the calendar has no such day", "a day", value) from None


def _month(name: str) -> int:
    short = name[:3].lower()
    return _MONTHS.index(short) + 1 if short in _MONTHS else 0


# --- money -------------------------------------------------------------------------------

_AMOUNT = re.compile(r"-?\d+(?:\.\d+)?")
_GROUPED = re.compile(
    r"-?\d{1,3}(?:(?P<g>[.,' \u00a0\u202f\u2019])\d{3})(?:(?P=g)\d{3})*(?:(?P<d>[.,])\d{1,4})?"
)
_DECIMAL_COMMA = re.compile(r"-?\d+,\d{1,2}")
CURRENCIES = frozenset(list_currencies())
_SIGNS = {"€": "EUR", "$": "USD", "£": "GBP", "¥": "JPY"}
MAX_AMOUNT = Decimal(10) ** 12


def parse_amount(value: object) -> Decimal:
    """Return an amount of money as written by machines: digits and at most one point.

    Raises:
        FieldError: `amount`, `amount-negative`.
    """
    text = str(value).strip()
    if isinstance(value, bool) or not _AMOUNT.fullmatch(text):
        raise FieldError(
            "amount", "this is not an amount of money", "digits with a decimal point", value
        )
    return _checked(Decimal(text), value)


def parse_loose_amount(value: object, decimal: str = "") -> tuple[Decimal, str]:
    """Return an exported amount and the currency that is written with it, if any.

    `decimal` is the mapping's decimal sign; without one, `1.299,00 EUR` and `$1,299.00` are clear
    and `1,299` is not.

    Raises:
        FieldError: `amount`, `amount-ambiguous`, `amount-negative`.
    """
    if isinstance(value, int | float) and not isinstance(value, bool):
        exact = Decimal(value) if type(value) is int else _decimal(repr(value), value)
        return _checked(exact, value), ""
    text, currency = _without_currency(str(value).strip())
    if decimal:
        other = "," if decimal == "." else "."
        plain = re.sub(r"[\s'\u2019]", "", text).replace(other, "").replace(decimal, ".")
        return _checked(_decimal(plain, value), value), currency
    return _checked(_guessed(text, value), value), currency


def _guessed(text: str, value: object) -> Decimal:
    if _AMOUNT.fullmatch(text):
        return Decimal(text)
    if _DECIMAL_COMMA.fullmatch(text):
        return Decimal(text.replace(",", "."))
    grouped = _GROUPED.fullmatch(text)
    if grouped is None or grouped["d"] == grouped["g"]:
        raise FieldError("amount", "this is not an amount of money", "digits", value)
    if grouped["g"] == "," and not grouped["d"] and text.count(",") == 1:
        raise FieldError(
            "amount-ambiguous",
            "this amount can be read in two ways",
            "a decimal point",
            value,
            'Say decimal: "," or decimal: "." in the mapping',
        )
    whole = text.replace(grouped["g"], "")
    return _decimal(whole.replace(grouped["d"], ".") if grouped["d"] else whole, value)


def _without_currency(text: str) -> tuple[str, str]:
    found = re.fullmatch(
        r"(?P<a>[A-Z]{3}|[€$£¥])?\s*(?P<n>[-\d].*?)\s*(?P<b>[A-Z]{3}|[€$£¥])?", text
    )
    if found is None:
        return text, ""
    sign = found["a"] or found["b"] or ""
    return found["n"], _SIGNS.get(sign, sign)


def _decimal(text: str, value: object) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        raise FieldError("amount", "this is not an amount of money", "digits", value) from None


def _checked(amount: Decimal, value: object) -> Decimal:
    if not amount.is_finite() or amount >= MAX_AMOUNT:
        raise FieldError(
            "amount", "this is not an amount of money", f"less than {MAX_AMOUNT:,}", value
        )
    if amount < 0:
        raise FieldError("amount-negative", "a price is negative", "zero or more", value)
    return amount


def parse_tax_rate(value: object) -> Decimal:
    """Return a tax rate in percent: `19`, `8.1`, `7 %`.

    Raises:
        FieldError: `tax-rate`.
    """
    text = str(value).strip().removesuffix("%").strip().replace(",", ".")
    if isinstance(value, bool) or not _AMOUNT.fullmatch(text) or not 0 <= Decimal(text) <= 100:  # noqa: PLR2004  percent
        raise FieldError("tax-rate", "this is not a tax rate", "percent, 0 to 100", value)
    return Decimal(text)


def parse_currency(value: object) -> str:
    """Return an ISO 4217 code.

    Raises:
        FieldError: `currency`.
    """
    code = str(value).strip()
    if code not in CURRENCIES:
        raise FieldError(
            "currency", "there is no such currency", "an ISO 4217 code such as EUR", value
        )
    return code
