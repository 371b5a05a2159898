"""What is wrong with rules that can be read: contradictions, dead values, idle rules, bad defaults.

Every finding names a smallest set of rules that causes it: leave any one of them out, and the
finding is gone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from syndicator.configurator.building import TooLargeError, conjoin
from syndicator.configurator.compiling import CompileBudgetError, compile_model
from syndicator.configurator.engine import Engine
from syndicator.configurator.formulas import Among, Formula, Not, scope
from syndicator.configurator.model import Model, Option, Rule
from syndicator.configurator.ordering import candidates, components
from syndicator.configurator.propagation import propagate
from syndicator.configurator.runtime import smallest
from syndicator.configurator.searching import Budget
from syndicator.errors import Problem, Severity, UsageError

MAX_IDLE_CHECKED = 150
"""Rules beyond which nobody looks for idle ones: each is weighed against all the others."""
MAX_EXPLAINED = 20
"""Dead values that are explained; the others are only counted."""
LIMIT = 200_000
"""Nodes of the engine in one question."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """A smallest set of choices and rules that together rule a value out."""

    choices: tuple[tuple[str, str], ...]
    rules: tuple[Rule, ...]


def check_model(model: Model) -> list[Problem]:
    """Return what is wrong with a model that was read without problems.

    A question that would need more than `LIMIT` nodes is left out, with a warning.
    Cost: some hundred small diagrams for tens of options.
    """
    try:
        return _Checks(model).run()
    except (TooLargeError, CompileBudgetError):
        message = "the rules are too hard for a full check; compiling tells whether they clash"
        return [Problem("not-checked", message, model.origin, severity=Severity.WARNING)]


def explain(
    model: Model, choices: Mapping[str, str], option: str, value: str
) -> Explanation | None:
    """Return why a value is impossible under choices; None where it is possible.

    Raises:
        UsageError: An option or value does not exist.
        TooLargeError: The rules are too hard to answer.
    """
    wanted = _chosen(model, option, value)
    kept = {one: _chosen(model, one, i) for one, i in choices.items() if one != option}
    rules = [rule.formula for rule in model.rules]
    if _satisfiable(model, [wanted, *kept.values(), *rules]):
        return None
    found = smallest(
        [*((one, None) for one in kept), *((None, place) for place in range(len(rules)))],
        lambda some: _satisfiable(
            model,
            [wanted, *(kept[one] if one is not None else rules[place or 0] for one, place in some)],
        ),
    )
    return Explanation(
        tuple((one, choices[one]) for one, _ in found if one is not None),
        tuple(model.rules[place] for _, place in found if place is not None),
    )


def _chosen(model: Model, option: str, value: str) -> Formula:
    variable, place = _place(model, option, value)
    return Among(variable, frozenset((place,)))


def _place(model: Model, option: str, value: str) -> tuple[int, int]:
    for variable, one in enumerate(model.options):
        ids = [known.id for known in one.values]
        if one.id == option and value in ids:
            return variable, ids.index(value)
    raise UsageError(f"there is no value {option}={value}")


def _satisfiable(model: Model, formulas: Sequence[Formula]) -> bool:
    """Tell whether an assignment of the options satisfies all formulas."""
    sizes = [len(option.values) for option in model.options]
    left = propagate(sizes, formulas)
    if left is None:
        return False
    scopes = {number: scope(formula) for number, formula in left.formulas}
    undecided = [v for v, values in enumerate(left.live) if len(values) > 1]
    for group in components(undecided, list(scopes.values())):
        members = frozenset(group)
        mine = [pair for pair in left.formulas if scopes[pair[0]] & members]
        if not mine:
            continue
        order = candidates(group, [scopes[n] for n, _ in mine], seed=0, starts=0, keep=1)[0]
        engine = Engine(order, sizes)
        if conjoin(engine, mine, live=left.live, limit=LIMIT) == engine.false:
            return False
    return True


class _Checks:
    """All questions about one model."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._rules = [rule.formula for rule in model.rules]

    def run(self) -> list[Problem]:
        if not _satisfiable(self._model, self._rules):
            return [self._contradiction()]
        return [*self._dead_values(), *self._bad_defaults(), *self._idle_rules()]

    def _cause(self, given: Sequence[Formula], among: Iterable[int]) -> list[Rule]:
        """Return a smallest set of rules that contradicts what is given."""
        found = smallest(
            [*among],
            lambda some: _satisfiable(self._model, [*given, *(self._rules[i] for i in some)]),
        )
        return [self._model.rules[place] for place in found]

    def _contradiction(self) -> Problem:
        rules = self._cause([], range(len(self._rules)))
        return Problem(
            "contradiction",
            f"no configuration satisfies all rules: {_told(rules)} clash",
            rules[0].origin,
            "rules",
            fix="change or remove one of these rules",
        )

    def _dead_values(self) -> list[Problem]:
        quick = Budget(tries=1, starts=0, work=0)
        names = compile_model(self._model, budget=quick).dead
        dead = [_place(self._model, *name) for name in names]
        problems = [self._dead_value(*one) for one in dead[:MAX_EXPLAINED]]
        if len(dead) > MAX_EXPLAINED:
            rest = f"{len(dead) - MAX_EXPLAINED} more values can never be chosen"
            problems.append(
                Problem("dead-value", rest, self._model.origin, severity=Severity.WARNING)
            )
        return problems

    def _dead_value(self, variable: int, place: int) -> Problem:
        option = self._model.options[variable]
        value = Among(variable, frozenset((place,)))
        rules = self._cause([value], range(len(self._rules)))
        return Problem(
            "dead-value",
            f"{option.id} = {option.values[place].id} is never possible: {_told(rules)} forbid it",
            option.origin,
            f"options.{option.id}",
            fix="remove the value, or change one of these rules",
            severity=Severity.WARNING,
        )

    def _bad_defaults(self) -> list[Problem]:
        """All defaults together should be a configuration; name a smallest set that is not."""
        defaults = {
            variable: Among(variable, frozenset((option.default,)))
            for variable, option in enumerate(self._model.options)
            if option.default is not None
        }
        if _satisfiable(self._model, [*defaults.values(), *self._rules]):
            return []
        clashing = smallest(
            [*defaults],
            lambda some: _satisfiable(self._model, [*(defaults[v] for v in some), *self._rules]),
        )
        rules = self._cause([defaults[v] for v in clashing], range(len(self._rules)))
        options = [self._model.options[v] for v in clashing]
        return [
            Problem(
                "bad-default",
                f"the defaults {', '.join(map(_default, options))} contradict {_told(rules)}",
                options[0].origin,
                f"options.{options[0].id}.default",
                fix="give one of these options another default",
                severity=Severity.WARNING,
            )
        ]

    def _idle_rules(self) -> list[Problem]:
        """A rule that the others imply never matters."""
        if len(self._rules) > MAX_IDLE_CHECKED:
            message = "rules that never matter were not looked for: there are too many rules"
            told, found = f"at most {MAX_IDLE_CHECKED}", str(len(self._rules))
            origin, severity = self._model.origin, Severity.WARNING
            return [Problem("not-checked", message, origin, "rules", told, found, "", severity)]
        problems = []
        for place, rule in enumerate(self._model.rules):
            others = [other for other in range(len(self._rules)) if other != place]
            denied = Not(rule.formula)
            if _satisfiable(self._model, [denied, *(self._rules[other] for other in others)]):
                continue
            causes = self._cause([denied], others)
            said = f"{_told(causes)} already say it" if causes else "it is always true"
            problems.append(
                Problem(
                    "idle-rule",
                    f"the rule {rule.id} never matters: {said}",
                    rule.origin,
                    f"rules.{rule.id}",
                    fix="remove it",
                    severity=Severity.WARNING,
                )
            )
        return problems


def _default(option: Option) -> str:
    return f"{option.id} = {option.values[option.default or 0].id}"


def _told(rules: Sequence[Rule]) -> str:
    """Name rules with their places: `weight (fjord.yaml:12)`."""
    if not rules:
        return "the values themselves"
    return ", ".join(f"{rule.id} ({rule.origin})" for rule in rules)
