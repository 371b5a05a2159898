"""Rule files: every mistake is told at once, with its line."""

from __future__ import annotations

from fractions import Fraction

import pytest
from configurations import read, solutions

GOOD = """
configurator: 1
id: lamp
base: {price: {eur: 10}}
options:
  - id: foot
    default: oak
    values: [{id: oak, attributes: {weight: 1.5}}, {id: steel, attributes: {weight: 2.5}}]
  - {id: dimmer, display: toggle, each: {price: {eur: 5}}}
  - {id: bulbs, range: {from: 1, to: 3}, each: {attributes: {weight: 0.1}, price: {eur: 2.5}}}
"""

CASES = {
    "an unknown option in a rule": ("rules: [{require: shade = red}]", "no option 'shade'", 11),
    "an unknown value in a rule": ("rules: [{require: foot = gold}]", "no value 'gold'", 11),
    "a sum of nothing": ("rules: [{require: sum(volts) < 3}]", "attribute 'volts'", 11),
    "words compared by size": ("rules: [{require: foot < steel}]", "compares numbers", 11),
    "an expression cut off": ("rules: [{require: foot =}]", "found the end", 11),
    "a sign that means nothing": ("rules: [{require: foot ? oak}]", "means nothing", 11),
    "two kinds of rule at once": ("rules: [{require: dimmer, exclude: dimmer}]", "exactly one", 11),
    "a table that is not there": ("rules: [{table: none.csv}]", "no such file", 11),
    "an unknown key": ("colour: red", "unknown key 'colour'", 11),
    "a number as text": (
        "  - {id: x, values: [{id: a, attributes: {weight: '2'}}, {id: b}]}",
        "not a number",
        11,
    ),
    "a price that is no amount": (
        "  - {id: x, values: [{id: a, price: {eur: cheap}}, {id: b}]}",
        "not an amount",
        11,
    ),
    "a price list that the base lacks": (
        "  - {id: x, values: [{id: a, price: {chf: 3}}, {id: b}]}",
        "no price in 'chf'",
        11,
    ),
    "a default that is no value": (
        "  - {id: x, default: c, values: [{id: a}, {id: b}]}",
        "default is no value",
        11,
    ),
    "a range of a billion": (
        "  - {id: x, range: {from: 0, to: 1000000000}}",
        "too many values",
        11,
    ),
    "a range backwards": ("  - {id: x, range: {from: 3, to: 1}}", "no or too many", 11),
    "an id twice": ("  - {id: foot, values: [{id: a}]}", "used twice", 11),
    "a hidden option without its value": (
        "  - {id: x, visible: dimmer, values: [{id: a}]}",
        "names its value while hidden",
        11,
    ),
    "a slider without a range": (
        "  - {id: x, display: slider, values: [{id: a}]}",
        "needs a range",
        11,
    ),
    "an unknown group": ("  - {id: x, group: g, values: [{id: a}]}", "no group 'g'", 11),
    "a price on a missing value": (
        "combinations: [{id: c, when: foot = gold, price: {eur: 1}}]",
        "no value 'gold'",
        11,
    ),
    "an id that is code": ("  - {id: 'x;alert(1)', values: [{id: a}]}", "letters, digits", 11),
    "a product of two ranges of a thousand": (
        """  - {id: x, range: {from: 0, to: 1023}}
  - {id: y, range: {from: 0, to: 1023}}
rules: [{require: x * y < 7}]""",
        "cases",
        13,
    ),
    "half a part": ("  - {id: x, values: [{id: a, parts: {P: 0.5}}]}", "whole number", 11),
}


def test_a_good_file_has_no_problems():
    model, problems = read(GOOD)
    assert problems == []
    assert model.sizes == (2, 2, 3)
    assert model.options[2].values[2].attributes["weight"] == Fraction(3, 10)


@pytest.mark.parametrize("case", CASES)
def test_a_mistake_is_told_with_its_line(case):
    text, message, line = CASES[case]
    _, problems = read(GOOD + text + "\n")
    assert [problem.origin.line for problem in problems] == [line]
    assert message in str(problems[0])


