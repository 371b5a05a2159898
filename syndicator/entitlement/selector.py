"""A selector as a tree: which products, said in the fields of a product.

Nodes are immutable and compare by meaning: where in the text a node stood is not part of it, so
that equal clauses of different rules are computed once. The language is described in
docs/formats/manifests.md; `grammar` reads it, `compiler` gives it meaning.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field as attribute
from datetime import datetime
from typing import TypeAlias

OPERATORS = ("=", "!=", "<", "<=", ">", ">=", "in", "under")
"""Every operator; `in` and `under` take one value or a list."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with the unit that was written, or none."""

    amount: float
    unit: str = ""

    def __str__(self) -> str:
        return f"{self.amount:g} {self.unit}".rstrip()


Value: TypeAlias = str | Quantity | datetime | bool
"""A literal; a date is midnight UTC of its day, as everywhere in product content."""


@dataclass(frozen=True, slots=True)
class Everything:
    """`all`: every product of the catalog."""


@dataclass(frozen=True, slots=True)
class Named:
    """`@name`: the selector that a manifest of that id declares."""

    name: str
    column: int = attribute(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Negation:
    """`not x`: every product of the catalog that `x` leaves out."""

    operand: Selector


@dataclass(frozen=True, slots=True)
class Both:
    """`x and y and ...`."""

    operands: tuple[Selector, ...]


@dataclass(frozen=True, slots=True)
class Either:
    """`x or y or ...`."""

    operands: tuple[Selector, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """`field operator value`; `key` is what follows the first dot of `spec.`, `extra.`, ..."""

    field: str
    key: str
    operator: str
    values: tuple[Value, ...]
    column: int = attribute(default=0, compare=False)

    @property
    def path(self) -> str:
        """The field as it is written."""
        return f"{self.field}.{self.key}" if self.key else self.field


Selector: TypeAlias = Everything | Named | Negation | Both | Either | Comparison


def walk(selector: Selector) -> Iterator[Selector]:
    """Yield the node and everything below it; named selectors are not followed."""
    waiting = [selector]
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, Both | Either):
            waiting.extend(node.operands)
        elif isinstance(node, Negation):
            waiting.append(node.operand)


def names(selector: Selector) -> tuple[Named, ...]:
    """Return the named selectors that a selector uses directly."""
    return tuple(node for node in walk(selector) if isinstance(node, Named))
