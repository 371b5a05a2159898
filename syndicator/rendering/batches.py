"""The unit of work: some documents that are rendered together, here or on another machine.

A batch is a value that can be pickled. Rendering it is a pure function of it: nothing is shared,
the order of batches does not matter, and the answers stand in the order of the drafts.
"""

from __future__ import annotations

import copyreg
import pickle
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from types import MappingProxyType

from syndicator import canonical
from syndicator.catalog.model import Product, Tax
from syndicator.entitlement.model import Edition, Override
from syndicator.rendering.document import render
from syndicator.rendering.finished import Facts, lookup_hashes
from syndicator.rendering.view import Shelf, View

Answer = tuple[bytes, Facts]
"""A document and what is known of it."""


def _view(mapping: dict[object, object]) -> MappingProxyType[object, object]:
    return MappingProxyType(mapping)


def _sent(view: MappingProxyType[object, object]) -> tuple[object, tuple[dict[object, object]]]:
    return _view, (dict(view),)


# Products hold views of mappings, which pickle does not know.
copyreg.pickle(MappingProxyType, _sent)  # type: ignore[arg-type]  # a class with parameters


@dataclass(frozen=True, slots=True)
class Draft:
    """Everything that one document is made from, besides what all of its batch share."""

    product: Product
    near: Mapping[str, Product | None]
    """Every SKU that rendering may ask for: the product, or None where it may not be shown."""
    group: tuple[str, ...] = ()
    """SKUs of its variant group."""
    overrides: tuple[Override, ...] = ()


@dataclass(frozen=True, slots=True)
class Batch:
    """Drafts under the same terms: `edition` without its assortment and its overrides."""

    edition: Edition
    currency: str
    tax: Tax | None
    now: datetime
    drafts: tuple[Draft, ...]


@dataclass(frozen=True)
class _Narrow(View):
    """A view of one draft at a time: what its key does not hold cannot be asked for."""

    drafts: list[Draft] = field(default_factory=list)

    @property
    def skus(self) -> frozenset[str]:
        """What of the draft's neighbours is in the assortment."""
        return frozenset(sku for sku, found in self.drafts[-1].near.items() if found is not None)

    @property
    def overrides(self) -> dict[str, list[Override]]:
        """Overrides by SKU."""
        found: dict[str, list[Override]] = {}
        for override in self.drafts[-1].overrides:
            found.setdefault(override.sku, []).append(override)
        return found

    def find(self, sku: str) -> Product | None:
        """Return a neighbour of the draft.

        Raises:
            KeyError: Rendering depends on something that the document's key does not hold.
        """
        return self.drafts[-1].near[sku]

    def group(self, product: Product) -> tuple[str, ...]:
        """Return the variant group of the draft's product.

        Raises:
            KeyError: It was asked of another product, which the document's key does not hold.
        """
        draft = self.drafts[-1]
        if product.sku != draft.product.sku:
            raise KeyError(product.sku)
        return draft.group


def render_batch(shelf: Shelf, batch: Batch) -> list[Answer]:
    """Render the drafts of a batch. `shelf` needs no product for those without a configurator."""
    view = _Narrow(shelf, batch.edition, batch.now, batch.currency, batch.tax)
    return [_render(view, draft) for draft in batch.drafts]


def _render(view: _Narrow, draft: Draft) -> Answer:
    view.drafts.append(draft)
    view.media.clear()
    view.made.clear()
    data = canonical.encode(render(draft.product, view))
    view.drafts.pop()
    facts = Facts(len(data), lookup_hashes(data), tuple(sorted(view.media)), dict(view.made))
    return data, facts


def render_elsewhere(shelf: bytes, batch: Batch) -> list[Answer]:
    """Render a batch in a process that knows nothing; `shelf` is `packed`."""
    return render_batch(_unpacked(shelf), batch)


def packed(shelf: Shelf) -> bytes:
    """Return what workers need of a shelf: no products, no configurators."""
    return pickle.dumps(shelf.bare())


@lru_cache(maxsize=1)
def _unpacked(shelf: bytes) -> Shelf:
    found: Shelf = pickle.loads(shelf)  # noqa: S301  `packed` by the process that asks
    return found
