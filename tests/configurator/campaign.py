"""Random click paths on every model at hand, held against solvers that know nothing of diagrams.

`python tests/configurator/campaign.py --paths 300 --random 1000`. Every path is answered by the
browser's runtime in Node and by the one in Python; python-sat judges domains and explanations,
OR-Tools CP-SAT totals, caps and fewest changes, and trying all configurations judges small random
models. Counts of what was compared go to standard output; the exit code tells whether
anything differed.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from math import inf
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT), str(Path(__file__).parent)]

from browser_runtime import Job, ask  # noqa: E402  beside this script
from configurations import bicycle, random_model, solutions, total  # noqa: E402
from solvers import Domains, Prices  # noqa: E402

from syndicator.configurator import Model, compile_model, labels  # noqa: E402
from syndicator.configurator.formulas import Linear  # noqa: E402
from syndicator.configurator.importing import READERS  # noqa: E402
from syndicator.configurator.runtime import Runtime  # noqa: E402
from syndicator.errors import InvalidInputError, UsageError  # noqa: E402

CLICKS = 6


@dataclass
class Tally:
    """What was compared, and every difference."""

    compared: Counter[str] = field(default_factory=Counter)
    different: list[str] = field(default_factory=list)

    def same(self, kind: str, mine: object, theirs: object, where: str) -> None:
        """Count a comparison; keep it where both differ."""
        self.compared[kind] += 1
        if mine != theirs:
            self.different.append(f"{kind} at {where}: {mine} against {theirs}")


def priced(model: Model, seed: int) -> Model:
    """Return the model with a price on every value: published feature models carry none."""
    dice = random.Random(seed)  # noqa: S311  repeatable
    options = tuple(
        replace(
            option,
            values=tuple(
                replace(value, price={"eur": Decimal(dice.randint(-2000, 20_000)) / 100})
                for value in option.values
            ),
        )
        for option in model.options
    )
    return replace(model, options=options, base_price={"eur": Decimal(100)})


def at_hand(folder: Path) -> Iterator[tuple[str, Model]]:
    """Yield the bicycle and every published model that fits the budget."""
    yield "bicycle", bicycle(ROOT)
    for file in sorted(folder.glob("*/*.*"), key=lambda path: path.stat().st_size):
        reader = READERS.get(file.suffix.lstrip("."))
        if reader is not None:
            yield file.stem, priced(reader(file.read_text("utf-8"), file.name)[0], 1)


def script(model: Model, dice: random.Random) -> list[list[Any]]:
    """Return a click path with questions: after some clicks, and under a cap at the end."""
    clicked = dice.choices(model.options, k=CLICKS)
    steps: list[list[Any]] = [["choose", one.id, dice.choice(one.values).id] for one in clicked]
    steps += [["choices"], ["bounds"], ["count"], *_questions(model, dice)]
    steps += [["cheapest"], ["cap", None], ["bounds"], *_questions(model, dice)]
    return steps


def _questions(model: Model, dice: random.Random) -> list[list[Any]]:
    asked = []
    for option in dice.choices(model.options, k=2):
        value = dice.choice(option.values).id
        asked += [["why", option.id, value], ["how", option.id, value]]
    return asked


class Judge:
    """Holds one path's answers against everything else that can answer."""

    def __init__(self, name: str, model: Model, prices: str, tally: Tally, dice) -> None:
        self.name, self.model, self.tally, self.dice = name, model, tally, dice
        self.artefact = compile_model(model).data
        self.words = labels(model, ("en",), prices)
        self.runtime = Runtime(self.artefact, self.words)
        self.prices = Prices(model, prices)
        sums = any(isinstance(rule.formula, Linear) for rule in model.rules)
        self.domains = None
        if not sums:
            try:
                self.domains = Domains(model)
            except NotImplementedError:  # a sum inside of another formula
                self.domains = None

    def run(self, paths: int, depth: int) -> None:
        """Walk the paths in Node and judge each; `depth` values a path are asked of CP-SAT."""
        scripts = [script(self.model, self.dice) for _ in range(paths)]
        least = ask([Job(self.artefact, self.words, s[: CLICKS + 8]) for s in scripts])
        for steps, answers in zip(scripts, least, strict=True):
            cheapest = answers[-1]["total"] if answers[-1] else 0
            steps[CLICKS + 8] = ["cap", cheapest + self.dice.randint(0, 4000)]
        done = ask([Job(self.artefact, self.words, steps) for steps in scripts])
        for number, (steps, answers) in enumerate(zip(scripts, done, strict=True)):
            self._path(f"{self.name} path {number}", steps, answers, depth)

    def _path(self, where: str, steps: Sequence, answers: Sequence, depth: int) -> None:
        assert isinstance(answers, list), answers
        choices: dict[str, str] = {}
        cap: int | None = None
        for step, answer in zip(steps, answers, strict=True):
            kind, *args = step
            if kind == "choices":
                choices = answer
            elif kind == "cap":
                cap = args[0]
            elif kind == "bounds":
                self._bounds(where, choices, cap, answer, depth)
            elif kind == "count":
                mine = self.runtime.count(choices)
                self.tally.same("count, Node and Python", int(answer), mine, where)
            elif kind == "why":
                self._why(where, choices, cap, args, answer)
            elif kind == "how":
                self._how(where, choices, cap, args, answer)

    def _bounds(self, where, choices, cap, answer, depth) -> None:
        self.runtime.cap = inf if cap is None else cap
        mine = {o: {v: list(b) for v, b in r.items()} for o, r in self._mine(choices).items()}
        self.tally.same("domains and bounds, Node and Python", answer, mine, where)
        if self.domains is not None and cap is None:
            theirs = self.domains.of(choices)
            self.tally.same(
                "domains, python-sat", {o: set(r) for o, r in answer.items()}, theirs, where
            )
            self.tally.compared["values judged by python-sat"] += sum(
                len(option.values) for option in self.model.options
            )
        for option in self.dice.choices(self.model.options, k=depth):
            value = self.dice.choice(option.values)
            if choices.get(option.id, value.id) != value.id:
                continue
            found = self.prices.bounds({**choices, option.id: value.id}, cap)
            kind = "least and greatest total, CP-SAT" + (", under a cap" if cap is not None else "")
            given = answer[option.id].get(value.id)
            self.tally.same(kind, given, None if found is None else list(found), where)

    def _mine(self, choices):
        return self.runtime.bounds(choices)

    def _fits(self, choices: Mapping[str, str], cap: int | None) -> bool:
        if cap is None and self.domains is not None:
            return self.domains.fits(choices)
        least = self.prices.least(choices)
        return least is not None and (cap is None or least <= cap)

    def _why(self, where, choices, cap, args, answer) -> None:
        option, value = args
        mine = self.runtime.why(choices, option, value)
        plain = None if mine is None else {"choices": list(mine.options), "cap": mine.cap}
        self.tally.same("why, Node and Python", answer, plain, where)
        rest = {one: i for one, i in choices.items() if one != option}
        if answer is None:
            fits = self._fits({**rest, option: value}, cap)
            self.tally.same("possible where there is no reason", fits, True, where)
            return
        reasons = {one: choices[one] for one in answer["choices"]} | {option: value}
        limit = cap if answer["cap"] else None
        self.tally.same("reasons rule it out", self._fits(reasons, limit), False, where)
        for one in answer["choices"]:
            fewer = {other: i for other, i in reasons.items() if other != one}
            self.tally.same("each reason is needed", self._fits(fewer, limit), True, where)
        if answer["cap"]:
            self.tally.same("each reason is needed", self._fits(reasons, None), True, where)

    def _how(self, where, choices, cap, args, answer) -> None:
        option, value = args
        mine = self.runtime.how(choices, option, value)
        plain = None if mine is None else (len(mine[0]), mine[1])
        given = None if answer is None else (len(answer["changes"]), answer["total"])
        self.tally.same("how, Node and Python", given, plain, where)
        rest = {one: i for one, i in choices.items() if one != option}
        theirs = self.prices.fewest(rest, {option: value}, cap)
        self.tally.same("fewest changes and their total, CP-SAT", given, theirs, where)
        if answer is not None:
            after = {**choices, option: value}
            after |= {change["option"]: change["to"] for change in answer["changes"]}
            self.tally.same("a way leads there", self._fits(after, cap), True, where)


