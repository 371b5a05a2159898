"""What entitlement decides: editions, their assortments, and why.

This is the contract between entitlement and everything after it. The pure resolver is
`syndicator.entitlement.resolve(catalog, manifests, now) -> Entitlements`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Override:
    """One field of one product that an edition shows differently; `value` is the field's record."""

    sku: str
    field: str
    value: object
    owner: str
    """Who owns the field here: the partner's id."""


@dataclass(frozen=True, slots=True)
class Edition:
    """What partners with the same rights share, in one locale.

    `id` is a stable, private key derived from the rights, not from members or products.
    `skus` is the assortment, in catalog order.
    """

    id: str
    locale: str
    skus: tuple[str, ...]
    partners: tuple[str, ...]
    price_list: str = ""
    """Empty: no price is shown."""
    hidden: frozenset[str] = frozenset()
    """Product fields that are left out: `prices`, `documents`, `extra.cost`, ..."""
    overrides: tuple[Override, ...] = ()
    widgets: tuple[str, ...] = ()
    territory: str = ""
    """ISO 3166-1 code for the rights of pictures; empty means unknown."""


@dataclass(frozen=True, slots=True)
class Entitlements:
    """The whole answer for one catalog, one set of manifests and one instant."""

    at: datetime
    editions: Mapping[str, Edition]
    partners: Mapping[str, Mapping[str, str]]
    """Partner id to locale to edition id; a partner's first locale is its default."""
    next_change: datetime | None = None
    """When the answer changes by itself: an embargo, a validity, an end of life."""
    currencies: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Currency of each price list."""
