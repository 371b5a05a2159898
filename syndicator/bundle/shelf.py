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

    def __init__(self, namer: Namer) -> None:
        self._namer = namer
        self.pieces: dict[str, Piece] = {}

    def store(self, data: bytes) -> Reference:
        """Keep a node; return its reference."""
        reference = (self._namer.name("node", data), canonical.integrity(data))
        self.pieces[keys.public_object(reference[0])] = Made(
            reference, len(data), partial(bytes, data)
        )
        return reference