def tried(seed: int, tally: Tally, dice: random.Random) -> None:
    """Judge one small random model by all of its configurations too."""
    model = random_model(seed)
    judge = Judge(f"random {seed}", model, "eur", tally, dice)
    every = solutions(model)
    tally.same("size, all tried", judge.runtime.size, len(every), judge.name)
    places = {option.id: v for v, option in enumerate(model.options)}
    for _ in range(2):
        option = dice.choice(model.options)
        chosen = {option.id: dice.choice(option.values).id}
        having = [f for f in every if f[places[option.id]] == int(chosen[option.id][1:])]
        tally.same("count, all tried", judge.runtime.count(chosen), len(having), judge.name)
        found = judge.runtime.cheapest(chosen)
        least = min((total(model, one) for one in having), default=None)
        tally.same("least, all tried", found.total if found else None, least, judge.name)
    judge.run(2, 2)


def campaign(paths: int, models: int, seed: int, folder: Path) -> tuple[Tally, dict[str, str]]:
    """Judge `paths` paths on each model at hand and two on each of `models` random ones."""
    tally, told = Tally(), {}
    dice = random.Random(seed)  # noqa: S311  repeatable
    for name, model in at_hand(folder):
        price_list = "eur-retail" if name == "bicycle" else "eur"
        few = max(1, paths * 30 // max(30, len(model.options)))
        try:
            Judge(name, model, price_list, tally, dice).run(few, 1)
            told[name] = f"{few} paths"
        except (InvalidInputError, UsageError) as error:
            told[name] = f"refused: {error}"
    for number in range(models):
        tried(seed * 10_000 + number, tally, dice)
    told["random"] = f"{models} models, {2 * models} paths"
    return tally, told


def main() -> int:
    """Run the campaign and print what was compared."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--paths", type=int, default=100, help="click paths on each model at hand")
    parser.add_argument("--random", type=int, default=1000, help="random models")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    data = Path(os.environ.get("SYNDICATOR_SHARED_DATA", ROOT.parent / "shared" / "data"))
    tally, told = campaign(asked.paths, asked.random, asked.seed, data / "rules")
    report = {"models": told, "compared": tally.compared, "different": tally.different[:20]}
    sys.stdout.write(json.dumps(report, indent=1) + "\n")
    return 1 if tally.different else 0


if __name__ == "__main__":
    sys.exit(main())
