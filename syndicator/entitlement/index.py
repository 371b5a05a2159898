"""The catalog turned inside out: for every value of a field, the set of products that have it.

Sets are roaring bitmaps over positions in catalog order, so a set of neighbours costs bits. A
field is indexed when it is first asked for, and once.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any, TypeVar, cast

from pyroaring import BitMap

from syndicator.catalog.model import (
    Choice,
    Flag,
    Number,
    Price,
    Product,
    Series,
    Span,
    SpecValue,
    Words,
)

T = TypeVar("T")
_NO_LIFE = Product(sku="", brand="", title={}).lifecycle
"""The one that products without dates share: told by identity, a million times."""


@dataclass(frozen=True, slots=True)
class Ordered:
    """Values of a field in rising order with the position of the product of each."""

    values: tuple[Any, ...]
    positions: tuple[int, ...]

    def where(self, operator: str, value: Any) -> BitMap:  # noqa: ANN401  float, Decimal or datetime
        """Return the products with a value that compares so. Cost: the size of the answer."""
        low, high = bisect_left(self.values, value), bisect_right(self.values, value)
        spans = {
            "=": slice(low, high),
            "<": slice(0, low),
            "<=": slice(0, high),
            ">": slice(high, None),
            ">=": slice(low, None),
        }
        return BitMap(self.positions[spans[operator]])


def order(pairs: Iterable[tuple[Any, int]]) -> Ordered:
    """Sort pairs of value and position."""
    ranked = sorted(pairs)
    return Ordered(tuple(value for value, _ in ranked), tuple(at for _, at in ranked))


@dataclass(slots=True)
class SpecIndex:
    """One spec key over all products, apart by the type of the values."""

    words: dict[str, BitMap] = field(default_factory=dict)
    """Texts of any locale, codes of choices, items of lists."""
    flags: dict[bool, BitMap] = field(default_factory=dict)
    lows: dict[str, Ordered] = field(default_factory=dict)
    """By unit: the number, or the lower end of the range."""
    highs: dict[str, Ordered] = field(default_factory=dict)
    """By unit: the number, or the upper end of the range."""


@dataclass(slots=True)
class Index:
    """Products by the values of their fields. Build with `Index(products)` in catalog order."""

    products: Sequence[Product]
    everything: BitMap = field(init=False)
    order: tuple[str, ...] = field(init=False)
    """SKUs by position."""
    positions: dict[str, int] = field(init=False)
    _cache: dict[tuple[object, ...], object] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.everything = BitMap(range(len(self.products)))
        self.order = tuple(map(attrgetter("sku"), self.products))
        self.positions = dict(zip(self.order, range(len(self.order)), strict=True))

    def text(self, name: str, key: str = "") -> Mapping[str, BitMap]:
        """Return the products of each value of a text field, `extra.KEY` or `variant.group`."""
        return self._once(("text", name, key), lambda: self._text(name, key))

    def date(self, name: str) -> Ordered:
        """Return the products by an instant of their lifecycle."""
        lives = map(attrgetter("lifecycle"), self.products)
        return self._once(
            ("date", name),
            lambda: order(
                (instant, at)
                for at, life in enumerate(lives)
                if life is not _NO_LIFE and (instant := getattr(life, name)) is not None
            ),
        )

    def dated(self) -> tuple[int, ...]:
        """Return the positions of products with a date of release, end of life or price."""
        return self._once(
            ("dated",), lambda: tuple(at for at, p in enumerate(self.products) if _dated(p))
        )

    def price(self, price_list: str, at: datetime) -> Ordered:
        """Return the products by the price of one piece in a list at an instant."""
        return self._once(
            ("price", price_list, at),
            lambda: order(
                (price.amount, position)
                for position, product in enumerate(self.products)
                for price in product.prices
                if price.list == price_list and price.min_quantity == 1 and in_effect(price, at)
            ),
        )

    def spec(self, key: str) -> SpecIndex:
        """Return the products by the value of a spec."""
        return self._once(("spec", key), lambda: _index_spec(self._specs(key)))

    def under(self, path: str) -> BitMap:
        """Return the products of a category and of everything below it."""
        return self._once(("under", path), lambda: self._under(path))

    def _under(self, path: str) -> BitMap:
        below = path + "/"
        sets = [
            found
            for category, found in self.text("category").items()
            if category == path or category.startswith(below)
        ]
        return BitMap.union(*sets) if sets else BitMap()

    def _text(self, name: str, key: str) -> dict[str, BitMap]:
        if name in _RUNS:
            return _gather_runs(map(attrgetter(name), self.products))
        if name in _SINGLE:
            found = _gather_values(map(attrgetter(name), self.products))
            found.pop("", None)
            return found
        if name == "extra":
            return _gather_values(product.extra.get(key) for product in self.products)
        read = _TEXTS[name]
        return _gather(
            (value, at) for at, product in enumerate(self.products) for value in read(product, key)
        )

    def _specs(self, key: str) -> Iterator[tuple[SpecValue, int]]:
        for at, product in enumerate(self.products):
            if (value := product.specs.get(key)) is not None:
                yield value, at

    def _once(self, name: tuple[object, ...], build: Callable[[], T]) -> T:
        if name not in self._cache:
            self._cache[name] = build()
        return cast("T", self._cache[name])


def in_effect(price: Price, at: datetime) -> bool:
    """Tell whether a price holds at an instant (half-open)."""
    return (price.valid_from is None or price.valid_from <= at) and (
        price.valid_until is None or at < price.valid_until
    )


def _dated(product: Product) -> bool:
    life = product.lifecycle
    return (
        life is not _NO_LIFE and (life.release is not None or life.end_of_life is not None)
    ) or any(p.valid_from is not None or p.valid_until is not None for p in product.prices)


_RUNS = frozenset({"category", "brand"})
"""What the catalog is sorted by: equal values stand together."""
_SINGLE = frozenset({"sku", "mpn", "gtin", "model", "family"})
_TEXTS: dict[str, Callable[[Product, str], Iterable[str]]] = {
    "title": lambda product, _: set(product.title.values()),
    "variant": lambda product, _: (product.variant.group,) if product.variant else (),
}


def _gather(pairs: Iterable[tuple[Any, int]]) -> dict[Any, BitMap]:
    # Arrays, not lists: a million positions are four megabytes instead of forty.
    found: defaultdict[Any, array[int]] = defaultdict(lambda: array("I"))
    for value, at in pairs:
        found[value].append(at)
    return {value: BitMap(at) for value, at in found.items()}


def _gather_values(values: Iterable[str | None]) -> dict[Any, BitMap]:
    """Gather at most one value for each position."""
    found: defaultdict[str, array[int]] = defaultdict(lambda: array("I"))
    for at, value in enumerate(values):
        if value is not None:
            found[value].append(at)
    return {value: BitMap(at) for value, at in found.items()}


def _gather_runs(values: Iterable[str]) -> dict[str, BitMap]:
    """Gather values that mostly stand next to their equals; any order gives the same result."""
    found: defaultdict[str, BitMap] = defaultdict(BitMap)
    start = 0
    for value, run in groupby(values):
        end = start + len(list(run))
        if value:
            found[value].add_range(start, end)
        start = end
    return dict(found)


def _index_spec(pairs: Iterable[tuple[SpecValue, int]]) -> SpecIndex:
    words: list[tuple[str, int]] = []
    flags: list[tuple[bool, int]] = []
    lows: defaultdict[str, list[tuple[float, int]]] = defaultdict(list)
    highs: defaultdict[str, list[tuple[float, int]]] = defaultdict(list)
    for value, at in pairs:
        if isinstance(value, Number):
            lows[value.unit].append((value.value, at))
            highs[value.unit].append((value.value, at))
        elif isinstance(value, Span):
            lows[value.unit].append((value.low, at))
            highs[value.unit].append((value.high, at))
        elif isinstance(value, Flag):
            flags.append((value.value, at))
        else:
            words += [(word, at) for word in _words(value)]
    return SpecIndex(
        _gather(words),
        _gather(flags),
        {unit: order(pairs) for unit, pairs in lows.items()},
        {unit: order(pairs) for unit, pairs in highs.items()},
    )


def _words(value: Words | Choice | Series) -> set[str]:
    if isinstance(value, Choice):
        return set(value.codes)
    texts = (value.text,) if isinstance(value, Words) else value.items
    return {word for text in texts for word in text.values()}
