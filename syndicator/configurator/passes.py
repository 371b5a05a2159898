"""The dynamic programmes over one component of a diagram: least sums, counts, sums by changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import inf

from syndicator.configurator.diagram import NONE, Diagram


class Pass:
    """One component with weights: the least sum below each node, and what follows from it."""

    def __init__(self, diagram: Diagram, weights: Sequence[Sequence[float]]) -> None:
        self._diagram = diagram
        self._weight = [
            [weights[variable][value] for value in values]
            for variable, values in zip(diagram.variables, diagram.values, strict=True)
        ]
        self._level = [len(diagram.variables), *(node.level for node in diagram.nodes)]
        self._cheapest = [min(row) for row in self._weight]
        self._free = [0.0]
        for least in self._cheapest:
            self._free.append(self._free[-1] + least)
        if inf in self._cheapest:
            self.total = inf
            return
        self._up = [0.0]
        for node in diagram.nodes:
            self._up.append(min(self._sums(node.level, node.children)))
        self.total = self._free[self._level[diagram.root]] + self._up[diagram.root]

    def _sums(self, level: int, children: Sequence[int]) -> list[float]:
        """Return the least sum from a node to the end through each of its values."""
        return [
            inf
            if child == NONE
            else weight + self._free[self._level[child]] - self._free[level + 1] + self._up[child]
            for weight, child in zip(self._weight[level], children, strict=True)
        ]

    def through(self) -> list[list[float]]:
        """Return the least sum of a whole path through each value of each level."""
        diagram = self._diagram
        result = [[inf] * len(row) for row in self._weight]
        down = [inf] * (len(diagram.nodes) + 1)
        down[diagram.root] = self._free[self._level[diagram.root]]
        over = [inf] * len(result)
        self._spread(over, -1, self._level[diagram.root], self.total)
        for number in range(len(diagram.nodes), 0, -1):
            node = diagram.nodes[number - 1]
            for place, (child, rest) in enumerate(
                zip(node.children, self._sums(node.level, node.children), strict=True)
            ):
                total = down[number] + rest
                if child == NONE or total == inf:
                    continue
                result[node.level][place] = min(result[node.level][place], total)
                down[child] = min(down[child], total - self._up[child])
                self._spread(over, node.level, self._level[child], total)
        for level, row in enumerate(self._weight):
            rest = over[level] - self._cheapest[level]
            result[level] = [min(one, rest + w) for one, w in zip(result[level], row, strict=True)]
        return result

    def _spread(self, over: list[float], start: int, end: int, total: float) -> None:
        for level in range(start + 1, end):
            over[level] = min(over[level], total)

    def best(self) -> dict[int, int]:
        """Return a lightest assignment of the component, the first of equals."""
        diagram = self._diagram
        found: dict[int, int] = {}
        level, number = 0, diagram.root
        while True:
            for skipped in range(level, self._level[number]):
                self._take(found, skipped, self._weight[skipped])
            if number == 0:
                return found
            node = diagram.nodes[number - 1]
            place = self._take(found, node.level, self._sums(node.level, node.children))
            level, number = node.level + 1, node.children[place]

    def _take(self, found: dict[int, int], level: int, sums: Sequence[float]) -> int:
        place = sums.index(min(sums))
        found[self._diagram.variables[level]] = self._diagram.values[level][place]
        return place


def tally(diagram: Diagram, weights: Sequence[Sequence[float]]) -> int:
    """Return how many paths of a component avoid infinite weights."""
    allowed = [
        [weights[variable][value] < inf for value in values]
        for variable, values in zip(diagram.variables, diagram.values, strict=True)
    ]
    free = [1]
    for row in reversed(allowed):
        free.append(free[-1] * sum(row))
    free.reverse()
    if free[0] == 0:
        return 0
    below, levels = [1], [len(allowed)]
    for node in diagram.nodes:
        ways = zip(allowed[node.level], node.children, strict=True)
        below.append(
            sum(
                below[child] * (free[node.level + 1] // free[levels[child]])
                for may, child in ways
                if may and child != NONE
            )
        )
        levels.append(node.level)
    return below[diagram.root] * (free[0] // free[levels[diagram.root]])


class Changes:
    """The least sum below each place of a path, for every number of changes of choices.

    A place is a node and a level at or above its own: levels that an edge skips are gone through
    one by one. Cost: places times values times changes.
    """

    def __init__(
        self,
        diagram: Diagram,
        weights: Sequence[Sequence[float]],
        chosen: Mapping[int, int],
    ) -> None:
        self._diagram = diagram
        self._weights = weights
        self._chosen = chosen
        self._known: dict[tuple[int, int], list[float]] = {}

    def totals(self, rest: list[float]) -> list[float]:
        """Return the least sums from the root; `rest` are those after the component.

        Entry k is for at most k changes.
        """
        return self._below(self._diagram.root, 0, rest)

    def take(self, found: dict[int, int], left: int, rest: list[float]) -> int:
        """Add the lightest assignment with at most `left` changes; return how many are left."""
        number = self._diagram.root
        for level, variable in enumerate(self._diagram.variables):
            sums = [
                (self._sums(way, level, rest)[left], place, way)
                for place, way in enumerate(self._ways(number, level))
            ]
            _, _, (value, change, number) = min(sums)
            found[variable] = value
            left -= change
        return left

    def _ways(self, number: int, level: int) -> Iterator[tuple[int, int, int]]:
        """Yield each value, whether it is a change, and the node that it leads to."""
        diagram = self._diagram
        variable, values = diagram.variables[level], diagram.values[level]
        node = diagram.nodes[number - 1] if number else None
        children = node.children if node and node.level == level else [number] * len(values)
        kept = self._chosen.get(variable)
        for value, child in zip(values, children, strict=True):
            if child != NONE:
                yield value, int(kept not in {None, value}), child

    def _sums(self, way: tuple[int, int, int], level: int, rest: list[float]) -> list[float]:
        value, change, child = way
        weight = self._weights[self._diagram.variables[level]][value]
        below = self._below(child, level + 1, rest)
        return [inf] * change + [weight + one for one in below[: len(below) - change]]

    def _below(self, number: int, level: int, rest: list[float]) -> list[float]:
        if level == len(self._diagram.variables):
            return rest
        if (number, level) not in self._known:
            sums = [self._sums(way, level, rest) for way in self._ways(number, level)]
            self._known[number, level] = [min(column) for column in zip(*sums, strict=True)]
        return self._known[number, level]
