"""Two other solvers that know nothing of diagrams: SAT for domains, CP-SAT for prices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from ortools.sat.python import cp_model
from pysat.card import CardEnc
from pysat.formula import IDPool
from pysat.solvers import Glucose4

from syndicator.configurator import Model
from syndicator.configurator.formulas import (
    Among,
    Between,
    Every,
    Formula,
    Linear,
    Not,
    Some,
    Table,
)

BIG = 1 << 34
"""One change outweighs every total of the tests, in cents."""


class Domains:
    """Valid domains by one SAT call for each value; every formula but sums."""

    def __init__(self, model: Model) -> None:
        self._pool = IDPool()
        self._solver = Glucose4()
        self._options = model.options
        for v, option in enumerate(model.options):
            slots = [self._slot(v, i) for i in range(len(option.values))]
            self._solver.add_clause(slots)
            for place, one in enumerate(slots):
                for other in slots[:place]:
                    self._solver.add_clause([-one, -other])
        for rule in model.rules:
            self._solver.add_clause([self._literal(rule.formula)])

    def _slot(self, variable: int, value: int) -> int:
        return self._pool.id((variable, value))

    def _literal(self, formula: Formula) -> int:
        """Return a literal that is equivalent to the formula (Tseitin)."""
        match formula:
            case Among(variable, values):
                return self._either([self._slot(variable, value) for value in values])
            case Not(inner):
                return -self._literal(inner)
            case Every(formulas):
                return -self._either([-self._literal(one) for one in formulas])
            case Some(formulas):
                return self._either([self._literal(one) for one in formulas])
            case Between(formulas, low, high):
                literals = [self._literal(one) for one in formulas]
                at_least = self._at_least(literals, low)
                return -self._either([-at_least, self._at_least(literals, high + 1)])
            case Table(variables, rows):
                ways = [
                    -self._either(
                        [
                            -self._literal(Among(v, cell))
                            for v, cell in zip(variables, row, strict=True)
                            if cell is not None
                        ]
                    )
                    for row in rows
                ]
                return self._either(ways)
        raise NotImplementedError

    def _either(self, literals: Sequence[int]) -> int:
        fresh = self._pool.id(object())
        self._solver.add_clause([-fresh, *literals])
        for one in literals:
            self._solver.add_clause([fresh, -one])
        return fresh

    def _at_least(self, literals: list[int], bound: int) -> int:
        """Return a literal that holds exactly where `bound` of the literals do."""
        if bound <= 0 or bound > len(literals):
            return self._either([]) if bound > 0 else -self._either([])
        fresh = self._pool.id(object())
        enough = CardEnc.atleast(literals, bound, vpool=self._pool)
        few = CardEnc.atmost(literals, bound - 1, vpool=self._pool)
        for clause in enough.clauses:
            self._solver.add_clause([-fresh, *clause])
        for clause in few.clauses:
            self._solver.add_clause([fresh, *clause])
        return fresh

    def _given(self, choices: Mapping[str, str]) -> list[int]:
        return [
            self._slot(v, i)
            for v, option in enumerate(self._options)
            for i, value in enumerate(option.values)
            if choices.get(option.id) == value.id
        ]

    def fits(self, choices: Mapping[str, str]) -> bool:
        """Tell whether a configuration has the choices."""
        return bool(self._solver.solve(assumptions=self._given(choices)))

    def of(self, choices: Mapping[str, str]) -> dict[str, set[str]]:
        """Return the possible values of every option under choices."""
        given = self._given(choices)
        return {
            option.id: {
                value.id
                for i, value in enumerate(option.values)
                if self._solver.solve(assumptions=[*given, self._slot(v, i)])
            }
            for v, option in enumerate(self._options)
        }


class Prices:
    """Least and greatest totals by CP-SAT; every formula."""

    def __init__(self, model: Model, price_list: str) -> None:
        self._model = model
        self._cp = cp_model.CpModel()
        self._slots = [
            [self._cp.new_bool_var("") for _ in option.values] for option in model.options
        ]
        for slots in self._slots:
            self._cp.add_exactly_one(slots)
        for rule in model.rules:
            self._cp.add(self._literal(rule.formula) == 1)
        cents = lambda prices: int(prices.get(price_list, Decimal(0)) * 100)  # noqa: E731
        self._total = cents(model.base_price) + sum(
            cents(value.price) * slot
            for option, slots in zip(model.options, self._slots, strict=True)
            for value, slot in zip(option.values, slots, strict=True)
        )
        self._total += sum(cents(one.price) * self._literal(one.when) for one in model.auxiliaries)

    def _literal(self, formula: Formula):
        fresh = self._cp.new_bool_var("")
        match formula:
            case Among(variable, values):
                self._cp.add(sum(self._slots[variable][value] for value in values) == fresh)
            case Not(inner):
                return 1 - self._literal(inner)
            case Every(formulas):
                self._span([self._literal(one) for one in formulas], len(formulas), None, fresh)
            case Some(formulas):
                self._span([self._literal(one) for one in formulas], 1, None, fresh)
            case Between(formulas, low, high):
                self._span([self._literal(one) for one in formulas], low, high, fresh)
            case Linear(terms, low, high):
                weighted = [
                    weight * slot
                    for v, weights in terms
                    for weight, slot in zip(weights, self._slots[v], strict=True)
                ]
                self._span(weighted, low, high, fresh)
            case Table(variables, rows):
                ways = [
                    self._literal(
                        Every(
                            tuple(
                                Among(v, cell)
                                for v, cell in zip(variables, row, strict=True)
                                if cell is not None
                            )
                        )
                    )
                    for row in rows
                ]
                self._span(ways, 1, None, fresh)
        return fresh

    def _span(self, terms: Sequence, low: int | None, high: int | None, holds) -> None:
        """Let `holds` be true exactly where the sum of the terms is within low and high."""
        total = sum(terms)
        sides = []
        for bound, above in ((low, True), (high, False)):
            if bound is None:
                continue
            side = self._cp.new_bool_var("")
            inside = total >= bound if above else total <= bound
            outside = total < bound if above else total > bound
            self._cp.add(inside).only_enforce_if(side)
            self._cp.add(outside).only_enforce_if(side.negated())
            sides.append(side)
        self._cp.add(sum(sides) == len(sides)).only_enforce_if(holds)
        self._cp.add(sum(sides) < len(sides)).only_enforce_if(holds.negated())

    def bounds(self, choices: Mapping[str, str], cap: int | None = None) -> tuple[int, int] | None:
        """Return the least and greatest total under choices; None where there is none.

        With a cap also None where the least is dearer.
        """
        least = self._best(self._trial(choices), self._total)
        if least is None or (cap is not None and least > cap):
            return None
        most = self._best(self._trial(choices), -self._total)
        return least, -(most or 0)

    def least(self, choices: Mapping[str, str]) -> int | None:
        """Return the least total under choices."""
        return self._best(self._trial(choices), self._total)

    def fewest(
        self, choices: Mapping[str, str], wanted: Mapping[str, str], cap: int | None
    ) -> tuple[int, int] | None:
        """Return the fewest of the choices that must change for what is wanted, and the total."""
        changed = [1 - slot for slot in self._chosen(choices)]
        trial = self._trial(wanted)
        if cap is not None:
            trial.add(self._total <= cap)
        found = self._best(trial, BIG * sum(changed) + self._total)
        if found is None:
            return None
        count = (found + BIG // 2) // BIG
        return count, found - BIG * count

    def _chosen(self, choices: Mapping[str, str]) -> list:
        return [
            self._slots[v][i]
            for v, option in enumerate(self._model.options)
            for i, value in enumerate(option.values)
            if choices.get(option.id) == value.id
        ]

    def _trial(self, choices: Mapping[str, str]) -> cp_model.CpModel:
        trial = self._cp.clone()
        for slot in self._chosen(choices):
            trial.add(trial.get_bool_var_from_proto_index(slot.index) == 1)
        return trial

    @staticmethod
    def _best(trial: cp_model.CpModel, objective) -> int | None:
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        trial.minimize(objective)
        return round(solver.objective_value) if solver.solve(trial) == cp_model.OPTIMAL else None
