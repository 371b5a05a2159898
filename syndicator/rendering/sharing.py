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
            and self.facts == facts
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


class Renderer:
    """Renders editions and remembers every document: keep one between runs of a daemon.

    Memory: one copy of each distinct document of the last run.
    """

    def __init__(self) -> None:
        self._ground: tuple[Any, ...] = ()
        self._products: dict[str, Product] = {}
        self._made: dict[tuple[Terms, str], list[_Made]] = {}
        self._next: dict[tuple[Terms, str], list[_Made]] = {}

    def begin(self, shelf: Shelf) -> Shelf:
        """Start a run; return the shelf to render from, with known products in place of equal ones.

        Cost: one comparison for each product.
        """
        catalog = shelf.catalog
        ground = (
            *(catalog.locales, dict(catalog.fallback), dict(catalog.families)),
            *(dict(catalog.categories), dict(catalog.assets), catalog.support),
            *(dict(shelf.sources), dict(shelf.apps)),
        )
        self._made = self._next if ground == self._ground else {}
        self._ground, self._next = ground, defaultdict(list)
        products = {
            sku: known if (known := self._products.get(sku)) == product else product
            for sku, product in catalog.products.items()
        }
        self._products = products
        return replace(shelf, catalog=msgspec.structs.replace(catalog, products=products))

    def edition(
        self, shelf: Shelf, edition: Edition, now: datetime, currency: str
    ) -> tuple[dict[str, bytes], frozenset[str]]:
        """Return an edition's documents, in catalog order, and the public keys of their media."""
        view = _Watching(shelf, edition, now, currency)
        terms = _terms(view)
        documents: dict[str, bytes] = {}
        media: set[str] = set()
        for sku in edition.skus:
            made = self._document(view, terms, sku)
            documents[sku] = made.document
            media |= made.media
        return documents, frozenset(media)

    def _document(self, view: _Watching, terms: Terms, sku: str) -> _Made:
        product = view.shelf.catalog.products[sku]
        facts = _facts(product, view)
        key = (terms, sku)
        for known in self._next[key]:
            if known.holds(product, facts, view):
                return known
        for known in self._made.get(key, ()):
            if known.holds(product, facts, view):
                self._next[key].append(known)
                return known
        made = self._rendered(view, product, facts)
        if not product.configurator:  # a configurator depends on the whole assortment
            self._next[key].append(made)
        return made

    @staticmethod
    def _rendered(view: _Watching, product: Product, facts: Facts) -> _Made:
        view.asked.clear()
        view.media.clear()
        document = render_bytes(product, view)
        return _Made(product, facts, tuple(view.asked.items()), document, frozenset(view.media))


def _terms(view: View) -> Terms:
    edition = view.edition
    overrides = tuple((o.sku, o.field, repr(o.value)) for o in edition.overrides)
    return (
        *(edition.locale, edition.price_list, view.currency, edition.hidden, overrides),
        *(edition.widgets, edition.territory, edition.withheld),
    )


def _facts(product: Product, view: View) -> Facts:
    """Return which of the product's dates have come, and who is in its variant group."""
    life = product.lifecycle
    instants = [life.announce, life.release, life.end_of_life]
    for price in product.prices:
        instants += [price.valid_from, price.valid_until]
    come = tuple(instant <= view.now for instant in instants if instant is not None)
    group = view.shelf.groups.get(product.variant.group, ()) if product.variant else ()
    return come, group
