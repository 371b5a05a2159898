"""The decision diagram: layers of nodes over one component's variables, canonical for an order.

While it is shaped, a diagram is *layered*: every path visits every layer, a node is the tuple
of its children in the next layer (-1: no configuration), the layer after the last holds the
single node 0 (a configuration). `Diagram` is the reduced form: nodes whose values all lead to
the same place are skipped.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from syndicator.configurator.building import TooLargeError
from syndicator.configurator.engine import Engine, Function

NONE = -1

Layer = list[tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Layered:
    """Layers from the root's (one node) down; `values[i]` are the live values of layer i."""

    variables: tuple[int, ...]
    values: tuple[tuple[int, ...], ...]
    layers: tuple[Layer, ...]


@dataclass(frozen=True, slots=True)
class Node:
    """A node at a level: the node each live value leads to; 0 is the end, -1 nothing."""

    level: int
    children: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Diagram:
    """A reduced diagram. Nodes are numbered from 1, lower levels first; 0 is the end.

    `variables` and `values` (live, ascending) are per level, from the top; `root` may be 0.
    """

    variables: tuple[int, ...]
    values: tuple[tuple[int, ...], ...]
    nodes: tuple[Node, ...]
    root: int

    @property
    def edges(self) -> int:
        """How many edges lead to a configuration."""
        return sum(child != NONE for node in self.nodes for child in node.children)

    def count(self) -> int:
        """Return the exact number of configurations."""
        free = [1]
        for values in reversed(self.values):
            free.append(free[-1] * len(values))
        free.reverse()  # free[i]: combinations of all levels from i down
        below = [1]
        levels = [len(self.variables)]
        for node in self.nodes:
            total = sum(
                below[child] * (free[node.level + 1] // free[levels[child]])
                for child in node.children
                if child != NONE
            )
            below.append(total)
            levels.append(node.level)
        return below[self.root] * (free[0] // free[levels[self.root]])


def extract(engine: Engine, function: Function, limit: int) -> Layered | None:
    """Return the layered diagram of a function, or None where nothing satisfies it.

    Raises:
        TooLargeError: It has more than `limit` nodes.
    """
    if function == engine.false:
        return None
    layers: list[Layer] = []
    frontier = [function]
    total = 0
    for variable in engine.order:
        ids: dict[int, int] = {}
        following: list[Function] = []
        layer: Layer = []
        for one in frontier:
            layer.append(_children(engine, one, variable, ids, following))
        total += len(layer)
        if total > limit:
            raise TooLargeError(f"more than {limit} nodes in layers")
        layers.append(layer)
        frontier = following
    return _trimmed(engine.order, layers)


def _children(
    engine: Engine, one: Function, variable: int, ids: dict[int, int], following: list[Function]
) -> tuple[int, ...]:
    """Return a node's row; `following` keeps the functions alive, so that `int` names them."""
    row = []
    for child in engine.branch(one, variable):
        key = int(child)
        if child == engine.false:
            row.append(NONE)
            continue
        if key not in ids:
            ids[key] = len(following)
            following.append(child)
        row.append(ids[key])
    return tuple(row)


def _trimmed(order: Sequence[int], layers: Sequence[Layer]) -> Layered:
    """Leave out dead values: those without an edge anywhere in their layer."""
    values, trimmed = [], []
    for layer in layers:
        live = tuple(v for v, column in enumerate(zip(*layer, strict=True)) if max(column) > NONE)
        values.append(live)
        trimmed.append([tuple(row[v] for v in live) for row in layer])
    return Layered(tuple(order), tuple(values), tuple(trimmed))


def without_core(layered: Layered) -> Layered:
    """Take out layers with a single live value: every configuration has it."""
    kept: list[int] = [place for place, values in enumerate(layered.values) if len(values) > 1]
    layers: list[Layer] = []
    onward = [0]
    for place in range(len(layered.layers) - 1, -1, -1):
        rows = [
            tuple(NONE if c == NONE else onward[c] for c in row) for row in layered.layers[place]
        ]
        if len(layered.values[place]) == 1:
            onward = [row[0] for row in rows]
        else:
            layers.append(rows)
            onward = list(range(len(rows)))
    layers.reverse()
    return Layered(
        tuple(layered.variables[place] for place in kept),
        tuple(layered.values[place] for place in kept),
        tuple(layers),
    )


def reduced(layered: Layered) -> Diagram:
    """Return the reduced diagram; nodes of a level are sorted by their children."""
    onward = [0]
    nodes: list[Node] = []
    for level in range(len(layered.layers) - 1, -1, -1):
        rows = [
            tuple(NONE if c == NONE else onward[c] for c in row) for row in layered.layers[level]
        ]
        distinct = sorted({row for row in rows if not _redundant(row)})
        number = {row: len(nodes) + place + 1 for place, row in enumerate(distinct)}
        nodes += [Node(level, row) for row in distinct]
        onward = [row[0] if _redundant(row) else number[row] for row in rows]
    return Diagram(layered.variables, layered.values, tuple(nodes), onward[0])


def _redundant(row: tuple[int, ...]) -> bool:
    return row[0] != NONE and all(child == row[0] for child in row)
