"""Render each document once for all editions that see it alike.

A document depends on the terms of its edition (locale, price list, hidden fields, withheld files,
widgets) and on which of its few neighbours the edition holds: not on the rest of the assortment.
Editions with equal terms share bytes objects, which makes packing them cheap too.
"""

from __future__ import annotations

from collections.abc import Iterator

from syndicator.catalog.model import Product
from syndicator.rendering.document import render_bytes
from syndicator.rendering.view import Shelf, View

_Key = tuple[str, tuple[str, ...]]
_Rendered = tuple[bytes, frozenset[str]]


class Press:
    """Renders the editions of one catalog at one instant; keep one for a whole build.

    Memory: every distinct document once.
    """

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._neighbours: dict[str, tuple[str, ...]] = {}
        self._kept: dict[object, dict[_Key, _Rendered]] = {}

    def print(self, view: View) -> tuple[dict[str, bytes], frozenset[str]]:
        """Return the documents of a view in catalog order, and the public keys they refer to.

        Cost: one look-up for a document that another edition sees alike, else one rendering.
        """
        kept = self._kept.setdefault(_terms(view), {})
        documents: dict[str, bytes] = {}
        media: set[str] = set()
        for sku in view.edition.skus:
            visible = tuple(one for one in self._beside(sku) if one in view.skus)
            rendered = kept.get((sku, visible))
            if rendered is None:
                rendered = kept[sku, visible] = self._render(sku, view)
            documents[sku], keys = rendered
            media |= keys
        return documents, frozenset(media)

    def _render(self, sku: str, view: View) -> _Rendered:
        view.media.clear()
        data = render_bytes(self._shelf.catalog.products[sku], view)
        return data, frozenset(view.media)

    def _beside(self, sku: str) -> tuple[str, ...]:
        """Return every product that the document of `sku` may mention."""
        if sku not in self._neighbours:
            product = self._shelf.catalog.products[sku]
            self._neighbours[sku] = tuple(dict.fromkeys(self._mentioned(product)))
        return self._neighbours[sku]

    def _mentioned(self, product: Product) -> Iterator[str]:
        yield from (relation.sku for relation in product.relations)
        if product.variant:
            yield from self._shelf.groups[product.variant.group]
        if rules := self._shelf.rules.get(product.configurator):
            yield from sorted(rules.model.skus())


def _terms(view: View) -> object:
    """Return everything but the assortment that a document of this edition depends on."""
    edition = view.edition
    if edition.overrides:
        return edition.id
    return (
        edition.locale,
        edition.price_list,
        edition.hidden,
        edition.widgets,
        edition.territory,
        edition.withheld,
    )
