"""Rows with nothing wrong, in one pass: from cells straight to a product.

Most rows of an export are sound, and to find that out costs less than to be ready to tell what is
wrong. What is made here is made by the parsers of `columns` and `values`. Where anything is
unusual, no product is made: the row goes through a written record and `intake`, which know every
fault, its place and its words. So nothing is decided here that is not decided there.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from syndicator.catalog.columns import (
    INSTANTS,
    TEXTS,
    Row,
    category_path,
    gtin_reader,
    instant_reader,
    price_reader,
    reader,
    text_reader,
    values_of,
)
from syndicator.catalog.fields import SURROGATE, Vocabulary, parse_address, parse_sku
from syndicator.catalog.frame import parse_category
from syndicator.catalog.model import Lifecycle, Media, Price, Product, SpecValue, Text
from syndicator.catalog.rules import FieldRule, MappingRecord, MediaRule, PriceRule
from syndicator.catalog.values import FieldError

Fill = Callable[[Row, dict[str, Any]], None]
"""Reads its columns of a row and sets its field of the product, or raises FieldError."""
Direct = Callable[[Row, dict[str, SpecValue]], Product | None]
"""Makes the product of a row and its specs; none where the row is unusual."""

_SAID = frozenset({"brand", "mpn", "model", "family", "configurator"})


def direct(record: MappingRecord, locale: str, vocabulary: Vocabulary) -> Direct:
    """Return what makes products of rows by a mapping that fills SKU, brand and title."""
    fills: list[Fill] = []
    for name, rule in record.fields.items():
        full = FieldRule(column=rule) if isinstance(rule, str) else rule
        if (fill := _field(name, full, locale, vocabulary)) is None:
            return lambda _row, _specs: None
        fills.append(fill)
    fills += [_media(rule, vocabulary.locales[0]) for rule in record.media]
    fills += [_price(rule) for rule in record.prices]
    rare = [rule.column for rule in record.documents] + [rule.column for rule in record.relations]
    families = vocabulary.families

    def make(row: Row, specs: dict[str, SpecValue]) -> Product | None:
        fields: dict[str, Any] = {"specs": specs}
        try:
            for fill in fills:
                fill(row, fields)
        except FieldError:
            return None
        whole = "sku" in fields and fields.get("brand") and fields.get("title")
        if not whole or fields.get("family") in families:
            return None
        if any(row.get(column) not in (None, "") for column in rare):
            return None
        return Product(**fields)

    return make


def _field(name: str, rule: FieldRule, locale: str, vocabulary: Vocabulary) -> Fill | None:
    """Return what fills a field; none for the fields that few exports have."""
    if name in TEXTS:
        named = {*rule.columns, rule.locale or locale}
        return _text(name, rule, locale) if named <= vocabulary.known_locales else None
    if name in INSTANTS:
        return _instant(name.partition(".")[2], rule)
    if name.startswith("extra."):
        return _extra(name.partition(".")[2], rule)
    if name in _SAID:
        return _said(name, rule)
    own = {"gtin": _gtin, "sku": _sku, "category": _category}.get(name)
    return own(rule) if own else None


def _sound(text: str) -> str:
    """Return text without space around it.

    Raises:
        FieldError: It holds half a character, or NUL.
    """
    if not text.isprintable() and SURROGATE.search(text):
        raise FieldError("wrong-type", "the words are not text", "text", text)
    return text.strip()


def _text(name: str, rule: FieldRule, locale: str) -> Fill:
    read = text_reader(rule, locale)
    if not (rule.columns or rule.constant or rule.default):
        return _words(name, rule.column, rule.locale or locale, read)

    def fill(row: Row, fields: dict[str, Any]) -> None:
        if words := read(row):
            found: Text = {}
            for own, text in words.items():
                if stripped := _sound(text):
                    found[own] = stripped
            fields[name] = found

    return fill


def _words(name: str, column: str, own: str, read: Callable[[Row], dict[str, str]]) -> Fill:
    """Return what fills a text of one locale from one column: most texts of most exports."""

    def fill(row: Row, fields: dict[str, Any]) -> None:
        value = row.get(column)
        text = value if type(value) is str else read(row).get(own, "")
        if text:
            stripped = _sound(text)
            fields[name] = {own: stripped} if stripped else {}

    return fill


def _sku(rule: FieldRule) -> Fill:
    read = reader(rule)

    def fill(row: Row, fields: dict[str, Any]) -> None:
        if text := read(row):
            fields["sku"] = parse_sku(text)

    return fill


def _said(name: str, rule: FieldRule) -> Fill:
    read = reader(rule)

    def fill(row: Row, fields: dict[str, Any]) -> None:
        if text := read(row):
            fields[name] = text.strip()

    return fill


def _extra(key: str, rule: FieldRule) -> Fill:
    read = reader(rule)

    def fill(row: Row, fields: dict[str, Any]) -> None:
        if text := read(row):
            fields.setdefault("extra", {})[key] = text.strip()

    return fill


def _category(rule: FieldRule) -> Fill:
    read = reader(rule)

    @lru_cache(4096)
    def parse(text: str) -> str:
        return parse_category(category_path(text, rule.split))

    def fill(row: Row, fields: dict[str, Any]) -> None:
        if text := read(row):
            fields["category"] = parse(text)

    return fill


def _gtin(rule: FieldRule) -> Fill:
    read = gtin_reader(rule)

    def fill(row: Row, fields: dict[str, Any]) -> None:
        if gtin := read(row):
            fields["gtin"] = gtin

    return fill


def _instant(key: str, rule: FieldRule) -> Fill:
    read = instant_reader(rule)

    @lru_cache(4096)
    def only(instant: Any) -> Lifecycle:  # noqa: ANN401  lru_cache forgets types
        return Lifecycle(**{key: instant})

    def fill(row: Row, fields: dict[str, Any]) -> None:
        if instant := read(row):
            if "lifecycle" in fields:  # their order is to be checked
                raise FieldError("window", "several instants")
            fields["lifecycle"] = only(instant)

    return fill


def _media(rule: MediaRule, locale: str) -> Fill:
    column, split, folder, role, alt = rule.column, rule.split, rule.folder, rule.role, rule.alt

    def fill(row: Row, fields: dict[str, Any]) -> None:
        if (value := row.get(column)) is None or value == "":
            return
        found = []
        for text in values_of(value, split):
            words: Text = {}
            if alt and (told := row.get(alt)) and (stripped := _sound(str(told))):
                words[locale] = stripped
            if text.startswith(("http://", "https://")):
                found.append(Media(url=parse_address(text), role=role, alt=words))
            elif file := f"{folder}{text}":
                found.append(Media(file=file, role=role, alt=words))
            else:
                raise FieldError("one-place", "the cell names nothing")
        if found:
            fields["media"] = (*fields.get("media", ()), *found)

    return fill


def _price(rule: PriceRule) -> Fill:
    read = price_reader(rule)

    def fill(row: Row, fields: dict[str, Any]) -> None:
        if price := read(row):
            before: tuple[Price, ...] = fields.get("prices", ())
            fields["prices"] = (*before, price)

    return fill
