"""Runs of records that lie beside each other in a source, and what was made of them.

A portion is what is made, held and kept as one: some dozens of rows of an export, or a file. Its
key is the digest of its bytes under that of its context (mapping, locales, families, whatever
decides what a record means), so one that was read before need not be looked into.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate, chain
from struct import iter_unpack

from syndicator.catalog.held import (
    LIVE,
    At,
    Bytes,
    Facts,
    Head,
    Held,
    decode,
    encode,
    facts_of,
    look,
)
from syndicator.catalog.model import Product, SpecDefinition
from syndicator.catalog.shapes import Place
from syndicator.errors import Origin, Problem

NAMELESS = bytes(16)
"""The digest of a row that may not be told from others by its content."""


@dataclass(slots=True)
class Portion:
    """Products of neighbours in a source: values or bytes, with facts, places and problems.

    Lines count from `line`, that of the first record. `told` is what the source's reader needs to
    know of its records beside the products, in bytes of its own.
    """

    file: str
    line: int = 0
    strict: bool = True
    """Written by hand: what is named must exist. Exports lose what is missing, with a warning."""
    key: bytes = b""
    """Empty where the records may not be taken for those of another reading."""
    span: int = 0
    """Lines that it takes of its file."""
    records: int = 0
    lines: list[int | None] = field(default_factory=list)
    """Line of each product, from the portion's own."""
    problems: list[Problem] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    """SKUs of records that stayed out."""
    told: bytes = b""
    digests: bytes | bytearray = field(default_factory=bytearray)
    """Sixteen bytes a product where records are known by content, else none."""
    facts: Facts = field(default_factory=Facts)
    heads: list[Head] | None = field(default_factory=list)
    """The products, while they are values."""
    block: Bytes = b""
    """The products, once they are bytes."""
    ends: Sequence[int] = ()
    """Where each product ends in the block."""
    places: list[Place] | None = None
    """Places of products whose fields have places of their own."""
    locate: Callable[[int], Place] | None = None
    """Finds these places again."""
    was: int = -1
    """Number of its first row in the reading that it was kept from."""
    stored: tuple[int, int] | None = None
    """Where its block is kept: the number of a file, and an offset."""
    mended: dict[int, Product] = field(default_factory=dict)
    """Products as they are after the reading, by row, where that changed them."""

    def __len__(self) -> int:
        return len(self.facts.skus) if self.heads is None else len(self.heads)

    def add(self, head: Head, place: Place, digest: bytes = b"") -> None:
        """Take a product; until `settle` nothing is known of it."""
        assert self.heads is not None  # noqa: S101  kept portions are whole
        self.heads.append(head)
        self.digests += digest
        if type(place) is At:
            self.lines.append(None if place.line is None else place.line - self.line)
            return
        line = place("").line
        self.lines.append(None if line is None else line - self.line)
        self.places = self.places or []
        self.places.append(place)

    def settle(self, *, as_bytes: bool = False) -> Portion:
        """Gather the facts, when all products are there; return the portion itself."""
        assert self.heads is not None  # noqa: S101  kept portions are whole
        self.facts = facts_of(self.heads)
        if as_bytes:
            self.block, self.ends = self.packed()
            self.heads = None
        return self

    def packed(self) -> tuple[Bytes, Sequence[int]]:
        """Return the products as bytes, and where each of them ends."""
        if self.heads is None:
            return self.block, self.ends
        bodies = [encode(head) for head in self.heads]
        return b"".join(bodies), array("I", accumulate(map(len, bodies)))

    def head(self, row: int) -> Head:
        """Return a product as it is here."""
        if row in self.mended:
            return self.mended[row]
        return self.held(row) if self.heads is None else self.heads[row]

    def product(self, row: int) -> Product:
        """Return a product as a value."""
        if row in self.mended:
            return self.mended[row]
        return look(self.heads[row]) if self.heads is not None else decode(self._body(row))

    def held(self, row: int) -> Held:
        """Return a product as bytes, of a portion that is bytes."""
        facts = self.facts
        category, brand, family = facts.kinds[facts.which[row]]
        at = bisect_left(facts.pointing, row)
        points = at < len(facts.pointing) and facts.pointing[at] == row
        return Held(
            facts.skus[row], brand, category, family, facts.gtins[row], points, self._body(row)
        )

    def _body(self, row: int) -> Bytes:
        return self.block[self.ends[row - 1] if row else 0 : self.ends[row]]

    def place(self, row: int) -> Place:
        """Return the place of a product."""
        if self.places is not None:
            return self.places[row]
        line = self.lines[row]
        if self.locate is not None and line is not None:
            return Found(At(self.file, self.line + line), self.locate)
        return At(self.file, None if line is None else self.line + line)

    def sort_key(self, row: int) -> tuple[str, str, str]:
        """Return what orders the product, see `syndicator.catalog.model.sort_key`."""
        category, brand, _ = self.facts.kinds[self.facts.which[row]]
        return category, brand, self.facts.skus[row]

    def sort_keys(self) -> Iterator[tuple[str, str, str]]:
        """Yield what orders the products."""
        kinds = [kind[:2] for kind in self.facts.kinds]
        for which, sku in zip(self.facts.which, self.facts.skus, strict=True):
            yield *kinds[which], sku

    def pointing(self) -> Sequence[int]:
        """Return the rows that name files, a configurator or other products."""
        if not self.mended:
            return self.facts.pointing
        return sorted({*self.facts.pointing, *self.mended})

    def moved(self, file: str, line: int) -> Portion:
        """Return the portion at another place: its problems tell lines of their own."""
        by, first = line - self.line, self.line
        self.problems = [_shifted(problem, file, by, first) for problem in self.problems]
        self.file, self.line = file, line
        return self


@dataclass(frozen=True, slots=True)
class Found:
    """The place of a record that was kept: its fields are looked for when they are asked."""

    here: At
    locate: Callable[[int], Place]

    def __call__(self, path: str) -> Origin:
        """Return the place of a field."""
        if not path or self.here.line is None:
            return self.here("")
        return self.locate(self.here.line)(path)


def _shifted(problem: Problem, file: str, by: int, first: int) -> Problem:
    line = problem.origin.line
    if line is None or line < first:
        return problem
    return replace(problem, origin=Origin(file, line + by))


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
