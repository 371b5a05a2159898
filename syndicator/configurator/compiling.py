"""Rules become a decision diagram: components, orders, the smallest kept, exact count."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import prod

from syndicator.configurator.building import TooLargeError, conjoin
from syndicator.configurator.diagram import (
    Diagram,
    Layered,
    extract,
    reduced,
    without_core,
)
from syndicator.configurator.encoding import ENGINE_ORDER, Contents, encode
from syndicator.configurator.engine import Engine
from syndicator.configurator.formulas import Among, Formula, same, scope
from syndicator.configurator.model import Model
from syndicator.configurator.ordering import candidates, components
from syndicator.configurator.sifting import sift
from syndicator.errors import InvalidInputError, Problem


@dataclass(frozen=True, slots=True)
class Budget:
    """How far a compilation goes before it gives up; all but `expired` is counted, not timed.

    A counted budget gives the same artefact on every machine; time can only turn it into a
    refusal.
    """

    nodes: int = 250_000
    """Nodes of one component's finished diagram, in layers."""
    alive: int = 1_500_000
    """Nodes of the Boolean engine at any time."""
    starts: int = 24
    """Random starts for orders."""
    tries: int = 4
    """Orders whose diagrams are built and measured."""
    work: int = 12_000_000
    """Cells that sifting may touch in one component."""
    expired: Callable[[], bool] = lambda: False
    """Tells that time is up."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One order that was tried for one component, and what came of it (None: too large)."""

    component: int
    method: str
    size: int | None


@dataclass(frozen=True, slots=True)
class Artefact:
    """A compiled configurator; `data` are the bytes for the browser, `count` is exact."""

    data: bytes
    count: int
    rules: str
    """The SHA-256 of the rules, hexadecimal."""
    seed: int
    engine: str
    portable: bool
    """True where every engine writes these same bytes."""
    trials: tuple[Trial, ...]
    nodes: int
    edges: int
    dead: tuple[tuple[str, str], ...]
    """Option and value of each value that no configuration has."""


class ContradictionError(InvalidInputError):
    """No configuration satisfies the rules."""


class CompileBudgetError(InvalidInputError):
    """The rules do not fit the budget."""


def constraints(model: Model) -> list[Formula]:
    """Return all formulas of a model: its rules, then the meaning of each auxiliary."""
    first = len(model.options)
    meanings = [
        same(Among(first + place, frozenset((1,))), one.when)
        for place, one in enumerate(model.auxiliaries)
    ]
    return [*(rule.formula for rule in model.rules), *meanings]


def compile_model(
    model: Model, *, seed: int = 0, budget: Budget | None = None, pure: bool = False
) -> Artefact:
    """Compile a model's rules into the artefact that the browser runs.

    Deterministic for a model and a seed. `pure` keeps to the engine in Python.
    Cost: milliseconds for tens of options, seconds to minutes for hundreds.

    Raises:
        ContradictionError: There is no valid configuration.
        CompileBudgetError: A component is too large; the problem names its hardest rules.
    """
    budget = budget or Budget()
    formulas = constraints(model)
    scopes = [scope(formula) for formula in formulas]
    variables = range(len(model.sizes))
    live: list[tuple[int, ...]] = [tuple(range(size)) for size in model.sizes]
    diagrams: list[Diagram] = []
    trials: list[Trial] = []
    engines = set()
    portable = True
    for number, group in enumerate(components(variables, scopes)):
        mine = [(i, one) for i, one in enumerate(formulas) if scopes[i] & set(group)]
        part = _Component(model, number, group, mine, seed, budget, pure)
        layered = part.compile()
        trials += part.trials
        engines.add(part.engine)
        portable &= part.portable
        for variable, values in zip(layered.variables, layered.values, strict=True):
            live[variable] = values
        rest, _ = without_core(layered)
        if rest.variables:
            diagrams.append(reduced(rest))
    count = prod(diagram.count() for diagram in diagrams)
    flags = 0 if portable else ENGINE_ORDER
    contents = Contents(
        model.fingerprint, seed, flags, count, model.sizes, tuple(live), tuple(diagrams)
    )
    return Artefact(
        data=encode(contents),
        count=count,
        rules=model.fingerprint,
        seed=seed,
        engine=max(engines, default="none"),
        portable=portable,
        trials=tuple(trials),
        nodes=sum(len(one.nodes) for one in diagrams),
        edges=sum(one.edges for one in diagrams),
        dead=_dead(model, live),
    )


def _dead(model: Model, live: Sequence[tuple[int, ...]]) -> tuple[tuple[str, str], ...]:
    return tuple(
        (option.id, value.id)
        for option, kept in zip(model.options, live, strict=False)
        for place, value in enumerate(option.values)
        if place not in kept
    )


