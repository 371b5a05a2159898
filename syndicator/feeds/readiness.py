"""What products lack for each channel, told before anything is published.

The same demands that keep an item out of a feed (`demands`) are asked of the product itself, with
the words of one locale alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from string import Formatter

from syndicator.catalog.model import Family, MediaRole, Product
from syndicator.catalog.quality import PURPOSES, Gaps, Purpose
from syndicator.feeds.demands import ASCII, DEMANDS, LENGTH, Demand, unmet
from syndicator.feeds.item import public_gtin
from syndicator.feeds.model import Channel

_HAS: Mapping[str, Callable[[Product, str], object]] = {
    "title": lambda product, locale: product.title.get(locale),
    "description": lambda product, locale: (
        product.description.get(locale)
        or product.summary.get(locale)
        or any(line.get(locale) for line in product.highlights)
    ),
    "image": lambda product, _: any(one.role is not MediaRole.SWATCH for one in product.media),
    "amount": lambda product, _: any(price.amount > 0 for price in product.prices),
    "brand": lambda product, _: product.brand,
    "gtin": lambda product, _: public_gtin(product.gtin),
    "link": lambda _product, _locale: True,
    "dated": lambda _product, _locale: True,
}
"""Whether a product has what becomes a field of `Item`. A link needs what its template names; a
product without a release date counts as on sale, so that every pre-order has one."""
_NAMES = {
    "image": "media",
    "amount": "prices",
    LENGTH: "sku",
    ASCII: "sku",
}
"""How the fields of `Item` are called in a product, where they are called otherwise."""


def purposes(channels: Sequence[Channel]) -> tuple[Purpose, ...]:
    """Return what completeness is measured for: the catalog's own purposes, and every format.

    `channels` are the workspace's: what a link of theirs names is needed too. Formats that ask
    the same are one purpose.
    """
    found = list(PURPOSES)
    known: set[Demand] = set()
    for format_, demand in DEMANDS.items():
        if demand not in known:
            same = [one for one in channels if DEMANDS.get(one.format) == demand]
            gaps = _gaps(demand, _named(same))
            found.append(Purpose(format_.value, demand.title, gaps))
        known.add(demand)
    return tuple(found)


def _named(channels: Iterable[Channel]) -> tuple[str, ...]:
    """Return the fields of products that the links of channels name."""
    names = (name for one in channels for _, name, _, _ in Formatter().parse(one.link) if name)
    return tuple(sorted(set(names)))


def _gaps(demand: Demand, linked: tuple[str, ...]) -> Gaps:
    """Return what tells the gaps of a product in a locale for one format."""

    def gaps(product: Product, _family: Family | None, locale: str) -> Iterator[str]:
        for name in unmet(demand, product.sku, lambda name: _HAS[name](product, locale)):
            yield _NAMES.get(name, name)
        yield from (name for name in linked if not getattr(product, name))

    return gaps