def test_all_mistakes_are_told_at_once():
    lines = [t for t, _, _ in CASES.values() if t.startswith("  -") and "rules" not in t]
    _, problems = read(GOOD + "\n".join(lines))
    assert len(problems) >= len(lines)


def test_deep_brackets_and_long_expressions_are_refused_not_crashed_into():
    for text in ("(" * 500 + "dimmer" + ")" * 500, "not " * 3000 + "dimmer", "1" * 5000):
        _, problems = read(GOOD + f"rules: [{{require: '{text}'}}]\n")
        assert [problem.code for problem in problems] == ["bad-expression"]


TABLES = {
    "a column that is no option": (b"foot,shade\noak,red\n", "column 'shade'", 1),
    "a column twice": (b"foot,foot\noak,oak\n", "stands twice", 1),
    "an unknown value": (b"foot,bulbs\noak,1\noak,9\n", "'9' is no value", 3),
    "a short row": (b"foot,bulbs\noak\n", "another number of cells", 2),
    "an empty file": (b"", "empty", 1),
    "bytes that are no text": (b"foot\n\xff\n", "not UTF-8", None),
}


@pytest.mark.parametrize("case", TABLES)
def test_a_mistake_in_a_table_is_told_with_its_line(case):
    data, message, line = TABLES[case]
    _, problems = read(GOOD + "rules: [{table: t.csv}]\n", {"t.csv": data})
    assert message in problems[0].message
    assert line is None or problems[0].origin.line == line


def test_tables_allow_alternatives_and_anything():
    model, problems = read(
        GOOD + "rules: [{table: t.csv}]\n",
        {"t.csv": b"foot,bulbs\noak,1|2\nsteel,*\n"},
    )
    assert problems == []
    assert len(solutions(model)) == 2 * (2 + 3)


MEANINGS = {
    "foot = oak": 6,
    "foot != oak": 6,
    "foot in [oak, steel]": 12,
    "foot not in [oak]": 6,
    "dimmer": 6,
    "not dimmer": 6,
    "not not dimmer": 6,
    "dimmer -> bulbs = 1": 6 + 2,
    "dimmer or foot = oak": 9,
    "bulbs >= 2 and dimmer": 4,
    "sum(weight) <= 1.7": 4,
    "foot.weight + 0.1 = 1.6": 6,
    "2 * bulbs - 1 > 1": 8,
    "bulbs * bulbs = 4": 4,
    "bulbs * foot.weight <= 3": 2 * 2 + 2,
    "-bulbs < -1": 8,
    "0.1 * bulbs = 0.3": 4,
    "bulbs = 2": 4,
    '"oak" = foot': 6,
}


@pytest.mark.parametrize("text", MEANINGS)
def test_an_expression_means_what_it_says(text):
    model, problems = read(GOOD + f"rules: [{{require: '{text}'}}]\n")
    assert problems == []
    assert len(solutions(model)) == MEANINGS[text]


def test_large_and_fine_quantities_keep_all_their_digits():
    text = GOOD + "  - {id: x, range: {from: 1000001, to: 1000003}}\n"
    text += "  - {id: y, range: {from: 0, to: 0.3, step: 0.1}}\nrules: [{require: x = 1000002}]\n"
    model, problems = read(text)
    assert problems == []
    assert [value.id for value in model.options[3].values] == ["1000001", "1000002", "1000003"]
    assert [value.id for value in model.options[4].values] == ["0", "0.1", "0.2", "0.3"]
    assert len(solutions(model)) == 12 * 4


def test_options_that_are_visible_by_each_other_are_no_circle():
    """Visibility is a rule like any other: both are hidden, or both show."""
    model, problems = read(
        "configurator: 1\nid: x\noptions:\n"
        "  - {id: a, visible: b = yes, hidden: no, values: [{id: no}, {id: yes}]}\n"
        "  - {id: b, visible: a = yes, hidden: no, values: [{id: no}, {id: yes}]}\n"
        "  - {id: c, visible: c = yes, hidden: no, values: [{id: no}, {id: yes}]}\n"
    )
    assert problems == []
    assert {found[:2] for found in solutions(model)} == {(0, 0), (1, 1)}
