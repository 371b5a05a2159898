"""Pages: the documents of one bucket that an edition holds, packed into one object."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import msgspec
import orjson

from syndicator import canonical
from syndicator.bundle import keys
from syndicator.bundle.keys import Reference
from syndicator.canonical import Namer
from syndicator.rendering.finished import Finished, Keeping, fingerprint


class _Page(msgspec.Struct):
    docs: dict[str, msgspec.Raw]


_page = msgspec.json.Decoder(_Page)


class Piece(Protocol):
    """An object that can be written: its size, and its bytes on demand."""

    @property
    def reference(self) -> Reference:
        """Name and integrity."""
        ...

    @property
    def size(self) -> int:
        """Bytes of the object."""
        ...

    @property
    def make(self) -> Callable[[], bytes]:
        """How to get its bytes."""
        ...


@dataclass(frozen=True, slots=True)
class Made:
    """A piece that is known by how to make it."""

    reference: Reference
    size: int
    make: Callable[[], bytes] = field(repr=False)


class PageFacts(msgspec.Struct, array_like=True, frozen=True):
    """What is known of a page without its bytes."""

    name: str
    integrity: str
    size: int
    mark: bytes = b""
    """Fingerprint of the key hashes of its products: equal marks, equal entries in a lookup."""


_FACTS = msgspec.msgpack.Decoder(PageFacts)


@dataclass(frozen=True, slots=True, eq=False)
class Page:
    """A packed page; its bytes are joined anew from the shared documents when asked for."""

    documents: tuple[Finished, ...]
    facts: PageFacts
    key: str
    """Where it lies."""

    @property
    def skus(self) -> tuple[str, ...]:
        """The products on it, in catalog order."""
        return tuple(document.sku for document in self.documents)

    @property
    def lookup(self) -> tuple[tuple[str, ...], ...]:
        """The key hashes of each product."""
        return tuple(document.facts.lookup for document in self.documents)

    @property
    def reference(self) -> Reference:
        """Name and integrity."""
        return (self.facts.name, self.facts.integrity)

    @property
    def size(self) -> int:
        """Bytes of the page."""
        return self.facts.size

    def make(self) -> bytes:
        """Return the page's canonical bytes."""
        return encode(self.skus, tuple(document.data() for document in self.documents))


class Pages:
    """Makes pages and keeps each distinct one, so that editions and runs share the work."""

    def __init__(self, namer: Namer, keeping: Keeping) -> None:
        self._namer, self._keeping = namer, keeping
        self._space = namer.name("pages", b"").encode()
        self._made: dict[tuple[Finished, ...], Page] = {}

    def page(self, documents: tuple[Finished, ...]) -> Page:
        """Return the page of these documents. Cost: hashing, where it was never made before."""
        if (known := self._made.get(documents)) is not None:
            return known
        key = fingerprint(self._space, *(document.key for document in documents))
        if (kept := self._keeping.recall(key)) is not None:
            facts = _FACTS.decode(kept)
        else:
            facts = self._facts(documents)
            self._keeping.keep(key, msgspec.msgpack.encode(facts))
        made = Page(documents, facts, keys.public_object(facts.name))
        self._made[documents] = made
        return made

    def _facts(self, documents: tuple[Finished, ...]) -> PageFacts:
        skus = tuple(document.sku for document in documents)
        data = encode(skus, tuple(document.data() for document in documents))
        hashes = [document.facts.lookup for document in documents]
        mark = fingerprint(canonical.encode(hashes))
        name = self._namer.name("page", data)
        return PageFacts(name, canonical.integrity(data), len(data), mark)

    def __len__(self) -> int:
        return len(self._made)

    def keep(self, pages: Iterable[Page]) -> None:
        """Remember these pages and forget all others."""
        self._made = {page.documents: page for page in pages}


def encode(skus: tuple[str, ...], documents: tuple[bytes, ...]) -> bytes:
    """Return canonical page bytes; the documents are canonical already and are only joined."""
    pairs = sorted(zip(skus, documents, strict=True))
    docs = b",".join(orjson.dumps(sku) + b":" + document for sku, document in pairs)
    return b'{"docs":{' + docs + b'},"format":1}'


def documents_of(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield SKU and document bytes of a stored page.

    Raises:
        msgspec.DecodeError: The bytes are no page.
    """
    docs: Mapping[str, msgspec.Raw] = _page.decode(data).docs
    for sku, document in docs.items():
        yield sku, bytes(document)
