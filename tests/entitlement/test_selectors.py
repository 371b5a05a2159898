"""The selector language: what it means, and how it says what is wrong."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.entitlement import (
    Impact,
    World,
    check_selectors,
    parse_manifests,
    select_products,
)
from syndicator.entitlement.grammar import Mistake, parse_selector
from syndicator.errors import InvalidInputError


@pytest.fixture(scope="module")
def bikes(say):
    number = {"type": "number", "unit": "W"}
    return say.catalog(
        say.product(
            "E250",
            family="e-bike",
            category="bikes/e-bikes",
            gtin="04006381333931",
            specs={
                "power": {**number, "value": 250.0},
                "rider": {"type": "range", "low": 165, "high": 190, "unit": "cm"},
                "frame": {"type": "choice", "codes": ["S", "M"]},
                "folds": {"type": "boolean", "value": False},
            },
            prices=[
                {"list": "eur", "amount": "2499.00", "currency": "EUR"},
                {"list": "eur", "amount": "2299.00", "currency": "EUR", "min_quantity": 5},
            ],
            lifecycle={"release": "2026-05-01T00:00:00Z"},
        ),
        say.product(
            "E750",
            brand="Other",
            category="bikes/e-bikes/fast",
            title={"en": "Fast", "de": "Schnell"},
            specs={"power": {**number, "value": 750.0}},
            extra={"code": "87"},
        ),
        say.product("BELL", category="parts/bells", variant={"group": "bells"}),
        say.product("BIKESTAND", category="bikestands"),
    )


MEANING = {
    "all": {"E250", "E750", "BELL", "BIKESTAND"},
    "not all": set(),
    'sku = "BELL"': {"BELL"},
    'sku in ["BELL", "E750", "NOSUCH"]': {"BELL", "E750"},
    'brand != "Norrvind"': {"E750"},
    'category under "bikes"': {"E250", "E750"},
    'category under ["bikes/e-bikes/fast", "parts"]': {"E750", "BELL"},
    'category = "bikes/e-bikes"': {"E250"},
    'gtin = "4006381333931"': {"E250"},
    'title = "Schnell"': {"E750"},
    'extra.code = "87"': {"E750"},
    'variant.group = "bells"': {"BELL"},
    "spec.power >= 250 W": {"E250", "E750"},
    "spec.power > 0.25 kW": {"E750"},
    "spec.power > 250": {"E750"},
    "spec.power != 250 W": {"E750", "BELL", "BIKESTAND"},
    "not spec.power <= 250 W": {"E750", "BELL", "BIKESTAND"},
    "spec.rider = 1.7 m": {"E250"},
    "spec.rider > 190 cm": set(),
    "spec.rider >= 190 cm": {"E250"},
    'spec.frame = "M"': {"E250"},
    "spec.folds = false": {"E250"},
    "price.eur < 2500 EUR": {"E250"},
    "price.eur < 2300": set(),
    "price.eur = 2499.00": {"E250"},
    "lifecycle.release < 2026-05-01": set(),
    "lifecycle.release <= 2026-05-01": {"E250"},
    "lifecycle.release < 2026-05-01T02:00:00+01:00": {"E250"},
    'sku = "BELL" or sku = "E250" and brand = "Other"': {"BELL"},
    '(sku = "BELL" or sku = "E250") and brand = "Other"': set(),
    'not sku = "BELL" and category under "parts"': set(),
    '@fast and spec."power" > 1 W': {"E750"},
}


@pytest.mark.parametrize("text", MEANING)
def test_a_selector_means_the_products_that_the_format_says(say, bikes, text):
    """Deny by default makes a partner's assortment exactly what one grant selects."""
    world = f"""
kind: partner
id: p
---
kind: selector
id: fast
products: category under "bikes/e-bikes/fast"
---
kind: price-list
id: eur
currency: EUR
---
kind: grant
id: g
to: all
products: '{text}'
"""
    manifests = say.manifests(world)
    errors = [p for p in say.check(manifests, bikes) if p.severity == "error"]
    assert errors == []
    assert set(say.held(bikes, world, "p")) == MEANING[text]


