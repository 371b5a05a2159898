"""Which editions one changed product touches, without deciding everything again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime

from syndicator.catalog.model import Product
from syndicator.entitlement.compiler import Compiler
from syndicator.entitlement.files import FileRights
from syndicator.entitlement.index import Index
from syndicator.entitlement.resolver import World
from syndicator.entitlement.rights import Rights
from syndicator.entitlement.rules import ProductRule
from syndicator.entitlement.selector import Comparison, Named, Selector, walk
from syndicator.entitlement.snapshot import Answer, Snapshot

SINGLE = frozenset({"brand", "mpn", "model", "family", "category", "extra"})
"""Fields with one text that is compared as it is."""
EQUALITY = frozenset({"=", "!=", "in"})


class Impact:
    """Prepared once for a world at an instant; then each changed product is a small question.

    A rule can only judge a product otherwise if one of its comparisons does, so that comparisons
    are asked first and only the rights whose rules contain one that changed are decided again.
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
        self.readers: defaultdict[tuple[str, str], defaultdict[Comparison, set[str]]]
        self.readers = defaultdict(lambda: defaultdict(set))
        self.naming: defaultdict[tuple[str, str], defaultdict[str, set[Comparison]]]
        self.naming = defaultdict(lambda: defaultdict(set))
        """Comparisons for equality with a text, by each of their values."""
        for name, rights in self.rights.items():
            for rule in rights.product_rules():
                for atom in self._atoms(rule):
                    self._remember(atom, name)

    def _remember(self, atom: Comparison, name: str) -> None:
        field = (atom.field, atom.key)
        self.readers[field][atom].add(name)
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
        snapshot = self._alone(product)
        for name in self._suspects(at, product, snapshot) - holders:
            if snapshot.products(self.rights[name]):
                holders.add(name)
        return frozenset(edition for name in holders for edition in self.editions[name])

    def _suspects(self, at: int | None, product: Product, after: Snapshot) -> set[str]:
        """Return the rights that may hold the product now though they did not."""
        if at is None:
            return set(self.rights)
        former = self.world.index.products[at]
        if former.lifecycle != product.lifecycle:
            return set(self.rights)
        moved = self._moved(former, product, self._alone(former), after)
        return {name for field, atom in moved for name in self.readers[field][atom]}

    def _moved(
        self, former: Product, product: Product, before: Snapshot, after: Snapshot
    ) -> Iterator[tuple[tuple[str, str], Comparison]]:
        """Yield the comparisons that judge the product otherwise than before it changed."""
        for field, atoms in self.readers.items():
            was, now = _value(former, *field), _value(product, *field)
            if was == now:
                continue
            named = self.naming[field]
            if field[0] in SINGLE:
                # A comparison with neither value judges both alike; with both, too.
                for atom in named.get(str(was), set()) ^ named.get(str(now), set()):
                    yield field, atom
            for atom in atoms:
                plain = field[0] in SINGLE and atom.operator in EQUALITY
                if not plain and before.compiler.products(atom) != after.compiler.products(atom):
                    yield field, atom

    def _alone(self, product: Product) -> Snapshot:
        compiler = Compiler(Index((product,)), self.named, self.now, {}, self.world.reads)
        return Snapshot(compiler, FileRights({}, {}, {}, {}), self.now)

    def _atoms(self, rule: ProductRule) -> Iterator[Comparison]:
        seen: set[str] = set()
        waiting: list[Selector] = [rule.selector]
        while waiting:
            for node in walk(waiting.pop()):
                if isinstance(node, Comparison):
                    yield node
                elif isinstance(node, Named) and node.name not in seen:
                    seen.add(node.name)
                    waiting.append(self.named[node.name])


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
