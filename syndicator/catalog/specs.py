"""Specs: what is written becomes a typed value, in the unit of its definition."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping

from syndicator.catalog.model import (
    Choice,
    Flag,
    Number,
    Series,
    Span,
    SpecDefinition,
    SpecType,
    SpecValue,
    Text,
    Words,
)
from syndicator.catalog.units import CLDR_UNITS, convert, symbol
from syndicator.catalog.values import FieldError

_NUMBER = r"[-+]?(?:\d{1,3}(?:[ \u00a0\u202f]\d{3})+|\d+)(?:[.,]\d+)?(?:[eE][-+]?\d+)?"
_QUANTITY = re.compile(rf"({_NUMBER})\s*([^\d\s.,+-].*)?")
_RANGE = re.compile(
    rf"({_NUMBER})\s*(?:\.\.\.?|[-\u2013\u2014]|to|bis|à)\s*({_NUMBER})\s*([^\d\s.,+-].*)?"
)
_YES = frozenset({"yes", "true", "ja", "oui", "y", "1"})
_NO = frozenset({"no", "false", "nein", "non", "n", "0"})
_MORE_UNITS = frozenset({"%", "dB", "Wh", "mAh", "Ah", "dpi", "rpm", "VA", "Mbit/s", "Gbit/s"})

_TYPED = frozenset({Number, Span, Words, Flag, Choice, Series})

TextParser = Callable[[object, str], Text]
"""Makes a text of what is written at a path, and notes what is wrong with it."""


def parse_spec(
    written: object, definition: SpecDefinition | None, words: TextParser, path: str
) -> SpecValue:
    """Return the typed value of one spec; without a definition its type is guessed.

    Raises:
        FieldError: The value does not fit the definition's type, unit or choices.
    """
    if type(written) in _TYPED:
        if definition is None or not isinstance(written, Words) or definition.type is SpecType.TEXT:
            return written  # type: ignore[return-value]  # the check above says what it is
        written = next(iter(written.text.values()), "")  # an export's text, for a typed spec
    kind = definition.type if definition else guess(written)
    return _PARSERS[kind](written, definition or _ANY, words, path)


def guess(written: object) -> SpecType:
    """Return the type that a value looks like; text with a known unit is a number."""
    if isinstance(written, bool):
        return SpecType.BOOLEAN
    if isinstance(written, int | float):
        return SpecType.NUMBER
    if isinstance(written, list):
        return SpecType.LIST
    if isinstance(written, str):
        if (found := _QUANTITY.fullmatch(written.strip())) and _is_unit(found[2]):
            return SpecType.NUMBER
        if (found := _RANGE.fullmatch(written.strip())) and _is_unit(found[3]) and ".." in written:
            return SpecType.RANGE
    return SpecType.TEXT


def _is_unit(written: str | None) -> bool:
    return written is not None and (
        (known := symbol(written)) in CLDR_UNITS or known in _MORE_UNITS
    )


def _number(written: object, definition: SpecDefinition, _words: TextParser, _path: str) -> Number:
    value, unit = quantity(written, definition.unit)
    return Number(value=value, unit=unit)


def quantity(written: object, unit: str = "") -> tuple[float, str]:
    """Return a written quantity as value and unit; in `unit`, where one is asked for.

    Raises:
        FieldError: `number`, `unit`.
    """
    if isinstance(written, int | float) and not isinstance(written, bool):
        try:
            return _finite(float(written), written), unit
        except OverflowError:  # JSON and YAML know whole numbers of any length
            raise FieldError("number", "the number is too large", "a number", written) from None
    found = _QUANTITY.fullmatch(str(written).strip())
    if found is None or isinstance(written, bool):
        expected = f"a number in {unit}" if unit else "a number with its unit"
        raise FieldError("number", "this is not a quantity", expected, written)
    return _in_unit(_float(found[1]), found[2], unit, written)


def _span(written: object, definition: SpecDefinition, _words: TextParser, _path: str) -> Span:
    low, high, unit = _ends(written, definition.unit)
    if low > high:
        raise FieldError("range", "the range ends before it starts", "low..high", written)
    return Span(low=low, high=high, unit=unit)


def _ends(written: object, unit: str) -> tuple[float, float, str]:
    if isinstance(written, list) and len(written) == 2:  # noqa: PLR2004  two ends
        low, its = quantity(written[0], unit)
        high, other = quantity(written[1], unit or its)
        return low, high, other
    found = _RANGE.fullmatch(str(written).strip())
    if found is None:
        raise FieldError(
            "range", "this is not a range", "low..high with a unit, such as 165..190 cm", written
        )
    low, its = _in_unit(_float(found[1]), found[3], unit, written)
    high, _ = _in_unit(_float(found[2]), found[3], unit, written)
    return low, high, its


def _in_unit(
    value: float, written_unit: str | None, unit: str, written: object
) -> tuple[float, str]:
    own = symbol(written_unit) if written_unit else unit
    if not unit or own == unit:
        return _finite(value, written), own
    converted = convert(value, own, unit)
    if converted is None:
        raise FieldError(
            "unit", f"{own} cannot be converted to {unit}", f"a quantity in {unit}", written
        )
    return _finite(converted, written), unit


def _float(digits: str) -> float:
    return float(re.sub(r"\s", "", digits).replace(",", "."))


def _finite(value: float, written: object) -> float:
    if not math.isfinite(value):
        raise FieldError("number", "the number is not finite", "a number", written)
    return value


def _flag(written: object, _definition: SpecDefinition, _words: TextParser, _path: str) -> Flag:
    if isinstance(written, bool):
        return Flag(value=written)
    text = str(written).strip().lower()
    if text in _YES or text in _NO:
        return Flag(value=text in _YES)
    raise FieldError("boolean", "this is neither true nor false", "true or false", written)


def _choice(written: object, definition: SpecDefinition, _words: TextParser, _path: str) -> Choice:
    codes = written if isinstance(written, list) else [written]
    known = definition.choices
    for code in codes:
        if known and str(code) not in known:
            raise FieldError(
                "choice", "the definition has no such choice", ", ".join(list(known)[:12]), code
            )
    if not codes:
        raise FieldError("choice", "nothing is chosen", "one code or several", written)
    return Choice(codes=tuple(str(code) for code in codes))


def _prose(written: object, _definition: SpecDefinition, words: TextParser, path: str) -> Words:
    if isinstance(written, int | float) and not isinstance(written, bool):
        written = str(written)
    return Words(text=words(written, path))


def _series(written: object, _definition: SpecDefinition, words: TextParser, path: str) -> Series:
    items = written if isinstance(written, list) else [written]
    return Series(
        items=tuple(
            words(str(item) if isinstance(item, int | float) else item, f"{path}[{i}]")
            for i, item in enumerate(items)
        )
    )


_PARSERS: Mapping[SpecType, Callable[[object, SpecDefinition, TextParser, str], SpecValue]] = {
    SpecType.NUMBER: _number,
    SpecType.RANGE: _span,
    SpecType.BOOLEAN: _flag,
    SpecType.CHOICE: _choice,
    SpecType.TEXT: _prose,
    SpecType.LIST: _series,
}
_ANY = SpecDefinition(key="", type=SpecType.TEXT, label={})