MISTAKES = {
    "brand = Norrvind": (9, 'Put text into quotes: "Norrvind".'),
    'brand == "x"': (8, ""),
    'brand = "x" adn all': (13, "Did you mean 'and'?"),
    "(all": (5, ""),
    "": (1, ""),
    "sku in []": (9, ""),
    'brand = "x': (9, ""),
    "lifecycle.release > 2026-02-30": (21, ""),
    "not " * 70 + "all": (1, ""),
    'sku = "x" or ' * 100_001 + "all": (1, ""),
}


@pytest.mark.parametrize("text", MISTAKES, ids=lambda text: text[:30])
def test_what_is_no_selector_is_refused_with_its_column(text):
    found = parse_selector(text)
    assert isinstance(found, Mistake)
    assert (found.column, found.fix) == MISTAKES[text]


def test_a_mistake_in_a_later_line_names_line_and_column():
    found = parse_selector('sku = "a"\n  or brand ~ "b"')
    assert isinstance(found, Mistake)
    assert found.place == "line 2, column 12"


ASKED_IN_VAIN = {
    'brnad = "Norrvind"': ("unknown-field", "Did you mean 'brand'?"),
    'spec.powr = "x"': ("unknown-spec", "Did you mean 'power'?"),
    'category under "bikse"': ("unknown-category", "Did you mean 'bikes'?"),
    'category under "bikes/retired"': ("unknown-category", "Did you mean 'bikes/e-bikes'?"),
    'family = "ebike"': ("unknown-family", "Did you mean 'e-bike'?"),
    'brand = "Norvind"': ("unknown-brand", "Did you mean 'Norrvind'?"),
    "spec.power > 5 kg": ("wrong-unit", ""),
    'spec.power = "big"': ("wrong-type", ""),
    "brand = 5": ("wrong-type", ""),
    'brand > "a"': ("wrong-operator", ""),
    'brand under "a"': ("wrong-operator", ""),
    "price.usd > 5": ("unknown-price-list", "Known: eur."),
    "lifecycle.released > 2026-01-01": ("unknown-field", "Did you mean 'lifecycle.release'?"),
    "lifecycle.release > 5": ("wrong-type", ""),
    "spec > 5": ("unknown-field", ""),
    'brand.x = "y"': ("unknown-field", ""),
}


@pytest.mark.parametrize("text", ASKED_IN_VAIN)
def test_asking_for_what_no_product_has_is_told_with_the_near_name(say, bikes, text):
    manifests = say.manifests(f"kind: grant\nid: g\nto: all\nproducts: 'all and {text}'")
    problem, *rest = say.check(manifests, bikes)
    assert [each.code for each in rest] in ([], ["selects-nothing"])
    assert (problem.code, problem.fix) == ASKED_IN_VAIN[text]
    assert problem.message.endswith("at column 9")
    assert (problem.origin.file, problem.origin.line) == ("manifests/test.yaml", 4)


def test_a_rule_that_selects_nothing_is_warned_of_and_never_silent(say, bikes):
    text = 'brand = "Other" and category under "parts"'
    manifests = say.manifests(f"kind: forbid\nid: f\nto: all\nproducts: '{text}'")
    (problem,) = say.check(manifests, bikes)
    assert (problem.code, problem.severity, problem.found) == ("selects-nothing", "warning", text)


def test_a_rule_whose_selector_goes_round_in_a_circle_can_still_be_checked(say, bikes):
    text = "kind: selector\nid: a\nproducts: '@b'\n---\nkind: selector\nid: b\nproducts: '@a'"
    manifests, problems = parse_manifests(say.located(text), ("en",))
    assert [each.code for each in problems] == ["selector-cycle"]
    assert say.check(manifests, bikes) == []


def test_selectors_that_use_each_other_too_deeply_are_refused(say):
    chain = [f"kind: selector\nid: s{n}\nproducts: not @s{n - 1}" for n in range(1, 80)]
    text = "kind: selector\nid: s0\nproducts: all\n---\n" + "\n---\n".join(chain)
    found = say.problems(text)
    assert {each.code for each in found} == {"selector-depth"}


