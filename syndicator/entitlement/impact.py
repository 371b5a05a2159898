"""Which editions one changed product touches, without deciding everything again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from syndicator.catalog.model import Product
from syndicator.entitlement.compiler import Compiler
from syndicator.entitlement.index import Index
from syndicator.entitlement.resolver import World
from syndicator.entitlement.rights import Rights
from syndicator.entitlement.rules import ProductRule
from syndicator.entitlement.selector import (
    Both,
    Comparison,
    Either,
    Everything,
    Named,
    Negation,
    Selector,
    children,
)
from syndicator.entitlement.snapshot import Answer

SINGLE = frozenset({"brand", "mpn", "model", "family", "category", "extra"})
"""Fields with one text that is compared as it is."""
ALONE = SINGLE | {"sku"}
EQUALITY = frozenset({"=", "!=", "in"})
_Favoured: TypeAlias = tuple[set[str], set[str]]
"""Rights that may gain a product when a comparison ceases to hold, and when it begins to."""


@dataclass(frozen=True, slots=True)
class _Decision:
    """The selectors in effect that decide for some rights."""

    permits: tuple[Selector, ...]
    early: tuple[Selector, ...]
    """Those of the permits that hold before the announcement, too."""
    forbids: tuple[Selector, ...]
    distributor: _Decision | None


class Impact:
    """Prepared once for a world at an instant; then each changed product is a small question.

    A product can only come to rights if one of their comparisons judges it otherwise, and so that
    a permit may take it or a forbid may let it go: comparisons are asked first, and only rights
    that one of them may favour are decided again.
    """

    def __init__(self, world: World, now: datetime) -> None:
        self.world, self.now = world, now
        self.named = {name: one.selector for name, one in world.manifests.selectors.items()}
        self.rights: Mapping[str, Rights]
        self.answers: Mapping[str, Answer]
        self.rights, self.answers = world.answers(now)
        self.held = [(name, answer.products) for name, answer in self.answers.items()]
        self.editions: defaultdict[str, set[str]] = defaultdict(set)
        for partner, rights in world.rights.items():
            for locale in world.manifests.partners[partner].locales:
                self.editions[rights.identity].add(rights.edition(locale))
        self.readers: defaultdict[tuple[str, str], defaultdict[Comparison, _Favoured]]
        self.readers = defaultdict(lambda: defaultdict(lambda: (set(), set())))
        self.naming: defaultdict[tuple[str, str], defaultdict[str, set[Comparison]]]
        self.naming = defaultdict(lambda: defaultdict(set))
        """Comparisons for equality with a text, by each of their values."""
        self.decisions: dict[str, _Decision] = {}
        for name, rights in self.rights.items():
            self.decisions[name] = self._decision(rights)
            for rule in rights.product_rules():
                for atom, rising in self._atoms(rule):
                    self._remember(atom, rising, name)

    def _remember(self, atom: Comparison, rising: bool, name: str) -> None:
        field = (atom.field, atom.key)
        self.readers[field][atom][rising].add(name)
        if atom.field in SINGLE and atom.operator in EQUALITY:
            for value in map(str, atom.values):
                self.naming[field][value].add(atom)

    def touched(self, product: Product) -> frozenset[str]:
        """Return the editions that show the product, or did before it changed to this.

        A product that is new to the catalog is decided for all rights. Cost: one look into each
        distinct assortment, and the comparisons with the fields that changed.
        """
        at = self.world.index.positions.get(product.sku)
        holders = {name for name, held in self.held if at is not None and at in held}
        alone = _Alone(product, self._alone(product), self.named, self.now)
        for name in self._suspects(at, product, alone.compiler) - holders:
            if alone.shown(self.decisions[name]):
                holders.add(name)
        return frozenset(edition for name in holders for edition in self.editions[name])

    def _decision(self, rights: Rights) -> _Decision:
        """Return what decides for rights at this instant, without what is not in effect."""
        permits = [rule for rule in rights.permits if rule.window.holds(self.now, rights.zone)]
        forbids = [rule for rule in rights.forbids if rule.window.holds(self.now, rights.zone)]
        return _Decision(
            tuple(rule.selector for rule in permits),
            tuple(rule.selector for rule in permits if rule.early_access),
            tuple(rule.selector for rule in forbids),
            self._decision(rights.distributor) if rights.distributor else None,
        )

    def _suspects(self, at: int | None, product: Product, after: Compiler) -> set[str]:
        """Return the rights that may hold the product now though they did not."""
        if at is None:
            return set(self.rights)
        former = self.world.index.products[at]
        if former.lifecycle != product.lifecycle:
            return set(self.rights)
        found: set[str] = set()
        for field, atom, holds in self._moved(former, product, self._alone(former), after):
            found |= self.readers[field][atom][holds]
        return found

    def _moved(
        self, former: Product, product: Product, before: Compiler, after: Compiler
    ) -> Iterator[tuple[tuple[str, str], Comparison, bool]]:
        """Yield the comparisons that judge the product otherwise now, and whether they hold."""
        for field, atoms in self.readers.items():
            was, now = _value(former, *field), _value(product, *field)
            if was == now:
                continue
            named = self.naming[field]
            if field[0] in SINGLE:
                # A comparison with neither value judges both alike; with both, too.
                of_was, of_now = named.get(str(was), set()), named.get(str(now), set())
                for atom in of_was ^ of_now:
                    yield field, atom, (atom in of_now) != (atom.operator == "!=")
            for atom in atoms:
                if field[0] in SINGLE and atom.operator in EQUALITY:
                    continue
                holds = bool(after.products(atom))
                if holds != bool(before.products(atom)):
                    yield field, atom, holds

    def _alone(self, product: Product) -> Compiler:
        return Compiler(Index((product,)), self.named, self.now, {}, self.world.reads)

    def _atoms(self, rule: ProductRule) -> Iterator[tuple[Comparison, bool]]:
        """Yield the comparisons of a rule, each with whether it favours who holds the rule.

        True: a product may come when the comparison begins to hold; False: when it ceases to.
        """
        seen: set[tuple[str, bool]] = set()
        waiting: list[tuple[Selector, bool]] = [(rule.selector, rule.kind != "forbid")]
        while waiting:
            node, rising = waiting.pop()
            if isinstance(node, Comparison):
                yield node, rising
            elif isinstance(node, Named):
                if (node.name, rising) not in seen:
                    seen.add((node.name, rising))
                    waiting.append((self.named[node.name], rising))
            else:
                below = rising != isinstance(node, Negation)
                waiting += ((child, below) for child in children(node))


@dataclass(slots=True)
class _Alone:
    """One product, judged by selectors as yes or no: many times faster than by sets of one."""

    product: Product
    compiler: Compiler
    named: Mapping[str, Selector]
    now: datetime

    def shown(self, decision: _Decision) -> bool:
        """Tell whether the product is shown: the decision of docs/formats/entitlement.md."""
        announce = self.product.lifecycle.announce
        embargoed = announce is not None and self.now < announce
        if not any(map(self._takes, decision.early if embargoed else decision.permits)):
            return False
        if any(map(self._takes, decision.forbids)):
            return False
        return decision.distributor is None or self.shown(decision.distributor)

    def _takes(self, node: Selector) -> bool:
        match node:
            case Comparison():
                return self._compare(node)
            case Both(operands=operands):
                return all(map(self._takes, operands))
            case Either(operands=operands):
                return any(map(self._takes, operands))
            case Negation(operand=operand):
                return not self._takes(operand)
            case Named(name=name):
                return self._takes(self.named[name])
            case Everything():
                return True

    def _compare(self, node: Comparison) -> bool:
        if node.operator not in EQUALITY or node.field not in ALONE:
            return bool(self.compiler.products(node))
        if node.field == "extra":
            value = self.product.extra.get(node.key)
        else:
            value = getattr(self.product, node.field) or None
        return (value is not None and value in node.values) != (node.operator == "!=")


def _value(product: Product, field: str, key: str) -> object:
    """Return what comparisons with a field look at, as something to tell apart."""
    if field == "spec":
        return product.specs.get(key)
    if field == "extra":
        return product.extra.get(key)
    if field == "price":
        return [price for price in product.prices if price.list == key]
    if field == "lifecycle":
        return product.lifecycle
    return getattr(product, field)
