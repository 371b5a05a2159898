"""A generated model of a car's size: a few large tables, many small ones, everything connected.

Modelled on the published facts of an industrial set: 268 variables with domains up to 324, 332
tables, about 226,000 rows, and few choices left once some are made. Each option's values depend
on a few options close to it in a hidden order, through lines of equipment; the model lists the
options shuffled, so that the compiler has to find the order. One value always fits, so that no
seed is contradictory.
"""

from __future__ import annotations

import itertools
import math
import random
from decimal import Decimal

from syndicator.configurator import Model
from syndicator.configurator.formulas import Table
from syndicator.configurator.model import Option, Rule, Value

MAX_ROWS = 5_000
LINES = 2
WINDOW = 5


def car(variables: int = 268, tables: int = 332, seed: int = 1) -> Model:
    """Return the model; the same for the same arguments."""
    dice = random.Random(seed)
    hidden = [_domain(dice) for _ in range(variables)]
    shown = [*range(variables)]
    dice.shuffle(shown)
    place = {one: index for index, one in enumerate(shown)}
    rules = []
    for number in range(tables):
        child = number if 0 < number < variables else dice.randrange(2, variables)
        parents = _parents(dice, child, hidden)
        table = _table(dice, child, parents, hidden)
        table = Table(tuple(place[one] for one in table.variables), table.rows)
        rules.append(Rule(f"table-{number}", table))
    options = tuple(_option(dice, index, hidden[one]) for index, one in enumerate(shown))
    return Model("car", options, rules=tuple(rules), base_price={"eur": Decimal(20_000)})


def _domain(dice: random.Random) -> int:
    """Most options have a few values, some a dozen, one in 25 hundreds."""
    kind = dice.choices(["few", "dozen", "hundreds"], [18, 6, 1])[0]
    low, high = {"few": (2, 5), "dozen": (6, 16), "hundreds": (60, 324)}[kind]
    return dice.randint(low, high)


def _parents(dice: random.Random, child: int, domains: list[int]) -> list[int]:
    """Choose options shortly before one, as long as the table stays of a size people maintain."""
    near = [*range(max(0, child - WINDOW), child)]
    dice.shuffle(near)
    chosen: list[int] = []
    for one in near[: dice.randint(2, 5)]:
        if math.prod(domains[v] for v in [*chosen, one, child]) <= MAX_ROWS:
            chosen.append(one)
    return chosen


def _table(dice: random.Random, child: int, parents: list[int], domains: list[int]) -> Table:
    """Allow, for each line of the parents, few values of the child; value 0 always fits."""
    classes = {one: [dice.randrange(LINES) for _ in range(domains[one])] for one in parents}
    share = dice.choice([0.0, 0.0, 0.2, 0.5])
    every = range(1, domains[child])
    allowed = [frozenset({0, *_few(dice, every, share)}) for _ in range(LINES)]
    rows = []
    for values in itertools.product(*(range(domains[one]) for one in parents)):
        line = sum(classes[one][v] for one, v in zip(parents, values, strict=True)) % LINES
        cells = tuple(frozenset((v,)) for v in values)
        rows += [(*cells, frozenset((v,))) for v in sorted(allowed[line])]
    return Table((*parents, child), tuple(rows))


def _few(dice: random.Random, values: range, share: float) -> list[int]:
    return dice.sample(values, max(1, int(len(values) * share)))


def _option(dice: random.Random, index: int, size: int) -> Option:
    values = tuple(
        Value(f"v{one}", price={"eur": Decimal(dice.randint(0, 900))}) for one in range(size)
    )
    return Option(f"o{index}", values, default=0)
