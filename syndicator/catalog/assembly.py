"""From accepted products to a catalog: what only shows when all of them are seen together."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial

import msgspec

from syndicator.catalog.merging import Priorities, Statement, filled, merge
from syndicator.catalog.model import (
    Asset,
    Catalog,
    Category,
    Family,
    Price,
    Product,
    Support,
    sort_key,
)
from syndicator.catalog.shapes import Place, warn
from syndicator.errors import Origin, Problem

PICTURES = "image/"
NEARBY = 2000
"""Catalogs up to this size get a guess at what a misspelled SKU was meant to be."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An accepted product with the places of its fields.

    `strict` sources are written by hand: what they name must exist. Others are exports, where
    a missing picture is dropped with a warning.
    """

    product: Product
    place: Place
    strict: bool = True


@dataclass(frozen=True, slots=True)
class Supplement:
    """Fields that a source gives to a product of another source, over what that one says."""

    sku: str
    changes: Mapping[str, object]
    origin: Origin
    source: str = ""


@dataclass(slots=True)
class Parts:
    """What all sources gave together, before it is seen as one."""

    entries: list[Entry] = field(default_factory=list)
    families: dict[str, Family] = field(default_factory=dict)
    categories: dict[str, Category] = field(default_factory=dict)
    supplements: list[Supplement] = field(default_factory=list)
    """In the order of the sources: a later one wins where no priority is declared."""
    sources: list[tuple[str, int]] = field(default_factory=list)
    """Name of each source in order, and how many entries there were after it."""
    priorities: Priorities = field(default_factory=dict)
    """Which source is believed in which field; without any, one SKU is one source's."""
    prices: list[tuple[str, Price, Origin]] = field(default_factory=list)
    """Prices that stand apart from their products: SKU, price, place."""
    support: Support | None = None
    refused: set[str] = field(default_factory=set)
    """SKUs of records that stayed out, which nobody needs to be told of twice."""


@dataclass(frozen=True, slots=True)
class Files:
    """The files that products name: facts of the good ones, code and words of faults else."""

    assets: Mapping[str, Asset]
    faults: Mapping[str, tuple[str, str]]


def named_files(product: Product) -> Iterator[tuple[str, str]]:
    """Yield the path in the record and the file of everything that a product names."""
    if not (product.documents or product.videos or product.features):
        yield from ((f"media[{i}].file", m.file) for i, m in enumerate(product.media) if m.file)
        return
    named = (
        *((f"media[{i}].file", media.file) for i, media in enumerate(product.media)),
        *((f"documents[{i}].file", document.file) for i, document in enumerate(product.documents)),
        *((f"videos[{i}].poster", video.poster) for i, video in enumerate(product.videos)),
        *((f"features[{i}].image", feature.image) for i, feature in enumerate(product.features)),
    )
    yield from ((path, file) for path, file in named if file)


def supplied_files(supplement: Supplement) -> Iterator[str]:
    """Yield every file that a supplement names."""
    bare = Product(sku=supplement.sku, brand="", title={})
    supplied = msgspec.structs.replace(bare, **supplement.changes)
    yield from (file for _, file in named_files(supplied))


def assemble(
    parts: Parts, files: Files, locales: tuple[str, ...], fallback: Mapping[str, tuple[str, ...]]
) -> tuple[Catalog, list[Problem]]:
    """Return the catalog of everything that fits together, and a problem for all that does not.

    A product with a problem of its own stays out; one that points to an unknown product loses
    the pointer, with a warning. Cost: linear in products and their parts.
    """
    assembly = _Assembly(parts, files)
    products = assembly.products()
    used = {file for product in products for _, file in named_files(product)}
    known = [files.assets[file] for file in used]
    used |= {name for asset in known for name in (*asset.renditions, *asset.avif)}
    catalog = Catalog(
        locales=locales,
        fallback=fallback,
        products={product.sku: product for product in products},
        families=parts.families,
        categories=parts.categories,
        assets={path: asset for path, asset in sorted(files.assets.items()) if path in used},
        support=parts.support or Support(),
        origins={sku: entry.place("") for sku, entry in assembly.entries.items()},
        field_origins=assembly.field_origins,
    )
    return catalog, assembly.problems


