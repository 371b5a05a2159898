"""Every answer, of both runtimes, against trying all configurations of random small models."""

from __future__ import annotations

import random
from math import inf
from typing import Any

import pytest
from browser_runtime import Job, ask
from configurations import random_model, solutions, total

from syndicator.configurator import Model, compile_model, labels
from syndicator.configurator.runtime import Runtime

SEEDS = range(50)
CLICKS = 4


class Truth:
    """What is true of a model, from the list of all its configurations."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.all = solutions(model)
        self.totals = {found: total(model, found) for found in self.all}
        self.index = {option.id: place for place, option in enumerate(model.options)}

    def places(self, choices: dict[str, str]) -> dict[int, int]:
        return {self.index[one]: int(value[1:]) for one, value in choices.items()}

    def having(self, choices: dict[str, str], cap: int | None = None) -> list[tuple[int, ...]]:
        wanted = self.places(choices).items()
        return [
            found
            for found in self.all
            if all(found[v] == i for v, i in wanted) and (cap is None or self.totals[found] <= cap)
        ]

    def bounds(self, choices: dict[str, str], cap: int | None) -> dict[str, dict[str, list[int]]]:
        result: dict[str, dict[str, list[int]]] = {}
        for option in self.model.options:
            rows = result[option.id] = {}
            for value in option.values:
                both = {**choices, option.id: value.id}
                if choices.get(option.id, value.id) == value.id and self.having(both, cap):
                    sums = [self.totals[one] for one in self.having(both)]
                    rows[value.id] = [min(sums), max(sums)]
        return result

    def changes(self, choices: dict[str, str]) -> dict[str, dict[str, int]]:
        places = self.places(choices).items()
        result: dict[str, dict[str, int]] = {}
        for option in self.model.options:
            rows = result[option.id] = {}
            for value in option.values:
                found = self.having({option.id: value.id})
                if found:
                    rows[value.id] = min(sum(one[v] != i for v, i in places) for one in found)
        return result


def _script(model: Model, seed: int) -> list[list[Any]]:
    """A random click path with questions after every click."""
    dice = random.Random(seed)  # noqa: S311  repeatable
    steps: list[list[Any]] = [["size"]]
    for click in range(CLICKS):
        option = dice.choice(model.options)
        value = dice.choice(option.values).id
        steps.append(["choose", option.id, value])
        if click == CLICKS - 1:
            steps.append(["cap", dice.randint(0, 60_000)])
        other = dice.choice(model.options)
        asked = dice.choice(other.values).id
        steps += [["choices"], ["bounds"], ["changes"], ["count"], ["totals"]]
        steps += [["why", other.id, asked], ["how", other.id, asked], ["complete"], ["cheapest"]]
    return steps


@pytest.fixture(scope="module")
def walks() -> list[tuple[Truth, list[list[Any]], list[Any], Runtime]]:
    """Random models with a click path each and the browser's answers."""
    models = [random_model(seed) for seed in SEEDS]
    artefacts = [compile_model(model, seed=seed).data for seed, model in enumerate(models)]
    beside = [labels(model, ("en",), "eur") for model in models]
    scripts = [_script(model, seed) for seed, model in enumerate(models)]
    jobs = [Job(*job) for job in zip(artefacts, beside, scripts, strict=True)]
    return [
        (Truth(model), script, answers, Runtime(artefact, words))
        for model, script, answers, artefact, words in zip(
            models, scripts, ask(jobs), artefacts, beside, strict=True
        )
    ]


class Walk:
    """Steps of one path with the choices and cap that held at each."""

    def __init__(self, script: list[list[Any]], answers: list[Any]) -> None:
        assert isinstance(answers, list), answers
        self._pairs = list(zip(script, answers, strict=True))

    def __iter__(self):
        choices: dict[str, str] = {}
        cap: int | None = None
        for step, answer in self._pairs:
            if step[0] == "choices":
                choices = answer
            if step[0] == "cap":
                cap = step[1]
            yield step, answer, choices, cap


def test_the_size_is_the_number_of_configurations(walks):
    for truth, _, answers, runtime in walks:
        assert int(answers[0]) == runtime.size == len(truth.all)


def test_a_choice_is_taken_exactly_where_a_configuration_has_it(walks):
    for truth, script, answers, _ in walks:
        for step, answer, choices, _cap in Walk(script, answers):
            if step[0] == "choose":
                assert answer == bool(truth.having({**choices, step[1]: step[2]}))


