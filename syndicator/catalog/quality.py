"""How good a catalog is: what is missing for which purpose and language, and what is double."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from babel import Locale, UnknownLocaleError

from syndicator.catalog.model import Catalog, Family, MediaRole, Product, Text, Words
from syndicator.errors import Origin

EXAMPLES = 5
"""SKUs that are named for each gap."""


@dataclass(frozen=True, slots=True)
class Completeness:
    """One family in one locale for one purpose: how many products have all that it takes."""

    family: str
    locale: str
    purpose: str
    title: str
    """The purpose, for people."""
    products: int
    complete: int
    missing: Mapping[str, int]
    """Products that lack a field, by field, the widest gap first."""
    examples: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """SKUs of some that lack it."""

    @property
    def share(self) -> float:
        """Return the share of complete products, from 0 to 1."""
        return self.complete / self.products if self.products else 1.0

    def as_json(self) -> dict[str, object]:
        """Return the row as plain data for `--json`."""
        return {
            "family": self.family,
            "locale": self.locale,
            "purpose": self.purpose,
            "title": self.title,
            "products": self.products,
            "complete": self.complete,
            "share": round(self.share, 4),
            "missing": dict(self.missing),
            "examples": {key: list(skus) for key, skus in self.examples.items()},
        }


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Products that share what should tell them apart."""

    kind: str
    """`gtin` or `brand-mpn`."""
    key: str
    skus: tuple[str, ...]
    origins: tuple[Origin, ...]

    def as_json(self) -> dict[str, object]:
        """Return the duplicate as plain data for `--json`."""
        origins = [str(origin) for origin in self.origins]
        return {"kind": self.kind, "key": self.key, "skus": list(self.skus), "origins": origins}


Gaps = Callable[[Product, Family | None, str], Iterator[str]]
"""Yields the fields that a product lacks in a locale."""


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a product can be complete for: a name for programs, one for people, and its gaps."""

    name: str
    title: str
    gaps: Gaps


def completeness(catalog: Catalog, purposes: Iterable[Purpose]) -> list[Completeness]:
    """Return a row for every family, workspace locale and purpose, in this order.

    Words count in their own locale only: a fallback shows something, but is no translation.
    `PURPOSES` are `family` (what the family requires) and `aisle` (all that a full aisle shows).
    Cost: products x locales x purposes.
    """
    asked = tuple(purposes)
    groups: dict[str, list[Product]] = {}
    for product in catalog.products.values():
        groups.setdefault(product.family, []).append(product)
    return [
        _row(products, catalog.families.get(code), code, locale, purpose)
        for code, products in sorted(groups.items())
        for locale in catalog.locales
        for purpose in asked
    ]


def _row(
    products: Iterable[Product],
    family: Family | None,
    code: str,
    locale: str,
    purpose: Purpose,
) -> Completeness:
    total = complete = 0
    missing: Counter[str] = Counter()
    examples: dict[str, tuple[str, ...]] = {}
    for product in products:
        total += 1
        gaps = list(dict.fromkeys(purpose.gaps(product, family, locale)))
        complete += not gaps
        missing.update(gaps)
        for gap in gaps:
            if len(named := examples.get(gap, ())) < EXAMPLES:
                examples[gap] = (*named, product.sku)
    widest = dict(missing.most_common())
    return Completeness(
        code, locale, purpose.name, purpose.title, total, complete, widest, examples
    )


def overview(rows: Iterable[Completeness]) -> list[Completeness]:
    """Return a row for every purpose and locale: all families together, without examples."""
    groups: dict[tuple[str, str], list[Completeness]] = {}
    for row in rows:
        groups.setdefault((row.purpose, row.locale), []).append(row)
    return [_summed(group) for group in groups.values()]


def _summed(rows: Sequence[Completeness]) -> Completeness:
    missing: Counter[str] = Counter()
    for row in rows:
        missing.update(row.missing)
    products, complete = sum(row.products for row in rows), sum(row.complete for row in rows)
    first, widest = rows[0], dict(missing.most_common())
    return Completeness("", first.locale, first.purpose, first.title, products, complete, widest)


def language(locale: str) -> str:
    """Return the English name of a locale: `de-AT` is `German (Austria)`."""
    try:
        return Locale.parse(locale, sep="-").get_display_name("en") or locale
    except (UnknownLocaleError, ValueError):
        return locale


def _words(texts: Iterable[tuple[str, Text]], locale: str) -> Iterator[str]:
    yield from (name for name, text in texts if not text.get(locale))


def _family_gaps(product: Product, family: Family | None, locale: str) -> Iterator[str]:
    """Yield the required fields and specs that are empty, or have no words in the locale."""
    if family is None:
        return
    for name in family.required:
        value = getattr(product, name)
        if isinstance(value, dict) and name not in {"specs", "extra"}:
            value = value.get(locale)
        if not value:
            yield name
    for definition in family.specs:
        if not definition.required:
            continue
        spec = product.specs.get(definition.key)
        if spec is None or (isinstance(spec, Words) and not spec.text.get(locale)):
            yield f"specs.{definition.key}"


def _aisle_gaps(product: Product, family: Family | None, locale: str) -> Iterator[str]:
    """Yield what a full aisle shows and the product lacks."""
    yield from _family_gaps(product, family, locale)
    texts = (
        ("title", product.title),
        ("summary", product.summary),
        ("description", product.description),
    )
    yield from _words(texts, locale)
    if not any(media.role is MediaRole.HERO for media in product.media):
        yield "media.hero"
    if any(not media.alt.get(locale) for media in product.media):
        yield "media.alt"
    yield from (name for name in ("highlights", "specs", "documents") if not getattr(product, name))


PURPOSES = (
    Purpose("family", "its family", _family_gaps),
    Purpose("aisle", "a full aisle", _aisle_gaps),
)
"""What every catalog is measured for; channels have purposes of their own."""


def duplicates(catalog: Catalog) -> list[Duplicate]:
    """Return the products that share a GTIN, or a brand and part number, by kind and key."""
    found: dict[tuple[str, str], list[str]] = {}
    for product in catalog.products.values():
        if product.gtin:
            found.setdefault(("gtin", product.gtin), []).append(product.sku)
        if product.mpn:
            key = f"{product.brand} {product.mpn}".casefold()
            found.setdefault(("brand-mpn", key), []).append(product.sku)
    return [
        Duplicate(kind, key, tuple(skus), tuple(catalog.origins[sku] for sku in skus))
        for (kind, key), skus in sorted(found.items())
        if len(skus) > 1
    ]
