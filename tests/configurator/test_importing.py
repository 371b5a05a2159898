"""Rules that others wrote."""

from __future__ import annotations

import pytest
from configurations import solutions

from syndicator.configurator import compile_model
from syndicator.configurator.importing import (
    READERS,
    read_coom,
    read_dimacs,
    read_sxfm,
    read_uvl,
    value_map,
)

SXFM = """<feature_model name="phone">
<feature_tree>
:r phone (_r)
\t:m screen (_s)
\t\t:g (_g) [1,1]
\t\t\t: colour (_c)
\t\t\t: grey (_m)
\t:o camera (_k)
</feature_tree>
<constraints>
c1: ~_k or _c
</constraints>
</feature_model>
"""

UVL = """namespace phone
features
    Phone {abstract}
        mandatory
            Screen
                alternative
                    Colour
                    Grey
        optional
            Camera {price 30}
            Integer Storage
        [0..1]
            Red
            Blue
constraints
    Camera => Colour
    !(Red & Camera) | Blue
    Storage > 3
"""


def test_sxfm_trees_groups_and_clauses_map():
    model, problems = read_sxfm(SXFM, "phone.sxfm")
    assert problems == []
    assert [option.id for option in model.options] == ["_r", "_s", "_c", "_m", "_k"]
    assert len(solutions(model)) == 3


def test_sxfm_mistakes_are_told_with_their_lines():
    broken = SXFM.replace("~_k", "~_x").replace(":o camera", "o camera")
    _, problems = read_sxfm(broken, "phone.sxfm")
    assert [(problem.code, problem.origin.line) for problem in problems] == [
        ("bad-line", 8),
        ("unknown-option", 11),
    ]


def test_uvl_maps_and_lists_what_does_not():
    model, problems = read_uvl(UVL, "phone.uvl")
    assert {problem.severity for problem in problems} == {"warning"}
    assert [problem.origin.line for problem in problems] == [10, 11, 18]
    # colour with camera: red no, blue or none; colour without or grey: red, blue or none
    assert len(solutions(model)) == 2 + 3 + 3


@pytest.mark.parametrize(
    "line", ["    Camera =>", "    (Camera", "    Camera & Lens", "    | Camera"]
)
def test_uvl_mistakes_are_told(line):
    _, problems = read_uvl(UVL + line + "\n", "phone.uvl")
    assert problems[-1].code == "bad-expression"
    assert problems[-1].origin.line == 19


def test_dimacs_maps_variables_to_toggles_and_to_values():
    text = "c 1 red\nc 2 blue\nc 3 lid\np cnf 3 2\n1 2 0\n-1\n3 0\n"
    model, problems = read_dimacs(text, "x.cnf")
    assert problems == []
    assert len(solutions(model)) == 4
    named = value_map([("1", "color", "red"), ("2", "color", "blue")])
    model, problems = read_dimacs(text + named, "x.cnf")
    assert problems == []
    assert [option.id for option in model.options] == ["color", "lid"]
    assert [value.id for value in model.options[0].values] == ["red", "blue"]
    assert len(solutions(model)) == 3


@pytest.mark.parametrize(
    "text",
    [
        "1 2 0\n",
        "p cnf 2 1\n1 3 0\n",
        "p cnf x y\n",
        "p cnf \xb2 1\n",
        "p cnf 2 1\na 0\n",
        "p cnf 2 1\n1 2 0\np cnf 0 1\n",
    ],
)
def test_dimacs_mistakes_are_told(text):
    assert read_dimacs(text, "x.cnf")[1] != []


@pytest.mark.data
def test_every_feature_model_at_hand_is_read_without_a_problem(shared_data):
    files = sorted((shared_data / "rules" / "sxfm").glob("*.sxfm"))
    assert len(files) == 9
    for file in files:
        model, problems = READERS["sxfm"](file.read_text("utf-8"), file.name)
        assert problems == []
        assert len(model.options) > 100


COOM = """product {
  Color color
  Frame frame
  0..1 Bag bag
  num 0-3 lamps
}
structure Frame { Size size }
enumeration Color { Red Blue }
enumeration Size {
  attribute num/cm height
  S = ( 45 )
  M = ( 50 )
}
behavior {
  default color = Blue
  condition color = Red
  require frame.size.height > 45
  require lamps <= 2
  require bag.volume > 3
}
behavior Frame {
  combinations ( size root.color )
  allow ( (S, M) Blue )
  allow ( M -*- )
}
"""


def test_a_coom_structure_that_holds_itself_is_refused_with_its_line():
    text = "product { A a }\nstructure A {\n  Bool x\n  A y\n  A z\n}\n"
    model, problems = read_coom(text, "r.coom")
    assert [option.id for option in model.options] == ["a_x"]
    assert {(one.code, one.origin.line) for one in problems} == {("recursion", 4), ("recursion", 5)}


def test_coom_maps_and_lists_what_does_not():
    model, problems = read_coom(COOM, "bike.coom")
    assert {problem.severity for problem in problems} == {"warning"}
    assert [problem.origin.line for problem in problems] == [4, 19]
    assert [option.id for option in model.options] == ["color", "frame_size", "lamps"]
    assert model.options[0].default == 1
    assert len(solutions(model)) == 3 * 3


# The counts follow from the rules by hand: t-shirts blue 5, white 19, black 17, red 12, yellow 15;
# kids' bikes 3 colours * 4 wheels, yellow 2; default bikes 2 colours * 4 wheels, white 2.
BY_HAND = {"tshirt": 68, "kids-bike": 14, "default-bike": 10}


@pytest.mark.data
@pytest.mark.parametrize("name", BY_HAND)
def test_coom_products_have_the_configurations_counted_by_hand(shared_data, name):
    file = shared_data / "rules" / "coom" / f"{name}.coom"
    model, problems = read_coom(file.read_text("utf-8"), file.name)
    assert problems == []
    assert compile_model(model).count == BY_HAND[name]


@pytest.mark.data
def test_every_coom_product_at_hand_compiles_without_what_does_not_map(shared_data):
    files = sorted((shared_data / "rules" / "coom").glob("*.coom"))
    assert len(files) == 10
    for file in files:
        model, problems = read_coom(file.read_text("utf-8"), file.name)
        assert {problem.code for problem in problems} <= {"not-mapped"}
        assert compile_model(model).count > 1
