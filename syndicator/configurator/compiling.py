"""Rules become a decision diagram: components, orders, the smallest kept, exact count."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

from syndicator.configurator.diagram import Diagram, Layered, reduced, without_core
from syndicator.configurator.encoding import ENGINE_ORDER, Contents, encode
from syndicator.configurator.formulas import Among, Formula, same, scope
from syndicator.configurator.model import Model
from syndicator.configurator.ordering import components
from syndicator.configurator.propagation import Propagated, propagate
from syndicator.configurator.searching import Budget, ExhaustedError, Meter, Search, Trial
from syndicator.errors import InvalidInputError, Problem


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
    formulas = constraints(model)
    left = propagate(model.sizes, formulas)
    if left is None:
        raise ContradictionError([_contradiction(model)])
    work = _Compilation(model, budget or Budget(), seed, pure, left)
    diagrams = work.diagrams()
    count = prod(diagram.count() for diagram in diagrams)
    rules = model.fingerprint
    flags = 0 if work.portable else ENGINE_ORDER
    contents = Contents(rules, seed, flags, count, model.sizes, tuple(work.live), tuple(diagrams))
    return Artefact(
        data=encode(contents),
        count=count,
        rules=rules,
        seed=seed,
        engine=work.engine,
        portable=work.portable,
        trials=tuple(work.trials),
        nodes=sum(len(one.nodes) for one in diagrams),
        edges=sum(one.edges for one in diagrams),
        dead=_dead(model, work.live),
    )


class _Compilation:
    """The components of one model, one after the other."""

    def __init__(
        self, model: Model, budget: Budget, seed: int, pure: bool, left: Propagated
    ) -> None:
        self._model = model
        self._budget = budget
        self.meter = Meter(budget.steps)
        self._seed = seed
        self._pure = pure
        self._left = left
        self.live = [tuple(sorted(values)) for values in left.live]
        self.trials: list[Trial] = []
        self.engine = "none"
        self.portable = True

    def diagrams(self) -> list[Diagram]:
        """Return one diagram for each component that has a choice left."""
        scopes = {number: scope(formula) for number, formula in self._left.formulas}
        undecided = [v for v, values in enumerate(self.live) if len(values) > 1]
        found = []
        for number, group in enumerate(components(undecided, list(scopes.values()))):
            members = frozenset(group)
            mine = [pair for pair in self._left.formulas if scopes[pair[0]] & members]
            search = Search(
                number, group, self._left.live, mine, self._model.sizes, self._budget,
                self.meter, pure=self._pure,
            )  # fmt: skip
            layered = self._searched(search)
            for variable, values in zip(layered.variables, layered.values, strict=True):
                self.live[variable] = values
            rest = without_core(layered)
            if rest.variables:
                found.append(reduced(rest))
        return found

    def _searched(self, search: Search) -> Layered:
        try:
            layered = search.run(self._seed)
            late = False
        except ExhaustedError:
            layered, late = None, True
        if search.contradictory:
            raise ContradictionError([_contradiction(self._model)])
        if layered is None:
            raise CompileBudgetError([_too_large(self._model, search, self._budget, late=late)])
        self.trials += search.trials
        self.engine = max(self.engine, search.engine, key=len)
        self.portable &= search.portable
        return layered


def _contradiction(model: Model) -> Problem:
    return Problem(
        "contradiction",
        "no configuration satisfies the rules",
        model.origin,
        "rules",
        fix="`syndicator configurator explain` names a smallest set of rules that clash",
    )


def _too_large(model: Model, search: Search, budget: Budget, *, late: bool) -> Problem:
    """Name what is hard: the component's size, and the rules at which its diagram burst."""
    hard = [
        model.rules[number].id for number in dict.fromkeys(search.hard) if number < len(model.rules)
    ]
    names = [model.options[one].id for one in search.group if one < len(model.options)]
    found = f"no result within {budget.steps:,} steps" if late else "more"
    return Problem(
        "too-large",
        f"the rules do not fit the budget: {len(names)} options are connected by "
        f"{len(search.formulas)} rules ({', '.join(names[:8])}, ...)",
        model.origin,
        "rules",
        expected=f"a diagram of at most {budget.nodes} nodes",
        found=f"{found}, at rules {', '.join(hard[:5])}" if hard else found,
        fix="split an option, narrow a range, or write the hardest rule as a table",
    )


def _dead(model: Model, live: Sequence[tuple[int, ...]]) -> tuple[tuple[str, str], ...]:
    return tuple(
        (option.id, value.id)
        for option, kept in zip(model.options, live, strict=False)
        for place, value in enumerate(option.values)
        if place not in kept
    )
