"""What entitlement decides: editions, their assortments, and why.

This is the contract between entitlement and everything after it. The pure resolver is
`syndicator.entitlement.resolve(catalog, manifests, now) -> Entitlements`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from syndicator.catalog.model import Tax


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
    `skus` is the assortment, in catalog order; what `resolve` returns is an `Assortment`, of
    which many editions share one and which answers `sku in edition.skus` at once.
    """

    id: str
    locale: str
    skus: Sequence[str]
    partners: tuple[str, ...]
    price_list: str = ""
    """Empty: no price is shown."""
    hidden: frozenset[str] = frozenset()
    """Fields of the document that are left out: `price`, `documents`, `spec.weight`, ..."""
    overrides: tuple[Override, ...] = ()
    widgets: tuple[str, ...] = ()
    """Requests: `configurator`, `configurator@beta` or `configurator@1.2.0`."""
    territory: str = ""
    """ISO 3166-1 code for the rights of pictures; empty means unknown."""
    withheld: frozenset[str] = frozenset()
    """Files and addresses of pictures and documents of the assortment that may not be shown
    here and now: their rights, or a rights window, do not allow it."""

    def request(self, widget: str) -> str:
        """Return what is asked of packaging for a widget; empty where it is not permitted."""
        return next((one for one in self.widgets if one.partition("@")[0] == widget), "")


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
    taxes: Mapping[str, Tax] = field(default_factory=lambda: MappingProxyType({}))
    """How prices stand to tax that say nothing, of price lists that do."""
