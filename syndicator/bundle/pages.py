"""Pages: the documents of one bucket that an edition holds, packed into one object."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial

import msgspec
import orjson

from syndicator import canonical
from syndicator.bundle import keys
from syndicator.bundle.keys import Reference
from syndicator.canonical import Namer


class _Identifiers(msgspec.Struct):
    """The part of a document by which a product is found."""

    sku: str
    gtin: str = ""
    brand: str = ""
    mpn: str = ""


class _Page(msgspec.Struct):
    docs: dict[str, msgspec.Raw]


_identifiers = msgspec.json.Decoder(_Identifiers)
_page = msgspec.json.Decoder(_Page)


@dataclass(frozen=True, slots=True)
class Piece:
    """An object that can be written: its size, and its bytes on demand."""

    reference: Reference
    size: int
    make: Callable[[], bytes] = field(repr=False)


@dataclass(frozen=True, slots=True, eq=False)
class Page:
    """A packed page; its bytes are joined anew from the shared documents when asked for."""

    skus: tuple[str, ...]
    documents: tuple[bytes, ...]
    piece: Piece
    key: str
    """Where it lies."""
    lookup: tuple[tuple[str, ...], ...] = ()
    """The key hashes of each product."""
    serial: int = -1
    """Equal for pages with equal `lookup`; small and fast to compare."""

    @property
    def reference(self) -> Reference:
        """Name and integrity."""
        return self.piece.reference

    @property
    def size(self) -> int:
        """Bytes of the page."""
        return self.piece.size

    def data(self) -> bytes:
        """Return the page's canonical bytes."""
        return self.piece.make()


class Pages:
    """Makes pages and keeps each distinct one, so that editions and runs share the work."""

    def __init__(self, namer: Namer) -> None:
        self._namer = namer
        self._made: dict[tuple[bytes, ...], Page] = {}
        self._serials: dict[tuple[tuple[str, ...], ...], int] = {}

    def page(self, skus: tuple[str, ...], documents: tuple[bytes, ...]) -> Page:
        """Return the page of these documents; they carry their SKUs, so they are the key."""
        if (known := self._made.get(documents)) is not None:
            return known
        data = encode(skus, documents)
        lookup = tuple(lookup_hashes(document) for document in documents)
        reference = (self._namer.name("page", data), canonical.integrity(data))
        serial = self._serials.setdefault(lookup, len(self._serials))
        piece = Piece(reference, len(data), partial(encode, skus, documents))
        made = Page(skus, documents, piece, keys.public_object(reference[0]), lookup, serial)
        self._made[documents] = made
        return made

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


def lookup_hashes(document: bytes) -> tuple[str, ...]:
    """Return the key hashes under which a document's product is found."""
    found = _identifiers.decode(document)
    return keys.lookup_keys(found.sku, found.gtin, found.brand, found.mpn)
