"""Numbers that depend on what is chosen: sums of terms over few options each, and their bounds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

from syndicator.configurator.formulas import Formula, Linear, Not

Term: TypeAlias = dict[tuple[int, ...], Fraction]
"""The number of each assignment of a few variables."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A sum of terms, each a table from values of a few variables to a number."""

    terms: Mapping[tuple[int, ...], Term]


def added(*quantities: Quantity) -> Quantity:
    """Return the sum of quantities; terms over the same variables become one."""
    terms: dict[tuple[int, ...], Term] = {}
    for quantity in quantities:
        for key, term in quantity.terms.items():
            mine = terms.setdefault(key, {})
            for values, number in term.items():
                mine[values] = mine.get(values, Fraction(0)) + number
    return Quantity(terms)


def scaled(quantity: Quantity, factor: Fraction) -> Quantity:
    """Return a quantity times a number."""
    return Quantity(
        {
            key: {values: number * factor for values, number in term.items()}
            for key, term in quantity.terms.items()
        }
    )


def bounded(sign: str, terms: tuple[tuple[int, tuple[int, ...]], ...], bound: int) -> Formula:
    """Return `sum(terms) sign bound` as an interval of integers."""
    match sign:
        case "=":
            return Linear(terms, bound, bound)
        case "!=":
            return Not(Linear(terms, bound, bound))
        case "<=":
            return Linear(terms, None, bound)
        case "<":
            return Linear(terms, None, bound - 1)
        case ">=":
            return Linear(terms, bound, None)
    return Linear(terms, bound + 1, None)


def holds_for(sign: str, total: Fraction) -> bool:
    """Tell whether `total sign 0`."""
    match sign:
        case "=":
            return total == 0
        case "!=":
            return total != 0
        case "<=":
            return total <= 0
        case "<":
            return total < 0
        case ">=":
            return total >= 0
    return total > 0
