"""What a product is seen through: one edition's locale, prices, files and neighbours."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property

import msgspec

from syndicator.canonical import Namer
from syndicator.catalog.model import Asset, Catalog, Product, SpecDefinition, Tax, Text, pick
from syndicator.configurator import Model
from syndicator.entitlement.model import Edition, Override

SUFFIXES = {
    "application/pdf": "pdf",
    "image/avif": "avif",
    "image/gif": "gif",
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/svg+xml": "svg",
    "image/webp": "webp",
}
"""File name suffix of each media type that is published."""


@dataclass(frozen=True, slots=True)
class App:
    """The entry of a widget package as documents name it: below the public zone, verified."""

    version: str
    src: str
    integrity: str


@dataclass(frozen=True, slots=True)
class Rules:
    """A configurator: its model, for the labels, and its compiled artefact."""

    model: Model
    artefact: bytes


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands before the values of one spec in one chain of locales."""

    key: str
    definition: SpecDefinition
    group: str
    label: str


@dataclass(frozen=True)
class Shelf:
    """What all editions of one catalog share: prepared once, read by every view."""

    catalog: Catalog
    namer: Namer
    sources: Mapping[str, str]
    """Path of an asset to its public key below the public zone."""
    apps: Mapping[str, App] = field(default_factory=dict)
    """Widget packages by what an edition asks for: `clock`, `clock@beta`, `clock@1.2.0`."""
    rules: Mapping[str, Rules] = field(default_factory=dict)
    """Configurators by the path of their rule file."""
    made: dict[str, bytes] = field(default_factory=dict)
    """Bytes that no file of the workspace holds, by public key: compiled rules, and what
    rendering made."""
    headings: dict[tuple[tuple[str, ...], str], dict[str, Heading]] = field(default_factory=dict)
    """Headings of specs by chain, family and key, as far as they were needed."""

    @cached_property
    def definitions(self) -> dict[str, dict[str, SpecDefinition]]:
        """Spec definitions by family and key, in the order of the family."""
        families = self.catalog.families
        return {
            code: {spec.key: spec for spec in family.specs} for code, family in families.items()
        }

    @cached_property
    def groups(self) -> dict[str, tuple[str, ...]]:
        """SKUs of each variant group, in catalog order."""
        groups: dict[str, list[str]] = defaultdict(list)
        for product in self.catalog.products.values():
            if product.variant:
                groups[product.variant.group].append(product.sku)
        return {group: tuple(skus) for group, skus in groups.items()}

    def bare(self) -> Shelf:
        """Return what products without a configurator are rendered with, without the products."""
        catalog = msgspec.structs.replace(self.catalog, products={}, origins={})
        return replace(self, catalog=catalog, apps={}, rules={}, made={}, headings={})


def shelve(
    catalog: Catalog,
    namer: Namer,
    apps: Mapping[str, App] | None = None,
    rules: Mapping[str, Rules] | None = None,
) -> Shelf:
    """Name the files of a catalog and prepare what its views share."""
    sources = {path: media_key(asset, namer) for path, asset in catalog.assets.items()}
    rules = rules or {}
    made = {
        content_key(namer, _sha256(one.artefact), "cdd"): one.artefact for one in rules.values()
    }
    return Shelf(catalog, namer, sources, apps or {}, rules, made)


def media_key(asset: Asset, namer: Namer) -> str:
    """Return the key of an asset's bytes below the public zone; equal bytes share one key."""
    return content_key(namer, asset.sha256, SUFFIXES.get(asset.media_type, "bin"))


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def content_key(namer: Namer, sha256: str, suffix: str) -> str:
    """Return the key of bytes with this hash (hexadecimal): who has the secret can verify them."""
    name = namer.name("media", f"{suffix}:{sha256}".encode())
    return f"m/{name[:2]}/{name}.{suffix}"


@dataclass(frozen=True)
class View:
    """One edition at one instant. `media` gathers the public keys that rendering refers to."""

    shelf: Shelf
    edition: Edition
    now: datetime
    currency: str = ""
    """Currency of the edition's price list, for prices that name none."""
    tax: Tax | None = None
    """How the edition's price list stands to tax, for prices that do not say."""
    media: set[str] = field(default_factory=set)
    made: dict[str, bytes] = field(default_factory=dict)
    """Bytes that rendering made, by public key."""

    @cached_property
    def chain(self) -> tuple[str, ...]:
        """Locales to try, best first."""
        return self.shelf.catalog.chain(self.edition.locale)

    @cached_property
    def skus(self) -> frozenset[str]:
        """The assortment: nothing outside it may be mentioned."""
        return frozenset(self.edition.skus)

    @cached_property
    def overrides(self) -> dict[str, list[Override]]:
        """Overrides by SKU."""
        found: dict[str, list[Override]] = defaultdict(list)
        for override in self.edition.overrides:
            found[override.sku].append(override)
        return found

    def shows(self, field_name: str) -> bool:
        """Say whether the edition's field policy lets a field through."""
        return field_name not in self.edition.hidden

    def shows_file(self, path: str) -> bool:
        """Say whether a picture, video or document may be shown here and now."""
        return path not in self.edition.withheld

    @cached_property
    def images(self) -> Mapping[str, str]:
        """Public keys of the files that rich text may show, by path."""
        sources, withheld = self.shelf.sources, self.edition.withheld
        if not withheld:
            return sources
        return {path: key for path, key in sources.items() if path not in withheld}

    def find(self, sku: str) -> Product | None:
        """Return a product of the assortment, or nothing for any other SKU."""
        return self.shelf.catalog.products.get(sku) if sku in self.skus else None

    def group(self, product: Product) -> tuple[str, ...]:
        """Return the SKUs of a product's variant group, in catalog order."""
        return self.shelf.groups.get(product.variant.group, ()) if product.variant else ()

    def source(self, path: str) -> str:
        """Return the public key of a workspace file and remember that it is needed."""
        key = self.shelf.sources[path]
        self.media.add(key)
        return key

    def publish(self, data: bytes, suffix: str) -> str:
        """Return the public key of bytes that rendering made, and keep them to be written."""
        key = content_key(self.shelf.namer, _sha256(data), suffix)
        if key not in self.shelf.made:
            self.made[key] = data
        self.media.add(key)
        return key


class Words:
    """Picks words along a view's chain and notes where they come from another locale."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.lang: dict[str, str] = {}

    def pick(self, text: Text, key: str = "") -> str:
        """Return the best words of `text`; note a fallback under `key`."""
        words, locale = pick(text, self.view.chain)
        if key and words and locale != self.view.edition.locale:
            self.lang[key] = locale
        return words
