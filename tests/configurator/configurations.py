"""Models for the tests: the bicycle of the reference workspace, and random small ones."""

from __future__ import annotations

import itertools
import random
from decimal import Decimal
from pathlib import Path

from syndicator.configurator import Model, parse_model, table_names
from syndicator.configurator.compiling import constraints
from syndicator.configurator.formulas import (
    Among,
    Between,
    Every,
    Formula,
    Linear,
    Not,
    Some,
    Table,
    holds,
)
from syndicator.configurator.model import Auxiliary, Option, Role, Rule, Value
from syndicator.errors import Origin, Problem
from syndicator.sources.yamlfile import load_documents

RULES = "content/configurators/fjord.yaml"


def read(text: str, tables: dict[str, bytes] | None = None) -> tuple[Model, list[Problem]]:
    """Parse a rule file given as text."""
    documents, problems = load_documents("rules.yaml", text.encode())
    assert problems == []
    return parse_model(documents[0], tables or {})


def bicycle(repository: Path) -> Model:
    """The Fjord 7 of the reference workspace."""
    documents, problems = load_documents(RULES, (repository / RULES).read_bytes())
    folder = (repository / RULES).parent
    tables = {name: (folder / name).read_bytes() for name in table_names(documents[0])}
    model, wrong = parse_model(documents[0], tables)
    assert [*problems, *wrong] == []
    return model


def random_model(seed: int) -> Model:
    """A satisfiable model small enough to enumerate, with every kind of formula and prices."""
    for attempt in itertools.count():
        model = _draw(random.Random(seed * 1000 + attempt))  # noqa: S311  repeatable
        if solutions(model):
            return model
    raise AssertionError


def _draw(dice: random.Random) -> Model:
    options = tuple(_option(dice, place) for place in range(dice.randint(3, 6)))
    sizes = [len(option.values) for option in options]
    rules = tuple(
        Rule(f"r{place}", _formula(dice, sizes), origin=Origin("rules.yaml", place + 1))
        for place in range(dice.randint(1, 6))
    )
    auxiliaries = tuple(
        Auxiliary(
            f"c{place}",
            Role.COMBINATION,
            _formula(dice, sizes),
            price={"eur": Decimal(dice.randint(-90, 40))},
            parts=((f"NV-C{place}", 1),),
        )
        for place in range(dice.randint(0, 2))
    )
    return Model(
        "random",
        options,
        rules=rules,
        auxiliaries=auxiliaries,
        base_price={"eur": Decimal(dice.randint(0, 500))},
    )


def _option(dice: random.Random, place: int) -> Option:
    count = dice.randint(2, 5)
    values = tuple(
        Value(
            f"v{one}",
            price={"eur": Decimal(dice.randint(-5000, 20000)) / 100},
            sku=f"NV-{place}-{one}" if dice.random() < 0.3 else "",
            parts=((f"NV-PART-{dice.randint(0, 9)}", dice.randint(1, 3)),),
        )
        for one in range(count)
    )
    return Option(f"o{place}", values, default=dice.choice([None, *range(count)]))


def _formula(dice: random.Random, sizes: list[int], depth: int = 2) -> Formula:
    kind = dice.choice(["among", "not", "every", "some", "between", "linear", "table"])
    inner = lambda: _formula(dice, sizes, depth - 1)  # noqa: E731  drawn several times below
    if depth == 0 or kind == "among":
        variable = dice.randrange(len(sizes))
        return Among(variable, frozenset(_some(dice, sizes[variable])))
    if kind == "not":
        return Not(inner())
    if kind in {"every", "some"}:
        parts = (inner(), inner())
        return Every(parts) if kind == "every" else Some(parts)
    if kind == "between":
        low = dice.randint(0, 2)
        return Between(tuple(inner() for _ in range(3)), low, dice.randint(low, 3))
    return _linear(dice, sizes) if kind == "linear" else _table(dice, sizes)


def _linear(dice: random.Random, sizes: list[int]) -> Linear:
    chosen = sorted(dice.sample(range(len(sizes)), dice.randint(1, len(sizes))))
    terms = tuple((v, tuple(dice.randint(-3, 9) for _ in range(sizes[v]))) for v in chosen)
    low, high = sorted((dice.randint(-4, 25), dice.randint(-4, 25)))
    return Linear(terms, dice.choice([None, low]), high)


def _table(dice: random.Random, sizes: list[int]) -> Table:
    chosen = tuple(dice.sample(range(len(sizes)), 2))
    rows = tuple(
        tuple(None if dice.random() < 0.2 else frozenset(_some(dice, sizes[v])) for v in chosen)
        for _ in range(dice.randint(1, 4))
    )
    return Table(chosen, rows)


def _some(dice: random.Random, size: int) -> list[int]:
    return dice.sample(range(size), dice.randint(1, size))


def solutions(model: Model) -> list[tuple[int, ...]]:
    """Every valid configuration, by trying them all; auxiliaries included."""
    formulas = [rule.formula for rule in model.rules]
    options = [range(len(option.values)) for option in model.options]
    return [
        (*found, *(int(holds(one.when, found)) for one in model.auxiliaries))
        for found in itertools.product(*options)
        if all(holds(formula, found) for formula in formulas)
    ]


def total(model: Model, found: tuple[int, ...]) -> int:
    """What a configuration costs, in cents."""
    amount = model.base_price.get("eur", Decimal(0))
    for option, place in zip(model.options, found, strict=False):
        amount += option.values[place].price.get("eur", Decimal(0))
    for one, chosen in zip(model.auxiliaries, found[len(model.options) :], strict=True):
        amount += one.price.get("eur", Decimal(0)) * chosen
    return int(amount * 100)


__all__ = ["bicycle", "constraints", "random_model", "read", "solutions", "total"]
