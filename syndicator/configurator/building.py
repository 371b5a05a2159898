"""Formulas become functions of the Boolean engine."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate, pairwise

from syndicator.configurator.engine import Engine, Function
from syndicator.configurator.formulas import (
    Among,
    Between,
    Every,
    Formula,
    Linear,
    Not,
    Some,
    Table,
    scope,
)

MAX_SUMS = 100_000
"""Partial sums of one arithmetic rule that are kept apart."""


class TooLargeError(Exception):
    """The diagram outgrew its budget; `rules` are the indices of the formulas at fault."""

    def __init__(self, message: str, rules: Iterable[int] = ()) -> None:
        super().__init__(message)
        self.rules = tuple(rules)


def build(engine: Engine, formula: Formula) -> Function:  # noqa: PLR0911  one for each kind
    """Return the function of a formula over the engine's variables.

    Raises:
        TooLargeError: Its arithmetic has too many different sums.
    """
    match formula:
        case Among(variable, values):
            chosen = [
                engine.true if value in values else engine.false
                for value in range(engine.sizes[variable])
            ]
            return engine.choose(variable, chosen)
        case Not(inner):
            return ~build(engine, inner)
        case Every(formulas):
            return _joined(engine, "and", engine.true, formulas)
        case Some(formulas):
            return _joined(engine, "or", engine.false, formulas)
        case Between(formulas, low, high):
            return _between(engine, [build(engine, one) for one in formulas], low, high)
        case Linear():
            return _Sum(engine, formula).build()
        case Table():
            return _Rows(engine, formula).build()


def _joined(
    engine: Engine, operator: str, start: Function, formulas: Iterable[Formula]
) -> Function:
    result = start
    for one in formulas:
        result = engine.manager.apply(operator, result, build(engine, one))
    return result


def _between(engine: Engine, functions: Sequence[Function], low: int, high: int) -> Function:
    """Count from the last function to the first; `row[n]`: n hold so far, the rest may still."""
    row = [engine.true if low <= n <= high else engine.false for n in range(len(functions) + 1)]
    for function in functions:
        row = [engine.manager.ite(function, more, less) for less, more in pairwise(row)]
    return row[0]


class _Sum:
    """A sum of weights in an interval: partial sums from the top, functions from the bottom."""

    def __init__(self, engine: Engine, formula: Linear) -> None:
        self._engine = engine
        self._low, self._high = formula.low, formula.high
        self._terms = sorted(formula.terms, key=lambda term: engine.position[term[0]])
        least = [min(weights) for _, weights in self._terms]
        most = [max(weights) for _, weights in self._terms]
        self._least = [*accumulate(reversed(least), initial=0)][::-1]
        self._most = [*accumulate(reversed(most), initial=0)][::-1]

    def build(self) -> Function:
        layers: list[set[int]] = [{0}]
        for place, (_, weights) in enumerate(self._terms):
            undecided = (one for one in layers[-1] if self._decided(place, one) is None)
            steps = sorted(set(weights))
            layers.append({one + weight for one in undecided for weight in steps})
            if len(layers[-1]) > MAX_SUMS:
                raise TooLargeError("an arithmetic rule has too many different sums")
        below: dict[int, Function] = {}
        for place in range(len(self._terms), -1, -1):
            below = {one: self._function(place, one, below) for one in layers[place]}
        return below[0]

    def _decided(self, place: int, partial: int) -> bool | None:
        least, most = partial + self._least[place], partial + self._most[place]
        if (self._low is not None and most < self._low) or (
            self._high is not None and least > self._high
        ):
            return False
        inside = (self._low is None or least >= self._low) and (
            self._high is None or most <= self._high
        )
        return True if inside else None

    def _function(self, place: int, partial: int, below: dict[int, Function]) -> Function:
        decided = self._decided(place, partial)
        if decided is not None:
            return self._engine.true if decided else self._engine.false
        variable, weights = self._terms[place]
        return self._engine.choose(variable, [below[partial + weight] for weight in weights])


class _Rows:
    """A table split column by column, in the order of the diagram.

    A class, not a closure: a closure that calls itself is a cycle, and CUDD's manager must
    not be collected before its functions.
    """

    def __init__(self, engine: Engine, table: Table) -> None:
        self._engine = engine
        self._table = table
        self._columns = sorted(
            range(len(table.variables)), key=lambda c: engine.position[table.variables[c]]
        )
        self._cells = [
            [
                tuple(range(engine.sizes[table.variables[column]])) if cell is None else tuple(cell)
                for cell in (row[column] for row in table.rows)
            ]
            for column in self._columns
        ]
        self._known: dict[tuple[int, tuple[int, ...]], Function] = {}

    def build(self) -> Function:
        rows = tuple(range(len(self._table.rows)))
        return self._split(0, rows) if rows else self._engine.false

    def _split(self, depth: int, rows: tuple[int, ...]) -> Function:
        if depth == len(self._columns):
            return self._engine.true
        if (found := self._known.get((depth, rows))) is None:
            found = self._known[depth, rows] = self._branch(depth, rows)
        return found

    def _branch(self, depth: int, rows: tuple[int, ...]) -> Function:
        variable = self._table.variables[self._columns[depth]]
        groups: dict[int, list[int]] = {}
        every = range(self._engine.sizes[variable])
        cells = self._cells[depth]
        for row in rows:
            for value in cells[row]:
                groups.setdefault(value, []).append(row)
        branches = [
            self._split(depth + 1, tuple(groups[value])) if value in groups else self._engine.false
            for value in every
        ]
        return self._engine.choose(variable, branches)


def conjoin(
    engine: Engine,
    formulas: Sequence[tuple[int, Formula]],
    *,
    live: Sequence[frozenset[int]],
    limit: int,
    after: Callable[[int], None] = lambda _: None,
) -> Function:
    """Return the conjunction of numbered formulas and all domains, from the bottom up.

    `live` are the values each variable may have. `limit` bounds the nodes of the growing
    function (a fact of the function and the order, not of the engine); `after` is told its
    size after each step.

    Raises:
        TooLargeError: The limit was reached; it names the formula that was being added.
    """
    function = engine.true
    for variable in reversed(engine.order):
        function &= engine.domain(variable, live[variable])
    highest = {
        number: min(
            (engine.position[one] for one in scope(formula) if one in engine.position), default=0
        )
        for number, formula in formulas
    }
    for number, formula in sorted(formulas, key=lambda pair: (-highest[pair[0]], pair[0])):
        try:
            function &= build(engine, formula)
        except (ValueError, MemoryError) as error:  # how dd tells that CUDD's memory is used up
            raise TooLargeError("the engine ran out of memory", [number]) from error
        except TooLargeError as error:
            raise TooLargeError(str(error), [number]) from error
        size = function.dag_size
        if size > limit:
            raise TooLargeError(f"more than {limit} nodes", [number])
        after(size)
    return function
