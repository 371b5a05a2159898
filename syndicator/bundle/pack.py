"""Pack editions into objects: pages shared by all who hold the same, and the trees above them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from syndicator import canonical
from syndicator.bundle import buckets, keys, trees
from syndicator.bundle.content import EditionContent, PartnerEntry
from syndicator.bundle.keys import Reference
from syndicator.bundle.pages import Page, Pages
from syndicator.bundle.trees import Node
from syndicator.canonical import Namer
from syndicator.entitlement.model import Edition


@dataclass(frozen=True, slots=True)
class Piece:
    """An object that can be written: its size, and its bytes on demand."""

    reference: Reference
    size: int
    make: Callable[[], bytes] = field(repr=False)


@dataclass(frozen=True, slots=True)
class PackedEdition:
    """One edition, packed; `head` is still without generation and signature."""

    edition: Edition
    head: Node
    pages: tuple[Page, ...] = field(repr=False)
    nodes: tuple[str, ...] = field(repr=False)
    """Keys of its tables and lookups."""
    media: frozenset[str] = field(repr=False)

    def object_keys(self) -> Iterable[str]:
        """Yield the keys of everything that this edition's head leads to."""
        yield from self.nodes
        for page in self.pages:
            yield keys.public_object(page.reference[0])


@dataclass(frozen=True, slots=True)
class Build:
    """What the workspace says should be live: everything that diffing and publishing need."""

    namer: Namer
    editions: Mapping[str, PackedEdition]
    partners: Mapping[str, PartnerEntry]
    objects: Mapping[str, Piece]
    inputs: str = ""
    """Fingerprint of everything that went in; a publisher compares it with the live reference."""
    files: Mapping[str, str] = field(default_factory=dict)
    """Immutable keys of browser code and their integrity."""
    aliases: Mapping[str, str] = field(default_factory=dict)
    """Mutable keys and the immutable key whose bytes they carry (`.../latest/...`)."""


class Packer:
    """Packs editions and remembers what it packed: keep one between runs of a daemon.

    Memory: one reference to each shared document, and the trees of each edition.
    """

    def __init__(self, namer: Namer) -> None:
        self._namer = namer
        self._pages = Pages(namer)
        self._nodes: dict[tuple[int, ...], tuple[Node, dict[str, Piece]]] = {}

    def pack(  # the order of the arguments is the order of the text above
        self,
        contents: Iterable[EditionContent],
        catalog_order: Sequence[str],
        *,
        partners: Mapping[str, PartnerEntry],
        inputs: str = "",
        files: Mapping[str, str] = MappingProxyType({}),
        aliases: Mapping[str, str] = MappingProxyType({}),
    ) -> Build:
        """Pack every edition; the same inputs give the same bytes, whatever was packed before.

        Cost: one step for each document of each edition; hashing only for pages not seen before.
        """
        contents = sorted(contents, key=lambda content: content.edition.id)
        borders = buckets.cut(catalog_order, _weights(contents))
        objects: dict[str, Piece] = {}
        lookups, self._nodes = self._nodes, {}
        editions = {
            content.edition.id: self._edition(content, borders, objects, lookups)
            for content in contents
        }
        self._pages.forget_unused()
        return Build(
            self._namer, editions, dict(partners), objects, inputs, dict(files), dict(aliases)
        )

    def _edition(
        self,
        content: EditionContent,
        borders: Mapping[str, int],
        objects: dict[str, Piece],
        lookups: Mapping[tuple[int, ...], tuple[Node, dict[str, Piece]]],
    ) -> PackedEdition:
        pages = self._cut(content.documents, borders)
        for page in pages:
            objects[keys.public_object(page.reference[0])] = Piece(
                page.reference, page.size, page.data
            )
        tables = _Shelf(self._namer)
        tree = trees.page_tree([page.reference for page in pages], tables.store)
        lookup, found = self._lookup(pages, lookups)
        objects.update(tables.pieces)
        objects.update(found)
        head = {
            "count": len(content.documents),
            "edition": keys.edition_handle(self._namer, content.edition.id),
            "format": 1,
            "locale": content.edition.locale,
            **tree,
            **lookup,
        }
        nodes = (*tables.pieces, *found)
        return PackedEdition(content.edition, head, pages, nodes, content.media)

    def _cut(self, documents: Mapping[str, bytes], borders: Mapping[str, int]) -> tuple[Page, ...]:
        pages: list[Page] = []
        skus, page, here = (
            list(documents),
            list(documents.values()),
            [borders[sku] for sku in documents],
        )
        start = 0
        for end in range(1, len(skus) + 1):
            if end == len(skus) or here[end] != here[start]:
                pages.append(self._pages.page(tuple(skus[start:end]), tuple(page[start:end])))
                start = end
        return tuple(pages)

    def _lookup(
        self,
        pages: tuple[Page, ...],
        known: Mapping[tuple[int, ...], tuple[Node, dict[str, Piece]]],
    ) -> tuple[Node, dict[str, Piece]]:
        key = tuple(page.serial for page in pages)
        made = self._nodes.get(key) or known.get(key)
        if made is None:
            shelf = _Shelf(self._namer)
            node = trees.lookup_tree([page.lookup for page in pages], shelf.store)
            made = (node, shelf.pieces)
        self._nodes[key] = made
        return made


class _Shelf:
    """Takes the nodes of one edition's trees."""

    def __init__(self, namer: Namer) -> None:
        self._namer = namer
        self.pieces: dict[str, Piece] = {}

    def store(self, data: bytes) -> Reference:
        reference = (self._namer.name("node", data), canonical.integrity(data))
        self.pieces[keys.public_object(reference[0])] = Piece(reference, len(data), lambda: data)
        return reference


def pack(
    contents: Iterable[EditionContent],
    catalog_order: Sequence[str],
    namer: Namer,
    *,
    partners: Mapping[str, PartnerEntry],
    inputs: str = "",
) -> Build:
    """Pack once, with nothing to remember; see `Packer.pack`."""
    return Packer(namer).pack(contents, catalog_order, partners=partners, inputs=inputs)


def _weights(contents: Sequence[EditionContent]) -> dict[str, int]:
    """Return the size of the largest document of each SKU."""
    weights: dict[str, int] = {}
    for content in contents:
        for sku, document in content.documents.items():
            if weights.get(sku, 0) < len(document):
                weights[sku] = len(document)
    return weights
