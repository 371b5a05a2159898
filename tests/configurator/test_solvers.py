"""Domains against python-sat and prices against CP-SAT, on models too large to enumerate."""

from __future__ import annotations

import random

import pytest
from browser_runtime import Job, ask
from solvers import Domains, Prices

from syndicator.configurator import Budget, compile_model, labels
from syndicator.configurator.importing import read_sxfm


def _clicks(model, seed: int, count: int) -> list[list[str]]:
    dice = random.Random(seed)  # noqa: S311  repeatable
    return [
        ["choose", option.id, dice.choice(option.values).id]
        for option in dice.sample(model.options, count)
    ]


@pytest.mark.parametrize("name", ["subseaCS", "printers", "banking"])
@pytest.mark.data
def test_domains_are_those_of_a_sat_solver(shared_data, name):
    file = shared_data / "rules" / "sxfm" / f"{name}.sxfm"
    model, problems = read_sxfm(file.read_text("utf-8"), file.name)
    assert problems == []
    artefact = compile_model(model, budget=Budget(tries=1, starts=0))
    steps = [one for click in _clicks(model, 7, 9) for one in (click, ["choices"], ["bounds"])]
    answers = ask([Job(artefact.data, labels(model, ("en",), ""), steps)])[0]
    oracle = Domains(model)
    states = range(2, len(answers), 9)
    for state in states:
        domains = {option: set(row) for option, row in answers[state].items()}
        assert domains == oracle.of(answers[state - 1])
    assert len(states) == 3


def test_prices_of_the_bicycle_are_those_of_a_constraint_solver(fjord, fjord_artefact):
    words = labels(fjord, ("en",), "eur-retail")
    oracle = Prices(fjord, "eur-retail")
    dice = random.Random(3)  # noqa: S311  repeatable
    scripts = [_clicks(fjord, seed, 6) for seed in range(6)]
    jobs = [
        Job(fjord_artefact.data, words, [*script, ["choices"], ["bounds"]]) for script in scripts
    ]
    checked = 0
    for answers in ask(jobs):
        choices, bounds = answers[-2:]
        for option in dice.sample(fjord.options, 4):
            for value in option.values[:4]:
                wanted = {**choices, option.id: value.id}
                if choices.get(option.id, value.id) != value.id:
                    continue
                found = oracle.bounds(wanted)
                mine = bounds[option.id].get(value.id)
                assert (None if found is None else list(found)) == mine
                checked += 1
    assert checked > 30
