"""Who sees a product, and what each rule of a partner does."""

from __future__ import annotations

import pytest

from syndicator.entitlement import UnknownNameError, World, partner_summary, who_sees

TEXT = """
kind: program
id: dealers
---
kind: partner
id: nord
programs: [dealers]
---
kind: partner
id: sued
programs: [dealers]
---
kind: partner
id: corner
distributor: nord
---
kind: grant
id: bikes
to: {program: dealers}
products: category under "bikes"
---
kind: grant
id: one-bike
to: {partner: nord}
products: sku = "BIKE"
---
kind: grant
id: bells
to: {partner: nord}
products: sku = "BELL"
---
kind: grant
id: nothing
to: {partner: nord}
products: sku = "BELL" and category under "bikes"
---
kind: grant
id: summer
to: {partner: nord}
products: all
from: 2026-07-01
---
kind: grant
id: last-year
to: {partner: nord}
products: all
until: 2026-01-01
---
kind: forbid
id: no-carbon
to: {partner: nord}
products: sku = "CARBON"
---
kind: forbid
id: no-parts
to: {partner: nord}
products: sku = "SPOKE"
"""


@pytest.fixture(scope="module")
def world(say):
    goods = say.catalog(
        say.product("BIKE", category="bikes"),
        say.product("CARBON", category="bikes"),
        say.product("BELL", category="parts"),
        say.product("SPOKE", category="parts"),
    )
    return World.of(goods, say.manifests(TEXT))


def test_who_sees_a_product_names_each_partner_with_the_deciding_rule(say, world):
    answer = who_sees(world.catalog, world.manifests, "CARBON", say.NOW)
    assert [(each.partner, each.deciding.name) for each in answer.allowed] == [
        ("sued", "grant bikes")
    ]
    assert {each.partner: each.reason for each in answer.denied} == {
        "nord": "forbid no-carbon forbids it",
        "corner": "no rule permits it: denied by default",
    }
    assert answer.lines() == (
        "CARBON is shown by 1 of 3 partners at 2026-06-01T12:00:00+00:00",
        "  sued: grant bikes permits it  (manifests/test.yaml:18)",
        "  1 refused: no rule permits it: denied by default",
        "  1 refused: forbid no-carbon forbids it  (manifests/test.yaml:50)",
    )
    assert answer.as_json()["allowed"][0]["deciding"]["rule"] == "grant bikes"


def test_who_sees_an_unknown_product_is_refused_with_the_near_name(say, world):
    with pytest.raises(UnknownNameError, match="Did you mean 'CARBON'"):
        who_sees(world.catalog, world.manifests, "CARBONE", say.NOW)


COUNTS = {
    "grant bikes": ("in effect", 2, 0, "shadowed: the answer is the same without it"),
    "grant one-bike": ("in effect", 1, 0, "shadowed: the answer is the same without it"),
    "grant bells": ("in effect", 1, 1, ""),
    "grant nothing": ("in effect", 0, 0, "matches no product"),
    "grant summer": ("upcoming", 4, 0, ""),
    "grant last-year": ("expired", 4, 0, ""),
    "forbid no-carbon": ("in effect", 1, 1, ""),
    "forbid no-parts": ("in effect", 1, 0, "shadowed: the answer is the same without it"),
}


def test_a_summary_counts_what_each_rule_selects_and_decides(say, world):
    summary = partner_summary(world, "nord", say.NOW)
    assert (summary.products, summary.of) == (2, 4)
    assert {
        each.rule: (each.state, each.selected, each.decisive, each.idle) for each in summary.rules
    } == COUNTS
    assert summary.rules[0].effect == "forbids"


def test_a_rule_that_decides_nothing_can_be_removed(say, world):
    """What `decisive` promises, for every rule: without it so many answers are others."""
    held = set(say.held(world.catalog, TEXT, "nord"))
    for part in TEXT.strip().split("\n---\n"):
        kind, name = (line.split(": ")[1] for line in part.splitlines()[:2])
        if f"{kind} {name}" in COUNTS:
            without = set(say.held(world.catalog, TEXT.replace(part, ""), "nord"))
            assert len(held ^ without) == COUNTS[f"{kind} {name}"][2], name


def test_a_summary_reads_as_text_and_as_data(say, world):
    summary = partner_summary(world, "corner", say.NOW)
    assert summary.lines() == (
        "corner shows 0 of 4 products at 2026-06-01T12:00:00+00:00",
        "  price list none; hidden none; widgets none",
    )
    assert partner_summary(world, "nord", say.NOW).as_json()["rules"][0] == {
        "rule": "forbid no-carbon",
        "effect": "forbids",
        "products": 'sku = "CARBON"',
        "file": "manifests/test.yaml",
        "line": 50,
        "state": "in effect",
        "selected": 1,
        "decisive": 1,
        "idle": None,
    }


def test_a_summary_of_an_unknown_partner_is_refused_with_the_near_name(say, world):
    with pytest.raises(UnknownNameError, match="Did you mean 'nord'"):
        partner_summary(world, "nordd", say.NOW)