def test_domains_and_price_bounds_are_exact_under_choices_and_a_cap(walks):
    for truth, script, answers, runtime in walks:
        for step, answer, choices, cap in Walk(script, answers):
            if step[0] == "bounds":
                assert answer == truth.bounds(choices, cap)
                runtime.cap = inf if cap is None else cap
                mine = runtime.bounds(choices)
                assert {
                    o: {v: list(b) for v, b in row.items()} for o, row in mine.items()
                } == answer


def test_counts_are_exact(walks):
    for truth, script, answers, runtime in walks:
        for step, answer, choices, _cap in Walk(script, answers):
            if step[0] == "count":
                assert int(answer) == runtime.count(choices) == len(truth.having(choices))


def test_the_fewest_changes_of_every_value_are_exact(walks):
    for truth, script, answers, runtime in walks:
        for step, answer, choices, _cap in Walk(script, answers):
            if step[0] == "changes":
                assert answer == runtime.changes(choices) == truth.changes(choices)


def test_reasons_rule_the_value_out_and_no_part_of_them_does(walks):
    seen = 0
    for truth, script, answers, runtime in walks:
        for step, answer, choices, cap in Walk(script, answers):
            if step[0] != "why":
                continue
            option, value = step[1:]
            rest = {one: i for one, i in choices.items() if one != option}
            possible = bool(truth.having({**rest, option: value}, cap))
            runtime.cap = inf if cap is None else cap
            mine = runtime.why(choices, option, value)
            if possible:
                assert answer is None
                assert mine is None
                continue
            assert mine is not None
            assert answer == {"choices": list(mine.options), "cap": mine.cap}
            seen += _check_minimal(truth, {option: value}, choices, cap, answer)
    assert seen > 3  # reasons of two or more were among them


def _check_minimal(truth, wanted, choices, cap, answer) -> bool:
    reasons = {one: choices[one] for one in answer["choices"]}
    limit = cap if answer["cap"] else None
    assert not truth.having({**reasons, **wanted}, limit)
    for one in reasons:
        fewer = {other: i for other, i in reasons.items() if other != one}
        assert truth.having({**fewer, **wanted}, limit)
    if answer["cap"]:
        assert truth.having({**reasons, **wanted})
    return len(reasons) + answer["cap"] > 1


def test_the_way_to_a_value_takes_the_fewest_changes_at_the_least_price(walks):
    for truth, script, answers, runtime in walks:
        for step, answer, choices, cap in Walk(script, answers):
            if step[0] != "how":
                continue
            runtime.cap = inf if cap is None else cap
            option, value = step[1:]
            places = {v: i for v, i in truth.places(choices).items() if v != truth.index[option]}
            ways = [
                (sum(one[v] != i for v, i in places.items()), truth.totals[one])
                for one in truth.having({option: value}, cap)
            ]
            mine = runtime.how(choices, option, value)
            if not ways:
                assert answer is None
                assert mine is None
                continue
            assert (len(answer["changes"]), answer["total"]) == min(ways)
            assert mine is not None
            assert (len(mine[0]), mine[1]) == min(ways)
            after = {**choices, option: value}
            after |= {change["option"]: change["to"] for change in answer["changes"]}
            assert truth.having(after, cap)


def test_the_shown_configuration_keeps_most_defaults_then_costs_least(walks):
    for truth, script, answers, runtime in walks:
        for step, answer, choices, cap in Walk(script, answers):
            if step[0] != "complete" or cap is not None:
                continue
            best = min(
                (
                    sum(
                        option.default not in (None, one[v])
                        for v, option in enumerate(truth.model.options)
                    ),
                    truth.totals[one],
                )
                for one in truth.having(choices)
            )
            shown = tuple(int(value[1:]) for value in answer["values"].values())
            found = [one for one in truth.all if one[: len(shown)] == shown]
            assert truth.totals[found[0]] == answer["total"] == best[1]
            runtime.cap = inf
            mine = runtime.complete(choices)
            assert mine is not None
            assert (mine.total, mine.values, mine.parts) == (
                answer["total"], answer["values"], answer["parts"],
            )  # fmt: skip


def test_the_announced_total_is_the_total_after_the_click(walks):
    for _, script, answers, runtime in walks:
        for step, answer, choices, _cap in Walk(script, answers):
            if step[0] != "totals":
                continue
            runtime.cap = inf
            for option, row in answer.items():
                for value, announced in row.items():
                    after = runtime.complete({**choices, option: value})
                    assert after is not None
                    assert after.total == announced


def test_the_cheapest_completion_is_the_cheapest(walks):
    for truth, script, answers, _ in walks:
        for step, answer, choices, _cap in Walk(script, answers):
            if step[0] == "cheapest":
                least = min(truth.totals[one] for one in truth.having(choices))
                assert answer["total"] == least
