"""From accepted products to a catalog: what only shows when all of them are seen together."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from syndicator.catalog.model import (
    Asset,
    Catalog,
    Category,
    Family,
    Media,
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


@dataclass(slots=True)
class Parts:
    """What all sources gave together, before it is seen as one."""

    entries: list[Entry] = field(default_factory=list)
    families: dict[str, Family] = field(default_factory=dict)
    categories: dict[str, Category] = field(default_factory=dict)
    prices: list[tuple[str, Price, Origin]] = field(default_factory=list)
    """Prices that stand apart from their products: SKU, price, place."""
    support: Support | None = None


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


def assemble(
    parts: Parts, files: Files, locales: tuple[str, ...], fallback: Mapping[str, tuple[str, ...]]
) -> tuple[Catalog, list[Problem]]:
    """Return the catalog of everything that fits together, and a problem for all that does not.

    A product with a problem of its own stays out; one that points to an unknown product loses
    the pointer, with a warning. Cost: linear in products and their parts.
    """
    problems: list[Problem] = []
    entries = _distinct(parts.entries, problems)
    entries = {sku: entry for sku, entry in entries.items() if _fits(entry, parts, files, problems)}
    _with_prices(entries, parts.prices, problems)
    products = [_complete(entry, entries, files, problems) for entry in entries.values()]
    problems += _shared_gtins(products, entries)
    products.sort(key=sort_key)
    used = {file for product in products for _, file in named_files(product)}
    catalog = Catalog(
        locales=locales,
        fallback=fallback,
        products={product.sku: product for product in products},
        families=parts.families,
        categories=parts.categories,
        assets={path: asset for path, asset in sorted(files.assets.items()) if path in used},
        support=parts.support or Support(),
        origins={product.sku: entries[product.sku].place("") for product in products},
    )
    return catalog, problems


def _distinct(entries: Iterable[Entry], problems: list[Problem]) -> dict[str, Entry]:
    """Keep the first of the entries with one SKU and report the others with both places."""
    kept: dict[str, Entry] = {}
    for entry in entries:
        sku = entry.product.sku
        first = kept.setdefault(sku, entry)
        if first is not entry:
            same = (
                "with the same content" if first.product == entry.product else "with other content"
            )
            problems.append(
                Problem(
                    "duplicate-sku",
                    f"the SKU {sku} is already used at {first.place('sku')}, {same}",
                    entry.place("sku"),
                    "sku",
                    "one product a SKU",
                    sku,
                    "Remove one of them",
                )
            )
    return kept


def _fits(entry: Entry, parts: Parts, files: Files, problems: list[Problem]) -> bool:
    """Tell whether what a product refers to exists."""
    product, found = entry.product, []
    if product.family and product.family not in parts.families:
        found.append(_unknown(entry, "family", product.family, parts.families))
    if product.category and product.category not in parts.categories:
        found.append(_unknown(entry, "category", product.category, parts.categories))
    if entry.strict:
        for path, file in named_files(product):
            if fault := _fault(path, file, files):
                found.append(Problem(fault[0], fault[1], entry.place(path), path, found=file))
    problems += found
    return not found


def _unknown(entry: Entry, name: str, value: str, known: Iterable[str]) -> Problem:
    near = difflib.get_close_matches(value, known, n=1)
    fix = f"Did you mean {near[0]}?" if near else ""
    return Problem(
        f"unknown-{name}", f"there is no such {name}", entry.place(name), name, found=value, fix=fix
    )


def _fault(path: str, file: str, files: Files) -> tuple[str, str] | None:
    """Return the code and words of what is wrong with a named file, if anything is."""
    if file in files.faults:
        return files.faults[file]
    asset = files.assets[file]
    if not path.startswith("documents") and not asset.media_type.startswith(PICTURES):
        return "not-a-picture", f"the file is no picture but {asset.media_type or 'unknown'}"
    return None


def _with_prices(
    entries: dict[str, Entry], prices: Sequence[tuple[str, Price, Origin]], problems: list[Problem]
) -> None:
    by_sku: dict[str, list[Price]] = {}
    for sku, price, origin in prices:
        if sku in entries:
            by_sku.setdefault(sku, []).append(price)
        else:
            problems.append(
                warn(
                    "unknown-sku",
                    "the price is for an unknown product",
                    origin,
                    path="sku",
                    found=sku,
                )
            )
    for sku, more in by_sku.items():
        entry = entries[sku]
        product = msgspec.structs.replace(entry.product, prices=(*entry.product.prices, *more))
        entries[sku] = Entry(product, entry.place, entry.strict)


def _complete(
    entry: Entry, entries: Mapping[str, Entry], files: Files, problems: list[Problem]
) -> Product:
    """Return the product without pointers to nothing."""
    product = entry.product
    changes: dict[str, object] = {}
    if any(relation.sku not in entries for relation in product.relations):
        changes["relations"] = tuple(r for r in product.relations if r.sku in entries)
        problems += _lost_relations(entry, entries)
    if not entry.strict:
        changes |= _without_faults(entry, files, problems)
    return msgspec.structs.replace(product, **changes) if changes else product


def _lost_relations(entry: Entry, entries: Mapping[str, Entry]) -> Iterator[Problem]:
    places: dict[str, int] = {}
    for relation in entry.product.relations:
        index = places[relation.type] = places.get(relation.type, -1) + 1
        if relation.sku in entries:
            continue
        path = f"relations.{relation.type}[{index}]"
        near = (
            difflib.get_close_matches(relation.sku, entries, n=1) if len(entries) < NEARBY else []
        )
        fix = f"Did you mean {near[0]}?" if near else "The relation is left out"
        message = "the relation points to an unknown product"
        yield warn(
            "unknown-sku", message, entry.place(path), path=path, found=relation.sku, fix=fix
        )


def _without_faults(entry: Entry, files: Files, problems: list[Problem]) -> dict[str, object]:
    faults = {
        path: fault
        for path, file in named_files(entry.product)
        if (fault := _fault(path, file, files))
    }
    if not faults:
        return {}
    for path, (code, message) in faults.items():
        problems.append(warn(code, message, entry.place(path), path=path, fix="It is left out"))
    media: list[Media] = [
        m for i, m in enumerate(entry.product.media) if f"media[{i}].file" not in faults
    ]
    documents = [
        d for i, d in enumerate(entry.product.documents) if f"documents[{i}].file" not in faults
    ]
    return {"media": tuple(media), "documents": tuple(documents)}


def _shared_gtins(products: Iterable[Product], entries: Mapping[str, Entry]) -> Iterator[Problem]:
    first: dict[str, str] = {}
    for product in products:
        if product.gtin and (other := first.setdefault(product.gtin, product.sku)) != product.sku:
            at = entries[other].place("gtin")
            message = f"the GTIN is also that of {other} ({at})"
            yield warn(
                "duplicate-gtin",
                message,
                entries[product.sku].place("gtin"),
                path="gtin",
                found=product.gtin,
            )
