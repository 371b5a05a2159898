"""When a rendered document changes by itself, without anybody editing anything."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from syndicator.catalog.model import Catalog, Product


def next_change(catalog: Catalog, now: datetime) -> datetime | None:
    """Return the first instant after `now` at which some document would render differently.

    Prices start and end, rights of pictures and documents too, products are released and end.
    Cost: one pass over the catalog.
    """
    later = (at for product in catalog.products.values() for at in _instants(product) if at > now)
    return min(later, default=None)


def _instants(product: Product) -> Iterator[datetime]:
    life = product.lifecycle
    windows = [(life.release, life.end_of_life)]
    windows += [(price.valid_from, price.valid_until) for price in product.prices]
    rights = [media.rights for media in product.media]
    rights += [document.rights for document in product.documents]
    windows += [(right.valid_from, right.valid_until) for right in rights if right]
    for window in windows:
        yield from (at for at in window if at is not None)
