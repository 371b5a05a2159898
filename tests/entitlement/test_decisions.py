"""Who may show what: each claim of the written meaning as one small world."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

PARTNERS = """
kind: program
id: dealers
---
kind: program
id: premium
parent: dealers
---
kind: partner
id: berlin
programs: [premium]
territory: DE
timezone: Europe/Berlin
---
kind: partner
id: tokyo
programs: [dealers]
territory: JP
timezone: Asia/Tokyo
---
kind: partner
id: nord
programs: [dealers]
territory: DE
---
kind: partner
id: corner
programs: [dealers]
distributor: nord
---
"""


def instant(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.fixture(scope="module")
def goods(say):
    return say.catalog(
        say.product("BELL", category="parts"),
        say.product("BIKE", category="bikes"),
        say.product("SECRET", category="bikes", lifecycle={"announce": "2026-09-01T00:00:00Z"}),
        say.product("OLD", category="bikes", lifecycle={"end_of_life": "2026-01-01T00:00:00Z"}),
    )


def grant(to, products, **more):
    extra = "".join(f"{key}: {value}\n" for key, value in more.items())
    name = more.pop("id", "") or f"g{abs(hash((to, products, extra))) % 10**8}"
    return f"kind: grant\nid: {name}\nto: {to}\nproducts: {products}\n{extra}---\n"


def forbid(to, products, **more):
    return grant(to, products, **more).replace("kind: grant", "kind: forbid")


def test_without_a_grant_a_partner_holds_nothing(say, goods):
    assert say.held(goods, PARTNERS, "berlin") == []


def test_a_grant_to_a_program_reaches_the_programs_below_it(say, goods):
    up = PARTNERS + grant("{program: dealers}", 'category under "parts"')
    assert say.held(goods, up, "berlin") == ["BELL"]
    down = PARTNERS + grant("{program: premium}", 'category under "parts"')
    assert say.held(goods, down, "tokyo") == []


def test_a_grant_to_a_country_reaches_its_partners(say, goods):
    text = PARTNERS + grant("{territory: JP}", 'sku = "BIKE"')
    assert say.held(goods, text, "tokyo") == ["BIKE"]
    assert say.held(goods, text, "berlin") == []


def test_a_territory_names_several_countries(say, goods):
    text = (
        PARTNERS
        + "kind: territory\nid: dach\ncountries: [DE, AT, CH]\n---\n"
        + grant("{territory: dach}", 'sku = "BIKE"')
    )
    assert say.held(goods, text, "berlin") == ["BIKE"]
    assert say.held(goods, text, "tokyo") == []


def test_a_forbid_beats_every_grant(say, goods):
    text = PARTNERS + grant("{partner: berlin}", "all") + forbid("all", 'category under "bikes"')
    assert say.held(goods, text, "berlin") == ["BELL"]


def test_a_date_opens_at_midnight_of_the_partner_and_an_instant_for_all_at_once(say, goods):
    dated = PARTNERS + grant("all", 'sku = "BIKE"', **{"from": "2026-06-02"})
    assert say.held(goods, dated, "tokyo", instant("2026-06-01T15:00")) == ["BIKE"]
    assert say.held(goods, dated, "berlin", instant("2026-06-01T21:59")) == []
    assert say.held(goods, dated, "berlin", instant("2026-06-01T22:00")) == ["BIKE"]
    timed = PARTNERS + grant("all", 'sku = "BIKE"', **{"from": "2026-06-02T00:00:00+02:00"})
    for partner in ("tokyo", "berlin"):
        assert say.held(goods, timed, partner, instant("2026-06-01T21:59")) == []
        assert say.held(goods, timed, partner, instant("2026-06-01T22:00")) == ["BIKE"]


def test_a_window_is_half_open(say, goods):
    text = PARTNERS + grant("{partner: nord}", 'sku = "BIKE"', until="2026-07-01")
    end = instant("2026-07-01")
    assert say.held(goods, text, "nord", end - timedelta(microseconds=1)) == ["BIKE"]
    assert say.held(goods, text, "nord", end) == []


def test_an_embargo_hides_a_product_until_it_is_announced(say, goods):
    text = PARTNERS + grant("{partner: nord}", 'sku = "SECRET"')
    assert say.held(goods, text, "nord") == []
    assert say.held(goods, text, "nord", instant("2026-09-01")) == ["SECRET"]


def test_early_access_shows_a_product_under_embargo_but_no_forbidden_one(say, goods):
    text = PARTNERS + grant("{partner: nord}", 'sku = "SECRET"', early_access="true")
    assert say.held(goods, text, "nord") == ["SECRET"]
    assert say.held(goods, text + forbid("all", 'sku = "SECRET"'), "nord") == []


def test_the_end_of_life_takes_no_product_away(say, goods):
    text = PARTNERS + grant("{partner: nord}", 'sku = "OLD"')
    assert say.held(goods, text, "nord") == ["OLD"]


DELEGATION = "kind: delegation\nid: pass-on\ndistributor: nord\nproducts: all\n---\n"


def test_a_dealer_holds_what_its_distributor_holds_and_passes_on(say, goods):
    text = PARTNERS + grant("{partner: nord}", 'sku in ["BIKE", "BELL"]')
    assert say.held(goods, text, "corner") == []
    assert say.held(goods, text + DELEGATION, "corner") == ["BIKE", "BELL"]
    some = DELEGATION.replace("products: all", 'products: category under "parts"')
    assert say.held(goods, text + some, "corner") == ["BELL"]


def test_a_delegation_of_more_than_is_held_gives_what_is_held(say, goods):
    text = PARTNERS + grant("{partner: nord}", 'sku = "BELL"') + DELEGATION
    assert say.held(goods, text, "corner") == ["BELL"]


def test_revoking_from_the_distributor_revokes_from_its_dealers(say, goods):
    text = PARTNERS + grant("{partner: nord}", "all") + DELEGATION
    revoked = text + forbid("{partner: nord}", 'sku = "BIKE"')
    assert "BIKE" in say.held(goods, text, "corner")
    assert "BIKE" not in say.held(goods, revoked, "corner")


def test_grants_do_not_reach_a_dealer_past_its_distributor(say, goods):
    text = PARTNERS + grant("all", 'sku = "BIKE"') + grant("{partner: corner}", 'sku = "BIKE"')
    assert say.held(goods, text, "nord") == ["BIKE"]
    assert say.held(goods, text, "corner") == []


def test_forbids_reach_a_dealer(say, goods):
    text = PARTNERS + grant("{partner: nord}", "all") + DELEGATION
    assert say.held(goods, text + forbid("{partner: corner}", "all"), "corner") == []


def test_early_access_is_passed_on_only_where_the_delegation_says_so(say, goods):
    early = PARTNERS + grant("{partner: nord}", 'sku = "SECRET"', early_access="true")
    passed = DELEGATION.replace("products: all", "products: all\nearly_access: true")
    assert say.held(goods, early + DELEGATION, "corner") == []
    assert say.held(goods, early + passed, "corner") == ["SECRET"]
    late = PARTNERS + grant("{partner: nord}", 'sku = "SECRET"')
    assert say.held(goods, late + passed, "corner") == []


def edition(say, goods, text, partner, at=None):
    answer = say.resolve(goods, say.manifests(text), at or say.NOW)
    (name,) = answer.partners[partner].values()
    return answer.editions[name]


PRICES = """kind: price-list
id: base
currency: EUR
to: {program: dealers}
---
kind: price-list
id: top
currency: EUR
to: {program: premium}
from: 2026-05-01
until: 2026-07-01
---
kind: price-list
id: yen
currency: JPY
to: {partner: tokyo}
---
"""


def test_the_nearest_price_list_in_effect_holds(say, goods):
    text = PARTNERS + PRICES
    assert edition(say, goods, text, "berlin").price_list == "top"
    assert edition(say, goods, text, "berlin", instant("2026-08-01")).price_list == "base"
    assert edition(say, goods, text, "tokyo").price_list == "yen"
    assert edition(say, goods, PARTNERS, "tokyo").price_list == ""


def test_a_currency_of_the_partner_chooses_among_price_lists(say, goods):
    text = PARTNERS.replace("id: tokyo\n", "id: tokyo\ncurrency: EUR\n") + PRICES
    assert edition(say, goods, text, "tokyo").price_list == "base"


def test_the_price_list_that_a_partner_names_is_the_only_one(say, goods):
    text = PARTNERS.replace("id: tokyo\n", "id: tokyo\nprice_list: top\n") + PRICES
    assert edition(say, goods, text, "tokyo").price_list == "top"
    assert edition(say, goods, text, "tokyo", instant("2026-08-01")).price_list == ""


POLICY = """kind: field-policy
id: no-cost
to: all
except: {program: premium}
hide: [extra.cost, prices]
---
"""


def test_a_field_policy_hides_fields_from_its_scope_without_the_spared(say, goods):
    text = PARTNERS + POLICY
    assert edition(say, goods, text, "berlin").hidden == set()
    assert edition(say, goods, text, "tokyo").hidden == {"extra.cost", "price"}


def test_a_dealer_does_not_see_a_field_that_its_distributor_does_not_see(say, goods):
    text = PARTNERS + POLICY.replace("to: all", "to: {partner: nord}")
    assert edition(say, goods, text, "corner").hidden == {"extra.cost", "price"}


WIDGET = "kind: widget-grant\nid: w\nto: {partner: nord}\nwidget: configurator\n---\n"


def test_widgets_are_granted_and_passed_on_like_products(say, goods):
    text = PARTNERS + WIDGET
    assert edition(say, goods, text, "nord").widgets == ("configurator",)
    assert edition(say, goods, text, "berlin").widgets == ()
    assert edition(say, goods, text + DELEGATION, "corner").widgets == ()
    passed = DELEGATION.replace("products: all", "products: all\nwidgets: [configurator, other]")
    assert edition(say, goods, text + passed, "corner").widgets == ("configurator",)
    alone = DELEGATION.replace("products: all", "widgets: [configurator]")
    assert edition(say, goods, text + alone, "corner").widgets == ("configurator",)


NO_WIDGET = "kind: forbid\nid: no-w\nto: {program: dealers}\nwidgets: [configurator]\n---\n"


def test_a_forbid_takes_widgets_from_a_distributor_and_so_from_its_dealers(say, goods):
    passed = DELEGATION.replace("products: all", "products: all\nwidgets: [configurator]")
    text = PARTNERS + WIDGET + passed
    assert edition(say, goods, text + NO_WIDGET, "nord").widgets == ()
    assert edition(say, goods, text + NO_WIDGET, "corner").widgets == ()
    dealer = NO_WIDGET.replace("{program: dealers}", "{partner: corner}")
    assert edition(say, goods, text + dealer, "nord").widgets == ("configurator",)
    assert edition(say, goods, text + dealer, "corner").widgets == ()
    over = NO_WIDGET.replace("widgets:", "until: 2026-06-01\nwidgets:")
    assert edition(say, goods, text + over, "nord").widgets == ("configurator",)


def test_a_forbid_of_widgets_takes_no_product(say, goods):
    text = PARTNERS + grant("{partner: nord}", "all") + NO_WIDGET
    assert say.held(goods, text, "nord") == ["BIKE", "OLD", "BELL"]
    both = NO_WIDGET.replace("widgets:", 'products: sku = "BELL"\nwidgets:')
    text = PARTNERS + grant("{partner: nord}", "all") + WIDGET + both
    assert say.held(goods, text, "nord") == ["BIKE", "OLD"]
    assert edition(say, goods, text, "nord").widgets == ()


OVERRIDE = """kind: override
id: o
partner: nord
sku: BIKE
fields:
  title: {en: Ours}
  highlights: [Plain words]
