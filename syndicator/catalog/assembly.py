"""From accepted products to a catalog: what only shows when all of them are seen together.

Most products are in nobody's way: that is seen in the facts of whole portions, and costs less than
to look at each of them. Only those that may have something to say become entries.
"""

from __future__ import annotations

import difflib
import re
from bisect import insort
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import chain

import msgspec

from syndicator.catalog.held import points
from syndicator.catalog.merging import Statement, filled, merge
from syndicator.catalog.model import Catalog, Price, Product, Support, sort_key
from syndicator.catalog.parts import Entry, Files, Parts, named_files
from syndicator.catalog.portions import Origins, Portion, Products, Rows
from syndicator.catalog.shapes import Place, warn
from syndicator.errors import Origin, Problem

PICTURES = "image/"
NEARBY = 2000
"""Catalogs up to this size get a guess at what a misspelled SKU was meant to be."""
_FEW = 8
"""Products are put in their places one by one where they are this part of all, or fewer."""


@dataclass(frozen=True, slots=True)
class Assembled:
    """A catalog of everything that fits together, and a problem for all that does not.

    `order` are the rows of its products in their order, `mended` those products that are not as
    their portions have them, by row.
    """

    catalog: Catalog
    problems: list[Problem]
    rows: Rows
    order: list[int]
    mended: Mapping[int, Product]


def assemble(
    parts: Parts, files: Files, locales: tuple[str, ...], fallback: Mapping[str, tuple[str, ...]]
) -> Assembled:
    """Return the catalog of everything that fits together.

    A product with a problem of its own stays out; one that points to an unknown product loses
    the pointer, with a warning. Cost: some look-ups in C for a product, and a closer look at
    those that name files or other products, or that several sources tell of.
    """
    assembly = _Assembly(parts, files)
    order = assembly.order()
    used = {file for product in assembly.pointing for _, file in named_files(product)}
    known = [files.assets[file] for file in used]
    used |= {name for asset in known for name in (*asset.renditions, *asset.avif)}
    mended = {row: entry.product for row, entry in assembly.mended.items()}
    catalog = Catalog(
        locales=locales,
        fallback=fallback,
        products=_products(assembly.rows, assembly.at, order, mended),
        families=parts.families,
        brands={key: brand for key, (brand, _) in parts.brands.items()},
        categories=parts.categories,
        assets={path: asset for path, asset in sorted(files.assets.items()) if path in used},
        support=parts.support or Support(),
        origins=Origins(assembly.rows, assembly.at, order),
        field_origins=assembly.field_origins,
    )
    problems = [*assembly.problems, *_unused_brands(parts)]
    return Assembled(catalog, problems, assembly.rows, order, mended)


def _unused_brands(parts: Parts) -> Iterator[Problem]:
    """Yield a warning for each brand that no product has: its name is spelled otherwise there."""
    if not parts.brands:
        return
    used = {kind[1].casefold() for portion in parts.portions for kind in portion.facts.kinds}
    for key, (brand, origin) in parts.brands.items():
        if key not in used:
            told = "no product has this brand"
            yield warn("unknown-brand", told, origin, path="brand", found=brand.name)


def _products(
    rows: Rows, at: dict[str, int], order: list[int], mended: Mapping[int, Product]
) -> Mapping[str, Product]:
    """Return products by SKU; a plain dictionary where all of them are values."""
    products = Products(rows, at, order, mended)
    return products if any(portion.heads is None for portion in rows.portions) else dict(products)


