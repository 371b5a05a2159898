"""Render each thing once: editions that would show the same document share it.

A document depends on its product, on the terms of the edition (locale, price list, field policy,
...), on which of its relations and variants are in the assortment, and on which of its dates have
come. Everything that rendering asked of the view is remembered with the document and compared
before it is used again, in the same run and in the next one of a daemon.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import msgspec

from syndicator.catalog.model import Product
from syndicator.entitlement.model import Edition
from syndicator.rendering.document import render_bytes
from syndicator.rendering.view import Shelf, View

Terms = tuple[Any, ...]
"""Everything of an edition, besides its assortment, that can show in a document."""
Facts = tuple[tuple[bool, ...], tuple[str, ...]]
"""What the instant and the catalog add to a product."""
Neighbours = tuple[tuple[str, Product | None], ...]
"""What rendering asked of the assortment, and what it was answered."""


@dataclass(frozen=True, slots=True)
class _Made:
    """A finished document with everything that it depends on."""

    product: Product
    facts: Facts
    neighbours: Neighbours
    document: bytes
    media: frozenset[str]

    def holds(self, product: Product, facts: Facts, view: View) -> bool:
        """Tell whether rendering now would give the same bytes."""
        return (
            self.product is product
            and self.facts is facts
            and all(view.find(sku) is found for sku, found in self.neighbours)
        )


@dataclass(frozen=True)
class _Watching(View):
    """A view that remembers what was asked of its assortment."""

    asked: dict[str, Product | None] = field(default_factory=dict)

    def find(self, sku: str) -> Product | None:
        """Return a product of the assortment, and remember the answer."""
        found = self.asked[sku] = super().find(sku)
        return found


@dataclass(frozen=True, slots=True)
class _Edition:
    """An edition as it was rendered last."""

    terms: Terms
    skus: tuple[str, ...]
    made: dict[str, _Made]
    documents: dict[str, bytes]
    media: frozenset[str]


class Renderer:
    """Renders editions and remembers every document: keep one between runs of a daemon.

    Memory: one copy of each distinct document of the last run.
    """

    def __init__(self) -> None:
        self._ground: tuple[Any, ...] = ()
        self._products: dict[str, Product] = {}
        self._facts: dict[str, Facts] = {}
        self._tables: dict[Terms, dict[str, list[_Made]]] = {}
        self._used: set[Terms] = set()
        self._askers: dict[str, set[str]] = defaultdict(set)
        self._editions: dict[str, _Edition] = {}
        self._touched: frozenset[str] = frozenset()

    def begin(self, shelf: Shelf, now: datetime) -> Shelf:
        """Start a run; return the shelf to render from, with known products in place of equal ones.

        Cost: one comparison for each product.
        """
        catalog = shelf.catalog
        ground = (
            *(catalog.locales, dict(catalog.fallback), dict(catalog.families)),
            *(dict(catalog.categories), dict(catalog.assets), catalog.support),
            *(dict(shelf.sources), dict(shelf.apps)),
        )
        if ground != self._ground:
            self._forget(ground)
        known = self._products
        products = {
            sku: old if (old := known.get(sku)) == product else product
            for sku, product in catalog.products.items()
        }
        shelf = replace(shelf, catalog=msgspec.structs.replace(catalog, products=products))
        facts = {sku: _facts(product, shelf, now) for sku, product in products.items()}
        told = self._facts
        same = {sku: was if (was := told.get(sku)) == new else new for sku, new in facts.items()}
        self._learn(products, same)
        return shelf

    def _forget(self, ground: tuple[Any, ...]) -> None:
        """Start anew: what all documents stand on has changed."""
        self._ground = ground
        for memory in (self._products, self._facts, self._tables, self._askers, self._editions):
            memory.clear()
        self._used.clear()

    def _learn(self, products: dict[str, Product], facts: dict[str, Facts]) -> None:
        """Find out which documents may differ from those of the last run, and forget them."""
        changed = {
            sku
            for sku in products.keys() | self._products.keys()
            if products.get(sku) is not self._products.get(sku)
            or facts.get(sku) != self._facts.get(sku)
        }
        asking = (self._askers.get(sku, set()) for sku in changed)
        # A configurator depends on the whole assortment and on rules, so it is never remembered.
        always = {sku for sku, product in products.items() if product.configurator}
        self._touched = frozenset(changed.union(always, *asking))
        self._tables = {terms: self._tables[terms] for terms in self._used}
        self._used = set()
        for table in self._tables.values():
            for sku in self._touched:
                table.pop(sku, None)
        self._products, self._facts = products, facts

    def edition(
        self, shelf: Shelf, edition: Edition, now: datetime, currency: str
    ) -> tuple[dict[str, bytes], frozenset[str]]:
        """Return an edition's documents, in catalog order, and the public keys of their media.

        Cost: where rights and terms are those of the last run, one step for each document that
        may differ; otherwise one for each document.
        """
        view = _Watching(shelf, edition, now, currency)
        terms, skus = _terms(view), tuple(edition.skus)
        self._used.add(terms)
        before = self._editions.get(edition.id)
        if before is None or before.terms != terms or before.skus != skus:
            made = {sku: self._document(view, terms, sku) for sku in skus}
            after = _finished(terms, skus, made)
        elif again := [sku for sku in self._touched if sku in before.made]:
            fresh = {sku: self._document(view, terms, sku) for sku in again}
            after = _renewed(before, fresh)
        else:
            after = before
        self._editions[edition.id] = after
        return after.documents, after.media

    def _document(self, view: _Watching, terms: Terms, sku: str) -> _Made:
        product, facts = self._products[sku], self._facts[sku]
        known = self._tables.setdefault(terms, {}).setdefault(sku, [])
        for made in known:
            if made.holds(product, facts, view):
                return made
        made = self._rendered(view, product, facts)
        if not product.configurator:
            known.append(made)
        for other, _ in made.neighbours:
            self._askers[other].add(sku)
        return made

    @staticmethod
    def _rendered(view: _Watching, product: Product, facts: Facts) -> _Made:
        view.asked.clear()
        view.media.clear()
        document = render_bytes(product, view)
        return _Made(product, facts, tuple(view.asked.items()), document, frozenset(view.media))


def _finished(terms: Terms, skus: tuple[str, ...], made: dict[str, _Made]) -> _Edition:
    documents = {sku: one.document for sku, one in made.items()}
    media = frozenset().union(*(one.media for one in made.values() if one.media))
    return _Edition(terms, skus, made, documents, media)


def _renewed(before: _Edition, fresh: dict[str, _Made]) -> _Edition:
    documents = {**before.documents, **{sku: one.document for sku, one in fresh.items()}}
    made = {**before.made, **fresh}
    if all(before.made[sku].media == one.media for sku, one in fresh.items()):
        return _Edition(before.terms, before.skus, made, documents, before.media)
    return _finished(before.terms, before.skus, made)


def _terms(view: View) -> Terms:
    edition = view.edition
    overrides = tuple((o.sku, o.field, repr(o.value)) for o in edition.overrides)
    return (
        *(edition.locale, edition.price_list, view.currency, edition.hidden, overrides),
        *(edition.widgets, edition.territory, edition.withheld),
    )


def _facts(product: Product, shelf: Shelf, now: datetime) -> Facts:
    """Return which of the product's dates have come, and who is in its variant group."""
    life = product.lifecycle
    instants = [life.announce, life.release, life.end_of_life]
    for price in product.prices:
        instants += [price.valid_from, price.valid_until]
    come = tuple(instant <= now for instant in instants if instant is not None)
    group = shelf.groups.get(product.variant.group, ()) if product.variant else ()
    return come, group
