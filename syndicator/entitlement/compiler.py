"""What a selector means: the set of products of a catalog, computed with bitmaps.

Every node gives a set, so every selector means something (the language is total): a comparison
with a field that a product lacks is false, and `not` takes exactly the rest of the catalog.
Where a field has several values (locales of a text, codes of a choice, the span of a range) a
comparison holds if some value satisfies it; `!=` is the negation of `=`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from pyroaring import BitMap

from syndicator.catalog.units import convert, symbol
from syndicator.entitlement.index import Index, SpecIndex
from syndicator.entitlement.selector import (
    Both,
    Comparison,
    Either,
    Everything,
    Named,
    Negation,
    Quantity,
    Selector,
    Value,
)

GTIN_DIGITS = 14
PLAIN = frozenset({"brand", "mpn", "model", "family", "category", "extra", "title", "variant"})
"""Fields of texts that are compared as they are written."""


@dataclass(slots=True)
class Compiler:
    """Turns selectors into sets over one index at one instant; equal clauses are shared."""

    index: Index
    named: Mapping[str, Selector]
    """The trees of named selectors; they must not use each other in a cycle."""
    at: datetime
    """Only prices depend on it."""
    memo: dict[Selector, BitMap] = field(default_factory=dict)
    """Sets that do not depend on the instant; may be handed to the compiler of another one."""
    reads: dict[Selector, frozenset[str]] = field(default_factory=dict)
    """Price lists that selectors read; may be handed on likewise."""
    _timed: dict[Selector, BitMap] = field(init=False, default_factory=dict)

    def products(self, selector: Selector) -> BitMap:
        """Return the products of a selector. The set is shared: do not change it in place.

        Raises:
            KeyError: A named selector is not declared; `check_references` finds those.
        """
        found = self.memo.get(selector)
        if found is None:
            found = self._timed.get(selector)
        if found is None:
            found = self._compute(selector)
            (self._timed if self.lists(selector) else self.memo)[selector] = found
        return found

    def lists(self, selector: Selector) -> frozenset[str]:
        """Return the price lists that a selector reads: its set changes when their prices do."""
        found = self.reads.get(selector)
        if found is None:
            found = self.reads[selector] = self._lists(selector)
        return found

    def _lists(self, node: Selector) -> frozenset[str]:
        match node:
            case Comparison(field="price", key=key):
                return frozenset({key})
            case Named(name=name):
                return self.lists(self.named[name])
            case Negation(operand=operand):
                return self.lists(operand)
            case Both(operands=operands) | Either(operands=operands):
                return frozenset().union(*map(self.lists, operands))
            case _:
                return frozenset()

    def _compute(self, node: Selector) -> BitMap:
        match node:
            case Everything():
                return self.index.everything
            case Named(name=name):
                return self.products(self.named[name])
            case Negation(operand=operand):
                return self.index.everything - self.products(operand)
            case Both(operands=operands):
                return self._intersect(operands)
            case Either(operands=operands):
                return self._unite(operands)
            case Comparison():
                return self._compare(node)

    def _intersect(self, operands: tuple[Selector, ...]) -> BitMap:
        found = self.products(operands[0])
        for operand in operands[1:]:
            if not found:
                break
            found = found & self.products(operand)
        return found

    def _unite(self, operands: tuple[Selector, ...]) -> BitMap:
        if len(self.index.products) > 1:
            return BitMap.union(*map(self.products, operands))
        # Over one product, as when it is explained, the first operand that takes it decides.
        return next(filter(None, map(self.products, operands)), _NOTHING)

    def _compare(self, node: Comparison) -> BitMap:
        if node.operator == "!=":
            return self.index.everything - self._union(node, "=")
        return self._union(node, "=" if node.operator == "in" else node.operator)

    def _union(self, node: Comparison, operator: str) -> BitMap:
        if node.field == "sku" and operator == "=":
            return self._named(node.values)
        if node.field in PLAIN and operator == "=":
            return self._equal(node)
        sets = [self._one(node, operator, value) for value in node.values]
        return sets[0] if len(sets) == 1 else BitMap.union(*sets)

    def _equal(self, node: Comparison) -> BitMap:
        sets, values = self.index.text(node.field, node.key), node.values
        if len(values) <= len(sets):
            return union(sets[value] for value in map(str, values) if value in sets)
        return union(found for value, found in sets.items() if value in values)

    def _named(self, skus: tuple[Value, ...]) -> BitMap:
        positions = self.index.positions
        if len(positions) < len(skus):
            return BitMap([at for sku, at in positions.items() if sku in skus])
        return BitMap([at for sku in skus if (at := positions.get(str(sku))) is not None])

    def _one(self, node: Comparison, operator: str, value: Value) -> BitMap:
        if node.field == "spec":
            return _spec(self.index.spec(node.key), operator, value)
        if node.field == "price" and isinstance(value, Quantity):
            # Through text, so that 19.99 is the price 19.99 and not its nearest float.
            amount = Decimal(repr(value.amount))
            return self.index.price(node.key, self.at).where(operator, amount)
        if node.field == "lifecycle":
            return self.index.date(node.key).where(operator, value)
        return self._text(node, operator, str(value))

    def _text(self, node: Comparison, operator: str, value: str) -> BitMap:
        if operator == "under":
            return self.index.under(value.strip("/"))
        if node.field == "gtin":
            value = value.zfill(GTIN_DIGITS)
        return self.index.text(node.field, node.key).get(value, _NOTHING)


_NOTHING = BitMap()


def _spec(spec: SpecIndex, operator: str, value: Value) -> BitMap:
    if isinstance(value, bool):
        return spec.flags.get(value, _NOTHING)
    if isinstance(value, Quantity):
        return _quantity(spec, operator, value)
    return spec.words.get(str(value), _NOTHING)


def _quantity(spec: SpecIndex, operator: str, value: Quantity) -> BitMap:
    """A range satisfies a bound if one of its ends does, and equals what lies inside it."""
    found = BitMap()
    for unit in spec.lows:
        amount = in_unit(value, unit)
        if amount is None:
            continue
        if operator in {"<", "<="}:
            found |= spec.lows[unit].where(operator, amount)
        elif operator in {">", ">="}:
            found |= spec.highs[unit].where(operator, amount)
        else:
            found |= spec.lows[unit].where("<=", amount) & spec.highs[unit].where(">=", amount)
    return found


def in_unit(value: Quantity, unit: str) -> float | None:
    """Return the amount in a unit, None where it measures something else.

    A number that was written without a unit is in the unit of the products.
    """
    return convert(value.amount, symbol(value.unit), unit) if value.unit else value.amount


def union(sets: Iterable[BitMap]) -> BitMap:
    """Return the union of any number of sets; of none, the empty set."""
    gathered = list(sets)
    if not gathered:
        return BitMap()
    return gathered[0] if len(gathered) == 1 else BitMap.union(*gathered)