class _Assembly:
    """The products on their way into one catalog, step by step."""

    def __init__(self, parts: Parts, files: Files) -> None:
        self.parts, self.files = parts, files
        self.rows = Rows(parts.portions)
        self.skus = self.rows.skus
        self.problems: list[Problem] = []
        self.at: dict[str, int] = {}
        """The row of each product of the catalog."""
        self.mended: dict[int, Entry] = {}
        """What became of products whose portions have them otherwise."""
        self.refused = set(parts.refused)
        self.field_origins: dict[str, dict[str, Origin]] = {}
        self.pointing: list[Product] = []
        """Products of the catalog that name files or other products."""
        self.others: dict[str, list[Statement]] = {}
        """What other sources than the first say of a product, by SKU."""
        self.supplements: dict[str, list[Statement]] = {}
        self.home: dict[str, str] = {}
        """The source of each product, where priorities are declared."""

    def order(self) -> list[int]:
        """Return the rows of the catalog's products in its order."""
        self._take_all()
        self._take_mended()
        self._supplement()
        self._merge()
        self.refused |= self.parts.refused - self.at.keys()
        for row in [row for row in self._doubtful() if not self._fits(self.entry(row))]:
            sku = self.skus[row]
            del self.at[sku]
            self.mended.pop(row, None)
            self.refused.add(sku)
        self._price()
        for row in self._rows_that_point():
            self.pointing.append(self._complete(row))
        self.problems += self._shared_gtins()
        return self._sorted()

    def entry(self, row: int) -> Entry:
        """Return a product as it is by now."""
        if (mended := self.mended.get(row)) is not None:
            return mended
        portion, inner = self.rows.find(row)
        return Entry(portion.product(inner), portion.place(inner), portion.strict)

    def named(self, sku: str) -> Entry:
        """Return a product of the catalog as it is by now."""
        return self.entry(self.at[sku])

    def _take_all(self) -> None:
        """Take the products of every source, those of one source apart from those of the next."""
        if not self.parts.priorities:
            self._take_one_source()
            return
        starts, start = self.rows.starts, 0
        for source, portions in self.parts.sources:
            end = starts[portions]
            before = set(self.at)
            told: set[str] = set()
            for row in range(start, end):
                sku = self.skus[row]
                if sku in before and sku not in told:
                    entry = self.entry(row)
                    statement = Statement(source, filled(entry.product), entry.place)
                    self.others.setdefault(sku, []).append(statement)
                    told.add(sku)
                else:
                    self._take(row, source)
            start = end

    def _take_one_source(self) -> None:
        self.at = dict(zip(self.skus, range(len(self.skus)), strict=True))
        if len(self.at) == len(self.skus):
            return
        self.at = {}
        for row in range(len(self.skus)):
            self._take(row)

    def _take(self, row: int, source: str = "") -> None:
        """Keep the first of the products with one SKU; report the others with both places."""
        sku = self.skus[row]
        if self.at.setdefault(sku, row) != row:
            self._tell_duplicate(sku, self.named(sku), self.entry(row))
        elif source:
            self.home[sku] = source

    def _tell_duplicate(self, sku: str, first: Entry, entry: Entry) -> None:
        same = "with the same content" if first.product == entry.product else "with other content"
        message = f"the SKU {sku} is already used at {first.place('sku')}, {same}"
        place, expected = entry.place("sku"), "one product a SKU"
        fix = "Keep one, or say in [merge] of syndicator.toml which source is believed"
        self.problems.append(
            Problem("duplicate-sku", message, place, "sku", expected, sku, fix=fix)
        )

    def _take_mended(self) -> None:
        """Take what reading made of products after their portions were made."""
        for portion, start in self._portions():
            for inner in portion.mended:
                if self.at.get(self.skus[start + inner]) == start + inner:
                    self.mended[start + inner] = self.entry(start + inner)

    def _portions(self) -> Iterator[tuple[Portion, int]]:
        return zip(self.rows.portions, self.rows.starts, strict=False)

    def _supplement(self) -> None:
        """Give products the fields that other sources hold for them."""
        for supplement in self.parts.supplements:
            if supplement.sku not in self.at:
                self._unknown_target(supplement.origin, "sku", supplement.sku, "the record is for")
                continue
            place = partial(_there, supplement.origin)
            statement = Statement(supplement.source, supplement.changes, place)
            self.supplements.setdefault(supplement.sku, []).append(statement)

    def _merge(self) -> None:
        """Give each field of a product that several sources know the value that is believed."""
        for sku in {**self.others, **self.supplements}:
            entry = self.named(sku)
            own = Statement(self.home.get(sku, ""), filled(entry.product), entry.place)
            statements = [*reversed(self.supplements.get(sku, [])), own, *self.others.get(sku, [])]
            product, origins = merge(entry.product, statements, self.parts.priorities)
            place = partial(_merged, origins, entry.place)
            self.mended[self.at[sku]] = Entry(product, place, entry.strict)
            home = entry.place("")
            self.field_origins[sku] = {name: at for name, at in origins.items() if at != home}

    def _of_catalog(self, found: Iterable[int]) -> list[int]:
        """Return those of some rows that are in the catalog by now, in the order of reading."""
        return [row for row in sorted(found) if self.at.get(self.skus[row]) == row]

    def _doubtful(self) -> list[int]:
        """Return the rows that may refer to what does not exist."""
        families, categories = self.parts.families.keys(), self.parts.categories.keys()
        found = set(self.mended)
        for portion, start in self._portions():
            named = {kind[2] for kind in portion.facts.kinds} - {""}
            placed = {kind[0] for kind in portion.facts.kinds} - {""}
            if not (named <= families and placed <= categories):
                found.update(range(start, start + len(portion)))
            elif portion.strict:
                found.update(start + inner for inner in portion.facts.pointing)
        return self._of_catalog(found)

    def _fits(self, entry: Entry) -> bool:
        """Tell whether what a product refers to exists."""
        product, families, categories = entry.product, self.parts.families, self.parts.categories
        found: list[Problem] = []
        if product.family and product.family not in families:
            found.append(_unknown(entry, "family", product.family, families))
        if product.category and product.category not in categories:
            found.append(_unknown(entry, "category", product.category, categories))
        if entry.strict and points(product):
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
            if sku in self.at:
                by_sku.setdefault(sku, []).append(price)
                origins = self.field_origins.setdefault(sku, {})
                origins.setdefault(f"prices.{price.list}", origin)
            else:
                self._unknown_target(origin, "sku", sku, "the price is for")
        for sku, more in by_sku.items():
            entry = self.named(sku)
            product = msgspec.structs.replace(entry.product, prices=(*entry.product.prices, *more))
            self.mended[self.at[sku]] = entry._replace(product=product)

    def _unknown_target(self, origin: Origin, path: str, sku: str, what: str) -> None:
        if sku in self.refused:
            return
        near = difflib.get_close_matches(sku, self.at, n=1) if len(self.at) < NEARBY else []
        fix = f"Did you mean {near[0]}?" if near else "It is left out"
        message = f"{what} an unknown product"
        self.problems.append(warn("unknown-sku", message, origin, path=path, found=sku, fix=fix))

    def _rows_that_point(self) -> list[int]:
        """Return the rows of products that name files, a configurator or other products."""
        found = {row for row, entry in self.mended.items() if points(entry.product)}
        for portion, start in self._portions():
            found.update(start + inner for inner in portion.facts.pointing)
        return self._of_catalog(found)

    def _complete(self, row: int) -> Product:
        """Return the product without pointers to nothing."""
        entry = self.entry(row)
        product = entry.product
        changes: dict[str, object] = {}
        if any(relation.sku not in self.at for relation in product.relations):
            kept = tuple(relation for relation in product.relations if relation.sku in self.at)
            changes["relations"] = kept
            self._tell_lost_relations(entry)
        if not entry.strict:
            changes |= self._without_faults(entry)
        if not changes:
            return product
        product = msgspec.structs.replace(product, **changes)
        self.mended[row] = entry._replace(product=product)
        return product

    def _tell_lost_relations(self, entry: Entry) -> None:
        places: dict[str, int] = {}
        for relation in entry.product.relations:
            index = places[relation.type] = places.get(relation.type, -1) + 1
            if relation.sku not in self.at:
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

    def _shared_gtins(self) -> Iterator[Problem]:
        gtins = self.rows.gtins()
        for row, entry in self.mended.items():
            gtins[row] = entry.product.gtin
        if len(set(gtins)) == len(gtins) - max(gtins.count("") - 1, 0):
            return
        first: dict[str, str] = {}
        for row in sorted(self.at.values()):
            gtin, sku = gtins[row], self.skus[row]
            if gtin and (other := first.setdefault(gtin, sku)) != sku:
                there = self.named(other).place("gtin")
                message = f"the GTIN is also that of {other} ({there})"
                place = self.entry(row).place("gtin")
                yield warn("duplicate-gtin", message, place, path="gtin", found=gtin)

    def _sorted(self) -> list[int]:
        """Return the rows of the catalog in its order, from the order of the last time if it helps.

        Rows that were neighbours then are so still; the others are put between them.
        """
        known = self._known_order()
        wanted, others = self.at.values(), set[int]()
        if len(known) < len(wanted):
            others = set(wanted).difference(known)
        if len(others) * _FEW > len(wanted):
            keys = list(chain.from_iterable(portion.sort_keys() for portion in self.rows.portions))
            for row, entry in self.mended.items():
                keys[row] = sort_key(entry.product)
            return sorted(wanted, key=keys.__getitem__)
        for row in others:
            insort(known, row, key=self._sort_key)
        return known

    def _sort_key(self, row: int) -> tuple[str, str, str]:
        if (mended := self.mended.get(row)) is not None:
            return sort_key(mended.product)
        portion, inner = self.rows.find(row)
        return portion.sort_key(inner)

    def _known_order(self) -> list[int]:
        """Return rows of the catalog that were in it before, in its order then."""
        kept = self.parts.kept
        now = [-1] * kept.rows
        for portion, start in self._portions():
            if portion.was >= 0:
                now[portion.was : portion.was + len(portion)] = range(start, start + len(portion))
        known = [row for row in map(now.__getitem__, kept.order) if row >= 0]
        if not self.mended and len(self.at) == len(self.skus):
            return known
        mended, at = self.mended, self.at
        return [row for row in known if row not in mended and at.get(self.skus[row]) == row]


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
