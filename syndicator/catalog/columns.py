"""Columns of a row become fields of a record: one function for each rule of a mapping."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from syndicator.catalog.model import (
    Flag,
    Number,
    Price,
    Series,
    SpecType,
    SpecValue,
    Tax,
    Words,
)
from syndicator.catalog.records import TaxRecord
from syndicator.catalog.rules import FieldRule, MediaRule, PriceRule, RelationRule, SpecRule
from syndicator.catalog.specs import quantity
from syndicator.catalog.units import symbol
from syndicator.catalog.values import (
    FieldError,
    parse_currency,
    parse_gtin,
    parse_loose_amount,
    parse_loose_instant,
    parse_tax_rate,
)
from syndicator.errors import Severity

Row = Mapping[str, Any]
Field = Callable[[Row, "Applied"], None]
"""Reads its columns of a row and writes its field of the record."""
Cell = Callable[[Any], SpecValue]
TEXTS = frozenset({"title", "summary", "description"})
INSTANTS = frozenset({"lifecycle.announce", "lifecycle.release", "lifecycle.end_of_life"})


@dataclass(slots=True)
class Applied:
    """The record of one row, with what could not be used of it.

    `typed` are fields of the product that need no further parsing; an export's numbers are
    numbers already.
    """

    record: dict[str, Any] = field(default_factory=dict)
    typed: dict[str, Any] = field(default_factory=dict)
    instants: dict[str, dt.datetime] = field(default_factory=dict)
    faults: list[tuple[str, FieldError, Severity]] = field(default_factory=list)


def slug(words: str) -> str:
    """Return words as a key: lowercase letters and digits of any script, joined by `_`."""
    return re.sub(r"[\W_]+", "_", words.lower()).strip("_") or "x"


def field_of(name: str, rule: FieldRule, locale: str) -> Field:
    """Return what fills the field `name` by its rule."""
    read = _reader(rule)
    if name in TEXTS or name.startswith("variant.axes."):
        return _text_field(name, rule, locale)
    if name == "gtin":
        return _gtin_field(rule)
    if name in INSTANTS:
        return _instant_field(name, rule)
    parse = _parser(name, rule, rule.locale or locale)
    path = tuple(name.split(".", 1)) if name.startswith("extra.") else tuple(name.split("."))

    def fill(row: Row, applied: Applied) -> None:
        text = read(row)
        if not text:
            return
        try:
            _put(applied.record, path, parse(text))
        except FieldError as error:
            _fault(applied, name, error, rule)

    return fill


def _parser(name: str, rule: FieldRule, locale: str) -> Callable[[str], Any]:
    """Return what makes the written value of a field from the text of its column."""
    if name == "highlights":
        return lambda text: [{locale: part.strip()} for part in text.split(rule.split or "\n")]
    if name == "category":
        return lambda text: category_path(text, rule.split)
    return lambda text: text


def _reader(rule: FieldRule) -> Callable[[Row], str]:
    """Return what reads the text of a rule; empty where the row has none."""
    column, prefix, default, constant = rule.column, rule.prefix, rule.default, rule.constant
    if constant and not column:
        return lambda _: constant

    def read(row: Row) -> str:
        value = row.get(column)
        if type(value) is list:
            value = value[0] if value and rule.first else rule.split.join(map(str, value))
        if value is None or value == "":
            return default
        text = value if type(value) is str else _as_text(value)
        if rule.several:
            text = text.split(rule.several, 1)[0].strip()
        return prefix + text if prefix else text

    return read


def _as_text(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _put(record: dict[str, Any], path: tuple[str, ...], value: object) -> None:
    for key in path[:-1]:
        record = record.setdefault(key, {})
    record[path[-1]] = value


def _fault(applied: Applied, name: str, error: FieldError, rule: FieldRule) -> None:
    drop = rule.when_invalid == "drop"
    applied.faults.append((name, error, Severity.WARNING if drop else Severity.ERROR))


def _text_field(name: str, rule: FieldRule, locale: str) -> Field:
    columns = rule.columns or {rule.locale or locale: rule.column}
    readers = [(own, _reader(FieldRule(column=column))) for own, column in columns.items()]
    path = tuple(name.split("."))
    fallback = rule.constant or rule.default

    def fill(row: Row, applied: Applied) -> None:
        words = {own: text for own, read in readers if (text := read(row))}
        if not words and fallback:
            words = {rule.locale or locale: fallback}
        if words:
            _put(applied.record, path, words)

    return fill


def _instant_field(name: str, rule: FieldRule) -> Field:
    read, key = _reader(rule), name.partition(".")[2]

    def fill(row: Row, applied: Applied) -> None:
        if text := read(row):
            try:
                applied.instants[key] = parse_loose_instant(text, rule.date_format)
            except FieldError as error:
                _fault(applied, name, error, rule)

    return fill


def _gtin_field(rule: FieldRule) -> Field:
    column = rule.column

    def fill(row: Row, applied: Applied) -> None:
        value = row.get(column)
        candidates = value if isinstance(value, list) else [value]
        failure: FieldError | None = None
        for candidate in candidates[: None if rule.first else 1]:
            if candidate is None or candidate == "":
                continue
            try:
                applied.typed["gtin"] = parse_gtin(candidate)
            except FieldError as error:
                failure = failure or error
            else:
                return
        if failure:
            _fault(applied, "gtin", failure, rule)

    return fill


def category_path(text: str, split: str) -> str:
    """Return the category path of words such as `Bikes > E-bikes`, split at `split`."""
    return "/".join(
        slug(part).replace("_", "-") for part in (text.split(split) if split else [text])
    )


# --- lists -------------------------------------------------------------------------------


def _values(value: object, split: str) -> list[str]:
    if value is None or value == "":
        return []
    if isinstance(value, list):
        return [str(item).strip() for item in value if item]
    text = str(value)
    return [part.strip() for part in (text.split(split) if split else [text]) if part.strip()]


def media_of(rule: MediaRule, name: str) -> Field:
    """Return what adds the pictures or documents of a column."""
    kind = {"role": rule.role.value} if name == "media" else {}

    def fill(row: Row, applied: Applied) -> None:
        for text in _values(row.get(rule.column), rule.split):
            address = text.startswith(("http://", "https://"))
            entry: dict[str, Any] = {"url": text} if address else {"file": f"{rule.folder}{text}"}
            if rule.alt and (alt := row.get(rule.alt)):
                entry["alt"] = str(alt)
            applied.record.setdefault(name, []).append(entry | kind)

    return fill


def price_of(rule: PriceRule) -> Field:
    """Return what adds the price of a column."""
    scale = Decimal(str(rule.scale))
    tax = tax_of(rule.tax)

    def fill(row: Row, applied: Applied) -> None:
        value = row.get(rule.column)
        if value is None or value == "":
            return
        try:
            amount, written = parse_loose_amount(value, rule.decimal)
            own = row.get(rule.currency_column) if rule.currency_column else ""
            currency = str(own or written or rule.currency)
            if currency and currency != rule.currency:
                parse_currency(currency)
        except FieldError as error:
            applied.faults.append((rule.column, error, Severity.ERROR))
            return
        price = Price(list=rule.list, amount=amount * scale, currency=currency, tax=tax)
        applied.typed["prices"] = (*applied.typed.get("prices", ()), price)

    return fill


def tax_of(rule: TaxRecord | None) -> Tax | None:
    """Return how the prices of a column stand to tax.

    Raises:
        FieldError: `tax-rate`.
    """
    if rule is None:
        return None
    rate = None if rule.rate is None else parse_tax_rate(rule.rate)
    return Tax(included=rule.included, rate=rate, kind=rule.kind)


def relation_of(rule: RelationRule) -> Field:
    """Return what adds the related products of a column."""

    def fill(row: Row, applied: Applied) -> None:
        if targets := [rule.prefix + sku for sku in _values(row.get(rule.column), rule.split)]:
            applied.record.setdefault("relations", {}).setdefault(rule.type.value, []).extend(
                targets
            )

    return fill


# --- specs -------------------------------------------------------------------------------


def cell_of(rule: SpecRule, locale: str) -> Cell:
    """Return what makes a spec of the value of a cell."""
    unit = symbol(rule.unit) if rule.unit else ""

    def number(value: Any) -> SpecValue:  # noqa: ANN401  any cell
        if type(value) is float or type(value) is int:
            return Number(value=value, unit=unit)
        amount, own = quantity(value, unit)
        return Number(value=amount, unit=own)

    def flag(value: Any) -> SpecValue:  # noqa: ANN401
        return _FLAGS[value] if type(value) is bool else _flag(value)

    def text(value: Any) -> SpecValue:  # noqa: ANN401
        return Words(text={locale: value if type(value) is str else _as_text(value)})

    def series(value: Any) -> SpecValue:  # noqa: ANN401
        return Series(items=tuple({locale: part} for part in _values(value, rule.split or ",")))

    known: dict[SpecType, Cell] = {
        SpecType.NUMBER: number,
        SpecType.BOOLEAN: flag,
        SpecType.LIST: series,
    }
    return known.get(rule.type, text)


_FLAGS = {True: Flag(value=True), False: Flag(value=False)}


def _flag(value: object) -> Flag:
    text = str(value).strip().lower()
    if text in {"yes", "true", "1", "y", "ja", "oui"}:
        return _FLAGS[True]
    if text in {"no", "false", "0", "n", "nein", "non"}:
        return _FLAGS[False]
    raise FieldError("boolean", "this is neither true nor false", "true or false", value)
