"""Pack editions into objects: pages shared by all who hold the same, and the trees above them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from syndicator import canonical
from syndicator.bundle import buckets, keys, trees
from syndicator.bundle.content import EditionContent, PartnerEntry
from syndicator.bundle.drawn import drawn_tree
from syndicator.bundle.lookups import Lookup, Lookups
from syndicator.bundle.pages import Made, Page, Pages, Piece
from syndicator.bundle.shelf import NodeShelf
from syndicator.bundle.trees import Node
from syndicator.canonical import Namer
from syndicator.entitlement.model import Edition
from syndicator.rendering.finished import Finished, Forgetful, Keeping

_NODES = 1 << 16
"""Nodes that are remembered by their bytes."""


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

    def __init__(self, namer: Namer, keeping: Keeping | None = None) -> None:
        self._namer = namer
        self._pages = Pages(namer, keeping or Forgetful())
        self._lookups = Lookups(namer, keeping or Forgetful())
        self._kept: dict[str, _Kept] = {}
        self._borders: Mapping[str, int] = {}
        self._nodes: dict[bytes, Made] = {}
        """Nodes of tables by their bytes: editions share many, and so do runs."""

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

        Cost: one step for each document of each edition that is new or shows anything else, one
        comparison for each other; hashing only for pages not seen before, in this process or in
        what is kept.
        """
        given = sorted(contents, key=lambda content: content.edition.id)
        borders: Mapping[str, int] = buckets.cut(catalog_order, _weights(given))
        if borders == self._borders:
            borders = self._borders
        self._borders = borders
        kept = {
            content.edition.id: self._edition(content, borders, self._kept.get(content.edition.id))
            for content in given
        }
        self._kept = kept
        self._lookups.forget()
        if len(self._nodes) > _NODES:
            self._nodes.clear()
        objects: dict[str, Piece] = {}
        for value in kept.values():
            objects.update(value.nodes)
            objects.update((page.key, page) for page in value.packed.pages)
        if len(self._pages) > 2 * len(objects):
            self._pages.keep(page for value in kept.values() for page in value.packed.pages)
        editions = {key: value.packed for key, value in kept.items()}
        build = Build(self._namer, editions, dict(partners), objects, inputs)
        build = replace(build, files=dict(files), aliases=dict(aliases))
        return build if inputs else replace(build, inputs=_fingerprint(build))

    def _edition(
        self, content: EditionContent, borders: Mapping[str, int], before: _Kept | None
    ) -> _Kept:
        given = content.documents
        if before is not None and borders is before.borders and before.shows_as(content):
            if (before.packed.edition, before.packed.media) == (content.edition, content.media):
                return before
            packed = replace(before.packed, edition=content.edition, media=content.media)
            return replace(before, packed=packed, content=content)
        pages = self._changed_pages(given, borders, before)
        if pages is None:
            ends = _ends(content, borders)
            starts = (0, *ends)[: len(ends)]
            pages = [
                self._pages.page(given[start:end]) for start, end in zip(starts, ends, strict=True)
            ]
        tables = NodeShelf(self._namer, self._nodes)
        tree = trees.page_tree([page.reference for page in pages], tables.store)
        if content.look:
            tree |= drawn_tree(pages, content.drawn, content.look, tables.store)
        lookup = self._lookups.lookup(pages, before.lookup if before else None)
        nodes = {**tables.pieces, **lookup.pieces}
        head = {
            "count": len(given),
            "edition": keys.edition_handle(self._namer, content.edition.id),
            "format": 1,
            "locale": content.edition.locale,
            **tree,
            **lookup.node,
        }
        if content.widgets:
            head["widgets"] = dict(content.widgets)
        packed = PackedEdition(content.edition, head, tuple(pages), tuple(nodes), content.media)
        return _Kept(content, packed, borders, lookup, nodes)

    def _changed_pages(
        self, given: tuple[Finished, ...], borders: Mapping[str, int], before: _Kept | None
    ) -> list[Page] | None:
        """Return the pages of an edition that holds what it held; None where it does not."""
        if before is None or borders is not before.borders:
            return None
        was = before.content.documents
        if len(was) != len(given):
            return None
        places = [place for place, document in enumerate(given) if document is not was[place]]
        if any(given[place].sku != was[place].sku for place in places):
            return None
        pages, start = list(before.packed.pages), 0
        for number, page in enumerate(pages):
            end = start + len(page.documents)
            if bisect_left(places, start) < bisect_left(places, end):
                pages[number] = self._pages.page(given[start:end])
            start = end
        return pages


@dataclass(frozen=True, slots=True)
class _Kept:
    """What an edition was packed from and to."""

    content: EditionContent
    packed: PackedEdition
    borders: Mapping[str, int]
    """Where pages were cut."""
    lookup: Lookup
    nodes: dict[str, Piece]

    def shows_as(self, content: EditionContent) -> bool:
        """Tell whether `content` has the same head, as long as it is cut at the same places."""
        before = self.content
        same = (before.look, before.widgets) == (content.look, content.widgets)
        return same and before.documents == content.documents


def _ends(content: EditionContent, borders: Mapping[str, int]) -> tuple[int, ...]:
    """Return where each of the edition's pages ends."""
    here = [borders[document.sku] for document in content.documents]
    inner = (place for place in range(1, len(here)) if here[place] != here[place - 1])
    return (*inner, len(here)) if here else ()


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


def _weights(given: Iterable[EditionContent]) -> dict[str, int]:
    """Return the size of the largest document of each SKU."""
    distinct: set[Finished] = set()
    for content in given:
        distinct.update(content.documents)
    weights: dict[str, int] = {}
    for document in distinct:
        if weights.get(document.sku, 0) < document.facts.size:
            weights[document.sku] = document.facts.size
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
