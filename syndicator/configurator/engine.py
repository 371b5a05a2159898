"""The Boolean engine: dd with CUDD where its wheel loads, dd in pure Python otherwise.

Each variable of the model is written in binary over neighbouring bits. The engine never
reorders by itself, so both engines hold the same diagram for the same order.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, TypeAlias

Function: TypeAlias = Any
"""A Boolean function of the engine (dd has no types)."""

MEMORY = 2 << 30
"""What CUDD may hold, in bytes: beyond it the order at hand is given up."""


class Engine:
    """One diagram manager over the bits of the given variables, in the given order."""

    def __init__(self, order: Sequence[int], sizes: Sequence[int], *, pure: bool = False) -> None:
        self.manager, self.fast = _manager(pure=pure)
        if self.fast:
            self.manager.configure(reordering=False, max_memory=MEMORY)
        self.order = tuple(order)
        self.position = {variable: place for place, variable in enumerate(self.order)}
        self.sizes = sizes
        self.bits: dict[int, tuple[Function, ...]] = {}
        self.names: dict[int, tuple[str, ...]] = {}
        for variable in self.order:
            width = max(1, math.ceil(math.log2(sizes[variable])))
            self.names[variable] = tuple(f"v{variable}_{bit}" for bit in range(width))
            self.manager.declare(*self.names[variable])
            self.bits[variable] = tuple(map(self.manager.var, self.names[variable]))
        self.true: Function = self.manager.true
        self.false: Function = self.manager.false

    @property
    def name(self) -> str:
        """Which engine this is."""
        return "dd.cudd" if self.fast else "dd.autoref"

    def choose(self, variable: int, branches: Sequence[Function]) -> Function:
        """Return the function that is `branches[value]` where the variable has that value.

        Codes beyond the last value behave like it; `domain` rules them out.
        """
        bits = self.bits[variable]
        row = [*branches, *[branches[-1]] * ((1 << len(bits)) - len(branches))]
        for bit in reversed(bits):
            row = [
                low if low == high else self.manager.ite(bit, high, low)
                for low, high in zip(row[::2], row[1::2], strict=True)
            ]
        return row[0]

    def domain(self, variable: int, values: frozenset[int]) -> Function:
        """Return the function that allows exactly the codes of some of the variable's values."""
        codes = range(1 << len(self.bits[variable]))
        return self.choose(variable, [self.true if c in values else self.false for c in codes])

    def branch(self, function: Function, variable: int) -> list[Function]:
        """Return the function for each value of the variable, which is its topmost or absent."""
        row = [function]
        for name in self.names[variable]:
            row = [half for one in row for half in self._halves(one, name)]
        return row[: self.sizes[variable]]

    def _halves(self, function: Function, name: str) -> tuple[Function, Function]:
        if function.var != name:
            return function, function
        low, high = function.low, function.high
        return (~low, ~high) if function.negated else (low, high)

    def sift(self) -> None:
        """Let CUDD look for a better order; the bits of a variable stay together."""
        from dd import cudd  # noqa: PLC0415  see `_manager`

        cudd.reorder(self.manager)

    def group(self) -> None:
        """Keep the bits of each variable together while sifting."""
        for names in self.names.values():
            if len(names) > 1:
                self.manager.group({names[0]: len(names)})

    def reordered(self) -> Engine:
        """Return this engine with `order` as the manager has it now."""
        tops = {one: self.manager.level_of_var(names[0]) for one, names in self.names.items()}
        self.order = tuple(sorted(self.order, key=tops.__getitem__))
        self.position = {variable: place for place, variable in enumerate(self.order)}
        return self


def _manager(*, pure: bool) -> tuple[Any, bool]:
    """Return an empty diagram manager, and whether it is CUDD's.

    dd takes a fifth of a second to import, and artefacts are compiled seldom.
    """
    if not pure:
        try:
            from dd import cudd  # noqa: PLC0415

            return cudd.BDD(initial_cache_size=1 << 12), True
        except ImportError:  # no wheel for this platform
            pass
    from dd import autoref  # noqa: PLC0415

    return autoref.BDD(), False
