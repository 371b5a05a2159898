"""Formulas over options: what every rule becomes before it is compiled.

A variable is the index of an option (or of an auxiliary yes/no), a value the index of one of
its values. A formula says which assignments of values to variables are allowed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias


@dataclass(frozen=True, slots=True)
class Among:
    """The variable has one of the values."""

    variable: int
    values: frozenset[int]


@dataclass(frozen=True, slots=True)
class Not:
    """The formula does not hold."""

    formula: Formula


@dataclass(frozen=True, slots=True)
class Every:
    """All formulas hold; none at all is true."""

    formulas: tuple[Formula, ...]


@dataclass(frozen=True, slots=True)
class Some:
    """At least one formula holds; none at all is false."""

    formulas: tuple[Formula, ...]


@dataclass(frozen=True, slots=True)
class Between:
    """From `low` to `high` (inclusive) of the formulas hold."""

    formulas: tuple[Formula, ...]
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Linear:
    """A sum of one weight per variable, chosen by its value, lies in `low..high` (None: open)."""

    terms: tuple[tuple[int, tuple[int, ...]], ...]
    low: int | None
    high: int | None


@dataclass(frozen=True, slots=True)
class Table:
    """The variables together have the values of at least one row; None allows every value."""

    variables: tuple[int, ...]
    rows: tuple[tuple[frozenset[int] | None, ...], ...]


Formula: TypeAlias = Among | Not | Every | Some | Between | Linear | Table

TRUE: Formula = Every(())
FALSE: Formula = Some(())


def implies(condition: Formula, consequence: Formula) -> Formula:
    """Return the formula that holds unless `condition` does and `consequence` does not."""
    return Some((Not(condition), consequence))


def same(left: Formula, right: Formula) -> Formula:
    """Return the formula that holds where both do or neither does."""
    return Every((implies(left, right), implies(right, left)))


def scope(formula: Formula) -> frozenset[int]:
    """Return the variables that the formula mentions."""
    match formula:
        case Among(variable):
            return frozenset((variable,))
        case Not(inner):
            return scope(inner)
        case Every(formulas) | Some(formulas) | Between(formulas):
            return frozenset[int]().union(*map(scope, formulas))
        case Linear(terms):
            return frozenset(variable for variable, _ in terms)
        case Table(variables):
            return frozenset(variables)


def holds(  # noqa: PLR0911  one for each kind
    formula: Formula, assignment: Sequence[int]
) -> bool:
    """Tell whether a complete assignment satisfies the formula; the definition of its meaning."""
    match formula:
        case Among(variable, values):
            return assignment[variable] in values
        case Not(inner):
            return not holds(inner, assignment)
        case Every(formulas):
            return all(holds(one, assignment) for one in formulas)
        case Some(formulas):
            return any(holds(one, assignment) for one in formulas)
        case Between(formulas, low, high):
            return low <= sum(holds(one, assignment) for one in formulas) <= high
        case Linear(terms, low, high):
            total = sum(weights[assignment[variable]] for variable, weights in terms)
            return (low is None or low <= total) and (high is None or total <= high)
        case Table(variables, rows):
            found = [assignment[variable] for variable in variables]
            return any(_row_allows(row, found) for row in rows)


def _row_allows(row: Iterable[frozenset[int] | None], found: Iterable[int]) -> bool:
    return all(cell is None or value in cell for cell, value in zip(row, found, strict=True))


def plain(formula: Formula) -> Any:  # noqa: ANN401, PLR0911  JSON; one for each kind
    """Return the formula as JSON values, the same for the same formula."""
    match formula:
        case Among(variable, values):
            return ["among", variable, sorted(values)]
        case Not(inner):
            return ["not", plain(inner)]
        case Every(formulas):
            return ["every", *map(plain, formulas)]
        case Some(formulas):
            return ["some", *map(plain, formulas)]
        case Between(formulas, low, high):
            return ["between", low, high, *map(plain, formulas)]
        case Linear(terms, low, high):
            return ["linear", [[variable, list(weights)] for variable, weights in terms], low, high]
        case Table(variables, rows):
            cells = [[None if cell is None else sorted(cell) for cell in row] for row in rows]
            return ["table", list(variables), cells]
