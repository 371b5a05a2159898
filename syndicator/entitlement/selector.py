"""A selector as a tree: which products, said in the fields of a product.

Nodes are immutable and compare by meaning: where in the text a node stood is not part of it, so
that equal clauses of different rules are computed once. The language is described in
docs/formats/manifests.md; `grammar` reads it, `compiler` gives it meaning.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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


class _Hashed:
    """Keeps the hash of a node: trees with thousands of values are looked up again and again."""

    __slots__ = ("_hash",)
    _hash: int

    def _keep(self, *parts: object) -> None:
        object.__setattr__(self, "_hash", hash((type(self), *parts)))

    def __hash__(self) -> int:
        return self._hash


@dataclass(frozen=True, slots=True)
class Negation(_Hashed):
    """`not x`: every product of the catalog that `x` leaves out."""

    operand: Selector
    __hash__ = _Hashed.__hash__

    def __post_init__(self) -> None:
        self._keep(self.operand)


@dataclass(frozen=True, slots=True)
class Both(_Hashed):
    """`x and y and ...`."""

    operands: tuple[Selector, ...]
    __hash__ = _Hashed.__hash__

    def __post_init__(self) -> None:
        self._keep(self.operands)


@dataclass(frozen=True, slots=True)
class Either(_Hashed):
    """`x or y or ...`."""

    operands: tuple[Selector, ...]
    __hash__ = _Hashed.__hash__

    def __post_init__(self) -> None:
        self._keep(self.operands)


@dataclass(frozen=True, slots=True)
class Comparison(_Hashed):
    """`field operator value`; `key` is what follows the first dot of `spec.`, `extra.`, ..."""

    field: str
    key: str
    operator: str
    values: tuple[Value, ...]
    column: int = attribute(default=0, compare=False)
    __hash__ = _Hashed.__hash__

    def __post_init__(self) -> None:
        self._keep(self.field, self.key, self.operator, self.values)

    @property
    def path(self) -> str:
        """The field as it is written."""
        return f"{self.field}.{self.key}" if self.key else self.field


Selector: TypeAlias = Everything | Named | Negation | Both | Either | Comparison

NOTHING = Negation(Everything())
"""No product at all: what a rule of widgets alone selects."""

MAX_DEPTH = 64
"""Brackets, `not` and named selectors inside each other; sets are computed by recursion."""


def children(node: Selector) -> tuple[Selector, ...]:
    """Return the nodes directly below a node; named selectors are not followed."""
    if isinstance(node, Both | Either):
        return node.operands
    return (node.operand,) if isinstance(node, Negation) else ()


def depth(selector: Selector, named: Mapping[str, int]) -> int:
    """Return the levels of a tree; `named` says how many each named selector has."""
    deepest, level, nodes = 0, 0, [selector]
    while nodes:
        level += 1
        below = [named.get(node.name, 0) for node in nodes if isinstance(node, Named)]
        deepest = max(deepest, level, *(level + more for more in below))
        nodes = [child for node in nodes for child in children(node)]
    return deepest


def walk(selector: Selector) -> Iterator[Selector]:
    """Yield the node and everything below it; named selectors are not followed."""
    waiting = [selector]
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(children(node))


def names(selector: Selector) -> tuple[Named, ...]:
    """Return the named selectors that a selector uses directly."""
    return tuple(node for node in walk(selector) if isinstance(node, Named))
