"""Rules that clash, idle rules, dead values, bad defaults: each with a smallest cause."""

from __future__ import annotations

from configurations import random_model, read, solutions

from syndicator.configurator import check_model, explain
from syndicator.configurator.formulas import holds

LAMP = """
configurator: 1
id: lamp
options:
  - {id: foot, default: oak, values: [{id: oak}, {id: steel}, {id: glass}]}
  - {id: shade, default: red, values: [{id: red}, {id: blue}]}
  - {id: bulbs, range: {from: 1, to: 3}}
rules:
"""


def _found(rules: str) -> list[str]:
    model, problems = read(LAMP + rules)
    assert problems == []
    return [str(problem) for problem in check_model(model)]


def test_sound_rules_have_no_findings(fjord):
    assert check_model(fjord) == []


def test_a_contradiction_names_only_the_rules_that_clash():
    found = _found(
        "  - {id: a, require: bulbs = 3}\n"
        "  - {id: b, require: foot = oak -> shade = blue}\n"
        "  - {id: c, require: bulbs < 2}\n"
    )
    assert len(found) == 1
    assert found[0].startswith("rules.yaml:9: rules: no configuration satisfies all rules: ")
    assert "a (rules.yaml:9), c (rules.yaml:11) clash." in found[0]


def test_a_dead_value_names_the_rules_that_forbid_it():
    found = _found(
        "  - {id: a, when: foot = glass, require: shade = blue}\n"
        "  - {id: b, when: shade = blue, require: foot = oak}\n"
    )
    assert len(found) == 1
    assert "foot = glass is never possible: a (rules.yaml:9), b (rules.yaml:10)" in found[0]


def test_an_idle_rule_names_the_rules_that_already_say_it():
    found = _found(
        "  - {id: a, when: foot = glass, require: bulbs <= 1}\n"
        "  - {id: b, when: foot = glass, require: bulbs <= 2}\n"
    )
    assert len(found) == 1
    assert "the rule b never matters: a (rules.yaml:9) already say it" in found[0]


def test_that_nobody_looked_for_idle_rules_among_many_is_said():
    rules = "".join(f"  - {{id: r{n}, require: bulbs <= 3}}\n" for n in range(151))
    (found,) = _found(rules)
    assert "never matter were not looked for" in found
    assert "(expected at most 150, found 151)" in found


def test_defaults_that_clash_are_named_with_the_rule():
    found = _found("  - {id: a, exclude: foot = oak and shade = red and bulbs < 9}\n")
    assert len(found) == 1
    assert "the defaults foot = oak, shade = red contradict a (rules.yaml:9)" in found[0]


def test_an_explanation_of_rules_and_choices_is_minimal_on_random_models():
    explained = 0
    for seed in range(25):
        model = random_model(seed)
        choices = {option.id: option.values[0].id for option in model.options[:2]}
        option = model.options[-1]
        for place, value in enumerate(option.values):
            found = explain(model, choices, option.id, value.id)
            wanted = {len(model.options) - 1: place}
            if found is None:
                assert _some(model, {**wanted, 0: 0, 1: 0}, model.rules)
                continue
            explained += 1
            taken = {int(name[1:]): 0 for name, _ in found.choices}
            assert not _some(model, {**wanted, **taken}, found.rules)
            for rule in found.rules:
                rest = [one for one in found.rules if one is not rule]
                assert _some(model, {**wanted, **taken}, rest)
            for one in taken:
                fewer = {v: i for v, i in taken.items() if v != one}
                assert _some(model, {**wanted, **fewer}, found.rules)
    assert explained > 5


def _some(model, fixed, rules) -> bool:
    """Whether any assignment has the fixed values and satisfies the rules."""
    free = type(model)(model.id, model.options)
    return any(
        all(found[v] == i for v, i in fixed.items())
        and all(holds(rule.formula, found) for rule in rules)
        for found in solutions(free)
    )
