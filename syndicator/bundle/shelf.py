"""Where the nodes of one edition's trees are gathered."""

from __future__ import annotations

from functools import partial

from syndicator import canonical
from syndicator.bundle import keys
from syndicator.bundle.keys import Reference
from syndicator.bundle.pages import Made, Piece
from syndicator.canonical import Namer


class NodeShelf:
    """Takes nodes and names them."""

    def __init__(self, namer: Namer, known: dict[bytes, Made] | None = None) -> None:
        self._namer = namer
        self._known = {} if known is None else known
        self.pieces: dict[str, Piece] = {}

    def store(self, data: bytes) -> Reference:
        """Keep a node; return its reference."""
        if (made := self._known.get(data)) is None:
            reference = (self._namer.name("node", data), canonical.integrity(data))
            made = self._known[data] = Made(reference, len(data), partial(bytes, data))
        self.pieces[keys.public_object(made.reference[0])] = made
        return made.reference
