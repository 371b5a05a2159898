"""Reading the fields of a rule file: each reader returns a value and notes what is wrong."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

from syndicator.catalog.model import Text
from syndicator.errors import Origin, Problem
from syndicator.located import Located

IDENTIFIER = re.compile(r"[^\W_][\w]*(?:-\w+)*")
RESERVED = frozenset(("and", "or", "not", "in", "sum"))
MAX_AMOUNT = Decimal(10) ** 9
MAX_WORDS = 20_000

Record = dict[str, Any]


def spelled(number: Fraction) -> str:
    """Return an exact number as people write it: `26`, `27.5`, `1000001`."""
    amount = Decimal(number.numerator) / Decimal(number.denominator)
    return format(amount.normalize(), "f")


class Fields:
    """A document being read: where values are, and every problem found so far."""

    def __init__(self, document: Located, locale: str) -> None:
        self.document = document
        self.locale = locale
        self.problems: list[Problem] = []

    def at(self, path: str) -> Origin:
        """Return the place of the value at `path`."""
        return self.document.at(path)

    def note(
        self,
        code: str,
        message: str,
        path: str,
        *,
        expected: str = "",
        found: object = "",
        fix: str = "",
    ) -> None:
        """Remember one problem at `path`."""
        shown = found if isinstance(found, str) else repr(found)
        self.problems.append(Problem(code, message, self.at(path), path, expected, shown[:80], fix))

    def record(self, value: Any, path: str, known: Iterable[str]) -> Record:  # noqa: ANN401  parsed YAML
        """Return a mapping with only known keys; others are problems and left out."""
        if not isinstance(value, dict):
            self.note("wrong-type", "this is not a mapping", path, expected="keys", found=value)
            return {}
        names = sorted(known)
        for key in value:
            if key not in names:
                where = f"{path}.{key}" if path else str(key)
                self.note("unknown-key", f"unknown key {key!r}", where, expected=", ".join(names))
        return {key: one for key, one in value.items() if key in names}

    def items(self, record: Record, key: str, path: str) -> list[tuple[Any, str]]:
        """Return the items of a list with their paths; absent is empty."""
        value = record.get(key)
        where = f"{path}.{key}" if path else key
        if value is None:
            return []
        if not isinstance(value, list):
            self.note("wrong-type", f"{key} is not a list", where, expected="a list", found=value)
            return []
        return [(one, f"{where}[{index}]") for index, one in enumerate(value)]

    def identifier(self, record: Record, path: str, taken: Iterable[str] = ()) -> str:
        """Return the `id`, a free name that the rule language can say."""
        value = record.get("id")
        where = f"{path}.id" if path else "id"
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        if not isinstance(value, str) or not IDENTIFIER.fullmatch(value) or value in RESERVED:
            self.note(
                "bad-id",
                "an id is letters, digits, _ and inner -",
                where,
                expected="an id",
                found=value,
            )
            return ""
        if value in taken:
            self.note("duplicate-id", f"the id {value!r} is used twice", where, found=value)
            return ""
        return value

    def text(self, record: Record, key: str, path: str) -> Text:
        """Return words by locale; a bare text is in the default locale."""
        value = record.get(key)
        where = f"{path}.{key}" if path else key
        if value is None:
            return {}
        if isinstance(value, str):
            value = {self.locale: value}
        if not isinstance(value, dict) or not all(
            isinstance(one, str) and len(one) <= MAX_WORDS for one in (*value, *value.values())
        ):
            self.note("wrong-type", "these are not words", where, expected="text", found=value)
            return {}
        return dict(value)

    def place(self, ids: Sequence[str], record: Record, key: str, path: str) -> int | None:
        """Return which of `ids` a key names; absent is None."""
        raw = record.get(key)
        if raw is None:
            return None
        wanted = {True: "yes", False: "no"}[raw] if isinstance(raw, bool) else str(raw)
        if wanted not in ids:
            where, known = f"{path}.{key}", ", ".join(ids[:12])
            message = f"{key} is no value of this option"
            self.note("unknown-value", message, where, expected=known, found=wanted)
            return None
        return ids.index(wanted)

    def string(self, record: Record, key: str, path: str) -> str:
        """Return a plain text, or an empty one."""
        value = record.get(key, "")
        if not isinstance(value, str):
            where = f"{path}.{key}" if path else key
            self.note("wrong-type", f"{key} is not text", where, expected="text", found=value)
            return ""
        return value

    def number(self, value: Any, path: str) -> Fraction | None:  # noqa: ANN401  parsed YAML
        """Return an exact number; text that looks like one is a problem, not a guess."""
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            fix = "remove the quotes" if isinstance(value, str) else ""
            self.note(
                "not-a-number",
                "this is not a number",
                path,
                expected="a number",
                found=value,
                fix=fix,
            )
            return None
        if not math.isfinite(value) or abs(value) > MAX_AMOUNT:
            self.note("not-a-number", "the number is out of reach", path, found=value)
            return None
        return Fraction(repr(value))

    def numbers(self, record: Record, key: str, path: str) -> dict[str, Fraction]:
        """Return a mapping of names to exact numbers."""
        found = {}
        for name, value, where in self._pairs(record, key, path):
            number = self.number(value, where)
            if number is not None:
                found[name] = number
        return found

    def prices(self, record: Record, key: str, path: str) -> dict[str, Decimal]:
        """Return the amount in each price list; amounts are numbers or decimal text."""
        found = {}
        for name, value, where in self._pairs(record, key, path):
            amount = self._amount(value)
            if amount is None:
                self.note(
                    "bad-price", "this is not an amount", where, expected="like 129.90", found=value
                )
            else:
                found[name] = amount
        return found

    def _amount(self, value: Any) -> Decimal | None:  # noqa: ANN401  parsed YAML
        if isinstance(value, bool) or not isinstance(value, (int, float, str)):
            return None
        try:
            amount = Decimal(str(value))
        except InvalidOperation:
            return None
        sane = amount.is_finite() and abs(amount) <= MAX_AMOUNT
        return amount if sane and amount == round(amount, 4) else None

    def parts(self, record: Record, path: str) -> tuple[tuple[str, int], ...]:
        """Return part SKUs with quantities from `parts: {SKU: quantity}`."""
        found = []
        for sku, quantity, where in self._pairs(record, "parts", path):
            if isinstance(quantity, bool) or not isinstance(quantity, int) or quantity < 1:
                self.note(
                    "bad-quantity",
                    "a quantity of parts is a positive whole number",
                    where,
                    expected="1 or more",
                    found=quantity,
                )
            else:
                found.append((sku, quantity))
        return tuple(found)

    def _pairs(self, record: Record, key: str, path: str) -> list[tuple[str, Any, str]]:
        value = record.get(key)
        where = f"{path}.{key}" if path else key
        if value is None:
            return []
        if not isinstance(value, Mapping):
            self.note("wrong-type", f"{key} is not a mapping", where, found=value)
            return []
        return [(str(name), one, f"{where}.{name}") for name, one in value.items()]
