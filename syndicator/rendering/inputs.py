"""What a document is made from, and its fingerprint: the one list of inputs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any

import msgspec

from syndicator import canonical
from syndicator.catalog.model import Product, Tax
from syndicator.entitlement.model import Edition, Override
from syndicator.rendering.batches import Draft
from syndicator.rendering.configurator import WIDGET
from syndicator.rendering.finished import fingerprint
from syndicator.rendering.view import Shelf

MANY = 200
"""Changed products beyond which looking at everything is not slower."""
_ABSENT, _UNKNOWN = b"absent", b"unknown"


@dataclass(frozen=True)
class Ground:
    """One run's inputs as fingerprints."""

    shelf: Shelf
    now: datetime
    fingerprint: bytes
    products: Mapping[str, bytes]
    """Of each product: itself and which of its dates have come."""
    rules: Mapping[str, bytes]
    """Of each configurator, by the path of its rules."""


@dataclass(frozen=True, slots=True)
class Terms:
    """An edition as far as all of its documents depend on it."""

    edition: Edition
    """Without assortment, partners and overrides."""
    currency: str
    tax: Tax | None
    fingerprint: bytes


def touched(last: Ground | None, now: Ground) -> frozenset[str] | None:
    """Return the SKUs whose documents may differ between two runs; None where all may.

    These are the products that changed, and those whose documents name them.
    """
    if last is None or (last.fingerprint, last.rules) != (now.fingerprint, now.rules):
        return None
    if last.products.keys() != now.products.keys() or last.shelf.apps != now.shelf.apps:
        return None
    changed = {sku for sku, told in now.products.items() if last.products[sku] != told}
    if last.shelf.groups != now.shelf.groups:  # other members, or another order of them
        pairs = last.shelf.groups.items() ^ now.shelf.groups.items()
        changed.update(sku for _, group in pairs for sku in group)
    if len(changed) > MANY:
        return None
    return frozenset(changed.union(_naming(last, changed), _naming(now, changed)))


def _naming(ground: Ground, changed: set[str]) -> Iterator[str]:
    """Yield the SKUs whose documents may name a product that changed."""
    if not changed:
        return
    products = ground.shelf.catalog.products
    for sku in changed:
        if (variant := products[sku].variant) is not None:
            yield from ground.shelf.groups.get(variant.group, ())
    for sku, product in products.items():
        if product.configurator or any(one.sku in changed for one in product.relations):
            yield sku


def draft_of(
    sku: str,
    shelf: Shelf,
    assortment: frozenset[str],
    overrides: Mapping[str, tuple[Override, ...]],
) -> Draft:
    """Gather everything of an edition that one document may depend on."""
    products = shelf.catalog.products
    product = products[sku]
    group = shelf.groups.get(product.variant.group, ()) if product.variant else ()
    asked = dict.fromkeys((sku, *(relation.sku for relation in product.relations), *group))
    if product.configurator and (rules := shelf.rules.get(product.configurator)):
        asked |= dict.fromkeys(sorted(rules.model.skus()))
    near = {one: products.get(one) if one in assortment else None for one in asked}
    own = tuple(one for other in near for one in overrides.get(other, ())) if overrides else ()
    return Draft(product, near, group, own)


def by_sku(overrides: Sequence[Override]) -> Mapping[str, tuple[Override, ...]]:
    """Return the overrides of each product."""
    found: dict[str, tuple[Override, ...]] = {}
    for one in overrides:
        found[one.sku] = (*found.get(one.sku, ()), one)
    return found


def printed(product: Product) -> tuple[Product, bytes]:
    """Return a product with the fingerprint of everything that it says."""
    return product, fingerprint(msgspec.msgpack.encode(product, enc_hook=_plain))


def dates(product: Product, now: datetime) -> bytes:
    """Return which of the product's dates have come."""
    life = product.lifecycle
    instants = [life.announce, life.release, life.end_of_life]
    for price in product.prices:
        instants += [price.valid_from, price.valid_until]
    return bytes(instant <= now for instant in instants if instant is not None)


def ground_print(shelf: Shelf) -> bytes:
    """Return the fingerprint of what all documents of a run stand on."""
    catalog = shelf.catalog
    told = [
        *(catalog.locales, dict(catalog.fallback), dict(catalog.families)),
        *(dict(catalog.brands), dict(catalog.categories), dict(catalog.assets), catalog.support),
        dict(shelf.sources),
        shelf.namer.name("ground", b""),
    ]
    return fingerprint(msgspec.msgpack.encode(told, enc_hook=_plain))


def _plain(value: object) -> Any:  # noqa: ANN401  whatever msgspec can encode
    if isinstance(value, MappingProxyType):
        return dict(value)
    raise NotImplementedError(type(value).__name__)


def key_of(ground: Ground, terms: Terms, draft: Draft) -> bytes:
    """Return the fingerprint of everything that a document is made from."""
    parts = [ground.fingerprint, terms.fingerprint, ground.products[draft.product.sku]]
    for sku, found in draft.near.items():
        # A product that may not be shown differs from one of which nobody knows: what names the
        # first is masked, what names the second is not.
        told = ground.products.get(sku, _UNKNOWN)
        parts.append(told if found is not None or told is _UNKNOWN else _ABSENT)
    parts += [repr((one.sku, one.field, one.value)).encode() for one in draft.overrides]
    if draft.product.configurator:
        app = ground.shelf.apps.get(terms.edition.request(WIDGET))
        parts += [repr(app).encode(), ground.rules.get(draft.product.configurator, b"")]
    return fingerprint(*parts)


def terms_of(edition: Edition, currency: str, tax: Tax | None) -> Terms:
    """Return an edition as far as all of its documents depend on it."""
    told = [
        *(edition.locale, edition.price_list, currency, repr(tax), sorted(edition.hidden)),
        *(list(edition.widgets), edition.territory, sorted(edition.withheld)),
    ]
    bare = replace(edition, id="", skus=(), partners=(), overrides=())
    return Terms(bare, currency, tax, fingerprint(canonical.encode(told)))