class _Assembly:
    """The products on their way into one catalog, step by step."""

    def __init__(self, parts: Parts, files: Files) -> None:
        self.parts, self.files = parts, files
        self.problems: list[Problem] = []
        self.entries: dict[str, Entry] = {}
        self.refused = set(parts.refused)
        self.field_origins: dict[str, dict[str, Origin]] = {}
        self.others: dict[str, list[Statement]] = {}
        """What other sources than the first say of a product, by SKU."""
        self.supplements: dict[str, list[Statement]] = {}
        self.home: dict[str, str] = {}
        """The source of each product, where priorities are declared."""

    def products(self) -> list[Product]:
        """Return the products of the catalog in its order."""
        self._take_all()
        self._supplement()
        self._merge()
        self.refused |= self.parts.refused - self.entries.keys()
        for sku in [sku for sku, entry in self.entries.items() if not self._fits(entry)]:
            del self.entries[sku]
            self.refused.add(sku)
        self._price()
        products = [self._complete(entry) for entry in self.entries.values()]
        self.problems += self._shared_gtins(products)
        return sorted(products, key=sort_key)

    def _take_all(self) -> None:
        """Take the entries of every source, those of one source apart from those of the next."""
        if not self.parts.priorities:
            for entry in self.parts.entries:
                self._take(entry)
            return
        start = 0
        for source, end in self.parts.sources:
            before = set(self.entries)
            told: set[str] = set()
            for entry in self.parts.entries[start:end]:
                sku = entry.product.sku
                if sku in before and sku not in told:
                    statement = Statement(source, filled(entry.product), entry.place)
                    self.others.setdefault(sku, []).append(statement)
                    told.add(sku)
                else:
                    self._take(entry, source)
            start = end

    def _take(self, entry: Entry, source: str = "") -> None:
        """Keep the first of the entries with one SKU; report the others with both places."""
        sku = entry.product.sku
        first = self.entries.setdefault(sku, entry)
        if first is entry:
            if source:
                self.home[sku] = source
        else:
            same = (
                "with the same content" if first.product == entry.product else "with other content"
            )
            message = f"the SKU {sku} is already used at {first.place('sku')}, {same}"
            place, expected = entry.place("sku"), "one product a SKU"
            fix = "Keep one, or say in [merge] of syndicator.toml which source is believed"
            self.problems.append(
                Problem("duplicate-sku", message, place, "sku", expected, sku, fix=fix)
            )

    def _supplement(self) -> None:
        """Give products the fields that other sources hold for them."""
        for supplement in self.parts.supplements:
            entry = self.entries.get(supplement.sku)
            if entry is None:
                self._unknown_target(supplement.origin, "sku", supplement.sku, "the record is for")
                continue
            place = partial(_there, supplement.origin)
            statement = Statement(supplement.source, supplement.changes, place)
            self.supplements.setdefault(supplement.sku, []).append(statement)

    def _merge(self) -> None:
        """Give each field of a product that several sources know the value that is believed."""
        for sku in {**self.others, **self.supplements}:
            entry = self.entries[sku]
            own = Statement(self.home.get(sku, ""), filled(entry.product), entry.place)
            statements = [*reversed(self.supplements.get(sku, [])), own, *self.others.get(sku, [])]
            product, origins = merge(entry.product, statements, self.parts.priorities)
            self.entries[sku] = Entry(product, partial(_merged, origins, entry.place), entry.strict)
            home = entry.place("")
            self.field_origins[sku] = {name: at for name, at in origins.items() if at != home}

    def _fits(self, entry: Entry) -> bool:
        """Tell whether what a product refers to exists."""
        product, found = entry.product, []
        if product.family and product.family not in self.parts.families:
            found.append(_unknown(entry, "family", product.family, self.parts.families))
        if product.category and product.category not in self.parts.categories:
            found.append(_unknown(entry, "category", product.category, self.parts.categories))
        if entry.strict:
            for path, file in named_files(product):
                if fault := self._fault(path, file):
                    found.append(Problem(*fault, entry.place(path), path, found=file))
        self.problems += found
        return not found

    def _fault(self, path: str, file: str) -> tuple[str, str] | None:
        """Return the code and words of what is wrong with a named file, if anything is."""
        if file in self.files.faults:
            return self.files.faults[file]
        kind = self.files.assets[file].media_type
        if not path.startswith("documents") and not kind.startswith(PICTURES):
            return "not-a-picture", f"the file is no picture but {kind}"
        return None

    def _price(self) -> None:
        """Give products the prices that stand apart."""
        by_sku: dict[str, list[Price]] = {}
        for sku, price, origin in self.parts.prices:
            if sku in self.entries:
                by_sku.setdefault(sku, []).append(price)
                origins = self.field_origins.setdefault(sku, {})
                origins.setdefault(f"prices.{price.list}", origin)
            else:
                self._unknown_target(origin, "sku", sku, "the price is for")
        for sku, more in by_sku.items():
            entry = self.entries[sku]
            product = msgspec.structs.replace(entry.product, prices=(*entry.product.prices, *more))
            self.entries[sku] = Entry(product, entry.place, entry.strict)

    def _unknown_target(self, origin: Origin, path: str, sku: str, what: str) -> None:
        if sku in self.refused:
            return
        near = (
            difflib.get_close_matches(sku, self.entries, n=1) if len(self.entries) < NEARBY else []
        )
        fix = f"Did you mean {near[0]}?" if near else "It is left out"
        message = f"{what} an unknown product"
        self.problems.append(warn("unknown-sku", message, origin, path=path, found=sku, fix=fix))

    def _complete(self, entry: Entry) -> Product:
        """Return the product without pointers to nothing."""
        product = entry.product
        changes: dict[str, object] = {}
        if any(relation.sku not in self.entries for relation in product.relations):
            kept = tuple(relation for relation in product.relations if relation.sku in self.entries)
            changes["relations"] = kept
            self._tell_lost_relations(entry)
        if not entry.strict:
            changes |= self._without_faults(entry)
        return msgspec.structs.replace(product, **changes) if changes else product

    def _tell_lost_relations(self, entry: Entry) -> None:
        places: dict[str, int] = {}
        for relation in entry.product.relations:
            index = places[relation.type] = places.get(relation.type, -1) + 1
            if relation.sku not in self.entries:
                path = f"relations.{relation.type}[{index}]"
                self._unknown_target(
                    entry.place(path), path, relation.sku, "the relation points to"
                )

    def _without_faults(self, entry: Entry) -> dict[str, object]:
        """Return what is left of media and documents without those that cannot be used."""
        product = entry.product
        faults = {
            path: fault for path, file in named_files(product) if (fault := self._fault(path, file))
        }
        if not faults:
            return {}
        for path, (code, message) in faults.items():
            place = entry.place(path)
            self.problems.append(warn(code, message, place, path=path, fix="It is left out"))
        media = [m for i, m in enumerate(product.media) if f"media[{i}].file" not in faults]
        documents = [
            d for i, d in enumerate(product.documents) if f"documents[{i}].file" not in faults
        ]
        return {"media": tuple(media), "documents": tuple(documents)}

    def _shared_gtins(self, products: Iterable[Product]) -> Iterator[Problem]:
        first: dict[str, str] = {}
        for product in products:
            gtin = product.gtin
            if gtin and (other := first.setdefault(gtin, product.sku)) != product.sku:
                message = f"the GTIN is also that of {other} ({self.entries[other].place('gtin')})"
                place = self.entries[product.sku].place("gtin")
                yield warn("duplicate-gtin", message, place, path="gtin", found=gtin)


def _there(origin: Origin, _path: str) -> Origin:
    return origin


def _merged(origins: Mapping[str, Origin], home: Place, path: str) -> Origin:
    """Return the place of a field of a merged product; the record's own is that of its SKU."""
    name = re.split(r"[.\[]", path, maxsplit=1)[0]
    return origins.get(path) or origins.get(name) or home(path)


def _unknown(entry: Entry, name: str, value: str, known: Iterable[str]) -> Problem:
    near = difflib.get_close_matches(value, known, n=1)
    fix = f"Did you mean {near[0]}?" if near else ""
    message = f"there is no such {name}"
    return Problem(f"unknown-{name}", message, entry.place(name), name, found=value, fix=fix)