def test_a_selector_that_doubles_itself_costs_one_step_a_name(say, bikes):
    """Written out it would have half a billion terms; every question is answered all the same."""
    chain = [f"kind: selector\nid: s{n}\nproducts: '@s{n - 1} or @s{n - 1}'" for n in range(1, 29)]
    text = "kind: selector\nid: s0\nproducts: spec.power > 900 W\n---\n" + "\n---\n".join(chain)
    text += "\n---\nkind: partner\nid: p\n---\nkind: grant\nid: g\nto: all\nproducts: '@s28'"
    manifests = say.manifests(text)
    assert {each.code for each in say.check(manifests, bikes)} == {"selects-nothing"}
    assert say.held(bikes, text, "p") == []
    assert not say.explain(bikes, manifests, "p", "E250", say.NOW).allowed
    world = World.of(bikes, manifests)
    stronger = {"power": {"type": "number", "value": 950.0, "unit": "W"}}
    changed = say.product("E250", family="e-bike", category="bikes/e-bikes", specs=stronger)
    assert len(Impact(world, say.NOW).touched(changed)) == 1


def test_a_selector_of_many_thousand_terms_is_read_and_computed(say, bikes):
    skus = ", ".join(f'"S{n}"' for n in range(60_000))
    text = f"kind: partner\nid: p\n---\nkind: grant\nid: g\nto: all\nproducts: 'sku in [{skus}]'"
    assert say.held(bikes, text, "p") == []
    wide = " or ".join(f'sku = "E{n}"' for n in range(20_000))
    text = f"kind: partner\nid: p\n---\nkind: grant\nid: g\nto: all\nproducts: '{wide}'"
    assert say.held(bikes, text, "p") == ["E250", "E750"]


@given(st.text(max_size=60))
def test_no_text_whatever_breaks_the_reader(text):
    assert parse_selector(text) is not None


WORDS = ["brand", "all", "not", "and", "or", "in", "under", "(", ")", "[", "]", ",", "=", ">"]
WORDS += ['"a"', "5 W", "2026-01-01", "@x", "spec.a", "true", ".", '"']


@given(st.lists(st.sampled_from(WORDS), max_size=12))
def test_no_sequence_of_words_breaks_the_reader(words):
    assert parse_selector(" ".join(words)) is not None


def test_the_same_language_lists_products(say, bikes):
    named = "kind: selector\nid: fast\nproducts: spec.power > 500 W"
    found = select_products(bikes, say.manifests(named), '@fast or sku = "BELL"', say.NOW)
    assert found == ["E750", "BELL"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("brand =", "selector"),
        ('brnad = "x"', "unknown-field"),
        ("@fats", "unknown-selector"),
        ("@round", "selector-cycle"),
    ],
)
def test_a_listing_that_asks_in_vain_is_refused(say, bikes, text, code):
    named = "kind: selector\nid: fast\nproducts: all\n---\n"
    named += "kind: selector\nid: round\nproducts: '@round'"
    manifests, _ = parse_manifests(say.located(named), ("en",))
    with pytest.raises(InvalidInputError) as refusal:
        select_products(bikes, manifests, text, say.NOW)
    assert [problem.code for problem in refusal.value.problems] == [code]


@pytest.mark.parametrize(
    "text",
    [
        "kind: grant\nid: g\nto: all\nproducts: '@fats'",
        "\n---\n".join(
            f"kind: selector\nid: s{one}\nproducts: not @s{one + 1}" for one in range(500)
        )
        + "\n---\nkind: selector\nid: s500\nproducts: all",
    ],
    ids=["a selector that nobody declares", "selectors that use 500 others"],
)
def test_a_catalog_can_be_asked_of_manifests_that_are_wrong(say, bikes, text):
    manifests, problems = parse_manifests(say.located(text), ("en",))
    assert {problem.code for problem in problems} <= {"unknown-selector", "selector-depth"}
    assert problems
    check_selectors(manifests, bikes)