---
"""


def test_an_override_is_the_partners_own_and_needs_the_product(say, goods):
    text = PARTNERS + OVERRIDE
    assert edition(say, goods, text, "nord").overrides == ()
    shown = edition(say, goods, text + grant("{partner: nord}", "all"), "nord").overrides
    assert [(each.sku, each.field, each.value, each.owner) for each in shown] == [
        ("BIKE", "highlights", ({"en": "Plain words"},), "nord"),
        ("BIKE", "title", {"en": "Ours"}, "nord"),
    ]


def test_partners_with_equal_rights_share_an_edition_in_each_locale(say, goods):
    text = """
kind: program
id: web
---
kind: partner
id: one
programs: [web]
locales: [en, de]
---
kind: partner
id: two
programs: [web]
locales: [de]
---
kind: grant
id: g
to: {program: web}
products: all
"""
    answer = say.resolve(goods, say.manifests(text), say.NOW)
    assert answer.partners["one"]["de"] == answer.partners["two"]["de"]
    assert {tuple(each.partners) for each in answer.editions.values()} == {
        ("one",),
        ("one", "two"),
    }


def test_an_edition_keeps_its_identity_while_products_members_and_instants_change(say, goods):
    text = PARTNERS + "kind: grant\nid: g\nto: all\nproducts: all\nuntil: 2026-07-01\n---\n"
    before = edition(say, goods, text, "nord")
    fewer = say.catalog(goods.products["BELL"])
    assert edition(say, fewer, text, "nord").id == before.id
    assert edition(say, goods, text, "nord", instant("2026-08-01")).id == before.id
    reworded = text.replace("products: all", 'products: sku = "BIKE"')
    assert edition(say, goods, reworded, "nord").id == before.id
    more = text + "kind: partner\nid: late\nprograms: [dealers]\nterritory: DE\n---\n"
    assert edition(say, goods, more, "late").id == before.id
    assert edition(say, goods, text + OVERRIDE, "nord").id != before.id


NEXT = {
    "nothing ahead": ("", None),
    "a grant ends": (grant("{partner: nord}", 'sku = "BIKE"', until="2026-07-01"), "2026-07-01"),
    "a grant that covers nothing ends": (
        grant("all", 'sku = "NOSUCH"', until="2026-07-01")
        + grant("{partner: nord}", 'sku = "BIKE"', until="2026-08-01"),
        "2026-08-01",
    ),
    "a grant that another doubles ends": (
        grant("all", 'sku = "BIKE"', until="2026-07-01") + grant("all", 'category under "bikes"'),
        "2026-09-01",
    ),
    "an embargo ends": (grant("{partner: nord}", 'sku = "SECRET"'), "2026-09-01"),
    "an embargo on what nobody may show": (grant("{partner: nord}", 'sku = "BELL"'), None),
    "a price list": (PRICES + grant("all", 'sku = "BIKE"'), "2026-06-30T22:00"),
    "a price list of who shows nothing": (PRICES, None),
    "a field policy": (
        POLICY.replace("hide", "until: 2026-06-10\nhide") + grant("all", 'sku = "BIKE"'),
        "2026-06-09T15:00",
    ),
}


@pytest.mark.parametrize("case", NEXT)
def test_the_next_change_is_the_first_instant_at_which_somebody_sees_something_else(
    say, goods, case
):
    text, expected = NEXT[case]
    answer = say.resolve(goods, say.manifests(PARTNERS + text), say.NOW)
    assert answer.next_change == (instant(expected) if expected else None)


FACTS = {
    "lifecycle": ({"release": "2026-08-01T00:00:00Z"}, "2026-08-01"),
    "prices": (
        [
            {
                "list": "base",
                "amount": "1",
                "currency": "EUR",
                "valid_until": "2026-07-15T00:00:00Z",
            }
        ],
        "2026-07-15",
    ),
    "media": (
        [{"file": "x", "rights": {"valid_until": "2026-07-10T00:00:00Z", "territories": ["JP"]}}],
        "2026-07-10",
    ),
}


@pytest.mark.parametrize("field", FACTS)
def test_a_fact_of_a_shown_product_changes_the_answer_for_those_who_see_it(say, field):
    value, expected = FACTS[field]
    world = say.catalog(say.product("A", **{field: value}))
    base = PARTNERS + "kind: price-list\nid: base\ncurrency: JPY\nto: {partner: tokyo}\n---\n"
    seen = say.manifests(base + grant("{partner: tokyo}", "all"))
    unseen = say.manifests(base + grant("{partner: berlin}", 'sku = "B"'))
    assert say.resolve(world, seen, say.NOW).next_change == instant(expected)
    assert say.resolve(world, unseen, say.NOW).next_change is None


def test_a_price_that_a_selector_reads_moves_the_assortment_when_it_changes(say):
    price = {"list": "base", "currency": "EUR"}
    ends = {"amount": "10", "valid_until": "2026-07-01T00:00:00Z"}
    starts = {"amount": "20", "valid_from": "2026-07-01T00:00:00Z"}
    world = say.catalog(say.product("A", prices=[price | ends, price | starts]))
    text = (
        PARTNERS
        + "kind: price-list\nid: base\ncurrency: EUR\n---\n"
        + grant("{partner: nord}", "price.base < 15")
    )
    assert say.held(world, text, "nord") == ["A"]
    assert say.held(world, text, "nord", instant("2026-07-01")) == []
    read = say.manifests(text)
    assert say.resolve(world, read, say.NOW).next_change == instant("2026-07-01")
    back = text.replace("price.base < 15", "price.base > 15")
    assert say.resolve(world, say.manifests(back), say.NOW).next_change == instant("2026-07-01")


def test_the_instant_itself_is_not_its_own_next_change(say):
    life = {"release": "2026-06-01T12:00:00Z", "end_of_life": "2026-06-01T12:00:01Z"}
    world = say.catalog(say.product("A", lifecycle=life))
    read = say.manifests(PARTNERS + grant("{partner: nord}", "all"))
    assert say.resolve(world, read, say.NOW).next_change == say.NOW + timedelta(seconds=1)
