"""Expressions become formulas: names are resolved, arithmetic becomes exact integer sums."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from fractions import Fraction

from syndicator.configurator.expressions import (
    Expression,
    ExpressionError,
    Literal,
    Name,
    Operation,
    Total,
)
from syndicator.configurator.fields import spelled
from syndicator.configurator.formulas import (
    Among,
    Every,
    Formula,
    Not,
    Some,
    Table,
    implies,
)
from syndicator.configurator.model import Option
from syndicator.configurator.quantities import Quantity, Term, added, bounded, holds_for, scaled

MAX_TABULATED = 200_000
"""Assignments that a product of options may be written out to."""


class Lowering:
    """Turns expressions over a fixed list of options into formulas."""

    def __init__(self, options: Sequence[Option]) -> None:
        self._options = options
        self._index = {option.id: index for index, option in enumerate(options)}

    def formula(self, expression: Expression) -> Formula:  # noqa: PLR0911  one for each kind
        """Return the formula of a yes/no expression.

        Raises:
            ExpressionError: A name is unknown, or numbers and words are mixed.
        """
        match expression:
            case Operation("and", operands):
                return Every(tuple(self.formula(one) for one in operands))
            case Operation("or", operands):
                return Some(tuple(self.formula(one) for one in operands))
            case Operation("not", (operand,)):
                return Not(self.formula(operand))
            case Operation("->", (condition, consequence)):
                return implies(self.formula(condition), self.formula(consequence))
            case Operation("in", (subject, *items)):
                return Some(tuple(self._compare("=", subject, one, expression.at) for one in items))
            case Operation("=" | "!=" | "<" | "<=" | ">" | ">=" as sign, (left, right)):
                return self._compare(sign, left, right, expression.at)
            case Name(first, ""):
                return self._switch(first, expression.at)
        raise ExpressionError("expected a comparison, found a number", expression.at)

    def value(self, name: str, at: int = 0) -> Among:
        """Return the formula of `option.value`."""
        option, _, value = name.partition(".")
        return self._equals(option, value, at)

    def _switch(self, name: str, at: int) -> Formula:
        option = self._options[self._option(name, at)]
        if [value.id for value in option.values] != ["no", "yes"]:
            raise ExpressionError(f"{name} is not a toggle: compare it with one of its values", at)
        return Among(self._index[name], frozenset((1,)))

    def _option(self, name: str, at: int) -> int:
        if name not in self._index:
            raise ExpressionError(f"there is no option {name!r}", at)
        return self._index[name]

    def _equals(self, option: str, value: str, at: int) -> Among:
        index = self._option(option, at)
        ids = [one.id for one in self._options[index].values]
        if value not in ids:
            known = ", ".join(ids[:12])
            raise ExpressionError(f"option {option} has no value {value!r}; it has {known}", at)
        return Among(index, frozenset((ids.index(value),)))

    # --- comparisons -------------------------------------------------------------------

    def _compare(self, sign: str, left: Expression, right: Expression, at: int) -> Formula:
        if self._symbolic(left) or self._symbolic(right):
            found = self._alike(left, right, at)
            if sign not in {"=", "!="}:
                raise ExpressionError(f"{sign} compares numbers, not names", at)
            return Not(found) if sign == "!=" else found
        return self._number_formula(sign, left, right, at)

    def _symbolic(self, expression: Expression) -> bool:
        match expression:
            case Literal(value):
                return isinstance(value, str)
            case Name(first, ""):
                index = self._index.get(first)
                return index is None or self._options[index].values[0].number is None
        return False

    def _alike(self, left: Expression, right: Expression, at: int) -> Formula:
        """Compare an option with one of its values, or two options value by value."""
        first, second = self._plain_option(left), self._plain_option(right)
        if first is None and second is None:
            name = left.first if isinstance(left, Name) else "that"
            raise ExpressionError(f"there is no option {name!r}", at)
        if first is not None and second is not None:
            return self._both(first, second)
        option = self._options[first if first is not None else second or 0]
        other = right if first is not None else left
        if isinstance(other, Name) and not other.second:
            return self._equals(option.id, other.first, other.at)
        if isinstance(other, Literal):
            return self._equals(option.id, _spelled(other.value), other.at)
        raise ExpressionError(f"expected a value of {option.id}", at)

    def _plain_option(self, expression: Expression) -> int | None:
        if isinstance(expression, Name) and not expression.second:
            return self._index.get(expression.first)
        return None

    def _both(self, first: int, second: int) -> Formula:
        places = {value.id: place for place, value in enumerate(self._options[second].values)}
        rows = tuple(
            (frozenset((place,)), frozenset((places[value.id],)))
            for place, value in enumerate(self._options[first].values)
            if value.id in places
        )
        return Table((first, second), rows)

    def _number_formula(self, sign: str, left: Expression, right: Expression, at: int) -> Formula:
        difference = added(self._quantity(left), scaled(self._quantity(right), Fraction(-1)))
        if any(len(variables) > 1 for variables in difference.terms):
            return self._tabulated(sign, difference, at)
        constant = difference.terms.get((), {}).get((), Fraction(0))
        linear = {key[0]: term for key, term in difference.terms.items() if key}
        scale = math.lcm(
            constant.denominator,
            *(weight.denominator for term in linear.values() for weight in term.values()),
        )
        terms = tuple(
            (variable, tuple(int(linear[variable][(value,)] * scale) for value in range(size)))
            for variable in sorted(linear)
            for size in (len(self._options[variable].values),)
        )
        return bounded(sign, terms, int(-constant * scale))

    def _tabulated(self, sign: str, quantity: Quantity, at: int) -> Formula:
        variables = tuple(sorted({one for key in quantity.terms for one in key}))
        self._check_size(variables, at)
        rows = []
        for values in itertools.product(*(range(self._size(one)) for one in variables)):
            found = dict(zip(variables, values, strict=True))
            total = sum(
                (term[tuple(found[one] for one in key)] for key, term in quantity.terms.items()),
                Fraction(0),
            )
            if holds_for(sign, total):
                rows.append(tuple(frozenset((value,)) for value in values))
        return Table(variables, tuple(rows))

    def _size(self, variable: int) -> int:
        return len(self._options[variable].values)

    def _check_size(self, variables: Sequence[int], at: int) -> None:
        if math.prod(self._size(one) for one in variables) > MAX_TABULATED:
            names = ", ".join(self._options[one].id for one in variables)
            raise ExpressionError(f"a product of options has too many cases: {names}", at)

    # --- quantities --------------------------------------------------------------------

    def _quantity(  # noqa: PLR0911  one for each kind
        self, expression: Expression
    ) -> Quantity:
        match expression:
            case Literal(Fraction() as value):
                return Quantity({(): {(): value}})
            case Name(first, ""):
                return self._own_number(first, expression.at)
            case Name(first, second):
                return self._attribute(self._option(first, expression.at), second, expression.at)
            case Total(attribute):
                return self._total(attribute, expression.at)
            case Operation("negate", (operand,)):
                return scaled(self._quantity(operand), Fraction(-1))
            case Operation("+", operands):
                return added(*(self._quantity(one) for one in operands))
            case Operation("*", operands):
                return self._product([self._quantity(one) for one in operands], expression.at)
        raise ExpressionError("expected a number, found a comparison", expression.at)

    def _own_number(self, name: str, at: int) -> Quantity:
        index = self._option(name, at)
        numbers = [value.number for value in self._options[index].values]
        return Quantity(
            {(index,): {(i,): number or Fraction(0) for i, number in enumerate(numbers)}}
        )

    def _attribute(self, index: int, attribute: str, at: int) -> Quantity:
        option = self._options[index]
        if not any(attribute in value.attributes for value in option.values):
            raise ExpressionError(f"no value of {option.id} has the attribute {attribute!r}", at)
        numbers = (value.attributes.get(attribute, Fraction(0)) for value in option.values)
        return Quantity({(index,): {(i,): number for i, number in enumerate(numbers)}})

    def _total(self, attribute: str, at: int) -> Quantity:
        having = [
            index
            for index, option in enumerate(self._options)
            if any(attribute in value.attributes for value in option.values)
        ]
        if not having:
            raise ExpressionError(f"no option has the attribute {attribute!r}", at)
        return added(*(self._attribute(index, attribute, at) for index in having))

    def _product(self, factors: Sequence[Quantity], at: int) -> Quantity:
        result = factors[0]
        for factor in factors[1:]:
            pairs = itertools.product(result.terms.items(), factor.terms.items())
            result = added(*(self._joined(one, other, at) for one, other in pairs))
        return result

    def _joined(
        self, one: tuple[tuple[int, ...], Term], other: tuple[tuple[int, ...], Term], at: int
    ) -> Quantity:
        """Return the product of two terms as a term over the options of both."""
        variables = tuple(sorted({*one[0], *other[0]}))
        self._check_size(variables, at)
        product: Term = {}
        for values in itertools.product(*(range(self._size(v)) for v in variables)):
            found = dict(zip(variables, values, strict=True))
            first, second = (tuple(found[v] for v in key) for key in (one[0], other[0]))
            product[values] = one[1][first] * other[1][second]
        return Quantity({variables: product})


def _spelled(value: Fraction | str) -> str:
    """Return the id that a bare number writes: `26`, `27.5`."""
    return value if isinstance(value, str) else spelled(value)
