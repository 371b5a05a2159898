"""What an edit gives and takes, for whom, and because of which rule."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from syndicator.entitlement import World, compare_worlds, parse_manifests, warn_of_losses

BASE = """
kind: program
id: dealers
---
kind: partner
id: nord
programs: [dealers]
---
kind: partner
id: sued
---
kind: partner
id: corner
distributor: nord
---
kind: selector
id: bikes
products: category under "bikes"
---
kind: grant
id: bikes
to: {program: dealers}
products: '@bikes'
---
kind: delegation
id: pass-on
distributor: nord
products: all
---
kind: forbid
id: later
to: all
products: sku = "BIKE"
from: 2026-07-01
"""
BELLS = """
---
kind: grant
id: bells
to: {partner: sued}
products: sku = "BELL"
"""


@pytest.fixture(scope="module")
def goods(say):
    return (
        say.product("BIKE", category="bikes"),
        say.product("TREK", category="bikes"),
        say.product("BELL", category="parts"),
    )


@pytest.fixture
def change(say, goods):
    def compare(text, *, products=goods, since=None, now=None):
        before = World.of(say.catalog(*goods), say.manifests(BASE))
        after = World.of(say.catalog(*products), say.manifests(text))
        found = compare_worlds(before, after, now or say.NOW, since)
        return {
            each.partner: (
                each.gained,
                each.lost,
                [(cause.name, cause.how, cause.products) for cause in each.causes],
            )
            for each in found
        }

    return compare


def test_no_edit_changes_nothing(change):
    assert change(BASE) == {}


def test_an_added_grant_gives(change):
    assert change(BASE + BELLS) == {"sued": (("BELL",), (), [("grant bells", "added", 1)])}


def test_an_edited_grant_takes_from_the_partner_and_its_dealers(change):
    text = BASE.replace("products: '@bikes'", 'products: sku = "TREK"')
    cause = [("grant bikes", "edited", 1)]
    assert change(text) == {"nord": ((), ("BIKE",), cause), "corner": ((), ("BIKE",), cause)}


def test_a_removed_delegation_takes_from_the_dealer_alone(change):
    start = BASE.index("---\nkind: delegation")
    end = BASE.index("---\nkind: forbid")
    assert change(BASE[:start] + BASE[end:]) == {
        "corner": ((), ("BIKE", "TREK"), [("delegation pass-on", "removed", 2)])
    }


def test_an_edited_selector_is_named_through_the_rule_that_uses_it(change):
    text = BASE.replace('category under "bikes"', 'sku = "TREK"')
    assert change(text)["nord"] == (
        (),
        ("BIKE",),
        [("grant bikes", "uses an edited selector", 1)],
    )


def test_a_partner_that_joins_a_program_is_reached_by_its_rules(change):
    text = BASE.replace("id: sued", "id: sued\nprograms: [dealers]")
    assert change(text) == {
        "sued": (
            ("BIKE", "TREK"),
            (),
            [("grant bikes", "reaches the partner", 2), ("partner sued", "edited", 0)],
        )
    }


def test_a_product_that_moves_in_the_catalog_is_told_as_such(say, goods, change):
    moved = (say.product("BIKE", category="parts"), *goods[1:])
    assert change(BASE, products=moved)["nord"] == (
        (),
        ("BIKE",),
        [("grant bikes", "selects edited products", 1)],
    )


def test_a_product_that_leaves_the_catalog_is_told_as_such(goods, change):
    gained, lost, causes = change(BASE, products=goods[1:])["nord"]
    assert (gained, lost) == ((), ("BIKE",))
    assert ("catalog", "gained or lost products", 1) in causes


def test_the_passing_of_time_is_told_as_such(say, change):
    later = datetime(2026, 8, 1, tzinfo=UTC)
    assert change(BASE, since=say.NOW, now=later)["nord"] == (
        (),
        ("BIKE",),
        [("forbid later", "began or ended", 1)],
    )


def test_a_new_partner_gains_its_whole_assortment(change):
    text = BASE + "\n---\nkind: partner\nid: west\nprograms: [dealers]\n"
    assert change(text) == {"west": (("BIKE", "TREK"), (), [("partner west", "added", 2)])}


WORLD = """
kind: program
id: dealers
---
kind: program
id: gold
---
kind: partner
id: nord
programs: [dealers]
territory: DE
locales: [de]
---
kind: partner
id: corner
distributor: nord
---
kind: grant
id: all
to: {partner: nord}
products: all
---
kind: delegation
id: pass-on
distributor: nord
products: all
widgets: [finder]
---
kind: price-list
id: eur
currency: EUR
to: {program: dealers}
---
kind: field-policy
id: cost
to: {program: gold}
hide: [extra.cost]
---
kind: widget-grant
id: finder
to: {partner: nord}
widget: finder
---
kind: override
id: words
partner: nord
sku: BIKE
fields: {title: {de: Rad}}
---
kind: rights-window
id: studio
files: ["studio/*"]
territories: [DE]
"""
EDITS = {
    "a field policy is added": (
        "\n---\nkind: field-policy\nid: h\nto: {partner: nord}\nhide: [specs]\n",
        ("hidden", "", "specs", "field-policy h added"),
    ),
    "a price list is edited to reach nobody": (
        ("id: eur\ncurrency: EUR\nto: {program: dealers}", "id: eur\ncurrency: EUR"),
        ("price list", "eur", "", "price-list eur edited"),
    ),
    "a currency is edited": (
        ("currency: EUR", "currency: CHF"),
        ("currency", "EUR", "CHF", "price-list eur edited"),
    ),
    "a partner joins a program whose policy hides": (
        ("programs: [dealers]", "programs: [dealers, gold]"),
        ("hidden", "", "extra.cost", "field-policy cost reaches the partner; partner nord edited"),
    ),
    "a widget grant is removed": (
        ("widget: finder\n", "widget: other\n"),
        ("widgets", "finder", "other", "widget-grant finder edited"),
    ),
    "a forbid takes a widget": (
        "\n---\nkind: forbid\nid: f\nto: {partner: nord}\nwidgets: [finder]\n",
        ("widgets", "finder", "", "forbid f added"),
    ),
    "an override is reworded": (
        ("{de: Rad}", "{de: Velo}"),
        ("overrides", "title of BIKE", "title of BIKE", "override words edited"),
    ),
    "a licence is narrowed": (
        ("territories: [DE]", "territories: [FR]"),
        ("withheld", "", "studio/bike.svg", "rights-window studio edited"),
    ),
    "a partner asks for another language": (
        ("locales: [de]", "locales: [de, en]"),
        ("locales", "de", "de en", "partner nord edited"),
    ),
    "a program is part of another": (
        ("id: dealers\n", "id: dealers\nparent: gold\n"),
        (
            "hidden",
            "",
            "extra.cost",
            "field-policy cost reaches the partner; program dealers edited",
        ),
    ),
}


@pytest.fixture(scope="module")
def shot(say):
    picture = {"file": "studio/bike.svg", "role": "hero"}
    return say.catalog(say.product("BIKE", media=[picture]))


def edited(edit):
    return WORLD + edit if isinstance(edit, str) else WORLD.replace(*edit, 1)


@pytest.mark.parametrize("name", EDITS)
def test_a_term_that_changes_is_told_with_the_edited_rule(say, shot, name):
    edit, expected = EDITS[name]
    before, after = (World.of(shot, say.manifests(text)) for text in (WORLD, edited(edit)))
    found = {each.partner: each for each in compare_worlds(before, after, say.NOW)}
    (term,) = found["nord"].terms
    causes = "; ".join(f"{cause.name} {cause.how}" for cause in term.causes)
    assert (term.name, term.before, term.after, causes) == expected
    assert found["nord"].as_json()["terms"][term.name]["causes"][-1]["how"] == term.causes[-1].how


def test_what_is_edited_for_a_distributor_is_told_for_its_dealer(say, shot):
    text = edited(EDITS["a forbid takes a widget"][0])
    before, after = (World.of(shot, say.manifests(each)) for each in (WORLD, text))
    (term,) = compare_worlds(before, after, say.NOW)[0].terms
    assert (term.name, term.before, [c.name for c in term.causes]) == (
        "widgets",
        "finder",
        ["forbid f"],
    )


def test_a_term_that_changes_by_itself_is_told_as_such(say, shot):
    text = WORLD.replace("hide: [extra.cost]", "hide: [extra.cost]\nfrom: 2026-07-01")
    text = text.replace("to: {program: gold}", "to: {program: dealers}")
    world = World.of(shot, say.manifests(text))
    (change,) = compare_worlds(world, world, datetime(2026, 8, 1, tzinfo=UTC), say.NOW)[1:]
    assert [line for term in change.terms for line in term.lines()] == [
        "hidden: none -> extra.cost",
        "  field-policy cost began or ended  (manifests/test.yaml:35)",
    ]


def test_two_lists_that_come_to_clash_are_both_told(say, shot):
    """Publishing is refused then; the comparison still says why no price is shown."""
    more = "\n---\nkind: price-list\nid: web\ncurrency: EUR\nto: {program: gold}\n"
    text = edited(("programs: [dealers]", "programs: [dealers, gold]")) + more
    before = World.of(shot, say.manifests(WORLD))
    after = World.of(shot, parse_manifests(say.located(text), ("de", "en"))[0])
    change = next(c for c in compare_worlds(before, after, say.NOW) if c.partner == "nord")
    term = next(term for term in change.terms if term.name == "price list")
    assert (term.before, term.after) == ("eur", "")
    assert "price-list web added" in [f"{cause.name} {cause.how}" for cause in term.causes]


def test_a_loss_above_the_share_is_warned_of_with_its_cause(say, goods):
    world = say.catalog(*goods)
    text = BASE.replace("products: '@bikes'", 'products: sku = "TREK"')
    before, after = (World.of(world, say.manifests(each)) for each in (BASE, text))
    changes = compare_worlds(before, after, say.NOW)
    warnings = warn_of_losses(changes, 0.4)
    told = (
        "manifests/test.yaml:21: partner {!r} loses 1 of 2 products"
        " (expected at most 40%, found 50%, because of grant bikes edited)"
    )
    assert [str(each) for each in warnings] == [told.format("corner"), told.format("nord")]
    assert warn_of_losses(changes, 0.5) == []
