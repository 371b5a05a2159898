"""Columns of a row become fields of a record: one function for each rule of a mapping."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from math import isfinite
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
_MEMORY = 4096
"""Texts of a rule that are parsed once: instants and quantities of exports repeat."""
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
    read = reader(rule)
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


def reader(rule: FieldRule) -> Callable[[Row], str]:
    """Return what reads the text of a rule; empty where the row has none."""
    column, prefix, default, constant = rule.column, rule.prefix, rule.default, rule.constant
    if constant and not column:
        return lambda _: constant
    bare = not (prefix or default or rule.several)

    def read(row: Row) -> str:
        value = row.get(column)
        if bare and type(value) is str:
            return value
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


def text_reader(rule: FieldRule, locale: str) -> Callable[[Row], dict[str, str]]:
    """Return what reads the words of a rule by locale, as they are written."""
    own = rule.locale or locale
    columns = rule.columns or {own: rule.column}
    readers = [(each, reader(FieldRule(column=column))) for each, column in columns.items()]
    fallback = rule.constant or rule.default

    def read(row: Row) -> dict[str, str]:
        words = {each: text for each, read in readers if (text := read(row))}
        return {own: fallback} if fallback and not words else words

    return read


def instant_reader(rule: FieldRule) -> Callable[[Row], dt.datetime | None]:
    """Return what reads the instant of a rule; it raises FieldError. Days of exports repeat."""
    read = reader(rule)

    @lru_cache(_MEMORY)
    def parse(text: str) -> dt.datetime:
        return parse_loose_instant(text, rule.date_format)

    return lambda row: parse(text) if (text := read(row)) else None


def gtin_reader(rule: FieldRule) -> Callable[[Row], str]:
    """Return what reads the GTIN of a rule: the first that is one, or FieldError for the first."""
    column, first = rule.column, rule.first

    def read(row: Row) -> str:
        value = row.get(column)
        candidates = value if isinstance(value, list) else [value]
        failure: FieldError | None = None
        for candidate in candidates[: None if first else 1]:
            if candidate is None or candidate == "":
                continue
            try:
                return parse_gtin(candidate)
            except FieldError as error:
                failure = failure or error
        if failure:
            raise failure
        return ""

    return read


def _text_field(name: str, rule: FieldRule, locale: str) -> Field:
    read, path = text_reader(rule, locale), tuple(name.split("."))

    def fill(row: Row, applied: Applied) -> None:
        if words := read(row):
            _put(applied.record, path, words)

    return fill


def _instant_field(name: str, rule: FieldRule) -> Field:
    read, key = instant_reader(rule), name.partition(".")[2]

    def fill(row: Row, applied: Applied) -> None:
        try:
            if instant := read(row):
                applied.instants[key] = instant
        except FieldError as error:
            _fault(applied, name, error, rule)

    return fill


def _gtin_field(rule: FieldRule) -> Field:
    read = gtin_reader(rule)

    def fill(row: Row, applied: Applied) -> None:
        try:
            if gtin := read(row):
                applied.typed["gtin"] = gtin
        except FieldError as error:
            _fault(applied, "gtin", error, rule)

    return fill


def category_path(text: str, split: str) -> str:
    """Return the category path of words such as `Bikes > E-bikes`, split at `split`."""
    return "/".join(
        slug(part).replace("_", "-") for part in (text.split(split) if split else [text])
    )


# --- lists -------------------------------------------------------------------------------


def values_of(value: object, split: str) -> list[str]:
    """Return the texts of a cell that holds several, split at `split` where it is one text."""
    if value is None or value == "":
        return []
    if isinstance(value, list):
        return [str(item).strip() for item in value if item]
    text = str(value)
    if not split:
        return [stripped] if (stripped := text.strip()) else []
    return [part.strip() for part in text.split(split) if part.strip()]


def media_of(rule: MediaRule, name: str) -> Field:
    """Return what adds the pictures or documents of a column."""
    kind = {"role": rule.role.value} if name == "media" else {}

    def fill(row: Row, applied: Applied) -> None:
        for text in values_of(row.get(rule.column), rule.split):
            address = text.startswith(("http://", "https://"))
            entry: dict[str, Any] = {"url": text} if address else {"file": f"{rule.folder}{text}"}
            if rule.alt and (alt := row.get(rule.alt)):
                entry["alt"] = str(alt)
            applied.record.setdefault(name, []).append(entry | kind)

    return fill


def price_reader(rule: PriceRule) -> Callable[[Row], Price | None]:
    """Return what reads the price of a rule; it raises FieldError."""
    column, scale, tax = rule.column, Decimal(str(rule.scale)), tax_of(rule.tax)

    def read(row: Row) -> Price | None:
        value = row.get(column)
        if value is None or value == "":
            return None
        amount, written = parse_loose_amount(value, rule.decimal)
        own = row.get(rule.currency_column) if rule.currency_column else ""
        currency = str(own or written or rule.currency)
        if currency and currency != rule.currency:
            parse_currency(currency)
        return Price(list=rule.list, amount=amount * scale, currency=currency, tax=tax)

    return read


def price_of(rule: PriceRule) -> Field:
    """Return what adds the price of a column."""
    read = price_reader(rule)

    def fill(row: Row, applied: Applied) -> None:
        try:
            if price := read(row):
                applied.typed["prices"] = (*applied.typed.get("prices", ()), price)
        except FieldError as error:
            applied.faults.append((rule.column, error, Severity.ERROR))

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
        if targets := [rule.prefix + sku for sku in values_of(row.get(rule.column), rule.split)]:
            applied.record.setdefault("relations", {}).setdefault(rule.type.value, []).extend(
                targets
            )

    return fill


# --- specs -------------------------------------------------------------------------------


def cell_of(rule: SpecRule, locale: str) -> Cell:
    """Return what makes a spec of the value of a cell."""
    unit = symbol(rule.unit) if rule.unit else ""

    @lru_cache(_MEMORY)
    def written(text: str) -> tuple[float, str]:
        return quantity(text, unit)

    def number(value: Any) -> SpecValue:  # noqa: ANN401  any cell
        if type(value) is float and isfinite(value):
            return Number(value=value, unit=unit)
        amount, own = written(value) if type(value) is str else quantity(value, unit)
        return Number(value=amount, unit=own)

    def flag(value: Any) -> SpecValue:  # noqa: ANN401
        return _FLAGS[value] if type(value) is bool else _flag(value)

    def text(value: Any) -> SpecValue:  # noqa: ANN401
        return Words(text={locale: value if type(value) is str else _as_text(value)})

    def series(value: Any) -> SpecValue:  # noqa: ANN401
        return Series(items=tuple({locale: part} for part in values_of(value, rule.split or ",")))

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
