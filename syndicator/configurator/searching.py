"""Finding a small diagram for one connected group of variables: orders tried and measured."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from syndicator.configurator.building import TooLargeError, conjoin
from syndicator.configurator.diagram import Layered, extract
from syndicator.configurator.engine import Engine
from syndicator.configurator.formulas import Formula, scope
from syndicator.configurator.ordering import candidates
from syndicator.configurator.sifting import cost, sift

_SIFT_FROM = 5_000
"""Nodes of the growing function at which CUDD first sifts, and then at every doubling."""

_FIRST = 100_000
"""Nodes of the growing function up to which fixed orders are tried before CUDD may sift."""

_LARGE = 60_000
"""Nodes and edges beyond which our own sifting is too slow, and CUDD's worth its price."""


@dataclass(frozen=True, slots=True)
class Budget:
    """How far a compilation goes before it gives up: counted, not timed.

    So the same model ends in the same artefact, or in the same refusal, on every machine.
    """

    nodes: int = 250_000
    """Nodes of one component's finished diagram, in layers."""
    alive: int = 1_000_000
    """Nodes of the growing function in the Boolean engine."""
    starts: int = 12
    """Random starts for orders."""
    tries: int = 4
    """Orders whose diagrams are built and measured."""
    work: int = 12_000_000
    """Cells that sifting may touch in one component; 0: take the first order that fits."""
    steps: int = 300_000_000
    """Nodes of the growing function, summed over the rules that are added to it, in all orders
    and components: what a model may cost. A processor does some millions in a second."""


@dataclass(slots=True)
class Meter:
    """Counts the steps of one compilation."""

    limit: int
    steps: int = 0

    def add(self, nodes: int) -> None:
        """Count one step over a function of so many nodes.

        Raises:
            ExhaustedError: The budget is spent.
        """
        self.steps += nodes
        if self.steps > self.limit:
            raise ExhaustedError


@dataclass(frozen=True, slots=True)
class Trial:
    """One order that was tried for one component, and what came of it (None: too large)."""

    component: int
    method: str
    size: int | None


class ExhaustedError(Exception):
    """The steps of the budget are spent."""


class Search:
    """Compiles the rules over one connected group of variables; results are its attributes."""

    def __init__(
        self,
        number: int,
        group: Sequence[int],
        live: Sequence[frozenset[int]],
        formulas: Sequence[tuple[int, Formula]],
        sizes: Sequence[int],
        budget: Budget,
        meter: Meter,
        *,
        pure: bool,
    ) -> None:
        self.group = group
        self.formulas = formulas
        self.trials: list[Trial] = []
        self.portable = True
        self.engine = ""
        self.hard: list[int] = []
        """The rules at which a diagram grew too large."""
        self.contradictory = False
        """Told by a flag, not raised: a traceback would keep the engine's functions alive."""
        self._number = number
        self._live = live
        self._sizes = sizes
        self._budget = budget
        self._meter = meter
        self._pure = pure
        self._dense = 0

    def run(self, seed: int) -> Layered | None:
        """Return the smallest diagram found; None: contradictory, or nothing fits the budget.

        Fixed orders first, as long as they stay small; then CUDD's own; then fixed orders again.

        Raises:
            ExhaustedError: The steps of the budget are spent.
        """
        scopes = [scope(formula) for _, formula in self.formulas]
        budget = self._budget
        orders = candidates(self.group, scopes, seed=seed, starts=budget.starts, keep=budget.tries)
        best = self._in_fixed_orders(orders, min(_FIRST, budget.alive))
        if not self.contradictory and (best is None or (budget.work and _size(best) > _LARGE)):
            best = _smaller(best, self._with_engine_order(orders[0]))
        if not self.contradictory and best is None and budget.alive > _FIRST:
            best = self._in_fixed_orders(orders, budget.alive)
        if best is None or not self.portable:
            return best
        before = _size(best)
        best = sift(best, limit=budget.work)
        if _size(best) < before:
            self.trials.append(Trial(self._number, "sifted", _size(best)))
        return best

    def _in_fixed_orders(self, orders: Iterable[tuple[int, ...]], alive: int) -> Layered | None:
        """Return the smallest diagram of those that fit."""
        best: Layered | None = None
        for order in orders:
            if not self.contradictory:
                best = _smaller(best, self._static(order, best, alive))
        return None if self.contradictory else best

    def _static(self, order: tuple[int, ...], best: Layered | None, alive: int) -> Layered | None:
        """Build in a fixed order; give up early where it grows far beyond the best."""
        engine = Engine(order, self._sizes, pure=self._pure)
        self.engine = engine.name
        nodes = self._budget.nodes
        if best is not None:
            nodes = min(nodes, 2 * sum(map(len, best.layers)))
            alive = min(alive, max(20_000, 10 * self._dense))
        return self._built(engine, "static", (nodes, alive), lambda _: None)

    def _with_engine_order(self, order: tuple[int, ...]) -> Layered | None:
        """Let CUDD sift while the diagram grows; another engine cannot repeat its order."""
        engine = Engine(order, self._sizes, pure=self._pure)
        if not engine.fast:
            return None
        engine.group()
        threshold = [_SIFT_FROM]

        def after(alive: int) -> None:
            if alive > threshold[0]:
                engine.sift()
                threshold[0] = 2 * alive

        limits = (self._budget.nodes, self._budget.alive)
        found = self._built(engine, "sifted by CUDD", limits, after)
        self.portable = found is None
        return found

    def _built(
        self, engine: Engine, method: str, limits: tuple[int, int], after: Callable[[int], None]
    ) -> Layered | None:
        def watched(alive: int) -> None:
            self._meter.add(alive)
            after(alive)

        nodes, alive = limits
        try:
            function = conjoin(engine, self.formulas, live=self._live, limit=alive, after=watched)
            if method != "static":
                engine.sift()
                engine = engine.reordered()
            layered = extract(engine, function, nodes)
        except TooLargeError as error:
            self.hard += error.rules
            self.trials.append(Trial(self._number, method, None))
            return None
        if layered is None:
            self.contradictory = True
            return None
        self._dense = function.dag_size
        self.trials.append(Trial(self._number, method, _size(layered)))
        return layered


def _smaller(one: Layered | None, other: Layered | None) -> Layered | None:
    if one is None or other is None:
        return one or other
    return min(one, other, key=_size)


def _size(layered: Layered) -> int:
    """Return nodes and edges of the reduced diagram, which is what is stored."""
    return sum(map(cost, layered.layers))