class _Component:
    """Compiles the rules over one connected group of variables."""

    def __init__(
        self,
        model: Model,
        number: int,
        group: Sequence[int],
        formulas: Sequence[tuple[int, Formula]],
        seed: int,
        budget: Budget,
        pure: bool,
    ) -> None:
        self._model = model
        self._number = number
        self._group = group
        self._formulas = formulas
        self._seed = seed
        self._budget = budget
        self._pure = pure
        self.trials: list[Trial] = []
        self.portable = True
        self.engine = ""
        self._hard: list[int] = []
        self._contradictory = False
        """Told by a flag, not raised: a traceback would keep the engine's functions alive."""

    def compile(self) -> Layered:
        """Return the smallest diagram that the budget found."""
        scopes = [scope(formula) for _, formula in self._formulas]
        orders = candidates(
            self._group,
            scopes,
            seed=self._seed,
            starts=self._budget.starts,
            keep=self._budget.tries,
        )
        best: Layered | None = None
        for order in orders:
            self._check_time()
            best = _smaller(best, self._static(order))
            if self._contradictory:
                break
        if not self._contradictory and (
            best is None or _cells(best) * len(best.variables) > self._budget.work
        ):
            best = _smaller(best, self._with_engine_order(orders[0]))
        if self._contradictory:
            raise ContradictionError([self._contradiction()])
        if best is None:
            raise CompileBudgetError([self._too_large()])
        before = _size(best)
        best = sift(best, limit=self._budget.work)
        if _size(best) < before:
            self.trials.append(Trial(self._number, "sifted", _size(best)))
        return best

    def _check_time(self) -> None:
        if self._budget.expired():
            raise CompileBudgetError([self._too_large()])

    def _static(self, order: tuple[int, ...]) -> Layered | None:
        engine = Engine(order, self._model.sizes, pure=self._pure)
        self.engine = engine.name
        return self._built(engine, "static", lambda _: self._check_time())

    def _with_engine_order(self, order: tuple[int, ...]) -> Layered | None:
        """Let CUDD sift while the diagram grows; another engine cannot repeat its order."""
        engine = Engine(order, self._model.sizes, pure=self._pure)
        if not engine.fast:
            return None
        engine.group()
        floor = 5_000
        threshold = [floor]

        def after(alive: int) -> None:
            self._check_time()
            if alive > threshold[0]:
                engine.sift()
                threshold[0] = max(floor, 2 * len(engine.manager))

        found = self._built(engine, "sifted by CUDD", after)
        self.portable = found is None
        return found

    def _built(self, engine: Engine, method: str, after: Callable[[int], None]) -> Layered | None:
        try:
            function = conjoin(engine, self._formulas, limit=self._budget.alive, after=after)
            if method != "static":
                engine.sift()
                engine = engine.reordered()
            layered = extract(engine, function, self._budget.nodes)
        except TooLargeError as error:
            self._hard += error.rules
            self.trials.append(Trial(self._number, method, None))
            return None
        if layered is None:
            self._contradictory = True
            return None
        self.trials.append(Trial(self._number, method, _size(layered)))
        return layered

    def _contradiction(self) -> Problem:
        return Problem(
            "contradiction",
            "no configuration satisfies the rules",
            self._model.origin,
            "rules",
            fix="`syndicator configurator explain` names the smallest set of rules that clash",
        )

    def _too_large(self) -> Problem:
        """Name what is hard: the component's size, and the rules at which its diagram burst."""
        hard = [
            self._model.rules[number].id
            for number in dict.fromkeys(self._hard)
            if number < len(self._model.rules)
        ]
        names = [
            self._model.options[one].id for one in self._group if one < len(self._model.options)
        ]
        return Problem(
            "too-large",
            f"the rules do not fit the budget: {len(names)} options are connected by "
            f"{len(self._formulas)} rules ({', '.join(names[:8])}, ...)",
            self._model.origin,
            "rules",
            expected=f"a diagram of at most {self._budget.nodes} nodes",
            found=f"more, at rules {', '.join(hard[:5])}" if hard else "no result in time",
            fix="split an option, narrow a range, or write the hardest rule as a table",
        )


def _smaller(one: Layered | None, other: Layered | None) -> Layered | None:
    if one is None or other is None:
        return one or other
    return min(one, other, key=_size)


def _size(layered: Layered) -> int:
    """Return nodes and edges of the reduced diagram, which is what is stored."""
    diagram = reduced(layered)
    return len(diagram.nodes) + diagram.edges


def _cells(layered: Layered) -> int:
    """Return what one sweep costs for each layer moved through, roughly."""
    widest = max(len(values) for values in layered.values)
    return sum(
        len(layer) * len(values) * min(widest, 8)
        for layer, values in zip(layered.layers, layered.values, strict=True)
    )
