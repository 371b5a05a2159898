"""Finding a smaller order by moving one layer at a time (Rudell's sifting, on layers).

Works on the finished diagram and counts its own work, so that the result depends on the
diagram alone: not on the engine, the machine or the clock.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from syndicator.configurator.diagram import NONE, Layer, Layered

GROWTH = 1.3
"""A variable stops moving on where the diagram has grown by this factor."""


@dataclass(slots=True)
class Sifter:
    """A layered diagram under change; `work` counts the cells touched."""

    variables: list[int]
    values: list[tuple[int, ...]]
    layers: list[Layer]
    limit: int
    work: int = 0
    costs: list[int] = field(default_factory=list)

    @classmethod
    def of(cls, layered: Layered, limit: int) -> Sifter:
        """Return a sifter that stops after `limit` cells of work."""
        sifter = cls([*layered.variables], [*layered.values], [*layered.layers], limit)
        sifter.costs = [cost(layer) for layer in sifter.layers]
        return sifter

    def result(self) -> Layered:
        """Return the diagram in its present order."""
        return Layered(tuple(self.variables), tuple(self.values), tuple(self.layers))

    def cost(self) -> int:
        """Return the measure that sifting makes small: nodes and edges that will be stored."""
        return sum(self.costs)

    def swap(self, place: int) -> None:
        """Exchange the layers `place` and `place + 1`; the layers around them stay."""
        upper, lower = self.layers[place], self.layers[place + 1]
        width = len(self.values[place + 1])
        nothing = (NONE,) * width
        ids: dict[tuple[int, ...], int] = {}
        fresh: Layer = []
        for row in upper:
            grid = [nothing if child == NONE else lower[child] for child in row]
            fresh.append(
                tuple(
                    ids.setdefault(column, len(ids)) if max(column) > NONE else NONE
                    for column in zip(*grid, strict=True)
                )
            )
        self.work += len(upper) * len(self.values[place]) * width
        self.layers[place], self.layers[place + 1] = fresh, list(ids)
        below = place + 1
        names, values = self.variables, self.values
        names[place], names[below] = names[below], names[place]
        values[place], values[below] = values[below], values[place]
        self.costs[place], self.costs[place + 1] = cost(fresh), cost(self.layers[place + 1])

    def sweep(self) -> bool:
        """Move every variable to its best place, costliest first; tell whether it helped."""
        before = self.cost()
        costly = sorted(zip(self.costs, self.variables, strict=True), reverse=True)
        for _, variable in costly:
            if self.work > self.limit:
                break
            self._place(variable)
        return self.cost() < before

    def _place(self, variable: int) -> None:
        """Try every place of one variable, nearer end first, and return to the best."""
        start = self.variables.index(variable)
        last = len(self.variables) - 1
        best, least = start, self.cost()
        ends = (last, 0) if last - start < start else (0, last)
        here = start
        for end in ends:
            step = 1 if end > here else -1
            while here != end:
                self.swap(min(here, here + step))
                here += step
                now = self.cost()
                if now < least:
                    best, least = here, now
                if now > least * GROWTH or self.work > self.limit:
                    break
        self._move(here, best)

    def _move(self, here: int, there: int) -> None:
        step = 1 if there > here else -1
        while here != there:
            self.swap(min(here, here + step))
            here += step


def cost(layer: Layer) -> int:
    """Return nodes and edges of a layer in the reduced form: exactly, since rows are distinct."""
    total = 0
    for row in layer:
        if row[0] == NONE or any(child != row[0] for child in row):
            total += 1 + len(row) - row.count(NONE)
    return total


def sift(layered: Layered, *, limit: int, sweeps: int = 4) -> Layered:
    """Return the diagram in an order at least as small, within a limit of work."""
    sifter = Sifter.of(layered, limit)
    for _ in range(sweeps):
        if sifter.work > limit or not sifter.sweep():
            break
    return sifter.result()
