"""From accepted products to a catalog: what only shows when all of them are seen together."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import msgspec

from syndicator.catalog.held import Head, Held, Origins, Products, look, points
from syndicator.catalog.merging import Priorities, Statement, filled, merge
from syndicator.catalog.model import (
    Asset,
    Brand,
    Catalog,
    Category,
    Family,
    Price,
    Product,
    SpecDefinition,
    Support,
    sort_key,
)
from syndicator.catalog.shapes import Place, warn
from syndicator.errors import Origin, Problem

PICTURES = "image/"
NEARBY = 2000
"""Catalogs up to this size get a guess at what a misspelled SKU was meant to be."""


class Entry(msgspec.Struct, gc=False):
    """An accepted product with the places of its fields.

    `strict` sources are written by hand: what they name must exist. Others are exports, where
    a missing picture is dropped with a warning. A source that can tell its records apart by
    content gives the `digest` of the record, and the `unnamed` columns in it.
    """

    head: Head
    place: Place
    strict: bool = True
    digest: bytes = b""
    unnamed: tuple[str, ...] = ()

    @property
    def product(self) -> Product:
        """The product as a value."""
        return look(self.head)


@dataclass(frozen=True, slots=True)
class Supplement:
    """Fields that a source gives to a product of another source, over what that one says."""

    sku: str
    changes: Mapping[str, object]
    origin: Origin
    source: str = ""


@dataclass(slots=True)
class Kept:
    """What earlier readings made of records, by the digest of all that it was made from.

    A digest starts with that of its context: the mapping, locales, families, whatever decides
    what a record means beside its own bytes. `definitions` are what specs were in a context.
    """

    rows: Mapping[bytes, tuple[Held, tuple[str, ...]]] = field(default_factory=dict)
    definitions: dict[bytes, dict[str, SpecDefinition]] = field(default_factory=dict)


@dataclass(slots=True)
class Parts:
    """What all sources gave together, before it is seen as one."""

    entries: list[Entry] = field(default_factory=list)
    families: dict[str, Family] = field(default_factory=dict)
    brands: dict[str, tuple[Brand, Origin]] = field(default_factory=dict)
    """By case-folded name, with where each was written."""
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
    kept: Kept = field(default_factory=Kept)
    """Records of the last time, which need no second reading."""
    definitions: dict[bytes, dict[str, SpecDefinition]] = field(default_factory=dict)
    """Of the contexts whose records may be kept."""


@dataclass(frozen=True, slots=True)
class Files:
    """The files that products name: facts of the good ones, code and words of faults else."""

    assets: Mapping[str, Asset]
    faults: Mapping[str, tuple[str, str]]


def named_files(product: Product) -> Iterator[tuple[str, str]]:
    """Yield the path in the record and the file of everything that a product names."""
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
    heads = assembly.heads()
    used = {file for head in assembly.pointing for _, file in named_files(look(head))}
    known = [files.assets[file] for file in used]
    used |= {name for asset in known for name in (*asset.renditions, *asset.avif)}
    catalog = Catalog(
        locales=locales,
        fallback=fallback,
        products=_by_sku(heads),
        families=parts.families,
        brands={key: brand for key, (brand, _) in parts.brands.items()},
        categories=parts.categories,
        assets={path: asset for path, asset in sorted(files.assets.items()) if path in used},
        support=parts.support or Support(),
        origins=Origins(_places(assembly.entries)),
        field_origins=assembly.field_origins,
    )
    return catalog, [*assembly.problems, *_unused_brands(parts, heads)]


def _unused_brands(parts: Parts, heads: Sequence[Head]) -> Iterator[Problem]:
    """Yield a warning for each brand that no product has: its name is spelled otherwise there."""
    used = {head.brand.casefold() for head in heads} if parts.brands else set()
    for key, (brand, origin) in parts.brands.items():
        if key not in used:
            told = "no product has this brand"
            yield warn("unknown-brand", told, origin, path="brand", found=brand.name)


def _places(entries: dict[str, Any]) -> dict[str, Place]:
    """Put the place of each entry where the entry was: another large dictionary is saved."""
    for sku, entry in entries.items():
        entries[sku] = entry.place
    return entries


def _by_sku(heads: Sequence[Head]) -> Mapping[str, Product]:
    """Return products by SKU; a plain dictionary where all of them are values."""
    found: dict[Any, Any] = {head.sku: head for head in heads}
    return Products(found) if any(type(head) is Held for head in heads) else found


class _Assembly:
    """The products on their way into one catalog, step by step."""

    def __init__(self, parts: Parts, files: Files) -> None:
        self.parts, self.files = parts, files
        self.problems: list[Problem] = []
        self.entries: dict[str, Entry] = {}
        self.refused = set(parts.refused)
        self.field_origins: dict[str, dict[str, Origin]] = {}
        self.pointing: list[Head] = []
        """Products of the catalog that name files or other products."""
        self.others: dict[str, list[Statement]] = {}
        """What other sources than the first say of a product, by SKU."""
        self.supplements: dict[str, list[Statement]] = {}
        self.home: dict[str, str] = {}
        """The source of each product, where priorities are declared."""

    def heads(self) -> list[Head]:
        """Return the products of the catalog in its order."""
        self._take_all()
        self._supplement()
        self._merge()
        self.refused |= self.parts.refused - self.entries.keys()
        for sku in [sku for sku, entry in self.entries.items() if not self._fits(entry)]:
            del self.entries[sku]
            self.refused.add(sku)
        self._price()
        heads: list[Head] = []
        for entry in self.entries.values():
            head = entry.head
            if points(head):
                head = self._complete(entry)
                self.pointing.append(head)
            heads.append(head)
        self.problems += self._shared_gtins(heads)
        return sorted(heads, key=sort_key)

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
        sku = entry.head.sku
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
        head, families, categories = entry.head, self.parts.families, self.parts.categories
        found: list[Problem] = []
        if head.family and head.family not in families:
            found.append(_unknown(entry, "family", head.family, families))
        if head.category and head.category not in categories:
            found.append(_unknown(entry, "category", head.category, categories))
        if entry.strict and points(head):
            for path, file in named_files(entry.product):
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

    def _complete(self, entry: Entry) -> Head:
        """Return the product without pointers to nothing."""
        product = entry.product
        changes: dict[str, object] = {}
        if any(relation.sku not in self.entries for relation in product.relations):
            kept = tuple(relation for relation in product.relations if relation.sku in self.entries)
            changes["relations"] = kept
            self._tell_lost_relations(entry)
        if not entry.strict:
            changes |= self._without_faults(entry)
        return msgspec.structs.replace(product, **changes) if changes else entry.head

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

    def _shared_gtins(self, heads: Iterable[Head]) -> Iterator[Problem]:
        first: dict[str, str] = {}
        for head in heads:
            gtin = head.gtin
            if gtin and (other := first.setdefault(gtin, head.sku)) != head.sku:
                message = f"the GTIN is also that of {other} ({self.entries[other].place('gtin')})"
                place = self.entries[head.sku].place("gtin")
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
