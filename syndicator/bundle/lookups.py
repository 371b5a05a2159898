"""The lookups of editions, made once for all that hold the same products on the same pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import msgspec

from syndicator.bundle import keys, trees
from syndicator.bundle.keys import Reference
from syndicator.bundle.pages import Made, Page, Piece
from syndicator.bundle.shelf import NodeShelf
from syndicator.bundle.trees import Node
from syndicator.canonical import Namer
from syndicator.rendering.finished import Keeping, fingerprint


class _Tree(msgspec.Struct, array_like=True, frozen=True):
    """A lookup without the bytes of the objects below."""

    node: dict[str, Any]
    below: tuple[tuple[str, str, int], ...]
    """Name, integrity and size of each object."""


_TREE = msgspec.msgpack.Decoder(_Tree)


@dataclass(frozen=True, slots=True)
class Lookup:
    """The part of a head that finds pages, and the objects below it by key."""

    key: bytes
    node: Node
    pieces: dict[str, Piece]


class Lookups:
    """Makes lookups; what finds the same products on the same pages is made once."""

    def __init__(self, namer: Namer, keeping: Keeping) -> None:
        self._namer, self._keeping = namer, keeping
        self._space = namer.name("lookups", b"").encode()
        self._made: dict[bytes, Lookup] = {}

    def lookup(self, pages: Sequence[Page], before: Lookup | None) -> Lookup:
        """Return the lookup of these pages; `before` is that of the edition in the last run."""
        key = fingerprint(self._space, *(page.facts.mark for page in pages))
        if before is not None and before.key == key:
            return before
        if (known := self._made.get(key)) is not None:
            return known
        made = self._made[key] = self._new(key, pages)
        return made

    def forget(self) -> None:
        """Forget what was made; editions keep what they use."""
        self._made.clear()

    def _new(self, key: bytes, pages: Sequence[Page]) -> Lookup:
        if (kept := self._keeping.recall(key)) is not None:
            tree = _TREE.decode(kept)
            again = _Again(self._namer, tuple(pages))
            below = dict(again.piece((name, sri), size) for name, sri, size in tree.below)
            return Lookup(key, tree.node, below)
        shelf = NodeShelf(self._namer)
        node = trees.lookup_tree([page.lookup for page in pages], shelf.store)
        named = tuple((*piece.reference, piece.size) for piece in shelf.pieces.values())
        self._keeping.keep(key, msgspec.msgpack.encode(_Tree(node, named)))
        return Lookup(key, node, shelf.pieces)


@dataclass(frozen=True)
class _Again:
    """Makes the objects of a lookup that was only kept by name."""

    namer: Namer
    pages: tuple[Page, ...]

    def piece(self, reference: Reference, size: int) -> tuple[str, Piece]:
        """Return one object with its key."""
        key = keys.public_object(reference[0])
        return key, Made(reference, size, partial(self.data, key))

    def data(self, key: str) -> bytes:
        """Return the bytes of one object."""
        return self.made[key].make()

    @cached_property
    def made(self) -> dict[str, Piece]:
        """Return all of them. Cost: the whole lookup."""
        shelf = NodeShelf(self.namer)
        trees.lookup_tree([page.lookup for page in self.pages], shelf.store)
        return shelf.pieces
