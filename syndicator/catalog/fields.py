"""Fields of a record: parsed one by one, with every fault noted at its place."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from syndicator.catalog.model import Family, SpecDefinition, Text
from syndicator.catalog.shapes import Place
from syndicator.catalog.values import FieldError, parse_instant
from syndicator.errors import Problem

Value = TypeVar("Value")

_ADDRESS = re.compile(r"https?://[^\s/]+(?:/\S*)?")
_TERRITORY = re.compile(r"[A-Z]{2}")
_SKU = re.compile(r"[^\x00-\x1f\x7f]{1,128}")
SURROGATE = re.compile(r"[\x00\ud800-\udfff]")
"""Halves of characters, which no UTF-8 can carry, and NUL, which no page can."""


@dataclass(frozen=True)
class Vocabulary:
    """What records may refer to: locales (the first is the default) and families."""

    locales: tuple[str, ...]
    families: Mapping[str, Family] = field(default_factory=dict)
    known_locales: frozenset[str] = frozenset()
    """Every locale that words may have: the workspace's and those of its fallback chains."""
    definitions: dict[str, dict[str, SpecDefinition]] = field(default_factory=dict)

    def definition(self, family: str, key: str) -> SpecDefinition | None:
        """Return what `key` means in `family`, if it is known."""
        if family not in self.definitions:
            known = self.families.get(family)
            self.definitions[family] = {spec.key: spec for spec in known.specs} if known else {}
        return self.definitions[family].get(key)


class Fields:
    """Parses the fields of one record; what cannot be used is gathered in `problems`."""

    def __init__(self, vocabulary: Vocabulary, place: Place) -> None:
        self.vocabulary, self.place = vocabulary, place
        self.problems: list[Problem] = []

    def text(self, value: object, path: str) -> Text:
        """Return words by locale; empty words are no words."""
        if isinstance(value, str):
            value = {self.vocabulary.locales[0]: value}
        if not isinstance(value, dict):
            expected = "text, or a map of locale to text"
            self.wrong(
                path, FieldError("wrong-type", "the value has the wrong type", expected, value)
            )
            return {}
        found: Text = {}
        for locale, words in value.items():
            if locale not in self.vocabulary.known_locales:
                self.unknown_locale(str(locale), path)
            elif not isinstance(words, str) or SURROGATE.search(words):
                self.wrong(path, FieldError("wrong-type", "the words are not text", "text", words))
            elif stripped := words.strip():
                found[locale] = stripped
        return found

    def words(self, path: str, value: object) -> Text:
        """Return words by locale, of which there must be some."""
        found = self.text(value, path)
        if not found and not self.problems:
            self.wrong(
                path, FieldError("empty", f"{path} is empty", "words in at least one locale")
            )
        return found

    def unknown_locale(self, locale: str, path: str) -> None:
        """Note words in a locale that the workspace does not have."""
        known = ", ".join(self.vocabulary.locales)
        fix = "Add it to locales in syndicator.toml, or remove the words"
        where = f"{path}.{locale}"
        self.wrong(
            where,
            FieldError("unknown-locale", "the workspace has no such locale", known, locale, fix),
        )

    def filled(self, path: str, value: str) -> str:
        """Return text that may not be empty."""
        stripped = value.strip()
        if not stripped:
            self.wrong(path, FieldError("empty", f"{path} is empty", "text"))
        return stripped

    def checked(self, path: str, value: object, parse: Callable[[object], Value]) -> Value | None:
        """Return the parsed value, or note why it cannot be used."""
        try:
            return parse(value)
        except FieldError as error:
            self.wrong(path, error)
            return None

    def wrong(self, path: str, error: FieldError) -> None:
        """Note a value that cannot be used."""
        self.problems.append(
            Problem(
                error.code,
                error.message,
                self.place(path),
                path,
                error.expected,
                error.found,
                error.fix,
            )
        )

    def instant(self, value: str | None, path: str) -> Any:  # noqa: ANN401  datetime or None
        """Return an instant, or nothing where nothing is written."""
        return None if value is None or value == "" else self.checked(path, value, parse_instant)

    def territories(self, codes: Iterable[str], path: str) -> tuple[str, ...]:
        """Return codes of territories."""
        found = tuple(codes)
        for i, code in enumerate(found):
            self.checked(f"{path}.territories[{i}]", code, parse_territory)
        return found

    def one_place(self, path: str, file: str, url: str) -> None:
        """Note what names neither a file nor an address, or both, or no address of the web."""
        if bool(file) == bool(url):
            self.wrong(
                path, FieldError("one-place", "one of file and url says where it is", "file or url")
            )
        elif url:
            self.checked(f"{path}.url", url, parse_address)


def parse_territory(value: object) -> str:
    """Return the ISO 3166-1 code of a territory.

    Raises:
        FieldError: `territory`.
    """
    text = str(value)
    if not _TERRITORY.fullmatch(text):
        expected = "an ISO 3166-1 code such as DE"
        raise FieldError("territory", "this is not a territory", expected, value)
    return text


def parse_address(value: object) -> str:
    """Return an address of the web.

    Raises:
        FieldError: `address`.
    """
    text = str(value)
    if not _ADDRESS.fullmatch(text):
        raise FieldError("address", "this is not an address of the web", "https://…", value)
    return text


def parse_sku(value: object) -> str:
    """Return a SKU.

    Raises:
        FieldError: `sku`.
    """
    text = str(value).strip()
    if not _SKU.fullmatch(text) or not (text.isascii() or SURROGATE.search(text) is None):
        raise FieldError(
            "sku", "this cannot be a SKU", "1 to 128 characters without line breaks", value
        )
    return text
