"""The workload of the publishing benchmark: products, who may show them, and their build."""

from __future__ import annotations

import random
import tempfile
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import _workloads as workloads
import msgspec

from syndicator.bundle import Build, EditionContent, Packer, PartnerEntry
from syndicator.canonical import Namer
from syndicator.catalog.model import Catalog, Price, Product
from syndicator.entitlement.model import Edition
from syndicator.rendering import Finished, Renderer, shelve
from syndicator.settings import load_settings
from syndicator.workers import workers
from syndicator.workspace import read_workspace

NOW = datetime(2026, 6, 1, tzinfo=UTC)
NAMER = Namer(b"a secret for benchmarks only ....")
_KEPT = 0.98
"""Share of its brands' products that a partner keeps: the rest it excludes one by one."""
HOLDERS = 0.6
"""Share of the partners who show the product whose price changes: 3,000 of 5,000."""


@dataclass(frozen=True)
class Size:
    """How large a workload is; `rights` times two locales make the editions."""

    products: int
    rights: int
    partners: int


SIZES = {
    "small": Size(300, 6, 60),
    "full": Size(9_694, 150, 5_000),
    "large": Size(100_000, 150, 5_000),
}


@dataclass
class World:
    """A catalog, who may show what of it, and the documents as far as they were rendered."""

    catalog: Catalog
    rights: list[tuple[str, ...]]
    partners: list[list[str]]
    hero: str
    packer: Packer = field(default_factory=lambda: Packer(NAMER))
    renderer: Renderer = field(default_factory=Renderer)

    def set_price(self, amount: str) -> None:
        """Change the price of the product that most partners show."""
        product = self.catalog.products[self.hero]
        price = Price(list="retail", amount=Decimal(amount), currency="EUR")
        products = dict(self.catalog.products)
        products[self.hero] = msgspec.structs.replace(product, prices=(price,))
        self.catalog = msgspec.structs.replace(self.catalog, products=products)

    def build(self) -> Build:
        """Render what is not rendered yet and pack everything."""
        self.renderer.begin(shelve(self.catalog, NAMER), NOW)
        shown: list[tuple[Edition, tuple[Finished, ...]]] = []
        entries = {}
        for number, (skus, partners) in enumerate(zip(self.rights, self.partners, strict=True)):
            editions = {}
            for locale in self.catalog.locales:
                edition = Edition(
                    id=f"r{number:03}-{locale}",
                    locale=locale,
                    skus=skus,
                    partners=tuple(partners),
                    price_list="retail",
                )
                editions[locale] = edition.id
                shown.append((edition, self.renderer.edition(edition, "EUR")))
            for partner in partners:
                entries[partner] = PartnerEntry("Maker", "en", editions)
        self.renderer.finish(workers())
        contents = (
            EditionContent(edition, documents, self.renderer.media(edition))
            for edition, documents in shown
        )
        return self.packer.pack(contents, tuple(self.catalog.products), partners=entries)

    def documents(self, build: Build) -> dict[tuple[str, str], bytes]:
        """Return every distinct document of a build by locale and SKU."""
        return {
            (edition.edition.locale, document.sku): document.data()
            for edition in build.editions.values()
            for page in edition.pages
            for document in page.documents
        }


def make_world(size: Size, data: Path) -> World:
    """Return a seeded world over the Icecat products, or over generated ones."""
    chance = random.Random(7)
    products = _products(size, data, chance)
    catalog = Catalog(locales=("en", "de"), products=products)
    brands = sorted({product.brand for product in products.values()})
    hero = next(iter(products))
    rights: list[tuple[str, ...]] = []
    partners: list[list[str]] = []
    for number in range(size.rights):
        chosen = set(chance.sample(brands, max(1, int(len(brands) * chance.uniform(0.1, 0.5)))))
        holds = number < size.rights * HOLDERS
        skus = [
            sku
            for sku, product in products.items()
            if sku != hero and product.brand in chosen and chance.random() < _KEPT
        ]
        rights.append(((hero, *skus)) if holds else tuple(skus))
        share = size.partners // size.rights
        partners.append([f"p{number:03}-{member:03}" for member in range(share)])
    return World(catalog, rights, partners, hero)


def _products(size: Size, data: Path, chance: random.Random) -> dict[str, Product]:
    source = data / "icecat" / "products.jsonl"
    if size is SIZES["full"] and source.is_file():
        return _icecat(data)
    made = (_product(number, chance) for number in range(size.products))
    return {p.sku: p for p in sorted(made, key=lambda p: (p.category, p.brand, p.sku))}


def _icecat(data: Path) -> dict[str, Product]:
    with tempfile.TemporaryDirectory() as folder:
        workspace = workloads.icecat(Path(folder), data)
        return dict(read_workspace(load_settings(workspace, {})).catalog.products)


def _product(number: int, chance: random.Random) -> Product:
    words = [f"word{chance.randint(0, 3000)}" for _ in range(220)]
    return Product(
        sku=f"G-{number:06}",
        brand=f"Brand {number % 97:02}",
        mpn=f"M{number}",
        gtin=f"{number:014}",
        category=f"c{number % 211:03}",
        title={"en": f"Thing {number}", "de": f"Ding {number}"},
        summary={"en": " ".join(words[:30]), "de": " ".join(words[30:60])},
        description={"en": " ".join(words[60:140]), "de": " ".join(words[140:])},
        prices=(Price(list="retail", amount=Decimal(number % 900 + 1), currency="EUR"),),
    )
