"""Before compiling: values that a rule alone rules out are dropped, and rules get shorter.

Only what single rules say on their own is found here (unit propagation, bounds of sums, rows
of tables); values that several rules rule out together are found in the diagram.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from syndicator.configurator.formulas import (
    FALSE,
    TRUE,
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

_Row: TypeAlias = tuple[frozenset[int] | None, ...]


@dataclass(frozen=True, slots=True)
class Propagated:
    """Rules that are left, numbered as they came, and the live values of each variable."""

    formulas: tuple[tuple[int, Formula], ...]
    live: tuple[frozenset[int], ...]


def propagate(sizes: Sequence[int], formulas: Sequence[Formula]) -> Propagated | None:
    """Return what is left of the rules, or None where a variable has no value left.

    The result has exactly the same configurations. Cost: rounds * size of the rules.
    """
    live = [frozenset(range(size)) for size in sizes]
    queue = dict.fromkeys(range(len(formulas)))
    left: dict[int, Formula] = dict(enumerate(formulas))
    watching: dict[int, list[int]] = {}
    for number, formula in left.items():
        for variable in scope(formula):
            watching.setdefault(variable, []).append(number)
    while queue:
        number = next(iter(queue))
        del queue[number]
        shorter = _shorter(left[number], live)
        if shorter == FALSE:
            return None
        for variable, values in _forced(shorter, live):
            if values < live[variable]:
                live[variable] = values
                queue.update(dict.fromkeys(watching[variable]))
            if not values:
                return None
        left[number] = _shorter(shorter, live)
    kept = tuple((number, one) for number, one in left.items() if one != TRUE)
    return Propagated(kept, tuple(live))


def _shorter(  # noqa: PLR0911  one for each kind
    formula: Formula, live: Sequence[frozenset[int]]
) -> Formula:
    """Return the formula without what the live values already decide."""
    match formula:
        case Among(variable, values):
            kept = values & live[variable]
            if not kept:
                return FALSE
            return TRUE if kept == live[variable] else Among(variable, kept)
        case Not(inner):
            return _negated(_shorter(inner, live), live)
        case Every(formulas):
            return _every(_shorter(one, live) for one in formulas)
        case Some(formulas):
            return _some(_shorter(one, live) for one in formulas)
        case Between(formulas, low, high):
            return _between([_shorter(one, live) for one in formulas], low, high)
        case Linear():
            return _linear(formula, live)
    return _table(formula, live)


def _negated(inner: Formula, live: Sequence[frozenset[int]]) -> Formula:
    match inner:
        case Among(variable, values):
            return Among(variable, live[variable] - values)
        case Not(formula):
            return formula
        case Every(()):
            return FALSE
        case Some(()):
            return TRUE
        case Some(formulas):
            return _every(_negated(one, live) for one in formulas)
    return Not(inner)


def _every(formulas: Iterable[Formula]) -> Formula:
    parts: list[Formula] = []
    for one in formulas:
        if one == FALSE:
            return FALSE
        parts += one.formulas if isinstance(one, Every) else [one]
    return parts[0] if len(parts) == 1 else Every(tuple(parts))


def _some(formulas: Iterable[Formula]) -> Formula:
    parts: list[Formula] = []
    for one in formulas:
        if one == TRUE:
            return TRUE
        parts += one.formulas if isinstance(one, Some) else [one]
    return parts[0] if len(parts) == 1 else Some(tuple(parts))


def _between(formulas: Sequence[Formula], low: int, high: int) -> Formula:
    open_ones = tuple(one for one in formulas if one not in {TRUE, FALSE})
    sure = sum(one == TRUE for one in formulas)
    low, high = max(low - sure, 0), min(high - sure, len(open_ones))
    if low > high:
        return FALSE
    if low == 0 and high == len(open_ones):
        return TRUE
    if low == len(open_ones):
        return _every(open_ones)
    if low == 1 and high == len(open_ones):
        return _some(open_ones)
    return Between(open_ones, low, high)


def _linear(formula: Linear, live: Sequence[frozenset[int]]) -> Formula:
    least, most = _span(formula, live)
    if (formula.low is not None and most < formula.low) or (
        formula.high is not None and least > formula.high
    ):
        return FALSE
    low = None if formula.low is None or least >= formula.low else formula.low
    high = None if formula.high is None or most <= formula.high else formula.high
    if low is None and high is None:
        return TRUE
    fixed = {v: next(iter(live[v])) for v, _ in formula.terms if len(live[v]) == 1}
    shift = sum(weights[fixed[v]] for v, weights in formula.terms if v in fixed)
    return Linear(
        tuple(term for term in formula.terms if term[0] not in fixed),
        None if low is None else low - shift,
        None if high is None else high - shift,
    )


def _span(formula: Linear, live: Sequence[frozenset[int]]) -> tuple[int, int]:
    ranges = [[weights[value] for value in live[v]] for v, weights in formula.terms]
    return sum(map(min, ranges)), sum(map(max, ranges))


def _table(formula: Table, live: Sequence[frozenset[int]]) -> Formula:
    """Drop dead values column by column (tables are long), then columns with one value left."""
    rows = formula.rows
    for place, v in enumerate(formula.variables):
        cells = (row[place] for row in rows)
        dead = frozenset[int]().union(*(cell for cell in cells if cell is not None)) - live[v]
        if dead:
            rows = tuple(row for old in rows if (row := _without(old, place, dead)) is not None)
    if not rows:
        return FALSE
    kept = [c for c, v in enumerate(formula.variables) if len(live[v]) > 1]
    if len(kept) < len(formula.variables):
        rows = tuple(dict.fromkeys(tuple(row[c] for c in kept) for row in rows))
    if any(all(cell is None for cell in row) for row in rows):
        return TRUE
    return Table(tuple(formula.variables[c] for c in kept), rows)


def _without(row: _Row, place: int, dead: frozenset[int]) -> _Row | None:
    """Return a row without the dead values of a column; None where nothing is left of it."""
    cell = row[place]
    if cell is None or cell.isdisjoint(dead):
        return row
    left = cell - dead
    return (*row[:place], left, *row[place + 1 :]) if left else None


def _forced(formula: Formula, live: Sequence[frozenset[int]]) -> list[tuple[int, frozenset[int]]]:
    """Return the values that a rule on its own leaves to variables."""
    match formula:
        case Among(variable, values):
            return [(variable, values & live[variable])]
        case Every(formulas):
            return [found for one in formulas for found in _forced(one, live)]
        case Linear():
            return _forced_by_sum(formula, live)
        case Table(variables, rows):
            columns = zip(*rows, strict=True)
            return [
                (v, frozenset[int]().union(*(live[v] if cell is None else cell for cell in column)))
                for v, column in zip(variables, columns, strict=True)
            ]
    return []


def _forced_by_sum(
    formula: Linear, live: Sequence[frozenset[int]]
) -> list[tuple[int, frozenset[int]]]:
    least, most = _span(formula, live)
    found = []
    for v, weights in formula.terms:
        mine = [weights[value] for value in live[v]]
        rest_least, rest_most = least - min(mine), most - max(mine)
        kept = frozenset(
            value
            for value in live[v]
            if (formula.high is None or rest_least + weights[value] <= formula.high)
            and (formula.low is None or rest_most + weights[value] >= formula.low)
        )
        found.append((v, kept))
    return found
