"""What an edit gives and takes, for whom, and because of which rule."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from syndicator.entitlement import World, compare_worlds, warn_of_losses

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
        "sued": (("BIKE", "TREK"), (), [("grant bikes", "reaches the partner", 2)])
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


def test_a_setting_that_changes_without_products_is_told(say, goods):
    world = say.catalog(*goods)
    hide = "\n---\nkind: field-policy\nid: h\nto: {partner: sued}\nhide: [specs]\n"
    before, after = (World.of(world, say.manifests(text)) for text in (BASE, BASE + hide))
    (change,) = compare_worlds(before, after, say.NOW)
    assert (change.partner, change.settings) == ("sued", {"hidden": ("", "specs")})


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
