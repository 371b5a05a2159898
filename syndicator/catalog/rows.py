"""All rows of a reading, counted through, and the catalog's look at them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate, chain
from struct import iter_unpack

from syndicator.catalog.held import LIVE
from syndicator.catalog.model import Product, SpecDefinition
from syndicator.catalog.portions import NAMELESS, Portion
from syndicator.errors import Origin


class Rows:
    """All rows of several portions, counted through."""

    def __init__(self, portions: Sequence[Portion]) -> None:
        self.portions = portions
        self.starts = list(accumulate(map(len, portions), initial=0))
        self.skus = list(chain.from_iterable(portion.facts.skus for portion in portions))
        """The SKU of every row."""

    def __len__(self) -> int:
        return self.starts[-1]

    def find(self, row: int) -> tuple[Portion, int]:
        """Return the portion of a row, and its number there."""
        at = bisect_right(self.starts, row) - 1
        return self.portions[at], row - self.starts[at]

    def gtins(self) -> list[str]:
        """Return the GTIN of every row, or nothing."""
        return list(chain.from_iterable(portion.facts.gtins for portion in self.portions))


class Kept:
    """What earlier readings made of records, by the digest of all that it was made from.

    `order` are rows in the order of the catalog then, those that were mended left out;
    `definitions` are what specs were in a context.
    """

    def __init__(
        self,
        portions: Sequence[Portion] = (),
        order: Sequence[int] = (),
        definitions: Mapping[bytes, dict[str, SpecDefinition]] | None = None,
    ) -> None:
        self._portions, self.order = portions, order
        self._by_key = {portion.key: portion for portion in portions if portion.key}
        self.definitions = definitions or {}
        self.rows = sum(map(len, portions))
        self._by_digest: dict[bytes, int] = {}
        self._known: Rows | None = None

    def portion(self, key: bytes, file: str, line: int) -> Portion | None:
        """Return what was made of the same bytes, at the place where they are now; once."""
        found = self._by_key.pop(key, None)
        return None if found is None else found.moved(file, line)

    def row(self, digest: bytes) -> tuple[Portion, int] | None:
        """Return where the product of the same record is; the first question costs a look at all.

        Records that had something to say are never found.
        """
        if self._known is None:
            self._known = Rows([portion for portion in self._portions if portion.digests])
            told = b"".join(portion.digests for portion in self._known.portions)
            cut = chain.from_iterable(iter_unpack(f"{len(NAMELESS)}s", told))
            self._by_digest = dict(zip(cut, range(len(self._known)), strict=True))
            self._by_digest.pop(NAMELESS, None)
        row = self._by_digest.get(digest)
        return None if row is None else self._known.find(row)


class Products(Mapping[str, Product]):
    """Products by SKU that become values when they are looked at; of many, none stays one.

    `at` gives the row of each SKU, `order` the rows in the order of the catalog.
    """

    __slots__ = ("_at", "_order", "_rows", "_seen")

    def __init__(
        self, rows: Rows, at: dict[str, int], order: Sequence[int], mended: Mapping[int, Product]
    ) -> None:
        self._rows, self._at, self._order, self._seen = rows, at, order, dict(mended)

    def __getitem__(self, sku: str) -> Product:
        row = self._at[sku]
        known = self._seen.get(row)
        if known is not None:
            return known
        portion, inner = self._rows.find(row)
        product = portion.product(inner)
        if len(self._at) <= LIVE:
            self._seen[row] = product
        return product

    def __iter__(self) -> Iterator[str]:
        return map(self._rows.skus.__getitem__, self._order)

    def __len__(self) -> int:
        return len(self._at)

    def __contains__(self, sku: object) -> bool:
        return sku in self._at

    def __repr__(self) -> str:
        return f"Products({len(self)})"

    def __reduce__(self) -> tuple[type, tuple[dict[str, Product]]]:
        """Travel to other processes as values."""
        return dict, (dict(self),)


class Origins(Mapping[str, Origin]):
    """Where each product was written, by SKU; told when asked."""

    __slots__ = ("_at", "_order", "_rows")

    def __init__(self, rows: Rows, at: dict[str, int], order: Sequence[int]) -> None:
        self._rows, self._at, self._order = rows, at, order

    def __getitem__(self, sku: str) -> Origin:
        portion, row = self._rows.find(self._at[sku])
        return portion.place(row)("")

    def __iter__(self) -> Iterator[str]:
        return map(self._rows.skus.__getitem__, self._order)

    def __len__(self) -> int:
        return len(self._at)

    def __contains__(self, sku: object) -> bool:
        return sku in self._at

    def __reduce__(self) -> tuple[type, tuple[dict[str, Origin]]]:
        """Travel to other processes as what is told, without the documents that tell it."""
        return dict, (dict(self),)
