"""An assortment: the products of an edition as a sequence of SKUs, stored in bits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import overload

from pyroaring import BitMap


class Assortment(Sequence[str]):
    """SKUs in catalog order, backed by a set of positions.

    Thousands of editions over a million products fit into memory, where tuples would not. Equal
    to any sequence of the same SKUs; `in` costs the same whatever the size.
    """

    __slots__ = ("_order", "_positions", "members")

    def __init__(self, members: BitMap, order: Sequence[str], positions: Mapping[str, int]) -> None:
        """Share `order` (SKUs of the catalog) and `positions` (where each stands in it)."""
        self.members = members
        self._order = order
        self._positions = positions

    def __len__(self) -> int:
        return len(self.members)

    def __iter__(self) -> Iterator[str]:
        return map(self._order.__getitem__, self.members)

    def __contains__(self, sku: object) -> bool:
        position = self._positions.get(sku) if isinstance(sku, str) else None
        return position is not None and position in self.members

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[str, ...]: ...
    def __getitem__(self, index: int | slice) -> str | tuple[str, ...]:
        if isinstance(index, slice):
            return tuple(self._order[at] for at in self.members[index])
        return self._order[self.members[index]]

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Assortment) and other._order is self._order:
            return bool(self.members == other.members)
        if isinstance(other, str) or not isinstance(other, Sequence):
            return NotImplemented
        return len(self) == len(other) and all(a == b for a, b in zip(self, other, strict=True))

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        return f"Assortment({len(self)} of {len(self._order)})"

    def __reduce__(self) -> tuple[type[tuple[str, ...]], tuple[tuple[str, ...]]]:
        """Travel to another process as a plain tuple: without the whole catalog's order."""
        return tuple, (tuple(self),)
