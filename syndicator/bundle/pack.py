"""Pack editions into objects: pages shared by all who hold the same, and the trees above them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from syndicator import canonical
from syndicator.bundle import buckets, keys, trees
from syndicator.bundle.content import EditionContent, PartnerEntry
from syndicator.bundle.drawn import drawn_tree
from syndicator.bundle.keys import Reference
from syndicator.bundle.pages import Page, Pages, Piece
from syndicator.bundle.trees import Node
from syndicator.canonical import Namer
from syndicator.entitlement.model import Edition


@dataclass(frozen=True, slots=True)
class PackedEdition:
    """One edition, packed; `head` is still without generation and signature."""

    edition: Edition
    head: Node
    pages: tuple[Page, ...] = field(repr=False)
    nodes: tuple[str, ...] = field(repr=False)
    """Keys of its tables, lookups and drawn pages."""
    media: frozenset[str] = field(repr=False)

    def object_keys(self) -> Iterable[str]:
        """Yield the keys of everything that this edition's head leads to."""
        yield from self.nodes
        for page in self.pages:
            yield page.key


@dataclass(frozen=True, slots=True)
class Build:
    """What the workspace says should be live: everything that diffing and publishing need."""

    namer: Namer
    editions: Mapping[str, PackedEdition]
    partners: Mapping[str, PartnerEntry]
    objects: Mapping[str, Piece]
    inputs: str = ""
    """Fingerprint of all that decides what is shown; compared with the live reference."""
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
        self._kept: dict[str, _Kept] = {}
        self._order: tuple[str, ...] = ()
        self._borders: Mapping[str, int] = {}

    def pack(
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

        `inputs` is the caller's fingerprint of everything; absent, it is taken of the outcome.

        Cost: one step for each document of each edition that is new or has another assortment,
        one comparison for each other; hashing only for pages not seen before.
        """
        order = tuple(catalog_order)
        given = {
            content.edition.id: _Given(content)
            for content in sorted(contents, key=lambda content: content.edition.id)
        }
        if not self._borders_hold(order, given):
            self._borders = buckets.cut(order, _weights(given.values()))
            self._order = order
            self._kept = {}
        kept = {key: self._edition(content, self._kept.get(key)) for key, content in given.items()}
        if any(self._kept.get(key) is not value for key, value in kept.items()):
            self._pages.keep(page for value in kept.values() for page in value.packed.pages)
        self._kept = kept
        objects: dict[str, Piece] = {}
        for value in kept.values():
            objects.update(value.pieces)
        editions = {key: value.packed for key, value in kept.items()}
        build = Build(self._namer, editions, dict(partners), objects, inputs)
        build = replace(build, files=dict(files), aliases=dict(aliases))
        return build if inputs else replace(build, inputs=_fingerprint(build))

    def _borders_hold(self, order: tuple[str, ...], given: Mapping[str, _Given]) -> bool:
        """Tell whether cutting again would surely give the borders that are known.

        That is so if every edition holds the same products as before, and no document has left
        its class of size: weights count only by class.
        """
        if order != self._order or given.keys() != self._kept.keys():
            return False
        for key, now in given.items():
            before = self._kept[key].given
            if now.skus != before.skus:
                return False
            if now.documents != before.documents and not _same_sizes(before, now):
                return False
        return True

    def _edition(self, given: _Given, before: _Kept | None) -> _Kept:
        if before is not None and before.given.shows_as(given):
            if before.packed.edition == given.edition and before.packed.media == given.media:
                return before
            packed = replace(before.packed, edition=given.edition, media=given.media)
            return replace(before, packed=packed, given=given)
        ends = before.ends if before is not None else self._cut(given.skus)
        pages = self._paged(given, ends, before)
        pieces = {page.key: page.piece for page in pages}
        tables = _Shelf(self._namer)
        tree = trees.page_tree([page.reference for page in pages], tables.store)
        tree |= drawn_tree(pages, given.drawn, given.look, tables.store) if given.look else {}
        serials = tuple(page.serial for page in pages)
        lookup = before.lookup if before is not None and before.serials == serials else None
        if lookup is None:
            shelf = _Shelf(self._namer)
            node = trees.lookup_tree([page.lookup for page in pages], shelf.store)
            lookup = (node, shelf.pieces)
        nodes = {**tables.pieces, **lookup[1]}
        head = {
            "count": len(given.skus),
            "edition": keys.edition_handle(self._namer, given.edition.id),
            "format": 1,
            "locale": given.edition.locale,
            **tree,
            **lookup[0],
        }
        packed = PackedEdition(given.edition, head, pages, tuple(nodes), given.media)
        return _Kept(given, packed, ends, serials, lookup, {**pieces, **nodes})

    def _cut(self, skus: tuple[str, ...]) -> tuple[int, ...]:
        """Return where each of the edition's pages ends."""
        here = [self._borders[sku] for sku in skus]
        inner = (place for place in range(1, len(here)) if here[place] != here[place - 1])
        return (*inner, len(skus)) if skus else ()

    def _paged(
        self, given: _Given, ends: tuple[int, ...], before: _Kept | None
    ) -> tuple[Page, ...]:
        pages: list[Page] = []
        start = 0
        for number, end in enumerate(ends):
            documents = given.documents[start:end]
            if before is not None and documents == before.packed.pages[number].documents:
                pages.append(before.packed.pages[number])
            else:
                pages.append(self._pages.page(given.skus[start:end], documents))
            start = end
        return tuple(pages)


class _Given:
    """What one edition is packed from."""

    __slots__ = ("documents", "drawn", "edition", "look", "media", "skus")

    def __init__(self, content: EditionContent) -> None:
        self.edition, self.media = content.edition, content.media
        self.drawn, self.look = content.drawn, content.look
        self.skus = tuple(content.documents)
        self.documents = tuple(content.documents.values())

    def shows_as(self, other: _Given) -> bool:
        """Tell whether both are packed into the same objects."""
        drawn = (self.look, self.drawn) == (other.look, other.drawn)
        return drawn and self.documents == other.documents


@dataclass(frozen=True, slots=True)
class _Kept:
    """What an edition was packed from and to."""

    given: _Given
    packed: PackedEdition
    ends: tuple[int, ...]
    serials: tuple[int, ...]
    lookup: tuple[Node, dict[str, Piece]]
    pieces: dict[str, Piece]


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


def _weights(given: Iterable[_Given]) -> dict[str, int]:
    """Return the size of the largest document of each SKU."""
    distinct: set[tuple[str, bytes]] = set()
    for one in given:
        distinct.update(zip(one.skus, one.documents, strict=True))
    weights: dict[str, int] = {}
    for sku, document in distinct:
        if weights.get(sku, 0) < len(document):
            weights[sku] = len(document)
    return weights


def _fingerprint(build: Build) -> str:
    """Return the fingerprint of all that a build shows; heads name every byte of it."""
    editions = [
        [packed.head, packed.edition.price_list, packed.edition.partners, sorted(packed.media)]
        for packed in build.editions.values()
    ]
    partners = [
        [partner, entry.brand, entry.default, dict(entry.editions), entry.feeds]
        for partner, entry in sorted(build.partners.items())
    ]
    told = [editions, partners, dict(build.files), dict(build.aliases)]
    return canonical.fingerprint(canonical.encode(told))


def _same_sizes(before: _Given, now: _Given) -> bool:
    """Tell whether every changed document is of the class of size that it was of."""
    pairs = zip(before.documents, now.documents, strict=True)
    changed = [(len(old), len(new)) for old, new in pairs if old is not new]
    return all(buckets.rounded(old) == buckets.rounded(new) for old, new in changed)
