"""What is seen of an export before anybody has described it: columns, and what their cells are."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from syndicator.catalog.values import (
    CURRENCIES,
    FieldError,
    parse_gtin,
    parse_loose_amount,
    parse_loose_instant,
)

Row = Mapping[str, object]
SAMPLE = 1000
"""Rows that are looked at."""
_SURE = 0.6
"""Share of a column's filled cells that must look like a type."""


@dataclass(frozen=True, slots=True)
class Column:
    """What is seen of one column: its name in words, how full it is, and some of its values."""

    name: str
    words: str
    values: tuple[str, ...]
    """Filled cells, in order."""
    share: float
    """Filled cells a row."""

    def called(self, words: str) -> bool:
        """Tell whether this is the column's name, or its last step in an inner object."""
        return self.words == words or in_words(self.name.rpartition(".")[2]) == words

    def like(self, test: Callable[[str], bool]) -> bool:
        """Tell whether most filled cells pass a test."""
        return bool(self.values) and sum(map(test, self.values)) >= _SURE * len(self.values)

    def separator(self, known: Iterable[str]) -> str:
        """Return what parts the values of most filled cells, if anything does."""
        return next((sign for sign in known if self.like(partial(_holds, sign))), "")

    def unique(self) -> bool:
        """Tell whether the column could be a key."""
        return self.share == 1 and len(set(self.values)) == len(self.values)

    def note(self) -> str:
        """Return what a person wants to know of the column, as a comment."""
        first = self.values[0][:80] if self.values else ""
        shown = "".join(sign if sign.isprintable() else " " for sign in first)
        shown = shown if len(shown) <= 40 else f"{shown[:37]}..."  # noqa: PLR2004  the line's width
        return f"# {self.share:.0%} filled, such as {shown}"


def observe(rows: Sequence[Row]) -> list[Column]:
    """Return the named columns of a sample of rows, in the order in which they appear."""
    cells: dict[str, list[str]] = {}
    for row in rows[:SAMPLE]:
        for name, value in row.items():
            if not name:  # nothing can be said of it in a mapping
                continue
            held = cells.setdefault(name, [])
            first = value[0] if isinstance(value, list) and value else value
            if first is not None and first != "" and not isinstance(first, list | dict):
                held.append(str(first).lower() if isinstance(first, bool) else str(first))
    total = max(len(rows[:SAMPLE]), 1)
    return [
        Column(name, in_words(name), tuple(held), len(held) / total) for name, held in cells.items()
    ]


def in_words(name: str) -> str:
    """Return the name of a column as words of lowercase letters: `titleDE` is `title de`."""
    spaced = re.sub(r"([a-z])([A-Z])", r"\1 \2", name)
    return " ".join(re.sub(r"[^a-z0-9]+", " ", spaced.lower()).split())


def _passes(parse: Callable[[str], object], value: str) -> bool:
    try:
        parse(value)
    except FieldError:
        return False
    return True


def is_gtin(value: str) -> bool:
    """Tell whether a cell is a valid GTIN."""
    return _passes(parse_gtin, value)


def is_instant(value: str) -> bool:
    """Tell whether a cell is a date that means one day."""
    return _passes(parse_loose_instant, value)


def is_amount(value: str) -> bool:
    """Tell whether a cell is an amount of money."""
    return _passes(parse_loose_amount, value)


def currency_of(value: str) -> str:
    """Return the currency of ISO 4217 that is written in a cell; empty where none is.

    Three capitals beside an amount are read as a currency, whatever they are: `9,50 EUP`.
    """
    try:
        written = parse_loose_amount(value)[1]
    except FieldError:
        return ""
    return written if written in CURRENCIES else ""


def _holds(sign: str, value: str) -> bool:
    return sign in value
